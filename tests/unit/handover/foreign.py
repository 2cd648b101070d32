"""Reports and files in the forms of other tools, as their documentation shows them; each with one thing that is none."""

from typing import Any

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
SARIF: dict[str, Any] = {
    "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
    "runs": [{
        "tool": {"driver": {"name": "Scan", "rules": [
            {"id": "py/sql-injection", "shortDescription": {"text": "SQL from user input"},
             "properties": {"security-severity": "8.8", "tags": ["security", "external/cwe/cwe-089"]}}]}},
        "results": [
            {"ruleId": "py/sql-injection", "ruleIndex": 0, "level": "error", "message": {"text": "Query built from input"},
             "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a.py"}, "region": {"startLine": 12}}}],
             "partialFingerprints": {"primaryLocationLineHash": "39fa2ee980eb94b0:1"}},
            {"ruleId": "style", "kind": "pass", "message": {"text": "fine"}},
        ]}],
}  # fmt: skip
TRIVY: dict[str, Any] = {
    "SchemaVersion": 2, "ArtifactName": "shop:1.0", "Results": [
        {"Target": "shop (debian 12)", "Class": "os-pkgs", "Vulnerabilities": [
            {"VulnerabilityID": "CVE-2024-1111", "PkgName": "libssl3", "InstalledVersion": "3.0.1", "FixedVersion": "3.0.2",
             "Severity": "HIGH", "Status": "fixed", "Title": "openssl: hole", "CVSS": {"nvd": {"V3Vector": VECTOR}},
             "CweIDs": ["CWE-20"]}]},
        {"Target": "app/.env", "Class": "secret", "Secrets": [
            {"RuleID": "aws-access-key-id", "Severity": "CRITICAL", "Title": "AWS key", "StartLine": 3, "Match": "AKIAHUSH"}]},
        {"Target": "Dockerfile", "Class": "config", "Misconfigurations": [
            {"ID": "DS002", "Title": "root user", "Severity": "HIGH", "Status": "PASS"}]},
    ],
}  # fmt: skip
CYCLONEDX: dict[str, Any] = {
    "bomFormat": "CycloneDX", "specVersion": "1.5",
    "components": [{"bom-ref": "pkg:npm/lodash@4.17.20", "name": "lodash", "version": "4.17.20"}],
    "vulnerabilities": [
        {"id": "CVE-2021-23337", "ratings": [{"severity": "high", "vector": VECTOR}], "cwes": [94],
         "description": "Command injection", "analysis": {"state": "exploitable"},
         "affects": [{"ref": "pkg:npm/lodash@4.17.20"}]},
        {"id": "CVE-2020-1", "analysis": {"state": "not_affected", "justification": "code_not_reachable"}},
    ],
}  # fmt: skip
OPENVEX: dict[str, Any] = {
    "@context": "https://openvex.dev/ns/v0.2.0", "statements": [
        {"vulnerability": {"name": "CVE-2024-2222"}, "products": [{"@id": "pkg:oci/shop"}], "status": "under_investigation"},
        {"vulnerability": {"name": "CVE-2024-3"}, "status": "not_affected", "justification": "component_not_present"},
    ],
}  # fmt: skip
OSV_RECORD: dict[str, Any] = {
    "id": "GHSA-aaaa-bbbb-cccc", "modified": "2024-01-01T00:00:00Z", "aliases": ["CVE-2024-4444"], "summary": "Bad parser",
    "severity": [{"type": "CVSS_V3", "score": VECTOR}], "database_specific": {"cwe_ids": ["CWE-502"]},
    "affected": [{"package": {"ecosystem": "PyPI", "name": "yamlet"},
                  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}]}],
}  # fmt: skip
WITHDRAWN = {"id": "GHSA-x", "modified": "2024-01-01T00:00:00Z", "withdrawn": "2024-02-01T00:00:00Z", "affected": []}
OSV: dict[str, Any] = {"results": [{"source": {"path": "requirements.txt"}, "packages": [
    {"package": {"name": "yamlet", "version": "1.1", "ecosystem": "PyPI"}, "vulnerabilities": [OSV_RECORD, WITHDRAWN]}]}]}  # fmt: skip
PIP_AUDIT: dict[str, Any] = {"dependencies": [
    {"name": "flask", "version": "0.5", "vulns": [
        {"id": "PYSEC-2019-179", "fix_versions": ["1.0"], "aliases": ["CVE-2019-1010083"], "description": "Too much memory"}]},
    {"name": "clean", "version": "1", "vulns": []},
    {"name": "ours", "skip_reason": "not found on PyPI"}], "fixes": []}  # fmt: skip
RULES = """\
groups:
  - name: shop
    rules:
      - record: shop:errors:rate5m
        expr: sum(rate(errors[5m]))
      - alert: ShopDown
        expr: up{job="shop"} == 0
        for: 5m
        labels: {severity: critical}
        annotations:
          summary: "{{ $labels.instance }} is down"
          runbook_url: https://run.example/shop-down
"""
BACKSTAGE = """\
# the catalog
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: shop
  title: Web shop
  labels: {tier: "1"}
  links:
    - {url: https://run.example/shop, title: Runbook}
spec:
  type: service
  lifecycle: production
  owner: group:default/platform
  dependsOn: ["resource:default/db", "component:pay"]
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: db}
spec: {type: database, owner: data}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: platform}
spec: {type: team, profile: {email: p@example.org}}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: shop-api}
spec: {type: openapi}
"""
OPENSLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: shop-availability}
spec:
  service: shop
  description: answered without a 5xx
  budgetingMethod: Occurrences
  timeWindow: [{duration: 28d, isRolling: true}]
  objectives: [{target: 0.995}]
"""
SLOTH = """\
version: prometheus/v1
service: shop
slos:
  - name: requests
    objective: 99.9
    description: good requests
"""
PYRRA = """\
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: db-latency
spec: {target: "99.5", window: 4w}
"""

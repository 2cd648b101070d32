"""SARIF 2.1.0 (OASIS, with errata 01), within what GitHub's code scanning takes.

Columns are counted in characters. GitHub wants a place for every result, so a finding about no file is shown at the settings.
Source of the limits: docs.github.com, "SARIF results exceed one or more limits".
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import quote

from ray18 import __version__
from ray18.documents import SETTINGS_PATH
from ray18.findings import Finding, Fix, Level, fingerprints
from ray18.gates import Verdict
from ray18.patches import Hunk, hunks
from ray18.policy import Policy
from ray18.program import Program
from ray18.renderers.inert import json_data, sarif_text
from ray18.renderers.rules import Rule, rules
from ray18.report import CheckReport, GateReport, Told
from ray18.sources import Sources
from ray18.waivers import Excuse
from ray18.yaml.span import span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
MOST_PLACES = 100
FINGERPRINT = "ray18/v1"
_LEVELS: Mapping[Level, str] = {"blocker": "error", "error": "error", "warning": "warning"}


def gates(report: GateReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The report on gates: every finding once, with the gates that found it; what is waived is suppressed."""
    return log("gate", report, report.told)


def check(report: CheckReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The report on records."""
    return log("check", report, report.told)


class Judged(Protocol):
    """What a log says of a run, whichever view it is."""

    @property
    def program(self) -> Program:
        """What was judged."""

    @property
    def verdict(self) -> Verdict:
        """What it came to."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        """What ran."""

    @property
    def sources(self) -> Sources:
        """The files."""


def log(
    command: str, report: Judged, told: Sequence[Told], states: Mapping[Finding, str] = MappingProxyType({})
) -> str:
    """A log with one run; `states` has the baseline state of findings, where two states are compared (3.27.24)."""
    known = rules(report.policies, (one.finding for one in told))
    names = fingerprints(one.finding for one in told)
    places = {rule.id: number for number, rule in enumerate(known)}
    run = {
        "tool": {"driver": _driver(known)},
        "automationDetails": {"id": f"ray18/{command}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report, left_out=max(0, len(told) - MOST_RESULTS))],
        "results": [
            _result(one, places[one.finding.policy], names[one.finding], report.sources)
            | ({"baselineState": states[one.finding]} if one.finding in states else {})
            for one in told[:MOST_RESULTS]
        ],
        "properties": _properties(report.program, report.verdict),
    }
    return json_data({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _driver(known: Sequence[Rule]) -> dict[str, Any]:
    return {
        "name": "RAY-18",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in known],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.doc, "markdown": rule.doc},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {"level": rule.level, "tags": ["maintenance", "policy"]},
    }


def _invocation(report: Judged, left_out: int) -> dict[str, Any]:
    blocked = report.verdict is Verdict.BLOCKED
    said = [{"level": "error", "message": {"text": "blocked: something could not be judged, which is never a pass"}}]
    if left_out:
        said.append({"level": "warning", "message": {"text": f"{left_out:,} more results were left out"}})
    return {
        "executionSuccessful": True,
        "exitCode": report.verdict.exit_code,
        "exitCodeDescription": report.verdict.value,
        "toolExecutionNotifications": said if blocked else said[1:],
    }


def _properties(program: Program, verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.value,
        "program": program.rules.settings.program.id,
        "revision": program.revision,
        "base": program.rules.base,
        "asOf": program.as_of.isoformat(),
    }


def _result(told: Told, rule: int, name: str, sources: Sources) -> dict[str, Any]:
    finding = told.finding
    result: dict[str, Any] = {
        "ruleId": finding.policy,
        "ruleIndex": rule,
        "level": _LEVELS[finding.level],
        "message": {"text": sarif_text(_sentence(finding))},
        "locations": [_location(finding, sources)],
        "partialFingerprints": {FINGERPRINT: name},
        "properties": {
            "level": finding.level,
            "gates": list(told.gates),
            "item": finding.item,
            "remedy": finding.remedy,
        },
    }
    if finding.related:
        result["relatedLocations"] = list(_related(finding, sources))
    changes = hunks(finding, sources)
    if finding.fix is not None and changes:
        result["fixes"] = [_fix(finding.fix, changes)]
    if told.excuse is not None:
        result["suppressions"] = [_suppression(told.excuse)]
    return result


def _sentence(finding: Finding) -> str:
    return f"{finding.message}. To do: {finding.remedy}" if finding.remedy else finding.message


def _location(finding: Finding, sources: Sources) -> dict[str, Any]:
    place = _place(finding.path or SETTINGS_PATH, finding.line, finding.column, sources)
    logical = ".".join(part for part in (finding.item, finding.field) if part)
    return {**place, "logicalLocations": [{"fullyQualifiedName": logical, "kind": "object"}]} if logical else place


def _related(finding: Finding, sources: Sources) -> Iterable[dict[str, Any]]:
    for number, one in enumerate(finding.related[:MOST_PLACES]):
        yield {
            "id": number,
            "message": {"text": sarif_text(one.message)},
            **_place(one.path, one.line, one.column, sources),
        }


def _place(path: str, line: int, column: int, sources: Sources) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": max(line, 1), "startColumn": max(column, 1)}
    width = span(sources.line(path, line), column) if line and column else 0
    if width:
        region["endColumn"] = column + width
    return {"physicalLocation": {"artifactLocation": _artifact(path), "region": region}}


def _fix(fix: Fix, changes: Sequence[Hunk]) -> dict[str, Any]:
    files = dict.fromkeys(one.path for one in changes)
    return {
        "description": {"text": sarif_text(fix.title)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [_replacement(one) for one in changes if one.path == path],
            }
            for path in files
        ],
        "properties": {"safe": fix.safe},
    }


def _replacement(hunk: Hunk) -> dict[str, Any]:
    """Whole lines: the region ends where the line after them begins."""
    region = {"startLine": hunk.first, "startColumn": 1, "endLine": hunk.last + 1, "endColumn": 1}
    return {"deletedRegion": region, "insertedContent": {"text": hunk.text}}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.encode("utf-8", "surrogateescape"), safe="/"), "uriBaseId": "%SRCROOT%"}


def _suppression(excuse: Excuse) -> dict[str, Any]:
    record = excuse.record
    reason = f"{record.reason} (waiver {record.id}, accepted by {record.approved_by}, until {record.expires})"
    return {"kind": "external", "status": "accepted", "justification": reason}

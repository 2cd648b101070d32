"""Trivy's JSON (schema version 2): vulnerabilities, misconfigurations, secrets and licences of each target.

Of a secret only where it is is taken over, never what was matched.
"""

from collections.abc import Iterator

from ray18.handover.identity import short_hash
from ray18.handover.json_text import JsonText
from ray18.handover.model import Notebook
from ray18.handover.scanners.report import (
    Entry,
    Object,
    Scanner,
    child,
    has,
    leave,
    listed,
    natural_id,
    said,
    severity_of,
    sighting,
    texts,
)
from ray18.handover.table import Row
from ray18.yaml import Value

_LISTS = ("Vulnerabilities", "Misconfigurations", "Secrets", "Licenses")


def _recognises(value: Value) -> bool:
    return has(value, "SchemaVersion") and (has(value, "Results") or has(value, "ArtifactName"))


def _entries(source: JsonText) -> Iterator[Entry]:
    root = source.value if isinstance(source.value, dict) else {}
    results = root.get("Results")
    for at, result in enumerate(results if isinstance(results, list) else []):
        for name in _LISTS:
            if isinstance(result, dict):
                yield from listed(source, ("Results", at, name), result.get(name), {**result, "list": name})


def _row(entry: Entry, notes: Notebook) -> Row | None:
    match said(entry.around, "list"):
        case "Vulnerabilities":
            return _vulnerability(entry, notes)
        case "Misconfigurations":
            return _misconfiguration(entry, notes)
        case "Secrets":
            return _secret(entry, notes)
    name, licence = said(entry.value, "PkgName"), said(entry.value, "Name")
    return _other(entry, notes, licence, f"Licence {licence} of {name or said(entry.around, 'Target')}", name)


def _vulnerability(entry: Entry, notes: Notebook) -> Row | None:
    found, target = entry.value, said(entry.around, "Target")
    name, package = said(found, "VulnerabilityID"), said(found, "PkgName")
    if said(found, "Status") == "not_affected":
        leave(entry, notes, f"{name} is said not to affect {package}")
        return None
    product = f"{package} {said(found, 'InstalledVersion')}".strip()
    vector = _vector(child(found, "CVSS"))
    return sighting(
        entry, notes, {"fixed-in": said(found, "FixedVersion"), "target": target, "fix": said(found, "Status")},
        id=natural_id(name, package, short_hash(target) if target else ""),
        title=f"{name}: {said(found, 'Title') or 'a known vulnerability'} ({product})",
        description=str(found.get("Description") or ""),
        severity=said(found, "Severity") or severity_of(vector), product=product, cvss=vector,
        cwe=" ".join(texts(found.get("CweIDs"))), aliases=name,
    )  # fmt: skip


def _vector(scores: Object) -> str:
    """The vector of the NVD, else of whoever gives one, in order of their names."""
    given = [child(scores, who) for who in sorted(scores, key=lambda who: (who != "nvd", who))]
    found = (said(score, name) for score in given for name in ("V40Vector", "V3Vector"))
    return next((vector for vector in found if vector.startswith("CVSS:")), "")


def _misconfiguration(entry: Entry, notes: Notebook) -> Row | None:
    name = said(entry.value, "AVDID") or said(entry.value, "ID")
    if said(entry.value, "Status") in ("PASS", "EXCEPTION"):
        leave(entry, notes, f"{name} is no finding: its status is {said(entry.value, 'Status')}")
        return None
    return _other(entry, notes, name, f"{name}: {said(entry.value, 'Title')}", said(entry.value, "Message"))


def _secret(entry: Entry, notes: Notebook) -> Row:
    name, line = said(entry.value, "RuleID"), said(entry.value, "StartLine")
    title = f"A secret ({said(entry.value, 'Title') or name}) stands in {said(entry.around, 'Target')}"
    return _other(entry, notes, name, title, line)


def _other(entry: Entry, notes: Notebook, name: str, title: str, what: str) -> Row:
    """A finding that is no vulnerability; `what` tells those of one name in one target apart."""
    target = said(entry.around, "Target")
    parts = ("Description", "Resolution") if said(entry.around, "list") == "Misconfigurations" else ()
    return sighting(
        entry, notes, {"target": target, "category": said(entry.value, "Category")},
        id=natural_id(name, short_hash(target, what)), title=title,
        description="\n\n".join(filter(None, (str(entry.value.get(part) or "") for part in parts))),
        severity=said(entry.value, "Severity"), product=target,
    )  # fmt: skip


SCANNER = Scanner("Trivy", _recognises, _entries, _row)

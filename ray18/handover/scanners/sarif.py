"""SARIF 2.1.0 (OASIS), as static analysers and container scanners write it."""

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
    objects,
    rated,
    said,
    sighting,
    texts,
)
from ray18.handover.table import Row
from ray18.yaml import Value

_NOT_FINDINGS = frozenset(("pass", "notApplicable", "informational"))


def _recognises(value: Value) -> bool:
    return has(value, "runs") and (has(value, "version") or has(value, "$schema"))


def _entries(source: JsonText) -> Iterator[Entry]:
    root = source.value if isinstance(source.value, dict) else {}
    runs = root.get("runs")
    for at, run in enumerate(runs if isinstance(runs, list) else []):
        if isinstance(run, dict):
            yield from listed(source, ("runs", at, "results"), run.get("results"), run)


def _row(entry: Entry, notes: Notebook) -> Row | None:
    result, rule = entry.value, _rule(entry)
    rule_id = said(result, "ruleId") or said(child(result, "rule"), "id") or said(rule, "id")
    kind, level = said(result, "kind") or "fail", said(result, "level")
    if kind in _NOT_FINDINGS or level == "none":
        leave(entry, notes, f"{rule_id} is no finding: its kind is {kind}, its level {level or 'not given'}")
        return None
    if said(result, "baselineState") == "absent":
        leave(entry, notes, f"{rule_id} is gone, by the report's own baseline")
        return None
    place = _place(result)
    message = said(child(result, "message"), "text") or said(child(rule, "shortDescription"), "text")
    score = said(child(rule, "properties"), "security-severity")
    severity = _severity(score) or ("" if score else level)
    accepted = _suppression(result)
    if accepted:
        notes.note(entry.line, f"{rule_id} is suppressed in the report ({accepted}); drafted as open", "waive it if so")
    return sighting(
        entry, notes,
        {"place": place, "tool": said(child(entry.around, "tool", "driver"), "name"), "suppressed": accepted},
        id=natural_id(rule_id, short_hash(*_identity(result, place, message))),
        title=f"{rule_id}: {message or said(rule, 'name')}",
        description=said(child(rule, "fullDescription"), "text") or said(child(rule, "help"), "text"),
        severity=severity, product=place.rsplit(":", 1)[0], cwe=" ".join(_weaknesses(rule)),
    )  # fmt: skip


def _rule(entry: Entry) -> Object:
    """The rule of a result, by its index or id in the tool that found it."""
    rules = objects(child(entry.around, "tool", "driver").get("rules"))
    at = entry.value.get("ruleIndex")
    if isinstance(at, int) and 0 <= at < len(rules):
        return rules[at]
    wanted = entry.value.get("ruleId")
    return next((rule for rule in rules if wanted and rule.get("id") == wanted), {})


def _place(result: Object) -> str:
    location = next(iter(objects(result.get("locations"))), {})
    physical = child(location, "physicalLocation")
    uri, line = said(child(physical, "artifactLocation"), "uri"), said(child(physical, "region"), "startLine")
    return f"{uri}:{line}" if uri and line else uri


def _identity(result: Object, place: str, message: str) -> tuple[str, ...]:
    """What makes a result this one and no other in the next report: its fingerprints, else what and where, not the line."""
    for name in ("fingerprints", "partialFingerprints"):
        prints = child(result, name)
        if prints:
            return tuple(f"{key}={said(prints, key)}" for key in sorted(prints))
    return (place.rsplit(":", 1)[0], message)


def _severity(score: str) -> str:
    """From `security-severity`, a CVSS score that code scanning reads from rules."""
    try:
        return rated(float(score))
    except ValueError:
        return ""


def _suppression(result: Object) -> str:
    found = [entry for entry in objects(result.get("suppressions")) if entry.get("status") in (None, "accepted")]
    return next((said(entry, "justification") or said(entry, "kind") or "no reason given" for entry in found), "")


def _weaknesses(rule: Object) -> Iterator[str]:
    """From tags such as `external/cwe/cwe-079`."""
    for tag in texts(child(rule, "properties").get("tags")):
        name = tag.rsplit("/", 1)[-1].upper()
        if name.startswith("CWE-") and name[4:].isascii() and name[4:].isdigit():
            yield f"CWE-{int(name[4:9])}"


SCANNER = Scanner("SARIF", _recognises, _entries, _row)

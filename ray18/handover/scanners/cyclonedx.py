"""CycloneDX 1.4 and later with vulnerabilities: a bill of materials with VEX, or VEX alone."""

from collections.abc import Iterator

from ray18.handover.json_text import JsonText
from ray18.handover.model import Notebook
from ray18.handover.scanners.report import (
    Entry,
    Object,
    Scanner,
    child,
    leave,
    listed,
    natural_id,
    objects,
    said,
    severity_of,
    sighting,
)
from ray18.handover.table import Row
from ray18.yaml import Value

_SETTLED = {
    "not_affected": "is said not to be affected",
    "false_positive": "is said to be a false positive",
    "resolved": "is said to be resolved",
    "resolved_with_pedigree": "is said to be resolved",
}
_RISK_STATES = {"exploitable": "open", "in_triage": "investigating"}
"""Analysis states as OSCAL's states of a risk."""
_SEVERITIES = frozenset(("critical", "high", "medium", "low"))


def _recognises(value: Value) -> bool:
    return isinstance(value, dict) and value.get("bomFormat") == "CycloneDX" and "vulnerabilities" in value


def _entries(source: JsonText) -> Iterator[Entry]:
    root = source.value if isinstance(source.value, dict) else {}
    yield from listed(source, ("vulnerabilities",), root.get("vulnerabilities"), root)


def _row(entry: Entry, notes: Notebook) -> Row | None:
    found = entry.value
    name, analysis = said(found, "id") or said(found, "bom-ref"), child(found, "analysis")
    state = said(analysis, "state")
    if state in _SETTLED:
        reason = said(analysis, "justification") or said(analysis, "detail") or "no reason given"
        leave(entry, notes, f"{name} {_SETTLED[state]}: {reason}")
        return None
    ratings = objects(found.get("ratings"))
    vector = next((said(one, "vector") for one in ratings if said(one, "vector").startswith("CVSS:")), "")
    word = next((said(one, "severity") for one in ratings if said(one, "severity").casefold() in _SEVERITIES), "")
    products = [_product(said(one, "ref"), entry.around) for one in objects(found.get("affects"))]
    return sighting(
        entry, notes,
        {"analysis": state, "recommendation": said(found, "recommendation"), "affects": ", ".join(products[1:])},
        id=natural_id(name, *products[:1]),
        title=f"{name}: {said(found, 'description') or 'a known vulnerability'}"[:300],
        description=str(found.get("detail") or found.get("description") or ""),
        severity=word or severity_of(vector), product=next(iter(products), ""), cvss=vector,
        cwe=" ".join(f"CWE-{number}" for number in _weaknesses(found)),
        aliases=" ".join([name, *(said(one, "id") for one in objects(found.get("references")))]),
        status=_RISK_STATES.get(state, ""),
    )  # fmt: skip


def _product(reference: str, bom: Object) -> str:
    """Name and version of the component that a reference names, else the reference; of a BOM-Link only what follows `#`."""
    for component in objects(bom.get("components")):
        if said(component, "bom-ref") == reference:
            return " ".join(filter(None, (said(component, "name"), said(component, "version"))))
    return reference.rsplit("#", 1)[-1]


def _weaknesses(found: Object) -> list[int]:
    numbers = found.get("cwes")
    return [entry for entry in numbers if type(entry) is int] if isinstance(numbers, list) else []


SCANNER = Scanner("CycloneDX", _recognises, _entries, _row)

"""OpenVEX 0.2: statements about vulnerabilities in products (https://github.com/openvex/spec)."""

from collections.abc import Iterator

from ray18.handover.json_text import JsonText, as_text
from ray18.handover.model import Notebook
from ray18.handover.scanners.report import (
    Entry,
    Object,
    Scanner,
    leave,
    listed,
    natural_id,
    said,
    sighting,
    texts,
)
from ray18.handover.table import Row
from ray18.yaml import Value

_RISK_STATES = {"affected": "open", "under_investigation": "investigating"}


def _recognises(value: Value) -> bool:
    return isinstance(value, dict) and "statements" in value and "openvex" in as_text(value.get("@context"))


def _entries(source: JsonText) -> Iterator[Entry]:
    root = source.value if isinstance(source.value, dict) else {}
    yield from listed(source, ("statements",), root.get("statements"), root)


def _row(entry: Entry, notes: Notebook) -> Row | None:
    name, products, status = _name(entry.value), _products(entry.value), said(entry.value, "status")
    if status in ("not_affected", "fixed"):
        reason = said(entry.value, "justification") or said(entry.value, "impact_statement") or "no reason given"
        leave(entry, notes, f"{name} is said to be {status.replace('_', ' ')}: {reason}")
        return None
    return sighting(
        entry, notes, {"action-statement": said(entry.value, "action_statement"), "affects": ", ".join(products[1:])},
        id=natural_id(name, *products[:1]),
        title=f"{name}: a known vulnerability in {next(iter(products), 'no product that is named')}",
        product=next(iter(products), ""), aliases=name, status=_RISK_STATES.get(status, ""),
    )  # fmt: skip


def _name(statement: Object) -> str:
    given = statement.get("vulnerability")
    return said(given, "name") if isinstance(given, dict) else said(statement, "vulnerability")


def _products(statement: Object) -> list[str]:
    given = statement.get("products")
    named = [said(entry, "@id") for entry in given if isinstance(entry, dict)] if isinstance(given, list) else []
    return [*texts(given), *filter(None, named)]


SCANNER = Scanner("OpenVEX", _recognises, _entries, _row)

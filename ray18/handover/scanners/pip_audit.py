"""pip-audit's JSON: `dependencies` with `vulns`; before version 2.5 the list alone."""

from collections.abc import Iterator

from ray18.handover.json_text import JsonText
from ray18.handover.model import Notebook
from ray18.handover.scanners.report import Entry, Scanner, has, leave, listed, natural_id, said, sighting, texts
from ray18.handover.table import Row
from ray18.yaml import Step, Value


def _dependencies(value: Value) -> Value:
    return value.get("dependencies") if isinstance(value, dict) else value


def _recognises(value: Value) -> bool:
    found = _dependencies(value)
    return (
        isinstance(found, list)
        and bool(found)
        and all(has(entry, "name") and (has(entry, "vulns") or has(entry, "skip_reason")) for entry in found)
    )


def _entries(source: JsonText) -> Iterator[Entry]:
    start: tuple[Step, ...] = ("dependencies",) if isinstance(source.value, dict) else ()
    found = _dependencies(source.value)
    for at, package in enumerate(found if isinstance(found, list) else []):
        if isinstance(package, dict) and "skip_reason" in package:
            yield Entry(source.line(*start, at), package, package)
        elif isinstance(package, dict):
            yield from listed(source, (*start, at, "vulns"), package.get("vulns"), package)


def _row(entry: Entry, notes: Notebook) -> Row | None:
    package = said(entry.around, "name")
    if entry.value is entry.around:
        leave(entry, notes, f"{package} was not audited: {said(entry.value, 'skip_reason')}")
        return None
    name = said(entry.value, "id")
    product = f"{package} {said(entry.around, 'version')}".strip()
    return sighting(
        entry, notes, {"fixed-in": ", ".join(texts(entry.value.get("fix_versions")))},
        id=natural_id(name, package), title=f"{name}: a known vulnerability in {product}",
        description=str(entry.value.get("description") or ""), product=product,
        aliases=" ".join((name, *texts(entry.value.get("aliases")))),
    )  # fmt: skip


SCANNER = Scanner("pip-audit", _recognises, _entries, _row)

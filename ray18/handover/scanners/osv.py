"""OSV: the results of osv-scanner, and records of the OSV schema (https://ossf.github.io/osv-schema/)."""

from collections.abc import Iterator

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
    said,
    severity_of,
    sighting,
    texts,
)
from ray18.handover.table import Row
from ray18.yaml import Value


def _is_report(value: Value) -> bool:
    if not isinstance(value, dict) or not isinstance(found := value.get("results"), list):
        return False
    return all(has(entry, "packages") for entry in found) and (bool(found) or has(value, "experimental_config"))


def _entries(source: JsonText) -> Iterator[Entry]:
    root = source.value if isinstance(source.value, dict) else {}
    results = root.get("results")
    for at, result in enumerate(results if isinstance(results, list) else []):
        packages = result.get("packages") if isinstance(result, dict) else None
        for number, package in enumerate(packages if isinstance(packages, list) else []):
            if isinstance(package, dict):
                way = ("results", at, "packages", number, "vulnerabilities")
                yield from listed(source, way, package.get("vulnerabilities"), child(package, "package"))


def _is_records(value: Value) -> bool:
    records = value if isinstance(value, list) else [value]
    return bool(records) and all(has(entry, "id", "modified") and (has(entry, "affected") or has(entry, "withdrawn"))
                                 for entry in records)  # fmt: skip


def _records(source: JsonText) -> Iterator[Entry]:
    if isinstance(source.value, list):
        yield from listed(source, (), source.value, {})
    elif isinstance(source.value, dict):
        yield Entry(source.line(), source.value, {})


def _row(entry: Entry, notes: Notebook) -> Row | None:
    record = entry.value
    name = said(record, "id")
    if said(record, "withdrawn"):
        leave(entry, notes, f"{name} was withdrawn on {said(record, 'withdrawn')}")
        return None
    package = entry.around or child(next(iter(objects(record.get("affected"))), {}), "package")
    where = said(package, "name")
    product = " ".join(filter(None, (where, said(package, "version"))))
    vector = _vector(record)
    word = said(child(record, "database_specific"), "severity")
    return sighting(
        entry, notes,
        {"fixed-in": ", ".join(_fixes(record, where)), "ecosystem": said(package, "ecosystem")},
        id=natural_id(name, where),
        title=f"{name}: {said(record, 'summary') or 'a known vulnerability'}" + (f" ({product})" if product else ""),
        description=str(record.get("details") or ""),
        severity=word or severity_of(vector), product=product, cvss=vector,
        cwe=" ".join(texts(child(record, "database_specific").get("cwe_ids"))),
        aliases=" ".join((name, *texts(record.get("aliases")))),
    )  # fmt: skip


def _vector(record: Object) -> str:
    """The newest CVSS vector that is given."""
    given = {said(entry, "type"): said(entry, "score") for entry in objects(record.get("severity"))}
    return next((given[kind] for kind in ("CVSS_V4", "CVSS_V3") if given.get(kind, "").startswith("CVSS:")), "")


def _fixes(record: Object, package: str) -> list[str]:
    """Versions in which the package is fixed, once each."""
    found = [
        said(event, "fixed")
        for affected in objects(record.get("affected"))
        if said(child(affected, "package"), "name") in ("", package)
        for reach in objects(affected.get("ranges"))
        for event in objects(reach.get("events"))
    ]
    return list(dict.fromkeys(filter(None, found)))


SCANNER = Scanner("OSV", _is_report, _entries, _row)
RECORDS = Scanner("OSV", _is_records, _records, _row)

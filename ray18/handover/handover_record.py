"""`operational-handover-record.json`: who answers for which service, and which levels were promised."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ray18.findings import shown
from ray18.handover.days import Unclear, read_duration
from ray18.handover.delivery import Delivery, Part, read_parts
from ray18.handover.json_text import Entries, JsonText, as_text, field, json_rows, pass_over, read_tree
from ray18.handover.model import (
    Contents,
    Notebook,
    Ownership,
    Reading,
    Remark,
    SlaTarget,
    Support,
    Team,
    Unusable,
)
from ray18.handover.rows import Found, Shape, form_of, read_rows
from ray18.handover.table import Columns, Row, folded
from ray18.handover.text import is_slug, slug
from ray18.handover.words import SEVERITIES
from ray18.yaml import Value

OWNERS: Columns = {
    "service": ("service", "serviceid", "id", "system", "component", "application", "name"),
    "team": ("team", "owner", "owningteam", "ownerteam", "group"),
    "primary": ("primary", "primarycontact", "primaryoncall", "lead", "contact", "responsible"),
    "secondary": ("secondary", "secondarycontact", "secondaryoncall", "deputy", "backup", "standin"),
}
_PROMISES: Columns = {
    "service": ("service", "serviceid", "system", "component", "application"),
    "metric": ("metric", "objective", "sla", "slo", "measure", "indicator"),
    "percent": ("targetpercent", "percent", "targetpct"),
    "minutes": ("targetminutes", "minutes"),
    "target": ("target", "value", "goal"),
    "severity": ("severity", "priority"),
    "window": ("window", "period", "timewindow"),
}
OWNERSHIP = ("ownership", "owners", "services", "service_owners", "assignments")
_SLAS = ("slas", "sla", "service_levels", "slos")
_HISTORY = ("handed_over_by", "attendees", "sign_offs")
_OWNED = Shape(OWNERS, "service", OWNERSHIP, "owners of services")
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", re.ASCII)
_PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%", re.ASCII)
_MINUTES_LIMIT = 525_600


def read(delivery: Delivery) -> Reading:
    """Every ownership and every promise; a record without any ownership is refused."""
    return read_parts(delivery, _read_part)


def _read_part(part: Part, notes: Notebook) -> Reading:
    if form_of(part, "tree") != "tree":
        found = read_rows(part, notes, _OWNED, "tree")
        return _reading(found.seen, _ownerships(found.rows, notes), (), None)
    source = read_tree(part, notes)
    if not isinstance(source.value, dict):
        raise Unusable(Remark(part.path, 1, "the record is not an object", 'write `{"ownership": […]}`', True))
    owned, promised = _rows(source, OWNERSHIP, OWNERS, notes), _rows(source, _SLAS, _PROMISES, notes)
    seen = owned.seen + promised.seen + pass_over(source, (*OWNERSHIP, *_SLAS), _HISTORY, notes)
    if not owned.seen:
        notes.block(0, "the record assigns no service to anybody", "add `ownership`: service, team, primary")
    slas = tuple(filter(None, (_sla(row, notes) for row in promised.rows)))
    return _reading(seen, _ownerships(owned.rows, notes), slas, _support(source.value))


def _reading(
    seen: int, ownership: tuple[Ownership, ...], slas: tuple[SlaTarget, ...], support: Support | None
) -> Reading:
    teams = tuple(_teams(ownership))
    contents = Contents(ownership=ownership, slas=slas, teams=teams, support=support)
    return Reading(seen, len(ownership) + len(slas), (), contents)


def _rows(source: JsonText, names: tuple[str, ...], columns: Columns, notes: Notebook) -> Found:
    """The rows of all lists with one of these names, or of mappings from service to entry."""
    rows: list[Row] = []
    seen = 0
    given = source.value if isinstance(source.value, dict) else {}
    for name, value in given.items():
        if folded(name) not in map(folded, names) or value is None:
            continue
        found = _entries(value)
        seen += len(found)
        way = (name,) if isinstance(value, list | dict) else ()
        rows.extend(json_rows(source, way, found, columns, notes))
    return Found(tuple(rows), seen)


def _entries(value: Value) -> Entries:
    if isinstance(value, list):
        return list(enumerate(value))
    if isinstance(value, dict):
        return [(service, _with_service(service, entry)) for service, entry in value.items()]
    return [(0, value)]


def _with_service(service: str, entry: Value) -> Value:
    fields: Value = {"team": entry} if isinstance(entry, str) else entry
    return {"service": service, **fields} if isinstance(fields, dict) else fields


def _ownerships(rows: Sequence[Row], notes: Notebook) -> tuple[Ownership, ...]:
    return tuple(filter(None, (_ownership(row, notes) for row in rows)))


def _ownership(row: Row, notes: Notebook) -> Ownership | None:
    service = row.get("service")
    if not slug(service):
        notes.block(row.line, "the ownership names no service", "add `service`", stands_for=1)
        return None
    if not is_slug(service):
        notes.note(row.line, f"service {shown(service)} is read as {slug(service)!r}", "use the catalog's id")
    people = (row.get("team"), row.get("primary"), row.get("secondary"))
    return Ownership(slug(service), *people, notes.path, row.line)


def _sla(row: Row, notes: Notebook) -> SlaTarget | None:
    service, metric = slug(row.get("service")), slug(row.get("metric"))
    if not service or not metric:
        notes.block(row.line, "the promise names no service or no metric", "add both", stands_for=1)
        return None
    percent, minutes = _percent(row, notes), _minutes(row, notes)
    if percent is None and minutes is None:
        message = f"the promise of {metric} for {service} gives no usable target"
        notes.note(row.line, message, "add `target_percent` or `target_minutes`", stands_for=1)
        return None
    severity = SEVERITIES.get(row.get("severity").casefold())
    if row.get("severity") and not severity:
        notes.note(row.line, f"severity {shown(row.get('severity'))} is not a known value", "use Critical to Low")
    return SlaTarget(service, metric, percent, minutes, severity, row.get("window"), row.line)


def _percent(row: Row, notes: Notebook) -> float | None:
    """`target_percent`, or a target with a per cent sign."""
    share = _PERCENTAGE.fullmatch(row.get("target"))
    return _number(row, "target_percent", share[1] if share else row.get("percent").removesuffix("%"), 100, notes)


def _minutes(row: Row, notes: Notebook) -> int | None:
    """`target_minutes`, or a target that is a duration with its unit."""
    target = row.get("target")
    if not row.get("minutes") and target and not _PERCENTAGE.fullmatch(target):
        spent = read_duration(target, notes.dialect)
        if isinstance(spent, Unclear):
            notes.note(row.line, f"target {shown(target)} {spent.why}", spent.remedy)
            return None
        return int(spent)
    found = _number(row, "target_minutes", row.get("minutes"), _MINUTES_LIMIT, notes)
    return None if found is None else int(found)


def _number(row: Row, name: str, given: str, limit: float, notes: Notebook) -> float | None:
    given = given.strip()
    if _NUMBER.fullmatch(given) and float(given) <= limit:
        return float(given)
    if given:
        notes.note(row.line, f"{name} {shown(given)} is not a number from 0 to {limit:,}", "write a number")
    return None


def _teams(ownership: tuple[Ownership, ...]) -> Iterator[Team]:
    """Everybody whom the record names: teams by id, people by address."""
    for entry in ownership:
        for name in (entry.team, entry.primary, entry.secondary):
            if name:
                yield Team(name, name if "@" in name else "", entry.path, entry.line)


def _support(value: Mapping[str, Value]) -> Support | None:
    given = value.get("support")
    if not isinstance(given, dict):
        return None
    zone = field(given, "timezone") or field(given, "time_zone")
    return Support(field(given, "hours"), zone, as_text(given.get("escalation_tool")))

"""`operational-handover-record.json`: who answers for which service, and which levels were promised."""

from collections.abc import Iterator, Mapping

from ray18.findings import shown
from ray18.handover.json_text import JsonText, as_text, field, passed_over, read_json
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
from ray18.handover.text import is_slug, slug
from ray18.handover.words import SEVERITIES
from ray18.yaml import Step, Value

_OWNERSHIP = ("ownership", "owners", "services")
_SLAS = ("slas", "sla", "service_levels")
_MINUTES_LIMIT = 525_600


def read(path: str, files: Mapping[str, bytes]) -> Reading:
    """Every ownership and every promise. Raises Unusable, also when there is no ownership at all."""
    source, notes = read_json(path, files[path])
    if not isinstance(source.value, dict):
        raise Unusable(Remark(path, 1, "the record is not an object", 'write `{"ownership": […]}`', True))
    passed_over(source, (*_OWNERSHIP, *_SLAS), notes)
    owned = list(_objects(source, _OWNERSHIP, notes))
    promised = list(_objects(source, _SLAS, notes))
    if not owned:
        notes.block(0, "the record assigns no service to anybody", "add `ownership`: service, team, primary")
    ownership = tuple(filter(None, (_ownership(path, line, value, notes) for line, value in owned)))
    slas = tuple(filter(None, (_sla(line, value, notes) for line, value in promised)))
    items = len(ownership) + len(slas)
    contents = Contents(ownership=ownership, slas=slas, teams=tuple(_teams(ownership)), support=_support(source.value))
    rows = items + sum(remark.stands_for for remark in notes.remarks)
    return Reading(rows, items, tuple(notes.remarks), contents)


def _objects(source: JsonText, names: tuple[str, ...], notes: Notebook) -> Iterator[tuple[int, dict[str, Value]]]:
    """Line and content of each entry of a list, or of a mapping from service to entry."""
    if not isinstance(source.value, dict):
        return
    for name in names:
        for way, value in _entries(name, source.value.get(name)):
            if isinstance(value, dict) and value:
                yield source.line(*way), value
            else:
                message = f"an entry of `{name}` is not an object with fields"
                notes.block(source.line(*way), message, "give it named fields", stands_for=1)


def _entries(name: str, value: Value) -> Iterator[tuple[tuple[Step, ...], Value]]:
    if isinstance(value, list):
        yield from (((name, at), entry) for at, entry in enumerate(value))
    elif isinstance(value, dict):
        for service, entry in value.items():
            fields: Value = {"team": entry} if isinstance(entry, str) else entry
            yield (name, service), {"service": service, **fields} if isinstance(fields, dict) else fields
    elif value is not None:
        yield (name,), value


def _ownership(path: str, line: int, value: Mapping[str, Value], notes: Notebook) -> Ownership | None:
    service = field(value, "service") or field(value, "id")
    if not service:
        notes.block(line, "the ownership names no service", "add `service`", stands_for=1)
        return None
    if not is_slug(service):
        notes.note(line, f"service {shown(service)} is read as {slug(service)!r}", "use the catalog's id")
    team = field(value, "team") or field(value, "owner")
    return Ownership(slug(service), team, field(value, "primary"), field(value, "secondary"), path, line)


def _sla(line: int, value: Mapping[str, Value], notes: Notebook) -> SlaTarget | None:
    service, metric = slug(field(value, "service")), slug(field(value, "metric"))
    if not service or not metric:
        notes.block(line, "the promise names no service or no metric", "add both", stands_for=1)
        return None
    percent = _number(line, value, "target_percent", 100, notes)
    minutes = _number(line, value, "target_minutes", _MINUTES_LIMIT, notes)
    if percent is None and minutes is None:
        message = f"the promise of {metric} for {service} gives no usable target"
        notes.note(line, message, "add `target_percent` or `target_minutes`", stands_for=1)
        return None
    severity = SEVERITIES.get(field(value, "severity").casefold())
    if field(value, "severity") and not severity:
        notes.note(line, f"severity {shown(field(value, 'severity'))} is not a known value", "use Critical to Low")
    return SlaTarget(
        service,
        metric,
        percent,
        None if minutes is None else int(minutes),
        severity,
        field(value, "window"),
        line,
    )


def _number(line: int, value: Mapping[str, Value], name: str, limit: float, notes: Notebook) -> float | None:
    given = value.get(name)
    if given is None:
        return None
    usable = isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= limit
    if usable and isinstance(given, int | float):
        return given
    notes.note(line, f"{name} {shown(given)} is not a number from 0 to {limit:,}", "write a number")
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

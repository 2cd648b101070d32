"""Catalogs and objectives in the forms of other tools: Backstage entities, OpenSLO v1, Sloth and Pyrra."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ray18.documents.services import Objective, Service, TimeWindow
from ray18.findings import shown
from ray18.handover.delivery import Part
from ray18.handover.json_text import JsonText, as_text, field, read_trees
from ray18.handover.model import Notebook, Promise, Team
from ray18.handover.table import meaning
from ray18.handover.text import cleaned, is_slug, one_line, slug
from ray18.handover.words import TIERS
from ray18.yaml import Value

_KINDS_OF_SERVICES = frozenset(("component", "resource"))
_LIFECYCLES = frozenset(("experimental", "production", "deprecated", "retired"))
_WINDOW = re.compile(r"[1-9][0-9]{0,3}[hdwMQY]\Z")
_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,9})?", re.ASCII)
_URL = re.compile(r"https?://[^\s/?#]+[^\s]*\Z")
_METHODS = frozenset(("Occurrences", "Timeslices", "RatioTimeslices"))
_UNKNOWN_SERVICE = (
    "say which in ray18.yaml: intake.values.service, from the name of the objective to the id of the service"
)

Object = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Entities:
    """What a file of entities gives; services with the lines where they begin."""

    services: tuple[tuple[Service, int], ...]
    teams: tuple[Team, ...]
    objectives: tuple[Promise, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class _Entity:
    """One document, with what remarks about it need."""

    source: JsonText
    value: Object
    notes: Notebook

    @property
    def line(self) -> int:
        return self.source.line()

    def at(self, *way: str) -> Object:
        """The object that a way leads to; an empty one where there is none."""
        found: Value = dict(self.value)
        for step in way:
            found = found.get(step) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}


def read_entities(part: Part, notes: Notebook) -> Entities | None:
    """The entities of a file; None when its first document is none, so that it may be a plain list. Raises Unusable."""
    trial = Notebook(part.path, dialect=notes.dialect)
    documents = [_Entity(source, source.value if isinstance(source.value, dict) else {}, notes)
                 for source in read_trees(part, trial)]  # fmt: skip
    if _reader(documents[0].value) is None:
        return None
    notes.remarks.extend(trial.remarks)
    given = [thing for entity in documents for thing in _given(entity)]
    seen = sum(_entries(entity) for entity in documents)
    return Entities(
        tuple((thing, line) for thing, line in given if isinstance(thing, Service)),
        tuple(thing for thing, _ in given if isinstance(thing, Team)),
        tuple(thing for thing, _ in given if isinstance(thing, Promise)),
        seen,
    )


Thing = Service | Team | Promise
Read = Callable[[_Entity], Iterator[Thing]]


def _reader(value: Object) -> Read | None:
    api, kind, version = (as_text(value.get(name)) for name in ("apiVersion", "kind", "version"))
    if api.startswith("backstage.io/"):
        return _backstage
    if api.startswith("openslo/"):
        return _openslo
    if api.startswith("pyrra.dev/") and kind == "ServiceLevelObjective":
        return _pyrra
    sloth = api.startswith("sloth.slok.dev/") or (version.startswith("prometheus/") and "slos" in value)
    return _sloth if sloth else None


def _given(entity: _Entity) -> Iterator[tuple[Thing, int]]:
    read = _reader(entity.value)
    if read is None:
        message = "this document is of no known kind"
        entity.notes.note(entity.line, message, "known: Backstage, OpenSLO, Sloth, Pyrra", stands_for=1)
        return
    yield from ((thing, thing.line if isinstance(thing, Promise) else entity.line) for thing in read(entity))


def _entries(entity: _Entity) -> int:
    """How many rows a document counts as: one, or one for each objective of the lists of OpenSLO and Sloth."""
    reader = _reader(entity.value)
    if reader is _openslo and field(entity.value, "kind") == "SLO":
        return max(1, len(_openslo_list(entity)))
    return max(1, len(_sloth_list(entity))) if reader is _sloth else 1


def _leave(entity: _Entity, message: str, remedy: str) -> None:
    entity.notes.note(entity.line, message, remedy, stands_for=1)


# Backstage: https://backstage.io/docs/features/software-catalog/descriptor-format


def _backstage(entity: _Entity) -> Iterator[Thing]:
    kind = field(entity.value, "kind").casefold()
    name = field(entity.at("metadata"), "name")
    if kind in _KINDS_OF_SERVICES:
        yield from _component(entity, name)
    elif kind in ("group", "user") and name:
        contact = field(entity.at("spec", "profile"), "email")
        yield Team(slug(name) or name, contact, entity.notes.path, entity.line)
    else:
        _leave(entity, f"{shown(kind)} {shown(name)} is no service; it is not taken over", "nothing to do")


def _component(entity: _Entity, name: str) -> Iterator[Service]:
    metadata, spec = entity.at("metadata"), entity.at("spec")
    service_id = slug(name)
    if not service_id:
        entity.notes.block(entity.line, "the entity has no name", "add metadata.name", stands_for=1)
        return
    annotations = dict(_kept(entity))
    fields: dict[str, Any] = {
        "id": service_id,
        "name": one_line(cleaned(field(metadata, "title") or name)[0])[:300],
        "description": one_line(cleaned(field(metadata, "description"))[0])[:2000] or None,
        "owner": _owner(entity, annotations),
        "tier": TIERS.get(field(entity.at("metadata", "labels"), "tier").casefold()),
        "lifecycle": _lifecycle(entity, annotations),
        "depends_on": tuple(dict.fromkeys(_needs(spec))),
        "runbook": _runbook(metadata),
        "annotations": annotations or None,
    }
    try:
        yield Service.model_validate({key: value for key, value in fields.items() if value})
    except ValidationError as error:
        message = f"{shown(name)} cannot be taken over: {'.'.join(map(str, error.errors()[0]['loc']))}"
        entity.notes.block(entity.line, message, "mend the entity", stands_for=1)


def _kept(entity: _Entity) -> Iterator[tuple[str, str]]:
    """What no field is for: kind, type, system and the entity's own annotations and labels."""
    said = {"kind": field(entity.value, "kind"), **{key: field(entity.at("spec"), key) for key in ("type", "system")}}
    own = {**entity.at("metadata", "labels"), **entity.at("metadata", "annotations")}
    for heading, value in ({f"backstage-{key}": text for key, text in said.items()} | own).items():
        text = one_line(cleaned(as_text(value))[0])[:2000]
        if text and heading != "tier":
            yield slug(heading) or "other", text


def _reference(text: str) -> str:
    """The name in an entity reference `[kind:][namespace/]name`."""
    return slug(text.rsplit(":", 1)[-1].rsplit("/", 1)[-1])


def _owner(entity: _Entity, annotations: dict[str, str]) -> str | None:
    given = field(entity.at("spec"), "owner")
    meant = meaning(entity.notes.dialect, "owner", given)
    owner = meant if is_slug(meant) else _reference(given)
    if given and not owner:
        annotations["owner-as-handed-over"] = given[:2000]
        entity.notes.note(entity.line, f"owner {shown(given)} is no reference to a group or user", "set `owner`")
    return owner or None


def _lifecycle(entity: _Entity, annotations: dict[str, str]) -> str | None:
    given = field(entity.at("spec"), "lifecycle")
    meant = meaning(entity.notes.dialect, "lifecycle", given).casefold()
    if not given or meant in _LIFECYCLES:
        return meant or None
    annotations["lifecycle-as-handed-over"] = given[:2000]
    entity.notes.note(entity.line, f"lifecycle {shown(given)} is not a known value", "set `lifecycle`")
    return None


def _needs(spec: Object) -> Iterator[str]:
    found = spec.get("dependsOn")
    for entry in found if isinstance(found, list) else []:
        if name := _reference(as_text(entry)):
            yield name


def _runbook(metadata: Object) -> str | None:
    """The link whose title or type says runbook."""
    links = metadata.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and "runbook" in f"{field(link, 'title')} {field(link, 'type')}".casefold():
            url = field(link, "url")
            if _URL.match(url) and len(url) <= 2000:
                return url
    return None


# Objectives


def _promise(entity: _Entity, service: str, fields: Mapping[str, Any], percent: str, line: int) -> Iterator[Promise]:
    """One objective of a service; `percent` is its target as written, out of 100."""
    name = slug(str(fields["name"])) or "objective"
    known = meaning(entity.notes.dialect, "service", service or str(fields["name"]))
    if not service and known == fields["name"]:
        message = f"the objective {shown(fields['name'])} names no service"
        entity.notes.note(line, message, _UNKNOWN_SERVICE, stands_for=1)
        return
    if not _PERCENT.fullmatch(percent) or not 0 < float(percent) <= 100:
        message = f"the target {shown(percent)} of {shown(fields['name'])} is no percentage"
        entity.notes.block(line, message, "write it as 99.9", stands_for=1)
        return
    given = {**fields, "name": name, "target_percent": float(percent)}
    objective = Objective.model_validate({key: value for key, value in given.items() if value})
    yield Promise(slug(known), objective, entity.notes.path, line)


def _window(entity: _Entity, text: str, line: int) -> TimeWindow | None:
    if text and not _WINDOW.match(text):
        entity.notes.note(line, f"the window {shown(text)} is not as 30d; 30d is taken", "set `time_window`")
        return None
    return TimeWindow(duration=text) if text else None


def _indicator(text: str) -> str | None:
    return one_line(cleaned(text)[0])[:300].strip() or None


def _openslo(entity: _Entity) -> Iterator[Promise]:
    """https://github.com/OpenSLO/OpenSLO: kind SLO; `target` is a share, `targetPercent` a percentage."""
    kind, spec = field(entity.value, "kind"), entity.at("spec")
    name = field(entity.at("metadata"), "name")
    if kind != "SLO":
        _leave(entity, f"{shown(kind)} {shown(name)} is no objective; it is not taken over", "nothing to do")
        return
    windows = spec.get("timeWindow")
    window = windows[0] if isinstance(windows, list) and windows and isinstance(windows[0], dict) else {}
    method = field(spec, "budgetingMethod")
    shared = {
        "indicator": _indicator(field(spec, "description")),
        "time_window": _window(entity, field(window, "duration"), entity.line),
        "budgeting_method": method if method in _METHODS else None,
    }
    service = field(spec, "service")
    if not service and (known := meaning(entity.notes.dialect, "service", name)) != name:
        service = known
    found = _openslo_list(entity)
    if not found:
        yield from _promise(entity, service, {**shared, "name": name}, "", entity.line)
    for at, objective in enumerate(found):
        line = entity.source.line("spec", "objectives", at) if len(found) > 1 else entity.line
        if not isinstance(objective, dict):
            message = f"entry {at + 1} of `objectives` is not an object"
            entity.notes.block(line, message, "give it named fields", stands_for=1)
            continue
        own = {"name": name}
        if len(found) > 1:
            own["name"] = f"{name}: {field(objective, 'displayName') or at + 1}"
        yield from _promise(entity, service, {**shared, **own}, _percentage(objective), line)


def _openslo_list(entity: _Entity) -> list[Value]:
    found = entity.at("spec").get("objectives")
    return found if isinstance(found, list) else []


def _percentage(objective: Object) -> str:
    """`targetPercent`, or `target` times 100 in decimal digits."""
    from decimal import Decimal, InvalidOperation

    if "targetPercent" in objective:
        return field(objective, "targetPercent")
    try:
        return format((Decimal(field(objective, "target")) * 100).normalize(), "f")
    except InvalidOperation:
        return field(objective, "target")


def _sloth_list(entity: _Entity) -> list[Value]:
    found = entity.value.get("slos") or entity.at("spec").get("slos")
    return found if isinstance(found, list) else []


def _sloth(entity: _Entity) -> Iterator[Promise]:
    """https://sloth.dev: `service` with a list `slos`, as a file or as the resource PrometheusServiceLevel."""
    service = field(entity.value, "service") or field(entity.at("spec"), "service")
    way = ("slos",) if "slos" in entity.value else ("spec", "slos")
    found = _sloth_list(entity)
    if not found:
        _leave(entity, "there is no list `slos`", "add it")
    for at, slo in enumerate(found):
        line = entity.source.line(*way, at)
        if not isinstance(slo, dict):
            entity.notes.block(line, f"entry {at + 1} of `slos` is not an object", "give it named fields", stands_for=1)
            continue
        fields = {"name": field(slo, "name"), "indicator": _indicator(field(slo, "description"))}
        yield from _promise(entity, service, fields, field(slo, "objective"), line)


def _pyrra(entity: _Entity) -> Iterator[Promise]:
    """https://github.com/pyrra-dev/pyrra: names no service but by a label."""
    metadata, spec = entity.at("metadata"), entity.at("spec")
    labels = entity.at("metadata", "labels")
    service = field(labels, "pyrra.dev/service") or field(labels, "service")
    fields = {
        "name": field(metadata, "name"),
        "indicator": _indicator(field(spec, "description")),
        "time_window": _window(entity, field(spec, "window"), entity.line),
    }
    yield from _promise(entity, service, fields, field(spec, "target"), entity.line)

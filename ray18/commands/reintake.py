"""How `ray18 intake` brings existing records up to a newer hand-over: what people did not touch follows it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from ray18.documents import kind
from ray18.documents.backlog import OPEN, BacklogItem
from ray18.documents.base import Model, Output
from ray18.documents.document import Document, read
from ray18.documents.services import Services
from ray18.documents.settings import Settings
from ray18.errors import Ray18Error
from ray18.handover import ARTIFACTS, Handover
from ray18.handover.revision import (
    Difference,
    Digests,
    Drafted,
    digests_of,
    drafted_bytes,
    fields_of,
    following,
    read_drafted,
    revision,
    step_ways,
)
from ray18.snapshot import WorkTreeSnapshot
from ray18.terminal import safe
from ray18.yaml import Step, Value, edit

DRAFTED = "intake-drafts.json"
"""The record of what was drafted last time, in the evidence folder."""
_SHOWN = 20


@dataclass
class Update:
    """What changes in existing records, and what to tell."""

    writes: dict[str, bytes] = field(default_factory=dict)
    updated: list[str] = field(default_factory=list)
    """Ids of records that follow the hand-over in some field."""
    kept: int = 0
    """Records that stay as they are."""
    differences: list[Difference] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Ids of open items that the hand-over does not name any more."""
    notes: list[str] = field(default_factory=list)
    drafted: dict[str, Digests] = field(default_factory=dict)


def updated(place: Path, settings: Settings, handover: Handover, fresh: frozenset[str], settle: bool) -> Update:
    """The update of all records that exist already; `fresh` are the ids that are drafted for the first time."""
    update = Update()
    before = _drafted_before(place, settings, update)
    for item in handover.items:
        name = f"items/{item.id}"
        theirs = dict(fields_of(plain(item)))
        if item.id in fresh:
            update.drafted[name] = digests_of(theirs)
        else:
            path = f"{settings.locations.backlog}/{item.id}.yaml"
            _follow(_Record(place, path, "backlog-item", name, ()), theirs, before.get(name), update, settle)
    _services(place, settings, handover, before, update, settle)
    if not settle:
        _gone(place, settings, handover, before, update)
    return update


def plain(model: Model) -> dict[str, Any]:
    """A record as it is drafted: fields that have their default are left out."""
    value: dict[str, Any] = model.model_dump(mode="json", exclude_defaults=True)
    return value


def _drafted_before(place: Path, settings: Settings, update: Update) -> Mapping[str, Digests]:
    path = place / settings.evidence_folder / DRAFTED
    if not path.is_file():
        return {}
    found = read_drafted(path.read_bytes())
    if found is None:
        update.notes.append(f"{DRAFTED} cannot be read: every field counts as changed by people")
    return found.records if found else {}


@dataclass(frozen=True)
class _Record:
    """One record in a file: the item of a file of its own, or a service among others."""

    place: Path
    path: str
    kind: str
    name: str
    way: tuple[Step, ...]

    def document(self, update: Update) -> Document[Any] | None:
        """The file, as it will be when what was planned before is written; None when it cannot be used."""
        content = update.writes.get(self.path)
        if content is None:
            content = WorkTreeSnapshot(self.place).read(self.path)
        document, _ = read(kind(self.kind), self.path, content)
        return document


def _follow(
    record: _Record, theirs: dict[tuple[str, ...], Value], base: Digests | None, update: Update, settle: bool
) -> None:
    document = record.document(update)
    if document is None:
        update.kept += 1
        update.notes.append(f"{record.path} cannot be read and was left alone; `ray18 check` says why")
        if base is not None:
            update.drafted[record.name] = base
        return
    ours = dict(fields_of(_said(document, record.way)))
    found = revision(record.name.partition("/")[2], base, ours, theirs)
    differences = () if settle else found.differences
    update.differences.extend(differences)
    update.drafted[record.name] = following(base, theirs, differences)
    changed = _edited(document, step_ways(found.changes, record.way)) if found.changes else None
    if changed is None:
        update.kept += 1
        if found.changes:
            update.notes.append(
                f"{record.path} was left alone: with the hand-over's values it would be no valid record"
            )
    else:
        update.writes[record.path] = changed
        update.updated.append(record.name.partition("/")[2])


def _said(document: Document[Any], way: tuple[Step, ...]) -> Value:
    value: Any = plain(document.content)
    for step in way:
        value = value[step]
    return value  # type: ignore[no-any-return]


def _edited(document: Document[Any], changes: Mapping[tuple[Step, ...], Value]) -> bytes | None:
    """The file with the changes, every comment kept; None when it would be no valid record."""
    try:
        content = edit(document.source, changes)
    except Ray18Error:
        return None
    after, _ = read(kind(document.kind), document.path, content)
    return content if after is not None else None


def _services(
    place: Path,
    settings: Settings,
    handover: Handover,
    before: Mapping[str, Digests],
    update: Update,
    settle: bool,
) -> None:
    path = settings.locations.services
    known = _Record(place, path, "services", "", ()).document(update) if (place / path).is_file() else None
    catalog = known.content if known and isinstance(known.content, Services) else Services()
    places = {service.id: at for at, service in enumerate(catalog.services)}
    for service in handover.services:
        name = f"services/{service.id}"
        theirs = dict(fields_of(plain(service)))
        if service.id in places:
            record = _Record(place, path, "services", name, ("services", places[service.id]))
            _follow(record, theirs, before.get(name), update, settle)
        elif not catalog.services:
            update.drafted[name] = digests_of(theirs)


def _gone(place: Path, settings: Settings, handover: Handover, before: Mapping[str, Digests], update: Update) -> None:
    """Open items that came from an artifact which is readable and does not name them any more."""
    named = {f"items/{item.id}" for item in handover.items}
    readable = {entry.name for entry in handover.artifacts if entry.present and entry.readable}
    for name in sorted(set(before) - named):
        if not name.startswith("items/"):
            continue
        path = f"{settings.locations.backlog}/{name.partition('/')[2]}.yaml"
        if not (place / path).is_file():
            continue
        document = _Record(place, path, "backlog-item", name, ()).document(update)
        item = document.content if document else None
        if not isinstance(item, BacklogItem) or item.status not in OPEN:
            continue
        update.drafted[name] = before[name]
        source = (item.source.artifact or "").split("/")[0]
        if any(entry.is_named(source) and entry.name in readable for entry in ARTIFACTS):
            update.gone.append(item.id)


def record_bytes(update: Update) -> bytes:
    """The record of this intake."""
    return drafted_bytes(Drafted(update.drafted))


def lines(update: Update, dry_run: bool) -> Iterator[str]:
    """What happened to existing records, in words."""
    would = "would be " if dry_run else ""
    if update.updated:
        yield f"{would}updated: {_some(update.updated)}: what nobody changed since follows the newer hand-over"
    if update.differences:
        yield f"kept as people have it, in {len(update.differences):,} field(s) where the hand-over differs:"
        for one in update.differences[:_SHOWN]:
            yield f"  {one.record}: {'.'.join(one.way)}: here {_told(one.ours)}; handed over {_told(one.theirs)}"
        if len(update.differences) > _SHOWN:
            yield f"  … and {len(update.differences) - _SHOWN:,} more (--format json has all)"
        yield "  Take one over with `ray18 backlog set`; once all are looked at, `ray18 intake --settle` shows them no more."
    if update.gone:
        yield f"not handed over any more, and still open: {_some(update.gone)}; nothing is closed by itself"
    yield from update.notes


def _some(ids: Sequence[str]) -> str:
    rest = f" and {len(ids) - 5:,} more" if len(ids) > 5 else ""
    return ", ".join(ids[:5]) + rest


def _told(value: Value) -> str:
    return "nothing" if value is None else safe(str(value))[:60]


class DifferenceOutput(Output):
    """A field that people changed, and that a newer hand-over has otherwise."""

    record: str
    """The id of the item or service."""
    field: str
    """The way to the value, with dots between."""
    here: JsonValue
    """What the record says."""
    handed_over: JsonValue
    """What the hand-over says."""


def differences(update: Update) -> tuple[DifferenceOutput, ...]:
    """The differences, for programs."""
    return tuple(
        DifferenceOutput(record=one.record, field=".".join(one.way), here=one.ours, handed_over=one.theirs)
        for one in update.differences
    )

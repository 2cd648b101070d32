"""What may be written where the cursor stands: fields, known values, days, and the names that other records declare."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from ray18.documents import Kind
from ray18.documents.document import Document
from ray18.documents.fields import Spot, spot
from ray18.language.cursor import Cursor, cursor_at
from ray18.language.things import Thing, things
from ray18.yaml import Step

MOST = 200
"""Names offered at once; more are found by writing on."""
_DAYS = (0, 7, 14, 30, 90, 180)
Documents = Callable[[str], Iterable[Document[Any]]]


@dataclass(frozen=True)
class Proposal:
    """One thing that may be written."""

    label: str
    text: str
    """What replaces the word at the cursor."""
    what: Literal["field", "value", "name", "day"]
    detail: str = ""
    about: str = ""


@dataclass(frozen=True)
class Proposals:
    """Everything that may be written, best first."""

    entries: tuple[Proposal, ...]
    start: int
    """The column, from 0, where the word that is replaced begins."""
    end: int
    all_there: bool = True
    """Whether nothing was left out because there was too much."""


def proposals(kind: Kind, text: str, line: int, column: int, documents: Documents, today: date) -> Proposals | None:
    """What may be written at a line and a column, both from 0; None where nothing is known."""
    cursor = cursor_at(text, line, column)
    here = spot(kind.model, cursor.way) if cursor else None
    if cursor is None or here is None:
        return None
    indent = " " * (cursor.start + 2)
    if cursor.at_key or (here.is_mapping and not here.words):
        entries = tuple(_keys(here, cursor, documents, indent))
        return Proposals(entries, cursor.start, cursor.end)
    named = [thing for thing in _named(here, cursor.way, documents) if _fits(thing, cursor)]
    entries = (
        *(Proposal(word, word, "value") for word in here.words),
        *(_day(today, days) for days in _DAYS if here.is_day),
        *(_name(thing) for thing in named[:MOST]),
    )
    return Proposals(entries, cursor.start, cursor.end, len(named) <= MOST) if entries else None


def _keys(here: Spot, cursor: Cursor, documents: Documents, indent: str) -> Iterator[Proposal]:
    fields = here.fields()
    for name in sorted(fields, key=lambda name: not fields[name].required):
        if name not in cursor.beside:
            below = fields[name]
            detail = "must be there" if below.required else ""
            yield Proposal(name, f"{name}:{_opening(below, indent)}", "field", detail, below.description)
    if here.keys is not None and not fields:
        for thing in things(here.keys.names, documents):
            if thing.name not in cursor.beside:
                yield Proposal(thing.name, f"{thing.name}: ", "name", thing.title)


def _opening(below: Spot, indent: str) -> str:
    """What follows the colon: a blank, or the beginning of what stands below."""
    entry = below.below(0) if below.is_many else None
    if entry is not None:
        return f"\n{indent}- " if entry.is_mapping else " ["
    return f"\n{indent}" if below.is_mapping else " "


def _named(here: Spot, way: tuple[Step, ...], documents: Documents) -> Iterator[Thing]:
    """Everything that may be named here; not the names that a record gives itself."""
    if way and way[-1] == "id":
        return iter(())
    return things(here.names, documents)


def _fits(thing: Thing, cursor: Cursor) -> bool:
    if thing.name in cursor.beside:
        return False
    written = cursor.written.casefold()
    return written in thing.name.casefold() or written in thing.title.casefold()


def _name(thing: Thing) -> Proposal:
    return Proposal(thing.name, thing.name, "name", thing.title, "\n".join(thing.about))


def _day(today: date, days: int) -> Proposal:
    day = (today + timedelta(days)).isoformat()
    return Proposal(day, day, "day", f"in {days} days" if days else "today")

"""Three-way merge, cell by cell: what the sheet says, what the program says now, and what both began with.

A cell that only the sheet changed is taken; one that only the program changed is kept; one that both changed, each otherwise,
is a conflict. Nothing is ever concluded from a row or a column that is not there.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ray18.exchange.columns import BASE, Cells, compared
from ray18.exchange.sheet import Row

Side = Literal["sheet", "program"]


class Beginning(Protocol):
    """What a row began with."""

    def was(self, name: str, text: str) -> bool:
        """Whether the cell of a column was this text then."""

    def shown(self, name: str) -> str | None:
        """The text of the cell then; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Known:
    """The cells then."""

    cells: Cells

    def was(self, name: str, text: str) -> bool:
        return _alike(name, self.cells.get(name, ""), text)

    def shown(self, name: str) -> str | None:
        return self.cells.get(name, "")


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Only how the cells can be recognised; one that was not taken down was blank."""

    marks: Mapping[str, str]

    def was(self, name: str, text: str) -> bool:
        return self.marks.get(name, fingerprint(name, "")) == fingerprint(name, text)

    def shown(self, name: str) -> str | None:  # noqa: ARG002 (the question is the same for all)
        return None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Nobody knows: whatever differs is a conflict."""

    def was(self, name: str, text: str) -> bool:  # noqa: ARG002
        return False

    def shown(self, name: str) -> str | None:  # noqa: ARG002
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that the sheet changes: what the program says and what it is to say."""

    place: str
    item: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A cell that sheet and program changed, each otherwise; `base` is None where nobody knows what it was."""

    place: str
    item: str
    column: str
    base: str | None
    sheet: str
    program: str


def fingerprint(name: str, text: str) -> str:
    """Eight hexadecimal digits by which a cell is recognised."""
    return hashlib.sha256(compared(name, text).encode()).hexdigest()[:8]


def merged(row: Row, now: Cells, began: Beginning, take: Side | None = None) -> Iterator[Change | Conflict]:
    """What a row does to the item it stands for; `take` decides conflicts."""
    for name in _names(row, now):
        wanted, is_now = row.cells.get(name, ""), now.get(name, "")
        if _alike(name, wanted, is_now) or began.was(name, wanted):
            continue
        if began.was(name, is_now) or take == "sheet":
            yield Change(row.places.get(name, row.place), row.item, name, is_now, wanted)
        elif take is None:
            place = row.places.get(name, row.place)
            yield Conflict(place, row.item, name, began.shown(name), wanted, is_now)


def _alike(name: str, one: str, other: str) -> bool:
    return one == other or compared(name, one) == compared(name, other)


def _names(row: Row, now: Cells) -> Iterator[str]:
    """The columns that the row speaks of."""
    yield from (name for name in row.cells if name not in ("id", BASE))
    yield from (name for name in now if row.whole and name.startswith(row.whole) and name not in row.cells)

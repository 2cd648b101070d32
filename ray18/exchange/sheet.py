"""A sheet as it is written and as it comes back, whatever its format."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ray18.errors import BlockedError
from ray18.evidence.sheets import ACTIVE
from ray18.exchange.columns import BASE, CORE, Cells, column, columns, in_order
from ray18.handover.model import Unusable
from ray18.handover.table import folded

_INERT = re.compile(r"'+\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]|''")


@dataclass(frozen=True, slots=True)
class Table:
    """What is written: headings, and one row for each item with its cells."""

    headings: tuple[str, ...]
    rows: tuple[Cells, ...]

    def lines(self) -> Sequence[Sequence[str]]:
        """The rows as lists, a text for each heading."""
        return [[row.get(name, "") for name in self.headings] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A place in a sheet that cannot be taken over, and why."""

    place: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row that came back: where each cell is, and what it says. Cells of columns that the sheet has not are not there."""

    place: str
    cells: Cells
    places: Mapping[str, str]
    whole: tuple[str, ...] = ()
    """Beginnings of the columns that it has all of: one that is not there is blank."""

    @property
    def item(self) -> str:
        """The id of the item, or an empty text."""
        return self.cells.get("id", "").strip()

    @property
    def base(self) -> str:
        """Git's id of the file that the row was made from, or an empty text."""
        return self.cells.get(BASE, "").strip()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that came back: its rows, what keeps some of it from being used, and what is only worth a look."""

    rows: tuple[Row, ...]
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as a format has it: cells in the order of the headings, and where each is."""

    place: str
    texts: Sequence[str]
    places: Sequence[str]


def table(rows: Sequence[Cells], wanted: Sequence[str] = ()) -> Table:
    """The table of some items: the wanted columns, else the core and every other with anything in it."""
    filled = {name for row in rows for name in row}
    return Table((*in_order([*wanted, "id"] if wanted else [*CORE, *(filled - {BASE})]), BASE), tuple(rows))


def sheet(headings: Sequence[str], rows: Sequence[RawRow], at: str, *, escaped: bool = True) -> Sheet:
    """The sheet of raw rows. Raises BlockedError, naming every heading that is wrong, when it is none of ours.

    `escaped`: texts that a spreadsheet would compute have an apostrophe in front, which is taken off.
    """
    names = _names(headings, at)
    found, notes = [], []
    for row in rows:
        cells = dict(zip(names, row.texts, strict=True))
        places = dict(zip(names, row.places, strict=True))
        if not any(text.strip() for text in row.texts):
            continue
        notes += [] if not escaped else [_formula(places[name]) for name, text in cells.items() if _computes(text)]
        plain = {name: as_it_was(text) if escaped else text for name, text in cells.items()}
        found.append(Row(row.place, plain, places))
    return Sheet(tuple(found), tuple(twice(found)), tuple(notes))


def inert(text: str) -> str:
    """The text so that no spreadsheet computes it, nor one that takes blanks off first."""
    return f"'{text}" if text.lstrip().startswith(ACTIVE) or text.startswith(ACTIVE) or _INERT.match(text) else text


def as_it_was(text: str) -> str:
    """What `inert` was given."""
    return text[1:] if _INERT.match(text) else text


def unreadable(error: Unusable) -> BlockedError:
    """A file that no reader takes, with every reason."""
    told = [f"{remark.path}:{remark.line}: {remark.message}" if remark.line else f"{remark.path}: {remark.message}"
            for remark in error.remarks]  # fmt: skip
    return BlockedError("; ".join(told), error.remarks[0].remedy)


def _names(headings: Sequence[str], at: str) -> list[str]:
    known = {folded(name): name for name in (*columns(), BASE)}
    names, wrong = [], []
    for heading in headings:
        text = as_it_was(heading.strip())
        name = text if text == BASE or column(text) else known.get(folded(text), "")
        if not name:
            near = get_close_matches(text, [*columns(), BASE], 1, 0.6)
            wrong.append(f"{text[:60]!r}" + (f" (did you mean {near[0]}?)" if near else ""))
        names.append(name)
    if "id" not in names:
        raise BlockedError(
            f"{at}: no column is called id; this is not a sheet of `ray18 backlog export`",
            "export again and edit that; for a tracker's export say --from; other lists are read by `ray18 intake`",
        )
    if wrong:
        raise BlockedError(f"{at}: no field is called {', '.join(wrong)}", "see: ray18 backlog export --columns help")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BlockedError(f"{at}: the column {', '.join(twice)} stands twice", "remove one of them")
    return names


def twice(rows: Sequence[Row]) -> list[Trouble]:
    """Items that stand in more than one row."""
    seen: dict[str, str] = {}
    found = []
    for row in rows:
        item = row.item.casefold()
        if item and item in seen:
            found.append(
                Trouble(
                    row.places.get("id", row.place), f"{row.item} stands here again (first: {seen[item]})", "remove one"
                )
            )
        seen.setdefault(item, row.place)
    return found


def _computes(text: str) -> bool:
    return text.startswith(ACTIVE)


def _formula(place: str) -> Trouble:
    return Trouble(
        place, "begins like a formula; it is taken as text", "look at it: nobody should have written that here"
    )

"""Rows by the names of their columns, in whatever order and spelling the columns come."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ray18.documents.dialects import PLAIN, Dialect

Columns = Mapping[str, tuple[str, ...]]
"""Our name of a column -> the headings it may have, as `folded` writes them."""

_NOT_WORD = re.compile(r"[\W_]+")

ITEM_COLUMNS: Columns = {
    "id": ("id", "itemid", "gapid", "debtid", "key", "no", "number"),
    "title": (
        "title", "name", "item", "summary", "topic", "gap", "action", "actionitem", "debt", "debtitem",
        "task", "followup", "correctiveaction",
    ),
    "description": ("description", "details", "notes", "problem", "shortdescription"),
    "severity": ("severity", "riskrating", "risklevel", "criticality"),
    "priority": ("priority",),
    "owner": ("owner", "assignee", "assignedto", "responsible", "owners"),
    "due": ("due", "duedate", "deadline", "targetdate", "dueby"),
    "created": ("created", "reported", "identified", "dateidentified", "dateadded", "opened", "discovered"),
    "status": ("status", "state"),
    "closed": ("closed", "closedon", "closedat", "dateclosed", "closeddate", "resolvedon", "completedon", "completiondate"),
    "resolution": ("resolution", "resolutionnotes"),
    "service": ("service", "serviceid"),
}  # fmt: skip
"""What any list of things to do may have."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: values of the columns we know, and those of all others by heading; blank ones are left out."""

    line: int
    values: Mapping[str, str]
    extra: Mapping[str, str]

    def get(self, name: str) -> str:
        """The value, or an empty text."""
        return self.values.get(name, "")


def folded(heading: str) -> str:
    """A heading without case, blanks and punctuation: `Due date`, `due_date` and `dueDate` are one."""
    return _NOT_WORD.sub("", heading).casefold()


def matched(header: Sequence[str], columns: Columns, dialect: Dialect = PLAIN) -> dict[int, str]:
    """Position -> our name, for each column with a known heading; the first of two alike counts.

    What the dialect says of a heading counts before what we know, and a field that it names is read from nowhere else.
    """
    said = {folded(heading): name for heading, name in dialect.columns.items()}
    told = {at: said[folded(heading)] for at, heading in enumerate(header) if folded(heading) in said}
    result = {at: name for at, name in told.items() if name in columns}
    names = {heading: name for name, headings in columns.items() for heading in headings}
    for position, heading in enumerate(header):
        name = names.get(folded(heading))
        if name and position not in told and name not in result.values():
            result[position] = name
    return dict(sorted(result.items()))


def named(header: Sequence[str], columns: Columns, dialect: Dialect = PLAIN) -> Callable[[int, Sequence[str]], Row]:
    """What makes a Row of a line's number and its cells, one for each heading."""
    known = matched(header, columns, dialect)
    meant = {name: _meanings(dialect, name) for name in known.values()}

    def row(line: int, cells: Sequence[str]) -> Row:
        found = {name: cells[at].strip() for at, name in known.items() if cells[at].strip()}
        return Row(
            line,
            {name: meant[name].get(folded_value(text), text) for name, text in found.items()},
            {header[at]: cell.strip() for at, cell in enumerate(cells) if at not in known and cell.strip()},
        )

    return row


def meaning(dialect: Dialect, name: str, text: str) -> str:
    """What a value of a field stands for, where the dialect says so; else the value itself."""
    return _meanings(dialect, name).get(folded_value(text), text)


def _meanings(dialect: Dialect, name: str) -> dict[str, str]:
    return {folded_value(given): meant for given, meant in dialect.values.get(name, {}).items()}


def folded_value(text: str) -> str:
    """A value without case, and with single blanks: as the words of the dialect are compared."""
    return " ".join(text.split()).casefold()


def repeated(header: Sequence[str]) -> tuple[str, ...]:
    """Headings that stand more than once."""
    names = [folded(heading) or heading.strip() for heading in header]
    return tuple(heading for at, heading in enumerate(header) if names[at] in names[:at])

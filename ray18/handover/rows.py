"""Rows of a list, in whichever form it was handed over: CSV, workbook, Markdown table, JSON or YAML."""

from dataclasses import dataclass
from typing import Literal

from ray18.handover.delimited import csv_rows
from ray18.handover.delivery import Part
from ray18.handover.json_text import entries, json_rows, pass_over, read_trees
from ray18.handover.markdown import Table, blocks, note_broken_tables, plain, read_page, table_rows
from ray18.handover.model import Notebook, Remark, Unusable
from ray18.handover.table import Columns, Row
from ray18.handover.workbook import ListOf, workbook_rows

Form = Literal["csv", "workbook", "markdown", "tree"]
_FORMS: dict[str, Form] = {
    "csv": "csv", "tsv": "csv", "txt": "csv", "psv": "csv", "xlsx": "workbook", "xlsm": "workbook", "xls": "workbook",
    "md": "markdown", "markdown": "markdown", "json": "tree", "sarif": "tree", "yaml": "tree", "yml": "tree",
}  # fmt: skip
ENDINGS = frozenset((*_FORMS, "zip"))
"""Endings of the names of files that are read."""
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a list of one artifact looks like."""

    columns: Columns
    needed: str
    """Our name of the column without which it is not the list."""
    lists: tuple[str, ...]
    """Names under which the list stands in JSON or YAML."""
    what: str
    """What it lists, in words."""
    history: tuple[str, ...] = ()
    """Names of lists that tell of the past and become nothing."""

    @property
    def sheet(self) -> ListOf:
        """The same of a sheet of a workbook."""
        return ListOf(self.columns, self.needed, self.what)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that can be read, and how many there are in all."""

    rows: tuple[Row, ...]
    seen: int


def form_of(part: Part, expected: Form) -> Form:
    """The form of a file by the end of its name; a workbook is one under any name."""
    if part.content.startswith((_ZIP, _OLE)):
        return "workbook"
    name = part.path.rsplit("/", 1)[-1]
    return _FORMS.get(name.rsplit(".", 1)[-1].casefold(), expected) if "." in name else expected


def read_rows(part: Part, notes: Notebook, shape: Shape, expected: Form) -> Found:
    """All rows by column name; what is no row gets a remark that stands for it. Raises Unusable."""
    match form_of(part, expected):
        case "csv":
            return Found(*csv_rows(part, notes, shape.columns, shape.needed))
        case "workbook":
            (rows,), seen = workbook_rows(part, notes, shape.sheet)
            return Found(rows, seen)
        case "markdown":
            return _markdown_rows(part, notes, shape)
        case "tree":
            return _tree_rows(part, notes, shape)


def _markdown_rows(part: Part, notes: Notebook, shape: Shape) -> Found:
    found = blocks(read_page(part, notes).text)
    note_broken_tables(found, notes)
    tables = [block for block in found if isinstance(block, Table)]
    rows: list[Row] = []
    for table in tables:
        if shape.needed in table.columns(shape.columns, notes.dialect):
            rows.extend(_without_marks(row) for row in table_rows(table, shape.columns, notes))
        else:
            message = f"a table of {len(table.rows):,} rows lists no {shape.what}: no column gives the {shape.needed}"
            notes.note(table.line, message, _name_it(shape), stands_for=len(table.rows))
    seen = sum(len(table.rows) for table in tables)
    if not rows and not seen:
        raise Unusable(Remark(part.path, 1, f"there is no table of {shape.what}", _name_it(shape), True))
    return Found(tuple(rows), seen)


def _without_marks(row: Row) -> Row:
    return Row(row.line, {name: plain(value) for name, value in row.values.items()}, row.extra)


def _name_it(shape: Shape) -> str:
    return f"name one of the columns: {', '.join(shape.columns[shape.needed])}"


def _tree_rows(part: Part, notes: Notebook, shape: Shape) -> Found:
    rows: list[Row] = []
    seen = lists = 0
    for source in read_trees(part, notes):
        found = list(entries(source, shape.lists))
        for way, values in found:
            rows.extend(json_rows(source, way, values, shape.columns, notes))
            seen += len(values)
        lists += len(found)
        seen += pass_over(source, shape.lists, shape.history, notes)
    if not lists:
        remedy = f"put them under one of: {', '.join(shape.lists)}"
        raise Unusable(Remark(part.path, 1, f"there is no list of {shape.what}", remedy, True))
    return Found(tuple(rows), seen)

"""xlsx workbooks, checked as an archive and as XML before openpyxl, its only user here, sees them.

Each part is inflated within a budget and parsed with document types refused; cells far out,
merged cells and hidden rows, which openpyxl's read-only mode does not tell, are found on the way.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import IO, Any, NamedTuple

from ray18.handover.archive import Limits, read_members
from ray18.handover.delivery import Part
from ray18.handover.model import Notebook, Remark, Unusable
from ray18.handover.table import Columns, Row, matched, named, repeated

LIMITS = Limits(members=2_000, total=64 * 1024 * 1024, ratio=300, ratio_from=4 * 1024 * 1024)
MAX_ROWS = 20_010
"""20,000 rows below a title and headings."""
MAX_COLUMNS = 200
MAX_ELEMENTS = 600_000
_TITLE_LINES = 10
"""How far down the headings are looked for."""
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
"""The namespace and the blank that the parser puts before an element's name."""
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})\Z")
_ZEROS = re.compile(r"0{2,30}")
"""A number format that shows a number with zeros before it."""
_OLE = b"\xd0\xcf\x11\xe0"


class Cell(NamedTuple):
    """One cell: what it holds as text, where it is, and why it must not be trusted (empty = it may be)."""

    where: tuple[str, int, int]
    """Sheet, row and column, both from 1; column 0 = the whole row."""
    text: str
    trouble: str = ""
    is_number: bool = False
    is_share: bool = False
    """Whether the sheet shows the number as a percentage."""
    day: str = ""
    """The day, where the cell holds a date or a moment; it is trouble wherever no day is due."""

    @property
    def place(self) -> str:
        """Where it is, as people write it: `Services!B2`; of a line of another file `line 2`."""
        from openpyxl.utils import get_column_letter

        sheet, row, column = self.where
        if not row:
            return ""
        return f"{sheet}!{get_column_letter(column)}{row}" if column else f"line {row}"


BLANK = Cell(("", 0, 0), "")
"""A cell that is not there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet that holds anything."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False
    merged: str = ""
    """The merged range that the row is part of."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with its rows in order; blank rows are left out."""

    name: str
    lines: tuple[Line, ...]
    hidden: bool = False

    @property
    def header(self) -> tuple[str, ...]:
        """The texts of its first row."""
        return tuple(cell.text for cell in self.lines[0].cells) if self.lines else ()

    def from_header(self, fits: Callable[[Sequence[str]], bool]) -> "Sheet":
        """The sheet from the row on whose texts fit as headings, if one of the first few does; else as it is."""
        for at, line in enumerate(self.lines[:_TITLE_LINES]):
            if fits([cell.text for cell in line.cells]):
                return Sheet(self.name, self.lines[at:], self.hidden)
        return self


@dataclass
class _Marks:
    """What a sheet's XML says beyond its cells."""

    merged: list[tuple[int, int, str]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)


DAYS = frozenset(("created", "due", "opened", "closed"))
"""Our names of the columns in which a date is due."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list that a sheet may hold: its columns, our name of the one that it must have, and what it lists, in words."""

    columns: Columns
    needed: str
    what: str


def workbook_rows(part: Part, notes: Notebook, *wanted: ListOf) -> tuple[tuple[tuple[Row, ...], ...], int]:
    """The rows by column name of each of the lists, and how many there are in all; a sheet is the first list that it fits.

    A row with a cell that is no plain value stays out, with a blocking remark; other sheets get one that stands for them.
    Raises Unusable when the workbook cannot be trusted, or no sheet is any of the lists.
    """

    def fits(one: ListOf, header: Sequence[str]) -> bool:
        return one.needed in matched(header, one.columns, notes.dialect).values()

    def is_list(header: Sequence[str]) -> bool:
        return any(fits(one, header) for one in wanted)

    sheets = [sheet.from_header(is_list) for sheet in read_sheets(part.path, part.content)]
    found: list[list[Row]] = [[] for _ in wanted]
    seen = 0
    for sheet in sheets:
        at = next((at for at, one in enumerate(wanted) if fits(one, sheet.header)), None)
        if at is not None:
            found[at].extend(_sheet_rows(sheet, wanted[at].columns, notes))
            seen += len(sheet.lines) - 1
    others = [sheet for sheet in sheets if not is_list(sheet.header)]
    if len(others) == len(sheets):
        headings = "; ".join(f"{sheet.name}: {', '.join(filter(None, sheet.header)) or 'blank'}" for sheet in sheets)
        lacking = "; ".join(f"no sheet lists {one.what}: no column gives the {one.needed}" for one in wanted)
        names = "; ".join(", ".join(one.columns[one.needed]) for one in wanted)
        message = f"{lacking}; first rows are: {headings[:160]}"
        raise Unusable(Remark(part.path, 1, message, f"name one of the columns: {names}", True))
    return tuple(map(tuple, found)), seen + sum(leave_out(sheet, notes) for sheet in others)


def leave_out(sheet: Sheet, notes: Notebook) -> int:
    """How many rows a sheet has that is not read; a remark stands for them."""
    if sheet.lines:
        message = f"sheet {sheet.name!r} ({len(sheet.lines)} rows) is not read"
        notes.note(sheet.lines[0].number, message, "its headings are not known", stands_for=len(sheet.lines))
    return len(sheet.lines)


def _sheet_rows(sheet: Sheet, columns: Columns, notes: Notebook) -> Iterator[Row]:
    refuse_header(sheet, notes.path)
    note_hidden_sheet(sheet, notes)
    width = max(len(line.cells) for line in sheet.lines)
    header = [text or f"column {at + 1}" for at, text in enumerate((*sheet.header, *[""] * width)[:width])]
    known = matched(header, columns, notes.dialect)
    read = named(header, columns, notes.dialect)
    for line in sheet.lines[1:]:
        texts = [_text_due(cell, known.get(at, ""), line, notes) for at, cell in enumerate(line.cells)]
        troubles = [
            f"{cell.place} {cell.trouble}" for cell, text in zip(line.cells, texts, strict=True) if text is None
        ]
        if line.merged:
            troubles.append(f"{sheet.name}!{line.merged} is a merged cell: whose value it is cannot be told")
        if troubles:
            block_all(line, troubles, notes)
            continue
        if line.hidden:
            place = f"{sheet.name}!{line.number}"
            notes.note(line.number, f"{place}: the row is hidden; it was read", "show it, or remove it")
        yield read(line.number, [text or "" for text in (texts + [""] * width)[:width]])


def _text_due(cell: Cell, name: str, line: Line, notes: Notebook) -> str | None:
    """The text of a cell; of a date the day, where a day is due; None when it cannot be trusted as the field it is for."""
    if not cell.trouble:
        return cell.text
    if cell.day and (name in DAYS or not name):
        return cell.day
    if name:
        return None
    notes.note(line.number, f"{cell.place} {cell.trouble}; the cell is not read", "write the value")
    return ""


def block_all(line: Line, troubles: Sequence[str], notes: Notebook) -> None:
    """A blocking remark for everything wrong with a row; the first of them stands for the row."""
    for at, trouble in enumerate(troubles):
        notes.block(line.number, trouble, "write plain text in each cell", stands_for=1 if at == 0 else 0)


def note_hidden_sheet(sheet: Sheet, notes: Notebook) -> None:
    """Says that a sheet that was read is hidden."""
    if sheet.hidden:
        notes.note(sheet.lines[0].number, f"sheet {sheet.name!r} is hidden; it was read", "show it, or remove it")


def refuse_header(sheet: Sheet, path: str) -> None:
    """Raises Unusable when headings are no plain texts, merged, or stand twice."""
    first = sheet.lines[0]
    troubles = [f"{cell.place} {cell.trouble}" for cell in first.cells if cell.trouble]
    if first.merged:
        troubles.append(f"{sheet.name}!{first.merged} is a merged cell in the header")
    headings = [heading for heading in sheet.header if heading]
    troubles.extend(f"the column {name!r} stands twice on {sheet.name}" for name in repeated(headings))
    if troubles:
        raise Unusable(*(Remark(path, first.number, text, "give each column its own name", True) for text in troubles))


def read_sheets(path: str, content: bytes, most_elements: int = MAX_ELEMENTS) -> tuple[Sheet, ...]:
    """All sheets of a workbook. Raises Unusable when it cannot be read, or is not safe to read."""
    if content.startswith(_OLE):
        message = "an encrypted workbook, or one in the old .xls format"
        raise Unusable(Remark(path, 0, message, "save it as .xlsx without a password", True))
    notes = Notebook(path)
    read_members(content, notes, LIMITS)
    if notes.remarks:
        raise Unusable(*notes.remarks)
    marks = _swept(path, content, most_elements)
    try:
        return tuple(_sheets(path, content, marks))
    except Unusable:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part leads it to
        message = f"not a usable workbook: {type(error).__name__}: {error}"
        raise Unusable(Remark(path, 0, message, "save it as .xlsx again", True)) from error


def _swept(path: str, content: bytes, most_elements: int) -> dict[str, _Marks]:
    """Parses every XML part safely; marks by the name of the part."""
    marks: dict[str, _Marks] = {}
    budget = [most_elements]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            raise Unusable(Remark(path, 0, "a zip archive, but no workbook", "save it as .xlsx", True))
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                marks[name] = _Marks()
                with archive.open(name) as stream:
                    _sweep(f"{path}, part {name}", path, stream, marks[name], budget)
    return marks


def _sweep(where: str, path: str, stream: IO[bytes], marks: _Marks, budget: list[int]) -> None:
    from xml.parsers import expat

    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        message = f"{where} defines a document type or entities, which no workbook needs"
        raise Unusable(Remark(path, 0, message, "save it as .xlsx again", True))

    def start(tag: str, attributes: dict[str, str]) -> None:
        budget[0] -= 1
        if budget[0] < 0:
            message = "the workbook has too many elements"
            raise Unusable(Remark(path, 0, message, "keep the list in a workbook of its own", True))
        _mark(path, tag, attributes, marks)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    try:
        parser.ParseFile(stream)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unusable(Remark(path, 0, f"{where} is not XML: {error}", "save it as .xlsx again", True)) from error


def _mark(path: str, tag: str, attributes: dict[str, str], marks: _Marks) -> None:
    if tag == f"{_SPREADSHEET}c":
        _refuse_far_cell(path, attributes.get("r", "A1"))
    elif tag == f"{_SPREADSHEET}row":
        number = attributes.get("r", "0")
        _refuse_far_row(path, number)
        if attributes.get("hidden") in ("1", "true"):
            marks.hidden.add(int(number))
    elif tag == f"{_SPREADSHEET}mergeCell":
        reference = attributes.get("ref", "")
        ends = [_REFERENCE.match(end) for end in reference.split(":")]
        rows = [int(end[2]) for end in ends if end]
        if rows:
            marks.merged.append((min(rows), max(rows), reference))


def _refuse_far_row(path: str, number: str) -> None:
    if not number.isascii() or not number.isdigit() or len(number) > 7:
        message = f"a row has the number {number[:20]!r}"
        raise Unusable(Remark(path, 0, message, "save it as .xlsx again", True))


def _refuse_far_cell(path: str, reference: str) -> None:
    match = _REFERENCE.match(reference)
    if not match:
        message = f"a cell has the place {reference[:20]!r}"
        raise Unusable(Remark(path, 0, message, "save it as .xlsx again", True))
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    if int(match[2]) > MAX_ROWS or column > MAX_COLUMNS:
        message = f"cell {reference} is beyond row {MAX_ROWS:,} or column {MAX_COLUMNS}"
        raise Unusable(Remark(path, 0, message, "delete the cells far out", True))


def _sheets(path: str, content: bytes, marks: dict[str, _Marks]) -> Iterator[Sheet]:
    import warnings

    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise Unusable(Remark(path, 0, "defusedxml is not in force", "install defusedxml", True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of extensions it does not know; they hold no cells
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                part = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
                if part not in marks:
                    message = f"sheet {sheet.title!r} is kept in the odd part {part[:60]!r}"
                    raise Unusable(Remark(path, 0, message, "save it as .xlsx again", True))
                yield Sheet(sheet.title, tuple(_lines(sheet, marks[part])), sheet.sheet_state != "visible")
        finally:
            book.close()


def _lines(sheet: Any, marks: _Marks) -> Iterator[Line]:
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > MAX_ROWS:
            return  # only blank rows can follow: cells so far down were refused before
        cells = tuple(_cell(sheet.title, number, column, cell) for column, cell in enumerate(row, 1))
        if any(cell.text or cell.trouble for cell in cells):
            merged = next((ref for first, last, ref in marks.merged if first <= number <= last), "")
            yield Line(number, cells, number in marks.hidden, merged)


def _cell(sheet: str, row: int, column: int, cell: Any) -> Cell:
    place = (sheet, row, column)
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if isinstance(value, str) and kind == "s":
        return Cell(place, value.strip())
    if value is None:
        return Cell(place, "")
    trouble = _trouble(value, kind)
    if trouble:
        return Cell(place, "", trouble, day=_day(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
        text = str(int(value) if whole else value)
        form = str(cell.number_format)
        if _ZEROS.fullmatch(form) and text.isdigit():
            return Cell(place, text.zfill(len(form)))  # shown, and meant, as 007
        return Cell(place, text, "", True, "%" in form)
    return Cell(place, str(value).strip())


def _day(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else ""


def _trouble(value: Any, kind: str) -> str:
    """Why a cell's value cannot be taken as it is; empty when it can."""
    if kind == "f":
        return "holds a formula; only values are read"
    if kind == "e":
        return f"holds the error {str(value)[:20]}"
    if isinstance(value, date | time | timedelta):
        return "holds a date or time where text is due"
    return "holds true or false where text is due" if isinstance(value, bool) else ""

"""xlsx workbooks, checked as an archive and as XML before openpyxl, its only user here, sees them.

Each part is inflated within a budget and parsed by defusedxml with document types forbidden; cells far out,
merged cells and hidden rows, which openpyxl's read-only mode does not tell, are found on the way.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import IO, Any

from ray18.handover.archive import Limits, read_members
from ray18.handover.model import Notebook, Remark, Unusable

LIMITS = Limits(members=2_000, total=64 * 1024 * 1024, ratio=300, ratio_from=4 * 1024 * 1024)
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_ELEMENTS = 500_000
_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})\Z")
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it holds as text, where it is, and why it must not be trusted (empty = it may be)."""

    place: str
    text: str
    trouble: str = ""
    is_number: bool = False
    is_share: bool = False
    """Whether the sheet shows the number as a percentage."""


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


@dataclass
class _Marks:
    """What a sheet's XML says beyond its cells."""

    merged: list[tuple[int, int, str]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)


def read_sheets(path: str, content: bytes) -> tuple[Sheet, ...]:
    """All sheets of a workbook. Raises Unusable when it cannot be read, or is not safe to read."""
    if content.startswith(_OLE):
        message = "an encrypted workbook, or one in the old .xls format"
        raise Unusable(Remark(path, 0, message, "save it as .xlsx without a password", True))
    notes = Notebook(path)
    read_members(content, notes, LIMITS)
    if notes.remarks:
        raise Unusable(*notes.remarks)
    marks = _swept(path, content)
    try:
        return tuple(_sheets(path, content, marks))
    except Unusable:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part leads it to
        message = f"not a usable workbook: {type(error).__name__}: {error}"
        raise Unusable(Remark(path, 0, message, "save it as .xlsx again", True)) from error


def _swept(path: str, content: bytes) -> dict[str, _Marks]:
    """Parses every XML part safely; marks by the name of the part."""
    marks: dict[str, _Marks] = {}
    budget = [MAX_ELEMENTS]
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
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    try:
        for _, element in iterparse(stream, events=("end",), forbid_dtd=True):
            budget[0] -= 1
            if budget[0] < 0:
                message = f"the workbook has more than {MAX_ELEMENTS:,} elements"
                raise Unusable(Remark(path, 0, message, "keep the catalog in a workbook of its own", True))
            _mark(path, element, marks)
            element.clear()
    except DefusedXmlException as error:
        message = f"{where} defines a document type or entities, which no workbook needs"
        raise Unusable(Remark(path, 0, message, "save it as .xlsx again", True)) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Unusable(Remark(path, 0, f"{where} is not XML: {error}", "save it as .xlsx again", True)) from error


def _mark(path: str, element: Any, marks: _Marks) -> None:
    tag = element.tag
    if tag == f"{_SPREADSHEET}c":
        _refuse_far_cell(path, element.get("r", "A1"))
    elif tag == f"{_SPREADSHEET}row":
        _refuse_far_row(path, element.get("r", "0"))
        if element.get("hidden") in ("1", "true"):
            marks.hidden.add(int(element.get("r", "0")))
    elif tag == f"{_SPREADSHEET}mergeCell":
        reference = element.get("ref", "")
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
    from openpyxl.utils import get_column_letter

    place = f"{sheet}!{get_column_letter(column)}{row}"
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None:
        return Cell(place, "")
    trouble = _trouble(value, kind)
    if trouble:
        return Cell(place, "", trouble)
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
        return Cell(place, str(int(value) if whole else value), "", True, "%" in str(cell.number_format))
    return Cell(place, str(value).strip())


def _trouble(value: Any, kind: str) -> str:
    """Why a cell's value cannot be taken as it is; empty when it can."""
    if kind == "f":
        return "holds a formula; only values are read"
    if kind == "e":
        return f"holds the error {str(value)[:20]}"
    if isinstance(value, date | time | timedelta):
        return "holds a date or time where text is due"
    return "holds true or false where text is due" if isinstance(value, bool) else ""

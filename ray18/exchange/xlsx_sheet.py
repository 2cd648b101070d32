"""Sheets as xlsx workbooks: all cells are text, so that a spreadsheet changes nothing by opening them."""

import io
from collections.abc import Sequence
from typing import Any, get_args

from ray18.documents.backlog import Status
from ray18.documents.base import Priority, Severity
from ray18.errors import BlockedError, UsageError
from ray18.exchange.columns import column
from ray18.exchange.sheet import RawRow, Sheet, Table, Trouble, as_it_was, inert, sheet, unreadable
from ray18.handover.model import Unusable
from ray18.handover.table import folded
from ray18.handover.workbook import BLANK, Cell, Line, read_sheets
from ray18.handover.workbook import Sheet as WorkbookSheet

_TITLE = "Backlog"
_LONGEST = 32_767
"""What a cell can hold; openpyxl cuts the rest off without a word."""
_MOST_ELEMENTS = 4_000_000
"""Of XML: a backlog has more columns than a hand-over."""
_WIDTHS = {"title": 50, "description": 60, "id": 26}
_CHOICES = {"severity": get_args(Severity), "priority": get_args(Priority), "status": get_args(Status)}


def written(table: Table) -> bytes:
    """The table as a workbook with one sheet. Raises UsageError for what no workbook can hold."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for line in table.lines():
        _refuse_unfit(table.headings, line)
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(_TITLE)
    page.freeze_panes = "B2"
    for number, name in enumerate(table.headings, 1):
        page.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, 16)
    page.auto_filter.ref = f"A1:{get_column_letter(len(table.headings))}{len(table.rows) + 1}"
    _offer_choices(page, table)

    def cell(text: str, *, bold: bool = False) -> Any:
        made = WriteOnlyCell(page)
        made.value = inert(text)
        made.data_type = "s"
        made.number_format = "@"
        made.alignment = Alignment(vertical="top", wrap_text="\n" in text)
        if bold:
            made.font = Font(bold=True)
        return made

    page.append([cell(name, bold=True) for name in table.headings])
    for line in table.lines():
        page.append([cell(text) if text else None for text in line])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(path: str, content: bytes) -> Sheet:
    """The sheet of a workbook that came back. Raises BlockedError; formulas and merged cells become troubles."""
    try:
        found = read_sheets(path, content, _MOST_ELEMENTS)
    except Unusable as error:
        raise unreadable(error) from error
    ours = [entry for entry in found if entry.lines and "id" in [folded(cell.text) for cell in entry.lines[0].cells]]
    if len(ours) != 1:
        names = ", ".join(entry.name for entry in ours or found)
        raise BlockedError(
            f"{path}: {len(ours) or 'no'} sheets have a column called id (of {names})",
            "keep one sheet with the backlog",
        )
    return _read(path, ours[0])


def _read(path: str, found: WorkbookSheet) -> Sheet:
    header, *lines = found.lines
    width = max(at for at, cell in enumerate(header.cells, 1) if cell.text or cell.trouble)
    headings = [cell.text for cell in header.cells[:width]]
    troubles = [trouble for line in lines for trouble in _troubles(path, line, headings)]
    rows = [_row(path, line, headings) for line in lines]
    made = sheet(headings, rows, f"{path}: {found.name}!1")
    return Sheet(made.rows, (*troubles, *made.troubles), made.notes)


def _row(path: str, line: Line, headings: list[str]) -> RawRow:
    cells = [*line.cells, *[BLANK] * len(headings)][: len(headings)]
    sheet_name = line.cells[0].place.rpartition("!")[0]
    place = f"{path}: {sheet_name}!{line.number}"
    texts = [cell.day if _is_day(cell, name) else cell.text for name, cell in zip(headings, cells, strict=True)]
    return RawRow(place, texts, [f"{path}: {cell.place}" if cell.place else place for cell in cells])


def _is_day(cell: Cell, heading: str) -> bool:
    """Whether a cell is a date where one is due: spreadsheets make dates of what people type."""
    at = column(as_it_was(heading.strip()))
    return bool(cell.day) and at is not None and at.form == "day"


def _troubles(path: str, line: Line, headings: list[str]) -> list[Trouble]:
    width = len(headings)
    found = [
        Trouble(f"{path}: {cell.place}", cell.trouble, "write the value itself")
        for name, cell in zip(headings, line.cells, strict=False)
        if cell.trouble and not _is_day(cell, name)
    ]
    found += [
        Trouble(f"{path}: {cell.place}", "stands under no heading", "move it to a column with a heading, or remove it")
        for cell in line.cells[width:]
        if cell.text or cell.trouble
    ]
    if line.merged:
        found.append(Trouble(f"{path}: {line.merged}", "is a merged cell", "split it, and fill in each row"))
    return found


def _offer_choices(page: Any, table: Table) -> None:
    """Lists to choose from, for fields with fixed words."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for name, words in _CHOICES.items():
        if name in table.headings:
            letter = get_column_letter(table.headings.index(name) + 1)
            choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            choice.add(f"{letter}2:{letter}{len(table.rows) + 200}")
            page.data_validations.append(choice)


def _refuse_unfit(headings: Sequence[str], line: Sequence[str]) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    for heading, text in zip(headings, line, strict=True):
        what = f"more than {_LONGEST:,} characters" if len(text) >= _LONGEST else ""
        what = what or ("a character that no workbook can hold" if ILLEGAL_CHARACTERS_RE.search(text) else "")
        if what:
            raise UsageError(f"{line[0]}: {heading} has {what}", "export csv or json, or choose --columns")

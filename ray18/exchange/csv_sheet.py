"""Sheets as CSV (RFC 4180, UTF-8): every spreadsheet and script reads them."""

import csv
import io
from collections.abc import Iterator

from ray18.errors import BlockedError
from ray18.evidence.sheets import rows_as_csv
from ray18.exchange.sheet import RawRow, Sheet, Table, sheet, unreadable
from ray18.handover.model import Unusable
from ray18.handover.table import folded
from ray18.handover.text import decoded

_DELIMITERS = ",;\t|"
_SAVE = "save it as plain CSV in UTF-8 again"


def written(table: Table) -> bytes:
    """The table as CSV."""
    return rows_as_csv(table.headings, table.lines())


def read(path: str, content: bytes) -> Sheet:
    """A sheet that came back, also with `;` or tabs between the cells. Raises BlockedError."""
    headings, records = table_of(path, content)
    rows = [_row(path, line, headings, cells) for line, cells in records if any(cell.strip() for cell in cells)]
    return sheet(headings, rows, f"{path}:1")


def table_of(path: str, content: bytes, key: str = "id") -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The headings, and line and cells of every record below. Raises BlockedError, naming the line.

    The delimiter is the one by which the heading `key` stands alone.
    """
    try:
        text = decoded(path, content)
    except Unusable as error:
        raise unreadable(error) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise BlockedError(f"{path}:{line}: a NUL byte is in the file", _SAVE)
    records = list(_records(path, text, _delimiter(text, key)))
    if not records:
        raise BlockedError(f"{path}: the file is empty", "export again")
    _, headings = records[0]
    for line, cells in records[1:]:
        if any(cells) and len(cells) != len(headings):
            message = f"{path}:{line}: the row has {len(cells)} cells under {len(headings)} headings"
            raise BlockedError(message, "put quotes around cells that hold the delimiter")
    return headings, records[1:]


def _records(path: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BlockedError(f"{path}:{line}: the record that begins here cannot be read: {error}", _SAVE) from error


def _delimiter(text: str, key: str) -> str:
    first = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=lambda sign: folded(key) in [folded(cell.strip('"')) for cell in first.split(sign)])


def _row(path: str, line: int, headings: list[str], cells: list[str]) -> RawRow:
    place = f"{path}:{line}"
    return RawRow(place, cells, [f"{place} [{heading}]" for heading in headings])

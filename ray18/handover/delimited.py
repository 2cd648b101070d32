"""CSV, read so that no row can shift or vanish (RFC 4180, with `;` and tab allowed as delimiters)."""

import csv
import io
import re
from collections.abc import Iterator

from ray18.handover.model import Notebook, Remark, Unusable
from ray18.handover.table import Columns, Row, matched, named, repeated
from ray18.handover.text import decoded, visible

MAX_FIELD = 100_000
_DELIMITERS = ",;\t"
_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')


def read_rows(
    path: str, content: bytes, columns: Columns, needed: str, max_lines: int = 100_000
) -> tuple[tuple[Row, ...], Notebook]:
    """All rows by column name; a row that is blank or too short or long stays out, with a blocking remark.

    `needed` is our name of the column without which the file is not what it should be.
    Raises Unusable when the file as a whole cannot be trusted.
    """
    text = decoded(path, content)
    _refuse_bytes(path, text)
    lines = text.count("\n")
    if lines > max_lines:
        message = f"the file has {lines:,} lines; at most {max_lines:,} are read"
        raise Unusable(Remark(path, 0, message, "hand over what still matters", True))
    text, remarks = visible(path, text)
    notes = Notebook(path, list(remarks))
    delimiter = _delimiter(text, columns)
    _refuse_fields(path, text, delimiter)
    records = _parsed(path, text, delimiter)
    _, header = next(records, (1, []))
    _refuse_header(path, header, columns, needed)
    rows = tuple(_rows(records, header, columns, notes))
    if not rows and not any(remark.stands_for for remark in notes.remarks):
        raise Unusable(Remark(path, 1, "the file has a header and no row", "hand over the rows as well", True))
    return rows, notes


def _refuse_bytes(path: str, text: str) -> None:
    for sign, name in (("\x00", "a NUL byte"), ("\r", "a carriage return without a line feed")):
        if sign in text:
            line = text.count("\n", 0, text.index(sign)) + 1
            raise Unusable(Remark(path, line, f"{name} is in the file", "save it as plain CSV again", True))
    if not text.strip():
        raise Unusable(Remark(path, 1, "the file is empty", "hand over the list", True))


def _delimiter(text: str, columns: Columns) -> str:
    """The delimiter by which most headings are known; never guessed from the data."""
    first = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=lambda sign: len(matched(_cells(first, sign), columns)))


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(delimiter)]


def _refuse_fields(path: str, text: str, delimiter: str) -> None:
    """Names the line of a quote that never closes, or stands inside a bare field; of a field too long."""
    stop = re.compile(f"[{re.escape(delimiter)}\n]")
    at, line = 0, 1
    while at < len(text):
        end = _quoted_end(path, text, at, line, stop) if text[at] == '"' else _bare_end(path, text, at, line, stop)
        if end - at > MAX_FIELD:
            raise Unusable(Remark(path, line, f"a field has {end - at:,} characters", "shorten it", True))
        line += text.count("\n", at, end + 1)
        at = end + 1


def _bare_end(path: str, text: str, at: int, line: int, stop: re.Pattern[str]) -> int:
    found = stop.search(text, at)
    end = found.start() if found else len(text)
    if text.find('"', at, end) >= 0:
        raise Unusable(
            Remark(path, line, "a quote stands inside a field", 'put the field in quotes and write ""', True)
        )
    return end


def _quoted_end(path: str, text: str, at: int, line: int, stop: re.Pattern[str]) -> int:
    quoted = _QUOTED.match(text, at)
    if not quoted:
        raise Unusable(Remark(path, line, "the quote that opens here is never closed", "close it", True))
    end = quoted.end()
    if end < len(text) and not stop.match(text, end):
        message = "text follows the closing quote of the field that begins here"
        raise Unusable(Remark(path, line, message, 'write "" for a quote inside a field', True))
    return end


def _parsed(path: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line number of the first line, and cells, of each record."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"the record that begins here cannot be read: {error}"
        raise Unusable(Remark(path, line, message, "save the file again as plain CSV", True)) from error


def _refuse_header(path: str, header: list[str], columns: Columns, needed: str) -> None:
    for heading in repeated(header):
        raise Unusable(Remark(path, 1, f"the column {heading[:60]!r} stands twice", "rename one of them", True))
    if needed not in matched(header, columns).values():
        accepted = ", ".join(columns[needed])
        message = f"no column gives the {needed}; headings: {', '.join(header)[:120]}"
        raise Unusable(Remark(path, 1, message, f"name one of the columns: {accepted}", True))


def _rows(
    lines: Iterator[tuple[int, list[str]]], header: list[str], columns: Columns, notes: Notebook
) -> Iterator[Row]:
    width = len(header)
    read = named(header, columns)
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            notes.block(line, "the row is blank", "remove the line", stands_for=1)
        elif len(cells) != width:
            message = f"the row has {len(cells)} fields, the header {width}"
            notes.block(line, message, "quote fields that hold the delimiter", stands_for=1)
        else:
            yield read(line, cells)

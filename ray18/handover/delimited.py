"""CSV, read so that no row can shift or vanish (RFC 4180, with `;`, tab and `|` allowed as delimiters)."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from ray18.documents.dialects import Dialect
from ray18.handover.delivery import Part
from ray18.handover.model import Notebook, Remark, Unusable
from ray18.handover.table import Columns, Row, matched, named, repeated
from ray18.handover.text import decoded, visible

MAX_FIELD = 100_000
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?\n")
"""The first line by which spreadsheets name the delimiter."""
_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')


def csv_rows(
    part: Part, notes: Notebook, columns: Columns, needed: str, max_lines: int = 100_000
) -> tuple[tuple[Row, ...], int]:
    """All rows by column name, and how many there are; one that is blank or too short or long stays out, with a
    blocking remark.

    `needed` is our name of the column without which the file is not what it should be.
    Raises Unusable when the file as a whole cannot be trusted.
    """
    path = part.path
    text = decoded(path, part.content, notes.dialect)
    _refuse_bytes(path, text)
    lines = text.count("\n")
    if lines > max_lines:
        message = f"the file has {lines:,} lines; at most {max_lines:,} are read"
        raise Unusable(Remark(path, 0, message, "hand over what still matters", True))
    text, remarks = visible(path, text)
    notes.remarks.extend(remarks)
    start, delimiter = _delimiter(text, columns, notes.dialect)
    _refuse_fields(path, text, start, delimiter)
    records = list(_parsed(path, text, start, delimiter))
    header_line, header = records[0] if records else (1, [])
    _refuse_header(path, header_line, header, columns, needed, notes.dialect)
    if not records[1:]:
        raise Unusable(Remark(path, 1, "the file has a header and no row", "hand over the rows as well", True))
    return tuple(_rows(records[1:], header, columns, notes)), len(records) - 1


def _refuse_bytes(path: str, text: str) -> None:
    for sign, name in (("\x00", "a NUL byte"), ("\r", "a carriage return without a line feed")):
        if sign in text:
            line = text.count("\n", 0, text.index(sign)) + 1
            raise Unusable(Remark(path, line, f"{name} is in the file", "save it as plain CSV again", True))
    if not text.strip():
        raise Unusable(Remark(path, 1, "the file is empty", "hand over the list", True))


def _delimiter(text: str, columns: Columns, dialect: Dialect) -> tuple[int, str]:
    """Where the header begins, and the delimiter: the one that is said, else the one by which most headings are known."""
    said = _SEPARATOR_LINE.match(text)
    start = said.end() if said else 0
    if dialect.delimiter or said:
        return start, dialect.delimiter or (said[1] if said else "")
    first = text[start:].split("\n", 1)[0]
    return start, max(_DELIMITERS, key=lambda sign: len(matched(_cells(first, sign), columns, dialect)))


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(delimiter)]


def _refuse_fields(path: str, text: str, start: int, delimiter: str) -> None:
    """Names the line of a quote that never closes, or stands inside a bare field; of a field too long."""
    stop = re.compile(f"[{re.escape(delimiter)}\n]")
    at, line = start, 1 + text.count("\n", 0, start)
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


def _parsed(path: str, text: str, start: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line number of the first line, and cells, of each record."""
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter)
    above = text.count("\n", 0, start)
    line = above + 1
    try:
        for cells in reader:
            yield line, cells
            line = above + reader.line_num + 1
    except csv.Error as error:
        message = f"the record that begins here cannot be read: {error}"
        raise Unusable(Remark(path, line, message, "save the file again as plain CSV", True)) from error


def _refuse_header(path: str, line: int, header: list[str], columns: Columns, needed: str, dialect: Dialect) -> None:
    for heading in repeated(header):
        raise Unusable(Remark(path, line, f"the column {heading[:60]!r} stands twice", "rename one of them", True))
    if needed not in matched(header, columns, dialect).values():
        message = f"no column gives the {needed}; headings: {', '.join(header)[:120]}"
        remedy = f"name one of the columns: {', '.join(columns[needed])}; or see `ray18 intake --propose-mapping`"
        raise Unusable(Remark(path, line, message, remedy, True))


def _rows(
    lines: Iterable[tuple[int, list[str]]], header: list[str], columns: Columns, notes: Notebook
) -> Iterator[Row]:
    width = len(header)
    read = named(header, columns, notes.dialect)
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            notes.block(line, "the row is blank", "remove the line", stands_for=1)
        elif len(cells) != width:
            message = f"the row has {len(cells)} fields, the header {width}"
            notes.block(line, message, "quote fields that hold the delimiter", stands_for=1)
        else:
            yield read(line, cells)

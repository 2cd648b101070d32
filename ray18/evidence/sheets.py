"""CSV that no spreadsheet takes for anything but text, and that reads back as it was.

A cell that a spreadsheet would compute (it begins with = + - @, a tab or a carriage return, also full-width) gets an
apostrophe in front; `read` takes it off again. Source: OWASP, CSV injection.
"""

import csv
import io
from collections.abc import Iterable, Sequence

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet compute a cell."""


def rows_as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as UTF-8 CSV with line feeds."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_inert(value) for value in row] for row in rows)
    return stream.getvalue().encode()


def read(content: bytes) -> list[dict[str, str]]:
    """The rows by column name. Raises ValueError, naming the line, for anything but an even table with unlike columns."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    if not lines or len(set(lines[0])) != len(lines[0]):
        raise ValueError("line 1: the header is missing, or names a column twice")
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(lines[0]):
            raise ValueError(f"row {number}: {len(line)} cells under {len(lines[0])} columns")
    return [dict(zip(lines[0], map(_as_it_was, line), strict=True)) for line in lines[1:]]


def _inert(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith((*ACTIVE, "'")) else text


def _as_it_was(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith((*ACTIVE, "'")) else text

"""Headings and values of the lists in a file, as they stand there: what a proposal of their meaning looks at."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ray18.documents.dialects import Dialect
from ray18.handover.delivery import Part
from ray18.handover.json_text import as_text, read_trees
from ray18.handover.markdown import Table, blocks, plain, read_page
from ray18.handover.model import Notebook, Unusable
from ray18.handover.rows import form_of
from ray18.handover.text import decoded, visible
from ray18.handover.workbook import Sheet, read_sheets
from ray18.yaml import Value

_DELIMITERS = ",;\t|:^~"
_ENCODINGS = ("windows-1252", "iso-8859-15")
_TITLE_LINES = 10
Setting = tuple[str, str, str, bool]
"""Name and value of a setting for the file as a whole, why, and whether that is sure."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One list: its headings and rows, and what the file itself needs to be read at all."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    form: tuple[Setting, ...] = ()
    name: str = ""
    """The field that holds it, in JSON and YAML."""

    def column(self, at: int) -> list[str]:
        """The values of a column that are not blank."""
        return [row[at].strip() for row in self.rows if at < len(row) and row[at].strip()]


def samples(path: str, content: bytes, dialect: Dialect) -> tuple[Sample, ...]:
    """The lists of one file; none for a file that cannot be read."""
    part, notes = Part(path, content), Notebook(path, dialect=dialect)
    try:
        match form_of(part, "csv"):
            case "csv":
                return tuple(_csv(part, dialect))
            case "workbook":
                return tuple(_sheet(sheet) for sheet in read_sheets(path, content) if sheet.lines)
            case "markdown":
                tables = (block for block in blocks(read_page(part, notes).text) if isinstance(block, Table))
                return tuple(Sample(tuple(map(plain, table.header)), _cells(table)) for table in tables)
            case "tree":
                return tuple(sample for source in read_trees(part, notes) for sample in _lists(source.value, 2))
    except Unusable:
        return ()


def _csv(part: Part, dialect: Dialect) -> Iterator[Sample]:
    form: list[Setting] = []
    try:
        text = decoded(part.path, part.content, dialect)
    except Unusable:
        text, found = _with_encoding(part)
        form.append(found)
    text = visible(part.path, text)[0].replace("\x00", "").replace("\r", "\n")
    first = text.split("\n", 1)[0]
    delimiter = dialect.delimiter or max(_DELIMITERS, key=first.count)
    if not dialect.delimiter and delimiter not in ",;\t|":
        form.append(("delimiter", delimiter, f"it stands {first.count(delimiter)} times in the headings", False))
    try:
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error:
        rows = []
    if rows or form:
        yield Sample(rows[0] if rows else (), tuple(rows[1:]), tuple(form))


def _with_encoding(part: Part) -> tuple[str, Setting]:
    """The text by an encoding that fits, which is a guess: the bytes alone do not say which is meant. Raises Unusable."""
    if part.content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decoded(part.path, part.content, Dialect(encoding="utf-16")), (
            "encoding",
            "utf-16",
            "its byte order mark",
            True,
        )
    for name in _ENCODINGS:
        try:
            text = part.content.decode(name)
        except UnicodeDecodeError:
            continue
        odd = next((line for line in text.split("\n") if not line.isascii()), "")
        return text, ("encoding", name, f"then a line reads: {odd.strip()[:60]}", False)
    raise Unusable


def _sheet(sheet: Sheet) -> Sample:
    """The sheet from the row with most cells among its first: titles above are shorter."""
    top = sheet.lines[:_TITLE_LINES]
    start = max(range(len(top)), key=lambda at: (sum(bool(cell.text) for cell in top[at].cells), -at))
    lines = [tuple(cell.text or cell.day for cell in line.cells) for line in sheet.lines[start:]]
    return Sample(lines[0], tuple(lines[1:]))


def _cells(table: Table) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(plain, row.cells)) for row in table.rows)


def _lists(value: Value, depth: int, name: str = "") -> Iterator[Sample]:
    """Every list of objects, and every mapping to objects, not deeper than some levels."""
    named = dict(value) if isinstance(value, dict) else {}
    children = list(value) if isinstance(value, list) else list(named.values())
    objects = [child for child in children if isinstance(child, dict)]
    if objects and len(objects) == len(children) and (isinstance(value, list) or len(objects) > 1):
        yield _of_objects(objects, name)
    elif depth:
        for key, child in named.items():
            yield from _lists(child, depth - 1, key)


def _of_objects(objects: Sequence[Mapping[str, Value]], name: str) -> Sample:
    header = tuple(dict.fromkeys(key for entry in objects for key in entry))
    return Sample(header, tuple(tuple(as_text(entry.get(key)) for key in header) for entry in objects), (), name)

"""Markdown as a flat sequence of blocks with their lines: the only user of markdown-it-py.

Only block structure is parsed (CommonMark and GFM tables); code blocks, HTML and comments are left out.
The parser drops the extra cells of a table's row and pads a short one, so raw cells are counted line by line.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ray18.documents.dialects import Dialect
from ray18.handover.delivery import Part
from ray18.handover.front_matter import front_matter
from ray18.handover.model import Notebook, Remark, Unusable
from ray18.handover.table import Columns, Row, matched, named
from ray18.handover.text import decoded, visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_LINES = 100_000
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CELL_END = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^[ \t>]*+(?:\|[ \t]*+)?:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)++\|?[ \t]*+$", re.MULTILINE)
_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*[.):]?|[-*•])\s+")
_INLINE_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6; `text` is its source, marks and all."""

    line: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph outside lists and tables."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list. `parent` is the text of the entry around it; `done` is None without a box."""

    line: int
    text: str
    parent: str
    done: bool | None


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row of a table; `raw_count` is the number of cells that its line really has."""

    line: int
    cells: tuple[str, ...]
    raw_count: int
    bar_in_code: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its headings and its rows."""

    line: int
    header: tuple[str, ...]
    rows: tuple[TableLine, ...]

    def columns(self, columns: Columns, dialect: Dialect) -> frozenset[str]:
        """Our names of the columns it has."""
        return frozenset(matched([plain(cell) for cell in self.header], columns, dialect).values())


Block = Heading | Paragraph | Entry | Table


@dataclass(frozen=True, slots=True)
class Page:
    """One file: its text, and the fields of its front matter by folded names."""

    text: str
    fields: Mapping[str, str]
    found: "tuple[Block, ...] | None" = None
    """Its blocks, where it was no Markdown."""

    @property
    def blocks(self) -> "tuple[Block, ...]":
        """Its blocks in order."""
        return blocks(self.text) if self.found is None else self.found

    @property
    def end(self) -> int:
        """The line after the last."""
        return self.text.count("\n") + 2


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and all blocks up to the next one of its level or above; `end` is the line after the last."""

    heading: Heading
    blocks: tuple[Block, ...]
    end: int

    @property
    def own(self) -> tuple[Block, ...]:
        """The blocks before the first heading inside."""
        for at, block in enumerate(self.blocks):
            if isinstance(block, Heading):
                return self.blocks[:at]
        return self.blocks

    @property
    def title(self) -> str:
        """The heading as plain text without its number."""
        return _NUMBERING.sub("", plain(self.heading.text)).strip()


def read_page(part: Part, notes: Notebook) -> Page:
    """The text of a file, its line ends as line feeds; what had to be removed is noted. Raises Unusable.

    The lines of front matter (YAML between `---`, TOML between `+++`) are blank in the text.
    """
    path = part.path
    text = decoded(path, part.content, notes.dialect).replace("\r", "\n")
    lines = text.count("\n")
    if lines > MAX_LINES:
        message = f"the file has {lines:,} lines; at most {MAX_LINES:,} are read"
        raise Unusable(Remark(path, 0, message, "split it", True))
    text, remarks = visible(path, text)
    notes.remarks.extend(remarks)
    matter = front_matter(text, notes)
    return Page("\n" * text.count("\n", 0, matter.length) + text[matter.length :], matter.fields)


def blocks(text: str) -> tuple[Block, ...]:
    """All blocks in the order of the text."""
    return tuple(_Walk(_block_parser().parse(text), text.split("\n")).blocks())


def sections(found: Sequence[Block], end: int, level: int = 0) -> tuple[Section, ...]:
    """The sections of one level (0 = every heading's); `end` is the line after the last."""
    starts = [at for at, block in enumerate(found) if isinstance(block, Heading)]
    result = []
    for at in starts:
        heading = found[at]
        if not isinstance(heading, Heading) or (level and heading.level != level):
            continue
        stop = _section_end(found, at, heading.level)
        last = found[stop].line if stop < len(found) else end
        result.append(Section(heading, tuple(found[at + 1 : stop]), last))
    return tuple(result)


def _section_end(found: Sequence[Block], at: int, level: int) -> int:
    for index in range(at + 1, len(found)):
        block = found[index]
        if isinstance(block, Heading) and block.level <= level:
            return index
    return len(found)


def plain(text: str) -> str:
    """Inline Markdown as a person reads it: no marks, links by their text, comments left out."""
    text = _COMMENT.sub("", text)
    if not re.search(r"[`*_\[\]<>\\&]", text):
        return text.strip()
    tokens = _inline_parser().parseInline(text[:_INLINE_LIMIT])
    children = [child for token in tokens for child in token.children or ()]
    return "".join(_shown(child) for child in children).strip() + text[_INLINE_LIMIT:]


def _shown(token: "Token") -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline", "image", "html_inline") else ""


def table_rows(table: Table, columns: Columns, notes: Notebook) -> tuple[Row, ...]:
    """The rows by column name; one whose cells cannot be told apart stays out, with a blocking remark."""
    return tuple(_table_rows(table, columns, notes))


def _table_rows(table: Table, columns: Columns, notes: Notebook) -> Iterator[Row]:
    header = [plain(cell) for cell in table.header]
    read = named(header, columns, notes.dialect)
    for line in table.rows:
        if line.raw_count != len(header):
            message = f"the row has {line.raw_count} cells, the table {len(header)} columns"
            remedy = "write \\| for a bar that is text" if line.bar_in_code else "give each column its cell"
            notes.block(line.line, message, remedy, stands_for=1)
        elif not any(cell.strip() for cell in line.cells):
            notes.note(line.line, "the row is blank", "remove the line", stands_for=1)
        else:
            yield read(line.line, line.cells)


def note_broken_tables(found: Sequence[Block], notes: Notebook) -> None:
    """A blocking remark for each table that reads as text, because its rule does not fit its headings."""
    for block in found:
        rule = _RULE.search(block.text) if isinstance(block, Paragraph | Entry) else None
        if rule:
            line = block.line + rule.string.count("\n", 0, rule.start())
            message = "this table is read as plain text: its rule has other columns than its headings"
            notes.block(line, message, "give the rule one --- for each heading")


@cache
def _block_parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


@cache
def _inline_parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


@dataclass
class _OpenEntry:
    line: int
    parent: str
    texts: list[str]


class _Walk:
    """Turns the parser's tokens into blocks; an entry is given out when its own text is complete."""

    def __init__(self, tokens: "Sequence[Token]", lines: Sequence[str]) -> None:
        self.tokens = tokens
        self.lines = lines
        self.at = 0
        self.entries: list[_OpenEntry] = []
        self.ready: list[Block] = []

    def blocks(self) -> Iterator[Block]:
        handlers: dict[str, Callable[[Token], None]] = {
            "heading_open": self._heading,
            "inline": self._text,
            "list_item_open": self._open_entry,
            "list_item_close": self._close_entry,
            "table_open": self._table,
        }
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.type in handlers:
                handlers[token.type](token)
            self.at += 1
        return iter(sorted(self.ready, key=lambda block: block.line))

    def _heading(self, token: "Token") -> None:
        self.at += 1
        text = _COMMENT.sub("", self.tokens[self.at].content).strip()
        self.ready.append(Heading(_line(token), int(token.tag[1:]), text))

    def _text(self, token: "Token") -> None:
        text = _COMMENT.sub("", token.content).strip()
        if self.entries:
            self.entries[-1].texts.append(text)
        elif text:
            self.ready.append(Paragraph(_line(token), text))

    def _open_entry(self, token: "Token") -> None:
        parent = "\n\n".join(self.entries[-1].texts) if self.entries else ""
        self.entries.append(_OpenEntry(_line(token), parent, []))

    def _close_entry(self, _: "Token") -> None:
        entry = self.entries.pop()
        text = "\n\n".join(part for part in entry.texts if part)
        box = _TASK.match(text)
        done = box[1] != " " if box else None
        if text:
            self.ready.append(Entry(entry.line, text[box.end() :] if box else text, entry.parent, done))

    def _table(self, token: "Token") -> None:
        rows: list[tuple[int, list[str]]] = []
        while self.tokens[self.at].type != "table_close":
            current = self.tokens[self.at]
            if current.type == "tr_open":
                rows.append((_line(current), []))
            elif current.type == "inline":
                rows[-1][1].append(_COMMENT.sub("", current.content).strip())
            self.at += 1
        header = tuple(rows[0][1]) if rows else ()
        self.ready.append(Table(_line(token), header, tuple(self._row(*entry) for entry in rows[1:])))

    def _row(self, line: int, cells: list[str]) -> TableLine:
        source = self.lines[line - 1].lstrip(" \t>").rstrip() if line <= len(self.lines) else ""
        parts = _CELL_END.split(source)
        first = 1 if parts and not parts[0].strip() else 0
        last = len(parts) - 1 if len(parts) > 1 and not parts[-1].strip() else len(parts)
        return TableLine(line, tuple(cells), last - first, _bar_in_code(source))


def _bar_in_code(source: str) -> bool:
    return any(_CELL_END.search(part) for part in source.split("`")[1::2])


def _line(token: "Token") -> int:
    return token.map[0] + 1 if token.map else 0

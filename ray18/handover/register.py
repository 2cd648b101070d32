"""A register in Markdown: one thing to do for each section, row of a table, or entry of a list."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ray18.handover.delivery import Part
from ray18.handover.draft import Claim
from ray18.handover.markdown import (
    Block,
    Entry,
    Heading,
    Page,
    Paragraph,
    Section,
    Table,
    blocks,
    note_broken_tables,
    plain,
    read_page,
    sections,
    table_rows,
)
from ray18.handover.model import Notebook
from ray18.handover.table import Columns, Row, folded, meaning, named

NO_DEBT = frozenset(
    ("introduction", "overview", "summary", "references", "contents", "tableofcontents", "glossary",
     "changelog", "legend", "purpose", "scope", "howtousethisregister", "appendix")
)  # fmt: skip
"""Headings of a register that name no debt."""
_PARTS = frozenset(
    ("problem", "impact", "description", "recommendedapproach", "recommendation", "details", "context",
     "notes", "proposal", "proposedfix", "solution", "risk", "location", "files", "why", "remedy", "effort")
)  # fmt: skip
"""Headings inside the description of one debt."""
_CONTAINERS = frozenset(
    ("items", "backlog", "openitems", "gaps", "opengaps", "knowledgegaps", "followups", "risks", "openrisks", "debts",
     "openactions", "actions", "tasks", "todo", "findings", "regressions", "improvements")
)  # fmt: skip
"""Headings under which each entry of a list is a thing to do."""
_LABELS = {
    "id": "id", "severity": "severity", "priority": "priority", "owner": "owner", "due": "due",
    "due date": "due", "status": "status", "service": "service", "created": "created",
    "identified": "created",
}  # fmt: skip
_LABEL = re.compile(
    rf"^[*_]*+({'|'.join(sorted(_LABELS, key=len, reverse=True))})[*_]*+[ \t]*+:(.*)$",
    re.IGNORECASE | re.MULTILINE,
)


def read_register(part: Part, notes: Notebook, columns: Columns) -> list[Claim]:
    """Everything that the register names; what it has beside gets a remark. Raises Unusable when the file is not text."""
    page = read_page(part, notes)
    found = blocks(page.text)
    note_broken_tables(found, notes)
    if page.fields:
        return [_single(page, found, columns, notes)]
    return list(_Register(page.text.split("\n"), columns, notes).claims(found))


def _single(page: Page, found: Sequence[Block], columns: Columns, notes: Notebook) -> Claim:
    """A file with front matter is one thing to do: its fields are there, and the text describes it."""
    row = named(list(page.fields), columns, notes.dialect)(1, list(page.fields.values()))
    heading = next((plain(block.text) for block in found if isinstance(block, Heading)), "")
    title = row.get("title") or heading
    values = {**row.values, "title": title} if title else row.values
    return Claim(Row(1, values, row.extra), "front matter", title or notes.path, page.text.strip())


@dataclass(frozen=True)
class _Register:
    """One register while it is read."""

    lines: Sequence[str]
    columns: Columns
    notes: Notebook

    def claims(self, found: Sequence[Block]) -> Iterator[Claim]:
        """What it names, in order."""
        start = next((at for at, block in enumerate(found) if isinstance(block, Heading)), len(found))
        inner = found[start:]
        levels = [block.level for block in inner if isinstance(block, Heading)]
        outside = list(found[:start])
        end = len(self.lines) + 1
        if len(levels) > 1 and levels[0] == 1 and levels.count(1) == 1:
            title = sections(inner, end, 1)[0]
            outside.extend(title.own)
            inner, levels = title.blocks[len(title.own) :], levels[1:]
        elif len(levels) == 1 and levels[0] == 1:
            outside.extend(inner[1:])
            inner, levels = (), []
        yield from self._outside(outside, bool(levels))
        if levels:
            for section in sections(inner, end, min(levels)):
                yield from self._section(section)

    def _outside(self, found: Sequence[Block], has_sections: bool) -> Iterator[Claim]:
        """Tables before the first heading of a section; entries of lists only where there are no such headings at all."""
        for block in found:
            if isinstance(block, Table) and self._is_register(block):
                yield from self._table(block, "the register's table")
            elif isinstance(block, Table):
                message = f"a table of {len(block.rows):,} rows is no register: no column gives a title"
                self.notes.note(block.line, message, "name one of its columns Title", stands_for=len(block.rows))
            elif isinstance(block, Entry) and not has_sections:
                yield _entry(block)

    def _section(self, section: Section) -> Iterator[Claim]:
        registers = [block for block in section.own if isinstance(block, Table) and self._is_register(block)]
        inner = sections(section.blocks, section.end)
        if registers:
            for table in registers:
                yield from self._table(table, section.heading.text)
            yield from self._inside(inner)
        elif folded(section.title) in _CONTAINERS and any(isinstance(block, Entry) for block in section.own):
            yield from (_entry(block) for block in section.own if isinstance(block, Entry))
            yield from self._inside(inner)
        elif folded(section.title) in NO_DEBT or not section.title:
            message = f"the section {section.title[:80]!r} is no debt"
            self.notes.note(section.heading.line, message, "rename the heading if it is one", stands_for=1)
        elif _is_group(section, inner):
            yield from self._inside(inner)
        else:
            yield self._prose(section)

    def _inside(self, inner: Sequence[Section]) -> Iterator[Claim]:
        for part in _children(inner):
            yield from self._section(part)

    def _is_register(self, table: Table) -> bool:
        known = table.columns(self.columns, self.notes.dialect)
        return "title" in known and len(known) > 1

    def _table(self, table: Table, heading: str) -> Iterator[Claim]:
        for row in table_rows(table, self.columns, self.notes):
            values = {name: plain(value) for name, value in row.values.items()}
            yield Claim(Row(row.line, values, row.extra), f"{heading}, line {row.line}", values.get("title", ""))

    def _prose(self, section: Section) -> Claim:
        labels = {name: meaning(self.notes.dialect, name, text) for name, text in _labels(section.blocks).items()}
        body = self.lines[section.heading.line : section.end - 1]
        description = "\n".join(body).strip().removesuffix("---").strip()
        row = Row(section.heading.line, {"title": section.title, **labels}, {})
        mark = "#" * section.heading.level
        return Claim(row, f"{mark} {section.heading.text}", section.title, description)


def _children(inner: Sequence[Section]) -> list[Section]:
    top = min((part.heading.level for part in inner), default=0)
    return [part for part in inner if part.heading.level == top]


def _is_group(section: Section, inner: Sequence[Section]) -> bool:
    """Whether the heading only gathers debts: no text of its own, and headings inside that name debts."""
    return not section.own and any(folded(part.title) not in _PARTS for part in _children(inner))


def _entry(entry: Entry) -> Claim:
    title = plain(entry.text.split("\n\n")[0])
    return Claim(Row(entry.line, {"title": title}, {}), f"line {entry.line}", title, entry.text, bool(entry.done))


def _labels(found: Sequence[Block]) -> dict[str, str]:
    """Fields written as `**Owner:** platform`; the first of each counts."""
    result: dict[str, str] = {}
    for block in found:
        if isinstance(block, Paragraph | Entry):
            for label, value in _LABEL.findall(block.text):
                result.setdefault(_LABELS[label.casefold()], plain(value.strip(" \t*_")))
    return result

"""`TECH-DEBT-REGISTER.md`: one item for each debt: a section, a row of a table, an entry of a list."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ray18.handover.draft import Claim, Stream, drafted, note_missing
from ray18.handover.identity import IdBook
from ray18.handover.markdown import (
    Block,
    Entry,
    Heading,
    Paragraph,
    Section,
    Table,
    blocks,
    note_broken_tables,
    plain,
    read_text,
    sections,
    table_rows,
)
from ray18.handover.model import Contents, Notebook, Reading
from ray18.handover.table import ITEM_COLUMNS, Row, folded

STREAM = Stream("TD", "technical-debt")
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
_LABELS = {
    "id": "id", "severity": "severity", "priority": "priority", "owner": "owner", "due": "due",
    "due date": "due", "status": "status", "service": "service", "created": "created",
    "identified": "created",
}  # fmt: skip
_LABEL = re.compile(
    rf"^[*_]*+({'|'.join(sorted(_LABELS, key=len, reverse=True))})[*_]*+[ \t]*+:(.*)$",
    re.IGNORECASE | re.MULTILINE,
)


def read(path: str, files: Mapping[str, bytes]) -> Reading:
    """Every debt as a backlog item. Raises Unusable when the file is not text."""
    text, remarks = read_text(path, files[path])
    notes = Notebook(path, list(remarks))
    found = blocks(text)
    note_broken_tables(found, notes)
    claims = list(_claims(found, text.split("\n"), notes))
    if not claims:
        notes.block(1, "the register names no debt", "give each debt a heading, or a row in a table")
    drafts = drafted(STREAM, claims, notes, IdBook())
    note_missing(drafts, notes)
    items = tuple(draft.item for draft in drafts)
    rows = len(items) + sum(remark.stands_for for remark in notes.remarks)
    return Reading(rows, len(items), tuple(notes.remarks), Contents(items=items))


def _claims(found: Sequence[Block], lines: Sequence[str], notes: Notebook) -> Iterator[Claim]:
    start = next((at for at, block in enumerate(found) if isinstance(block, Heading)), len(found))
    inner = found[start:]
    levels = [block.level for block in inner if isinstance(block, Heading)]
    outside = list(found[:start])
    if len(levels) > 1 and levels[0] == 1 and levels.count(1) == 1:
        title = sections(inner, len(lines) + 1, 1)[0]
        outside.extend(title.own)
        inner, levels = title.blocks[len(title.own) :], levels[1:]
    elif len(levels) == 1 and levels[0] == 1:
        outside.extend(inner[1:])
        inner, levels = (), []
    yield from _outside(outside, bool(levels), notes)
    if levels:
        for section in sections(inner, len(lines) + 1, min(levels)):
            yield from _section(section, lines, notes)


def _outside(found: Sequence[Block], has_sections: bool, notes: Notebook) -> Iterator[Claim]:
    """Tables before the first debt's heading; entries of lists only where there are no headings at all."""
    for block in found:
        if isinstance(block, Table) and _is_register(block):
            yield from _table(block, "the register's table", notes)
        elif isinstance(block, Entry) and not has_sections:
            yield _entry(block)


def _section(section: Section, lines: Sequence[str], notes: Notebook) -> Iterator[Claim]:
    registers = [block for block in section.own if isinstance(block, Table) and _is_register(block)]
    inner = sections(section.blocks, section.end)
    if registers:
        for table in registers:
            yield from _table(table, section.heading.text, notes)
        for part in _children(inner):
            yield from _section(part, lines, notes)
    elif folded(section.title) in NO_DEBT or not section.title:
        message = f"the section {section.title[:80]!r} is no debt"
        notes.note(section.heading.line, message, "rename the heading if it is one", stands_for=1)
    elif _is_group(section, inner):
        for part in _children(inner):
            yield from _section(part, lines, notes)
    else:
        yield _prose(section, lines)


def _children(inner: Sequence[Section]) -> list[Section]:
    top = min((part.heading.level for part in inner), default=0)
    return [part for part in inner if part.heading.level == top]


def _is_group(section: Section, inner: Sequence[Section]) -> bool:
    """Whether the heading only gathers debts: no text of its own, and headings inside that name debts."""
    return not section.own and any(folded(part.title) not in _PARTS for part in _children(inner))


def _is_register(table: Table) -> bool:
    known = table.columns(ITEM_COLUMNS)
    return "title" in known and len(known) > 1


def _table(table: Table, heading: str, notes: Notebook) -> Iterator[Claim]:
    for row in table_rows(table, ITEM_COLUMNS, notes):
        named = {name: plain(value) for name, value in row.values.items()}
        yield Claim(Row(row.line, named, row.extra), f"{heading}, line {row.line}", named.get("title", ""))


def _entry(entry: Entry) -> Claim:
    title = plain(entry.text.split("\n\n")[0])
    return Claim(Row(entry.line, {"title": title}, {}), f"line {entry.line}", title, entry.text, bool(entry.done))


def _prose(section: Section, lines: Sequence[str]) -> Claim:
    values = {"title": section.title, **_labels(section.blocks)}
    body = lines[section.heading.line : section.end - 1]
    description = "\n".join(body).strip().removesuffix("---").strip()
    mark = "#" * section.heading.level
    return Claim(Row(section.heading.line, values, {}), f"{mark} {section.heading.text}", section.title, description)


def _labels(found: Sequence[Block]) -> dict[str, str]:
    """Fields written as `**Owner:** platform`; the first of each counts."""
    result: dict[str, str] = {}
    for block in found:
        if isinstance(block, Paragraph | Entry):
            for label, value in _LABEL.findall(block.text):
                result.setdefault(_LABELS[label.casefold()], plain(value.strip(" \t*_")))
    return result

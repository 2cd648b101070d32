"""`INCIDENT-POSTMORTEMS/`: one report for each file; every follow-up action becomes an item.

What is a report is told by its content, the sections that post-mortems have, not by its name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ray18.handover.draft import Claim, Draft, Stream, drafted, note_missing
from ray18.handover.identity import IdBook, normalised, short_hash
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
from ray18.handover.model import Contents, Incident, Notebook, Reading, Unusable
from ray18.handover.table import ITEM_COLUMNS, Row, folded
from ray18.handover.text import cleaned, one_line
from ray18.handover.timeline import timeline

STREAM = Stream("INC", "incident")
ACTIONS = frozenset(
    ("action", "actions", "actionitem", "actionitems", "actionpoints", "followup", "followups",
     "followupactions", "followupitems", "correctiveaction", "correctiveactions", "preventiveactions",
     "nextsteps", "remediation")
)  # fmt: skip
"""Headings under which a report says what is to be done."""
_REPORT_PARTS = ACTIONS | frozenset(
    ("summary", "timeline", "impact", "rootcause", "rootcauses", "rootcauseanalysis", "contributingfactors",
     "lessonslearned", "lessons", "detection", "resolution", "recovery", "stats", "attendees",
     "background", "trigger")
)  # fmt: skip
_TIMELINE = frozenset(("timeline", "timelineofevents", "incidenttimeline", "chronology"))
_CAUSES = frozenset(
    ("rootcause", "rootcauses", "rootcauseanalysis", "contributingfactor", "contributingfactors", "trigger")
)
_ID = re.compile(r"[A-Za-z]{1,10}[-_ ]?[0-9]{1,8}(?:-[0-9]{1,6})*", re.ASCII)
_STAT = re.compile(
    r"^[*_]*+(category|time to (?:detect(?:ion)?|recover(?:y)?|resol(?:ve|ution)))[*_]*+[ \t]*+:(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_NONE = frozenset(("none", "na", "noactionitems", "noaction", "noactions", "tbd", "todo", "nothing"))
_SAYS_DONE = re.compile(r"\((?:done|completed|fixed)\)\s*$", re.IGNORECASE)
_NAME_LIMIT = 40


@dataclass(frozen=True, slots=True)
class _Report:
    incident: Incident
    drafts: tuple[Draft, ...]


def read(path: str, files: Mapping[str, bytes]) -> Reading:
    """Every action of every report as a backlog item; a file without one is a remark that stands for it."""
    notes = Notebook(path)
    ids = IdBook()
    found: dict[str, str] = {}
    reports = []
    for name in sorted(name for name in files if name.startswith(f"{path}/")):
        report = _file(name, files[name], notes, ids, found)
        if report:
            reports.append(report)
    drafts = [draft for report in reports for draft in report.drafts]
    note_missing(drafts, notes)
    if not reports:
        notes.block(0, "the folder has no post-mortem", "hand over the reports")
    rows = len(drafts) + sum(remark.stands_for for remark in notes.remarks)
    items = tuple(draft.item for draft in drafts)
    incidents = tuple(report.incident for report in reports)
    return Reading(rows, len(items), tuple(notes.remarks), Contents(items=items, incidents=incidents))


def _file(name: str, content: bytes, folder: Notebook, ids: IdBook, found: dict[str, str]) -> _Report | None:
    notes = Notebook(name)
    try:
        report = _report(name, content, notes, ids, found)
    except Unusable as stop:
        report = None
        if name.casefold().endswith(".md"):
            notes.remarks.extend(stop.remarks)
            notes.note(0, "none of this report is taken over", "mend it", stands_for=1)
        else:
            notes.note(0, "not a post-mortem: not a text", "move it elsewhere", stands_for=1)
    folder.remarks.extend(notes.remarks)
    return report


def _report(name: str, content: bytes, notes: Notebook, ids: IdBook, known: dict[str, str]) -> _Report | None:
    text, remarks = read_text(name, content)
    found = blocks(text)
    parts = sections(found, text.count("\n") + 2)
    if not any(_names(part) & _REPORT_PARTS for part in parts):
        notes.note(0, "not a post-mortem: it has none of its sections", "move it elsewhere", stands_for=1)
        return None
    notes.remarks.extend(remarks)
    note_broken_tables(found, notes)
    if not name.casefold().endswith(".md"):
        notes.note(0, "the name does not end in .md; read because its content is a report", "rename it")
    title = _title(name, found, notes)
    incident_id = _incident_id(name, notes, known)
    claims = [claim for part in _outermost(parts, ACTIONS) for claim in _actions(part, incident_id, notes)]
    drafts = drafted(STREAM, claims, notes, ids)
    if not claims and not any(remark.stands_for for remark in notes.remarks):
        line = next((part.heading.line for part in _outermost(parts, ACTIONS)), 1)
        notes.note(line, "the report has no action item", "say what is to be done, or why nothing is", stands_for=1)
    stats = _stats(found)
    category, detection, recovery = (stats.get(key, "") for key in ("category", "detection", "recovery"))
    incident = Incident(
        incident_id,
        title,
        name,
        category,
        detection,
        recovery,
        len(drafts),
        tuple(entry for part in _outermost(parts, _TIMELINE) for entry in timeline(part)),
        tuple(cause for part in _outermost(parts, _CAUSES) for cause in _listed(part)),
    )
    return _Report(incident, drafts)


def _listed(part: Section) -> Iterator[str]:
    """The entries of its lists as plain lines; its paragraphs where it has no list."""
    entries = [block.text for block in part.blocks if isinstance(block, Entry)]
    for source in entries or [block.text for block in part.blocks if isinstance(block, Paragraph)]:
        text = one_line(plain(source))
        if text and folded(text) not in _NONE:
            yield text


def _names(part: Section) -> set[str]:
    """The names a heading gives to its section: `Action items / Follow-ups` gives two."""
    return {folded(name) for name in re.split(r"[/&,+]|\band\b", part.title)} | {folded(part.title)}


def _title(name: str, found: Sequence[Block], notes: Notebook) -> str:
    for block in found:
        if isinstance(block, Heading) and block.level == 1 and plain(block.text):
            return one_line(plain(block.text))
    notes.note(1, "the report has no heading of level 1; named after its file", "give it one")
    return one_line(cleaned(PurePosixPath(name).stem)[0])


def _incident_id(name: str, notes: Notebook, known: dict[str, str]) -> str:
    """The id at the start of the file's name, else a hash of the name; two files never share one."""
    stem = PurePosixPath(name).name.removesuffix(".md")
    match = _ID.match(stem)
    result = re.sub(r"[_ ]", "-", match[0]) if match and len(match[0]) <= _NAME_LIMIT else short_hash(stem)
    if result.casefold() in known:
        notes.note(0, f"{known[result.casefold()]} has the id {result} as well", "number one of them anew")
        result = f"{result}-{short_hash(stem)}"
    known[result.casefold()] = PurePosixPath(name).name
    return result


def _outermost(parts: Sequence[Section], names: frozenset[str]) -> list[Section]:
    """The sections with one of these names; one inside another is not read twice."""
    result: list[Section] = []
    for part in parts:
        inside = result and part.heading.line < result[-1].end
        if _names(part) & names and not inside:
            result.append(part)
    return result


def _actions(part: Section, incident_id: str, notes: Notebook) -> Iterator[Claim]:
    listed = any(isinstance(block, Entry | Table) for block in part.blocks)
    for block in part.blocks:
        if isinstance(block, Entry):
            yield from _from_entry(block, part, incident_id, notes)
        elif isinstance(block, Table):
            yield from _from_table(block, part, incident_id, notes)
        elif isinstance(block, Paragraph) and folded(block.text) not in _NONE:
            yield from _from_paragraph(block, part, incident_id, listed, notes)


def _from_entry(entry: Entry, part: Section, incident_id: str, notes: Notebook) -> Iterator[Claim]:
    if folded(entry.text) in _NONE:
        return
    title = one_line(plain(entry.text.split("\n\n")[0]))
    body = entry.text if one_line(entry.text) != title else ""
    if entry.parent:
        body = f"{body or title}\n\nPart of: {entry.parent}"
    if not title:
        notes.note(entry.line, "the action says nothing", "remove it", stands_for=1)
        return
    if _SAYS_DONE.search(title) and not entry.done:
        notes.note(entry.line, "the text says that it is done; drafted as open", "set `status: done` if it is")
    yield _claim(Row(entry.line, {"title": title}, {}), part, incident_id, body, bool(entry.done))


def _from_paragraph(
    block: Paragraph, part: Section, incident_id: str, listed: bool, notes: Notebook
) -> Iterator[Claim]:
    """A paragraph is an action where there is no list and no table; beside one it is only remarked upon."""
    if not listed:
        yield from _from_entry(Entry(block.line, block.text, "", None), part, incident_id, notes)
    elif not block.text.endswith(":"):
        message = "this paragraph among the actions is not taken over"
        notes.note(block.line, message, "make it an entry of the list if it is an action", stands_for=1)


def _claim(row: Row, part: Section, incident_id: str, body: str = "", done: bool = False) -> Claim:
    """The claim of one action; its id is the incident's with a hash of what is to be done."""
    title = row.get("title")
    action_id = f"{incident_id}-{short_hash(incident_id, normalised(title))}"
    extra = {**row.extra, **({"action-id": row.get("id")} if row.get("id") else {})}
    named = Row(row.line, {**row.values, "id": action_id}, extra)
    locator = f"{'#' * part.heading.level} {part.heading.text}, line {row.line}"
    return Claim(named, locator, title, body, done, annotations={"incident": incident_id})


def _from_table(table: Table, part: Section, incident_id: str, notes: Notebook) -> Iterator[Claim]:
    rows = table_rows(table, ITEM_COLUMNS, notes)
    if "title" not in table.columns(ITEM_COLUMNS):
        for row in rows:
            message = "the table has no column of actions"
            notes.block(row.line, message, "name the column `Action`", stands_for=1)
        return
    for row in rows:
        values = {name: plain(value) for name, value in row.values.items()}
        yield _claim(Row(row.line, values, row.extra), part, incident_id)


def _stats(found: Sequence[Block]) -> dict[str, str]:
    """Category and times as the report claims them, in its words."""
    result: dict[str, str] = {}
    for block in found:
        if isinstance(block, Entry | Paragraph):
            for label, value in _STAT.findall(block.text):
                name = label.casefold()
                key = name if name == "category" else "detection" if "detect" in name else "recovery"
                result.setdefault(key, one_line(plain(value.strip(" \t*_"))))
    return result

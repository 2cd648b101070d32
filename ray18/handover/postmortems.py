"""`INCIDENT-POSTMORTEMS/`: one report for each file; every follow-up action becomes an item.

What is a report is told by its content, the sections that post-mortems have, not by its name. One in JSON or YAML is read as
if its fields were headings (`ray18.handover.report_tree`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeGuard

from ray18.findings import shown
from ray18.handover.days import Unclear, read_duration
from ray18.handover.delivery import Delivery, Part, read_parts
from ray18.handover.draft import Claim, Stream, drafted, note_missing
from ray18.handover.identity import IdBook, normalised, short_hash
from ray18.handover.markdown import (
    Block,
    Entry,
    Heading,
    Page,
    Paragraph,
    Section,
    Table,
    note_broken_tables,
    plain,
    read_page,
    sections,
    table_rows,
)
from ray18.handover.model import Contents, Draft, Incident, Notebook, Reading, Unusable
from ray18.handover.report_tree import read_tree_page
from ray18.handover.restoration import restoration
from ray18.handover.rows import form_of
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
REPORT_PARTS = ACTIONS | frozenset(
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
_STAT_FIELDS = frozenset(
    (
        "category",
        "timetodetection",
        "timetodetect",
        "timetorecovery",
        "timetorecover",
        "timetoresolution",
        "timetoresolve",
    )
)
_BOLD = re.compile(r"(\*\*|__)(?P<bold>[^*_\n]{1,80})\1:?|(?P<label>[^:*_\n]{1,80}):")
"""A line all in bold, or one that ends with a colon: what stands for a heading where nobody wrote headings."""
_NONE = frozenset(("none", "na", "noactionitems", "noaction", "noactions", "tbd", "todo", "nothing"))
_SAYS_DONE = re.compile(r"\((?:done|completed|fixed)\)\s*$", re.IGNORECASE)
_NAME_LIMIT = 40


def read(delivery: Delivery) -> Reading:
    """Every action of every report as a backlog item; a file without one is a remark that stands for it."""
    ids = IdBook()
    known: dict[str, str] = {}
    reading = read_parts(delivery, lambda part, notes: _read_part(part, notes, ids, known))
    notes = Notebook(delivery.path)
    note_missing(reading.contents.drafts, notes)
    if not reading.contents.incidents:
        notes.block(0, "the folder has no post-mortem", "hand over the reports")
    return replace(reading, remarks=(*reading.remarks, *notes.remarks))


def _read_part(part: Part, notes: Notebook, ids: IdBook, known: dict[str, str]) -> Reading:
    """One file: a report, or several under headings of their own; one that is no text is a remark that stands for it."""
    is_markdown = part.path.casefold().endswith(".md")
    is_tree = form_of(part, "markdown") == "tree"
    trial = Notebook(part.path, dialect=notes.dialect)
    try:
        page = read_tree_page(part, trial) if is_tree else read_page(part, trial)
    except Unusable as stop:
        if is_markdown:
            notes.remarks.extend(stop.remarks)
            notes.note(0, "none of this report is taken over", "mend it", stands_for=1)
        else:
            notes.note(0, f"not a post-mortem: {stop.remarks[0].message}", "move it elsewhere", stands_for=1)
        return Reading(1, 0, ())
    found = _promoted(page.blocks)
    end = page.end
    if not any(_names(part) & REPORT_PARTS for part in sections(found, end)):
        notes.note(0, "not a post-mortem: it has none of its sections", "move it elsewhere", stands_for=1)
        return Reading(1, 0, ())
    notes.remarks.extend(trial.remarks)
    note_broken_tables(found, notes)
    if not is_markdown and not is_tree:
        notes.note(0, "the name does not end in .md; read because its content is a report", "rename it")
    chapters = _chapters(found, end, notes)
    reports = [_report(chapter, page, chapter is not found, notes, ids, known) for chapter in chapters]
    drafts = tuple(draft for _, made in reports for draft in made)
    rows = len(drafts) + sum(remark.stands_for for remark in notes.remarks)
    return Reading(rows, len(drafts), (), Contents(drafts=drafts, incidents=tuple(one for one, _ in reports)))


def _promoted(found: Sequence[Block]) -> Sequence[Block]:
    """The blocks; where no heading names a part of a report, lines that do so and stand alone count as headings."""
    if any(isinstance(block, Heading) and _parts_of(block.text) & REPORT_PARTS for block in found):
        return found
    return [_as_heading(block) for block in found]


def _as_heading(block: Block) -> Block:
    match = _BOLD.fullmatch(block.text.strip()) if isinstance(block, Paragraph) else None
    text = (match["bold"] or match["label"]).rstrip(":") if match else ""
    return Heading(block.line, 2, text) if _parts_of(text) & REPORT_PARTS else block


def _chapters(found: Sequence[Block], end: int, notes: Notebook) -> list[Sequence[Block]]:
    """The reports of a file: the sections of its topmost level of which several have parts of a report, else the whole."""
    for level in (1, 2):
        parts = sections(found, end, level)
        reports = [
            part for part in parts if any(_names(inner) & REPORT_PARTS for inner in sections(part.blocks, part.end))
        ]
        if len(reports) > 1:
            for part in parts:
                if part not in reports:
                    message = f"the section {part.title[:80]!r} is no report: it has none of its parts"
                    notes.note(part.heading.line, message, "give it its parts if it is one", stands_for=1)
            return [(part.heading, *part.blocks) for part in reports]
    return [found]


def _report(
    found: Sequence[Block], page: Page, is_chapter: bool, notes: Notebook, ids: IdBook, known: dict[str, str]
) -> tuple[Incident, tuple[Draft, ...]]:
    before = len(notes.remarks)
    end = page.end
    parts = [part for part in sections(found, end) if not (is_chapter and part.heading is found[0])]
    fields = {} if is_chapter else {folded(name): value for name, value in page.fields.items()}
    title = _title(found, fields, notes)
    incident_id = _incident_id(title if is_chapter else PurePosixPath(notes.path).name, notes, known)
    claims = [claim for part in _outermost(parts, ACTIONS) for claim in _actions(part, incident_id, notes)]
    drafts = drafted(STREAM, claims, notes, ids)
    if not claims and not any(remark.stands_for for remark in notes.remarks[before:]):
        line = next((part.heading.line for part in _outermost(parts, ACTIONS)), found[0].line if is_chapter else 1)
        notes.note(line, "the report has no action item", "say what is to be done, or why nothing is", stands_for=1)
    stats = _stats(found, fields)
    incident = Incident(
        incident_id,
        title,
        notes.path,
        stats.get("category", ""),
        stats.get("detection", ""),
        stats.get("recovery", ""),
        len(drafts),
        tuple(entry for part in _outermost(parts, _TIMELINE) for entry in timeline(part)),
        tuple(cause for part in _outermost(parts, _CAUSES) for cause in _listed(part)),
        *(_claimed(stats, name, notes) for name in ("detection", "recovery")),
    )
    _note_difference(incident, notes)
    return incident, drafts


def _claimed(stats: Mapping[str, str], name: str, notes: Notebook) -> float | None:
    """The minutes of a claimed time, if it can be read in one way."""
    given = stats.get(name, "")
    if not given or folded(given) in _NONE:
        return None
    spent = read_duration(given, notes.dialect)
    if isinstance(spent, Unclear):
        notes.note(0, f"the time to {name} {shown(given)} {spent.why}", spent.remedy)
        return None
    return spent


def _note_difference(incident: Incident, notes: Notebook) -> None:
    """A remark where the report's own timeline gives another time than the report claims."""
    found = restoration(incident)
    if found.recomputed is not None and found.difference:
        claim = incident.time_to_recovery
        message = (
            f"the time to recovery is claimed as {shown(claim)}; the timeline gives {found.recomputed:.0f} minutes"
        )
        fits = f"; the claim fits {found.fits}" if found.fits else ""
        notes.note(0, f"{message} ({found.basis}){fits}", "find out which of the two is wrong")


def _listed(part: Section) -> Iterator[str]:
    """The entries of its lists as plain lines; its paragraphs where it has no list."""
    entries = [block.text for block in part.blocks if isinstance(block, Entry)]
    for source in entries or [block.text for block in part.blocks if isinstance(block, Paragraph)]:
        text = one_line(plain(source))
        if text and folded(text) not in _NONE:
            yield text


def _names(part: Section) -> frozenset[str]:
    """The names a heading gives to its section: `Action items / Follow-ups` gives two."""
    return _parts_of(part.title)


def _parts_of(title: str) -> frozenset[str]:
    return frozenset(folded(name) for name in (*re.split(r"[/&,+]|\band\b", title), title))


def _title(found: Sequence[Block], fields: Mapping[str, str], notes: Notebook) -> str:
    for given in (fields.get("title", ""), *(block.text for block in found if _is_top(block))):
        if plain(given):
            return one_line(plain(given))
    notes.note(1, "the report has no heading of level 1; named after its file", "give it one")
    return one_line(cleaned(PurePosixPath(notes.path).stem)[0])


def _is_top(block: Block) -> TypeGuard[Heading]:
    return isinstance(block, Heading) and block.level == 1


def _incident_id(name: str, notes: Notebook, known: dict[str, str]) -> str:
    """The id at the start of a file's name or a title, else a hash of it; two reports never share one."""
    stem = name.removesuffix(".md")
    match = _ID.match(stem)
    result = re.sub(r"[_ ]", "-", match[0]) if match and len(match[0]) <= _NAME_LIMIT else short_hash(stem)
    if result.casefold() in known:
        notes.note(0, f"{known[result.casefold()]} has the id {result} as well", "number one of them anew")
        result = f"{result}-{short_hash(stem)}"
    known[result.casefold()] = name
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
    if "title" not in table.columns(ITEM_COLUMNS, notes.dialect):
        for row in rows:
            message = "the table has no column of actions"
            notes.block(row.line, message, "name the column `Action`", stands_for=1)
        return
    for row in rows:
        values = {name: plain(value) for name, value in row.values.items()}
        yield _claim(Row(row.line, values, row.extra), part, incident_id)


def _stats(found: Sequence[Block], fields: Mapping[str, str]) -> dict[str, str]:
    """Category and times as the report claims them, in its words: in its front matter, else in its text."""
    result = {_stat_name(name): value for name, value in fields.items() if folded(name) in _STAT_FIELDS}
    for block in found:
        if isinstance(block, Entry | Paragraph):
            for label, value in _STAT.findall(block.text):
                result.setdefault(_stat_name(label), one_line(plain(value.strip(" \t*_"))))
    return result


def _stat_name(label: str) -> str:
    name = label.casefold()
    return name if name == "category" else "detection" if "detect" in name else "recovery"

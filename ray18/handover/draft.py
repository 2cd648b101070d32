"""Drafts backlog items from rows: what is missing stays missing, and what does not fit is said."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from ray18.counting import counted
from ray18.documents.backlog import BacklogItem, Security, Source, SourceKind
from ray18.findings import shown
from ray18.handover.days import Unclear, read_day
from ray18.handover.identity import IdBook, item_id
from ray18.handover.model import Draft, Notebook, Remark
from ray18.handover.table import Row
from ray18.handover.text import cleaned, is_slug, one_line, prose, slug
from ray18.handover.words import MAINTENANCE, PRIORITIES, SEVERITIES, STATUSES

T = TypeVar("T")

MAX_ITEMS = 20_000
"""The most items that one artifact brings."""
_TITLE_LIMIT = 300
_PROSE_LIMIT = 20_000
_LOCATOR_LIMIT = 400
_WANTED = {"owner": "owner", "severity": "severity", "due": "due date"}


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of the hand-over: what its items are called and where they come from."""

    prefix: str
    kind: SourceKind


@dataclass(frozen=True, slots=True)
class Claim:
    """What an artifact says about one thing to do, in its own words."""

    row: Row
    locator: str
    key: str
    """What makes it this thing and no other, where the row gives no id."""
    description: str = ""
    done: bool = False
    security: Callable[[Row, Notebook], Security | None] | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)


def drafted(stream: Stream, claims: Iterable[Claim], notes: Notebook, ids: IdBook) -> tuple[Draft, ...]:
    """One item for each claim; a claim that cannot become one gets a blocking remark that stands for it."""
    every = list(claims)
    rest = every[MAX_ITEMS:]
    if rest:
        message = f"{len(rest):,} rows from here on are not drafted: {MAX_ITEMS:,} are the most"
        notes.block(rest[0].row.line, message, "hand over what still matters", stands_for=len(rest))
    return tuple(draft for claim in every[:MAX_ITEMS] if (draft := _drafted(stream, claim, notes, ids)))


def note_missing(drafts: Sequence[Draft], notes: Notebook) -> None:
    """One remark for each field that matters and that open items lack: their number and the first place."""
    for name, words in _WANTED.items():
        lacking = [draft for draft in drafts if draft.item.is_open and getattr(draft.item, name) is None]
        if lacking:
            first = lacking[0]
            have = "has" if len(lacking) == 1 else "have"
            message = f"{len(lacking):,} of {counted(len(drafts), 'items')} {have} no {words}, from here on"
            notes.remarks.append(Remark(first.path, first.line, message, f"give each open item its {words}"))
    undated = [draft for draft in drafts if not draft.item.is_open and draft.item.closed is None]
    if undated:
        first = undated[0]
        are = "is" if len(undated) == 1 else "are"
        message = (
            f"{len(undated):,} of {counted(len(drafts), 'items')} {are} closed, and no day says when, from here on"
        )
        notes.remarks.append(Remark(first.path, first.line, message, "set `closed`, or open them again"))


def _drafted(stream: Stream, claim: Claim, notes: Notebook, ids: IdBook) -> Draft | None:
    line = claim.row.line
    title = _title(claim.row)
    if not title:
        notes.block(line, "the row has neither a title nor an id", "say what is to be done", stands_for=1)
        return None
    issued = _issued(stream, claim, notes, ids)
    fields = _fields(stream, claim, notes, issued, title)
    try:
        item = BacklogItem.model_validate(fields)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        message = f"no item can be drafted: {where} is {shown(error.errors()[0].get('input'), where)}"
        notes.block(line, message, "mend the row, or write the item by hand", stands_for=1)
        return None
    _note_contradictions(item, line, notes)
    return Draft(item, notes.path, line)


def _note_contradictions(item: BacklogItem, line: int, notes: Notebook) -> None:
    """Says where what an item claims cannot be: its own other fields speak against it."""
    wrong = "find out which of the two is wrong"
    if item.due and item.created and item.due < item.created:
        notes.note(line, f"it is due on {item.due}, before it was known ({item.created})", wrong)
    if item.closed and item.created and item.closed < item.created:
        notes.note(line, f"it was closed on {item.closed}, before it was known ({item.created})", wrong)
    if item.closed and item.is_open:
        notes.note(line, f"it was closed on {item.closed}, but its status is {item.status}", wrong)


def _issued(stream: Stream, claim: Claim, notes: Notebook, ids: IdBook) -> str:
    row = claim.row
    wanted = item_id(stream.prefix, row.get("id"), claim.key)
    content = repr((sorted(row.values.items()), sorted(row.extra.items()), claim.description))
    issued, earlier = ids.issue(wanted, f"{notes.path}:{row.line}", content)
    if earlier:
        message = f"{wanted} stands here again (first: {earlier}); drafted as {issued}"
        notes.note(row.line, message, "close one of them if they are the same")
    return issued


def _title(row: Row) -> str:
    candidates = (row.get("title"), row.get("description")[:80], row.get("id"))
    return next(filter(None, (one_line(cleaned(text)[0]) for text in candidates)), "")


def _fields(stream: Stream, claim: Claim, notes: Notebook, issued: str, title: str) -> dict[str, Any]:
    row = claim.row
    annotations = dict(claim.annotations)
    reader = _FieldReader(row, notes, annotations)
    fields: dict[str, Any] = {
        "id": issued,
        "title": _clipped_title(title),
        "description": _description(claim, title, notes),
        "source": Source(kind=stream.kind, artifact=notes.path[:_LOCATOR_LIMIT], locator=_locator(claim)),
        "maintenance_type": MAINTENANCE[stream.kind],
        "severity": reader.word("severity", SEVERITIES),
        "priority": reader.word("priority", PRIORITIES),
        "owner": reader.slug("owner"),
        "service": reader.slug("service"),
        "created": reader.day("created"),
        "due": reader.day("due"),
        "closed": reader.day("closed"),
        "resolution": prose(cleaned(row.get("resolution"))[0])[0][:_PROSE_LIMIT] or None,
        "status": "done" if claim.done else reader.word("status", STATUSES),
        "security": claim.security(row, notes) if claim.security else None,
    }
    reader.keep_extra()
    fields["annotations"] = annotations or None
    return {name: value for name, value in fields.items() if value is not None}


def _locator(claim: Claim) -> str:
    return one_line(cleaned(claim.locator)[0])[:_LOCATOR_LIMIT].strip() or f"line {claim.row.line}"


def _clipped_title(title: str) -> str:
    return title if len(title) <= _TITLE_LIMIT else title[: _TITLE_LIMIT - 1].rstrip() + "…"


def _description(claim: Claim, title: str, notes: Notebook) -> str | None:
    """The description, with the whole title before it where the title had to be cut."""
    parts = [claim.description or claim.row.get("description")]
    if len(title) > _TITLE_LIMIT:
        parts.insert(0, title)
    text, conflict = prose(cleaned("\n\n".join(part for part in parts if part))[0])
    if conflict:
        notes.note(claim.row.line, "a merge conflict's marker was taken out of the text", "resolve the conflict")
    if len(text) > _PROSE_LIMIT:
        notes.note(claim.row.line, f"the text was cut after {_PROSE_LIMIT:,} characters", "read the artifact")
        text = text[: _PROSE_LIMIT - 1].rstrip() + "…"
    return text if text.strip() and text != title else None


@dataclass
class _FieldReader:
    """Reads the fields of one row; what cannot be taken over is kept as an annotation and remarked upon."""

    row: Row
    notes: Notebook
    annotations: dict[str, str]

    def word(self, name: str, words: Mapping[str, T]) -> T | None:
        given = self.row.get(name)
        if not given:
            return None
        value = words.get(one_line(given).casefold())
        if value is None:
            known = ", ".join(dict.fromkeys(str(word) for word in words.values()))
            self._keep(name, given, f"{name} {shown(given)} is not a known value", f"set it to one of: {known}")
        return value

    def slug(self, name: str) -> str | None:
        given = self.row.get(name)
        if not given or is_slug(given):
            return given or None
        message = f"{name} {shown(given)} is not the id of a person, team or service"
        self._keep(name, given, message, f"add it to the records and set `{name}`")
        return None

    def day(self, name: str) -> date | None:
        given = self.row.get(name)
        if not given:
            return None
        day = read_day(given, self.notes.dialect)
        if isinstance(day, Unclear):
            self._keep(name, given, f"{name} {shown(given)} {day.why}", day.remedy)
            return None
        return day

    def keep_extra(self) -> None:
        """The columns that no field is for."""
        for heading, value in self.row.extra.items():
            name = slug(heading) or "other"
            while name in self.annotations:
                name += "-2"
            self.annotations[name] = _kept(value)

    def _keep(self, name: str, given: str, message: str, remedy: str) -> None:
        self.annotations[f"{name}-as-handed-over"] = _kept(given)
        self.notes.note(self.row.line, message, f"{remedy}; kept as an annotation")


def _kept(value: str) -> str:
    return prose(cleaned(value)[0])[0][:_PROSE_LIMIT] or "-"

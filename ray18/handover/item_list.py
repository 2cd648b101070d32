"""An artifact that lists things to do, in whichever form: each becomes a draft of a backlog item."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ray18.handover.delivery import Delivery, Part, read_parts
from ray18.handover.draft import Claim, Stream, drafted, note_missing
from ray18.handover.identity import IdBook
from ray18.handover.model import Contents, Notebook, Reading
from ray18.handover.register import read_register
from ray18.handover.rows import Form, Shape, form_of, read_rows
from ray18.handover.table import Row


def plain_claim(row: Row) -> Claim:
    """The claim of a row that needs no more than its columns."""
    natural = row.get("id")
    return Claim(row, f"id {natural}" if natural else f"line {row.line}", row.get("title"))


@dataclass(frozen=True, slots=True)
class Sightings:
    """What a report of a tool names: claims, and how many entries it has in all."""

    claims: tuple[Claim, ...]
    seen: int


Recognise = Callable[[Part, Notebook], Sightings | None]


@dataclass(frozen=True, slots=True)
class ItemList:
    """One artifact of this kind."""

    stream: Stream
    shape: Shape
    expected: Form
    """Its form where the file's name tells none."""
    claim: Callable[[Row], Claim] = plain_claim
    recognise: Recognise | None = None
    """What reads the reports of tools; None for what is no such report."""


def read_items(delivery: Delivery, kind: ItemList) -> Reading:
    """Every entry as a backlog item. An id is given once, whatever number of files the artifact has."""
    ids = IdBook()
    reading = read_parts(delivery, lambda part, notes: _read_part(part, notes, kind, ids))
    notes = Notebook(delivery.path)
    note_missing(reading.contents.drafts, notes)
    return replace(reading, remarks=(*reading.remarks, *notes.remarks))


def _read_part(part: Part, notes: Notebook, kind: ItemList, ids: IdBook) -> Reading:
    claims, seen = _claims(part, notes, kind)
    drafts = drafted(kind.stream, claims, notes, ids)
    return Reading(seen, len(drafts), (), Contents(drafts=drafts))


def _claims(part: Part, notes: Notebook, kind: ItemList) -> tuple[Iterable[Claim], int]:
    form = form_of(part, kind.expected)
    if form == "markdown":
        return _from_register(part, notes, kind)
    report = kind.recognise(part, notes) if kind.recognise and form == "tree" else None
    if report:
        return report.claims, report.seen
    found = read_rows(part, notes, kind.shape, kind.expected)
    return [kind.claim(row) for row in found.rows], found.seen


def _from_register(part: Part, notes: Notebook, kind: ItemList) -> tuple[Sequence[Claim], int]:
    """A section, a row or an entry each; of a row of a table, what the artifact makes of one."""
    claims = read_register(part, notes, kind.shape.columns)
    if not claims:
        what = kind.shape.what
        notes.block(1, f"the register names no {what}", "give each a heading, or a row in a table")
    stands_for = sum(remark.stands_for for remark in notes.remarks)
    return [_refined(claim, kind) for claim in claims], len(claims) + stands_for


def _refined(claim: Claim, kind: ItemList) -> Claim:
    own = kind.claim(claim.row)
    return replace(claim, row=own.row, key=own.key or claim.key, security=own.security, annotations=own.annotations)

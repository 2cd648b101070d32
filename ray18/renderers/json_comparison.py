"""JSON for programs: what a change makes of findings, verdicts and approvals."""

from datetime import date
from typing import Any, Literal

from ray18.comparison import Comparison, Shift, SubjectShift
from ray18.differences import Change
from ray18.documents.base import Output, plain
from ray18.findings import fingerprints
from ray18.renderers.inert import json_text
from ray18.renderers.json import FindingOutput, VerdictWord, finding_fields
from ray18.renderers.text_comparison import change_words
from ray18.report import VERSION
from ray18.sources import Sources


class ShiftOutput(FindingOutput):
    """One finding, and what became of it."""

    became: Literal["new", "fixed", "unchanged", "newly-waived", "no-longer-waived"]
    """Its fate."""
    fingerprint: str
    """A name that stays when lines, files and numbers move."""
    field: str
    """The way to the value meant, or empty."""
    gates: list[str]
    """The gates that found it."""
    waived_by: str
    """The waiver that excuses it, or empty."""


class GateShiftOutput(Output):
    """One gate in two states."""

    id: str
    """The gate's id."""
    number: int
    """The protocol's number."""
    title: str
    """The protocol's name."""
    before: VerdictWord | None
    """Its verdict before; null when there was no program yet."""
    after: VerdictWord
    """Its verdict after."""


class ChangeOutput(Output):
    """One value that differs."""

    path: str
    """The file of the record."""
    item: str
    """The id of the record, or empty."""
    field: str
    """The way to the value; empty when the whole record came or went."""
    before: Any
    """The value before; null when there was none."""
    after: Any
    """The value after; null when there is none."""
    words: str
    """The change in words."""


class SeatShiftOutput(Output):
    """A seat that is filled in one state and not in the other."""

    role: str
    """The role."""
    before: str
    """approved, rejected or missing."""
    after: str
    """The same, after."""
    reason: str
    """Why it is not filled after."""


class SubjectShiftOutput(Output):
    """Something that people approve, in which something changed."""

    subject: str
    """The subject's id."""
    title: str
    """The subject's name."""
    roles: list[str]
    """Whose approval it needs."""
    changes: list[ChangeOutput]
    """What changed."""
    seats: list[SeatShiftOutput]
    """Seats that were filled or lost."""


class DiffOutput(Output):
    """What `ray18 diff --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    verdict: VerdictWord
    """failed = something got worse; what was wrong before does not count."""
    before: str | None
    """The older state: a commit id; null when there was no program yet."""
    after: str
    """The newer state: a commit id, `worktree` or `index`."""
    as_of: date
    """The day both were judged on."""
    gates: list[GateShiftOutput]
    """The gates, in order."""
    findings: list[ShiftOutput]
    """Every finding of either state, what is new first."""
    subjects: list[SubjectShiftOutput]
    """What changed for whoever approves."""
    other: list[ChangeOutput]
    """Changed values that nobody has to approve."""


def diff(report: Comparison, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The whole comparison."""
    names = fingerprints(shift.finding for shift in report.shifts)
    output = DiffOutput(
        version=VERSION,
        verdict=report.verdict.value,
        before=report.before.revision if report.before else None,
        after=report.after.revision,
        as_of=report.after.as_of,
        gates=[
            GateShiftOutput(
                id=gate.id,
                number=gate.number,
                title=gate.title,
                before=gate.before.value if gate.before is not None else None,
                after=gate.after.value,
            )
            for gate in report.gates
        ],
        findings=[_shift(shift, names[shift.finding], report.sources) for shift in report.shifts],
        subjects=[_subject(shift) for shift in report.subjects],
        other=[_change(change) for change in report.other],
    )
    return json_text(output) + "\n"


def _shift(shift: Shift, name: str, sources: Sources) -> ShiftOutput:
    excuse = shift.told.excuse
    here = sources if shift.became != "fixed" else None
    return ShiftOutput(
        **finding_fields(shift.finding, here),
        became=shift.became,
        fingerprint=name,
        field=shift.finding.field,
        gates=list(shift.told.gates),
        waived_by=excuse.record.id if excuse is not None else "",
    )


def _subject(shift: SubjectShift) -> SubjectShiftOutput:
    return SubjectShiftOutput(
        subject=shift.subject.id,
        title=shift.subject.title,
        roles=list(shift.subject.roles),
        changes=[_change(change) for change in shift.changes],
        seats=[
            SeatShiftOutput(role=seat.role, before=seat.before, after=seat.after, reason=seat.reason)
            for seat in shift.seats
        ],
    )


def _change(change: Change) -> ChangeOutput:
    return ChangeOutput(
        path=change.path,
        item=change.item,
        field=change.field,
        before=plain(change.before),
        after=plain(change.after),
        words=change_words(change),
    )

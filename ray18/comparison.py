"""What one state of a program judges differently from another: findings, verdicts, seats, and the records in people's words.

Findings are matched by what they are about (policy, record, field), not by line, file or order, so that moving, renaming and
reformatting change nothing; fields are compared by their typed values, for the same reason.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from ray18.differences import Change, Pair, changed_documents, changes, part_of
from ray18.documents.document import Document
from ray18.findings import Finding, ordered
from ray18.gates import Judge, Verdict
from ray18.policy import Policy
from ray18.program import Program
from ray18.report import GateReport, Told, check_records, judge_gates
from ray18.sources import Sources
from ray18.subjects import Subject, all_subjects, meaning

Became = Literal["new", "fixed", "unchanged", "newly-waived", "no-longer-waived"]
DECISIONS = frozenset({"approval", "delegation", "checkpoint"})
"""Kinds that record decisions: what they come to is told by the seats."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One finding in two states."""

    became: Became
    told: Told
    """As it stands after; as it was, when it is fixed."""

    @property
    def finding(self) -> Finding:
        """The finding itself."""
        return self.told.finding


@dataclass(frozen=True, slots=True)
class GateShift:
    """The verdict of one gate in two states; before = None when the program was not there yet."""

    id: str
    number: int
    title: str
    before: Verdict | None
    after: Verdict


@dataclass(frozen=True, slots=True)
class SeatShift:
    """A seat that is filled in one state and not in the other."""

    role: str
    role_title: str
    before: str
    """approved, rejected or missing."""
    after: str
    reason: str
    """Why it is not filled after."""


@dataclass(frozen=True, slots=True)
class SubjectShift:
    """What changed in something that people approve, and who has to decide again."""

    subject: Subject
    changes: tuple[Change, ...]
    seats: tuple[SeatShift, ...]


@dataclass(frozen=True)
class Comparison:
    """Two states of a program, judged on the same day."""

    before: Program | None
    """None when there was no program yet."""
    after: Program
    gates: tuple[GateShift, ...]
    shifts: tuple[Shift, ...]
    """Every finding of either state: what is new first, and the worst of it first."""
    subjects: tuple[SubjectShift, ...]
    """Those in which something changed."""
    other: tuple[Change, ...]
    """Changed values that nobody has to approve."""
    policies: tuple[Policy, ...]
    """Every policy that ran, by id."""
    sources: Sources
    """The files as they are after."""

    @property
    def program(self) -> Program:
        """The newer state: the one that is judged."""
        return self.after

    def became(self, *words: Became) -> tuple[Shift, ...]:
        """The findings with one of these fates."""
        return tuple(shift for shift in self.shifts if shift.became in words)

    @property
    def verdict(self) -> Verdict:
        """Failed when something got worse; what was wrong before does not count, but what is blocked never passes."""
        worse = {shift.finding.level for shift in self.became("new", "no-longer-waived")}
        if "blocker" in worse or any(gate.after is Verdict.BLOCKED for gate in self.gates):
            return Verdict.BLOCKED
        if "error" in worse:
            return Verdict.FAILED
        return Verdict.WAIVED if self.became("newly-waived") else Verdict.PASSED


def compared(before: Judge | None, after: Judge) -> Comparison:
    """The differences between two states; `before` is None when there was no program yet."""
    old, new = judge_gates(before, ()) if before else None, judge_gates(after, ())
    was, now = everything(before, old) if before and old else (), everything(after, new)
    verdicts = {result.gate.id: result.verdict for result in old.results} if old else {}
    gates = tuple(
        GateShift(one.gate.id, one.gate.number, one.gate.title, verdicts.get(one.gate.id), one.verdict)
        for one in new.results
    )
    pairs = _told_apart(changed_documents(_records(before), _records(after)), before, after)
    subjects = tuple(_subject(subject, pairs, before, after) for subject in all_subjects(after.program.rules.settings))
    covered = {_where(change) for entry in subjects for change in entry.changes}
    other = tuple(change for change in changes(pairs, _meant) if _where(change) not in covered)
    return Comparison(
        before.program if before else None,
        after.program,
        gates,
        matched(was, now),
        tuple(entry for entry in subjects if entry.changes or entry.seats),
        other,
        new.policies,
        new.sources,
    )


def _records(judge: Judge | None) -> tuple[Document[Any], ...]:
    """The records of a state, without those that only say what was decided."""
    documents = judge.program.documents if judge else ()
    return tuple(document for document in documents if document.kind not in DECISIONS)


def _told_apart(pairs: Iterable[Pair], before: Judge | None, after: Judge) -> tuple[Pair, ...]:
    """Without records whose file is there on both sides, and cannot be read on one: a finding says so, and nobody knows
    what changed."""
    old, new = ({one.path for one in judge.program.problems} if judge else set() for judge in (before, after))
    return tuple(
        (was, now)
        for was, now in pairs
        if not (was is None and now is not None and now.path in old)
        and not (now is None and was is not None and was.path in new)
    )


def _meant(document: Document[Any]) -> Any:
    return meaning(document.content)


def _where(change: Change) -> tuple[str, str]:
    return change.path, change.field


def _subject(subject: Subject, pairs: Iterable[Pair], before: Judge | None, after: Judge) -> SubjectShift:
    seats = {seat.role: seat for seat in before.approvals.seats if seat.subject.id == subject.id} if before else {}
    shifts = []
    for seat in after.approvals.seats:
        was = seats[seat.role].state if seat.role in seats else "missing"
        if seat.subject.id == subject.id and was != seat.state:
            shifts.append(SeatShift(seat.role, seat.role_title, was, seat.state, seat.reason))
    return SubjectShift(subject, tuple(changes(pairs, part_of(subject.id))), tuple(shifts))


def everything(judge: Judge, report: GateReport) -> tuple[Told, ...]:
    """The findings of all gates, and those on records that no gate runs."""
    known = {one.finding for one in report.told}
    rest = check_records(judge, ()).told
    return (*report.told, *(one for one in rest if one.finding not in known))


_ALIKE: tuple[Callable[[Finding], tuple[str, ...]], ...] = (
    lambda one: (one.policy, one.item or one.path, one.field, one.message),
    lambda one: (one.policy, one.item or one.path, one.field),
    lambda one: (one.policy, one.item or one.path),
)
"""When two findings are the same, the strictest reading first."""


def matched(was: Iterable[Told], now: Iterable[Told]) -> tuple[Shift, ...]:
    """Every finding of two states, with what became of it."""
    old, new = dict(enumerate(was)), list(now)
    shifts: list[Shift] = []
    for key in _ALIKE:
        waiting: dict[tuple[str, ...], deque[int]] = {}
        for number, told in old.items():
            waiting.setdefault(key(told.finding), deque()).append(number)
        left = []
        for told in new:
            twins = waiting.get(key(told.finding))
            if twins:
                shifts.append(Shift(_fate(old.pop(twins.popleft()), told), told))
            else:
                left.append(told)
        new = left
    shifts += [Shift("newly-waived" if told.excuse is not None else "new", told) for told in new]
    shifts += [Shift("fixed", told) for told in old.values()]
    return _sorted(shifts)


def _fate(was: Told, now: Told) -> Became:
    if was.excuse is None and now.excuse is not None:
        return "newly-waived"
    return "no-longer-waived" if was.excuse is not None and now.excuse is None else "unchanged"


def _sorted(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    fates: tuple[Became, ...] = ("new", "no-longer-waived", "newly-waived", "fixed", "unchanged")
    entries = list(shifts)
    places = {finding: number for number, finding in enumerate(ordered({shift.finding for shift in entries}))}
    return tuple(sorted(entries, key=lambda shift: (fates.index(shift.became), places[shift.finding])))

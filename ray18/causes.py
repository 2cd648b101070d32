"""Why the approvals stand as they do: each seat, each record, counted or not, and whom to ask."""

from collections.abc import Mapping
from dataclasses import dataclass

from ray18.approvals import Seat, candidates
from ray18.docket import Approvals
from ray18.gates import Judge, Verdict
from ray18.seating import smallest_set
from ray18.subjects import RULES, Subject, all_subjects


@dataclass(frozen=True, slots=True)
class SubjectCause:
    """One subject: what stands, what was in force, who sits where, who may not approve."""

    subject: Subject
    digest: str
    previous: str | None
    seats: tuple[Seat, ...]
    banned: Mapping[str, str]
    """Person to how they worked on the change."""
    needed: bool
    """Whether anything asks for its approval now."""

    @property
    def approved(self) -> bool:
        """Whether every seat is filled."""
        return all(seat.state == "approved" for seat in self.seats)


@dataclass(frozen=True)
class WhyReport:
    """The tree of causes of the approvals."""

    judge: Judge
    subjects: tuple[SubjectCause, ...]

    @property
    def verdict(self) -> Verdict:
        """Passed when every seat that is asked for is filled and nothing in history speaks against it."""
        if self.judge.program.problems:
            return Verdict.BLOCKED
        fine = all(cause.approved for cause in self.subjects if cause.needed)
        anchored = self.judge.program.rules.base is not None
        return Verdict.PASSED if fine and anchored and not self.judge.approvals.anomalies else Verdict.FAILED


@dataclass(frozen=True, slots=True)
class Asking:
    """What is still to be decided about one subject, and whom to ask."""

    subject: Subject
    ask: Mapping[str, str]
    """Role to the person to ask."""
    nobody: tuple[str, ...]
    """Roles for which nobody is left who could decide."""
    others: Mapping[str, tuple[str, ...]]
    """Role to everybody who could decide."""


@dataclass(frozen=True)
class RequestReport:
    """Whom to ask: the smallest set of people that fills every open seat."""

    asking: tuple[Asking, ...]

    @property
    def verdict(self) -> Verdict:
        """Passed when nobody has to be asked; failed when somebody has to."""
        return Verdict.FAILED if self.asking else Verdict.PASSED


def why(judge: Judge, names: tuple[str, ...] = ()) -> WhyReport:
    """The causes for the subjects named, or for all that are asked for."""
    approvals = judge.approvals
    chosen = [subject for subject in all_subjects(approvals.rules.settings) if not names or subject.id in names]
    return WhyReport(judge, tuple(_cause(approvals, subject) for subject in chosen))


def request(judge: Judge, names: tuple[str, ...] = ()) -> RequestReport:
    """Whom to ask for the subjects named, or for all that are asked for."""
    report = why(judge, names)
    distinct = judge.program.rules.settings.approvals.distinct_people
    found = []
    for cause in report.subjects:
        if cause.approved or not (cause.needed or names):
            continue
        open_ = candidates(judge.approvals.case, cause.subject, judge.approvals.records)
        ask = smallest_set(open_, distinct)
        found.append(Asking(cause.subject, ask, tuple(role for role in open_ if role not in ask), open_))
    return RequestReport(tuple(found))


def _cause(approvals: Approvals, subject: Subject) -> SubjectCause:
    needed = subject.id != RULES or bool(approvals.rule_changes)
    allowed = approvals.rules.settings.approvals.authors_may_approve
    return SubjectCause(
        subject,
        approvals.digests[subject.id],
        approvals.case.previous(subject),
        approvals.seats_of(subject),
        {} if allowed else approvals.case.authors(subject.id),
        needed,
    )

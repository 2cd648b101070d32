"""The whole program on one page: verdicts, findings, seats, waivers, steps and the open work, as one judge sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ray18.approvals import Seat
from ray18.debt import DebtReport, debt
from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Severity
from ray18.gates import Judge
from ray18.report import GateReport, judge_gates
from ray18.steps import Standing, standings

SEVERITIES: tuple[Severity | None, ...] = ("Critical", "High", "Medium", "Low", None)


@dataclass(frozen=True, slots=True)
class Count:
    """The items of one severity; None = nobody rated them."""

    severity: Severity | None
    open: int
    done: int
    overdue: int
    without_owner: int
    without_due: int


@dataclass(frozen=True)
class Overview:
    """What one page shows."""

    gates: GateReport
    seats: tuple[Seat, ...]
    waivers: DebtReport
    steps: tuple[Standing, ...]
    counts: tuple[Count, ...]
    work: tuple[BacklogItem, ...]
    """The open items: the most severe first, then by due date."""


def overview(judge: Judge) -> Overview:
    """The page of a program."""
    items = [document.content for document in judge.program.of("backlog-item")]
    today = judge.program.as_of
    return Overview(
        judge_gates(judge, ()),
        tuple(judge.approvals.seats),
        debt(judge),
        tuple(standings(judge)),
        tuple(_count(severity, items, today) for severity in SEVERITIES),
        tuple(sorted((item for item in items if item.is_open), key=_urgency)),
    )


def _count(severity: Severity | None, items: Iterable[BacklogItem], today: date) -> Count:
    of_it = [item for item in items if item.severity == severity]
    still = [item for item in of_it if item.is_open]
    return Count(
        severity,
        len(still),
        len(of_it) - len(still),
        sum(1 for item in still if item.due is not None and item.due < today),
        sum(1 for item in still if item.owner is None),
        sum(1 for item in still if item.due is None),
    )


def _urgency(item: BacklogItem) -> tuple[int, date, str]:
    return SEVERITIES.index(item.severity), item.due or date.max, item.id

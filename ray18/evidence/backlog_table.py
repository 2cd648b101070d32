"""`maintenance-backlog.csv`: the unified tracker with priority, owner and due date, worst first."""

from datetime import date

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Severity
from ray18.evidence.sheets import rows_as_csv
from ray18.gates import Judge

FILE = "maintenance-backlog.csv"
HEADER = (
    "id", "title", "source", "maintenance_type", "severity", "priority", "owner", "service", "created", "due", "status",
    "commitment_who", "commitment_by",
)  # fmt: skip
_ORDER: tuple[Severity | None, ...] = (None, "Critical", "High", "Medium", "Low")


def written(judge: Judge) -> bytes | None:
    """The table; None without any item."""
    items = sorted((document.content for document in judge.program.of("backlog-item")), key=_rank)
    return rows_as_csv(HEADER, (_row(item) for item in items)) if items else None


def _rank(item: BacklogItem) -> tuple[bool, int, date, str]:
    """Open ones first, unrated ones before all others: nobody knows yet how bad they are."""
    return (not item.is_open, _ORDER.index(item.severity), item.due or date.max, item.id)


def _row(item: BacklogItem) -> tuple[object, ...]:
    promise = item.commitment
    return (
        item.id, item.title, item.source.kind, item.maintenance_type, item.severity, item.priority, item.owner, item.service,
        item.created, item.due, item.status, promise.who if promise else None, promise.by if promise else None,
    )  # fmt: skip

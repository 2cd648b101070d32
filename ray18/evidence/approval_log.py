"""`approval-log.csv`: every seat with its state, then every record with whether it counts and why not."""

from collections.abc import Iterator

from ray18.approvals import Seat
from ray18.evidence.sheets import rows_as_csv
from ray18.gates import Judge
from ray18.subjects import short

FILE = "approval-log.csv"
HEADER = (
    "row", "subject", "role", "person", "status", "evidence", "date", "valid_until", "conditions", "digest", "record", "reason",
)  # fmt: skip
_STATUS = {"approved": "Approved", "rejected": "Rejected", "missing": "Missing"}


def written(judge: Judge) -> bytes | None:
    """The log; it is never empty, since every seat has a row."""
    seats = judge.approvals.seats
    return rows_as_csv(HEADER, [*map(_seat, seats), *(row for seat in seats for row in _records(seat))])


def _seat(seat: Seat) -> tuple[object, ...]:
    counted = seat.counted.record if seat.counted else None
    when = counted.decided_on if counted else None
    until = counted.valid_until if counted else None
    return (
        "seat", seat.subject.id, seat.role, seat.person, _STATUS[seat.state], seat.evidence, when, until, None,
        short(seat.digest), None, seat.reason,
    )  # fmt: skip


def _records(seat: Seat) -> Iterator[tuple[object, ...]]:
    for entry in sorted(seat.considered, key=lambda entry: entry.document.path):
        record = entry.record
        conditions = "; ".join(
            f"{condition.text} ({condition.owner}, {condition.due})" for condition in record.conditions
        )
        yield (
            "record", record.subject, record.role, record.person, record.decision, record.evidence, record.decided_on,
            record.valid_until, conditions, short(record.digest), entry.document.path, entry.reason,
        )  # fmt: skip

"""`ticket-history.csv`: one row for each ticket of the past; forecasts rest on it. It may be missing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from ray18.findings import shown
from ray18.handover.delimited import read_rows
from ray18.handover.model import Contents, Notebook, Reading, Tickets
from ray18.handover.table import Columns, Row

COLUMNS: Columns = {
    "opened": ("openedat", "opened", "createdat", "created", "date", "ds", "reported"),
    "category": ("category", "type", "component"),
    "severity": ("severity", "priority"),
}


def read(path: str, files: Mapping[str, bytes]) -> Reading:
    """The tickets in numbers; a row without a usable date is a remark that stands for it. Raises Unusable."""
    rows, notes = read_rows(path, files[path], COLUMNS, "opened", max_lines=1_000_000)
    days = tuple(_days(rows, notes))
    tickets = Tickets(
        len(days),
        min(days, default=None),
        max(days, default=None),
        _counted(rows, "category"),
        _counted(rows, "severity"),
    )
    total = len(days) + sum(remark.stands_for for remark in notes.remarks)
    return Reading(total, len(days), tuple(notes.remarks), Contents(tickets=tickets))


def _days(rows: Sequence[Row], notes: Notebook) -> Iterator[date]:
    for row in rows:
        given = row.get("opened")
        try:
            yield datetime.fromisoformat(given).date()
        except ValueError:
            message = f"opened {shown(given)} is not a day or time by ISO 8601"
            notes.note(row.line, message, "write it as 2026-01-31", stands_for=1)


def _counted(rows: Sequence[Row], name: str) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(row.get(name) for row in rows if row.get(name)).items()))

"""`ticket-history.csv`: one row for each ticket of the past, or for each count; forecasts rest on it. It may be missing."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from ray18.findings import shown
from ray18.handover.delimited import read_rows
from ray18.handover.model import Contents, Notebook, Reading, Ticket, Tickets
from ray18.handover.table import Columns, Row

COLUMNS: Columns = {
    "opened": ("openedat", "opened", "createdat", "created", "date", "ds", "reported", "week"),
    "category": ("category", "type", "component"),
    "severity": ("severity", "priority"),
    "count": ("count", "tickets", "y"),
    "minutes": ("handlingminutes", "minutesspent", "workminutes"),
}
_COUNT = re.compile(r"[0-9]{1,7}", re.ASCII)
_MINUTES = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,6})?", re.ASCII)


def read(path: str, files: Mapping[str, bytes]) -> Reading:
    """The tickets in numbers; a row without a usable date or count is a remark that stands for it. Raises Unusable."""
    rows, notes = read_rows(path, files[path], COLUMNS, "opened", max_lines=1_000_000)
    events = tuple(_events(rows, notes))
    tickets = Tickets(
        sum(event.count for event in events),
        min((event.day for event in events), default=None),
        max((event.day for event in events), default=None),
        _counted((event.category, event.count) for event in events),
        _counted((event.severity, event.count) for event in events),
        events,
    )
    total = len(events) + sum(remark.stands_for for remark in notes.remarks)
    return Reading(total, len(events), tuple(notes.remarks), Contents(tickets=tickets))


def _events(rows: Sequence[Row], notes: Notebook) -> Iterator[Ticket]:
    for row in rows:
        day = _day(row.get("opened"))
        count = row.get("count") or "1"
        if day is None:
            message = f"opened {shown(row.get('opened'))} is not a day or time by ISO 8601"
            notes.note(row.line, message, "write it as 2026-01-31", stands_for=1)
        elif not _COUNT.fullmatch(count):
            message = f"the count {shown(count)} is not a whole number"
            notes.note(row.line, message, "write digits only", stands_for=1)
        else:
            minutes = _minutes(row, notes)
            yield Ticket(day, row.get("category"), row.get("severity"), row.line, int(count), minutes)


def _day(given: str) -> date | None:
    try:
        return datetime.fromisoformat(given).date()
    except ValueError:
        return None


def _minutes(row: Row, notes: Notebook) -> float | None:
    given = row.get("minutes")
    if not given:
        return None
    if _MINUTES.fullmatch(given):
        return float(given)
    notes.note(row.line, f"the handling time {shown(given)} is not a number of minutes", "write minutes in digits")
    return None


def _counted(values: Iterator[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    result: Counter[str] = Counter()
    for name, count in values:
        if name:
            result[name] += count
    return tuple(sorted(result.items()))

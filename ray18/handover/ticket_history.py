"""`ticket-history.csv`: one row for each ticket of the past, or for each count; forecasts rest on it. It may be missing."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from ray18.findings import shown
from ray18.handover.days import Unclear, read_day, read_duration
from ray18.handover.delimited import csv_rows
from ray18.handover.delivery import Delivery, Part, read_parts
from ray18.handover.model import Contents, Notebook, Reading, Ticket, Tickets
from ray18.handover.rows import Found, Shape, form_of, read_rows
from ray18.handover.table import Columns, Row

COLUMNS: Columns = {
    "opened": ("openedat", "opened", "createdat", "created", "date", "ds", "reported", "week"),
    "category": ("category", "type", "component"),
    "service": ("service", "serviceid", "ci", "configurationitem"),
    "severity": ("severity", "priority"),
    "count": ("count", "tickets", "y"),
    "minutes": ("handlingminutes", "minutesspent", "workminutes"),
    "acknowledged": ("acknowledgedat", "acknowledged", "firstresponseat", "assignedat", "respondedat"),
    "resolved": ("resolvedat", "resolved", "closedat", "closed"),
    "reopened": ("reopened", "reopencount", "reopenedcount"),
}
_YEARS = range(1970, 2201)
"""Of times that can be moved to any time zone."""
_WEEK = re.compile(r"[0-9]{4}-?W[0-9]{2}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,7}", re.ASCII)
_MINUTES = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,6})?", re.ASCII)


SHAPE = Shape(COLUMNS, "opened", ("tickets", "events", "incidents", "issues", "items", "history"), "tickets")


def read(delivery: Delivery) -> Reading:
    """The tickets in numbers; a row without a usable date or count is a remark that stands for it."""
    return read_parts(delivery, _read_part)


def _read_part(part: Part, notes: Notebook) -> Reading:
    if form_of(part, "csv") == "csv":
        found = Found(*csv_rows(part, notes, COLUMNS, "opened", max_lines=1_000_000))
    else:
        found = read_rows(part, notes, SHAPE, "csv")
    events = tuple(_events(found.rows, notes))
    return Reading(found.seen, len(events), (), Contents(tickets=Tickets(events)))


def _events(rows: Sequence[Row], notes: Notebook) -> Iterator[Ticket]:
    for row in rows:
        day = _day(row.get("opened"), notes)
        count = row.get("count") or "1"
        if isinstance(day, Unclear):
            notes.note(row.line, f"opened {shown(row.get('opened'))} {day.why}", day.remedy, stands_for=1)
        elif not _COUNT.fullmatch(count):
            message = f"the count {shown(count)} is not a whole number"
            notes.note(row.line, message, "write digits only", stands_for=1)
        else:
            yield Ticket(
                day,
                row.get("category"),
                row.get("severity"),
                row.line,
                int(count),
                _minutes(row, notes),
                row.get("service"),
                opened=_moment(row.get("opened")),
                acknowledged=_later(row, "acknowledged", notes),
                resolved=_later(row, "resolved", notes),
                reopened=_reopened(row, notes),
            )


def _day(given: str, notes: Notebook) -> date | Unclear:
    """The day; of a week as ISO 8601 writes it, its Monday."""
    week = _WEEK.fullmatch(given)
    try:
        return date.fromisoformat(given) if week else read_day(given, notes.dialect)
    except ValueError:
        return Unclear("is a week that does not exist", "write it as 2026-W05")


def _moment(given: str) -> datetime | None:
    """The time by ISO 8601, where there is one: a day alone says nothing about the hour."""
    try:
        moment = datetime.fromisoformat(given) if ":" in given else None
    except ValueError:
        return None
    return moment if moment and moment.year in _YEARS else None


def _later(row: Row, name: str, notes: Notebook) -> datetime | None:
    """A moment after the ticket was opened; anything else is said, and counts as not known."""
    given = row.get(name)
    if not given:
        return None
    opened = _moment(row.get("opened"))
    moment = _moment(given)
    if moment is None:
        notes.note(row.line, f"{name} {shown(given)} is not a time by ISO 8601", "write it as 2026-01-31T09:30:00Z")
    elif opened is None or (opened.tzinfo is None) is not (moment.tzinfo is None):
        notes.note(row.line, f"{name} cannot be compared with the time it was opened", "give both, with their offsets")
    elif moment < opened:
        notes.note(row.line, f"{name} {shown(given)} is before the ticket was opened", "correct one of the times")
    else:
        return moment
    return None


def _reopened(row: Row, notes: Notebook) -> int | None:
    given = row.get("reopened").casefold()
    if given in ("", "true", "yes", "false", "no"):
        return int(given in ("true", "yes")) if given else None
    if _COUNT.fullmatch(given):
        return int(given)
    notes.note(row.line, f"reopened {shown(given)} is not a number of times", "write 0, 1, 2 …")
    return None


def _minutes(row: Row, notes: Notebook) -> float | None:
    given = row.get("minutes")
    if not given or _MINUTES.fullmatch(given):
        return float(given) if given else None
    spent = read_duration(given, notes.dialect)
    if isinstance(spent, Unclear):
        notes.note(row.line, f"the handling time {shown(given)} {spent.why}", spent.remedy)
        return None
    return spent

"""`observations.csv`: what was measured of the service level objectives, one row for each service, objective and time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ray18.findings import shown
from ray18.handover.days import Unclear, read_day
from ray18.handover.delimited import csv_rows
from ray18.handover.delivery import Part
from ray18.handover.model import Notebook, Remark
from ray18.handover.table import Columns, Row

COLUMNS: Columns = {
    "service": ("service", "serviceid"),
    "objective": ("objective", "slo", "name"),
    "day": ("day", "date", "time", "timestamp"),
    "good": ("good", "goodevents", "goodminutes"),
    "total": ("total", "totalevents", "totalminutes", "valid"),
}
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class SloObservation:
    """Good events of all, of one objective in one slice of time."""

    service: str
    objective: str
    day: date
    good: float
    total: float


def read_observations(path: str, content: bytes) -> tuple[tuple[SloObservation, ...], tuple[Remark, ...]]:
    """The rows, and a remark for each that cannot be used. Raises Unusable when the file as a whole cannot be read."""
    notes = Notebook(path)
    rows, _ = csv_rows(Part(path, content), notes, COLUMNS, "service", max_lines=1_000_000)
    return tuple(_read(rows, notes)), tuple(notes.remarks)


def _read(rows: tuple[Row, ...], notes: Notebook) -> Iterator[SloObservation]:
    for row in rows:
        day = read_day(row.get("day"), notes.dialect)
        good, total = row.get("good"), row.get("total")
        if isinstance(day, Unclear):
            notes.note(row.line, f"the day {shown(row.get('day'))} {day.why}", day.remedy, stands_for=1)
        elif not _NUMBER.fullmatch(good) or not _NUMBER.fullmatch(total):
            notes.note(row.line, "good and total are not both numbers", "write both in digits", stands_for=1)
        elif float(good) > float(total):
            notes.note(row.line, f"{good} of {total} are good: more than all", "correct one of them", stands_for=1)
        elif not row.get("service") or not row.get("objective"):
            notes.note(row.line, "the service or the objective is not named", "name both", stands_for=1)
        else:
            yield SloObservation(row.get("service"), row.get("objective"), day, float(good), float(total))

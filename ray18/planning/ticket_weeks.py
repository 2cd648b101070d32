"""Ticket counts by whole week, Monday to Sunday: what a forecast rests on, and what had to be left out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

ENOUGH = 12
"""A category is forecast when it had this many tickets in the last 52 weeks: about one a month."""
PAGING = frozenset(("critical", "high", "p1", "p2"))
"""Severities whose tickets call somebody at any hour."""
_WEEK = timedelta(days=7)


class Event(NamedTuple):
    """One ticket, or several of one day."""

    day: date
    category: str
    severity: str
    tickets: int = 1


@dataclass(frozen=True, slots=True)
class History:
    """Whole weeks, oldest first, with no gap: a week without a ticket counts as zero."""

    mondays: tuple[date, ...]
    total: tuple[int, ...]
    by_severity: Mapping[str, tuple[int, ...]]
    by_category: Mapping[str, tuple[int, ...]]
    notes: tuple[str, ...]
    """What was left out, in words."""
    last_day: date
    """The last day that the history tells of."""

    def paging(self) -> tuple[tuple[int, ...], bool]:
        """Counts of tickets that call somebody, and whether severities told; without them every ticket may."""
        paged = [counts for name, counts in self.by_severity.items() if name.casefold() in PAGING]
        if not paged:
            return self.total, False
        return tuple(map(sum, zip(*paged, strict=True))), True

    def regular(self) -> tuple[str, ...]:
        """The categories with enough tickets to forecast, most first."""
        recent = {name: sum(counts[-52:]) for name, counts in self.by_category.items()}
        return tuple(sorted((n for n in recent if n and recent[n] >= ENOUGH), key=lambda name: (-recent[name], name)))


def weekly(events: Iterable[Event], as_of: date) -> History | None:
    """The history as known on a day; None when no whole week is left of it."""
    every = list(events)
    known = [event for event in every if event.day <= as_of and event.tickets]
    if not known:
        return None
    first, last = min(event.day for event in known), max(event.day for event in known)
    counted_by_week = len(known) > 1 and all(event.day.weekday() == 0 for event in known)
    mondays, notes = _whole_weeks(first, last, counted_by_week)
    if not mondays:
        return None
    later = sum(event.tickets for event in every if event.day > as_of)
    if later:
        notes.append(f"{later:,} tickets opened after {as_of} are left out")
    kept = [event for event in known if mondays[0] <= event.day < mondays[-1] + _WEEK]
    lost = sum(event.tickets for event in known) - sum(event.tickets for event in kept)
    if lost:
        notes.append(f"{lost:,} tickets of weeks that are not whole are left out")
    return History(
        mondays,
        _counts(kept, mondays),
        _grouped(kept, mondays, {event.severity for event in kept} - {""}, "severity"),
        _grouped(kept, mondays, {event.category for event in kept} - {""}, "category"),
        tuple(notes),
        last,
    )


def _whole_weeks(first: date, last: date, counted_by_week: bool) -> tuple[tuple[date, ...], list[str]]:
    start, end = first - timedelta(days=first.weekday()), last - timedelta(days=last.weekday())
    notes = []
    if counted_by_week:
        notes.append("every row is dated on a Monday: read as counts of whole weeks")
    elif last.weekday() != 6:
        notes.append(f"the week of {end} is dropped: the history ends on {last}, before its Sunday")
        end -= _WEEK
    if not counted_by_week and first.weekday() != 0:
        notes.append(f"the week of {start} is dropped: the history begins on {first}, after its Monday")
        start += _WEEK
    return tuple(start + _WEEK * at for at in range((end - start).days // 7 + 1)), notes


def _grouped(
    events: Sequence[Event], mondays: Sequence[date], names: set[str], field: str
) -> dict[str, tuple[int, ...]]:
    by_name: dict[str, list[Event]] = {name: [] for name in sorted(names)}
    for event in events:
        if name := getattr(event, field):
            by_name[name].append(event)
    return {name: _counts(own, mondays) for name, own in by_name.items()}


def _counts(events: Iterable[Event], mondays: Sequence[date]) -> tuple[int, ...]:
    counted: Counter[int] = Counter()
    for event in events:
        counted[(event.day - mondays[0]).days // 7] += event.tickets
    return tuple(counted[at] for at in range(len(mondays)))

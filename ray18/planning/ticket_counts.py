"""Ticket counts by whole week (Monday to Sunday) and by day: what a forecast rests on, and what had to be left out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

ENOUGH = 12
"""A category or service is forecast when it had this many tickets in the last 52 weeks: about one a month."""
PAGING = frozenset(("critical", "high", "p1", "p2"))
"""Severities whose tickets call somebody at any hour."""
_WEEK = timedelta(days=7)
_SILENCE = 14.0
"""Tickets that a time without any would have brought: by chance it stays silent once in a million times."""


class Event(NamedTuple):
    """One ticket, or several of one day."""

    day: date
    category: str
    severity: str
    tickets: int = 1
    service: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """One series over the whole weeks of a history, oldest first."""

    weekly: tuple[int, ...]
    daily: tuple[int, ...] | None
    """None where the history tells of weeks only."""

    def __add__(self, other: "Counts") -> "Counts":
        daily = None if self.daily is None or other.daily is None else _sums(self.daily, other.daily)
        return Counts(_sums(self.weekly, other.weekly), daily)

    def only(self, parts: Sequence["Counts"]) -> "Counts":
        """The sum of some parts, over the same weeks; zeros where there is none."""
        none = Counts((0,) * len(self.weekly), None if self.daily is None else (0,) * len(self.daily))
        return sum(parts, start=none)


@dataclass(frozen=True, slots=True)
class History:
    """Whole weeks, oldest first, with no gap: a week or day without a ticket counts as zero."""

    first: date
    """Monday of the first week."""
    total: Counts
    by_severity: Mapping[str, Counts]
    by_category: Mapping[str, Counts]
    by_service: Mapping[str, Counts]
    notes: tuple[str, ...]
    """What was left out, or looks wrong, in words."""
    last_day: date
    """The last day that the history tells of."""

    @property
    def last(self) -> date:
        """Monday of the last week."""
        return self.first + _WEEK * (len(self.total.weekly) - 1)

    def paging(self) -> tuple[Counts, bool]:
        """Counts of tickets that call somebody, and whether severities told; without them every ticket may."""
        paged = [counts for name, counts in self.by_severity.items() if name.casefold() in PAGING]
        if not paged:
            return self.total, False
        return sum(paged[1:], start=paged[0]), True


def regular(series: Mapping[str, Counts]) -> tuple[str, ...]:
    """The names with enough tickets to forecast, most first."""
    recent = {name: sum(counts.weekly[-52:]) for name, counts in series.items()}
    return tuple(sorted((n for n in recent if n and recent[n] >= ENOUGH), key=lambda name: (-recent[name], name)))


def counted(events: Iterable[Event], as_of: date) -> History | None:
    """The history as known on a day; None when no whole week is left of it."""
    every = list(events)
    known = [event for event in every if event.day <= as_of and event.tickets]
    if not known:
        return None
    first, last = min(event.day for event in known), max(event.day for event in known)
    by_week = len(known) > 1 and all(event.day.weekday() == 0 for event in known)
    span, notes = _whole_weeks(first, last, by_week)
    if span is None:
        return None
    start, weeks = span
    later = sum(event.tickets for event in every if event.day > as_of)
    if later:
        notes.append(f"{later:,} tickets opened after {as_of} are left out")
    kept = [event for event in known if start <= event.day < start + _WEEK * weeks]
    lost = sum(event.tickets for event in known) - sum(event.tickets for event in kept)
    if lost:
        notes.append(f"{lost:,} tickets of weeks that are not whole are left out")
    total = _counts(kept, start, weeks, by_week)
    notes.extend(_silences(total.weekly, start))
    severities, categories, services = (
        _grouped(kept, field, start, weeks, by_week) for field in ("severity", "category", "service")
    )
    return History(start, total, severities, categories, services, tuple(notes), last)


def _whole_weeks(first: date, last: date, by_week: bool) -> tuple[tuple[date, int] | None, list[str]]:
    """The first Monday and the number of weeks."""
    start, end = first - timedelta(days=first.weekday()), last - timedelta(days=last.weekday())
    notes = []
    if by_week:
        notes.append("every row is dated on a Monday: read as counts of whole weeks")
    elif last.weekday() != 6:
        notes.append(f"the week of {end} is dropped: the history ends on {last}, before its Sunday")
        end -= _WEEK
    if not by_week and first.weekday() != 0:
        notes.append(f"the week of {start} is dropped: the history begins on {first}, after its Monday")
        start += _WEEK
    weeks = (end - start).days // 7 + 1
    return ((start, weeks) if weeks > 0 else None), notes


def _silences(weekly: Sequence[int], start: date) -> Iterable[str]:
    """Weeks without any ticket that cannot be chance."""
    usual, run = sum(weekly) / len(weekly), 0
    for at, count in enumerate([*weekly, 1]):
        if count and run * usual > _SILENCE:
            first, last = start + _WEEK * (at - run), start + _WEEK * at - timedelta(days=1)
            yield f"no ticket from {first} to {last} is counted as none: if records are missing, hand them over"
        run = 0 if count else run + 1


def _grouped(events: Sequence[Event], field: str, start: date, weeks: int, by_week: bool) -> dict[str, Counts]:
    by_name: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if name := getattr(event, field):
            by_name[name].append(event)
    return {name: _counts(own, start, weeks, by_week) for name, own in sorted(by_name.items())}


def _counts(events: Iterable[Event], start: date, weeks: int, by_week: bool) -> Counts:
    daily = [0] * (7 * weeks)
    for event in events:
        daily[(event.day - start).days] += event.tickets
    weekly = tuple(sum(daily[at : at + 7]) for at in range(0, len(daily), 7))
    return Counts(weekly, None if by_week else tuple(daily))


def _sums(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))

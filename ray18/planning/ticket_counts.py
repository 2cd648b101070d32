"""Ticket counts by whole week (Monday to Sunday) and by day: what a forecast rests on, and what had to be left out."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, NamedTuple

ENOUGH = 12
"""A category or service is forecast when it had this many tickets in the last 52 weeks: about one a month."""
PAGING = frozenset(("critical", "high", "p1", "p2"))
"""Severities whose tickets call somebody at any hour."""
MOST_WEEKS = 520
MOST_SERIES = 40
"""Names of one kind that are forecast at the most."""
_WEEK = timedelta(days=7)
_SILENCE = 14.0
"""Tickets that a time without any would have brought: by chance it stays silent once in a million times."""


Field = Literal["severity", "category", "service"]


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


@dataclass(frozen=True)
class History:
    """Whole weeks, oldest first, with no gap: a week or day without a ticket counts as zero."""

    first: date
    """Monday of the first week."""
    weeks: int
    by_week: bool
    """Whether the history tells of weeks only."""
    events: tuple[Event, ...]
    """Those of the whole weeks."""
    notes: tuple[str, ...]
    """What was left out, or looks wrong, in words."""
    last_day: date
    """The last day that the history tells of."""

    @property
    def last(self) -> date:
        """Monday of the last week."""
        return self.first + _WEEK * (self.weeks - 1)

    @cached_property
    def total(self) -> Counts:
        """All tickets."""
        return self.where(lambda _: True)

    def where(self, wanted: Callable[[Event], bool]) -> Counts:
        """The tickets that are wanted."""
        return self._counts(event for event in self.events if wanted(event))

    def _counts(self, events: Iterable[Event]) -> Counts:
        daily = [0] * (7 * self.weeks)
        for event in events:
            daily[(event.day - self.first).days] += event.tickets
        weekly = tuple(sum(daily[at : at + 7]) for at in range(0, len(daily), 7))
        return Counts(weekly, None if self.by_week else tuple(daily))

    def paging(self) -> tuple[Counts, bool]:
        """Counts of tickets that call somebody, and whether severities told; without them every ticket may."""
        if not any(event.severity.casefold() in PAGING for event in self.events):
            return self.total, False
        return self.where(lambda event: event.severity.casefold() in PAGING), True

    def names(self, field: Field) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names with enough tickets to forecast, most first, and the others; of severities, all that are not too many."""
        recent: Counter[str] = Counter()
        year = self.last - _WEEK * 51
        for event in self.events:
            if name := getattr(event, field):
                recent[name] += event.tickets if event.day >= year else 0
        ordered = sorted(recent, key=lambda name: (-recent[name], name))
        enough = [name for name in ordered if field == "severity" or recent[name] >= ENOUGH][:MOST_SERIES]
        return tuple(enough), tuple(sorted(set(ordered) - set(enough)))

    def of(self, field: Field, names: Iterable[str]) -> dict[str, Counts]:
        """The tickets of some severities, categories or services, each by itself."""
        groups: dict[str, list[Event]] = {name: [] for name in names}
        for event in self.events:
            if (group := groups.get(getattr(event, field))) is not None:
                group.append(event)
        return {name: self._counts(group) for name, group in groups.items()}


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
    kept = tuple(event for event in known if start <= event.day < start + _WEEK * weeks)
    lost = sum(event.tickets for event in known) - sum(event.tickets for event in kept)
    if lost:
        notes.append(f"{lost:,} tickets of what is dropped are left out")
    history = History(start, weeks, by_week, kept, tuple(notes), last)
    return replace(history, notes=(*notes, *_silences(history.total.weekly, start)))


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
    if weeks > MOST_WEEKS:
        start, weeks = end - _WEEK * (MOST_WEEKS - 1), MOST_WEEKS
        notes.append(f"what came before {start} is left out: more than {MOST_WEEKS // 52} years ago")
    return ((start, weeks) if weeks > 0 else None), notes


def _silences(weekly: Sequence[int], start: date) -> Iterable[str]:
    """Weeks without any ticket that cannot be chance."""
    usual, run = sum(weekly) / len(weekly), 0
    for at, count in enumerate([*weekly, 1]):
        if count and run * usual > _SILENCE:
            first, last = start + _WEEK * (at - run), start + _WEEK * at - timedelta(days=1)
            yield f"no ticket from {first} to {last} is counted as none: if records are missing, hand them over"
        run = 0 if count else run + 1

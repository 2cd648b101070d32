"""On which days releases may go live: the plan's windows by their rules, without freezes and what was cancelled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from ray18.documents.plan import Freeze, Plan, ReleaseWindow
from ray18.documents.recurrence import occurrences
from ray18.documents.schedule import Schedule

_FAR = timedelta(days=3660)
"""Nothing is planned further ahead."""


@dataclass(frozen=True, slots=True)
class ReleaseDay:
    """A day on which at least one window opens."""

    day: date
    windows: tuple[ReleaseWindow, ...]

    def window_for(self, service: str | None) -> ReleaseWindow | None:
        """The window that the service may use; what belongs to no service may use any."""
        return next((w for w in self.windows if service is None or not w.services or service in w.services), None)

    def window(self, name: str) -> ReleaseWindow | None:
        """The window of this name."""
        return next((window for window in self.windows if window.id == name), None)


@dataclass(frozen=True, slots=True)
class Shut:
    """A window that does not open on a day of its rule."""

    window: str
    day: date
    reason: str


def days_of(window: ReleaseWindow, last: date) -> Iterator[date]:
    """The days of one window up to `last`. Raises ValueError when its rule makes no sense."""
    return occurrences(window.rrule, window.first, last) if window.rrule else iter([window.first])


def opens_on(window: ReleaseWindow, day: date) -> bool:
    """Whether the window's rule falls on the day; not for a rule that makes no sense."""
    try:
        return any(found == day for found in days_of(window, day))
    except ValueError:
        return False


def release_days(
    plan: Plan, schedule: Schedule, first: date, most: int, until: date
) -> tuple[tuple[ReleaseDay, ...], tuple[Shut, ...]]:
    """At most so many days from `first` to `until`, and what does not open before the last of them.

    Raises ValueError when a rule makes no sense.
    """
    end = min(until, plan.period.end, first + _FAR if first < date.max - _FAR else date.max)
    falls = sorted(
        (
            (day, number)
            for number, window in enumerate(plan.release_windows)
            for day in days_of(window, end)
            if first <= day <= end
        ),
    )
    shut = {
        (day, number): reason
        for day, number in falls
        if (reason := _reason(plan.release_windows[number], day, plan.freezes, schedule))
    }
    found = []
    for day, group in groupby((fall for fall in falls if fall not in shut), key=itemgetter(0)):
        found.append(ReleaseDay(day, tuple(plan.release_windows[number] for _, number in group)))
        if len(found) == most:
            break
    last = found[-1].day if len(found) == most else end
    closed = (Shut(plan.release_windows[n].id, day, reason) for (day, n), reason in shut.items() if day <= last)
    return tuple(found), tuple(closed)


def _reason(window: ReleaseWindow, day: date, freezes: Sequence[Freeze], schedule: Schedule) -> str:
    """Why the window does not open on that day; empty when it does."""
    for entry in schedule.cancelled:
        if (entry.window, entry.day) == (window.id, day):
            return f"cancelled: {entry.reason}" if entry.reason else "cancelled"
    closes = day + timedelta(days=window.ends_at < window.starts_at)
    for freeze in freezes:
        if freeze.starts <= closes and day <= freeze.ends:
            return f"freeze {freeze.id}"
    return ""

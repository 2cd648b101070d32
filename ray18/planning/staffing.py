"""From a ticket history and a plan's coverage to the people its queues need in a busy week."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Protocol

from ray18.documents.plan import Coverage, Queue
from ray18.planning.arrivals import Shares, evenly, shares
from ray18.planning.hours import week_of
from ray18.planning.queues import Demand, Need, SiteShortfall, at_work, by_site, missing, need, open_hours

ENOUGH_TIMES = 30
"""Tickets with a time of day from which on a queue has hours of its own."""
_KNOWN = 3
"""Handling times from which on their mean is used."""


class Ticket(Protocol):
    """What is asked of a ticket here."""

    @property
    def category(self) -> str:
        """Its category."""

    @property
    def opened(self) -> datetime | None:
        """When, where the time of day is known."""

    @property
    def minutes(self) -> float | None:
        """Working minutes that it took."""

    @property
    def count(self) -> int:
        """Tickets that it stands for."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """The people for the queues of one week."""

    monday: date
    time_zone: str
    needs: tuple[Need, ...]
    missing: tuple[int, ...]
    """By hour of the week."""
    sites: tuple[SiteShortfall, ...]
    untimed: tuple[str, ...]
    """Queues for which nobody knows how long a ticket takes."""
    closed: tuple[str, ...]
    """Queues that no hour of the week is open for."""
    beyond: tuple[str, ...]
    """Queues with more work than is looked at."""


def hours_of_week(tickets: Iterable[Ticket], zone: tzinfo | None) -> Shares:
    """When tickets come, by the clock of a zone (of UTC, or as written, without one); evenly where too few tell."""
    places = [_place(ticket.opened, zone) for ticket in tickets if ticket.opened]
    return shares(places) if len(places) >= ENOUGH_TIMES else evenly()


def _place(moment: datetime, zone: tzinfo | None) -> int:
    local = moment.astimezone(zone or UTC) if moment.tzinfo else moment
    return local.weekday() * 24 + local.hour


def minutes_each(tickets: Iterable[Ticket]) -> float | None:
    """The mean handling time, where three or more are known."""
    known = [(ticket.minutes, ticket.count) for ticket in tickets if ticket.minutes is not None]
    times = sum(count for _, count in known)
    return math.fsum(minutes for minutes, _ in known) / times if times >= _KNOWN else None


def queues_of(coverage: Coverage, tickets: Sequence[Ticket]) -> tuple[Queue, ...]:
    """Those of the plan; without any, one for all tickets, where it is known how long they take."""
    if coverage.queues or minutes_each(tickets) is None:
        return coverage.queues
    office = [hours.id for hours in coverage.support_hours if not hours.always]
    return (Queue(id="all", support_hours=office[0] if len(office) == 1 else None),)


def takes(queue: Queue, queues: Sequence[Queue]) -> Callable[[str], bool]:
    """Whether the tickets of a category come to a queue."""
    own = {category.casefold() for category in queue.categories}
    taken = {category.casefold() for other in queues for category in other.categories}
    return lambda category: category.casefold() in own if own else category.casefold() not in taken


def staffing(
    coverage: Coverage,
    busy: Sequence[tuple[Queue, float, Sequence[Ticket]]],
    all_hours: Shares,
    monday: date,
    zone: str,
) -> Staffing:
    """For each queue with the tickets of its busy week and those of its past."""
    week = week_of(monday, zone)
    needs: list[Need] = []
    untimed, closed, beyond = [], [], []
    for queue, tickets, own in busy:
        handling = queue.handling_minutes or minutes_each(own)
        opened = open_hours(queue, coverage, week)
        if handling is None:
            untimed.append(queue.id)
        elif not any(opened):
            closed.append(queue.id)
        else:
            hours = hours_of_week(own, week_zone(zone))
            demand = Demand(queue, tickets, handling, all_hours if hours == evenly() else hours)
            found = need(demand, opened)
            needs += [found] if found else []
            beyond += [] if found else [queue.id]
    short = missing(needs, at_work(coverage, week))
    sites = by_site(short, coverage, week)
    return Staffing(monday, zone, tuple(needs), short, sites, tuple(untimed), tuple(closed), tuple(beyond))


def week_zone(name: str) -> tzinfo:
    """The zone whose clock the week goes by."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)

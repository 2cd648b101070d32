"""How many people each queue needs at each hour of a busy week, whom the plan has then, and who is missing where.

Need: the 90 % quantile of the week's tickets, spread over the hours in which they come, through Erlang C or A. Have: the
shifts of the plan. Where queues need different skills, an hour is short by the most that any group of skills is short of the
people who have one of them (the deficiency of Hall's theorem, 1935): nobody could be placed better.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from ray18.documents.plan import Coverage, Queue, Site, SupportHours, WorkShift
from ray18.planning.arrivals import Shares, deferred
from ray18.planning.erlang import Promise, Service, heads, service
from ray18.planning.hours import HOURS, WEEKDAYS, Week, awake_site, offset, open_in

MOST_LOAD = 2_000
"""Erlangs in an hour that are looked at."""
MOST_SKILLS = 8
"""Skills that are looked at in every combination: 255 groups an hour."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What comes to a queue in a busy week."""

    queue: Queue
    tickets: float
    handling: float
    """Working minutes for each, in the mean."""
    shares: Shares
    """At which hours they come."""


@dataclass(frozen=True, slots=True)
class Need:
    """The people that a queue needs, by hour of the week."""

    demand: Demand
    arrivals: tuple[float, ...]
    """Tickets to answer, by hour."""
    heads: tuple[int, ...]

    @property
    def busiest(self) -> int:
        """The hour that needs most."""
        return max(range(HOURS), key=lambda at: (self.heads[at], self.arrivals[at], -at))

    def given(self, at: int, people: int) -> Service:
        """What so many people give at that hour."""
        return service(self.arrivals[at] / 60, self.demand.handling, people, promise(self.demand.queue))


@dataclass(frozen=True, slots=True)
class SiteShortfall:
    """What a site lacks for the hours in which it is the one that is awake."""

    site: Site
    offset: str
    heads: int
    """Missing at once, at the worst hour."""
    hours: tuple[int, ...]
    """The hours of the week that are short."""
    missing_hours: int
    """Hours of work that are missing in the week, all heads together."""
    people: int
    """People to add: enough for the worst hour, and for all missing hours at their weekly hours less shrinkage."""


def promise(queue: Queue) -> Promise:
    """What a queue is staffed for, in minutes."""
    return Promise(
        queue.answer_percent / 100, queue.answer_within_minutes, queue.busy_percent / 100, queue.patience_minutes
    )


def need(demand: Demand, opened: Sequence[bool]) -> Need | None:
    """Heads by hour; none where the queue is closed. What comes at closed hours waits for the next opening.

    None where an hour brings more work than is looked at.
    """
    queue = demand.queue
    come = [demand.tickets * share for share in demand.shares]
    arrivals = deferred(come, opened, math.ceil(queue.answer_within_minutes / 60))
    if max(arrivals) / 60 * demand.handling > MOST_LOAD:
        return None
    known: dict[float, int] = {}
    for rate in arrivals:
        if rate not in known:
            known[rate] = heads(rate / 60, demand.handling, promise(queue))
    return Need(demand, arrivals, tuple(known[rate] for rate in arrivals))


def open_hours(queue: Queue, coverage: Coverage, week: Week) -> tuple[bool, ...]:
    """The hours in which a queue is answered; around the clock where it names none, or one the plan does not define."""
    named = next((hours for hours in coverage.support_hours if hours.id == queue.support_hours), None)
    if named is None:
        return (True,) * HOURS
    everywhere = {holiday.day for holiday in coverage.holidays if not holiday.sites}
    return open_in(week, named, frozenset() if named.always else everywhere)


def at_work(coverage: Coverage, week: Week) -> tuple[tuple[WorkShift, tuple[bool, ...]], ...]:
    """Every shift with the hours it is at work; without shifts, each site's people on weekdays from 09:00 to 17:00."""
    zones = {site.name: site.time_zone for site in coverage.sites}
    shifts = coverage.shifts or tuple(_office_hours(number, site) for number, site in enumerate(coverage.sites, 1))
    return tuple(
        (shift, open_in(week, _as_hours(shift, zones[shift.site]), _closed(coverage, shift.site)))
        for shift in shifts
        if shift.site in zones
    )


def _office_hours(number: int, site: Site) -> WorkShift:
    return WorkShift(
        id=f"office-{number}", site=site.name, days=WEEKDAYS[:5], starts_at="09:00", ends_at="17:00", people=site.people
    )


def _as_hours(shift: WorkShift, zone: str) -> SupportHours:
    return SupportHours(id=shift.id, time_zone=zone, days=shift.days, starts_at=shift.starts_at, ends_at=shift.ends_at)


def _closed(coverage: Coverage, site: str) -> frozenset[date]:
    return frozenset(holiday.day for holiday in coverage.holidays if not holiday.sites or site in holiday.sites)


def missing(needs: Sequence[Need], shifts: Sequence[tuple[WorkShift, Sequence[bool]]]) -> tuple[int, ...]:
    """For each hour of the week, how many people would have to be added at the least."""
    return tuple(_deficiency(*_at(hour, needs, shifts)) for hour in range(HOURS))


def _at(
    hour: int, needs: Sequence[Need], shifts: Sequence[tuple[WorkShift, Sequence[bool]]]
) -> tuple[dict[str | None, int], dict[frozenset[str], int]]:
    """Heads needed by skill, and people at work by their skills (none named = all)."""
    wanted: dict[str | None, int] = {}
    for each in needs:
        skill = each.demand.queue.skill
        wanted[skill] = wanted.get(skill, 0) + each.heads[hour]
    present: dict[frozenset[str], int] = {}
    for shift, working in shifts:
        if working[hour]:
            skills = frozenset(shift.skills)
            present[skills] = present.get(skills, 0) + shift.people
    return {skill: count for skill, count in wanted.items() if count}, present


def _deficiency(wanted: Mapping[str | None, int], present: Mapping[frozenset[str], int]) -> int:
    worst = 0
    for group in _groups(sorted(wanted, key=str)):
        able = sum(people for skills, people in present.items() if None in group or not skills or skills & {*group})
        worst = max(worst, sum(wanted[skill] for skill in group) - able)
    return worst


def _groups(skills: Sequence[str | None]) -> Iterator[tuple[str | None, ...]]:
    """Every group of skills; where there are too many, each alone and all together."""
    sizes = range(1, len(skills) + 1) if len(skills) <= MOST_SKILLS else {1, len(skills)}
    for size in sizes:
        yield from combinations(skills, size)


def by_site(short: Sequence[int], coverage: Coverage, week: Week) -> tuple[SiteShortfall, ...]:
    """Whom each site lacks, where every hour belongs to the site at which it is nearest to the middle of the working day."""
    if not coverage.sites or not any(short):
        return ()
    awake = awake_site(week, [site.time_zone for site in coverage.sites])
    own = coverage.hours_a_week * (1 - coverage.shrinkage_percent / 100)
    result = []
    for number, site in enumerate(coverage.sites):
        hours = tuple(at for at in range(HOURS) if awake[at] == number and short[at])
        if hours:
            lacking = sum(short[at] for at in hours)
            most = max(short[at] for at in hours)
            people = max(most, math.ceil(lacking / own - 1e-9))
            result.append(SiteShortfall(site, offset(site.time_zone, week[0].date()), most, hours, lacking, people))
    return tuple(result)

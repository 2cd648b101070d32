"""`support-coverage-plan.json`: the tickets to expect, and whether the plan has the people to answer them.

The history is handed over; the forecasts carry their own backtests; the people are held against the 90 % quantile.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from ray18.documents.base import Output
from ray18.documents.plan import Coverage, Queue, SupportHours
from ray18.evidence.ticket_forecast import (
    P10,
    P90,
    Ahead,
    ForecastOutput,
    HistoryOutput,
    history,
    history_output,
    ticket_forecast,
)
from ray18.gates import Judge
from ray18.handover.model import Ticket
from ray18.planning.arrivals import Shares, busiest_half, evenly
from ray18.planning.forecast import Forecast
from ray18.planning.hours import HOURS, WEEKDAYS, known_zone, open_in, week_of
from ray18.planning.negative_binomial import chance_above
from ray18.planning.on_call import (
    PER_SHIFT,
    Requirement,
    chance_of_a_full_shift,
    people_needed,
    required,
    share_of_time,
    shortfalls,
    time_on_call,
)
from ray18.planning.queues import MOST_LOAD, Need, SiteShortfall
from ray18.planning.rhythm import WEEKLY
from ray18.planning.staffing import Staffing, hours_of_week, queues_of, staffing, takes
from ray18.planning.ticket_counts import ENOUGH, Counts, History

VERSION = 1
_NUMBERS = re.compile(r"\[\n\s+(-?[0-9.]+(?:,\n\s+-?[0-9.]+)*)\n\s+\]")
STALE = 28
"""Days after which a history's end is pointed out."""
_FEWER = 3


class FewerOutput(Output):
    """The risk with a number of people who take turns."""

    people: int
    """So many."""
    share_of_time_on_call: float
    """For each of them, with equal turns."""
    pages_a_week_each: float
    """Pages that each answers in an expected week, as primary."""
    within_rule: bool
    """Whether nobody is on call for more than a quarter of the time."""


class RequirementOutput(Output):
    """People needed for on-call."""

    rule: str
    """The rule in words."""
    pages_in_a_busy_week: int
    """The 90 % quantile of pages, in the week where it is highest."""
    share_in_busier_half: float
    """The share of a week's tickets that comes in the busier twelve hours of each day; 0.5 = not known, or even."""
    pairs_on_duty: int
    """Pairs of primary and secondary on duty at once."""
    pages_with_room_for: int
    """Pages a week that they can handle."""
    chance_of_more: float
    """The chance that the busiest week brings more than that."""
    chance_of_a_full_shift: float
    """The chance that a busy shift of that week brings more incidents than its pairs have room for."""
    people_at_one_site: int
    """People in the rotation, where all work at one site."""
    people_at_each_of_two_sites: int
    """People at each site, where two share the day."""
    with_fewer: list[FewerOutput]
    """What fewer people would mean."""


class ShortfallOutput(Output):
    """What is missing."""

    where: str
    """The site, or the rotation."""
    people_missing: int
    """How many people."""
    text: str
    """In words."""


class PlannedOutput(Output):
    """The plan's on-call, held against the requirement."""

    sites: dict[str, int]
    """People by site."""
    rotation_members: int
    """People who take turns."""
    turn_days: int | None
    """Days in a turn."""
    share_of_time_on_call: float | None
    """For each member, with equal turns."""
    hours_nobody_is_awake: list[str]
    """Promised hours in which it is night (22:00 to 07:00) at every site."""
    sufficient: bool
    """Whether nothing is missing."""
    shortfalls: list[ShortfallOutput]
    """What is missing."""


class GivenOutput(Output):
    """What a number of people give at the busiest hour of a queue."""

    people: int
    """So many at work at once."""
    answered_in_time_percent: float
    """Tickets answered in the promised time."""
    mean_wait_minutes: float | None
    """The mean wait; null where the queue grows for ever."""
    gives_up_percent: float
    """Tickets given up before they are answered."""
    busy_percent: float
    """Share of the time that people are at work on a ticket."""


class QueueOutput(Output):
    """One queue in the busy week."""

    id: str
    """As in the plan; `all` = the plan has none."""
    skill: str | None
    """The skill that the work needs."""
    model: Literal["erlang-a", "erlang-c"]
    """Whether people give up waiting."""
    promise: str
    """What it is staffed for."""
    handling_minutes: float
    """Working minutes for each ticket."""
    tickets_in_a_busy_week: int
    """The 90 % quantile."""
    busiest_hour: str
    """The hour that needs most people."""
    at_busiest_hour: list[GivenOutput]
    """What two fewer, one fewer, the needed number and one more would give."""
    heads: dict[str, list[int]]
    """People needed, by weekday and hour."""


class SiteOutput(Output):
    """Whom a site lacks."""

    site: str
    """Its name."""
    utc_offset: str
    """Its distance from UTC in that week."""
    people_missing: int
    """People to add."""
    heads_missing: int
    """At the worst hour."""
    hours_missing: int
    """Working hours missing in the week, all heads together."""
    when: list[str]
    """The hours that are short."""
    text: str
    """In words."""


class StaffingOutput(Output):
    """The people for the queues, hour by hour."""

    week: date
    """Monday of the busy week that is looked at."""
    time_zone: str
    """By whose clock the hours are given."""
    queues: list[QueueOutput]
    """Each queue."""
    missing: dict[str, list[int]]
    """People missing, by weekday and hour, where all are placed as well as they can be."""
    sites: list[SiteOutput]
    """Whom each site lacks for the hours in which it is awake."""
    assumptions: list[str]
    """What was taken for granted."""
    sufficient: bool
    """Whether nobody is missing."""


class CoverageOutput(Output):
    """The people."""

    required: RequirementOutput
    """What the forecast asks for on call."""
    planned: PlannedOutput | None
    """What the plan has; null without a plan."""
    staffing: StaffingOutput | None
    """The queues; null without a plan, or where nobody knows how long a ticket takes."""


class CoveragePlan(Output):
    """What to expect: tickets by week and day, and whether the plan has the people for them."""

    version: int
    """Of this form."""
    as_of: date
    """The day it was made for."""
    summary: list[str]
    """What it comes to."""
    history: HistoryOutput
    """What it rests on."""
    forecast: ForecastOutput
    """The tickets to expect."""
    coverage: CoverageOutput
    """The people needed, beside those that the plan has."""
    limits: list[str]
    """What it cannot know."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a coverage plan is made; `time_zone` empty = the plan's own, else the days as they are written."""

    weeks: int = WEEKLY.horizon
    time_zone: str = ""
    holidays: frozenset[date] = frozenset()
    by_day: bool = True


def written(judge: Judge) -> bytes | None:
    """The plan from the ticket history that was handed over; None without one whole week of it."""
    tickets = judge.handover.tickets
    plan = judge.program.one("plan")
    source = next((entry.path for entry in judge.handover.artifacts if entry.name == "ticket-history.csv"), "")
    made = coverage_plan(
        tickets.events if tickets else (), source, judge.program.as_of, plan.content.coverage if plan else None
    )
    return as_bytes(made) if made else None


def coverage_plan(
    tickets: Iterable[Ticket], source: str, as_of: date, coverage: Coverage | None, wanted: Wanted | None = None
) -> CoveragePlan | None:
    """Forecast and coverage; None when no whole week of history is known on that day."""
    wanted = wanted or Wanted()
    every = tuple(ticket for ticket in tickets if ticket.day <= as_of)
    coverage = _with_known_zones(coverage)
    name = wanted.time_zone or _zone_of(coverage)
    zone = ZoneInfo(name) if name else None
    told = history(every, as_of, zone)
    if told is None:
        return None
    paged, by_severity = told.paging()
    holidays = wanted.holidays | frozenset(holiday.day for holiday in (coverage.holidays if coverage else ()))
    ahead = Ahead(told, as_of, wanted.weeks, holidays, wanted.by_day)
    total = ahead.weekly(told.total)
    paging = ahead.weekly(paged) if by_severity else total
    hours = hours_of_week(every, zone)
    need = _busy_pages(paging, hours)
    requirement = _required(paging, need, hours, coverage)
    planned = _planned(coverage, need, as_of, name) if coverage else None
    staffed = _staffing(coverage, every, ahead, _busiest(total), name) if coverage else None
    return CoveragePlan(
        version=VERSION,
        as_of=as_of,
        summary=_summary(told, as_of, total, requirement, planned, staffed),
        history=history_output(told, source, name, as_of),
        forecast=ticket_forecast(ahead, total, paging),
        coverage=CoverageOutput(required=requirement, planned=planned, staffing=staffed),
        limits=list(_limits(by_severity, hours, staffed is not None)),
    )


def _with_known_zones(coverage: Coverage | None) -> Coverage | None:
    """The coverage without hours and sites of time zones that do not exist; the policy `plan-time-zones-exist` names them."""
    if coverage is None:
        return None
    hours = tuple(hours for hours in coverage.support_hours if known_zone(hours.time_zone))
    sites = tuple(site for site in coverage.sites if known_zone(site.time_zone))
    return coverage.model_copy(update={"support_hours": hours, "sites": sites})


def _zone_of(coverage: Coverage | None) -> str:
    """The time zone of the plan's support hours, if they have but one."""
    zones = {hours.time_zone for hours in coverage.support_hours} if coverage else set()
    return zones.pop() if len(zones) == 1 else ""


def as_bytes(plan: CoveragePlan) -> bytes:
    """JSON with each list of numbers on one line."""
    text = json.dumps(plan.model_dump(mode="json"), indent=2, ensure_ascii=False)
    return (_NUMBERS.sub(_on_one_line, text) + "\n").encode()


def _on_one_line(match: re.Match[str]) -> str:
    return f"[{', '.join(match[1].replace(',', ' ').split())}]"


def _busiest(weekly: Forecast) -> int:
    """The place of the week with the highest 90 % quantile."""
    return max(range(len(weekly.steps)), key=lambda at: (weekly.steps[at].quantiles[P90], weekly.steps[at].mean, -at))


def _busy_pages(paging: Forecast, hours: Shares) -> Requirement:
    return required(paging.steps[_busiest(paging)].quantiles[P90], busiest_half(hours))


def _required(paging: Forecast, need: Requirement, hours: Shares, coverage: Coverage | None) -> RequirementOutput:
    busiest = paging.steps[_busiest(paging)]
    half = busiest_half(hours)
    rule = (
        f"at most a quarter of the time on call and {PER_SHIFT} incidents in a shift of 12 hours; primary and secondary: "
        "8 people at one site, or 6 at each of two (sre.google/sre-book/being-on-call)"
    )
    most = people_needed(coverage, need) if coverage else need.people_at_one_site
    return RequirementOutput(
        rule=rule,
        pages_in_a_busy_week=busiest.quantiles[P90],
        share_in_busier_half=round(half, 3),
        pairs_on_duty=need.pairs,
        pages_with_room_for=need.capacity,
        chance_of_more=round(chance_above(busiest.mean, busiest.spread, need.capacity), 4),
        chance_of_a_full_shift=round(chance_of_a_full_shift(busiest.mean, busiest.spread, half, need.pairs), 4),
        people_at_one_site=need.people_at_one_site,
        people_at_each_of_two_sites=need.people_at_each_of_two_sites,
        with_fewer=[_fewer(people, need, busiest.mean) for people in range(max(2, most - _FEWER), most + 1)],
    )


def _fewer(people: int, need: Requirement, pages: float) -> FewerOutput:
    share = share_of_time(people, need)
    return FewerOutput(
        people=people,
        share_of_time_on_call=round(share, 3),
        pages_a_week_each=round(pages / people, 2),
        within_rule=share <= 0.25,
    )


def _planned(coverage: Coverage, need: Requirement, day: date, zone: str) -> PlannedOutput:
    found = shortfalls(coverage, need, day)
    share = time_on_call(coverage, need)
    return PlannedOutput(
        sites={site.name: site.people for site in coverage.sites},
        rotation_members=len(set(coverage.rotation.members)) if coverage.rotation else 0,
        turn_days=coverage.rotation.turn_days if coverage.rotation else None,
        share_of_time_on_call=None if share is None else round(share, 3),
        hours_nobody_is_awake=_asleep(coverage, day, zone or "UTC"),
        sufficient=not found,
        shortfalls=[ShortfallOutput(where=s.where, people_missing=s.people, text=s.text) for s in found],
    )


def _asleep(coverage: Coverage, day: date, zone: str) -> list[str]:
    """Promised hours of this week in which it is night everywhere."""
    if not coverage.sites:
        return []
    week = week_of(day - timedelta(days=day.weekday()), zone)
    promised = [open_in(week, hours) for hours in coverage.support_hours]
    awake = [open_in(week, _daytime(site.time_zone)) for site in coverage.sites]
    return spans([any(p[at] for p in promised) and not any(a[at] for a in awake) for at in range(HOURS)])


def _daytime(zone: str) -> SupportHours:
    return SupportHours(id="daytime", time_zone=zone, days=WEEKDAYS, starts_at="07:00", ends_at="22:00")


def _staffing(
    coverage: Coverage, tickets: Sequence[Ticket], ahead: Ahead, busiest: int, name: str
) -> StaffingOutput | None:
    """Each queue with its own 90 % quantile, in the week that is busiest over all."""
    queues = queues_of(coverage, tickets)
    if not queues:
        return None
    busy = []
    for queue in queues:
        comes = takes(queue, queues)
        weekly = ahead.weekly(_counts(queue, queues, ahead.history))
        own = [ticket for ticket in tickets if comes(ticket.category)]
        busy.append((queue, float(weekly.steps[busiest].quantiles[P90]), own))
    monday = ahead.history.last + timedelta(weeks=ahead.gap + busiest + 1)
    hours = hours_of_week(tickets, ZoneInfo(name) if name else None)
    made = staffing(coverage, busy, hours, monday, name or "UTC")
    return StaffingOutput(
        week=made.monday,
        time_zone=made.time_zone,
        queues=[_queue(need) for need in made.needs],
        missing=_by_weekday(made.missing),
        sites=[_site(short) for short in made.sites],
        assumptions=list(_assumptions(coverage, made)),
        sufficient=not any(made.missing) and not made.untimed and not made.beyond,
    )


def _counts(queue: Queue, queues: Sequence[Queue], told: History) -> Counts:
    """The counts of the tickets that come to a queue."""
    comes = takes(queue, queues)
    return told.where(lambda event: comes(event.category))


def _queue(need: Need) -> QueueOutput:
    queue, at = need.demand.queue, need.busiest
    kept = f"{queue.answer_percent:g} % answered within {queue.answer_within_minutes:g} minutes"
    people = [count for count in range(need.heads[at] - 2, need.heads[at] + 2) if count > 0]
    return QueueOutput(
        id=queue.id,
        skill=queue.skill,
        model="erlang-a" if queue.patience_minutes else "erlang-c",
        promise=f"{kept}, nobody busy for more than {queue.busy_percent:g} % of the time",
        handling_minutes=round(need.demand.handling, 2),
        tickets_in_a_busy_week=round(need.demand.tickets),
        busiest_hour=hour_name(at),
        at_busiest_hour=[_given(need, at, count) for count in people],
        heads=_by_weekday(need.heads),
    )


def _given(need: Need, at: int, people: int) -> GivenOutput:
    given = need.given(at, people)
    return GivenOutput(
        people=people,
        answered_in_time_percent=round(100 * given.in_time, 1),
        mean_wait_minutes=None if given.mean_wait == float("inf") else round(given.mean_wait, 1),
        gives_up_percent=round(100 * given.gives_up, 1),
        busy_percent=round(100 * given.occupancy, 1),
    )


def _site(short: SiteShortfall) -> SiteOutput:
    more = f"{short.people} more {'person' if short.people == 1 else 'people'}"
    text = (
        f"{short.site.name} needs {more} in {short.offset} for the queues: "
        f"up to {short.heads} at once and {short.missing_hours} working hours a week are missing"
    )
    return SiteOutput(
        site=short.site.name,
        utc_offset=short.offset,
        people_missing=short.people,
        heads_missing=short.heads,
        hours_missing=short.missing_hours,
        when=spans([at in short.hours for at in range(HOURS)]),
        text=text,
    )


def _by_weekday(values: Sequence[int]) -> dict[str, list[int]]:
    return {day: list(values[24 * number : 24 * number + 24]) for number, day in enumerate(WEEKDAYS)}


def hour_name(at: int) -> str:
    """As `Mon 09:00`."""
    return f"{WEEKDAYS[at // 24 % 7]} {at % 24:02}:00"


def spans(marked: Sequence[bool]) -> list[str]:
    """The marked hours of a week as spans; days that are alike and follow one another are said once."""
    days = [tuple(hour for hour in range(24) if marked[24 * day + hour]) for day in range(7)]
    result, first = [], 0
    for number in range(1, 8):
        if number == 7 or days[number] != days[first]:
            result += [f"{_days(first, number - 1)} {span}" for span in _in_day(days[first])]
            first = number
    return result


def _days(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return "every day"
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"


def _in_day(hours: Sequence[int]) -> Iterator[str]:
    for at in hours:
        if at - 1 not in hours:
            end = next(hour for hour in range(at + 1, 26) if hour not in hours)
            yield f"{at:02}:00-{end:02}:00"


def _assumptions(coverage: Coverage, made: Staffing) -> Iterator[str]:
    if not coverage.queues:
        yield "The plan has no queues: all tickets are taken as one, answered within an hour in four cases of five."
    if not coverage.shifts:
        yield "The plan has no shifts: all people of a site are taken to work on weekdays from 09:00 to 17:00."
    yield (
        f"A person works {coverage.hours_a_week:g} hours a week, of which {coverage.shrinkage_percent:g} % go to leave, "
        "training and meetings."
    )
    yield "What comes at closed hours waits for the next opening; each hour is looked at as if it went on for ever."
    for queue in made.closed:
        yield f"The queue {queue} is closed in all of that week."
    for queue in made.beyond:
        yield f"The queue {queue} gets more work in an hour than {MOST_LOAD:,} people can do: it is left out."
    for queue in made.untimed:
        yield f"Nobody knows how long a ticket of {queue} takes: give `handling_minutes` of the queue, or in the history."


def _summary(
    told: History,
    as_of: date,
    total: Forecast,
    need: RequirementOutput,
    planned: PlannedOutput | None,
    staffed: StaffingOutput | None,
) -> list[str]:
    week = total.steps[0]
    low, high = week.quantiles[P10], week.quantiles[P90]
    lines = [
        f"About {week.mean:.1f} tickets a week; in four weeks of five between {low} and {high}.",
        f"The evidence is {total.evidence}: {told.weeks} whole weeks; {total.reason}.",
        f"A busy week brings {_some(need.pages_in_a_busy_week, 'page')}; {_some(need.pairs_on_duty, 'pair')} "
        f"of primary and secondary can take {need.pages_with_room_for}.",
    ]
    if (as_of - told.last_day).days > STALE:
        lines.append(f"The history ends {(as_of - told.last_day).days} days ago: hand over the tickets since then.")
    if planned is None:
        return [*lines, "There is no plan yet to hold this against."]
    short = [*(entry.text for entry in planned.shortfalls), *(site.text for site in (staffed.sites if staffed else ()))]
    if not short:
        return [*lines, "The plan has the people."]
    return [*lines, *(f"Not enough people: {text}." for text in short)]


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _limits(by_severity: bool, hours: Shares, staffed: bool) -> Iterator[str]:
    if hours == evenly():
        yield "Too few tickets have a time of day: what happens at night or all at once cannot be seen in their counts."
    yield "The forecast knows the past only: launches, freezes and migrations are not in it."
    yield f"A category or service is forecast where it had {ENOUGH} tickets or more in the last 52 weeks."
    if not staffed:
        yield (
            "No queue is staffed: that needs a plan with sites, and how long a ticket takes (`handling_minutes` in the "
            "history, or of the queues in the plan)."
        )
    if not by_severity:
        yield "No severity tells which tickets page: every ticket is counted as a page, which is the most it can be."

"""`support-coverage-plan.json`: the tickets to expect, and whether the plan has the people to answer them.

The history is handed over; the forecast carries its own backtest; the people are held against the 90 % quantile.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from ray18.documents.base import Output
from ray18.documents.plan import Coverage
from ray18.gates import Judge
from ray18.handover.model import Ticket
from ray18.planning.forecast import QUANTILES, Backtest, Forecast, Grade, MethodName, forecast
from ray18.planning.negative_binomial import chance_above
from ray18.planning.on_call import PER_SHIFT, Requirement, required, shortfalls, time_on_call
from ray18.planning.pool import WEEKLY
from ray18.planning.ticket_weeks import ENOUGH, Event, History, weekly

VERSION = 1
_NUMBERS = re.compile(r"\[\n\s+(-?[0-9.]+(?:,\n\s+-?[0-9.]+)*)\n\s+\]")
STALE = 28
"""Days after which a history's end is pointed out."""
MOST_GAP = 52
"""Weeks without history that are bridged at the most."""
_P90 = QUANTILES.index(0.9)


class HistoryOutput(Output):
    """What the forecast rests on."""

    source: str
    """The file."""
    tickets: int
    """Tickets in the whole weeks."""
    weeks: int
    """Whole weeks, Monday to Sunday."""
    first_week: date
    """Monday of the first."""
    last_week: date
    """Monday of the last."""
    days_old: int
    """Days from the last ticket to the day of this plan."""
    notes: list[str]
    """What was left out, and why."""


class WeekOutput(Output):
    """The forecast of one week."""

    week: date
    """Its Monday."""
    mean: float
    """Tickets expected."""
    quantiles: list[int]
    """In the order of `quantiles` of the plan."""


class ScoreOutput(Output):
    """How a method did in the backtest."""

    mase: float | None
    """Mean absolute error of the median over that of the naive method one week ahead."""
    swql: float | None
    """Scaled weighted quantile loss; lower is better."""
    coverage_80: float
    """Share of weeks inside the central 80 %."""
    coverage_95: float
    """Share of weeks inside the central 95 %."""


class BacktestOutput(Output):
    """Forecasts made as if at earlier weeks, held against what came."""

    origins: list[date]
    """The first week that was forecast, of each attempt."""
    weeks_judged: int
    """Weeks forecast and compared, over all origins."""
    scores: dict[str, ScoreOutput]
    """By method."""


class SeriesOutput(Output):
    """One series of counts and its forecast."""

    name: str
    """`all`, a severity, or a category."""
    tickets: int
    """Tickets in the history."""
    recent_mean: float
    """Tickets a week over the last 12 weeks."""
    method: MethodName
    """How it was forecast."""
    reason: str
    """Why so."""
    evidence: Grade
    """By the length of the history: below 20 weeks, below 52, more."""
    weights: dict[str, float]
    """What the pooled level is made of."""
    backtest: BacktestOutput | None
    """Null where the history is too short for one."""
    weeks: list[WeekOutput]
    """The weeks ahead."""


class ForecastOutput(Output):
    """The tickets to expect."""

    horizon_weeks: int
    """Weeks ahead, beginning with the week of the plan's day (of the history's end, where it is over a year old)."""
    quantiles: list[float]
    """The shares that the quantiles stand for."""
    total: SeriesOutput
    """All tickets."""
    paging: SeriesOutput
    """Tickets that call somebody at any hour."""
    by_severity: list[SeriesOutput]
    """By severity."""
    by_category: list[SeriesOutput]
    """By category, where there are enough tickets."""
    not_forecast: list[str]
    """Categories with too few tickets for a forecast of their own; they count in the total."""


class RequirementOutput(Output):
    """People needed."""

    rule: str
    """The rule in words."""
    pages_in_a_busy_week: int
    """The 90 % quantile of pages, in the week where it is highest."""
    pairs_on_duty: int
    """Pairs of primary and secondary on duty at once."""
    pages_with_room_for: int
    """Pages a week that they can handle."""
    chance_of_more: float
    """The chance that the busiest week brings more than that."""
    people_at_one_site: int
    """People in the rotation, where all work at one site."""
    people_at_each_of_two_sites: int
    """People at each site, where two share the day."""


class ShortfallOutput(Output):
    """What is missing."""

    where: str
    """The site, or the rotation."""
    people_missing: int
    """How many people."""
    text: str
    """In words."""


class PlannedOutput(Output):
    """The plan's coverage, held against the requirement."""

    sites: dict[str, int]
    """People by site."""
    rotation_members: int
    """People who take turns."""
    turn_days: int | None
    """Days in a turn."""
    share_of_time_on_call: float | None
    """For each member, with equal turns."""
    sufficient: bool
    """Whether nothing is missing."""
    shortfalls: list[ShortfallOutput]
    """What is missing."""


class CoverageOutput(Output):
    """The people."""

    required: RequirementOutput
    """What the forecast asks for."""
    planned: PlannedOutput | None
    """What the plan has; null without a plan."""


class CoveragePlan(Output):
    """What to expect: tickets by week, and whether the plan has the people for them."""

    version: int
    """Of this form."""
    as_of: date
    """The day it was made for."""
    summary: list[str]
    """What it comes to."""
    history: HistoryOutput
    """What it rests on."""
    forecast: ForecastOutput
    """The tickets to expect, week by week."""
    coverage: CoverageOutput
    """The people needed, beside those that the plan has."""
    limits: list[str]
    """What it cannot know."""


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
    tickets: Iterable[Ticket], source: str, as_of: date, coverage: Coverage | None, weeks: int = WEEKLY.horizon
) -> CoveragePlan | None:
    """Forecast and coverage; None when no whole week of history is known on that day."""
    history = weekly((Event(t.day, t.category, t.severity, t.count) for t in tickets), as_of)
    if history is None:
        return None
    paged, told = history.paging()
    series = _Ahead(history.mondays, as_of, weeks)
    total = series.forecast(history.total)
    paging = series.forecast(paged) if told else total
    need, requirement = _required(paging)
    planned = _planned(coverage, need) if coverage else None
    return CoveragePlan(
        version=VERSION,
        as_of=as_of,
        summary=_summary(history, as_of, total, requirement, planned),
        history=_history(history, source, as_of),
        forecast=ForecastOutput(
            horizon_weeks=weeks,
            quantiles=list(QUANTILES),
            total=series.output("all", history.total, total),
            paging=series.output("paging", paged, paging),
            by_severity=series.outputs(sorted(history.by_severity), history.by_severity),
            by_category=series.outputs(history.regular(), history.by_category),
            not_forecast=sorted(set(history.by_category) - set(history.regular())),
        ),
        coverage=CoverageOutput(required=requirement, planned=planned),
        limits=list(_limits(told)),
    )


def as_bytes(plan: CoveragePlan) -> bytes:
    """JSON with each list of numbers on one line."""
    text = json.dumps(plan.model_dump(mode="json"), indent=2, ensure_ascii=False)
    return (_NUMBERS.sub(_on_one_line, text) + "\n").encode()


def _on_one_line(match: re.Match[str]) -> str:
    return f"[{', '.join(match[1].replace(',', ' ').split())}]"


def _history(history: History, source: str, as_of: date) -> HistoryOutput:
    return HistoryOutput(
        source=source,
        tickets=sum(history.total),
        weeks=len(history.total),
        first_week=history.mondays[0],
        last_week=history.mondays[-1],
        days_old=(as_of - history.last_day).days,
        notes=list(history.notes),
    )


class _Ahead:
    """The weeks from the day of the plan on; the time since the history's end is forecast too, and left out."""

    def __init__(self, mondays: Sequence[date], as_of: date, weeks: int) -> None:
        self.first = mondays[0]
        this_week = as_of - timedelta(days=as_of.weekday())
        self.gap = min(max(0, (this_week - mondays[-1]).days // 7 - 1), MOST_GAP)
        self.weeks = weeks

    def monday(self, week: int) -> date:
        return self.first + timedelta(weeks=week)

    def forecast(self, counts: Sequence[int]) -> Forecast:
        made = forecast(counts, self.gap + self.weeks)
        return replace(made, steps=made.steps[self.gap :])

    def outputs(self, names: Iterable[str], counts: Mapping[str, Sequence[int]]) -> list[SeriesOutput]:
        return [self.output(name, counts[name], self.forecast(counts[name])) for name in names]

    def output(self, name: str, counts: Sequence[int], made: Forecast) -> SeriesOutput:
        recent = counts[-12:]
        return SeriesOutput(
            name=name,
            tickets=sum(counts),
            recent_mean=round(sum(recent) / len(recent), 2),
            method=made.method,
            reason=made.reason,
            evidence=made.evidence,
            weights={level: round(weight, 3) for level, weight in made.weights.items()},
            backtest=self._backtest(made.backtest),
            weeks=[
                WeekOutput(
                    week=self.monday(len(counts) + self.gap + at),
                    mean=round(week.mean, 2),
                    quantiles=list(week.quantiles),
                )
                for at, week in enumerate(made.steps)
            ],
        )

    def _backtest(self, backtest: Backtest | None) -> BacktestOutput | None:
        if backtest is None:
            return None
        scores = {
            name: ScoreOutput(
                mase=None if score.mase is None else round(score.mase, 3),
                swql=None if score.swql is None else round(score.swql, 3),
                coverage_80=round(score.coverage_80, 3),
                coverage_95=round(score.coverage_95, 3),
            )
            for name, score in backtest.scores.items()
        }
        origins = [self.monday(origin) for origin in backtest.origins]
        return BacktestOutput(origins=origins, weeks_judged=backtest.judged, scores=scores)


def _required(paging: Forecast) -> tuple[Requirement, RequirementOutput]:
    busiest = max(paging.steps, key=lambda week: (week.quantiles[_P90], week.mean * week.spread))
    pages = busiest.quantiles[_P90]
    need = required(pages)
    rule = (
        f"at most a quarter of the time on call and {PER_SHIFT} incidents in a shift of 12 hours; primary and secondary: "
        "8 people at one site, or 6 at each of two (sre.google/sre-book/being-on-call)"
    )
    return need, RequirementOutput(
        rule=rule,
        pages_in_a_busy_week=pages,
        pairs_on_duty=need.pairs,
        pages_with_room_for=need.capacity,
        chance_of_more=round(chance_above(busiest.mean, busiest.spread, need.capacity), 4),
        people_at_one_site=need.people_at_one_site,
        people_at_each_of_two_sites=need.people_at_each_of_two_sites,
    )


def _planned(coverage: Coverage, need: Requirement) -> PlannedOutput:
    found = shortfalls(coverage, need)
    share = time_on_call(coverage, need)
    return PlannedOutput(
        sites={site.name: site.people for site in coverage.sites},
        rotation_members=len(set(coverage.rotation.members)) if coverage.rotation else 0,
        turn_days=coverage.rotation.turn_days if coverage.rotation else None,
        share_of_time_on_call=None if share is None else round(share, 3),
        sufficient=not found,
        shortfalls=[ShortfallOutput(where=s.where, people_missing=s.people, text=s.text) for s in found],
    )


def _summary(
    history: History, as_of: date, total: Forecast, need: RequirementOutput, planned: PlannedOutput | None
) -> list[str]:
    week = total.steps[0]
    low, high = week.quantiles[1], week.quantiles[_P90]
    lines = [
        f"About {week.mean:.1f} tickets a week; in four weeks of five between {low} and {high}.",
        f"The evidence is {total.evidence}: {len(history.total)} whole weeks; {total.reason}.",
        f"A busy week brings {_some(need.pages_in_a_busy_week, 'page')}; {_some(need.pairs_on_duty, 'pair')} "
        f"of primary and secondary can take {need.pages_with_room_for}.",
    ]
    if (as_of - history.last_day).days > STALE:
        lines.append(f"The history ends {(as_of - history.last_day).days} days ago: hand over the tickets since then.")
    if planned is None:
        return [*lines, "There is no plan yet to hold this against."]
    if planned.sufficient:
        return [*lines, "The plan has the people."]
    return [*lines, *(f"Not enough people: {entry.text}." for entry in planned.shortfalls)]


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _limits(told: bool) -> Iterable[str]:
    yield "Counts are by week: what happens at night or all at once in one shift cannot be seen in them."
    yield "The forecast knows the past only: launches, freezes and migrations are not in it."
    yield f"A category is forecast where it had {ENOUGH} tickets or more in the last 52 weeks."
    if not told:
        yield "No severity tells which tickets page: every ticket is counted as a page, which is the most it can be."

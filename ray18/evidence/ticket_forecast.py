"""The tickets to expect, by week and by day: in total, those that page, and by severity, category and service."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property

from ray18.documents.base import Output
from ray18.handover.model import Ticket
from ray18.planning.forecast import QUANTILES, Backtest, Forecast, Grade, MethodName, forecast
from ray18.planning.rhythm import DAILY, WEEKLY, Calendar
from ray18.planning.ticket_counts import Counts, Event, Field, History, counted

MOST_GAP = 52
"""Weeks without history that are bridged at the most."""
_FIELDS: tuple[Field, ...] = ("severity", "category", "service")
_MOST_NAMED = 50
_MOST_DAYS = 3 * 364
P10, P50, P90 = (QUANTILES.index(share) for share in (0.1, 0.5, 0.9))


class ScoreOutput(Output):
    """How a method did in the backtest."""

    mase: float | None
    """Mean absolute error of the median over that of the naive method one step ahead."""
    swql: float | None
    """Scaled weighted quantile loss; lower is better."""
    coverage_80: float
    """Share of counts inside the central 80 %."""
    coverage_95: float
    """Share of counts inside the central 95 %."""


class BacktestOutput(Output):
    """Forecasts made as if at earlier times, held against what came."""

    origins: list[date]
    """The first day that was forecast, of each attempt."""
    judged: int
    """Counts forecast and compared, over all origins."""
    scores: dict[str, ScoreOutput]
    """By method."""


class StepOutput(Output):
    """The forecast of one week or day."""

    starts: date
    """The day, or the Monday of the week."""
    mean: float
    """Tickets expected."""
    quantiles: list[int]
    """In the order of `quantiles` of the forecast."""


class RhythmOutput(Output):
    """One series, counted by week or by day."""

    method: MethodName
    """How it was forecast."""
    reason: str
    """Why so."""
    evidence: Grade
    """By the length of the history: below 20 weeks, below 52, more."""
    weights: dict[str, float]
    """What the pooled forecast is made of."""
    backtest: BacktestOutput | None
    """Null where the history is too short for one."""
    steps: list[StepOutput]
    """The weeks or days ahead."""


class SeriesOutput(Output):
    """One series of tickets and its forecasts."""

    name: str
    """`all`, `paging`, a severity, a category or a service."""
    tickets: int
    """Tickets in the history."""
    recent_mean: float
    """Tickets a week over the last 12 weeks."""
    weekly: RhythmOutput
    """By week."""
    daily: RhythmOutput | None
    """By day; null where the history tells of weeks only."""


class HistoryOutput(Output):
    """What the forecast rests on."""

    source: str
    """The file."""
    time_zone: str
    """Whose days are counted; empty = those of each row as written."""
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
    """What was left out or looks wrong, and why."""


class ForecastOutput(Output):
    """The tickets to expect."""

    horizon_weeks: int
    """Weeks ahead, beginning with the week of the plan's day (of the history's end, where it is over a year old)."""
    horizon_days: int
    """Days ahead, beginning with the plan's day."""
    holidays: list[date]
    """Days that were taken as holidays."""
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
    by_service: list[SeriesOutput]
    """By service, where there are enough tickets."""
    not_forecast: list[str]
    """Names with too few tickets for a forecast of their own; they count in the total."""


def history(tickets: Iterable[Ticket], as_of: date, zone: tzinfo | None) -> History | None:
    """Counts by whole week and day, by the days of a time zone; None when no whole week is known on that day."""
    return counted((_event(ticket, zone) for ticket in tickets), as_of)


def _event(ticket: Ticket, zone: tzinfo | None) -> Event:
    day = moment.date() if (moment := _there(ticket.opened, zone)) else ticket.day
    return Event(day, ticket.category, ticket.severity, ticket.count, ticket.service)


def _there(moment: datetime | None, zone: tzinfo | None) -> datetime | None:
    return moment.astimezone(zone) if moment and moment.tzinfo and zone else moment


@dataclass(frozen=True)
class Ahead:
    """The weeks and days from the day of the plan on; the time since the history's end is forecast too, and left out."""

    history: History
    as_of: date
    weeks: int
    holidays: frozenset[date] = frozenset()
    by_day: bool = True

    @property
    def gap(self) -> int:
        """Weeks between the history's end and the week of the plan's day."""
        this_week = self.as_of - timedelta(days=self.as_of.weekday())
        return min(max(0, (this_week - self.history.last).days // 7 - 1), MOST_GAP)

    def weekly(self, counts: Counts) -> Forecast:
        """By week."""
        calendar = self._holidays_in_week if self.holidays else None
        made = forecast(counts.weekly, self.gap + self.weeks, WEEKLY, calendar)
        return replace(made, steps=made.steps[self.gap :])

    def daily(self, counts: Counts) -> Forecast | None:
        """By day, from the plan's day on; it rests on the last three years."""
        if counts.daily is None or not self.by_day:
            return None
        made = forecast(counts.daily[-_MOST_DAYS:], self._skipped_days + DAILY.horizon, DAILY, self._weekday_or_holiday)
        return replace(made, steps=made.steps[self._skipped_days :])

    @property
    def _first_day(self) -> date:
        """The first day that a forecast by day rests on, a Monday."""
        return self.history.first + timedelta(days=max(0, 7 * self.history.weeks - _MOST_DAYS))

    @property
    def _known_days(self) -> int:
        return min(7 * self.history.weeks, _MOST_DAYS)

    @property
    def _skipped_days(self) -> int:
        """Days between the history's end and the plan's day."""
        end = self.history.first + timedelta(weeks=self.history.weeks)
        return min(max(0, (self.as_of - end).days), 7 * MOST_GAP)

    @cached_property
    def _weekday_or_holiday(self) -> Calendar:
        days = self._known_days + 7 * (2 * MOST_GAP + self.weeks)
        off = {(holiday - self._first_day).days for holiday in self.holidays}
        return [7 if place in off else place % 7 for place in range(days)].__getitem__

    def _holidays_in_week(self, place: int) -> int:
        monday = self.history.first + timedelta(weeks=place)
        return min(2, sum(monday + timedelta(days=day) in self.holidays for day in range(5)))

    def outputs(self, field: Field) -> list[SeriesOutput]:
        """The series of all names with enough tickets."""
        series = self.history.of(field, self.history.names(field)[0])
        return [self.output(name, counts) for name, counts in series.items()]

    def output(self, name: str, counts: Counts, weekly: Forecast | None = None) -> SeriesOutput:
        """One series; `weekly` if it is there already."""
        recent, daily = counts.weekly[-12:], self.daily(counts)
        next_week = self.history.weeks + self.gap
        return SeriesOutput(
            name=name,
            tickets=sum(counts.weekly),
            recent_mean=round(sum(recent) / len(recent), 2),
            weekly=_rhythm(
                weekly or self.weekly(counts), lambda at: self.history.first + timedelta(weeks=at), next_week
            ),
            daily=_rhythm(daily, lambda at: self._first_day + timedelta(days=at), self._known_days + self._skipped_days)
            if daily
            else None,
        )


def _rhythm(made: Forecast, day: Callable[[int], date], first: int) -> RhythmOutput:
    """A forecast whose first step has the number `first`; `day` tells when a step begins."""
    return RhythmOutput(
        method=made.method,
        reason=made.reason,
        evidence=made.evidence,
        weights={member: round(weight, 3) for member, weight in made.weights.items()},
        backtest=_backtest(made.backtest, [day(origin) for origin in made.backtest.origins]) if made.backtest else None,
        steps=[
            StepOutput(starts=day(first + at), mean=round(step.mean, 2), quantiles=list(step.quantiles))
            for at, step in enumerate(made.steps)
        ],
    )


def _backtest(backtest: Backtest, origins: list[date]) -> BacktestOutput:
    scores = {
        name: ScoreOutput(
            mase=None if score.mase is None else round(score.mase, 3),
            swql=None if score.swql is None else round(score.swql, 3),
            coverage_80=round(score.coverage_80, 3),
            coverage_95=round(score.coverage_95, 3),
        )
        for name, score in backtest.scores.items()
    }
    return BacktestOutput(origins=origins, judged=backtest.judged, scores=scores)


def history_output(told: History, source: str, time_zone: str, as_of: date) -> HistoryOutput:
    """What the forecast rests on."""
    return HistoryOutput(
        source=source,
        time_zone=time_zone,
        tickets=sum(told.total.weekly),
        weeks=told.weeks,
        first_week=told.first,
        last_week=told.last,
        days_old=(as_of - told.last_day).days,
        notes=list(told.notes),
    )


def ticket_forecast(ahead: Ahead, total: Forecast, paging: Forecast) -> ForecastOutput:
    """Every series; the weekly forecasts of all tickets and of those that page are there already."""
    told = ahead.history
    small = sorted({name for field in _FIELDS for name in told.names(field)[1]})
    more = len(small) - _MOST_NAMED
    return ForecastOutput(
        horizon_weeks=ahead.weeks,
        horizon_days=DAILY.horizon,
        holidays=sorted(ahead.holidays),
        quantiles=list(QUANTILES),
        total=ahead.output("all", told.total, total),
        paging=ahead.output("paging", told.paging()[0], paging),
        by_severity=ahead.outputs("severity"),
        by_category=ahead.outputs("category"),
        by_service=ahead.outputs("service"),
        not_forecast=[*small[:_MOST_NAMED], *([f"… and {more:,} more"] if more > 0 else [])],
    )

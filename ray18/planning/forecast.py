"""How many tickets the next weeks or days bring: quantiles, with a backtest beside them that says how far to trust them.

The pool of `ray18.planning.pool` gives the expected count and its spread; around them stands a negative binomial. Standard
library only, no randomness: the same history gives the same figures.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, Protocol

from ray18.planning.members import naive, seasonal
from ray18.planning.negative_binomial import quantiles
from ray18.planning.pool import LEAST, Blend, at_distance, distances_within, spreads
from ray18.planning.rhythm import WEEKLY, Calendar, Column, Rhythm, Said

MethodName = Literal["pooled", "naive", "seasonal-naive"]
Grade = Literal["low", "fair", "good"]
QUANTILES = (0.025, 0.1, 0.5, 0.8, 0.9, 0.975)
_TIE = 0.02
"""A difference in loss that says nothing."""
_MEMORY = 0.98
"""What is left of the weight of a simple method's error one count later."""


@dataclass(frozen=True, slots=True)
class Score:
    """How one method did over the origins of the backtest."""

    mase: float | None
    """Mean absolute error of the median in units of the naive method's error one count ahead (Hyndman, Koehler 2006)."""
    swql: float | None
    """Scaled weighted quantile loss: 2 x pinball loss over the sum of the counts; lower is better."""
    coverage_80: float
    """Share of counts inside the central 80 % (10 % to 90 % quantile)."""
    coverage_95: float
    """Share of counts inside the central 95 % (2.5 % to 97.5 % quantile)."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts made as if at earlier times, held against what came."""

    origins: tuple[int, ...]
    """Counts known at each origin."""
    judged: int
    """Counts forecast and compared, over all origins."""
    scores: Mapping[MethodName, Score]


@dataclass(frozen=True, slots=True)
class Step:
    """The forecast of one count: what is expected, the quantiles in the order of QUANTILES, variance over mean."""

    mean: float
    quantiles: tuple[int, ...]
    spread: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The weeks or days ahead of one series."""

    method: MethodName
    """`pooled`, or the simple method that it did not beat."""
    reason: str
    evidence: Grade
    """`low` below 20 weeks of history, `fair` below 52, else `good`."""
    weights: Mapping[str, float]
    """Of the simple forecasts in the pool, at the end of the history."""
    steps: tuple[Step, ...]
    backtest: Backtest | None


def forecast(
    counts: Sequence[int], horizon: int, rhythm: Rhythm = WEEKLY, calendar: Calendar | None = None
) -> Forecast:
    """The next `horizon` counts after `counts` (one for each whole week or day, oldest first).

    `calendar` gives the class of a count by its place, also of those to come: weekday, holiday. Raises ValueError when
    there is no count.
    """
    if not counts:
        raise ValueError("a forecast needs at least one whole week")
    series = _Series(tuple(counts), horizon, rhythm, calendar)
    backtest = series.backtest()
    method, reason = _chosen(backtest)
    known = len(counts)
    steps = series.steps(series.methods[method], known, horizon)
    return Forecast(method, reason, _evidence(known, rhythm), series.blend.weights(known), steps, backtest)


def _evidence(known: int, rhythm: Rhythm) -> Grade:
    return "low" if known < rhythm.few else "fair" if known < rhythm.a_year else "good"


def _chosen(backtest: Backtest | None) -> tuple[MethodName, str]:
    """The pool, unless a simple method had the lower loss."""
    if backtest is None:
        return "pooled", "too short a history for a backtest: the pooled level is used untested"
    losses = {name: score.swql for name, score in backtest.scores.items() if score.swql is not None}
    if not losses:
        return "pooled", "no ticket came in the time of the backtest: nothing to choose by"
    pooled = losses["pooled"]
    best = min(losses, key=lambda name: (losses[name], name != "pooled", name))
    others = ", ".join(f"{name} {loss:.3f}" for name, loss in losses.items() if name != "pooled")
    if best == "pooled":
        return "pooled", f"lowest loss in the backtest: {pooled:.3f} ({others})"
    if losses[best] >= (1 - _TIE) * pooled:
        return "pooled", f"a tie in the backtest, within {_TIE:.0%}: loss {pooled:.3f} ({others})"
    return (
        best,
        f"the pooled forecast did not beat {best} in the backtest: loss {pooled:.3f} against {losses[best]:.3f}",
    )


class _Method(Protocol):
    """What is judged against one another."""

    def expected(self, known: int, ahead: int) -> tuple[float, float]:
        """Mean and variance of the count `ahead` after the first `known`."""


@dataclass(frozen=True)
class _Simple:
    """A method of one line, with a spread around it from its own errors."""

    said: Said
    spreads: Mapping[int, Column]

    def expected(self, known: int, ahead: int) -> tuple[float, float]:
        mean = max(self.said(ahead)[known], LEAST)
        return mean, mean * at_distance(self.spreads, ahead)[known]


@dataclass(frozen=True)
class _Series:
    counts: tuple[int, ...]
    horizon: int
    rhythm: Rhythm
    calendar: Calendar | None

    @cached_property
    def blend(self) -> Blend:
        return Blend(self.counts, self.rhythm, self.horizon, self.calendar)

    @cached_property
    def methods(self) -> dict[MethodName, _Method]:
        """The pool, and the simple methods that it has to beat."""
        last = naive(self.counts)
        found: dict[MethodName, _Method] = {"pooled": self.blend, "naive": self._simple(lambda _: last)}
        if self.rhythm.tells_season(len(self.counts)):
            found["seasonal-naive"] = self._simple(seasonal(self.counts, self.rhythm.season).column)
        return found

    def _simple(self, said: Said) -> _Simple:
        distances = distances_within(self.rhythm, self.horizon)
        return _Simple(said, spreads(self.counts, said, distances, _MEMORY))

    def steps(self, method: _Method, known: int, horizon: int) -> tuple[Step, ...]:
        """The forecast as if only the first `known` counts were known; wider where they are few."""
        result = []
        for ahead in range(1, horizon + 1):
            mean, variance = method.expected(known, ahead)
            spread = max(1.0, variance / mean) + self._unsure(mean, variance / mean, known)
            result.append(Step(mean, quantiles(mean, spread, QUANTILES), spread))
        return tuple(result)

    def _unsure(self, mean: float, spread: float, known: int) -> float:
        """What a short history adds to the spread: its own errors are few, and its mean may be off by one count's worth."""
        few = self.rhythm.few
        if known >= few:
            return 0.0
        return spread * (math.sqrt(few / known) - 1) + mean * (1 / known - 1 / few)

    def backtest(self) -> Backtest | None:
        """The origins of the rhythm, as far as the history reaches; None where it has no room for one."""
        rhythm, known = self.rhythm, len(self.counts)
        last = max(known - min(self.horizon, rhythm.horizon), min(known - 1, rhythm.first_origin))
        every = (last - back * rhythm.step for back in reversed(range(rhythm.origins)))
        origins = tuple(origin for origin in every if origin >= rhythm.first_origin)
        if not origins:
            return None
        scores = {name: self._score(method, origins) for name, method in self.methods.items()}
        return Backtest(origins, sum(len(self._came(origin)) for origin in origins), scores)

    def _came(self, origin: int) -> tuple[int, ...]:
        return self.counts[origin : origin + min(self.horizon, self.rhythm.horizon)]

    def _score(self, method: _Method, origins: Sequence[int]) -> Score:
        loss: list[float] = []
        error = unit = 0.0
        inside_80 = inside_95 = judged = total = 0
        for origin in origins:
            came, step = self._came(origin), self._naive_error(origin)
            for actual, said in zip(came, self.steps(method, origin, len(came)), strict=True):
                low_95, low_80, median, _, high_80, high_95 = said.quantiles
                loss.extend(map(_pinball, QUANTILES, said.quantiles, [actual] * len(QUANTILES)))
                error += abs(actual - median)
                unit += step
                inside_80 += low_80 <= actual <= high_80
                inside_95 += low_95 <= actual <= high_95
                judged += 1
                total += actual
        swql = 2 * math.fsum(loss) / len(QUANTILES) / total if total else None
        return Score(error / unit if unit else None, swql, inside_80 / judged, inside_95 / judged)

    def _naive_error(self, origin: int) -> float:
        steps = [abs(later - earlier) for earlier, later in pairwise(self.counts[:origin])]
        return sum(steps) / len(steps) if steps else 0.0


def _pinball(share: float, quantile: float, actual: float) -> float:
    return (share if actual >= quantile else share - 1) * (actual - quantile)

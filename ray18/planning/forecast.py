"""How many tickets the next weeks bring: quantiles, with a backtest beside them that says how far to trust them.

A pool of levels (last week, last year's week, mean, exponentially weighted means) is weighted by the error that each made
so far at one, four and twelve weeks ahead. Around the pooled level stands a negative binomial, whose spread comes from the
errors of the pool itself. Standard library only, no randomness: the same history gives the same figures.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise, takewhile
from typing import Literal

MethodName = Literal["pooled", "naive", "seasonal-naive"]
Grade = Literal["low", "fair", "good"]
HORIZON = 12
QUANTILES = (0.025, 0.1, 0.5, 0.8, 0.9, 0.975)
YEAR = 52
FEW_WEEKS = 20
"""Below this many weeks the interval is widened and the evidence is called low."""
_SMOOTHING = (0.05, 0.1, 0.2, 0.4)
_SCORED_AHEAD = (1, 4, 12)
_FIRST_ORIGIN = 8
_ORIGINS, _STEP = 13, 4
_TIE = 0.02
"""A difference in loss that says nothing."""
_MEMORY = 0.98
"""How much of an error's weight is left a week later: half after 34 weeks, so that an old regime is forgotten."""
_PRIOR_WEEKS, _PRIOR_SPREAD = 4.0, 2.0
_LEAST = 0.02
"""Tickets a week that are expected at the least: a series that was silent so far is not silent for ever."""

Points = Callable[[int, int], float]
"""The expected count for week `origin + ahead`, known `origin` weeks (the first argument); ahead starts at 1."""


@dataclass(frozen=True, slots=True)
class Score:
    """How one method did over the origins of the backtest."""

    mase: float | None
    """Mean absolute error of the median in units of the naive method's error one week ahead (Hyndman, Koehler 2006)."""
    swql: float | None
    """Scaled weighted quantile loss: 2 x pinball loss over the sum of the counts; lower is better."""
    coverage_80: float
    """Share of weeks inside the central 80 % (10 % to 90 % quantile)."""
    coverage_95: float
    """Share of weeks inside the central 95 % (2.5 % to 97.5 % quantile)."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts made as if at earlier weeks, held against what came."""

    origins: tuple[int, ...]
    """Weeks known at each origin."""
    weeks_judged: int
    scores: Mapping[MethodName, Score]


@dataclass(frozen=True, slots=True)
class Week:
    """The forecast of one week: the expected count, the quantiles in the order of QUANTILES, variance over mean."""

    mean: float
    quantiles: tuple[int, ...]
    spread: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The weeks ahead of one series."""

    method: MethodName
    """`pooled`, or the simple method that it did not beat."""
    reason: str
    evidence: Grade
    """`low` below 20 weeks of history, `fair` below 52, else `good`."""
    weights: Mapping[str, float]
    """Of the levels in the pool, at the end of the history."""
    weeks: tuple[Week, ...]
    backtest: Backtest | None


def forecast(counts: Sequence[int], horizon: int = HORIZON) -> Forecast:
    """The next `horizon` weeks after `counts` (one for each whole week, oldest first). Raises ValueError when empty."""
    if not counts:
        raise ValueError("a forecast needs at least one whole week")
    series = _Series(tuple(counts), horizon)
    backtest = series.backtest()
    method, reason = _chosen(backtest)
    known = len(counts)
    weeks = series.methods[method].weeks(known)
    return Forecast(method, reason, _evidence(known), series.weights(known), weeks, backtest)


def _evidence(weeks: int) -> Grade:
    return "low" if weeks < FEW_WEEKS else "fair" if weeks < YEAR else "good"


def _chosen(backtest: Backtest | None) -> tuple[MethodName, str]:
    """The pool, unless a simple method had the lower loss."""
    if backtest is None:
        return "pooled", "too few weeks for a backtest: the pooled level is used untested"
    losses = {name: score.swql for name, score in backtest.scores.items() if score.swql is not None}
    if not losses:
        return "pooled", "no ticket came in the weeks of the backtest: nothing to choose by"
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


@dataclass(frozen=True)
class _Series:
    counts: tuple[int, ...]
    horizon: int

    @cached_property
    def methods(self) -> dict[MethodName, "_Method"]:
        """What is judged against one another; the simple methods are the ones to beat."""
        chosen: dict[MethodName, Points] = {"pooled": self.pooled, "naive": self.naive}
        if self.yearly:
            chosen["seasonal-naive"] = self.seasonal
        return {name: _Method(self.counts, self.horizon, points) for name, points in chosen.items()}

    @cached_property
    def yearly(self) -> bool:
        return len(self.counts) >= 2 * YEAR

    @cached_property
    def levels(self) -> dict[str, Points]:
        """The members of the pool."""
        pool: dict[str, Points] = {"naive": self.naive, "mean": self._mean}
        for alpha in _SMOOTHING:
            pool[f"exponential-{alpha:g}"] = _flat(self._smoothed(alpha))
        if self.yearly:
            pool["seasonal-naive"] = self.seasonal
        return pool

    def naive(self, origin: int, _: int) -> float:
        return float(self.counts[origin - 1])

    def seasonal(self, origin: int, ahead: int) -> float:
        at = origin + ahead - 1 - YEAR * math.ceil(ahead / YEAR)
        return float(self.counts[at]) if at >= 0 else self.naive(origin, ahead)

    def _mean(self, origin: int, _: int) -> float:
        return self._sums[origin] / origin

    @cached_property
    def _sums(self) -> list[int]:
        return [0, *accumulate(self.counts)]

    def _smoothed(self, alpha: float) -> list[float]:
        """The level after each number of weeks known; it starts as a mean, so that the first week counts no more."""
        levels, level = [0.0], 0.0
        for known, count in enumerate(self.counts, 1):
            level += max(alpha, 1 / known) * (count - level)
            levels.append(level)
        return levels

    @cached_property
    def _weights(self) -> list[tuple[float, ...]]:
        """For each number of weeks known: the weights by the squared errors seen until then."""
        errors = [0.0] * len(self.levels)
        seen, result = 0.0, [self._equal]
        for known in range(1, len(self.counts) + 1):
            errors, seen = [error * _MEMORY for error in errors], seen * _MEMORY
            for ahead in _SCORED_AHEAD:
                if known - ahead >= 1:
                    seen += 1
                    actual = self.counts[known - 1]
                    for at, level in enumerate(self.levels.values()):
                        errors[at] += (actual - level(known - ahead, ahead)) ** 2
            result.append(_inverse(errors, seen) if seen > 3 else self._equal)
        return result

    @property
    def _equal(self) -> tuple[float, ...]:
        return (1 / len(self.levels),) * len(self.levels)

    def weights(self, known: int) -> dict[str, float]:
        return dict(zip(self.levels, self._weights[known], strict=True))

    def pooled(self, origin: int, ahead: int) -> float:
        weights = self._weights[origin]
        return sum(w * level(origin, ahead) for w, level in zip(weights, self.levels.values(), strict=True))

    def backtest(self) -> Backtest | None:
        """At most thirteen origins, four weeks apart (a year), none with fewer than eight weeks known."""
        last = max(len(self.counts) - min(self.horizon, HORIZON), min(len(self.counts) - 1, _FIRST_ORIGIN))
        origins = tuple(
            origin for back in range(_ORIGINS) if (origin := last - back * _STEP) >= _FIRST_ORIGIN
        )[::-1]  # fmt: skip
        if not origins:
            return None
        scores = {name: self._score(method, origins) for name, method in self.methods.items()}
        judged = sum(min(self.horizon, len(self.counts) - origin) for origin in origins)
        return Backtest(origins, judged, scores)

    def _score(self, method: "_Method", origins: Sequence[int]) -> Score:
        loss = error = unit = 0.0
        inside_80 = inside_95 = judged = total = 0
        for origin in origins:
            step = self._naive_error(origin)
            ahead = self.counts[origin : origin + self.horizon]
            for actual, week in zip(ahead, method.weeks(origin), strict=False):
                low_95, low_80, median, _, high_80, high_95 = week.quantiles
                loss += 2 * sum(map(_pinball, QUANTILES, week.quantiles, [actual] * len(QUANTILES))) / len(QUANTILES)
                error += abs(actual - median)
                unit += step
                inside_80 += low_80 <= actual <= high_80
                inside_95 += low_95 <= actual <= high_95
                judged += 1
                total += actual
        return Score(
            error / unit if unit else None, loss / total if total else None, inside_80 / judged, inside_95 / judged
        )

    def _naive_error(self, origin: int) -> float:
        steps = [abs(later - earlier) for earlier, later in pairwise(self.counts[:origin])]
        return sum(steps) / len(steps) if steps else 0.0


@dataclass(frozen=True)
class _Method:
    """Expected counts with a spread around them, known from the method's own errors up to each origin."""

    counts: tuple[int, ...]
    horizon: int
    points: Points

    def weeks(self, known: int) -> tuple[Week, ...]:
        """The forecast as if only `known` weeks were known."""
        result, widest = [], 1.0
        for ahead in range(1, self.horizon + 1):
            widest = max(widest, self._spread(known, ahead))
            spread = widest * max(1.0, FEW_WEEKS / known)
            mean = max(self.points(known, ahead), _LEAST)
            result.append(Week(mean, quantiles(mean, spread), spread))
        return tuple(result)

    def _spread(self, known: int, ahead: int) -> float:
        """Variance over mean of the counts around the forecasts made `ahead` weeks before, up to what is known."""
        squares, means = self._errors[ahead - 1]
        judged = max(0, known - ahead)
        usual = max(sum(self.counts[:known]) / known, _LEAST) * _PRIOR_WEEKS
        return max(1.0, (squares[judged] + _PRIOR_SPREAD * usual) / (means[judged] + usual))

    @cached_property
    def _errors(self) -> tuple[tuple[list[float], list[float]], ...]:
        """For each number of weeks ahead: sums of squared errors and of means over the first origins."""
        return tuple(self._summed(ahead) for ahead in range(1, self.horizon + 1))

    def _summed(self, ahead: int) -> tuple[list[float], list[float]]:
        made = [max(self.points(origin, ahead), _LEAST) for origin in range(1, len(self.counts) - ahead + 1)]
        squares = [(self.counts[at + ahead] - mean) ** 2 for at, mean in enumerate(made)]
        return list(accumulate(squares, _remembered, initial=0.0)), list(accumulate(made, _remembered, initial=0.0))


def _remembered(so_far: float, newest: float) -> float:
    """A sum in which what is long past counts for less."""
    return _MEMORY * so_far + newest


def _flat(levels: Sequence[float]) -> Points:
    return lambda origin, _: levels[origin]


def _inverse(errors: Sequence[float], seen: float) -> tuple[float, ...]:
    """Weights by the inverse of the mean squared error, squared, so that poor levels count for little."""
    inverse = [1 / (error / seen + 1e-6) ** 2 for error in errors]
    whole = sum(inverse)
    return tuple(value / whole for value in inverse)


def _pinball(share: float, quantile: float, actual: float) -> float:
    return (share if actual >= quantile else share - 1) * (actual - quantile)


def quantiles(mean: float, spread: float, shares: Sequence[float] = QUANTILES) -> tuple[int, ...]:
    """The quantiles of a negative binomial with this mean and variance `spread x mean`; spread 1 is Poisson's."""
    found: list[int] = []
    below, count = 0.0, 0
    for count, chance in _chances(mean, spread):
        below += chance
        while len(found) < len(shares) and below >= shares[len(found)] - 1e-12:
            found.append(count)
        if len(found) == len(shares):
            break
    return (*found, *[count] * (len(shares) - len(found)))


def chance_above(mean: float, spread: float, limit: int) -> float:
    """The chance of more than `limit` tickets."""
    return max(
        0.0, 1.0 - sum(chance for _, chance in takewhile(lambda found: found[0] <= limit, _chances(mean, spread)))
    )


def _chances(mean: float, spread: float) -> Iterator[tuple[int, float]]:
    """Counts and their chances, from 12 standard deviations below the mean to where nothing is left."""
    reach = 12 * math.sqrt(mean * spread)
    first = max(0, math.floor(mean - reach))
    last = math.ceil(mean + reach + 40 * spread)
    if spread <= 1 + 1e-9:
        at_first = first * math.log(mean) - mean - math.lgamma(first + 1)
        chance = math.exp(at_first)
        step: Callable[[int], float] = lambda count: mean / count  # noqa: E731 (the ratio of two neighbours)
    else:
        size, miss = mean / (spread - 1), 1 - 1 / spread
        at_first = math.lgamma(first + size) - math.lgamma(size) - math.lgamma(first + 1)
        chance = math.exp(at_first - size * math.log(spread) + first * math.log(miss))
        step = lambda count: miss * (count - 1 + size) / count  # noqa: E731
    yield first, chance
    for count in range(first + 1, last + 1):
        chance *= step(count)
        yield count, chance

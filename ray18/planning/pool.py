"""Expected counts from a pool of simple forecasts, each weighted by how well it did so far.

Everything is kept in columns: a column has one value for each number of counts known, from none to all, and is what would
have been said then. So one pass gives the forecast, its weights and its spread as of every earlier day, and a backtest
costs no second fit. Only what was known goes into a value; sums of fractions are exact (`math.fsum`), so that every
version of Python gives the same figures.

Members: last count, mean, exponentially weighted levels; levels on seasonal factors, shrunk towards 1; last season's
count; the mean of recent seasons or of last year's neighbours. Weight = (1 / mean squared error)^3 at three distances.
Two pools, one that forgets and one that does not, are blended by the likelihood of what came (after Raftery et al. 2005).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, repeat
from operator import add, mul
from typing import Literal, NamedTuple, Protocol

from ray18.planning.negative_binomial import log_chance

Column = list[float]
"""One value for each number of counts known: index 0 = nothing known yet."""
Said = Callable[[int], Column]
"""What was said for the count at a distance ahead (from 1)."""
Calendar = Callable[[int], int]
"""The class (weekday, holiday …) of a count by its place, from 0, also of those to come."""
LEAST = 0.02
"""What is expected at the least: a series that was silent so far is not silent for ever."""
_PRIOR_COUNTS, _PRIOR_SPREAD = 4.0, 2.0
_SHRINK = 4.0
"""Seasons' worth of average counts that a seasonal factor starts with."""
_LEARNT = 20
"""Counts known before a pool's likelihood says anything."""
_LIKELIHOOD_MEMORY, _CALM = 0.99, 4.0
"""Neighbouring forecasts err together: their likelihood counts for a quarter."""


@dataclass(frozen=True)
class Rhythm:
    """How often is counted, and what follows from it."""

    name: Literal["weekly", "daily"]
    season: int
    """Counts in a season: 52 weeks, 7 days."""
    a_year: int
    """Counts in a year of whole weeks."""
    smoothing: tuple[float, ...]
    memories: tuple[float, ...]
    """What is left of an error's weight one count later, for each pool."""
    scored_ahead: tuple[int, ...]
    """Distances at which the members are weighted; the middle one judges the pools."""
    spread_ahead: tuple[int, ...]
    """Distances at which the spread is measured; between them it is that of the next."""
    horizon: int
    first_origin: int
    origins: int
    step: int
    """Of the backtest: origins, and counts between them."""
    few: int
    """Counts below which the evidence is low: 20 weeks."""
    year_told: int
    """Counts from which on last year's are in the pool."""
    around: int
    """Neighbours on each side that last year's count is averaged with."""

    def tells_season(self, known: int) -> bool:
        """Whether enough is known for what comes back with the season."""
        return known >= 2 * self.season + self.first_origin


WEEKLY = Rhythm(
    name="weekly",
    season=52,
    a_year=52,
    smoothing=(0.03, 0.08, 0.2, 0.45),
    memories=(0.96, 1.0),
    scored_ahead=(1, 4, 12),
    spread_ahead=(1, 2, 4, 8, 12, 26, 52, 104),
    horizon=12,
    first_origin=8,
    origins=13,
    step=4,
    few=20,
    year_told=112,
    around=2,
)
DAILY = Rhythm(
    name="daily",
    season=7,
    a_year=364,
    smoothing=(0.01, 0.03, 0.1, 0.3),
    memories=(0.99, 1.0),
    scored_ahead=(1, 7, 28),
    spread_ahead=(1, 3, 7, 14, 28, 91, 182, 364),
    horizon=28,
    first_origin=28,
    origins=6,
    step=28,
    few=140,
    year_told=420,
    around=3,
)


class Shape(Protocol):
    """What a level is multiplied with."""

    def column(self, ahead: int) -> Column:
        """For the count at a distance ahead (from 1), by counts known."""

    def at(self, known: int, ahead: int) -> float:
        """One value of the column."""


class Member(NamedTuple):
    """One of the simple forecasts: a level, and what it is multiplied with."""

    name: str
    level: Column
    shape: Shape | None

    def column(self, ahead: int) -> Column:
        """What it said for the count `ahead` after the last known."""
        return self.level if self.shape is None else list(map(mul, self.level, self.shape.column(ahead)))


def members(counts: Sequence[int], rhythm: Rhythm, calendar: Calendar | None) -> tuple[Member, ...]:
    """The pool; what needs a season is in it once two seasons are known."""
    mean = _means(counts)
    ones = [1.0] * (len(counts) + 1)
    pool = [Member("naive", naive(counts), None), Member("mean", mean, None)]
    pool += [Member(f"exponential-{alpha:g}", _smoothed(counts, alpha), None) for alpha in rhythm.smoothing]
    shape: Shape | None = None
    plain: Sequence[float] = counts
    if calendar is not None:
        classes = [calendar(at) for at in range(len(counts))]
        factors = _factors(counts, classes)
        shape = _ByClass(factors, calendar, ones)
        plain = [count / factors[of][at] for at, (count, of) in enumerate(zip(counts, classes, strict=True))]
        pool += [Member(f"calendar-{alpha:g}", _smoothed(plain, alpha), shape) for alpha in rhythm.smoothing]
    if rhythm.tells_season(len(counts)):
        pool.append(Member("seasonal-naive", ones, seasonal(counts, rhythm.season)))
        if rhythm.season < rhythm.a_year:
            means = _Lagged(_mean_of_seasons(plain, rhythm.season), rhythm.season, mean)
            pool.append(Member("seasonal-mean", ones, _times(means, shape)))
    if len(counts) >= rhythm.year_told:
        year = _Lagged(_neighbourhood(counts, rhythm.around), rhythm.a_year, mean, rhythm.around)
        pool.append(Member("year-ago", ones, _times(year, shape)))
    return tuple(pool)


def naive(counts: Sequence[float]) -> Column:
    """The last count known."""
    return [0.0, *map(float, counts)]


def seasonal(counts: Sequence[int], season: int) -> Shape:
    """The count one season earlier (the last one known, if the distance is longer than a season)."""
    return _Lagged([float(count) for count in counts], season, _means(counts))


def _means(counts: Sequence[int]) -> Column:
    return [0.0, *(total / known for known, total in enumerate(accumulate(counts), 1))]


def _smoothed(counts: Iterable[float], alpha: float) -> Column:
    """The level after each count known; it starts as a mean, so that the first count counts no more."""
    levels, level = [0.0], 0.0
    for known, count in enumerate(counts, 1):
        level += max(alpha, 1 / known) * (count - level)
        levels.append(level)
    return levels


@dataclass(frozen=True, eq=False)
class _Lagged:
    """The value of the count whole seasons earlier; before there is one (or its `reach` neighbours), another column."""

    values: Sequence[float]
    season: int
    before: Column
    reach: int = 0

    def column(self, ahead: int) -> Column:
        early = min(self._back(ahead) - ahead + 1 + self.reach, len(self.before))
        return [*self.before[:early], *self.values[self.reach : len(self.before) - early + self.reach]]

    def at(self, known: int, ahead: int) -> float:
        place = known + ahead - 1 - self._back(ahead)
        return self.values[place] if place >= self.reach else self.before[known]

    def _back(self, ahead: int) -> int:
        return self.season * math.ceil((ahead + self.reach) / self.season)


@dataclass(frozen=True, eq=False)
class _ByClass:
    """The factor of the count's class."""

    factors: Mapping[int, Column]
    calendar: Calendar
    new: Column

    def column(self, ahead: int) -> Column:
        classes = map(self.calendar, range(ahead - 1, ahead - 1 + len(self.new)))
        return [self.factors.get(of, self.new)[known] for known, of in enumerate(classes)]

    def at(self, known: int, ahead: int) -> float:
        return self.factors.get(self.calendar(known + ahead - 1), self.new)[known]


@dataclass(frozen=True, eq=False)
class _Both:
    """The product of two shapes."""

    one: Shape
    other: Shape

    def column(self, ahead: int) -> Column:
        return list(map(mul, self.one.column(ahead), self.other.column(ahead)))

    def at(self, known: int, ahead: int) -> float:
        return self.one.at(known, ahead) * self.other.at(known, ahead)


def _times(one: Shape, other: Shape | None) -> Shape:
    return one if other is None else _Both(one, other)


def _neighbourhood(counts: Sequence[int], reach: int) -> Column:
    """The mean of each count and its neighbours on both sides; at the edges, where they are missing, the count."""
    sums = [0, *accumulate(counts)]
    last = len(counts) - reach
    return [
        (sums[at + reach + 1] - sums[at - reach]) / (2 * reach + 1) if reach <= at < last else float(counts[at])
        for at in range(len(counts))
    ]


def _mean_of_seasons(counts: Sequence[float], season: int, most: int = 4) -> Column:
    """The mean of each count and those at the same place of the seasons before."""
    result = []
    for at in range(len(counts)):
        same = counts[max(at % season, at - season * (most - 1)) : at + 1 : season]
        result.append(sum(same) / len(same))
    return result


def _factors(counts: Sequence[int], classes: Sequence[int]) -> dict[int, Column]:
    """For each class of the calendar: how its counts compare with all, as known then; starts at 1."""
    total, seen = 0, dict.fromkeys(sorted(set(classes)), (0, 0))
    result: dict[int, Column] = {of: [1.0] for of in seen}
    for known, (count, of) in enumerate(zip(counts, classes, strict=True), 1):
        total += count
        seen[of] = (seen[of][0] + count, seen[of][1] + 1)
        usual = max(total / known, 0.1)
        for each, (came, times) in seen.items():
            result[each].append((came + _SHRINK * usual) / ((times + _SHRINK) * usual))
    return result


@dataclass(frozen=True)
class Blend:
    """The pools of all memories, each with the weight that the likelihood of what came gives it."""

    counts: tuple[int, ...]
    rhythm: Rhythm
    horizon: int
    calendar: Calendar | None = None

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """What all pools are made of."""
        return members(self.counts, self.rhythm, self.calendar)

    @cached_property
    def pools(self) -> tuple["Pool", ...]:
        """One for each memory."""
        errors = scored_errors(self.counts, self.rhythm, self.members)
        distances = distances_within(self.rhythm, self.horizon)
        return tuple(
            Pool(self.counts, self.members, errors, memory, self.rhythm, distances) for memory in self.rhythm.memories
        )

    def expected(self, known: int, ahead: int) -> tuple[float, float]:
        """Mean and variance of the count `ahead` after the first `known`; pools that disagree add to the variance."""
        said = [(pool.expected(known, ahead), pool.spread(known, ahead)) for pool in self.pools]
        shares = self.shares(known)
        mean = math.fsum(share * own for share, (own, _) in zip(shares, said, strict=True))
        parts = (share * (spread * own + (own - mean) ** 2) for share, (own, spread) in zip(shares, said, strict=True))
        return mean, math.fsum(parts)

    def shares(self, known: int) -> list[float]:
        """The weight of each pool."""
        scores = [pool.likelihood[known] / _CALM for pool in self.pools]
        best = max(scores)
        raised = [math.exp(score - best) for score in scores]
        return [value / math.fsum(raised) for value in raised]

    def weights(self, known: int) -> dict[str, float]:
        """Of each member, over all pools."""
        shares = self.shares(known)
        return {
            member.name: math.fsum(s * pool.weights[at][known] for s, pool in zip(shares, self.pools, strict=True))
            for at, member in enumerate(self.members)
        }


@dataclass(frozen=True)
class Pool:
    """The members, weighted with one memory."""

    counts: tuple[int, ...]
    members: tuple[Member, ...]
    errors: tuple[Column, ...]
    """Of each member, by counts known: the newest squared errors at the scored distances, added up."""
    memory: float
    rhythm: Rhythm
    distances: tuple[int, ...]
    """At which the spread is measured."""
    _columns: dict[int, Column] = field(default_factory=dict)

    @cached_property
    def weights(self) -> list[Column]:
        """One column for each member; they add up to one."""
        known = len(self.counts) + 1
        seen = list(accumulate((_judged(at, self.rhythm) for at in range(known)), self._remembered))
        floor = 1e-6 * (1e-3 + math.fsum(count * count for count in self.counts) / known)
        inverse = [self._inverse(errors, seen, floor) for errors in self.errors]
        whole = [math.fsum(every) for every in zip(*inverse, strict=True)]
        return [[value / total for value, total in zip(column, whole, strict=True)] for column in inverse]

    def _inverse(self, errors: Column, seen: Sequence[float], floor: float) -> Column:
        summed = accumulate(errors, self._remembered)
        means = [error / times + floor if times > 3 else 1.0 for error, times in zip(summed, seen, strict=True)]
        return [1 / (mean * mean * mean) for mean in means]

    def _remembered(self, so_far: float, newest: float) -> float:
        return self.memory * so_far + newest

    @cached_property
    def _levels(self) -> list[tuple[Shape | None, Column]]:
        """The weighted levels, those of one shape added up."""
        by_shape: dict[Shape | None, list[Iterable[float]]] = {}
        for member, weight in zip(self.members, self.weights, strict=True):
            by_shape.setdefault(member.shape, []).append(map(mul, weight, member.level))
        return [(shape, list(map(math.fsum, zip(*parts, strict=True)))) for shape, parts in by_shape.items()]

    def column(self, ahead: int) -> Column:
        """The expected count, `ahead` after the last known."""
        if ahead not in self._columns:
            parts = [level if shape is None else map(mul, level, shape.column(ahead)) for shape, level in self._levels]
            self._columns[ahead] = [max(math.fsum(every), LEAST) for every in zip(*parts, strict=True)]
        return self._columns[ahead]

    def expected(self, known: int, ahead: int) -> float:
        """One value of the column."""
        parts = (level[known] * (shape.at(known, ahead) if shape else 1.0) for shape, level in self._levels)
        return max(math.fsum(parts), LEAST)

    @cached_property
    def spreads(self) -> dict[int, Column]:
        """Variance over mean around the pool, by distance."""
        return spreads(self.counts, self.column, self.distances, self.memory)

    def spread(self, known: int, ahead: int) -> float:
        """The same for one distance: that of the next one measured."""
        return at_distance(self.spreads, ahead)[known]

    @cached_property
    def likelihood(self) -> Column:
        """Of what came at the middle distance, as a logarithm, by counts known."""
        ahead = self.rhythm.scored_ahead[1]
        if len(self.counts) < _LEARNT + ahead:
            return [0.0] * (len(self.counts) + 1)
        said = zip(
            self.counts[_LEARNT + ahead - 1 :],
            self.column(ahead)[_LEARNT:],
            self.spreads[ahead][_LEARNT:],
            strict=False,
        )
        found = [log_chance(count, mean, spread) for count, mean, spread in said]
        return list(accumulate([*[0.0] * (_LEARNT + ahead), *found], _long_remembered))


def _long_remembered(so_far: float, newest: float) -> float:
    return _LIKELIHOOD_MEMORY * so_far + newest


def _judged(known: int, rhythm: Rhythm) -> float:
    return float(sum(known > ahead for ahead in rhythm.scored_ahead))


def scored_errors(counts: Sequence[int], rhythm: Rhythm, pool: Sequence[Member]) -> tuple[Column, ...]:
    """For each member, by counts known: its squared errors about the newest count, added up over the distances."""
    result = []
    for member in pool:
        total: Column = [0.0] * (len(counts) + 1)
        for ahead in rhythm.scored_ahead:
            said = member.column(ahead)[1:]
            errors = [(miss := count - mean) * miss for count, mean in zip(counts[ahead:], said, strict=False)]
            total[ahead + 1 :] = map(add, total[ahead + 1 :], errors)
        result.append(total)
    return tuple(result)


def distances_within(rhythm: Rhythm, horizon: int) -> tuple[int, ...]:
    """Where the spread is measured for a forecast this far ahead: up to the first distance that reaches it."""
    within = sum(distance < max(horizon, rhythm.scored_ahead[1]) for distance in rhythm.spread_ahead)
    return rhythm.spread_ahead[: within + 1]


def spreads(counts: Sequence[int], column: Said, distances: Iterable[int], memory: float) -> dict[int, Column]:
    """Variance over mean of the counts around what was said, by distance; never shrinks with it, never below 1."""
    usual = [max(mean, LEAST) * _PRIOR_COUNTS for mean in _means(counts)]
    widest: Column = [1.0] * (len(counts) + 1)
    result = {}
    for ahead in distances:
        if ahead >= max(len(counts), 2):
            break
        widest = list(map(max, widest, _spread(counts, column(ahead), ahead, usual, memory)))
        result[ahead] = widest
    return result


def _spread(counts: Sequence[int], said: Column, ahead: int, usual: Column, memory: float) -> Column:
    def remembered(so_far: float, newest: float) -> float:
        return memory * so_far + newest

    means = said[1 : len(counts) - ahead + 1]
    errors = [(miss := count - mean) * miss for count, mean in zip(counts[ahead:], means, strict=True)]
    squares = accumulate(errors, remembered, initial=0.0)
    summed = accumulate(means, remembered, initial=0.0)
    late = [
        (square + _PRIOR_SPREAD * u) / (mean + u)
        for square, mean, u in zip(squares, summed, usual[ahead:], strict=False)
    ]
    return [*repeat(_PRIOR_SPREAD, ahead), *late]


def at_distance(by_distance: Mapping[int, Column], ahead: int) -> Column:
    """The column of the first distance that is as far, else of the farthest."""
    return next((column for distance, column in by_distance.items() if distance >= ahead), [*by_distance.values()][-1])

"""The simple forecasts that a pool is made of, each as columns: what it would have said at every earlier time.

Last count, mean, exponentially weighted levels; levels on factors of the calendar, shrunk towards 1; the count of the last
season; the mean of recent seasons; last year's neighbourhood. Only what was known at a time goes into its value.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from typing import NamedTuple, Protocol

from ray18.planning.rhythm import Calendar, Column, Rhythm

_SHRINK = 4.0
"""Seasons' worth of average counts that a factor of the calendar starts with."""


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
    mean = means_of(counts)
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
    """The count whole seasons earlier; the mean, before there is one."""
    return _Lagged([float(count) for count in counts], season, means_of(counts))


def means_of(counts: Sequence[int]) -> Column:
    """The mean of all counts known."""
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

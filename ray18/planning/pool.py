"""Expected counts from a pool of simple forecasts, each weighted by how well it did so far.

Everything is kept in columns, so one pass gives the forecast, its weights and its spread as of every earlier time, and a
backtest costs no second fit. Sums of fractions are exact (`math.fsum`), so that every version of Python gives the same figures.

Weight = (1 / mean squared error)^3 at three distances. Two pools, one that forgets and one that does not, are blended by the
likelihood of what came (after Raftery, Gneiting, Balabdaoui and Polakowski 2005).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, repeat
from operator import add, mul

from ray18.planning.members import Member, Shape, means_of, members
from ray18.planning.negative_binomial import log_chance
from ray18.planning.rhythm import Calendar, Column, Rhythm, Said

LEAST = 0.02
"""What is expected at the least: a series that was silent so far is not silent for ever."""
_PRIOR_COUNTS, _PRIOR_SPREAD = 4.0, 2.0
_LEARNT = 20
"""Counts known before a pool's likelihood says anything."""
_LIKELIHOOD_MEMORY, _CALM = 0.99, 4.0
"""Neighbouring forecasts err together: their likelihood counts for a quarter."""


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
    usual = [max(mean, LEAST) * _PRIOR_COUNTS for mean in means_of(counts)]
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

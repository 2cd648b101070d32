"""A cost that no plan can get under, by Lagrangian relaxation, and the prices of hours that lead to it.

Hours, and having one job before another, get prices instead of limits; each job then goes where it is cheapest by itself, and
the sum is a bound whatever the prices are (Geoffrion, Lagrangean Relaxation for Integer Programming, 1974). Prices are found
by subgradient steps after Polyak. The bound that is told is summed in whole numbers: no rounding can make it too good.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import add, sub

from ray18.planning.scheduling.problem import Placement, Problem

_ROUNDS, _FEWEST_ROUNDS, _JOB_ROUNDS = 120, 30, 120_000
"""Rounds at most and at least, and for all jobs together; prices of single windows need half as many again."""
_PATIENCE = 8
_FINE = 1 << 16
"""Prices are rounded to this part of a point before the bound is summed."""
_NEVER = 1 << 60
"""The cost of a window that a job may not go into."""

Vector = list[float]


@dataclass(frozen=True, slots=True)
class Prices:
    """What hours cost, and what it costs to hold up others."""

    hours: tuple[tuple[float, ...], ...]
    """For each pool and window, points for each minute of a job that goes live there; last 0 for leaving it out."""
    order: dict[int, Vector]
    """For jobs that stand in some order: points by window for what waits for them, less those for what they wait for."""
    chosen: Placement
    """Where each job is cheapest at these prices."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A proven bound, and the prices on the way to it, the last of them the best."""

    cost: int
    trail: tuple[Prices, ...]


@dataclass(slots=True)
class _Multipliers:
    """Prices of the limits themselves: for each pool and window, and for each ordered pair and window."""

    hours: list[Vector]
    order: list[Vector]


def bound(problem: Problem, target: int) -> Bound:
    """The best bound that was found. `target` is the cost of some plan: the steps are measured by how far it is."""
    if not problem.jobs:
        return Bound(0, ())
    edges = edges_of(problem)
    now = _Multipliers([[0.0] * problem.windows for _ in problem.capacity], [[0.0] * problem.windows for _ in edges])
    costs = _costs(problem)
    unit = max(1.0, sum(map(sum, problem.capacity)) / max(1, problem.windows * len(problem.capacity)))
    best, best_value, kept, waited, pace = now, float("-inf"), [], 0, 1.0
    rounds = max(_FEWEST_ROUNDS, min(_ROUNDS, _JOB_ROUNDS // len(problem.jobs)))
    for _ in range(rounds if problem.carry_over else rounds * 3 // 2):
        prices, value = _cheapest(problem, costs, edges, now)
        if value > best_value:
            best, best_value, waited = now, value, 0
            kept.append(prices)
        elif (waited := waited + 1) > _PATIENCE:
            pace, waited, now = pace / 2, 0, best
        slopes = _slopes(problem, edges, prices.chosen, unit)
        length = sum(slope * slope for row in (*slopes.hours, *slopes.order) for slope in row)
        if length == 0 or pace < 1e-4:
            break
        step = pace * (target - value) / length
        now = _Multipliers(_moved(now.hours, slopes.hours, step / unit), _moved(now.order, slopes.order, step))
    return Bound(_exact(problem, edges, best), tuple(kept))


def edges_of(problem: Problem) -> list[tuple[int, int]]:
    """Every pair of a job and one that waits for it, by number."""
    return [(before, number) for number, job in enumerate(problem.jobs) for before in job.after]


def at_prices(problem: Problem, hours: list[Vector], order: list[Vector], guesses: Sequence[Placement]) -> Bound:
    """The bound at given prices of the limits, by pool and window and by `edges_of` and window; its trail has the guesses."""
    edges, costs, found = edges_of(problem), _costs(problem), _Multipliers(hours, order)
    prices, _ = _cheapest(problem, costs, edges, found)
    return Bound(_exact(problem, edges, found), tuple(replace(prices, chosen=guess) for guess in guesses))


def _costs(problem: Problem) -> list[list[int]]:
    """The costs by window, with `_NEVER` where a job may not go."""
    found = []
    for number, job in enumerate(problem.jobs):
        allowed = set(problem.choices(number))
        found.append([cost if window in allowed else _NEVER for window, cost in enumerate(job.costs)])
    return found


def _cheapest(
    problem: Problem, costs: Sequence[Sequence[int]], edges: Sequence[tuple[int, int]], now: _Multipliers
) -> tuple[Prices, float]:
    hours = [[*(_later(row) if problem.carry_over else row), 0] for row in now.hours]
    order = _order(edges, now.order)
    chosen: list[int] = []
    value: float = 0
    for number, job in enumerate(problem.jobs):
        vector: Sequence[float] = costs[number]
        for pool, minutes in job.needs:
            vector = [cost + minutes * price for cost, price in zip(vector, hours[pool], strict=True)]
        if number in order:
            vector = list(map(add, vector, order[number]))
        least = min(vector)
        value += least
        chosen.append(vector.index(least))
    value -= sum(
        price * limit
        for row, limits in zip(now.hours, problem.limits, strict=True)
        for price, limit in zip(row, limits, strict=True)
    )
    return Prices(tuple(map(tuple, hours)), order, tuple(chosen)), value


def _order(edges: Sequence[tuple[int, int]], rows: Sequence[Vector]) -> dict[int, Vector]:
    found: dict[int, Vector] = {}
    for (before, number), row in zip(edges, rows, strict=True):
        later = [*_later(row), 0]
        found[number] = list(map(add, found.get(number, [0] * len(later)), later))
        found[before] = list(map(sub, found.get(before, [0] * len(later)), later))
    return found


def _slopes(problem: Problem, edges: Sequence[tuple[int, int]], chosen: Placement, unit: float) -> _Multipliers:
    """By how much each limit is broken, in its own unit."""
    hours = [
        [(taken - limit) / unit for taken, limit in zip(used, limits, strict=True)]
        for used, limits in zip(problem.used(chosen), problem.limits, strict=True)
    ]
    order = []
    for before, number in edges:
        row = [0.0] * problem.windows
        low, high, sign = (chosen[number], chosen[before], 1.0)
        if low > high:
            low, high, sign = high, low, -1.0
        row[low:high] = [sign] * (high - low)
        order.append(row)
    return _Multipliers(hours, order)


def _moved(rows: Sequence[Vector], slopes: Sequence[Vector], step: float) -> list[Vector]:
    return [
        [max(0.0, price + step * slope) for price, slope in zip(row, along, strict=True)]
        for row, along in zip(rows, slopes, strict=True)
    ]


def _exact(problem: Problem, edges: Sequence[tuple[int, int]], found: _Multipliers) -> int:
    """The bound at these prices, rounded to parts of a point, in whole numbers; rounded up, since plans cost whole points."""
    whole = _Multipliers(
        [[round(price * _FINE) for price in row] for row in found.hours],
        [[round(price * _FINE) for price in row] for row in found.order],
    )
    _, value = _cheapest(problem, [[cost * _FINE for cost in row] for row in _costs(problem)], edges, whole)
    return -(-int(value) // _FINE)


def _later(row: Sequence[float]) -> Vector:
    """For each place the sum of what stands there and after it."""
    return list(accumulate(reversed(row)))[::-1]

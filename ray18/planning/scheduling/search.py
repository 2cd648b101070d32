"""A good plan: jobs dispatched by what their delay costs, guided by the bound's prices, then improved by local search.

Everything is decided by the records and a fixed seed, never by a clock. A plan that is given to start from is never made worse.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from ray18.planning.scheduling.board import Board, in_order
from ray18.planning.scheduling.bound import Bound, Prices, bound
from ray18.planning.scheduling.exact import best_plan
from ray18.planning.scheduling.parts import parts
from ray18.planning.scheduling.problem import Job, Placement, Problem

STEPS = 160_000
"""Steps of the local search, for a backlog of any size."""
_GUIDES, _GUIDED_JOBS = 16, 8_000
"""How many of the prices on the way to the bound are followed at most, and for how many jobs in all."""
_LOOK_AHEAD = (1, 2, 4)
"""How many windows ahead a dispatcher looks."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each job goes, what that costs, and what no plan can get under."""

    placement: Placement
    cost: int
    bound: int

    @property
    def gap(self) -> float:
        """By how much the plan may cost more than the best one, as a share of the bound."""
        return (self.cost - self.bound) / self.bound if self.bound > 0 else 0.0


Bounding = Callable[[Problem, int], Bound]
"""From a problem and the cost of some plan to a bound."""


def search(problem: Problem, start: Placement | None = None, bounding: Bounding = bound, steps: int = STEPS) -> Plan:
    """A good plan, with its bound; never dearer than `start`, which must break no rule."""
    placement = [0] * len(problem.jobs)
    least = 0
    for part in parts(problem):
        share = steps * len(part.numbers) // len(problem.jobs)
        found = _of_part(part.problem, part.of(start) if start else None, bounding, share)
        least += found.bound
        for number, window in zip(part.numbers, found.placement, strict=True):
            placement[number] = window
    return Plan(tuple(placement), problem.cost(tuple(placement)), least)


def _of_part(problem: Problem, start: Placement | None, bounding: Bounding, steps: int) -> Plan:
    first = [*([start] if start else []), *(dispatched(problem, ahead) for ahead in _LOOK_AHEAD)]
    best, proven = best_plan(problem, min(first, key=problem.cost))
    if proven:
        return Plan(best, problem.cost(best), problem.cost(best))
    found = bounding(problem, problem.cost(best))
    guides = max(2, min(_GUIDES, _GUIDED_JOBS // len(problem.jobs)))
    guided = (followed(problem, prices) for prices in found.trail[-guides:])
    best = improved(problem, min((best, *guided), key=problem.cost), steps)
    cost = problem.cost(best)
    return Plan(best, cost, min(found.cost, cost))


def dispatched(problem: Problem, ahead: int) -> Placement:
    """Window by window, the job first whose delay costs most for each minute: cost of delay over time, not a fixed ratio."""
    board = Board(problem)
    waiting = [number for number, job in enumerate(problem.jobs) if job.fixed is None]
    for window in range(problem.windows):
        then = min(window + ahead, problem.windows)
        waiting.sort(key=lambda number: (-urgency(problem, number, window, then), number))
        waiting = _filled(board, waiting, window)
    return tuple(board.at)


def by_ratio(problem: Problem) -> Placement:
    """What most tools do: one order by worth for each hour (WSJF), each job into the first window that has room."""
    board = Board(problem)
    waiting = [number for number, job in enumerate(problem.jobs) if job.fixed is None]
    waiting.sort(key=lambda number: (-_ratio(problem.jobs[number]), number))
    while waiting:
        left = []
        for number in waiting:
            if any(board.at[before] == board.out for before in problem.jobs[number].after):
                left.append(number)
                continue
            window = next(w for w in sorted(board.choices[number]) if board.may(number, w))
            board.put(number, window)
        if len(left) == len(waiting):
            break
        waiting = left
    return tuple(board.at)


def _ratio(job: Job) -> float:
    """The cost of the first delay for each minute."""
    return (job.costs[1] - job.costs[0]) / (sum(minutes for _, minutes in job.needs) or 1)


def urgency(problem: Problem, number: int, window: int, then: int) -> float:
    """What it costs, for each minute of the job, to wait from one window to another; half of what it holds up counts too."""
    job = problem.jobs[number]
    minutes = sum(minutes for _, minutes in job.needs) or 1
    held_up = sum(
        problem.jobs[after].costs[then] - problem.jobs[after].costs[window] for after in problem.followers[number]
    )
    return (job.costs[then] - job.costs[window] + held_up / 2) / minutes


def _filled(board: Board, waiting: Sequence[int], window: int) -> list[int]:
    """Puts what fits into the window, in this order; what is left. A second look lets in what waited for another."""
    for _ in range(2):
        left = []
        for number in waiting:
            if board.may(number, window):
                board.put(number, window)
            else:
                left.append(number)
        if len(left) == len(waiting):
            break
        waiting = left
    return list(waiting)


def inserted(board: Board, numbers: Iterable[int]) -> None:
    """Puts jobs, in this order but each after what it waits for, where they are cheapest of what has room."""
    for number in in_order(board.problem, numbers, board.at):
        _settle(board, number, board.problem.jobs[number].costs)


def _settle(board: Board, number: int, costs: Sequence[float]) -> None:
    for window in sorted(board.choices[number], key=lambda window: (costs[window], window)):
        if board.may(number, window):
            board.put(number, window)
            return


def followed(problem: Problem, prices: Prices) -> Placement:
    """Jobs in the order of the windows that the prices chose for them, each where it is cheapest of what has room."""
    board = Board(problem)
    ready = sorted(
        (number for number, job in enumerate(problem.jobs) if job.fixed is None),
        key=lambda number: (prices.chosen[number], -urgency(problem, number, 0, problem.windows), number),
    )
    for number in in_order(problem, ready):
        _settle(board, number, _priced(problem, number, prices))
    return tuple(board.at)


def _priced(problem: Problem, number: int, prices: Prices) -> Sequence[float]:
    job = problem.jobs[number]
    vector: Sequence[float] = job.costs
    for pool, minutes in job.needs:
        vector = [cost + minutes * price for cost, price in zip(vector, prices.hours[pool], strict=True)]
    extra = prices.order.get(number)
    return vector if extra is None else [cost + more for cost, more in zip(vector, extra, strict=True)]


def improved(problem: Problem, start: Placement, steps: int, only: Sequence[int] | None = None) -> Placement:
    """The best plan met by simulated annealing from a plan that breaks no rule: single moves, and two jobs changing places.

    With `only`, no other job is moved.
    Kirkpatrick, Gelatt, Vecchi, Optimization by Simulated Annealing (1983).
    """
    board = Board(problem, start)
    free = [n for n in (range(len(problem.jobs)) if only is None else only) if len(board.choices[n]) > 1]
    if not free:
        return start
    mates = _mates(problem, free)
    random = Random(1).random  # noqa: S311 (the same for everybody is what is wanted)
    cost = lowest = problem.cost(start)
    best = start
    hot = _heat(problem, free)
    for step in range(steps):
        heat = hot * (1 - step / steps) ** 2 + 1e-9
        one = free[int(random() * len(free))]
        if random() < 0.6:
            others = mates[one]
            change = _exchange(board, one, others[int(random() * len(others))], random, heat)
        else:
            change = _shift(board, one, random, heat)
        cost += change
        if cost < lowest:
            lowest, best = cost, tuple(board.at)
    return best


def _mates(problem: Problem, free: Sequence[int]) -> dict[int, Sequence[int]]:
    """For each job those that draw on the same hours, itself among them: only such an exchange frees what is needed."""
    by_pool: dict[int, list[int]] = {}
    for number in free:
        for pool, _ in problem.jobs[number].needs:
            by_pool.setdefault(pool, []).append(number)
    return {number: by_pool[needs[0][0]] if (needs := problem.jobs[number].needs) else free for number in free}


def _heat(problem: Problem, free: Sequence[int]) -> float:
    """A small part of what one window more costs in the middle of all jobs: measured, more heat only loses what was found."""
    steps = sorted(later - sooner for number in free for sooner, later in pairwise(problem.jobs[number].costs))
    return steps[len(steps) // 2] / 50


def _accepted(change: int, heat: float, chance: float) -> bool:
    return change <= 0 or chance < math.exp(-change / heat)


def _shift(board: Board, one: int, random: Callable[[], float], heat: float) -> int:
    """Moves one job to another window near its own."""
    here, costs = board.at[one], board.problem.jobs[one].costs
    reach = 1 + int(random() * 4)
    there = here - reach if random() < 0.6 else here + reach
    there = max(0, min(board.out, there))
    change = costs[there] - costs[here]
    if there == here or not _accepted(change, heat, random()) or not board.may(one, there):
        return 0
    board.put(one, there)
    return change


def _exchange(board: Board, one: int, other: int, random: Callable[[], float], heat: float) -> int:
    """Lets two jobs change places."""
    here, there = board.at[one], board.at[other]
    if here == there:
        return 0
    mine, theirs = board.problem.jobs[one].costs, board.problem.jobs[other].costs
    change = mine[there] - mine[here] + theirs[here] - theirs[there]
    if not _accepted(change, heat, random()):
        return 0
    if here < there:
        one, other, here, there = other, one, there, here
    # now `one` is the later of the two: it takes the place that `other` leaves
    if there not in board.choices[one] or here not in board.choices[other] or not board.in_order(other, here):
        return 0
    board.put(other, here)
    if board.may(one, there):
        board.put(one, there)
        if board.sound(other):
            return change
        board.put(one, here)
    board.put(other, there)
    return 0

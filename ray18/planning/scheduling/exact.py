"""The very best plan for few jobs: by dynamic programming where they share one pool, else by branch and bound."""

from collections.abc import Sequence
from itertools import accumulate

from ray18.planning.scheduling.board import Board, in_order
from ray18.planning.scheduling.problem import Placement, Problem

_MANY = 14
"""Up to so many free jobs of one pool: twice the work for each job more."""
_FEW = 12
_NODES = 20_000
"""How many partial plans branch and bound looks at, for up to `_FEW` jobs."""


def best_plan(problem: Problem, start: Placement) -> tuple[Placement, bool]:
    """A plan no dearer than `start`, and whether it is proven that there is no better one."""
    free = [number for number, job in enumerate(problem.jobs) if job.fixed is None]
    if _is_sequence(problem, free):
        return _sequenced(problem, free), True
    return _branched(problem, start) if len(free) <= _FEW else (start, False)


def _is_sequence(problem: Problem, free: Sequence[int]) -> bool:
    """Whether a plan is no more than an order: one pool, hours carried over, and waiting only for what may go where it may."""
    pools = {pool for number in free for pool, _ in problem.jobs[number].needs}
    return (
        problem.carry_over
        and len(free) <= _MANY
        and len(pools) <= 1
        and all(
            problem.jobs[before].fixed is None and problem.choices(before) == problem.choices(number)
            for number in free
            for before in problem.jobs[number].after
        )
    )


def _sequenced(problem: Problem, free: Sequence[int]) -> Placement:
    """Held and Karp's recursion over sets of jobs (1962): what a set costs depends on which job is its last.

    Jobs taken in the order of their windows need no more hours than there are up to each, so that the last job of a set
    goes into the first window that has room for the whole set, whatever order the others are in.
    """
    out = problem.windows
    room = _room(problem, free)
    minutes = [sum(minutes for _, minutes in problem.jobs[number].needs) for number in free]
    places = {number: place for place, number in enumerate(free)}
    before = [sum(1 << places[b] for b in problem.jobs[number].after) for number in free]
    first = [_first_allowed(problem, number) for number in free]
    size = 1 << len(free)
    total, cost, last = [0] * size, [0] * size, [0] * size
    for chosen in range(1, size):
        low = (chosen & -chosen).bit_length() - 1
        total[chosen] = total[chosen & (chosen - 1)] + minutes[low]
        window = next((w for w, most in enumerate(room) if most >= total[chosen]), out)
        least = -1
        rest = chosen
        while rest:
            place = (rest & -rest).bit_length() - 1
            rest &= rest - 1
            others = chosen ^ (1 << place)
            if before[place] & ~others == 0 and cost[others] >= 0:
                spent = cost[others] + problem.jobs[free[place]].costs[first[place][window]]
                if least < 0 or spent < least:
                    least, last[chosen] = spent, place
        cost[chosen] = least
    placement = [out if job.fixed is None else job.fixed for job in problem.jobs]
    chosen = size - 1
    while chosen:
        place = last[chosen]
        window = next((w for w, most in enumerate(room) if most >= total[chosen]), out)
        placement[free[place]] = first[place][window]
        chosen ^= 1 << place
    return tuple(placement)


def _room(problem: Problem, free: Sequence[int]) -> list[int]:
    """The minutes that the free jobs may take up to each window; never falling."""
    out = problem.windows
    pools = {pool for number in free for pool, _ in problem.jobs[number].needs}
    if not pools:
        return [0] * out
    left = problem.room(tuple(out if job.fixed is None else job.fixed for job in problem.jobs))
    return list(accumulate(reversed(left[pools.pop()]), min))[::-1]


def _first_allowed(problem: Problem, number: int) -> list[int]:
    """For each window the first one from there on that the job may go into."""
    choices = set(problem.choices(number))
    found, allowed = [], problem.windows
    for window in reversed(range(problem.windows + 1)):
        allowed = window if window in choices else allowed
        found.append(allowed)
    return found[::-1]


def _branched(problem: Problem, start: Placement) -> tuple[Placement, bool]:
    board, best, lowest, nodes = Board(problem), start, problem.cost(start), 0
    order = [*in_order(problem, range(len(problem.jobs)))]
    least = [min(problem.jobs[number].costs[window] for window in board.choices[number]) for number in order]
    rest = [*accumulate(reversed([*least, 0]))][::-1]
    spent = sum(job.costs[job.fixed] for job in problem.jobs if job.fixed is not None)
    ways = [iter(sorted(board.choices[order[0]]))] if order else []
    while ways:
        depth = len(ways) - 1
        number = order[depth]
        board.put(number, board.out)
        window = next(ways[-1], None)
        if window is None:
            ways.pop()
            continue
        nodes += 1
        if nodes > _NODES:
            return best, False
        so_far = spent + sum(problem.jobs[done].costs[board.at[done]] for done in order[:depth])
        cost = so_far + problem.jobs[number].costs[window]
        if cost + rest[depth + 1] >= lowest or not board.may(number, window):
            continue
        board.put(number, window)
        if depth + 1 == len(order):
            lowest, best = cost, tuple(board.at)
        else:
            ways.append(iter(sorted(board.choices[order[depth + 1]])))
    return best, True

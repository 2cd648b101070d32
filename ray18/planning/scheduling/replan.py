"""A plan in force, after something changed: what can stay stays, unless moving it saves more than a move is worth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ray18.planning.scheduling.board import Board
from ray18.planning.scheduling.problem import Job, Placement, Problem
from ray18.planning.scheduling.search import improved, inserted, urgency

_STEPS_A_JOB, _MOST_STEPS = 100, 20_000


@dataclass(frozen=True, slots=True)
class Eviction:
    """A job that cannot stay where it was planned."""

    job: int
    window: int
    """Where it was."""
    reason: str


def replanned(
    problem: Problem, before: Sequence[int | None], price: int, anew: Placement
) -> tuple[Placement, tuple[Eviction, ...]]:
    """The plan, and why jobs could not stay. `before`: the window of each job; None = not in the plan.

    First only what must move is moved. If that leaves jobs out or late, jobs that could stay are moved for them where that
    saves more than `price` for each; `anew`, a plan made without regard to the one before, says which could.
    """
    out = problem.windows
    start = [
        job.fixed if job.fixed is not None else out if window is None else window
        for job, window in zip(problem.jobs, before, strict=True)
    ]
    board = Board(problem, tuple(start))
    evicted = (*_misplaced(board), *_crowded(board), *_misplaced(board))
    loose = [number for number, window in enumerate(board.at) if window == out]
    if not loose:
        return tuple(board.at), ()
    home = list(board.at)
    inserted(board, sorted(loose, key=lambda number: (-urgency(problem, number, 0, out), number)))
    steps = min(_STEPS_A_JOB * len(problem.jobs), _MOST_STEPS)
    calm = improved(problem, tuple(board.at), steps, loose)
    priced = _priced(problem, home, price)
    plans = (calm, improved(priced, calm, steps), improved(priced, _returned(priced, anew, home), steps))
    return min(plans, key=priced.cost), evicted


def _priced(problem: Problem, home: Sequence[int], price: int) -> Problem:
    """The same, with a price on each job that does not stay where it could."""

    def away(number: int, job: Job) -> Job:
        stays = home[number]
        if stays == problem.windows or job.fixed is not None:
            return job
        return replace(job, costs=tuple(cost + price * (window != stays) for window, cost in enumerate(job.costs)))

    return replace(problem, jobs=tuple(away(number, job) for number, job in enumerate(problem.jobs)))


def _returned(priced: Problem, anew: Placement, home: Sequence[int]) -> Placement:
    """A new plan, with jobs put back where they were as long as that pays."""
    board = Board(priced, anew)
    pending = [number for number, window in enumerate(home) if window not in (board.out, anew[number])]
    while pending:
        back = [
            number
            for number in pending
            if priced.jobs[number].costs[home[number]] < priced.jobs[number].costs[board.at[number]]
            and board.may(number, home[number])
        ]
        if not back:
            break
        board.put(back[0], home[back[0]])
        pending.remove(back[0])
    return tuple(board.at)


def _misplaced(board: Board) -> Iterator[Eviction]:
    """Takes out what stands in a window that it may not be in, or before what it waits for, until nothing does."""
    pending = list(range(len(board.at)))
    while pending:
        number = pending.pop(0)
        window, job = board.at[number], board.problem.jobs[number]
        if window == board.out or job.fixed is not None:
            continue
        late = [before for before in job.after if board.at[before] > window]
        if late or window not in board.choices[number]:
            reason = f"waits for {board.problem.jobs[late[0]].name}" if late else "its window is gone, or not for it"
            board.put(number, board.out)
            pending.extend(board.problem.followers[number])
            yield Eviction(number, window, reason)


def _crowded(board: Board) -> Iterator[Eviction]:
    """Takes out, from the first window on in which the hours do not suffice, as few jobs as will do."""
    for pool, row in enumerate(board.left):
        for window in range(board.out):
            while row[window] < 0:
                number = _to_go(board, pool, window, -row[window])
                where = board.at[number]
                board.put(number, board.out)
                yield Eviction(number, where, "the hours no longer suffice")


def _to_go(board: Board, pool: int, window: int, short: int) -> int:
    """The job that suffers least of those that make enough room alone; if none does, the one that makes most."""
    found = []
    for number, job in enumerate(board.problem.jobs):
        at = board.at[number]
        inside = at <= window if board.problem.carry_over else at == window
        minutes = dict(job.needs).get(pool, 0)
        if job.fixed is None and inside and minutes and at < board.out:
            holds_up = sum(board.at[after] < board.out for after in board.problem.followers[number])
            loss = job.costs[min(window + 1, board.out)] - job.costs[at]
            found.append((minutes < short, -minutes if minutes < short else 0, holds_up, loss, number))
    return min(found)[-1]

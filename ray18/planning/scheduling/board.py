"""A plan in the making."""

from collections.abc import Iterable, Iterator, Sequence

from ray18.planning.scheduling.problem import Placement, Problem, Rows


class Board:
    """A plan in the making: jobs are put down and taken up, and the room that is left is kept."""

    def __init__(self, problem: Problem, start: Placement | None = None) -> None:
        self.problem = problem
        self.out = problem.windows
        fixed = [self.out if job.fixed is None else job.fixed for job in problem.jobs]
        self.at: list[int] = list(start) if start else fixed
        self.left: Rows = problem.room(tuple(self.at))
        self.choices = [frozenset(problem.choices(number)) for number in range(len(problem.jobs))]

    def put(self, number: int, window: int) -> None:
        """Moves a job; nothing is asked."""
        old, self.at[number] = self.at[number], window
        for pool, minutes in self.problem.jobs[number].needs:
            row = self.left[pool]
            if not self.problem.carry_over:
                if old < self.out:
                    row[old] += minutes
                if window < self.out:
                    row[window] -= minutes
            elif window < old:
                row[window:old] = [room - minutes for room in row[window:old]]
            else:
                row[old:window] = [room + minutes for room in row[old:window]]

    def has_room(self, number: int, window: int) -> bool:
        """Whether the hours suffice for the job in another window than it is in."""
        old = self.at[number]
        if window == self.out or (self.problem.carry_over and window >= old):
            return True
        last = old if self.problem.carry_over else window + 1
        return all(min(self.left[pool][window:last]) >= minutes for pool, minutes in self.problem.jobs[number].needs)

    def in_order(self, number: int, window: int) -> bool:
        """Whether the job may stand there as far as those before and after it go."""
        at = self.at
        return all(at[before] <= window for before in self.problem.jobs[number].after) and all(
            at[after] >= window for after in self.problem.followers[number]
        )

    def sound(self, number: int) -> bool:
        """Whether the window of the job has no more in it than there is room for."""
        window = self.at[number]
        return window == self.out or all(self.left[pool][window] >= 0 for pool, _ in self.problem.jobs[number].needs)

    def may(self, number: int, window: int) -> bool:
        """Whether the job may be moved there."""
        return window in self.choices[number] and self.in_order(number, window) and self.has_room(number, window)


def in_order(problem: Problem, numbers: Iterable[int], at: Sequence[int] | None = None) -> Iterator[int]:
    """The same, each after what it waits for; without those that are fixed, or that stand somewhere already."""
    out = problem.windows
    done = {n for n, job in enumerate(problem.jobs) if job.fixed is not None or (at is not None and at[n] < out)}

    def visit(number: int) -> Iterator[int]:
        stack = [number]
        while stack:
            top = stack[-1]
            first = [before for before in problem.jobs[top].after if before not in done]
            if first:
                stack.extend(first)
                continue
            stack.pop()
            if top not in done:
                done.add(top)
                yield top

    for number in numbers:
        yield from visit(number)

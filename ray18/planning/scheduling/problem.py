"""Jobs into windows: what a plan costs, and every rule that one can break."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

Placement = tuple[int, ...]
"""The window of each job, by number; the number of windows itself = not planned."""
Rows = list[list[int]]
"""For each pool of hours and each window, minutes."""


@dataclass(frozen=True, slots=True)
class Job:
    """One item as the planner sees it."""

    name: str
    costs: tuple[int, ...]
    """What it costs to have it live from each window on, and last what it costs to leave it out; never falling."""
    needs: tuple[tuple[int, int], ...] = ()
    """Pool of hours, and minutes that it takes from it."""
    after: tuple[int, ...] = ()
    """Numbers of the jobs that may not go live later than this one; a fixed job waits for none."""
    windows: tuple[int, ...] | None = None
    """The windows that it may go into; None = all."""
    fixed: int | None = None
    """The window that it stays in, whatever happens."""


@dataclass(frozen=True)
class Problem:
    """What is to be planned."""

    jobs: tuple[Job, ...]
    capacity: tuple[tuple[int, ...], ...]
    """For each pool, the minutes that come in with each window."""
    windows: int
    carry_over: bool = True
    """Whether minutes that one window leaves over count for those after it: people work ahead."""

    @cached_property
    def followers(self) -> tuple[tuple[int, ...], ...]:
        """For each job the numbers of those that wait for it."""
        found: list[list[int]] = [[] for _ in self.jobs]
        for number, job in enumerate(self.jobs):
            for before in job.after:
                found[before].append(number)
        return tuple(map(tuple, found))

    @cached_property
    def limits(self) -> tuple[tuple[int, ...], ...]:
        """For each pool and window the minutes there are (up to and with it, where hours carry over).

        They are raised to what the fixed jobs need: people have said that those go there.
        """
        given = [list(accumulate(row)) if self.carry_over else row for row in self.capacity]
        fixed = self.used(tuple(self.windows if job.fixed is None else job.fixed for job in self.jobs))
        return tuple(tuple(map(max, have, need)) for have, need in zip(given, fixed, strict=True))

    def choices(self, number: int) -> Sequence[int]:
        """The windows that a job may go into, and last that it is left out; a fixed one has no choice."""
        job = self.jobs[number]
        if job.fixed is not None:
            return (job.fixed,)
        return (*(range(self.windows) if job.windows is None else job.windows), self.windows)

    def cost(self, placement: Placement) -> int:
        """What the plan costs."""
        return sum(job.costs[window] for job, window in zip(self.jobs, placement, strict=True))

    def used(self, placement: Placement) -> Rows:
        """For each pool and window the minutes taken (up to and with it, where hours carry over)."""
        taken = [[0] * self.windows for _ in self.capacity]
        for job, window in zip(self.jobs, placement, strict=True):
            if window < self.windows:
                for pool, minutes in job.needs:
                    taken[pool][window] += minutes
        return [list(accumulate(row)) for row in taken] if self.carry_over else taken

    def room(self, placement: Placement) -> Rows:
        """What is left of the limits; negative = too much is planned."""
        used = self.used(placement)
        return [
            [most - taken for most, taken in zip(limit, row, strict=True)]
            for limit, row in zip(self.limits, used, strict=True)
        ]

    def faults(self, placement: Placement) -> Iterator[str]:
        """Every rule that the plan breaks."""
        for number, (job, window) in enumerate(zip(self.jobs, placement, strict=True)):
            if window not in self.choices(number):
                yield f"{job.name} may not go into window {window}"
            for before in job.after:
                if placement[before] > window:
                    yield f"{job.name} goes live before {self.jobs[before].name}"
        for pool, row in enumerate(self.room(placement)):
            for window, minutes in enumerate(row):
                if minutes < 0:
                    yield f"pool {pool} is short of {-minutes} minutes in window {window}"

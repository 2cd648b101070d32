"""Parts of a problem that have nothing to do with one another: no hours and no order in common."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ray18.planning.scheduling.problem import Placement, Problem


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the jobs, as a problem of their own; pools keep their numbers."""

    numbers: tuple[int, ...]
    """The jobs' numbers in the whole."""
    problem: Problem

    def of(self, placement: Placement) -> Placement:
        """What of a plan is about these jobs."""
        return tuple(placement[number] for number in self.numbers)


def parts(problem: Problem) -> Iterator[Part]:
    """The parts, by their first job."""
    groups: dict[int, list[int]] = {}
    root = _roots(problem)
    for number in range(len(problem.jobs)):
        groups.setdefault(root(number), []).append(number)
    for numbers in groups.values():
        places = {number: place for place, number in enumerate(numbers)}
        jobs = tuple(
            replace(problem.jobs[number], after=tuple(places[before] for before in problem.jobs[number].after))
            for number in numbers
        )
        yield Part(tuple(numbers), replace(problem, jobs=jobs))


def _roots(problem: Problem) -> Callable[[int], int]:
    """From a job to the one that stands for all that it hangs together with (union-find)."""
    above = list(range(len(problem.jobs)))

    def root(number: int) -> int:
        while above[number] != number:
            above[number] = number = above[above[number]]
        return number

    first: dict[int, int] = {}
    for number, job in enumerate(problem.jobs):
        for other in (*job.after, *(first.setdefault(pool, number) for pool, _ in job.needs)):
            one, two = sorted((root(number), root(other)))
            above[two] = one
    return root

"""Why no rota can fill every seat: by counting how often anybody may be on duty, and how many people that is too few.

What is counted holds for every rota, whoever makes it. Rest and greatest share let each person take at most so many turns in
any stretch of turns; where that is less than the seats of the stretch, people are missing.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ray18.planning.rostering.problem import Problem, Watch


@dataclass(frozen=True, slots=True)
class Shortage:
    """A stretch of turns that cannot be filled."""

    first: int
    """Its first turn."""
    last: int
    """Its last turn."""
    kind: str
    """Whom it is about: `people`, `experienced people`, `people for night`, `people who know dba`."""
    needed: int
    """Seats to be filled by such people."""
    possible: int
    """How many of them can be filled at most."""
    people: int
    """How many more such people it takes at least."""


def shortages(problem: Problem, past: int, shift_names: tuple[str, ...]) -> tuple[Shortage, ...]:
    """The worst stretch of each kind in which seats must stay open; none = counting finds no reason."""
    found = []
    everybody = problem.shifts * problem.seats
    found.append(_worst(problem, past, "people", everybody, lambda _: True))
    found.append(_worst(problem, past, "experienced people", problem.shifts, lambda person: not person.junior))
    for number, name in enumerate(shift_names if problem.shifts > 1 else ()):

        def takes(person: Watch, number: int = number) -> bool:
            return person.shifts is None or number in person.shifts

        found.append(_worst(problem, past, f"people for {name}", problem.seats, takes))
    for skill in sorted(problem.skills):

        def knows(person: Watch, skill: str = skill) -> bool:
            return skill in person.skills

        found.append(_worst(problem, past, f"people who know {skill}", problem.shifts, knows))
    return tuple(entry for entry in found if entry is not None)


def _worst(problem: Problem, past: int, kind: str, each: int, counts: Callable[[Watch], bool]) -> Shortage | None:
    """The stretch in which most people are missing; of several the first and shortest."""
    able = [person for person in problem.people if counts(person)]
    best: Shortage | None = None
    for first, last in _stretches(problem, past):
        length = last - first + 1
        most = _most(problem, length)
        possible = sum(min(most, sum(turn not in p.away for turn in range(first, last + 1))) for p in able)
        missing = math.ceil((each * length - possible) / most)
        if missing > 0 and (best is None or missing > best.people):
            best = Shortage(first, last, kind, each * length, possible, missing)
    return best


def _stretches(problem: Problem, past: int) -> Iterator[tuple[int, int]]:
    lengths = sorted({1, problem.rest + 1, problem.span})
    for length in lengths:
        for first in range(past, problem.turns - length + 1):
            yield first, first + length - 1


def _most(problem: Problem, length: int) -> int:
    """How many turns one person can take at most in so many on end."""
    by_rest = math.ceil(length / (problem.rest + 1))
    return min(by_rest, problem.most) if length <= problem.span else by_rest

"""A fair rota: seats filled in turn by whoever is least burdened, then improved by simulated annealing from a fixed seed.

Moves never break a hard rule; a seat that nobody may take stays open. A rota that is given to start from is never made worse.
"""

import math
from collections.abc import Callable, Iterator
from random import Random

from ray18.planning.rostering.problem import CHANGE, LACKING_SKILL, OPEN, OPEN_PRIMARY, OPEN_SEAT, WISH, Problem, Roster

STEPS_A_SEAT, MOST_STEPS = 1_200, 100_000
"""Steps of the search for each seat, and at most."""
_HOT, _COLD = 400.0, 2.0
_NODES, _ALL_NODES = 2_000, 20_000
"""How many partial fillings of a few turns are looked at to close a gap, and to close all."""


class Board:
    """A rota in the making: who has which seat, who is on duty in which turn, and what that costs."""

    def __init__(self, problem: Problem, roster: Roster | None = None) -> None:
        self.problem = problem
        self.at = [problem.fixed.get(seat, OPEN) for seat in range(problem.size)]
        self.on = [0] * len(problem.people)
        """For each person the turns on duty, as bits."""
        self.turn = [problem.turn(seat) for seat in range(problem.size)]
        self.load = problem.loads(tuple(self.at))
        for seat, person in enumerate(self.at):
            if person >= 0:
                self.on[person] |= 1 << self.turn[seat]
        self.near = [_bits(turn - problem.rest, turn + problem.rest + 1) for turn in range(problem.turns)]
        self.spans = [
            [_bits(start, start + problem.span) for start in range(turn - problem.span + 1, turn + 1)]
            for turn in range(problem.turns)
        ]
        self.able = [
            [self._able(seat, person) for person in range(len(problem.people))] for seat in range(problem.size)
        ]
        if roster is not None:
            for seat, person in enumerate(roster):
                if seat not in problem.fixed and person >= 0:
                    self.put(seat, person)

    def _able(self, seat: int, person: int) -> bool:
        who = self.problem.people[person]
        return self.turn[seat] not in who.away and (who.shifts is None or self.problem.shift(seat) in who.shifts)

    def put(self, seat: int, person: int) -> None:
        """Gives a seat to somebody, or to nobody; nothing is asked."""
        old, self.at[seat] = self.at[seat], person
        burdens, bit = self.problem.burdens[seat], 1 << self.turn[seat]
        if old >= 0:
            self.on[old] &= ~bit
            for row, burden in zip(self.load, burdens, strict=True):
                row[old] -= burden
        if person >= 0:
            self.on[person] |= bit
            for row, burden in zip(self.load, burdens, strict=True):
                row[person] += burden

    def rested(self, seat: int, person: int) -> bool:
        """Whether rest and greatest share let somebody take one more turn."""
        turn, on = self.turn[seat], self.on[person]
        return on & self.near[turn] == 0 and all(
            (on & span).bit_count() < self.problem.most for span in self.spans[turn]
        )

    def candidates(self, seat: int, key: "Key") -> list[int]:
        """Who may have a seat, in the order of the key; that somebody experienced is there is not asked."""
        there = [person for person in range(len(self.on)) if self.able[seat][person] and self.rested(seat, person)]
        return sorted(there, key=lambda person: key(self, seat, person))  # type: ignore[arg-type, return-value]

    def in_company(self, seat: int) -> bool:
        """Whether the duty of the seat has somebody experienced, or nobody at all."""
        there = [self.at[other] for other in self.problem.duty(seat) if self.at[other] >= 0]
        return not there or not all(self.problem.people[person].junior for person in there)

    def unfair(self) -> int:
        """What unfairness costs."""
        return sum(max(row) - min(row) for row in self.load) if self.on else 0

    def local(self, seat: int) -> int:
        """What the duty of one seat costs by itself: open seats, lacking skills, wishes, changes."""
        problem, cost = self.problem, 0
        missing = problem.skills
        for other in problem.duty(seat):
            person = self.at[other]
            if person == OPEN:
                cost += OPEN_SEAT + OPEN_PRIMARY * (other % problem.seats == 0)
            elif person >= 0:
                who = problem.people[person]
                cost += WISH * who.wishes.get(self.turn[other], 0)
                missing = missing - who.skills if missing else missing
            if other in problem.published and other not in problem.fixed:
                cost += CHANGE * (problem.published[other] != person)
        return cost + LACKING_SKILL * len(missing)


def _bits(start: int, stop: int) -> int:
    """A number whose bits from `start` up to `stop` are set."""
    start = max(0, start)
    return ((1 << (stop - start)) - 1) << start if stop > start else 0


def search(problem: Problem, start: Roster | None = None, steps: int | None = None) -> Roster:
    """A good rota; never dearer than `start`, which must break no rule."""
    if steps is None:
        steps = min(STEPS_A_SEAT * problem.size, MOST_STEPS)
    kept = tuple((seat, person) for seat, person in sorted(problem.published.items()) if seat not in problem.fixed)
    rosters = [filled(problem, keep, key) for keep in dict.fromkeys(((), kept)) for key in (burdened, rested)]
    rosters += [start] if start is not None else []
    best = completed(problem, min(rosters, key=problem.cost))
    return improved(problem, best, steps)


Key = Callable[[Board, int, int], object]
"""From a seat and a person to how soon this person should get it; the least first."""


def burdened(board: Board, _: int, person: int) -> object:
    """Whoever has least, against the fair part."""
    return sum(row[person] for row in board.load), person


def rested(board: Board, seat: int, person: int) -> object:
    """Whoever was on duty longest ago: where people are few, turns close up without gaps."""
    before = board.on[person] & ((1 << board.turn[seat]) - 1)
    return before.bit_length(), sum(row[person] for row in board.load), person


def filled(problem: Problem, kept: tuple[tuple[int, int], ...] = (), key: Key = burdened) -> Roster:
    """Every seat given to the first who may have it; what is to be kept is kept where it breaks no rule."""
    board = Board(problem)
    for seat, person in kept:
        if person >= 0 and board.able[seat][person] and board.rested(seat, person):
            board.put(seat, person)
    for seat in range(problem.size):
        if seat not in problem.fixed and not board.in_company(seat):
            board.put(seat, OPEN)
    for seat in range(problem.size):
        if board.at[seat] == OPEN and seat not in problem.fixed:
            for person in board.candidates(seat, key):
                board.put(seat, person)
                if board.in_company(seat):
                    break
                board.put(seat, OPEN)
    return tuple(board.at)


def completed(problem: Problem, roster: Roster) -> Roster:
    """The same with fewer open seats, if some turns around them can be filled better; otherwise as it was."""
    board, nodes = Board(problem, roster), 0
    for size in (problem.rest + 1, problem.span, 2 * problem.span):
        for seat in range(problem.size):
            turn = board.turn[seat]
            for first in (turn - size // 2, turn - size + 1, turn):
                if board.at[seat] == OPEN and seat not in problem.fixed and nodes < _ALL_NODES:
                    nodes += _refilled(board, max(0, first), min(problem.turns, first + size))
    return min(roster, tuple(board.at), key=problem.cost)


def _refilled(board: Board, first: int, last: int) -> int:
    """Fills the turns from `first` up to `last` anew with as few open seats as a bounded search finds (depth first).

    How many partial fillings it looked at.
    """
    each = board.problem.shifts * board.problem.seats
    seats = [seat for seat in range(first * each, last * each) if seat not in board.problem.fixed]
    before = [board.at[seat] for seat in seats]
    best, fewest = before, sum(person == OPEN for person in before)
    for seat in seats:
        board.put(seat, OPEN)
    ways: list[list[int]] = [[*board.candidates(seats[0], rested), OPEN]]
    nodes, open_seats = 0, [0]
    while ways and fewest and nodes < _NODES:
        depth = len(ways) - 1
        seat = seats[depth]
        board.put(seat, OPEN)
        if not ways[-1]:
            ways.pop()
            open_seats.pop()
            continue
        nodes += 1
        person = ways[-1].pop(0)
        empty = open_seats[-1] + (person == OPEN)
        board.put(seat, person)
        is_last = depth + 1 == len(seats)
        ends_duty = is_last or seats[depth + 1] not in board.problem.duty(seat)
        if empty >= fewest or (ends_duty and not board.in_company(seat)):
            continue
        if is_last:
            best, fewest = [board.at[seat] for seat in seats], empty
        else:
            ways.append([*board.candidates(seats[depth + 1], rested), OPEN])
            open_seats.append(empty)
    for seat in seats:
        board.put(seat, OPEN)
    for seat, person in zip(seats, best, strict=True):
        board.put(seat, person)
    return nodes


def improved(problem: Problem, start: Roster, steps: int) -> Roster:
    """The best rota met by simulated annealing from one that breaks no rule."""
    board = Board(problem, start)
    free = [seat for seat in range(problem.size) if seat not in problem.fixed]
    if not free or not problem.people:
        return start
    random = Random(1).random  # noqa: S311 (the same for everybody is what is wanted)
    cost = lowest = problem.cost(start)
    best, unfair = start, board.unfair()
    cooling = (_COLD / _HOT) ** (1 / max(1, steps))
    heat = _HOT
    for _ in range(steps):
        heat *= cooling
        move = _exchanged(board, free, random) if random() < 0.5 else _given(board, free, random)
        if not move:
            continue
        seats = {problem.duty(seat).start for seat, _ in move}
        before = sum(map(board.local, seats))
        undo = [(seat, board.at[seat]) for seat, _ in move]
        if not _tried(board, move):
            continue
        after = board.unfair()
        change = sum(map(board.local, seats)) - before + after - unfair
        if change <= 0 or random() < math.exp(-change / heat):
            cost, unfair = cost + change, after
            if cost < lowest:
                lowest, best = cost, tuple(board.at)
        else:
            _restored(board, undo)
    return best


Move = tuple[tuple[int, int], ...]
"""Seats, and who gets them."""


def _given(board: Board, free: list[int], random: Callable[[], float]) -> Move:
    """One seat to somebody else."""
    seat = free[int(random() * len(free))]
    person = int(random() * len(board.on))
    return ((seat, person),) if person != board.at[seat] and board.able[seat][person] else ()


def _exchanged(board: Board, free: list[int], random: Callable[[], float]) -> Move:
    """Two seats change people; often those of one duty, or of turns close by."""
    one = free[int(random() * len(free))]
    beside = board.problem.duty(one)[-1 - one % board.problem.seats]
    other = beside if random() < 0.2 else free[int(random() * len(free))]
    here, there = board.at[one], board.at[other]
    if here == there or other in board.problem.fixed:
        return ()
    fits = all(person < 0 or board.able[seat][person] for seat, person in ((one, there), (other, here)))
    return ((one, there), (other, here)) if fits else ()


def _tried(board: Board, move: Move) -> bool:
    """Makes the move if it breaks no rule; otherwise leaves everything as it was."""
    undo = [(seat, board.at[seat]) for seat, _ in move]
    for seat, _ in move:
        board.put(seat, OPEN)
    for seat, person in move:
        if person != OPEN and not board.rested(seat, person):
            _restored(board, undo)
            return False
        board.put(seat, person)
    if all(board.in_company(seat) for seat, _ in move):
        return True
    _restored(board, undo)
    return False


def _restored(board: Board, undo: list[tuple[int, int]]) -> None:
    for seat, _ in undo:
        board.put(seat, OPEN)
    for seat, person in undo:
        board.put(seat, person)


def reasons(problem: Problem, roster: Roster, seat: int) -> Iterator[tuple[str, str]]:
    """For an open seat: each person, and why they cannot have it."""
    board = Board(problem, roster)
    turn = problem.turn(seat)
    for number, person in enumerate(problem.people):
        near = [other for other in range(problem.turns) if board.on[number] & (1 << other) & board.near[turn]]
        if turn in person.absent:
            yield person.name, "does not take part then"
        elif turn in person.away:
            yield person.name, "away"
        elif not board.able[seat][number]:
            yield person.name, "does not take that shift"
        elif turn in near:
            yield person.name, "is on duty already"
        elif near:
            yield person.name, f"needs {problem.rest} turns of rest"
        elif not board.rested(seat, number):
            yield person.name, f"has {problem.most} of {problem.span} turns already"
        else:
            yield person.name, "would be without anybody experienced"

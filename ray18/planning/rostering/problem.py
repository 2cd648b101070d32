"""Seats and people: what a rota costs, and every rule that one can break.

A rota has turns, one after another; each turn has one duty for each shift, and each duty a primary and, where the plan says
so, a secondary seat. Seats are numbered by turn, then shift, then seat.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

OPEN = -1
"""Nobody in a seat."""
ELSEWHERE = -2
"""Somebody who no longer takes turns; only in turns that are over."""
Roster = tuple[int, ...]
"""Who has each seat, by number, or `OPEN`."""

OPEN_SEAT, OPEN_PRIMARY, LACKING_SKILL = 1_000_000, 5_000, 100_000
"""What a seat that nobody has costs, what comes on top where it is the primary one, and a skill that nobody on duty has."""
LOAD, HOLIDAY, NIGHT, PRIMARY = 1000, 200, 200, 50
"""What a difference of one turn between the most and the least loaded person costs."""
WISH, CHANGE = 10, 2500
"""What a wish of weight 1 that is not met costs, and a seat that is given to somebody else than was published."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One person who takes turns."""

    name: str
    share: float = 1.0
    """How much of a full load is fair."""
    junior: bool = False
    skills: frozenset[str] = frozenset()
    shifts: frozenset[int] | None = None
    """The shifts that this person takes; None = any."""
    away: frozenset[int] = frozenset()
    """Turns in which this person cannot be on call."""
    absent: frozenset[int] = frozenset()
    """Turns that do not count for the fair share: before joining, after leaving, or long leave."""
    wishes: Mapping[int, int] = field(default_factory=dict)
    """What being on duty in a turn costs by this person's wishes; negative = preferred."""


@dataclass(frozen=True)
class Problem:
    """What is to be filled."""

    people: tuple[Watch, ...]
    turns: int
    shifts: int = 1
    seats: int = 2
    rest: int = 2
    """Turns of rest after each turn."""
    span: int = 8
    most: int = 2
    """How many turns at most one person takes in any `span` on end."""
    skills: frozenset[str] = frozenset()
    """Skills of which each duty needs somebody."""
    holidays: tuple[int, ...] = ()
    """The burden of each turn; empty = none."""
    nights: tuple[bool, ...] = ()
    """Whether each shift is a burden; empty = none."""
    fixed: Mapping[int, int] = field(default_factory=dict)
    """Seats that stay as they are: those of the past, and those that people fixed."""
    published: Mapping[int, int] = field(default_factory=dict)
    """Who has which seat in the rota in force."""

    @property
    def size(self) -> int:
        """How many seats there are."""
        return self.turns * self.shifts * self.seats

    def turn(self, seat: int) -> int:
        """The turn of a seat."""
        return seat // (self.shifts * self.seats)

    def shift(self, seat: int) -> int:
        """The shift of a seat."""
        return seat // self.seats % self.shifts

    def duty(self, seat: int) -> range:
        """The seats of the same duty."""
        start = seat - seat % self.seats
        return range(start, start + self.seats)

    @cached_property
    def burdens(self) -> tuple[tuple[int, int, int, int], ...]:
        """For each seat how much it counts as load, holiday, night and primary, in points."""
        found = []
        for seat in range(self.size):
            holiday = self.holidays[self.turn(seat)] if self.holidays else 0
            night = bool(self.nights) and self.nights[self.shift(seat)]
            first = seat % self.seats == 0 and self.seats > 1
            found.append((LOAD, HOLIDAY * holiday, NIGHT * night, PRIMARY * first))
        return tuple(found)

    @cached_property
    def targets(self) -> tuple[tuple[int, ...], ...]:
        """For each kind of burden the fair part of each person, by share and by the turns in which they are there.

        Nights are shared among those who take a shift at night.
        """
        mine = [seat for seat in range(self.size) if self.fixed.get(seat) != ELSEWHERE]
        found = []
        for kind in range(4):
            total = sum(self.burdens[seat][kind] for seat in mine)
            presence = [self._presence(person, kind) for person in self.people]
            whole = sum(presence) or 1.0
            found.append(tuple(round(total * there / whole) for there in presence))
        return tuple(found)

    def _presence(self, person: Watch, kind: int) -> float:
        """How much of a kind of burden somebody can be asked to take."""
        nightly = {shift for shift, night in enumerate(self.nights) if night}
        if kind == 2 and person.shifts is not None and not person.shifts & nightly:
            return 0.0
        return person.share * (self.turns - len(person.absent))

    def faults(self, roster: Roster) -> Iterator[str]:
        """Every hard rule that the rota breaks. Seats that are fixed are taken as they are."""
        for seat, who in enumerate(roster):
            if seat in self.fixed and who != self.fixed[seat]:
                yield f"seat {seat} is fixed"
            elif who >= 0 and seat not in self.fixed:
                yield from self._person_faults(seat, self.people[who])
        for start in range(0, self.size, self.seats):
            seats = range(start, start + self.seats)
            there = [self.people[roster[seat]] for seat in seats if roster[seat] >= 0]
            if there and all(person.junior for person in there) and not all(seat in self.fixed for seat in seats):
                yield f"in turn {self.turn(start)} nobody experienced is beside {there[0].name}"
        for number, person in enumerate(self.people):
            yield from self._load_faults(number, person, roster)

    def _person_faults(self, seat: int, person: Watch) -> Iterator[str]:
        if self.turn(seat) in person.away:
            yield f"{person.name} is away in turn {self.turn(seat)}"
        if person.shifts is not None and self.shift(seat) not in person.shifts:
            yield f"{person.name} does not take shift {self.shift(seat)}"

    def _load_faults(self, number: int, person: Watch, roster: Roster) -> Iterator[str]:
        seats = [seat for seat, who in enumerate(roster) if who == number]
        turns = [self.turn(seat) for seat in seats]
        free = {self.turn(seat) for seat in seats if seat not in self.fixed}
        for place, turn in enumerate(turns[1:], 1):
            if turn - turns[place - 1] <= self.rest and {turn, turns[place - 1]} & free:
                yield f"{person.name} has turns {turns[place - 1]} and {turn} without {self.rest} of rest between"
        for place in range(self.most, len(turns)):
            among = turns[place - self.most : place + 1]
            if among[-1] - among[0] < self.span and free.intersection(among):
                yield f"{person.name} has {self.most + 1} turns within {self.span}, from turn {among[0]}"

    def gaps(self, roster: Roster) -> tuple[int, int]:
        """Seats that nobody has, and skills that nobody on duty has."""
        lacking = 0
        for start in range(0, self.size, self.seats):
            there = [roster[seat] for seat in range(start, start + self.seats) if roster[seat] >= 0]
            lacking += len(self.skills.difference(*(self.people[person].skills for person in there)))
        return sum(person == OPEN for person in roster), lacking

    def loads(self, roster: Roster) -> list[list[int]]:
        """For each kind of burden what each person has, less the fair part."""
        found = [[-fair for fair in row] for row in self.targets]
        for seat, person in enumerate(roster):
            if person >= 0:
                for row, burden in zip(found, self.burdens[seat], strict=True):
                    row[person] += burden
        return found

    def unfairness(self, roster: Roster) -> tuple[int, int, int, int]:
        """The difference between the most and the least burdened person, against their fair parts, by kind."""
        load, holiday, night, primary = (max(row) - min(row) if row else 0 for row in self.loads(roster))
        return load, holiday, night, primary

    def wishes(self, roster: Roster) -> int:
        """What wishes that are not met cost."""
        met = sum(
            self.people[person].wishes.get(self.turn(seat), 0) for seat, person in enumerate(roster) if person >= 0
        )
        return WISH * (met + self.wished)

    @cached_property
    def wished(self) -> int:
        """The sum of all preferences: what it costs when none of them is met."""
        return -sum(min(0, wish) for person in self.people for wish in person.wishes.values())

    def changes(self, roster: Roster) -> int:
        """How many seats have gone to somebody else than was published."""
        return sum(roster[seat] != person for seat, person in self.published.items() if seat not in self.fixed)

    def cost(self, roster: Roster) -> int:
        """What the rota costs."""
        open_seats, lacking = self.gaps(roster)
        return (
            OPEN_SEAT * open_seats
            + OPEN_PRIMARY * sum(roster[seat] == OPEN for seat in range(0, self.size, self.seats))
            + LACKING_SKILL * lacking
            + sum(self.unfairness(roster))
            + self.wishes(roster)
            + CHANGE * self.changes(roster)
        )


def busiest(problem: Problem, roster: Sequence[int]) -> int:
    """How many turns the most loaded person has."""
    return max((sum(who == person for who in roster) for person in range(len(problem.people))), default=0)

"""A rota as it was made: who has which turn, how fair that is, what stays open and why, and what changed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from ray18.documents.rota import Shift
from ray18.planning.rostering.demand import WHOLE_DAY, Demand, Request, demand
from ray18.planning.rostering.problem import Roster
from ray18.planning.rostering.search import reasons, search
from ray18.planning.rostering.shortage import Shortage, shortages

SEATS = ("primary", "secondary")


@dataclass(frozen=True, slots=True)
class Duty:
    """One seat for one turn."""

    number: int
    """The number of the seat."""
    first: date
    """The first day of the turn."""
    shift: Shift
    seat: str
    """primary or secondary."""
    person: str | None
    """None = open."""


@dataclass(frozen=True, slots=True)
class Burden:
    """What one person has, in the turns that are still to come."""

    person: str
    turns: int
    primary: int
    holidays: int
    nights: int
    fair: float
    """The turns that would be fair, in all turns that count; those that are over included."""
    total: int
    """The turns in all turns that count."""


@dataclass(frozen=True, slots=True)
class Change:
    """A seat that has gone to somebody else than was published."""

    duty: Duty
    before: str | None


@dataclass(frozen=True)
class Outcome:
    """A rota."""

    demand: Demand
    roster: Roster

    @cached_property
    def duties(self) -> tuple[Duty, ...]:
        """Every seat that is still to come, by turn."""
        names = [person.name for person in self.demand.problem.people]
        return tuple(
            Duty(
                seat,
                self.demand.days[turn],
                shift,
                SEATS[place],
                names[who] if (who := self.roster[seat]) >= 0 else None,
            )
            for turn, shift, seats in self.demand.duties()
            for place, seat in enumerate(seats)
        )

    def open_seats(self) -> Iterator[tuple[Duty, tuple[tuple[str, str], ...]]]:
        """Seats that nobody can have, and for each person why."""
        for duty in self.duties:
            if duty.person is None:
                yield duty, tuple(reasons(self.demand.problem, self.roster, duty.number))

    def unskilled(self) -> Iterator[tuple[date, Shift, tuple[str, ...]]]:
        """Turns in which a skill is lacking."""
        problem = self.demand.problem
        for turn, shift, seats in self.demand.duties():
            there = [problem.people[self.roster[seat]].skills for seat in seats if self.roster[seat] >= 0]
            lacking = problem.skills.difference(*there)
            if lacking:
                yield self.demand.days[turn], shift, tuple(sorted(lacking))

    @cached_property
    def shortages(self) -> tuple[Shortage, ...]:
        """Why no rota could fill every seat, by counting."""
        return shortages(self.demand.problem, self.demand.past, tuple(shift.id for shift in self.demand.shifts))

    def burdens(self) -> Iterator[Burden]:
        """Everybody's part."""
        problem = self.demand.problem
        load = problem.loads(self.roster)[0]
        for number, person in enumerate(problem.people):
            mine = [duty for duty in self.duties if duty.person == person.name]
            total = sum(who == number for who in self.roster)
            yield Burden(
                person.name,
                len(mine),
                sum(duty.seat == "primary" for duty in mine),
                sum(bool(problem.holidays and problem.holidays[problem.turn(duty.number)]) for duty in mine),
                sum(duty.shift.night for duty in mine),
                total - load[number] / 1000,
                total,
            )

    def changes(self) -> Iterator[Change]:
        """What is no longer as it was published."""
        published = {(turn.first, turn.shift): turn for turn in self.demand.request.rota.turns}
        for duty in self.duties:
            turn = published.get((duty.first, None if duty.shift is WHOLE_DAY else duty.shift.id))
            before = (turn.primary if duty.seat == "primary" else turn.secondary) if turn else None
            if turn is not None and before != duty.person:
                yield Change(duty, before)

    def unmet(self) -> Counter[str]:
        """By person, how much of their wishes is not met."""
        problem = self.demand.problem
        found: Counter[str] = Counter()
        for number, person in enumerate(problem.people):
            on = {problem.turn(seat) for seat, who in enumerate(self.roster) if who == number}
            for turn, wish in person.wishes.items():
                if turn >= self.demand.past and (turn in on) == (wish > 0):
                    found[person.name] += abs(wish)
        return found

    def times(self, duty: Duty) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of time that a duty is on, in UTC: the whole turn, or the shift on each of its days."""
        rota = self.demand.request.rota
        zone = ZoneInfo(rota.time_zone)
        if duty.shift.starts_at == duty.shift.ends_at:
            starts = _clock(duty.first, rota.handover_time if duty.shift is WHOLE_DAY else duty.shift.starts_at, zone)
            end = duty.first + self.demand.length
            yield starts, _clock(end, rota.handover_time if duty.shift is WHOLE_DAY else duty.shift.starts_at, zone)
            return
        for number in range(self.demand.length.days):
            day = duty.first + timedelta(days=number)
            after = day + timedelta(days=duty.shift.ends_at < duty.shift.starts_at)
            yield _clock(day, duty.shift.starts_at, zone), _clock(after, duty.shift.ends_at, zone)


def _clock(day: date, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def make(request: Request, *, fresh: bool = False) -> Outcome:
    """A rota: the one in force with as few changes as possible, or, when asked to, a new one."""
    if fresh:
        begin = demand(request)
        start = begin.days[begin.past] if begin.past < len(begin.days) else date.max
        kept = tuple(turn for turn in request.rota.turns if turn.first < start or turn.fixed)
        rota = request.rota.model_copy(update={"turns": kept, "first": request.rota.first or start})
        request = Request(rota, request.rotation, request.as_of, request.turns)
    made = demand(request)
    return Outcome(made, search(made.problem))

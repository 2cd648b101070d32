"""From the records to the problem: whose turn it may be, what counts as a burden, what was published."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ray18.documents.plan import Rotation
from ray18.documents.rota import Days, Member, Rota, Shift, Turn
from ray18.planning.rostering.problem import ELSEWHERE, OPEN, Problem, Roster, Watch

LONG_LEAVE = 4
"""Leave of so many turns on end lessens the fair share; shorter leave does not."""
LOOK_BACK = 26
"""Published turns that are over and still count for fairness, rest and greatest share."""
WHOLE_DAY = Shift(id="all-day", starts_at="00:00", ends_at="00:00")


@dataclass(frozen=True)
class Request:
    """What a rota is made from."""

    rota: Rota
    rotation: Rotation
    as_of: date
    turns: int = 26


@dataclass(frozen=True)
class Demand:
    """The problem, and what its numbers stand for."""

    request: Request
    days: tuple[date, ...]
    """The first day of each turn."""
    past: int
    """How many of the turns have begun before the day that the rota is made on."""
    shifts: tuple[Shift, ...]
    problem: Problem

    @property
    def length(self) -> timedelta:
        """How long a turn is."""
        return timedelta(days=self.request.rotation.turn_days)

    def duties(self) -> Iterator[tuple[int, Shift, tuple[int, ...]]]:
        """Turn, shift and seats of every duty that is still to come."""
        for start in range(self.past * len(self.shifts) * self.problem.seats, self.problem.size, self.problem.seats):
            seats = tuple(self.problem.duty(start))
            yield self.problem.turn(start), self.shifts[self.problem.shift(start)], seats

    def turns(self, roster: Roster) -> tuple[Turn, ...]:
        """The rota as it is written down: what is over first, as it was."""
        published = {(turn.first, turn.shift): turn for turn in self.request.rota.turns}
        kept = [turn for turn in self.request.rota.turns if turn.first < self._begin]
        made = []
        for turn, shift, seats in self.duties():
            name = None if shift is WHOLE_DAY else shift.id
            people = [self.problem.people[roster[seat]].name if roster[seat] >= 0 else None for seat in seats]
            before = published.get((self.days[turn], name))
            made.append(
                Turn(
                    first=self.days[turn],
                    shift=name,
                    primary=people[0],
                    secondary=people[1] if len(people) > 1 else None,
                    fixed=before.fixed if before else False,
                )
            )
        return (*kept, *made)

    @property
    def _begin(self) -> date:
        return self.days[self.past] if self.past < len(self.days) else date.max


def demand(request: Request) -> Demand:
    """The problem of these records."""
    rota, rotation = request.rota, request.rotation
    days, past = _days(request)
    shifts = tuple(rota.shifts) or (WHOLE_DAY,)
    seats = 2 if rotation.secondary else 1
    members = {member.person: member for member in rota.members}
    people = tuple(
        _watch(members.get(name) or Member(person=name), request, days, shifts)
        for name in dict.fromkeys(rotation.members)
    )
    fixed, published = _published(request, days, past, shifts, seats, [person.name for person in people])
    problem = Problem(
        people,
        len(days),
        len(shifts),
        seats,
        rota.rest_turns,
        rota.share_turns,
        max(1, int(rota.max_share * rota.share_turns + 1e-9)),
        frozenset(rota.skills),
        tuple(max((h.weight for h in rota.holidays if _meets(h, day, request)), default=0) for day in days),
        tuple(shift.night for shift in shifts) if any(shift.night for shift in shifts) else (),
        fixed,
        published,
    )
    return Demand(request, days, past, shifts, problem)


def without(request: Request, person: str) -> Request:
    """The same when somebody takes turns no more, from the day that the rota is made on."""
    left = tuple(name for name in request.rotation.members if name != person)
    return Request(request.rota, request.rotation.model_copy(update={"members": left}), request.as_of, request.turns)


def _days(request: Request) -> tuple[tuple[date, ...], int]:
    """The first day of each turn, and how many of them are over or running."""
    length = timedelta(days=request.rotation.turn_days)
    published = sorted({turn.first for turn in request.rota.turns})
    anchor = request.rota.first or (published[0] if published else _monday(request.as_of))
    behind = max(0, -((anchor - request.as_of) // length))
    begin = anchor + behind * length
    over = [day for day in published if begin - LOOK_BACK * length <= day < begin]
    return (*over, *(begin + number * length for number in range(request.turns))), len(over)


def _monday(day: date) -> date:
    """The next Monday, today included."""
    return day + timedelta(days=-day.weekday() % 7)


def _meets(days: Days, first: date, request: Request) -> bool:
    """Whether some days touch the turn that begins on `first`."""
    return days.first < first + timedelta(days=request.rotation.turn_days) and first <= days.last


def _watch(member: Member, request: Request, days: Sequence[date], shifts: Sequence[Shift]) -> Watch:
    names = [shift.id for shift in shifts]
    absent = {
        number
        for number, day in enumerate(days)
        if (member.first and day < member.first)
        or (member.last and day + timedelta(days=request.rotation.turn_days - 1) > member.last)
    }
    away = set(absent)
    for leave in (leave for leave in request.rota.leave if leave.person == member.person):
        missed = {number for number, day in enumerate(days) if _meets(leave, day, request)}
        away |= missed
        if len(missed) >= LONG_LEAVE:
            absent |= missed
    return Watch(
        member.person,
        member.share,
        member.junior,
        frozenset(member.skills),
        frozenset(names.index(name) for name in member.shifts if name in names) if member.shifts else None,
        frozenset(away),
        frozenset(absent),
        _wishes(member.person, request, days),
    )


def _wishes(person: str, request: Request, days: Sequence[date]) -> Mapping[int, int]:
    found: dict[int, int] = {}
    for wish in request.rota.wishes:
        if wish.person == person:
            for number, day in enumerate(days):
                if _meets(wish, day, request):
                    found[number] = found.get(number, 0) + (wish.weight if wish.wish == "avoid" else -wish.weight)
    return found


def _published(
    request: Request, days: Sequence[date], past: int, shifts: Sequence[Shift], seats: int, people: Sequence[str]
) -> tuple[dict[int, int], dict[int, int]]:
    """Seats that stay, and who has which seat, by number."""
    numbers = {name: number for number, name in enumerate(people)}
    fixed: dict[int, int] = {}
    published: dict[int, int] = {}
    entries = {(turn.first, turn.shift or WHOLE_DAY.id): turn for turn in request.rota.turns}
    for number, day in enumerate(days):
        for place, shift in enumerate(shifts):
            turn = entries.get((day, shift.id))
            start = (number * len(shifts) + place) * seats
            for seat, name in enumerate((turn.primary, turn.secondary)[:seats] if turn else (None, None)[:seats]):
                if number < past:
                    fixed[start + seat] = numbers.get(name, ELSEWHERE) if name else ELSEWHERE
                elif turn is not None and name in numbers:
                    published[start + seat] = numbers[name]
                    if turn.fixed:
                        fixed[start + seat] = numbers[name]
                elif turn is not None and turn.fixed and name is None:
                    fixed[start + seat] = OPEN
    return fixed, published

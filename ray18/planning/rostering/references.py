"""What a rota names that is not there, and which of its published turns cannot be taken."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from ray18.documents.people import People
from ray18.documents.plan import Rotation
from ray18.documents.rota import Rota

Stranger = tuple[tuple[str | int, ...], str, str]
"""The way to a value, the value, and what is wrong with it."""


def strangers(rota: Rota, people: People) -> Iterator[Stranger]:
    """Where the rota names something that is not there, or days that end before they begin. Turns are left to `conflicts`."""
    known = {person.id for person in people.people}
    for name, entries in (("members", rota.members), ("leave", rota.leave), ("wishes", rota.wishes)):
        for number, person in enumerate(entry.person for entry in entries):
            if person not in known:
                yield (name, number, "person"), person, f"people.yaml does not know {person}"
    for name, spans in (("leave", rota.leave), ("wishes", rota.wishes), ("holidays", rota.holidays)):
        for number, span in enumerate(spans):
            if span.last < span.first:
                yield (
                    (name, number, "last"),
                    str(span.last),
                    f"the last day {span.last} is before the first, {span.first}",
                )
    yield from _shifts(rota)
    try:
        ZoneInfo(rota.time_zone)
    except (ValueError, OSError, LookupError):
        yield ("time_zone",), rota.time_zone, f"there is no time zone {rota.time_zone}"


def _shifts(rota: Rota) -> Iterator[Stranger]:
    known = {shift.id for shift in rota.shifts}
    for number, member in enumerate(rota.members):
        for place, shift in enumerate(member.shifts):
            if shift not in known:
                yield ("members", number, "shifts", place), shift, f"the rota has no shift {shift}"


def conflicts(rota: Rota, rotation: Rotation, today: date) -> Iterator[Stranger]:
    """Published turns, not over yet, that somebody cannot take: away, no longer in the rotation, twice at once, alone."""
    juniors = {member.person for member in rota.members if member.junior}
    length = timedelta(days=rotation.turn_days)
    for number, turn in enumerate(rota.turns):
        if turn.first + length <= today:
            continue
        seats = [
            (seat, person) for seat, person in (("primary", turn.primary), ("secondary", turn.secondary)) if person
        ]
        for seat, person in seats:
            if person not in rotation.members:
                yield ("turns", number, seat), person, f"{person} takes turns no more, and has the one of {turn.first}"
            for leave in rota.leave:
                if leave.person == person and leave.first < turn.first + length and turn.first <= leave.last:
                    yield (
                        ("turns", number, seat),
                        person,
                        f"{person} is away from {leave.first} to {leave.last}, and has the turn of {turn.first}",
                    )
        there = [person for _, person in seats]
        if len(there) == 2 and there[0] == there[1]:
            yield ("turns", number, "secondary"), there[0], f"{there[0]} is primary and secondary on {turn.first}"
        elif there and all(person in juniors for person in there):
            yield ("turns", number, "primary"), there[0], f"nobody experienced is beside {there[0]} on {turn.first}"

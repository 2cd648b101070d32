"""A rota for calendars (RFC 5545) and for PagerDuty.

Events are in UTC, so that no reader needs to know our time zones. Titles follow the grammar of Grafana OnCall: a user name,
after `[L2]` for the primary and `[L1]` for the secondary where both are in one calendar; there the higher level is called.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from ray18.planning.rostering.demand import WHOLE_DAY
from ray18.planning.rostering.outcome import SEATS, Duty, Outcome

_OCTETS = 75
_EPOCH = date(2020, 1, 1)
_LEVELS = {"primary": "[L2] ", "secondary": "[L1] "}
_DAY = 86_400


def as_icalendar(made: Outcome, program: str, title: str, seats: Iterable[str], called: Callable[[str], str]) -> bytes:
    """The rota as iCalendar. `called`: the user name of a person. Open seats are not in it.

    The same turn keeps its UID; SEQUENCE rises with the day that the rota is made on, so that readers take the newer one.
    """
    wanted = tuple(seats)
    day = made.demand.request.as_of
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//RAY-18//rota//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(title)}",
    ]
    for duty in made.duties:
        if duty.person is not None and duty.seat in wanted:
            level = _LEVELS[duty.seat] if len(wanted) > 1 else ""
            for number, (starts, ends) in enumerate(made.times(duty)):
                lines += [
                    "BEGIN:VEVENT",
                    f"UID:{duty.first}-{duty.shift.id}-{duty.seat}-{number}@{program}",
                    f"SEQUENCE:{(day - _EPOCH).days}",
                    f"DTSTAMP:{day:%Y%m%d}T000000Z",
                    f"DTSTART:{starts:%Y%m%dT%H%M%SZ}",
                    f"DTEND:{ends:%Y%m%dT%H%M%SZ}",
                    f"SUMMARY:{_escaped(level + called(duty.person))}",
                    f"DESCRIPTION:{_escaped(f'{duty.seat}, {duty.shift.id}')}",
                    "TRANSP:TRANSPARENT",
                    "END:VEVENT",
                ]
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _escaped(text: str) -> str:
    """RFC 5545, 3.3.11."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return "".join(
        "\\n" if character == "\n" else character for character in text if character.isprintable() or character == "\n"
    )


def _folded(line: str) -> Iterator[bytes]:
    """Lines of at most 75 octets, never inside a character (RFC 5545, 3.1)."""
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > _OCTETS:
            yield part
            part = b" "
        part += octets
    yield part


def as_pagerduty(made: Outcome, title: str, user: Callable[[str], dict[str, str]]) -> dict[str, Any]:
    """Bodies for `POST /schedules` of PagerDuty's REST API v2: one schedule for each seat, one layer for each shift.

    A layer names everybody in the order of their turns, so that its rotation is the rota; it ends where the rota ends, or
    at an open seat, after which the next one begins. `user`: the reference to a person's user there.
    """
    zone = made.demand.request.rota.time_zone
    schedules = []
    for seat in SEATS[: made.demand.problem.seats]:
        layers = [
            _layer(made, run, user)
            for shift in made.demand.shifts
            for run in _runs([duty for duty in made.duties if duty.seat == seat and duty.shift is shift])
        ]
        schedules.append(
            {
                "schedule": {
                    "type": "schedule",
                    "name": f"{title}: {seat}",
                    "time_zone": "Etc/UTC" if zone == "UTC" else zone,  # it refuses `UTC`
                    "schedule_layers": layers,
                }
            }
        )
    return {"schedules": schedules}


def _runs(duties: list[Duty]) -> Iterator[list[Duty]]:
    """Stretches without an open seat."""
    for taken, run in groupby(duties, key=lambda duty: duty.person is not None):
        if taken:
            yield list(run)


def _layer(made: Outcome, run: list[Duty], user: Callable[[str], dict[str, str]]) -> dict[str, Any]:
    rota, shift = made.demand.request.rota, run[0].shift
    zone = ZoneInfo(rota.time_zone)
    clock = rota.handover_time if shift is WHOLE_DAY else shift.starts_at
    start = _local(run[0].first, clock, zone)
    layer: dict[str, Any] = {
        "name": f"{shift.id} from {run[0].first}",
        "start": start,
        "end": _local(run[-1].first + made.demand.length, clock, zone),
        "rotation_virtual_start": start,
        "rotation_turn_length_seconds": made.demand.length.days * _DAY,
        "users": [{"user": user(duty.person)} for duty in run if duty.person is not None],
    }
    if shift.starts_at != shift.ends_at:
        layer["restrictions"] = [
            {
                "type": "daily_restriction",
                "start_time_of_day": f"{shift.starts_at}:00",
                "duration_seconds": _length(shift.starts_at, shift.ends_at),
            }
        ]
    return layer


def _local(day: date, clock: str, zone: ZoneInfo) -> str:
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), zone).isoformat()


def _length(starts: str, ends: str) -> int:
    """Seconds from one time of day to the next such other one."""
    first, last = (datetime.combine(_EPOCH, datetime.strptime(clock, "%H:%M").time(), UTC) for clock in (starts, ends))
    return int(((last - first) % timedelta(days=1)).total_seconds())

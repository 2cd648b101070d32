"""The hours of one week: which of them somebody answers in, by time zone, daylight saving time and holidays.

A week is 168 moments, from Monday 00:00 by the clock of one time zone. Where clocks are put forward, an hour that does not
exist stands for the one after it.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ray18.documents.plan import SupportHours, Weekday

HOURS = 168
WEEKDAYS: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = timedelta(days=1)
_QUARTERS = tuple(timedelta(minutes=minutes) for minutes in (0, 15, 30, 45))
_NOON = 13.0
"""The middle of a working day, by the clock of the place."""

Week = Sequence[datetime]
"""168 moments, an hour apart."""


def known_zone(name: str) -> bool:
    """Whether there is such a time zone here."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def week_of(monday: date, time_zone: str) -> tuple[datetime, ...]:
    """The hours of the week, by the clock there."""
    zone = ZoneInfo(time_zone)
    start = datetime.combine(monday, time(), zone)
    return tuple((start + timedelta(hours=at)).astimezone(UTC) for at in range(HOURS))


def open_in(week: Week, hours: SupportHours, holidays: Collection[date] = ()) -> tuple[bool, ...]:
    """For each hour, whether somebody answers in some quarter of it; not on holidays, by the day the hours begin on."""
    zone = ZoneInfo(hours.time_zone)
    starts, ends = time.fromisoformat(hours.starts_at), time.fromisoformat(hours.ends_at)
    days = {WEEKDAYS.index(day) for day in hours.days}

    def answered(moment: datetime) -> bool:
        local = moment.astimezone(zone)
        clock, day = local.time(), local.date()
        if ends <= starts and clock < ends:
            day -= _DAY  # it began the evening before
        elif not (starts <= clock and (clock < ends or ends <= starts)):
            return False
        return day.weekday() in days and day not in holidays

    return tuple(any(answered(moment + quarter) for quarter in _QUARTERS) for moment in week)


def awake_site(week: Week, zones: Sequence[str]) -> tuple[int, ...]:
    """For each hour, the place (by number) where it is nearest to the middle of the working day: follow the sun."""
    every = [ZoneInfo(zone) for zone in zones]
    return tuple(min(range(len(every)), key=lambda at: (_from_noon(moment, every[at]), at)) for moment in week)


def _from_noon(moment: datetime, zone: ZoneInfo) -> float:
    local = moment.astimezone(zone)
    apart = abs(local.hour + local.minute / 60 + 0.5 - _NOON)
    return min(apart, 24 - apart)


def offset(time_zone: str, day: date) -> str:
    """As `UTC+8` or `UTC+5:30`, on that day at noon."""
    ahead = datetime.combine(day, time(12), ZoneInfo(time_zone)).utcoffset() or timedelta()
    minutes = round(abs(ahead).total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    sign = "-" if ahead < timedelta() else "+"
    return f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"

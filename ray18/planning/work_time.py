"""Time that passes while somebody answers: the part of a span that lies in support hours."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ray18.documents.plan import SupportHours
from ray18.planning.hours import WEEKDAYS

_DAY = timedelta(days=1)
MOST_DAYS = 400
"""Days that are looked at; of a longer span, the rest is counted at the same rate."""


def minutes_open(start: datetime, end: datetime, hours: SupportHours, holidays: Collection[date] = ()) -> float:
    """Minutes of support hours between two moments, both with a time zone; also over changes of the clock."""
    if hours.always:
        return max(0.0, (end - start).total_seconds() / 60)
    zone = ZoneInfo(hours.time_zone)
    whole = (end - start).days
    if whole > MOST_DAYS:
        return minutes_open(start, start + _DAY * MOST_DAYS, hours, holidays) * (whole / MOST_DAYS)
    day, total = start.astimezone(zone).date() - _DAY, 0.0
    last = end.astimezone(zone).date()
    while day <= last:
        if WEEKDAYS[day.weekday()] in hours.days and day not in holidays:
            opens, closes = _opening(day, hours, zone)
            total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
        day += _DAY
    return total / 60


def _opening(day: date, hours: SupportHours, zone: ZoneInfo) -> tuple[datetime, datetime]:
    starts, ends = time.fromisoformat(hours.starts_at), time.fromisoformat(hours.ends_at)
    opens = datetime.combine(day, starts, zone)
    closes = datetime.combine(day if ends > starts else day + _DAY, ends, zone)
    return opens.astimezone(UTC), closes.astimezone(UTC)

"""Recurrence rules (RFC 5545) by day: the only user of dateutil. No rule costs more than a moment."""

from collections.abc import Iterator
from datetime import MAXYEAR, date, datetime, time
from itertools import islice

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = frozenset(("FREQ", "INTERVAL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"))
_ERA = 400
"""Years after which the Gregorian calendar repeats itself, weekdays included."""


def occurrences(rule: str, first: date, last: date) -> Iterator[date]:
    """The days up to `last` on which a rule that begins on `first` falls. Raises ValueError, with the reason.

    dateutil looks for a rule that never falls (30 February) until the year 9999: 4 seconds for a daily one.
    So the question is put as many eras later as fit before that year: same answer, short search.
    """
    from dateutil.rrule import rrulestr

    parts = _parts(rule)
    last = min(last, _until(parts.pop("UNTIL", ""), last))
    count = _whole(parts.pop("COUNT", ""), "COUNT")
    later = (MAXYEAR - max(first, last).year) // _ERA * _ERA
    starts, ends = _moved(first, later), _moved(last, later)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        found = rrulestr(f"{text};UNTIL={ends:%Y%m%d}T235959", dtstart=datetime.combine(starts, time.min), cache=False)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{rule} is not a recurrence rule of RFC 5545: {error}") from error
    return (_moved(moment.date(), -later) for moment in islice(found, count))


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS | {"UNTIL", "COUNT"} or name in parts:
            raise ValueError(f"{rule} has the part {name}, which is unknown here or stands twice")
        parts[name] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError(f"FREQ={parts.get('FREQ')} is not one of {', '.join(_FREQUENCIES)}")
    _whole(parts.get("INTERVAL", ""), "INTERVAL")
    return parts


def _whole(text: str, name: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 10_000):
        raise ValueError(f"{name}={text} is not a whole number from 1 to 10000")
    return int(text)


def _until(text: str, otherwise: date) -> date:
    if not text:
        return otherwise
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError as error:
        raise ValueError(f"UNTIL={text} is not a day: {error}") from error


def _moved(day: date, years: int) -> date:
    return day.replace(year=day.year + years)

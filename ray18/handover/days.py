"""Days and durations as people write them. What can be read in two ways is not read: both ways are shown.

Taken: ISO 8601 days and times, `2025/03/26`, `26 March 2025`, `Mar 26th, 2025`, `26/03/2025` (there is no 26th month).
Not taken before people say how they are meant: `03/04/2025`, `26/03/25`, `Mar 26th`, `45742`, and `15.26` as a duration.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from ray18.documents.dialects import Dialect

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?\.?"
_YEAR = r"(?:[,\s./-]+(?P<year>[0-9]{4}|[0-9]{2}|'[0-9]{2}))?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_CLOCK = (
    r"(?:(?:,|\s+at)?[\sT]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_FLAGS = re.IGNORECASE | re.ASCII
_NAMED = tuple(
    re.compile(f"{_WEEKDAY}{body}{_YEAR}{_CLOCK}", _FLAGS)
    for body in (rf"{_DAY}[\s.-]*(?:of\s+)?{_NAME}", rf"{_NAME}[\s.-]*{_DAY}")
)
_TWO = r"[0-9]{1,2}"
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})(?P<sign>[-/.])(?P<month>{_TWO})(?P=sign)(?P<day>{_TWO}){_CLOCK}", _FLAGS
)
_YEAR_LAST = re.compile(
    rf"(?P<one>{_TWO})(?P<sign>[-/.])(?P<two>{_TWO})(?P=sign)(?P<year>[0-9]{{4}}|{_TWO}){_CLOCK}", _FLAGS
)
_SERIAL = re.compile(r"[1-9][0-9]{3,4}(?:\.[0-9]{1,12})?", re.ASCII)
_SERIAL_START = date(1899, 12, 30)
"""Day 0 of the 1900 date system for all days from 1 March 1900 on (ECMA-376 part 1, 18.17.4.1)."""
_UNITS = {
    "second": 1 / 60, "sec": 1 / 60, "s": 1 / 60, "minute": 1.0, "min": 1.0, "hour": 60.0, "hr": 60.0, "h": 60.0,
    "day": 1440.0, "d": 1440.0, "week": 10080.0, "wk": 10080.0, "w": 10080.0,
}  # fmt: skip
_PART = re.compile(
    r"(?P<number>[0-9]{1,7}(?:\.[0-9]{1,3})?)\s*(?P<unit>seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w)"
    r"(?![A-Za-z])",
    _FLAGS,
)
_BETWEEN = re.compile(r"[\s,]*(?:and\s+)?", _FLAGS)
_TAIL = re.compile(r"\s*\.?(?:\s*\[\^?[0-9]+\])?\.?", re.ASCII)
_LONGEST = 80
"""Characters of the longest text that is looked at."""
_WEEK = re.compile(r"[0-9]{4}-?W[0-9]{2}", re.ASCII)
_BARE = re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,3})?", re.ASCII)
_CLOCKED = re.compile(r"[0-9]{1,3}:[0-9]{2}(?::[0-9]{2})?", re.ASCII)
_ISO_DURATION = re.compile(
    r"P(?!\Z)(?:(?P<weeks>[0-9]{1,4})W)?(?:(?P<days>[0-9]{1,5})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,6})H)?(?:(?P<minutes>[0-9]{1,7})M)?(?:(?P<seconds>[0-9]{1,8})S)?)?",
    re.ASCII,
)
_PER_UNIT = {"minutes": 1.0, "hours": 60.0, "days": 1440.0}


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why a text was not read, and what settles it."""

    why: str
    remedy: str


def read_day(text: str, dialect: Dialect) -> date | Unclear:
    """The day that a text names, if it can be read in one way only; of a time with a zone, the day it is written with."""
    given = text.strip()
    if len(given) > _LONGEST:
        return Unclear("is not a day", "write it as YYYY-MM-DD")
    for pattern, reading in _FORMS:
        match = pattern.fullmatch(given)
        if match:
            return reading(match, dialect)
    return _moment(given)


def could_be_day(text: str) -> tuple[bool, bool]:
    """Whether a text with the year last could be day-month, and whether it could be month-day."""
    match = _YEAR_LAST.fullmatch(text.strip())
    if not match or len(match["year"]) != 4:
        return False, False
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    return _existing(year, two, one) is not None, _existing(year, one, two) is not None


def looks_like_day(text: str) -> bool:
    """Whether a text has the form of a day, read or not; a bare number has not."""
    given = text.strip()
    return any(pattern.fullmatch(given) for pattern, _ in _FORMS if pattern is not _SERIAL) or isinstance(
        _moment(given), date
    )


def _moment(given: str) -> date | Unclear:
    """ISO 8601 in all its forms that name a day; a number of eight digits is a day of its basic form."""
    if _WEEK.fullmatch(given):
        return Unclear("is a week, not a day", "write it as YYYY-MM-DD")
    try:
        return datetime.fromisoformat(given).date()
    except ValueError:
        return Unclear("is not a day", "write it as YYYY-MM-DD")


def _year_first(match: re.Match[str], _: Dialect) -> date | Unclear:
    return _day_or_none(int(match["year"]), int(match["month"]), int(match["day"]))


def _day_or_none(year: int, month: int, day: int) -> date | Unclear:
    return _existing(year, month, day) or Unclear("is a day that does not exist", "write it as YYYY-MM-DD")


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year_last(match: re.Match[str], dialect: Dialect) -> date | Unclear:
    if len(match["year"]) == 2:
        return Unclear("names its year with two digits", "write it as YYYY-MM-DD")
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    readings = {"day-month": _existing(year, two, one), "month-day": _existing(year, one, two)}
    if dialect.date_order in readings:
        meant = readings[dialect.date_order]
        other = f"is no day when read as {dialect.date_order}, which ray18.yaml says"
        return meant or Unclear(other, "correct the day, or `date_order`")
    days = sorted({day for day in readings.values() if day})
    if len(days) == 2:
        return Unclear(f"is {days[0]} or {days[1]}", "say which in ray18.yaml: intake.date_order")
    return days[0] if days else Unclear("is a day that does not exist", "write it as YYYY-MM-DD")


def _named(match: re.Match[str], dialect: Dialect) -> date | Unclear:
    month = _month(match["name"])
    if not month:
        return Unclear("names no month that is known", "write it as YYYY-MM-DD")
    year = match["year"]
    if year and len(year) != 4:
        return Unclear("names its year with two digits", "write it as YYYY-MM-DD")
    if not year and dialect.year is None:
        return Unclear("names no year", "write it as YYYY-MM-DD, or say the year in ray18.yaml: intake.year")
    return _day_or_none(int(year or dialect.year or 0), month, int(match["day"]))


def _month(name: str) -> int:
    """The month of a full English name, its first three letters, or `Sept`; 0 when it is none."""
    given = name.casefold()
    hits = [at for at, full in enumerate(_MONTHS, 1) if given in (full, full[:3]) or (given, at) == ("sept", 9)]
    return hits[0] if hits else 0


def _serial(match: re.Match[str], dialect: Dialect) -> date | Unclear:
    day = _SERIAL_START + timedelta(days=int(float(match[0])))
    if dialect.date_order == "serial":
        return day
    why = f"is a number; kept as a day by a spreadsheet it would be {day}"
    return Unclear(why, "write it as YYYY-MM-DD, or say so in ray18.yaml: intake.date_order: serial")


_FORMS = (
    (_YEAR_FIRST, _year_first),
    (_YEAR_LAST, _year_last),
    (_NAMED[0], _named),
    (_NAMED[1], _named),
    (_SERIAL, _serial),
)


def read_duration(text: str, dialect: Dialect) -> float | Unclear:
    """The minutes that a text stands for: `4 hours 42 minutes`, `1h 30m`, `PT90M`; a footnote's mark may follow."""
    given = text.strip()
    if len(given) > _LONGEST:
        return Unclear("is not a duration", "write it with units, as 4 h 42 min")
    iso = _ISO_DURATION.fullmatch(given)
    if iso and any(iso.groups()):
        factors = (("weeks", 10080.0), ("days", 1440.0), ("hours", 60.0), ("minutes", 1.0), ("seconds", 1 / 60))
        return sum(int(iso[name] or 0) * factor for name, factor in factors)
    if _BARE.fullmatch(given):
        return _without_unit(given, dialect)
    if _CLOCKED.fullmatch(given):
        return Unclear("may be hours and minutes, or minutes and seconds", "write it with units, as 4 h 42 min")
    parts = list(_parts(given))
    units = [unit for _, unit in parts]
    if not parts or any(later >= earlier for earlier, later in pairwise(units)):
        return Unclear("is not a duration", "write it with units, as 4 h 42 min")
    return sum(number * unit for number, unit in parts)


def _without_unit(given: str, dialect: Dialect) -> float | Unclear:
    if dialect.duration_unit and "," not in given:
        return float(given) * _PER_UNIT[dialect.duration_unit]
    units = "minutes, hours or days" if "." not in given else "hours, or hours and minutes, or minutes"
    return Unclear(f"has no unit: {units}", "write the unit, or say it in ray18.yaml: intake.duration_unit")


def _parts(given: str) -> Iterator[tuple[float, float]]:
    """Number and minutes per unit of each part; nothing when anything else is in the text."""
    found, at = [], 0
    while match := _PART.match(given, at):
        unit = match["unit"].casefold()
        found.append((float(match["number"]), 1.0 if unit == "m" else _UNITS.get(unit) or _UNITS[unit.rstrip("s")]))
        between = _BETWEEN.match(given, match.end())
        at = between.end() if between else match.end()
    return iter(found if _TAIL.fullmatch(given, at) else ())

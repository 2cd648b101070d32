"""Recurrence rules give the days that RFC 5545 says, at once, whatever they ask for."""

import time
from datetime import date, datetime
from itertools import islice

import pytest
from dateutil.rrule import rrulestr

from ray18.documents.recurrence import occurrences

FIRST, LAST = date(2024, 2, 29), date(2031, 12, 31)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=17",
        "FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2;WKST=SU",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=YEARLY;BYYEARDAY=-1,100",
        "FREQ=WEEKLY;COUNT=5",
    ],
)
def test_the_days_are_those_of_dateutil(rule: str) -> None:
    """The eras that the search is moved by change no day: the calendar repeats itself after 400 years."""
    begin, end = datetime(2024, 2, 29), datetime(2031, 12, 31)
    assert list(occurrences(rule, FIRST, LAST)) == [
        moment.date() for moment in rrulestr(rule, dtstart=begin).between(begin, end, inc=True)
    ]


@pytest.mark.parametrize("until", ["20260301", "20260301T120000", "20260301T120000Z"])
def test_the_last_day_may_be_written_in_any_of_the_three_ways(until: str) -> None:
    days = list(occurrences(f"FREQ=WEEKLY;UNTIL={until}", date(2026, 2, 1), date(2026, 12, 31)))
    assert days == [
        date(2026, 2, 1),
        date(2026, 2, 8),
        date(2026, 2, 15),
        date(2026, 2, 22),
        date(2026, 3, 1),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=4,6,9,11",
    ],
)
def test_a_rule_that_never_falls_is_known_at_once(rule: str) -> None:
    started = time.process_time()
    assert list(occurrences(rule, FIRST, LAST)) == []
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=HOURLY", "FREQ=HOURLY is not one of"),
        ("FREQ=SECONDLY;COUNT=1", "FREQ=SECONDLY is not one of"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL=0 is not a whole number"),
        ("FREQ=WEEKLY;INTERVAL=-1", "INTERVAL=-1 is not a whole number"),
        ("FREQ=WEEKLY;COUNT=99999999999999999999", "is not a whole number"),
        ("FREQ=WEEKLY;BYHOUR=1", "BYHOUR, which is unknown here"),
        ("FREQ=WEEKLY;BYDAY=MO;BYDAY=TU", "BYDAY, which is unknown here or stands twice"),
        ("FREQ=WEEKLY;UNTIL=20261301", "is not a day"),
        ("FREQ=WEEKLY;UNTIL=NEVER", "is not a day"),
        ("FREQ=WEEKLY;BYDAY=XX", "is not a recurrence rule"),
        ("FREQ=MONTHLY;BYSETPOS=0", "is not a recurrence rule"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_reason(rule: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        next(occurrences(rule, FIRST, LAST), None)


def test_nothing_falls_before_the_rule_begins_or_after_the_end() -> None:
    assert list(occurrences("FREQ=DAILY", date(2026, 3, 2), date(2026, 3, 1))) == []
    assert list(islice(occurrences("FREQ=DAILY", date(9998, 12, 31), date(9999, 12, 31)), 2)) == [
        date(9998, 12, 31),
        date(9999, 1, 1),
    ]

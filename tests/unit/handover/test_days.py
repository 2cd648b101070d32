"""Days and durations are read where they can be read in one way; else both ways are shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray18.documents.dialects import PLAIN, Dialect
from ray18.handover.days import Unclear, read_day, read_duration

DAY = date(2025, 3, 26)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-26", "2025-03-26T10:00:00Z", "2025-03-26 10:11", "2025/3/26", "20250326", "26/03/2025", "03/26/2025",
        "26.03.2025", "26/03/2025 14:22", "26 March 2025", "26. Mar 2025", "26-Mar-2025", "March 26, 2025", "Mar 26th 2025",
        "Wed, 26 Mar 2025", "Wednesday 26th of March 2025 10:44", "2025-W13-3",
    ],
)  # fmt: skip
def test_what_can_be_read_in_one_way_is_read(text: str) -> None:
    assert read_day(text, PLAIN) == DAY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("03/04/2025", "is 2025-03-04 or 2025-04-03"),
        ("Mar 26th", "names no year"),
        ("26/03/25", "names its year with two digits"),
        ("26-Mar-25", "names its year with two digits"),
        ("45742", "is a number; kept as a day by a spreadsheet it would be 2025-03-26"),
        ("31/02/2025", "is a day that does not exist"),
        ("2025-02-30", "is a day that does not exist"),
        ("2025-W13", "is a week, not a day"),
        ("Mai 26 2025", "names no month that is known"),
        ("March 2025", "is not a day"),
        ("next week", "is not a day"),
    ],
)
def test_what_cannot_is_not_guessed_and_the_reason_is_shown(text: str, why: str) -> None:
    read = read_day(text, PLAIN)
    assert isinstance(read, Unclear) and read.why == why


def test_people_say_once_how_their_days_are_meant() -> None:
    assert read_day("03/04/2025", Dialect(date_order="day-month")) == date(2025, 4, 3)
    assert read_day("03/04/2025", Dialect(date_order="month-day")) == date(2025, 3, 4)
    assert read_day("45742", Dialect(date_order="serial")) == DAY
    assert read_day("Mar 26th", Dialect(year=2025)) == DAY
    assert isinstance(read_day("26/03/2025", Dialect(date_order="month-day")), Unclear)


@given(
    st.dates(date(1900, 3, 1), date(2199, 12, 31)), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d"])
)
def test_a_day_that_is_read_is_the_day_that_was_written(day: date, form: str) -> None:
    read = read_day(day.strftime(form), PLAIN)
    assert read == day or (isinstance(read, Unclear) and day.day <= 12 and str(day) in read.why)


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    assert isinstance(read_day(text, PLAIN), date | Unclear)
    assert isinstance(read_duration(text, PLAIN), float | Unclear)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5840 minutes", 5840), ("4 hours 42 minutes", 282), ("20 hours 20 minutes.", 1220), ("22 hours", 1320),
        ("11 Days", 15_840), ("279 minutes [^3]", 279), ("54 hours 10 minutes", 3250), ("1.5 h", 90), ("1h30m", 90),
        ("PT1H30M", 90), ("P1D", 1440), ("2w", 20_160), ("1 day, 2 hours and 3 minutes", 1563),
    ],
)  # fmt: skip
def test_durations_as_people_write_them(text: str, expected: float) -> None:
    assert read_duration(text, PLAIN) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("15.26", "has no unit: hours, or hours and minutes, or minutes"),
        ("15", "has no unit: minutes, hours or days"),
        ("04:42", "may be hours and minutes, or minutes and seconds"),
        ("N/A", "is not a duration"), ("", "is not a duration"), ("about 5 minutes", "is not a duration"),
        ("5 minutes 2 hours", "is not a duration"), ("5 parsecs", "is not a duration"), ("-5 minutes", "is not a duration"),
        ("1 month", "is not a duration"), ("P", "is not a duration"),
    ],
)  # fmt: skip
def test_a_duration_without_a_plain_unit_is_not_guessed(text: str, why: str) -> None:
    read = read_duration(text, PLAIN)
    assert isinstance(read, Unclear) and read.why == why


def test_the_unit_of_bare_numbers_is_said_once() -> None:
    assert read_duration("15.5", Dialect(duration_unit="hours")) == 930

"""Times with censoring: the estimator against a published study, and the time that passes in support hours."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray18.documents.plan import SupportHours
from ray18.planning.hours import WEEKDAYS
from ray18.planning.survival import Observation, kaplan_meier
from ray18.planning.work_time import minutes_open

REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
"""Weeks of remission under 6-MP (Freireich et al. 1963), as in every textbook; + = still in remission."""
OFFICE = SupportHours(id="o", time_zone="Europe/Oslo", days=WEEKDAYS[:5], starts_at="08:00", ends_at="16:00")


def test_the_curve_is_that_of_the_textbook() -> None:
    curve = kaplan_meier(Observation(float(e.rstrip("+")), not e.endswith("+")) for e in REMISSION.split())
    expected = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    assert {at: round(share, 4) for at, share in curve.steps} == expected
    assert (curve.quantile(0.5), curve.quantile(0.9), curve.ended, curve.open) == (23, None, 9, 12)
    assert (curve.open_after(5.9), curve.open_after(6)) == (1.0, pytest.approx(0.8571, abs=1e-4))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_without_anything_open_it_is_the_plain_share_and_mean(durations: list[int]) -> None:
    curve = kaplan_meier(Observation(float(each), True) for each in durations)
    for limit in (0, 7, 25, 50):
        assert curve.open_after(limit) == pytest.approx(sum(each > limit for each in durations) / len(durations))
    assert curve.mean_up_to(50) == pytest.approx(sum(durations) / len(durations))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=40), st.integers(0, 50))
def test_something_open_for_longer_never_makes_it_look_faster(seen: list[tuple[int, bool]], limit: int) -> None:
    every = [Observation(float(duration), ended) for duration, ended in seen]
    more = kaplan_meier([*every, Observation(60.0, False)])
    assert more.open_after(limit) >= kaplan_meier(every).open_after(limit) - 1e-12


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-02T09:00+01:00", "2026-03-02T10:30+01:00", 90),
        ("2026-03-06T15:00+01:00", "2026-03-09T09:00+01:00", 120),  # over a weekend
        ("2026-03-07T09:00+01:00", "2026-03-08T09:00+01:00", 0),
        ("2026-03-27T15:00+01:00", "2026-03-30T09:00+02:00", 120),  # clocks go forward in between
        ("2026-03-02T20:00+01:00", "2026-03-03T20:00+01:00", 480),
    ],
)
def test_only_support_hours_pass(start: str, end: str, minutes: int) -> None:
    assert minutes_open(moment(start), moment(end), OFFICE) == minutes


def test_holidays_and_nights_over_midnight() -> None:
    night = OFFICE.model_copy(update={"starts_at": "22:00", "ends_at": "06:00"})
    start, end = moment("2026-03-02T00:00+01:00"), moment("2026-03-03T12:00+01:00")
    assert minutes_open(start, end, night) == 8 * 60, "Sunday's night is none; Monday's ends on Tuesday"
    assert minutes_open(start, end, OFFICE, {date(2026, 3, 2)}) == 4 * 60


def test_around_the_clock_is_the_whole_span() -> None:
    always = OFFICE.model_copy(update={"days": WEEKDAYS, "starts_at": "00:00", "ends_at": "00:00"})
    assert minutes_open(moment("2026-03-28T12:00+01:00"), moment("2026-03-29T12:00+02:00"), always) == 23 * 60

"""People at every hour: time zones, daylight saving time, holidays, skills, and the exact shortfall."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray18.documents.plan import Coverage, PublicHoliday, Queue, Site, SupportHours, WorkShift
from ray18.planning.arrivals import busiest_half, deferred, evenly, shares
from ray18.planning.hours import HOURS, WEEKDAYS, awake_site, offset, open_in, week_of
from ray18.planning.queues import MOST_LOAD, Demand, Need, _deficiency, at_work, by_site, missing, need

MONDAY = date(2026, 3, 2)
OFFICE = SupportHours(id="office", time_zone="UTC", days=WEEKDAYS[:5], starts_at="09:00", ends_at="17:00")


def wanted(queue: Queue, tickets: float, handling: float, opened: Sequence[bool]) -> Need:
    found = need(Demand(queue, tickets, handling, evenly()), opened)
    assert found is not None
    return found


def hours(marked: tuple[bool, ...]) -> list[int]:
    return [at for at in range(HOURS) if marked[at]]


def test_office_hours_are_eight_hours_on_five_days() -> None:
    expected = [24 * day + hour for day in range(5) for hour in range(9, 17)]
    assert hours(open_in(week_of(MONDAY, "UTC"), OFFICE)) == expected


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    night = SupportHours(id="night", time_zone="UTC", days=("Fri",), starts_at="22:00", ends_at="06:00")
    assert hours(open_in(week_of(MONDAY, "UTC"), night)) == [4 * 24 + 22, 4 * 24 + 23, *range(5 * 24, 5 * 24 + 6)]
    assert hours(open_in(week_of(MONDAY, "UTC"), night, {date(2026, 3, 6)})) == []


def test_the_same_clock_is_another_hour_elsewhere_and_after_the_clocks_changed() -> None:
    lisbon = OFFICE.model_copy(update={"time_zone": "Europe/Lisbon"})
    winter, summer = (hours(open_in(week_of(monday, "UTC"), lisbon)) for monday in (MONDAY, date(2026, 4, 6)))
    assert (winter[0], summer[0]) == (9, 8)
    india = OFFICE.model_copy(update={"time_zone": "Asia/Kolkata"})
    assert hours(open_in(week_of(MONDAY, "UTC"), india))[:9] == list(range(3, 12)), "03:30 to 11:30"


def test_around_the_clock_is_every_hour_also_when_clocks_change() -> None:
    always = SupportHours(id="always", time_zone="Europe/Oslo", days=WEEKDAYS, starts_at="00:00", ends_at="00:00")
    assert all(open_in(week_of(date(2026, 3, 23), "Europe/Oslo"), always))


def test_a_holiday_closes_its_site_only() -> None:
    coverage = Coverage(
        sites=(Site(name="A", time_zone="UTC", people=2), Site(name="B", time_zone="UTC", people=3)),
        holidays=(PublicHoliday(day=MONDAY, name="Day of A", sites=("A",)),),
    )
    (a, working_a), (b, working_b) = at_work(coverage, week_of(MONDAY, "UTC"))
    assert (a.people, b.people) == (2, 3)
    assert (hours(working_a)[0], hours(working_b)[0]) == (24 + 9, 9)


def test_the_sun_is_followed() -> None:
    awake = awake_site(week_of(MONDAY, "UTC"), ["Europe/Oslo", "Asia/Singapore", "America/Los_Angeles"])
    assert [awake[hour] for hour in (12, 5, 20)] == [0, 1, 2]
    zones = ("Asia/Singapore", "Asia/Kolkata", "America/Los_Angeles", "UTC")
    assert [offset(zone, MONDAY) for zone in zones] == ["UTC+8", "UTC+5:30", "UTC-8", "UTC"]


def test_hours_of_the_week_come_from_the_tickets_and_stay_cautious() -> None:
    given_by = shares([9] * 50 + [33] * 50)
    assert sum(given_by) == pytest.approx(1)
    assert min(given_by) > 0
    assert given_by[9] == max(given_by)
    assert given_by[57] > given_by[58], "the same hour of another day is likelier than the next"
    assert busiest_half(evenly()) == pytest.approx(0.5)
    assert busiest_half(given_by) > 0.6


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0, 9), min_size=168, max_size=168), st.sets(st.integers(0, 167), min_size=1), st.integers(1, 9)
)
def test_no_ticket_gets_lost_at_closed_hours(arrivals: list[float], opened: set[int], first: int) -> None:
    worked = deferred(arrivals, [at in opened for at in range(168)], first)
    assert sum(worked) == pytest.approx(sum(arrivals))
    assert all(worked[at] == 0 for at in range(168) if at not in opened)


def test_closed_hours_need_nobody_and_more_tickets_never_fewer() -> None:
    queue = Queue(id="q", handling_minutes=30)
    opened = open_in(week_of(MONDAY, "UTC"), OFFICE)
    needs = [wanted(queue, tickets, 30, opened) for tickets in (5, 50, 500)]
    for each in needs:
        assert all((heads > 0) == is_open for heads, is_open in zip(each.heads, opened, strict=True))
    for few, many in pairwise(needs):
        assert all(a <= b for a, b in zip(few.heads, many.heads, strict=True))


def test_skills_are_placed_as_well_as_they_can_be() -> None:
    """Somebody who can do two things is not counted twice, and people without the skill do not help."""
    both, cards = frozenset(("payments", "cards")), frozenset(("cards",))
    assert _deficiency({"payments": 1, "cards": 1}, {both: 1, cards: 1}) == 0
    assert _deficiency({"payments": 1, "cards": 1}, {both: 1}) == 1
    assert _deficiency({"payments": 2}, {cards: 5}) == 2
    assert _deficiency({None: 2, "payments": 1}, {frozenset(): 3}) == 0
    assert _deficiency({None: 2, "payments": 1}, {cards: 3}) == 1


def test_the_shortfall_is_exact_and_told_to_the_site_that_is_awake() -> None:
    coverage = Coverage(
        sites=(
            Site(name="Bergen", time_zone="Europe/Oslo", people=3),
            Site(name="Singapore", time_zone="Asia/Singapore", people=3),
        ),
        shifts=(
            WorkShift(id="b", site="Bergen", days=WEEKDAYS, starts_at="08:00", ends_at="20:00", people=9),
            WorkShift(id="s", site="Singapore", days=WEEKDAYS, starts_at="07:00", ends_at="16:00", people=1),
        ),
    )
    week = week_of(MONDAY, "UTC")
    queue = Queue(id="q", handling_minutes=30, answer_within_minutes=30)
    each = wanted(queue, 336, 30, (True,) * HOURS)
    assert set(each.heads) == {2}
    bergen, singapore = by_site(missing([each], at_work(coverage, week)), coverage, week)
    own = 38 * 0.7
    assert (singapore.site.name, singapore.offset) == ("Singapore", "UTC+8")
    for short in (bergen, singapore):
        assert short.heads == 2
        assert short.people == max(2, -(-short.missing_hours // own))
    nobody, one = 24 - 12 - 8, 8  # by UTC: Bergen works 07 to 19, Singapore 23 to 08
    assert bergen.missing_hours + singapore.missing_hours == 7 * (2 * nobody + one)


def test_nothing_is_short_where_enough_people_work() -> None:
    coverage = Coverage(sites=(Site(name="A", time_zone="UTC", people=20),))
    week = week_of(MONDAY, "UTC")
    short = missing([wanted(Queue(id="q"), 40, 20, open_in(week, OFFICE))], at_work(coverage, week))
    assert not any(short)
    assert by_site(short, coverage, week) == ()


def test_more_work_than_can_be_looked_at_is_not_looked_at() -> None:
    tickets = MOST_LOAD * 168 * 2.0
    assert need(Demand(Queue(id="q"), tickets, 60, evenly()), (True,) * HOURS) is None

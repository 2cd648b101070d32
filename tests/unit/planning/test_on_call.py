"""The people that an on-call rota needs: never fewer for more pages, and the shortfall to the person."""

from datetime import date

import pytest

from ray18.documents.plan import Coverage, Rotation, Site
from ray18.planning.on_call import chance_of_a_full_shift, required, share_of_time, shortfalls, time_on_call

DAY = date(2026, 3, 2)


def coverage(*people: int, members: int = 0, secondary: bool = True) -> Coverage:
    sites = tuple(Site(name=f"Site {number}", time_zone="UTC", people=count) for number, count in enumerate(people))
    names = tuple(f"p{number}" for number in range(members))
    return Coverage(sites=sites, rotation=Rotation(members=names, secondary=secondary) if members else None)


def test_two_incidents_a_shift_make_28_a_week() -> None:
    assert (required(0).pairs, required(28).pairs, required(29).pairs) == (1, 1, 2)
    assert (required(29).people_at_one_site, required(29).people_at_each_of_two_sites) == (16, 12)


def test_more_pages_never_need_fewer_people() -> None:
    needs = [required(pages) for pages in range(300)]
    heads = [(need.people_at_one_site, need.people_at_each_of_two_sites, need.capacity) for need in needs]
    assert heads == sorted(heads)
    assert all(need.capacity >= pages for pages, need in enumerate(needs))


def test_eight_at_one_site_or_six_at_each_of_two_are_enough() -> None:
    assert shortfalls(coverage(8, members=8), required(10), DAY) == ()
    assert shortfalls(coverage(6, 6, members=12), required(10), DAY) == ()


def test_the_shortfall_is_exact() -> None:
    found = shortfalls(coverage(6, 4, members=9), required(10), DAY)
    assert [(entry.where, entry.people) for entry in found] == [("Site 1", 2), ("rotation", 3)]
    assert found[0].text == "Site 1 needs 2 more people in UTC for on-call: it has 4, each of several sites needs 6"


def test_a_plan_without_anybody_is_short_of_everybody() -> None:
    assert [entry.people for entry in shortfalls(Coverage(), required(1), DAY)] == [8, 8]


def test_nobody_should_be_on_call_for_more_than_a_quarter_of_the_time() -> None:
    assert time_on_call(coverage(8, members=8), required(1)) == 0.25
    assert time_on_call(coverage(8, members=1), required(1)) == 1.0
    assert time_on_call(coverage(8), required(1)) is None


def test_pages_that_come_by_day_fill_the_day_shift_first() -> None:
    """28 pages fill 14 even shifts; when three in four come by day, 18 are all that the day shifts have room for."""
    assert (required(28, 0.75).pairs, required(18, 0.75).pairs, required(18, 0.75).capacity) == (2, 1, 18)


def test_three_sites_share_the_twelve_of_two() -> None:
    assert shortfalls(coverage(4, 4, 4, members=12), required(10), DAY) == ()
    assert [entry.people for entry in shortfalls(coverage(4, 4, 3, members=12), required(10), DAY)] == [1]


def test_fewer_people_are_on_call_more_of_the_time() -> None:
    assert [share_of_time(people, required(1)) for people in (8, 4, 1)] == [0.25, 0.5, 1.0]


def test_the_chance_of_a_full_shift_is_that_of_the_thinned_week() -> None:
    """14 pages a week, spread evenly, are one in each shift: Poisson(1) is above 2 in 8 % of the shifts."""
    assert chance_of_a_full_shift(14.0, 1.0, 0.5, 1) == pytest.approx(0.0803, abs=1e-4)
    assert chance_of_a_full_shift(14.0, 4.0, 0.5, 1) > chance_of_a_full_shift(14.0, 1.0, 0.5, 1)

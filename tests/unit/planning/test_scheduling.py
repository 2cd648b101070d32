"""Schedules keep every rule, are close to the best there is, and stay calm when something changes."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray18.documents.people import People
from ray18.documents.plan import Period, Plan, ReleaseWindow
from ray18.documents.rota import Leave, Rota
from ray18.documents.schedule import Capacity, Schedule
from ray18.documents.settings import Prioritization
from ray18.planning.scheduling.bound import bound
from ray18.planning.scheduling.demand import Records, incoming
from ray18.planning.scheduling.openings import ReleaseDay
from ray18.planning.scheduling.problem import Job, Placement, Problem
from ray18.planning.scheduling.replan import replanned
from ray18.planning.scheduling.search import by_ratio, dispatched, improved, search

PRICE = 5
DEAR = 10**9
ANY = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def problems(draw: st.DrawFn, jobs: int = 4, windows: int = 3) -> Problem:
    """Small ones, with everything that a problem can have."""
    size = draw(st.integers(1, windows))
    pools = draw(st.integers(1, 2))
    made: list[Job] = []
    for number in range(draw(st.integers(1, jobs))):
        steps = draw(st.lists(st.integers(0, 9), min_size=size + 1, max_size=size + 1))
        costs = tuple(sum(steps[: n + 1]) for n in range(size + 1))
        needs = tuple((pool, draw(st.integers(1, 5))) for pool in range(pools) if draw(st.booleans()))
        after = tuple(before for before in range(number) if draw(st.integers(0, 3)) == 0)
        only = draw(st.none() | st.sets(st.integers(0, size - 1)).map(lambda found: tuple(sorted(found))))
        fixed = draw(st.integers(0, size - 1)) if draw(st.integers(0, 5)) == 0 else None
        made.append(Job(f"J{number}", costs, needs, () if fixed is not None else after, only, fixed))
    row = st.lists(st.integers(0, 6), min_size=size, max_size=size).map(tuple)
    capacity = tuple(draw(row) for _ in range(pools))
    return Problem(tuple(made), capacity, size, draw(st.booleans()))


def sound_plans(problem: Problem) -> list[Placement]:
    """Every plan that breaks no rule."""
    plans = product(*(problem.choices(number) for number in range(len(problem.jobs))))
    return [plan for plan in plans if not list(problem.faults(plan))]


def real_size(seed: int, jobs: int = 500, windows: int = 26, pools: int = 5, carry_over: bool = True) -> Problem:
    """A backlog of the usual kind: several skills, some order, due dates, a week of freeze, 80 to 95 % load."""
    random = Random(seed)
    made, total = [], [0] * pools
    for number in range(jobs):
        main = random.randrange(pools)
        minutes = random.choice([2, 3, 4, 6, 8, 8, 12, 16, 20, 24, 32, 40]) * 60
        needs = [(main, minutes)]
        if pools > 1 and random.random() < 0.3:
            needs.append(((main + random.randrange(1, pools)) % pools, minutes // random.choice([2, 3, 4])))
        for pool, taken in needs:
            total[pool] += taken
        worth, due = random.choice([2, 4, 6, 10, 16, 26, 33]), random.randrange(3, 40)
        weeks = [*range(1, windows + 1), windows + 8]
        costs = tuple(worth * week + 4 * worth * max(0, week - due) for week in weeks)
        after = (random.randrange(number),) if number and random.random() < 0.15 else ()
        made.append(Job(f"J{number}", costs, tuple(needs), after))
    shut = random.randrange(windows)
    capacity = []
    for pool in range(pools):
        each = int(total[pool] / random.uniform(0.8, 0.95) / (windows - 1))
        capacity.append(tuple(0 if window == shut else each for window in range(windows)))
    return Problem(tuple(made), tuple(capacity), windows, carry_over)


@ANY
@given(problems())
def test_few_jobs_get_the_best_plan_there_is_and_it_is_proven(problem: Problem) -> None:
    best = min(map(problem.cost, sound_plans(problem)))
    plan = search(problem)
    assert list(problem.faults(plan.placement)) == []
    assert (plan.cost, plan.bound) == (best, best)


@ANY
@given(problems())
def test_no_plan_gets_under_the_bound(problem: Problem) -> None:
    best = min(map(problem.cost, sound_plans(problem)))
    assert bound(problem, best).cost <= best


@ANY
@given(problems())
def test_no_plan_gets_under_the_bound_of_the_linear_program(problem: Problem) -> None:
    pytest.importorskip("highspy")
    from ray18.planning.scheduling.linear import linear_bound

    best = min(map(problem.cost, sound_plans(problem)))
    assert linear_bound(problem, best).cost <= best


@ANY
@given(problems(), st.integers(0, 2))
def test_every_way_to_make_a_plan_keeps_the_rules(problem: Problem, ahead: int) -> None:
    for plan in (dispatched(problem, ahead + 1), by_ratio(problem)):
        assert list(problem.faults(plan)) == []
        assert list(problem.faults(improved(problem, plan, 200))) == []
        assert problem.cost(improved(problem, plan, 200)) <= problem.cost(plan)


@st.composite
def relaxed(draw: st.DrawFn) -> tuple[Problem, Problem]:
    """A problem, and the same with one constraint less."""
    problem = draw(problems())
    number = draw(st.integers(0, len(problem.jobs) - 1))
    job = problem.jobs[number]
    how = draw(st.sampled_from(["hours", "order", "windows", "effort", "due", "fixed"]))
    if how == "hours":
        pool, window = draw(st.integers(0, len(problem.capacity) - 1)), draw(st.integers(0, problem.windows - 1))
        rows = [list(row) for row in problem.capacity]
        rows[pool][window] += draw(st.integers(1, 5))
        return problem, replace(problem, capacity=tuple(map(tuple, rows)))
    changed = {
        "order": replace(job, after=()),
        "windows": replace(job, windows=None),
        "effort": replace(job, needs=tuple((pool, max(1, minutes - 1)) for pool, minutes in job.needs)),
        "due": replace(job, costs=tuple(cost // 2 for cost in job.costs)),
        "fixed": replace(job, fixed=None, windows=None) if job.fixed is not None else job,
    }[how]
    jobs = tuple(changed if place == number else other for place, other in enumerate(problem.jobs))
    return problem, replace(problem, jobs=jobs)


@ANY
@given(relaxed())
def test_relaxing_a_constraint_never_makes_a_schedule_dearer(pair: tuple[Problem, Problem]) -> None:
    before, after = pair
    plan = search(before)
    assert search(after).cost <= plan.cost
    if not list(after.faults(plan.placement)):
        placement, evicted = replanned(after, plan.placement, PRICE, search(after).placement)
        assert not evicted
        assert after.cost(placement) <= after.cost(plan.placement)


def test_a_long_backlog_with_one_constraint_less_costs_no_more() -> None:
    problem = real_size(3, jobs=120, windows=12)
    plan = search(problem, steps=10_000)
    more = replace(problem, capacity=tuple(tuple(minutes + 60 for minutes in row) for row in problem.capacity))
    free = replace(problem, jobs=tuple(replace(job, after=()) for job in problem.jobs))
    for relaxed_problem in (more, free):
        assert search(relaxed_problem, start=plan.placement, steps=10_000).cost <= plan.cost
        assert replanned(relaxed_problem, plan.placement, PRICE, plan.placement) == (plan.placement, ())


@pytest.mark.parametrize(("pools", "carry_over"), [(5, True), (1, False)])
def test_five_hundred_items_come_within_twelve_percent_of_the_bound(pools: int, carry_over: bool) -> None:
    problem = real_size(1, pools=pools, carry_over=carry_over)
    plan = search(problem, steps=40_000)
    assert list(problem.faults(plan.placement)) == []
    assert plan.gap <= 0.12
    assert problem.cost(by_ratio(problem)) > 1.3 * plan.bound


def test_the_same_problem_gives_the_same_plan() -> None:
    problem = real_size(2, jobs=60, windows=8)
    assert search(problem, steps=3_000) == search(problem, steps=3_000)


@ANY
@given(problems())
def test_a_plan_in_force_stays_as_it_is_when_nothing_changed(problem: Problem) -> None:
    plan = search(problem)
    placement, evicted = replanned(problem, plan.placement, PRICE, plan.placement)
    assert (placement, evicted) == (plan.placement, ())


@ANY
@given(problems(), st.data())
def test_a_plan_is_mended_whatever_happens(problem: Problem, data: st.DataObject) -> None:
    windows = st.none() | st.integers(0, problem.windows)
    before = [data.draw(windows) for _ in problem.jobs]
    placement, _ = replanned(problem, before, data.draw(st.integers(0, 9)), search(problem).placement)
    assert list(problem.faults(placement)) == []


def test_a_window_that_does_not_open_moves_its_own_items_and_those_that_wait_for_them() -> None:
    problem = real_size(5, jobs=150, windows=12)
    plan = search(problem, steps=10_000).placement
    others = tuple(window for window in range(12) if window != 3)
    changed = replace(problem, jobs=tuple(replace(job, windows=others) for job in problem.jobs))
    after, evicted = replanned(changed, plan, DEAR, search(changed, steps=10_000).placement)
    gone = {number for number, window in enumerate(plan) if window == 3}
    waiting = {entry.job for entry in evicted if entry.reason.startswith("waits for")}
    moved = {number for number, window in enumerate(plan) if after[number] != window}
    left_out = {number for number, window in enumerate(plan) if window == 12}
    assert list(changed.faults(after)) == []
    assert gone <= {entry.job for entry in evicted}
    assert moved <= gone | waiting | left_out


def test_fewer_hours_move_as_few_items_as_make_room() -> None:
    jobs = tuple(Job(f"J{n}", (1, 2, 3), ((0, minutes),)) for n, minutes in enumerate((10, 10, 30)))
    problem = Problem(jobs, ((40, 40),), 2)
    after, evicted = replanned(problem, (0, 0, 0), PRICE, (0, 0, 1))
    assert [(entry.job, entry.window) for entry in evicted] == [(0, 0)]
    assert after == (1, 0, 0)
    assert replanned(replace(problem, capacity=((25, 60),)), (0, 0, 0), PRICE, (0, 0, 1))[0] == (0, 0, 1)


def test_what_waits_for_an_item_that_lost_its_hours_goes_with_it() -> None:
    big, small = Job("big", (0, 1, 2), ((0, 30),)), Job("small", (0, 1, 2), ((0, 10),), after=(0,))
    problem = Problem((big, small), ((20, 0),), 2)
    after, evicted = replanned(problem, (0, 0), PRICE, (2, 2))
    assert after == (2, 2)
    assert [(entry.job, entry.reason) for entry in evicted] == [
        (0, "the hours no longer suffice"),
        (1, "waits for big"),
    ]


def test_an_item_that_could_stay_moves_only_for_more_than_its_price() -> None:
    late, small = Job("late", (0, 50, 100), ((0, 40),)), Job("small", (0, 5, 10), ((0, 30),))
    problem = Problem((late, small), ((40, 40),), 2)
    assert replanned(problem, (None, 0), 40, (0, 1))[0] == (0, 1)
    assert replanned(problem, (None, 0), 50, (0, 1))[0] == (1, 0)


DAY = date(2026, 1, 1)
days = st.integers(0, 40).map(lambda number: DAY + timedelta(days=number))


@ANY
@given(days, days, st.none() | days, st.none() | days, st.lists(st.tuples(days, days, st.sampled_from("ab"))))
def test_hours_are_there_on_every_day_but_those_of_leave(
    since: date, until: date, first: date | None, last: date | None, leave: list[tuple[date, date, str]]
) -> None:
    line = Capacity(who="a", hours_per_week=7, first=first, last=last)
    away = [Leave(person=person, first=begin, last=end) for begin, end, person in leave]
    plan = Plan(title="x", revision=1, period=Period(start=DAY, end=DAY), revisit_date=DAY)
    rota = Rota(leave=tuple(away))
    records = Records((), plan, Schedule(capacity=(line,)), rota, People(), Prioritization(), since)
    window = ReleaseWindow(id="w", first=until, starts_at="01:00", ends_at="02:00", time_zone="UTC")
    there = [
        day
        for day in (since + timedelta(days=number) for number in range(max(0, (until - since).days)))
        if (first is None or day >= first)
        and (last is None or day <= last)
        and not any(entry.person == "a" and entry.first <= day <= entry.last for entry in away)
    ]
    assert incoming("a", [ReleaseDay(until, (window,))], records) == (60 * len(there),)

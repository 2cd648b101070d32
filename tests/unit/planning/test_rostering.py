"""Rotas keep every hard rule, are fair, change little, and say what is missing."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rotas import usual

from ray18.planning.rostering.problem import ELSEWHERE, OPEN, Problem, Watch, busiest
from ray18.planning.rostering.search import completed, filled, improved, reasons, rested, search
from ray18.planning.rostering.shortage import shortages

ANY = settings(max_examples=20, deadline=None, derandomize=True)
STEPS = 600


@st.composite
def problems(draw: st.DrawFn, people: int = 6, turns: int = 6) -> Problem:
    """Small ones, with everything that a rota can have."""
    length = draw(st.integers(1, turns))
    shifts = draw(st.integers(1, 2))
    seats = draw(st.integers(1, 2))
    some = st.frozensets(st.integers(0, length - 1), max_size=length)
    made = [
        Watch(
            f"p{number}",
            draw(st.sampled_from([1.0, 0.5])),
            draw(st.integers(0, 3)) == 0,
            draw(st.frozensets(st.sampled_from(["dba", "net"]))),
            draw(st.none() | st.frozensets(st.integers(0, shifts - 1), min_size=1)),
            draw(some),
            frozenset(),
            draw(st.dictionaries(st.integers(0, length - 1), st.integers(-3, 3), max_size=2)),
        )
        for number in range(draw(st.integers(1, people)))
    ]
    span = draw(st.integers(1, 4))
    size = length * shifts * seats
    fixed = draw(st.dictionaries(st.integers(0, min(1, size - 1)), st.just(ELSEWHERE), max_size=2))
    published = draw(st.dictionaries(st.integers(0, size - 1), st.integers(0, len(made) - 1), max_size=4))
    return Problem(
        tuple(made), length, shifts, seats, draw(st.integers(0, 2)), span, draw(st.integers(1, span)),
        draw(st.sampled_from([frozenset(), frozenset({"dba"})])),
        tuple(draw(st.integers(0, 2)) for _ in range(length)), (False, True)[:shifts], fixed, published,
    )  # fmt: skip


def sound(problem: Problem) -> list[tuple[int, ...]]:
    """Every rota that breaks no hard rule."""
    choices = [
        [problem.fixed[seat]] if seat in problem.fixed else [OPEN, *range(len(problem.people))]
        for seat in range(problem.size)
    ]
    return [roster for roster in product(*choices) if not list(problem.faults(roster))]


@ANY
@given(problems())
def test_every_rota_keeps_every_hard_rule(problem: Problem) -> None:
    for roster in (filled(problem), filled(problem, key=rested), search(problem, steps=STEPS)):
        assert list(problem.faults(roster)) == []
    start = filled(problem)
    assert problem.cost(completed(problem, start)) <= problem.cost(start)
    assert problem.cost(improved(problem, start, 300)) <= problem.cost(start)
    assert problem.cost(search(problem, start, STEPS)) <= problem.cost(start)


@ANY
@given(problems(people=3, turns=2).filter(lambda problem: problem.size <= 4))
def test_few_seats_are_filled_as_well_as_can_be(problem: Problem) -> None:
    best = min(map(problem.gaps, sound(problem)))
    assert problem.gaps(search(problem, steps=STEPS)) == best


@ANY
@given(problems(people=3, turns=2).filter(lambda problem: problem.size <= 4))
def test_no_rota_fills_more_seats_than_counting_allows(problem: Problem) -> None:
    fewest = min(problem.gaps(roster)[0] for roster in sound(problem))
    for short in shortages(problem, 0, ("day", "night")):
        if short.kind == "people":
            assert fewest >= short.needed - short.possible - 2 * len(problem.fixed)


@ANY
@given(problems())
def test_what_is_counted_is_what_is_kept_up_while_searching(problem: Problem) -> None:
    """The board's own sums and those that are made from nothing agree."""
    from ray18.planning.rostering.search import Board

    roster = search(problem, steps=300)
    board = Board(problem, roster)
    assert board.load == problem.loads(roster)
    assert board.unfair() == sum(problem.unfairness(roster))


@ANY
@given(problems(), st.data())
def test_one_more_person_never_makes_a_rota_worse(problem: Problem, data: st.DataObject) -> None:
    """Neither more open seats or lacking skills, nor more turns for whoever has most."""
    roster = search(problem, steps=STEPS)
    more = replace(problem, people=(*problem.people, data.draw(problems(people=1)).people[0]))
    after = search(more, start=roster, steps=STEPS)
    assert more.gaps(after) <= problem.gaps(roster)
    if more.gaps(after) == problem.gaps(roster):
        assert busiest(more, after) <= busiest(problem, roster)


@ANY
@given(problems(), st.sampled_from(["rest", "most", "away", "shifts", "skills"]))
def test_a_rule_less_never_makes_a_rota_worse(problem: Problem, rule: str) -> None:
    people = {
        "away": tuple(replace(person, away=frozenset()) for person in problem.people),
        "shifts": tuple(replace(person, shifts=None) for person in problem.people),
    }.get(rule, problem.people)
    changed = {"rest": {"rest": 0}, "most": {"most": problem.span}, "skills": {"skills": frozenset()}}.get(rule, {})
    after = replace(problem, people=people, **changed)  # type: ignore[arg-type]
    roster = search(problem, steps=STEPS)
    assert after.cost(search(after, start=roster, steps=STEPS)) <= problem.cost(roster)


@pytest.mark.parametrize("seed", [1])
def test_twelve_people_get_half_a_year_without_a_gap_and_with_one_turn_between_most_and_least(seed: int) -> None:
    problem = usual(seed)
    roster = search(problem)
    assert list(problem.faults(roster)) == []
    assert problem.gaps(roster) == (0, 0)
    load, holidays, _, primary = problem.unfairness(roster)
    assert (load, primary) == (1000, 50)
    assert holidays <= 400
    assert problem.cost(roster) < 0.9 * problem.cost(filled(problem))


def test_eight_people_are_just_enough_and_six_are_two_too_few() -> None:
    """The arithmetic of the page-rate rule: two on duty, each at most a quarter of the time."""
    eight = Problem(tuple(Watch(f"p{number}") for number in range(8)), 16)
    assert eight.gaps(search(eight, steps=STEPS)) == (0, 0)
    assert shortages(eight, 0, ()) == ()
    six = replace(eight, people=eight.people[:6])
    (short,) = shortages(six, 0, ())
    assert (short.kind, short.needed, short.possible, short.people) == ("people", 16, 12, 2)
    assert six.gaps(search(six, steps=STEPS))[0] >= short.needed - short.possible


def test_an_open_seat_has_a_reason_for_everybody() -> None:
    people = (
        Watch("ana", away=frozenset({0})),
        Watch("ben", junior=True),
        Watch("eve", shifts=frozenset({1})),
        Watch("zoe", absent=frozenset({0}), away=frozenset({0})),
    )
    problem = Problem(people, 1)
    roster = search(problem, steps=100)
    assert roster == (OPEN, OPEN)
    assert list(reasons(problem, roster, 0)) == [
        ("ana", "away"),
        ("ben", "would be without anybody experienced"),
        ("eve", "does not take that shift"),
        ("zoe", "does not take part then"),
    ]


def test_somebody_who_leaves_changes_few_seats_of_others() -> None:
    problem = usual(4)
    roster = search(problem)
    published = {seat: person for seat, person in enumerate(roster) if person != 5}
    away = replace(problem.people[5], away=frozenset(range(26)), absent=frozenset(range(26)))
    people = tuple(away if number == 5 else person for number, person in enumerate(problem.people))
    after = replace(problem, people=people, published=published)
    changed = search(after)
    assert after.gaps(changed) == (0, 0)
    assert after.changes(changed) <= 3


def test_a_published_rota_stays_as_it_is() -> None:
    problem = usual(6)
    roster = search(problem, steps=20_000)
    assert search(replace(problem, published=dict(enumerate(roster))), steps=20_000) == roster

"""A score is a pure, exact function of ratings and weights, by formulas that anybody can check by hand."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import made
from ray18.documents.settings import Weights
from ray18.planning.scoring import METHODS, Scale, exact, ranked, rounded, scored, shown, terms

WEIGHTS = Weights()
ONE_TO_FIVE = st.integers(1, 5)
TEXTBOOK = {
    "weighted": ({"risk": 4, "impact": 5, "effort": 2}, 20.0),
    "wsjf": ({"business_value": 8, "time_criticality": 5, "risk_reduction": 13, "job_size": 8}, 3.25),
    "rice": ({"reach": 400, "impact": 0.5, "confidence": 0.8, "effort": 1.5}, 106.6667),
}


def item(item_id: str = "TD-1", **ratings: float) -> BacklogItem:
    inputs = [{"name": name, "value": float(value)} for name, value in ratings.items()]
    return made(
        BacklogItem,
        {
            "id": item_id,
            "title": "Debt",
            "source": {"kind": "technical-debt"},
            "maintenance_type": "corrective",
            "scoring": {"inputs": inputs},
        },
    )


@pytest.mark.parametrize("name", METHODS)
def test_each_method_computes_its_formula(name: str) -> None:
    ratings, expected = TEXTBOOK[name]
    entry = scored(item(**ratings), METHODS[name], WEIGHTS)  # type: ignore[index]
    assert entry.score is not None and rounded(entry.score) == expected
    assert entry.problems == ()


def test_the_computation_is_told_with_its_numbers() -> None:
    entry = scored(item(risk=4, impact=5, effort=2), METHODS["weighted"], WEIGHTS)
    assert terms(entry, METHODS["weighted"], WEIGHTS) == "3 × risk 4 + 2 × impact 5 − 1 × effort 2 = 20"
    rice = scored(item(reach=400, impact=0.5, confidence=0.8, effort=1.5), METHODS["rice"], WEIGHTS)
    assert terms(rice, METHODS["rice"], WEIGHTS) == (
        "reach 400 × impact 0.5 × confidence 0.8 ÷ effort 1.5 = 106.6667"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ratings", "problem"),
    [
        ({"risk": 4, "impact": 5}, "effort is not rated"),
        ({"risk": 9, "impact": 5, "effort": 1}, "risk is 9; the scale of weighted is 1, 2, 3, 4, 5"),
        ({"risk": 0, "impact": 5, "effort": 1}, "risk is 0; the scale of weighted is 1, 2, 3, 4, 5"),
    ],
)
def test_half_a_rating_gives_no_score(ratings: dict[str, float], problem: str) -> None:
    entry = scored(item(**ratings), METHODS["weighted"], WEIGHTS)
    assert entry.score is None
    assert entry.problems == (problem,)


def test_nothing_divides_by_zero() -> None:
    nothing = item(reach=400, impact=1, confidence=1, effort=0)
    assert scored(nothing, METHODS["rice"], WEIGHTS).problems == (
        "effort is 0; the scale of rice is any number above 0",
    )


@given(ONE_TO_FIVE, ONE_TO_FIVE, ONE_TO_FIVE)
def test_more_risk_or_impact_never_lowers_and_more_effort_never_raises_a_score(
    risk: int, impact: int, effort: int
) -> None:
    def of(r: int, i: int, e: int) -> Fraction:
        score = scored(item(risk=r, impact=i, effort=e), METHODS["weighted"], WEIGHTS).score
        assert score is not None
        return score

    here = of(risk, impact, effort)
    assert here == of(risk, impact, effort), "the same inputs, the same score"
    assert of(min(risk + 1, 5), impact, effort) >= here
    assert of(risk, min(impact + 1, 5), effort) >= here
    assert of(risk, impact, min(effort + 1, 5)) <= here


@given(st.lists(st.tuples(ONE_TO_FIVE, ONE_TO_FIVE, ONE_TO_FIVE), min_size=1, max_size=12), st.integers(1, 9))
def test_the_ranking_is_total_and_does_not_depend_on_the_unit_of_the_weights(
    rows: list[tuple[int, ...]], unit: int
) -> None:
    items = [item(f"TD-{n}", risk=r, impact=i, effort=e) for n, (r, i, e) in enumerate(rows)]
    scaled = Weights(risk=3.0 * unit, impact=2.0 * unit, effort=1.0 * unit)
    order, again = (
        [entry.item.id for entry in ranked(scored(one, METHODS["weighted"], weights) for one in ordered)]
        for weights, ordered in ((WEIGHTS, items), (scaled, items[::-1]))
    )
    assert order == again
    scores = {one.id: scored(one, METHODS["weighted"], WEIGHTS).score for one in items}
    assert order == sorted(scores, key=lambda name: (-scores[name], name))  # type: ignore[operator]


@given(st.fractions(min_value=Fraction(1, 1000), max_value=1_000_000))
def test_the_next_steps_of_an_open_scale_lie_around_the_value(value: Fraction) -> None:
    below, above = Scale(()).neighbours(value)
    assert below < value < above
    assert value / below <= Fraction(5, 2) and above / value <= Fraction(5, 2)


def test_steps_end_where_a_scale_ends() -> None:
    scale = METHODS["weighted"].inputs[0].scale
    assert scale.neighbours(Fraction(5)) == (4,)
    assert scale.neighbours(Fraction(1)) == (2,)
    assert scale.neighbours(Fraction(5, 2)) == (2, 3)


def test_numbers_are_those_that_people_wrote() -> None:
    assert exact(0.8) == Fraction(4, 5)
    assert [shown(Fraction(n)) for n in ("0", "-1/100000", "4", "40/3")] == ["0", "0", "4", "13.3333"]

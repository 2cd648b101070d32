"""What is said to reorder the top does reorder it, and nothing else does."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from test_scoring import ONE_TO_FIVE, WEIGHTS, item

from ray18.documents.backlog import BacklogItem
from ray18.documents.settings import Weights
from ray18.planning.scoring import METHODS, ranked, scored
from ray18.planning.sensitivity import single_steps

METHOD = METHODS["weighted"]
TOP = 3
ROWS = st.lists(st.tuples(ONE_TO_FIVE, ONE_TO_FIVE, ONE_TO_FIVE), min_size=1, max_size=8)


def order(items: list[BacklogItem], weights: Weights = WEIGHTS) -> list[str]:
    return [entry.item.id for entry in ranked(scored(one, METHOD, weights) for one in items)]


def changed(one: BacklogItem, name: str, value: Fraction) -> BacklogItem:
    assert one.scoring is not None
    ratings = {rating.name: rating.value for rating in one.scoring.inputs}
    return item(one.id, **{**ratings, name: float(value)})


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_every_claim_and_every_silence_is_verified_by_computing_anew(rows: list[tuple[int, ...]]) -> None:
    items = [item(f"TD-{n}", risk=r, impact=i, effort=e) for n, (r, i, e) in enumerate(rows)]
    before = order(items)
    claims = {
        (change.item, change.name, change.after): change
        for change in single_steps([scored(one, METHOD, WEIGHTS) for one in items], METHOD, WEIGHTS, TOP)
    }
    for one in items:
        assert one.scoring is not None
        for rating in one.scoring.inputs:
            for value in METHOD.inputs[0].scale.neighbours(Fraction(rating.value)):
                after = order([changed(other, rating.name, value) if other is one else other for other in items])
                claim = claims.pop((one.id, rating.name, value), None)
                assert (claim is not None) == (after[:TOP] != before[:TOP])
                if claim is not None:
                    assert (claim.rank_before, claim.rank_after) == (before.index(one.id) + 1, after.index(one.id) + 1)
                    assert set(claim.entered) == set(after[:TOP]) - set(before[:TOP])
                    assert set(claim.left) == set(before[:TOP]) - set(after[:TOP])
    for name, value in (("risk", 2), ("risk", 4), ("impact", 1), ("impact", 3), ("effort", 0), ("effort", 2)):
        after = order(items, WEIGHTS.model_copy(update={name: float(value)}))
        claim = claims.pop(("", name, Fraction(value)), None)
        assert (claim is not None) == (after[:TOP] != before[:TOP])
    assert claims == {}

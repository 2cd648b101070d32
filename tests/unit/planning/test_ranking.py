"""Disagreements are found where they are, told by name and rank, and settled by those who may."""

from datetime import date
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray18.documents.document import made
from ray18.documents.ranking import Ranking
from ray18.planning.ranking import (
    Rules,
    agreements,
    circles,
    concordance,
    contradictions,
    disagreements,
)

ITEMS = [f"TD-{n}" for n in range(1, 10)]
ORDERS = st.permutations(ITEMS)
DAY = date(2026, 3, 10)


def ranking(role: str, items: list[str], *resolutions: dict[str, object]) -> Ranking:
    said = [{"reason": "It was agreed in the meeting", "decided_on": DAY, **entry} for entry in resolutions]
    return made(
        Ranking,
        {"role": role, "person": f"p-{role}", "decided_on": DAY, "items": items, "resolutions": said},
    )


def rules(top: int = 10, distance: int = 1, deciders: tuple[str, ...] = ("boss",), items: list[str] = ITEMS) -> Rules:
    return Rules(frozenset(items), top, distance, deciders)


def told(first: list[str], second: list[str], *resolutions: dict[str, object], **kwargs: object) -> list[str]:
    found = disagreements([ranking("b", second, *resolutions), ranking("a", first)], rules(**kwargs))  # type: ignore[arg-type]
    return [str(entry) for entry in found if entry.unsettled]


def test_a_disagreement_is_told_by_name_and_rank() -> None:
    items = [f"BL-{n:04}" for n in range(1, 212)]
    moved = [items[1], items[2], items[0], *items[3:]]
    assert told(items, [*items[1:], items[0]], items=items) == ["a and b disagree on BL-0001 (rank 1 vs 211)"]
    assert told(items, moved, items=items, distance=3) == []
    assert told(items, moved, items=items, distance=2) == ["a and b disagree on BL-0001 (rank 1 vs 3)"]


def test_only_open_items_that_both_rank_are_compared() -> None:
    assert told(["TD-1", "TD-2"], ["TD-3", "TD-4"]) == []
    assert told(["TD-1", "TD-2"], ["TD-2", "TD-1"], items=["TD-1"]) == []


def test_what_nobody_puts_first_is_no_conflict() -> None:
    assert told(ITEMS, [*ITEMS[:4], *ITEMS[:3:-1]], top=4) == []
    assert told(ITEMS, [*ITEMS[:4], *ITEMS[:3:-1]], top=5) != []


@pytest.mark.parametrize(
    ("resolution", "settles"),
    [
        ({"by": ["p-a", "p-b"]}, True),
        ({"by": ["boss"]}, True),
        ({"by": ["p-a"]}, False),
        ({"by": ["stranger"]}, False),
        ({"by": ["boss"], "decided_on": date(2026, 3, 9)}, False),
    ],
)
def test_a_resolution_counts_when_both_sides_or_somebody_above_them_decided_after_ranking(
    resolution: dict[str, object], settles: bool
) -> None:
    found = told(["TD-1", "TD-2"], ["TD-2", "TD-1"], {"order": ["TD-2", "TD-1"], **resolution})
    assert (found == []) is settles


def test_somebody_above_is_not_above_their_own_ranking() -> None:
    found = told(["TD-1", "TD-2"], ["TD-2", "TD-1"], {"order": ["TD-2", "TD-1"], "by": ["p-b"]}, deciders=("p-b",))
    assert len(found) == 1


def test_a_resolution_settles_only_the_items_that_it_names() -> None:
    assert told(["TD-1", "TD-2"], ["TD-2", "TD-1"], {"order": ["TD-2", "TD-3"], "by": ["boss"]}) != []


def test_decisions_that_contradict_each_other_settle_nothing_and_a_later_one_wins() -> None:
    one = {"order": ["TD-1", "TD-2"], "by": ["boss"]}
    other = {"order": ["TD-2", "TD-1"], "by": ["boss"]}
    assert told(["TD-1", "TD-2"], ["TD-2", "TD-1"], one, other) != []
    assert contradictions([ranking("a", [], one, other)]) == (("TD-1", "TD-2", "TD-1"),)
    later = {**other, "decided_on": date(2026, 3, 11)}
    assert told(["TD-1", "TD-2"], ["TD-2", "TD-1"], one, later) == []
    assert contradictions([ranking("a", [], one, later)]) == ()


@given(ORDERS, ORDERS)
def test_kendalls_tau_is_the_share_of_pairs_in_the_same_order_less_those_in_the_opposite(
    first: list[str], second: list[str]
) -> None:
    (found,) = agreements([ranking("a", first), ranking("b", second)], ITEMS)
    pairs = list(combinations(ITEMS, 2))
    same = sum((first.index(x) < first.index(y)) == (second.index(x) < second.index(y)) for x, y in pairs)
    assert found.tau == Fraction(2 * same - len(pairs), len(pairs))


@given(ORDERS, ORDERS)
def test_kendalls_w_is_one_for_equal_orders_and_zero_for_two_opposite_ones(first: list[str], second: list[str]) -> None:
    assert concordance([ranking(role, first) for role in "abc"], ITEMS) == 1
    assert concordance([ranking("a", first), ranking("b", first[::-1])], ITEMS) == 0
    whole = concordance([ranking("a", first), ranking("b", second)], ITEMS)
    assert whole is not None and 0 <= whole <= 1


@given(ORDERS, ORDERS, st.integers(1, 9), st.integers(1, 8))
def test_there_is_a_conflict_exactly_where_a_pair_in_the_top_is_turned_round_far_enough(
    first: list[str], second: list[str], top: int, distance: int
) -> None:
    found = disagreements([ranking("a", first), ranking("b", second)], rules(top, distance))
    pairs = {frozenset((entry.item, entry.other)) for dispute in found for entry in dispute.conflicts}
    expected = {
        frozenset((x, y))
        for x, y in combinations(ITEMS, 2)
        if (first.index(x) < first.index(y)) != (second.index(x) < second.index(y))
        and all(min(first.index(i), second.index(i)) < top for i in (x, y))
        and max(abs(first.index(i) - second.index(i)) for i in (x, y)) >= distance
    }
    assert pairs == expected


def test_condorcets_paradox_is_found() -> None:
    three = [["TD-1", "TD-2", "TD-3"], ["TD-2", "TD-3", "TD-1"], ["TD-3", "TD-1", "TD-2"]]
    found = circles([ranking(role, order) for role, order in zip("abc", three, strict=True)], rules())
    assert found == (("TD-1", "TD-2", "TD-3", "TD-1"),)
    assert circles([ranking(role, three[0]) for role in "abc"], rules()) == ()


def test_five_hundred_items_of_four_stakeholders_are_compared_at_once() -> None:
    items = [f"TD-{n}" for n in range(500)]
    four = [ranking(role, sorted(items, key=lambda i, r=role: hash_of(i + r))) for role in "abcd"]
    assert len(disagreements(four, rules(items=items))) > 6
    assert len(agreements(four, items)) == 6
    assert concordance(four, items) is not None


def hash_of(text: str) -> int:
    """The same in every run."""
    import zlib

    return zlib.crc32(text.encode())

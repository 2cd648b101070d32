"""The compromise goes against as few opinions as can be, and says so when that is proven."""

from datetime import date
from itertools import combinations, permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ray18.documents.ranking import Ranking, Resolution
from ray18.planning.compromise import compromise

DAY = date(2026, 3, 10)
ITEMS = [f"TD-{number}" for number in range(6)]


def ranking(role: str, items: list[str], *decided: tuple[str, ...]) -> Ranking:
    resolutions = tuple(
        Resolution(order=order, by=("olga",), reason="It was settled in the weekly round.", decided_on=DAY)
        for order in decided
    )
    return Ranking(role=role, person="ana", decided_on=DAY, items=tuple(items), resolutions=resolutions)


def against(order: tuple[str, ...], rankings: list[Ranking], decided: tuple[str, ...] = ()) -> int:
    """Opinions that an order goes against, counted one by one."""
    place = {item: number for number, item in enumerate(order)}
    settled = {frozenset(pair) for pair in combinations(decided, 2)}
    count = 0
    for entry in rankings:
        for sooner, later in combinations(entry.items, 2):
            if sooner not in place or later not in place:
                continue
            pair = (sooner, later)
            if frozenset(pair) in settled:
                pair = tuple(sorted(pair, key=decided.index))
            count += place[pair[0]] > place[pair[1]]
    return count


some = st.lists(st.sampled_from(ITEMS), unique=True, max_size=6)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.lists(some, min_size=2, max_size=4),
    st.none() | st.lists(st.sampled_from(ITEMS), unique=True, min_size=2, max_size=3),
)
def test_no_order_of_few_items_goes_against_fewer_opinions(orders: list[list[str]], decided: list[str] | None) -> None:
    extra = [tuple(decided)] if decided else []
    rankings = [ranking(f"role-{n}", order, *(extra if n == 0 else [])) for n, order in enumerate(orders)]
    found = compromise(rankings, ITEMS[:5], 2)
    assert found is not None
    ranked = {item for order in orders for item in order} & set(ITEMS[:5])
    assert sorted(found.order) == sorted(ranked)
    best = min(against(order, rankings, tuple(decided or ())) for order in permutations(found.order))
    assert against(found.order, rankings, tuple(decided or ())) == best
    assert (found.against, found.fewest) == (best, best)


def test_each_side_is_told_what_it_gives_up() -> None:
    rankings = [ranking("product", ["TD-0", "TD-1", "TD-2"]), ranking("security", ["TD-2", "TD-0", "TD-1"])]
    found = compromise([*rankings, ranking("support", ["TD-0", "TD-2", "TD-1"])], ITEMS, 10)
    assert found is not None
    assert found.order == ("TD-0", "TD-2", "TD-1")
    assert [(side.role, side.opinions, side.against) for side in found.sides] == [
        ("product", 3, 1),
        ("security", 3, 1),
        ("support", 3, 0),
    ]
    assert sum(side.against for side in found.sides) == found.against == found.fewest == 2


def test_the_first_items_are_held_against_each_stakeholder_left_out() -> None:
    same = ["TD-0", "TD-1", "TD-2", "TD-3"]
    found = compromise([ranking("a", same), ranking("b", same), ranking("c", same[::-1])], ITEMS, 2)
    assert found is not None
    assert {entry.role: entry.reordered for entry in found.without}["c"] is False
    two = compromise([ranking("a", same), ranking("b", same)], ITEMS, 2)
    assert two is not None
    assert two.without == ()
    assert compromise([ranking("a", same)], ITEMS, 2) is None


def test_five_hundred_items_of_four_stakeholders_come_close_to_the_bound() -> None:
    random = Random(1)
    items = [f"TD-{number}" for number in range(500)]
    orders = [sorted(items, key=lambda item: int(item[3:]) + random.gauss(0, 100)) for _ in range(4)]
    rankings = [ranking(f"role-{number}", order) for number, order in enumerate(orders)]
    found = compromise(rankings, items, 10)
    assert found is not None
    assert found.against == against(found.order, rankings)
    assert found.fewest <= found.against <= 1.03 * found.fewest
    assert all(against(order, rankings) > found.against for order in map(tuple, orders))  # type: ignore[arg-type]

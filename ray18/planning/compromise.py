"""The order that goes against as few opinions as possible, and how firm it is.

An opinion is one stakeholder's order of one pair of items. Whatever the order, some opinions must be gone against; the order
that goes against fewest is Kemeny's (Mathematics without Numbers, 1959). Where no pair has a majority against putting a
group of items before the others, keeping it before them goes against no more opinions (as in Truchon's extended Condorcet
criterion, 1998). So each group is ordered by itself: exactly when it is small (Held and Karp's recursion), else by insertion
until nothing gets better.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations, repeat
from operator import add, gt, itemgetter, lt, sub

from ray18.documents.ranking import Ranking
from ray18.planning.ranking import decided_pairs

_EXACT = 14
"""Up to so many items that hang together the best order is found exactly: twice the work for each more."""
_PASSES = 20
"""How often insertion goes through a group at most."""
_UNRANKED = -1
_NEAR = 3
"""Without one stakeholder, items are looked at that are this many times as far down as the first ones, in any order."""


@dataclass(frozen=True, slots=True)
class Side:
    """One stakeholder and the compromise."""

    role: str
    opinions: int
    """Pairs that this stakeholder has put in order."""
    against: int
    """How many of them the compromise goes against."""


@dataclass(frozen=True, slots=True)
class Firmness:
    """What the first items would be without one stakeholder."""

    role: str
    entered: tuple[str, ...]
    left: tuple[str, ...]
    reordered: bool
    """Whether their order changes, in or out aside."""


@dataclass(frozen=True, slots=True)
class Compromise:
    """One order for all."""

    order: tuple[str, ...]
    against: int
    """How many opinions it goes against."""
    fewest: int
    """How many opinions any order must go against at least; equal to `against` = proven to be the best."""
    sides: tuple[Side, ...]
    without: tuple[Firmness, ...]


class _Opinions:
    """For each pair of items how many stakeholders put the first before the second."""

    def __init__(self, rankings: Sequence[Ranking], open_items: Collection[str]) -> None:
        ranked = [[item for item in dict.fromkeys(ranking.items) if item in open_items] for ranking in rankings]
        self.items = sorted({item for order in ranked for item in order})
        number = {item: place for place, item in enumerate(self.items)}
        size = len(self.items)
        self.before = [[0] * size for _ in range(size)]
        self.orders = [[number[item] for item in order] for order in ranked]
        for order in self.orders:
            places = [_UNRANKED] * size
            for place, item in enumerate(order):
                places[item] = place
            for place, item in enumerate(order):
                self.before[item] = list(map(add, self.before[item], map(gt, places, repeat(place))))
        decided = [(number[a], number[b]) for a, b in decided_pairs(rankings) if a in number and b in number]
        self.decided = {pair for pair in decided if pair[::-1] not in decided}
        for one, other in self.decided:
            self.before[one][other] += self.before[other][one]
            self.before[other][one] = 0
        self.after = list(zip(*self.before, strict=True))

    def against(self, order: Sequence[int]) -> int:
        """How many opinions an order goes against."""
        return sum(
            sum(itemgetter(*order[:place])(self.before[later])) if place > 1 else self.before[later][order[0]]
            for place, later in enumerate(order)
            if place
        )

    def fewest(self) -> int:
        """How many opinions any order goes against: of each pair the smaller side."""
        return sum(sum(map(min, row, column)) for row, column in zip(self.before, self.after, strict=True)) // 2


def compromise(rankings: Sequence[Ranking], open_items: Collection[str], top: int) -> Compromise | None:
    """The compromise of all rankings; None with fewer than two. Orders that were decided count as everybody's opinion."""
    ordered = sorted(rankings, key=lambda ranking: ranking.role)
    if len(ordered) < 2:
        return None
    opinions = _Opinions(ordered, open_items)
    order, fewest = _best(opinions)
    places = {item: place for place, item in enumerate(order)}
    sides = tuple(
        Side(ranking.role, *_against(mine, places, opinions.decided))
        for ranking, mine in zip(ordered, opinions.orders, strict=True)
    )
    names = tuple(opinions.items[item] for item in order)
    near = _near(ordered, open_items, names, top)
    without = tuple(_without(ordered, ranking, near, names[:top]) for ranking in ordered if len(ordered) > 2)
    return Compromise(names, opinions.against(order), fewest, sides, without)


def _against(mine: Sequence[int], places: dict[int, int], decided: set[tuple[int, int]]) -> tuple[int, int]:
    """How many pairs a stakeholder has ordered, and how many of them stand the other way round; decided ones aside."""
    settled = list(_settled(mine, decided))
    seen: list[int] = []
    against = -sum(places[sooner] > places[later] for sooner, later in settled)
    for item in mine:
        against += len(seen) - bisect_left(seen, places[item])
        insort(seen, places[item])
    return len(mine) * (len(mine) - 1) // 2 - len(settled), against


def _settled(mine: Sequence[int], decided: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Decided pairs that a stakeholder has put in order, in that order."""
    own = {item: place for place, item in enumerate(mine)}
    for one, other in decided:
        if one in own and other in own:
            yield (one, other) if own[one] < own[other] else (other, one)


def _near(rankings: Sequence[Ranking], open_items: Collection[str], names: Sequence[str], top: int) -> Collection[str]:
    """Items that could be among the first ones."""
    orders = [names, *([item for item in ranking.items if item in open_items] for ranking in rankings)]
    return {item for order in orders for item in order[: _NEAR * top]}


def _without(
    rankings: Sequence[Ranking], one: Ranking, open_items: Collection[str], first: tuple[str, ...]
) -> Firmness:
    opinions = _Opinions([ranking for ranking in rankings if ranking is not one], open_items)
    order, _ = _best(opinions)
    again = tuple(opinions.items[item] for item in order[: len(first)])
    entered = tuple(item for item in again if item not in first)
    left = tuple(item for item in first if item not in again)
    return Firmness(one.role, entered, left, again != first)


def _best(opinions: _Opinions) -> tuple[list[int], int]:
    """An order, and how many opinions any order must go against; the sum over the groups."""
    order: list[int] = []
    fewest = opinions.fewest()
    for group in _groups(opinions):
        if len(group) > _EXACT:
            order += _inserted(opinions, group)
            continue
        best = _exact(opinions, group)
        order += best
        fewest += opinions.against(best)
        fewest -= sum(min(opinions.before[a][b], opinions.before[b][a]) for a, b in combinations(group, 2))
    return order, fewest


def _groups(opinions: _Opinions) -> Iterator[list[int]]:
    """Items that hang together by majorities; each group before the next, against which no pair has a majority.

    In order of wins less losses, a group ends where nothing later has a majority against anything up to there. Whatever order
    puts some of the next group first goes against no fewer opinions.
    """
    before, size = opinions.before, len(opinions.items)
    wins = [
        sum(map(gt, row, column)) - sum(map(lt, row, column))
        for row, column in zip(before, opinions.after, strict=True)
    ]
    order = sorted(range(size), key=lambda item: (-wins[item], item))
    start = reach = 0
    for place, item in enumerate(order):
        row = before[item]
        last = next((n for n in range(size - 1, place, -1) if before[order[n]][item] > row[order[n]]), place)
        reach = max(reach, last)
        if reach == place:
            yield order[start : place + 1]
            start = reach = place + 1


def _exact(opinions: _Opinions, group: Sequence[int]) -> list[int]:
    """The best order of a few items: the cost of a set of items is that of its best last one and of the others before it."""
    size = len(group)
    before = [[opinions.before[a][b] for b in group] for a in group]
    cost, last = [0] * (1 << size), [0] * (1 << size)
    behind = [[0] * (1 << size) for _ in range(size)]  # opinions that go against having a set before an item
    for item in range(size):
        row, own = behind[item], before[item]
        for chosen in range(1, 1 << size):
            low = (chosen & -chosen).bit_length() - 1
            row[chosen] = row[chosen & (chosen - 1)] + own[low]
    for chosen in range(1, 1 << size):
        options = [item for item in range(size) if chosen >> item & 1]
        cost[chosen], last[chosen] = min(
            (cost[chosen ^ (1 << item)] + behind[item][chosen ^ (1 << item)], item) for item in options
        )
    order, chosen = [], (1 << size) - 1
    while chosen:
        order.append(group[last[chosen]])
        chosen ^= 1 << last[chosen]
    return order[::-1]


def _inserted(opinions: _Opinions, group: Sequence[int]) -> list[int]:
    """A good order of many items: each is moved where it goes against fewest, until no move helps."""
    order = list(group)
    added = {item: list(map(sub, opinions.before[item], opinions.after[item])) for item in group}
    for _ in range(_PASSES):
        moved = False
        for item in list(order):
            place = order.index(item)
            rest = order[:place] + order[place + 1 :]
            by_place = list(accumulate(itemgetter(*rest)(added[item]), initial=0))
            least = min(by_place)
            if least < by_place[place]:
                rest.insert(by_place.index(least), item)
                order, moved = rest, True
        if not moved:
            break
    return order

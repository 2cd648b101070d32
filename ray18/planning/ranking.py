"""Stakeholders' rankings compared: who disagrees with whom about what, how strongly, and what is settled.

Two rankings are compared on the open items that both name; ranks are places among those. A *conflict* is a pair of such items
that stand in opposite order, each of them among the first N of at least one of the two rankings, with at least one of the two
placed `distance` ranks or more apart. Conflicts are told by the item that is further apart; a resolution settles a pair.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from ray18.documents.base import cycles
from ray18.documents.ranking import Ranking, Resolution


@dataclass(frozen=True)
class Rules:
    """What counts as a conflict, and who may settle one."""

    open_items: Collection[str]
    """Ids of the items that still have to be done; rankings of others no longer matter."""
    top: int
    distance: int
    deciders: Collection[str]
    """People who may settle what they are no side of."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A pair of items that two stakeholders order differently."""

    item: str
    """The one of the two that they place further apart."""
    other: str
    settled_by: Resolution | None
    objection: str
    """Why a resolution that names both does not settle it; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two stakeholders about one item."""

    first: Ranking
    second: Ranking
    item: str
    first_rank: int
    second_rank: int
    conflicts: tuple[Conflict, ...]
    """The pairs in which the item stands in opposite order."""

    @property
    def unsettled(self) -> tuple[Conflict, ...]:
        """What nobody has settled."""
        return tuple(entry for entry in self.conflicts if entry.settled_by is None)

    def __str__(self) -> str:
        """`product-owner and security-lead disagree on BL-0042 (rank 211 vs 3)`."""
        ranks = f"rank {self.first_rank} vs {self.second_rank}"
        return f"{self.first.role} and {self.second.role} disagree on {self.item} ({ranks})"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two rankings agree."""

    first: Ranking
    second: Ranking
    common: int
    """How many open items both rank."""
    tau: Fraction | None
    """Kendall's tau: 1 = the same order, -1 = the opposite; None with fewer than two common items."""


def disagreements(rankings: Sequence[Ranking], rules: Rules) -> tuple[Disagreement, ...]:
    """Every disagreement, settled or not, by role and then by how far apart the item is."""
    decisions = [resolution for ranking in rankings for resolution in ranking.resolutions]
    ordered = sorted(rankings, key=lambda ranking: ranking.role)
    return tuple(
        entry for first, second in combinations(ordered, 2) for entry in _between(first, second, decisions, rules)
    )


def agreements(rankings: Sequence[Ranking], open_items: Collection[str]) -> tuple[Agreement, ...]:
    """Kendall's tau for each two rankings."""
    ordered = sorted(rankings, key=lambda ranking: ranking.role)
    return tuple(
        Agreement(first, second, len(left), _tau(left, right))
        for first, second in combinations(ordered, 2)
        for left, right in [_places(first, second, open_items)]
    )


def concordance(rankings: Sequence[Ranking], open_items: Collection[str]) -> Fraction | None:
    """Kendall's W over the items that all rank: 1 = all agree, 0 = no agreement at all; None when it is not defined.

    W = 12 S / (m² (n³ − n)), S = sum of squared deviations of the rank sums (Kendall & Babington Smith, 1939).
    """
    shared = set(open_items).intersection(*(ranking.items for ranking in rankings)) if rankings else set()
    many, count = len(rankings), len(shared)
    if many < 2 or count < 2:
        return None
    sums = dict.fromkeys(shared, 0)
    for ranking in rankings:
        for place, item in enumerate((item for item in _distinct(ranking) if item in shared), 1):
            sums[item] += place
    mean = Fraction(many * (count + 1), 2)
    spread = sum(((total - mean) ** 2 for total in sums.values()), Fraction(0))
    return 12 * spread / (many**2 * (count**3 - count))


def circles(rankings: Sequence[Ranking], rules: Rules) -> tuple[tuple[str, ...], ...]:
    """Condorcet cycles: among the items of any top N, circles in which more than half of all put each before the next."""
    heads = sorted({item for ranking in rankings for item in _open(ranking, rules.open_items)[: rules.top]})
    ranks = [{item: place for place, item in enumerate(_distinct(ranking))} for ranking in rankings]
    beats: dict[str, list[str]] = {item: [] for item in heads}
    for left, right in combinations(heads, 2):
        both = [places for places in ranks if left in places and right in places]
        ahead = sum(places[left] < places[right] for places in both)
        if 2 * ahead > len(rankings):
            beats[left].append(right)
        elif 2 * (len(both) - ahead) > len(rankings):
            beats[right].append(left)
    return tuple(cycles(beats))


def contradictions(rankings: Sequence[Ranking]) -> tuple[tuple[str, ...], ...]:
    """Circles in the orders that were decided: taken together, such resolutions cannot be followed."""
    before: dict[str, list[str]] = {}
    for first, second in decided_pairs(rankings):
        before.setdefault(first, []).append(second)
        before.setdefault(second, [])
    return tuple(cycles(before))


def decided_pairs(rankings: Sequence[Ranking]) -> Iterator[tuple[str, str]]:
    """Each pair that was decided, in its latest order; both orders when decisions of the same day differ."""
    latest: dict[frozenset[str], list[tuple[Resolution, tuple[str, str]]]] = {}
    for ranking in rankings:
        for resolution in ranking.resolutions:
            for pair in combinations(dict.fromkeys(resolution.order), 2):
                latest.setdefault(frozenset(pair), []).append((resolution, pair))
    for entries in latest.values():
        day = max(resolution.decided_on for resolution, _ in entries)
        yield from dict.fromkeys(pair for resolution, pair in entries if resolution.decided_on == day)


def _between(first: Ranking, second: Ranking, decisions: Sequence[Resolution], rules: Rules) -> Iterator[Disagreement]:
    left, right = _places(first, second, rules.open_items)
    heads = sorted(item for item in left if min(left[item], right[item]) <= rules.top)
    found: dict[str, list[Conflict]] = {}
    for one, other in combinations(heads, 2):
        if (left[one] < left[other]) == (right[one] < right[other]):
            continue
        apart = sorted((one, other), key=lambda item: (-abs(left[item] - right[item]), item))
        if abs(left[apart[0]] - right[apart[0]]) >= rules.distance:
            settled_by, objection = _settled(first, second, (one, other), decisions, rules.deciders)
            found.setdefault(apart[0], []).append(Conflict(apart[0], apart[1], settled_by, objection))
    for item in sorted(found, key=lambda item: (-abs(left[item] - right[item]), item)):
        yield Disagreement(first, second, item, left[item], right[item], tuple(found[item]))


def _settled(
    first: Ranking,
    second: Ranking,
    pair: tuple[str, str],
    decisions: Sequence[Resolution],
    deciders: Collection[str],
) -> tuple[Resolution | None, str]:
    """The resolution that settles the pair, or why those that name it do not."""
    naming = [resolution for resolution in decisions if set(pair) <= set(resolution.order)]
    if not naming:
        return None, ""
    objections = [_objection(resolution, first, second, deciders) for resolution in naming]
    counting = [resolution for resolution, objection in zip(naming, objections, strict=True) if not objection]
    if not counting:
        return None, objections[-1]
    day = max(resolution.decided_on for resolution in counting)
    last = [resolution for resolution in counting if resolution.decided_on == day]
    orders = {resolution.order.index(pair[0]) < resolution.order.index(pair[1]) for resolution in last}
    if len(orders) > 1:
        return None, f"two decisions of {day} contradict each other"
    return last[0], ""


def _objection(resolution: Resolution, first: Ranking, second: Ranking, deciders: Collection[str]) -> str:
    sides = {first.person, second.person}
    if resolution.decided_on < max(first.decided_on, second.decided_on):
        return f"the decision of {resolution.decided_on} is older than the rankings"
    if sides <= set(resolution.by) or any(person in deciders for person in resolution.by if person not in sides):
        return ""
    return f"the decision of {resolution.decided_on} is not by both sides, nor by somebody above them"


def _distinct(ranking: Ranking) -> tuple[str, ...]:
    """The items in order; one that stands twice counts where it stands first."""
    return tuple(dict.fromkeys(ranking.items))


def _open(ranking: Ranking, open_items: Collection[str]) -> list[str]:
    return [item for item in _distinct(ranking) if item in open_items]


def _places(
    first: Ranking, second: Ranking, open_items: Collection[str]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Places, from 1, among the open items that both rank."""
    common = set(first.items) & set(second.items)
    left, right = (
        {item: place for place, item in enumerate((i for i in _open(ranking, open_items) if i in common), 1)}
        for ranking in (first, second)
    )
    return left, right


def _tau(left: Mapping[str, int], right: Mapping[str, int]) -> Fraction | None:
    """1 − 2 D / (n (n − 1) / 2), D = pairs in opposite order, counted while inserting in order."""
    count = len(left)
    if count < 2:
        return None
    seen: list[int] = []
    opposite = 0
    for item in sorted(left, key=left.__getitem__):
        place = right[item]
        opposite += len(seen) - bisect_left(seen, place)
        insort(seen, place)
    return 1 - Fraction(4 * opposite, count * (count - 1))

"""Which items may be the same: by vulnerability, by title, by wording. It is only ever shown; people decide."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from ray18.documents.backlog import BacklogItem
from ray18.planning.likeness import SAME, words

NOT_DUPLICATE = "not-duplicate-of"
"""The annotation by which people say that an item is another than the items it names."""
_BLANKS = re.compile(r"\s+")
_CLOSER = 0.5
"""The share of words that is enough when the component is the same as well."""
_FEWEST = 3
"""The fewest words that two titles must share: two are soon found in any two."""
_COMMON = 200
"""A word that more items have among their rarest is not looked up any further."""
_FIGURE = re.compile(r"\w*[0-9]\w*")
"""A number, version or id: two titles that differ in one speak of two things."""


@dataclass(frozen=True, slots=True)
class Likely:
    """Two items that may be one; the first says more, and would be kept."""

    keep: BacklogItem
    other: BacklogItem
    reason: str


def likely_duplicates(items: Iterable[BacklogItem]) -> tuple[Likely, ...]:
    """Pairs of open items that may be the same, each pair once, by its strongest reason; sorted by ids.

    Items that name different vulnerabilities, components or figures are different, however alike their words are. Of
    several that are all alike, each is paired with one of them only.
    """
    given = sorted((item for item in items if item.is_open), key=lambda item: item.id)
    found: dict[tuple[str, str], Likely] = {}
    beside: dict[str, set[str]] = defaultdict(set)
    for one, other, reason in (*_same_vulnerability(given), *_same_title(given), *_same_words(given)):
        if not beside[one.id] & beside[other.id] and other.id not in beside[one.id] and not _said_different(one, other):
            pair = Likely(*_fuller_first(one, other), reason)
            found[pair.keep.id, pair.other.id] = pair
            beside[one.id].add(other.id)
            beside[other.id].add(one.id)
    return tuple(found[pair] for pair in sorted(found))


Pair = tuple[BacklogItem, BacklogItem, str]


def _same_vulnerability(items: Sequence[BacklogItem]) -> Iterator[Pair]:
    """Every item beside the first that names the same CVE."""
    first: dict[str, BacklogItem] = {}
    for item in items:
        for cve in _cves(item):
            known = first.setdefault(cve, item)
            if known is not item:
                yield known, item, f"both are {cve}{_where(known, item)}"


def _where(one: BacklogItem, other: BacklogItem) -> str:
    here, there = _component(one), _component(other)
    return f", in {here} and in {there}" if here and there and here != there else ""


def _component(item: BacklogItem) -> str:
    return (item.security.product if item.security else None) or item.service or ""


def _cves(item: BacklogItem) -> tuple[str, ...]:
    return item.security.cve if item.security else ()


def _same_title(items: Sequence[BacklogItem]) -> Iterator[Pair]:
    first: dict[str, list[BacklogItem]] = defaultdict(list)
    for item in items:
        title = _BLANKS.sub(" ", item.title.casefold()).strip(" .")
        known = next((one for one in first[title] if not _differ(one, item)), None)
        if known:
            yield known, item, "they have the same title"
        else:
            first[title].append(item)


def _differ(one: BacklogItem, other: BacklogItem) -> bool:
    """Whether both name vulnerabilities, and no common one; or components, and not the same."""
    ours, theirs = (set(_cves(item)) for item in (one, other))
    here, there = _component(one), _component(other)
    return bool(ours and theirs and not ours & theirs) or bool(here and there and here != there)


def _same_words(items: Sequence[BacklogItem]) -> Iterator[Pair]:
    """Pairs whose titles share enough of their words. Of two alike texts, one of the rarest words of each is shared, so
    only pairs that share one are compared (prefix filtering: Chaudhuri, Ganti, Kaushik 2006). Items that their titles
    made one already are looked at once, and a word that very many have tells nothing."""
    items = list({(item.title.casefold(), _component(item), _cves(item)): item for item in reversed(items)}.values())[
        ::-1
    ]
    bags = [words(item.title) for item in items]
    counts = Counter(word for bag in bags for word in bag)
    by_word: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, bag in enumerate(bags):
        seen: set[int] = set()
        figures = sorted(_FIGURE.findall(items[at].title.casefold()))
        for word in sorted(bag, key=lambda word: (counts[word], word))[: len(bag) - ceil(_CLOSER * len(bag)) + 1]:
            alike = by_word[word, *figures]
            for before in alike[:_COMMON]:
                if before not in seen:
                    seen.add(before)
                    yield from _compared(items[before], items[at], bags[before], bag)
            alike.append(at)


def _compared(one: BacklogItem, other: BacklogItem, ours: frozenset[str], theirs: frozenset[str]) -> Iterator[Pair]:
    shared, every = len(ours & theirs), len(ours | theirs)
    same_place = bool(_component(one)) and _component(one) == _component(other)
    alike = shared >= _FEWEST and shared >= (_CLOSER if same_place else SAME) * every
    if alike and not _differ(one, other):
        place = f", and the component {_component(one)}" if same_place else ""
        yield one, other, f"they share {shared} of {every} words{place}"


def _said_different(one: BacklogItem, other: BacklogItem) -> bool:
    return any(
        there.id in here.annotations.get(NOT_DUPLICATE, "").split() for here, there in ((one, other), (other, one))
    )


def _fuller_first(one: BacklogItem, other: BacklogItem) -> tuple[BacklogItem, BacklogItem]:
    """The item with more fields first; of two with as many, the one with the lesser id."""
    ranked = sorted((one, other), key=lambda item: (-len(item.model_dump(exclude_defaults=True)), item.id))
    return ranked[0], ranked[1]

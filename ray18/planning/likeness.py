"""Which texts say the same: by the same words, or by the same template once numbers, names in quotes and ids are masked."""

import re
from collections.abc import Iterator, Sequence

_MASKS = (
    (re.compile(r"https?://\S+"), "<address>"),
    (re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|'[^'\s][^']*'(?!\w)"), "<name>"),
    (re.compile(r"\b[A-Za-z]{1,10}-[0-9][0-9A-Za-z-]*\b|\b[0-9a-f]{7,64}\b|#[0-9]+"), "<id>"),
    (re.compile(r"\bv?[0-9]+(?:[.:][0-9]+)*%?"), "<number>"),
)
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_SMALL = frozenset(
    "a an and are as at be been but by could did do for from had has have how if in into is it its more need needs no "
    "not of on or our should so that the their them then there these they this to too up us was we were when which "
    "while with would".split()
)
SAME = 0.6
"""The share of all words of two texts that both must have to say the same."""


def template(text: str) -> str:
    """The text with what differs from case to case masked: addresses, quoted names, ids and numbers."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return " ".join(text.casefold().split()).rstrip(".")


def words(text: str) -> frozenset[str]:
    """The words that carry meaning."""
    return frozenset(word for word in _WORD.findall(text.casefold()) if word not in _SMALL and not word.isdigit())


def alike(texts: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Positions of texts that say the same as the first of their group; groups of two or more, largest first.

    Two texts say the same when they share SAME of all their words, and at least two.
    """
    bags = [words(text) for text in texts]
    left = list(range(len(texts)))
    groups = []
    while left:
        first = left[0]
        group = [first, *(other for other in left[1:] if _same(bags[first], bags[other]))]
        left = [position for position in left if position not in group]
        if len(group) > 1:
            groups.append(tuple(group))
    return tuple(sorted(groups, key=lambda group: (-len(group), group)))


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return shared >= 2 and shared >= SAME * len(one | other)


def named_in(text: str, *names: str) -> bool:
    """Whether every word of one of the names stands in the text, as a whole word."""
    there = frozenset(_parts(text))
    return any(parts and parts <= there for parts in map(frozenset, map(_parts, names)))


def _parts(text: str) -> Iterator[str]:
    return (part for word in _WORD.findall(text.casefold()) for part in word.split("-"))

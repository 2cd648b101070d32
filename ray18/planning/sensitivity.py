"""Sensitivity: which single-step change of one rating, or of one weight, would reorder the top of the ranking."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ray18.documents.settings import Weights
from ray18.planning.scoring import Method, Scored, exact, ranked, scored

_WEIGHTS = ("risk", "impact", "effort")


@dataclass(frozen=True, slots=True)
class Change:
    """One step that would reorder the top."""

    item: str
    """The item whose rating is changed; empty for a weight."""
    name: str
    """The rating or the weight."""
    before: Fraction
    after: Fraction
    rank_before: int
    """The item's rank; 0 for a weight."""
    rank_after: int
    entered: tuple[str, ...]
    """Items that come into the top."""
    left: tuple[str, ...]
    """Items that fall out of it."""


def single_steps(entries: Sequence[Scored], method: Method, weights: Weights, top: int) -> tuple[Change, ...]:
    """Every step that changes which items are in the top, or their order there; those of ratings by rank, then weights."""
    order = ranked(entries)
    return (*_ratings(order, method, weights, top), *_weights(order, method, weights, top))


def _ratings(order: Sequence[Scored], method: Method, weights: Weights, top: int) -> Iterator[Change]:
    keys = [entry.order for entry in order]
    for index, entry in enumerate(order):
        for kind in method.inputs:
            value = entry.ratings[kind.name]
            for after in kind.scale.neighbours(value):
                score = method.compute({**entry.ratings, kind.name: after}, weights)
                position = bisect_left(keys, (-score, entry.item.id))
                position -= position > index  # its own old place is gone
                if position != index and min(position, index) < top:
                    entered, left = _moved(order, index, position, top)
                    yield Change(
                        entry.item.id, kind.name, value, after, index + 1, position + 1, entered, left
                    )  # fmt: skip


def _moved(order: Sequence[Scored], index: int, position: int, top: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who enters and who leaves the top when one item moves from index to position."""
    mover = order[index].item.id
    if index >= top > position:
        return (mover,), (order[top - 1].item.id,)
    if position >= top > index:
        return (order[top].item.id,), (mover,)
    return (), ()


def _weights(order: Sequence[Scored], method: Method, weights: Weights, top: int) -> Iterator[Change]:
    if not method.weighted:
        return
    first = [entry.item.id for entry in order[:top]]
    for name in _WEIGHTS:
        before = exact(getattr(weights, name))
        for after in (before - 1, before + 1):
            if after < 0:
                continue
            changed = weights.model_copy(update={name: float(after)})
            again = [entry.item.id for entry in ranked(scored(entry.item, method, changed) for entry in order)[:top]]
            if again != first:
                entered = tuple(item for item in again if item not in first)
                left = tuple(item for item in first if item not in again)
                yield Change("", name, before, after, 0, 0, entered, left)

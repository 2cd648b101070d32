"""Whatever names another record is marked as such, so that editors can complete and follow it."""

from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel

from ray18.documents import KINDS
from ray18.documents.base import ItemId, Slug
from ray18.documents.fields import Spot
from ray18.language.things import _SOURCES

DECLARES = {"id", "name", "role"}
"""Fields that say what a record itself is called."""
FREE = {
    "metric", "subject", "subjects", "sections", "profiles", "gates", "kinds", "delegation",
}  # fmt: skip
"""Fields whose names nothing declares, or RAY-18 does."""


def leaves(spot: Spot, name: str = "", seen: frozenset[Any] = frozenset()) -> Iterator[tuple[str, Spot]]:
    """Every place of a kind of document at which a text stands, with the field that it belongs to."""
    model: type[BaseModel] | None = spot.model
    if model is not None:
        if model not in seen:
            for field, below in spot.fields().items():
                yield from leaves(below, field, seen | {model})
    elif spot.below(0) is not None:
        yield from leaves(spot.below(0), name, seen)  # type: ignore[arg-type]
    else:
        yield name, spot


def patterns(marks: Iterable[Any]) -> set[str]:
    """The patterns that a text must match, wherever pydantic keeps them."""
    parts = [part for mark in marks for part in (mark, *getattr(mark, "metadata", ()))]
    return {part.pattern for part in parts if getattr(part, "pattern", None)}


def test_every_field_that_holds_an_id_says_whose() -> None:
    ids = patterns((*get_args(Slug), *get_args(ItemId)))
    assert len(ids) == 2
    unmarked = set()
    for kind in KINDS:
        for name, spot in leaves(Spot(kind.model)):
            said = patterns(mark for _, marks in spot._parts() for mark in marks)
            if said & ids and not spot.names and name not in DECLARES | FREE:
                unmarked.add(f"{kind.name}: {name}")
    assert unmarked == set()


def test_what_is_named_is_declared_somewhere() -> None:
    named = {thing for kind in KINDS for _, spot in leaves(Spot(kind.model)) for thing in spot.names}
    assert named <= set(_SOURCES)

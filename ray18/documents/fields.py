"""What may stand at each place of a document, as its model says: fields, known values, and names of other things.

Editors ask this to complete and to explain; nothing is judged here.
"""

import collections.abc
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ray18.documents.base import Names
from ray18.documents.described import docstrings
from ray18.yaml import Step


@dataclass(frozen=True)
class Spot:
    """One place of a kind of document: the types that fit there."""

    annotation: Any
    metadata: tuple[Any, ...] = ()
    description: str = ""
    required: bool = True

    @property
    def model(self) -> type[BaseModel] | None:
        """The model of the mapping that stands here, if one does."""
        return next((part for part, _ in self._parts() if _is_model(part)), None)

    @property
    def words(self) -> tuple[str, ...]:
        """The known values."""
        found = [str(word) for part, _ in self._parts() if get_origin(part) is Literal for word in get_args(part)]
        return (*found, "true", "false") if any(part is bool for part, _ in self._parts()) else tuple(found)

    @property
    def names(self) -> tuple[str, ...]:
        """What is named here: kinds of things that other records declare."""
        return tuple(
            thing for _, said in self._parts() for mark in said if isinstance(mark, Names) for thing in mark.things
        )

    @property
    def is_day(self) -> bool:
        """Whether a day stands here."""
        return any(part is date for part, _ in self._parts())

    @property
    def is_many(self) -> bool:
        """Whether a list stands here."""
        return any(get_origin(part) is tuple for part, _ in self._parts())

    @property
    def is_mapping(self) -> bool:
        """Whether fields stand below it."""
        return self.model is not None or self.keys is not None

    @property
    def keys(self) -> "Spot | None":
        """What the names of a mapping without a model of its own are."""
        return next((Spot(get_args(part)[0]) for part, _ in self._parts() if _is_mapping(part)), None)

    def fields(self) -> Mapping[str, "Spot"]:
        """The fields below, in the order of the model; empty where none stand."""
        return _fields(self.model) if self.model else {}

    def below(self, step: Step) -> "Spot | None":
        """The place that one step leads to; None when nothing may stand there."""
        for part, _ in self._parts():
            if isinstance(step, str) and _is_model(part) and step in part.model_fields:
                return self.fields()[step]
            if isinstance(step, str) and _is_mapping(part):
                return Spot(get_args(part)[1], description=self.description)
            if isinstance(step, int) and get_origin(part) is tuple:
                return Spot(get_args(part)[0], description=self.description)
        return None

    def _parts(self) -> tuple[tuple[Any, tuple[Any, ...]], ...]:
        return tuple(_flat(self.annotation, self.metadata))


def spot(model: type[BaseModel], way: tuple[Step, ...]) -> Spot | None:
    """The place that a way leads to in a document of this model; None when nothing may stand there."""
    here: Spot | None = Spot(model)
    for step in way:
        here = here.below(step) if here else None
    return here


@cache
def _fields(model: type[BaseModel]) -> Mapping[str, Spot]:
    words = docstrings(model)
    return {name: _of_field(field, words.get(name, "")) for name, field in model.model_fields.items()}


def _of_field(field: FieldInfo, words: str) -> Spot:
    return Spot(field.annotation, tuple(field.metadata), field.description or words, field.is_required())


def _flat(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The alternatives of a type, each with what is said about it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *said = get_args(annotation)
        yield from _flat(inner, (*metadata, *said))
    elif origin is Union or origin is types.UnionType:
        for part in get_args(annotation):
            yield from _flat(part, metadata)
    else:
        yield annotation, metadata


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def _is_mapping(part: Any) -> bool:
    return get_origin(part) is collections.abc.Mapping

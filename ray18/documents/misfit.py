"""What a value that fits no model was probably meant to be, and the mend that writes it down."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from ray18.documents.base import Model
from ray18.findings import Fix, Replacement
from ray18.yaml import Place, Problem, Step
from ray18.yaml.span import key_alone, span

_LOOSE_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})\Z", re.ASCII)
_NUMBERS = (int, float)
_EMPTY = ("tuple_type", "dict_type", "mapping_type", "model_type", "string_type")
"""What is said of a field without a value."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value that does not fit stands."""

    path: str
    place: Place
    line: str
    """The whole line."""

    @property
    def width(self) -> int:
        """The characters that the value, or the key, takes."""
        return span(self.line, self.place.column)

    @property
    def text(self) -> str:
        """What is written there."""
        start = self.place.column - 1
        return self.line[start : start + self.width]

    def replaced(self, text: str) -> Replacement:
        """The mend that writes something else there."""
        return Replacement(self.path, self.place.line, self.place.column, self.width, text)

    def removed(self) -> Replacement:
        """The mend that takes the whole line away."""
        return Replacement(self.path, self.place.line, 1, None, "")


def mend(model: type[Model], detail: Any, spot: Spot) -> Fix | None:
    """The mend of one misfit; None when nobody can tell what was meant."""
    kind, given = detail["type"], detail.get("input")
    way = tuple(step for step in detail["loc"] if step != "[key]")
    if given is None and kind in _EMPTY and key_alone(spot.line):
        return _empty(model, way, spot)
    if not spot.text or spot.text[0] in "|>[{":
        return None
    if kind == "literal_error":
        return _known_word(detail, spot)
    if kind == "extra_forbidden":
        return _known_field(model, way, spot, given)
    if kind == "string_type" and type(given) in _NUMBERS:
        return Fix(f"put {spot.text} in quotes", True, (spot.replaced(f'"{spot.text}"'),))
    if kind == "value_error" and isinstance(given, str):
        return _day(given, spot)
    return None


def repeated(path: str, source: bytes, problem: Problem) -> Fix | None:
    """The mend of a field that stands twice in a record, when both lines say the same: the second goes."""
    lines = source.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    line = lines[problem.place.line - 1] if problem.place.line <= len(lines) else ""
    after = lines[problem.place.line] if problem.place.line < len(lines) else ""
    alone = "stands twice" in problem.message and problem.place.column == 1 and not after.startswith((" ", "- "))
    if not alone or key_alone(line) or line not in lines[: problem.place.line - 1]:
        return None
    return Fix("take the repetition away", True, (Replacement(path, problem.place.line, 1, None, ""),))


def _known_word(detail: Any, spot: Spot) -> Fix | None:
    word, given = nearest_word(detail), str(detail.get("input"))
    if word is None or spot.text.strip("\"'") != given:
        return None
    return Fix(f"write {word}", given.strip().casefold() == word.casefold(), (spot.replaced(word),))


def _known_field(model: type[Model], way: tuple[Step, ...], spot: Spot, given: object) -> Fix | None:
    near, name = near_field(model, way), str(way[-1])
    if near is None or spot.text.strip("\"'") != name:
        return None
    same = _folded(name) == _folded(near)
    return Fix(f"rename the field to `{near}`", same, (spot.replaced(near),)) if given is not None or same else None


def _day(given: str, spot: Spot) -> Fix | None:
    """A day in another order of digits is not guessed: only the year in front tells."""
    match = _LOOSE_DAY.match(given.strip())
    if match is None or spot.text.strip("\"'") != given:
        return None
    try:
        day = date(*map(int, match.groups())).isoformat()
    except ValueError:
        return None
    return Fix(f"write {day}", True, (spot.replaced(day),))


def _empty(model: type[Model], way: tuple[Step, ...], spot: Spot) -> Fix | None:
    """A field without a value says what its absence says, where it may be absent."""
    owner = _model_at(model, way[:-1])
    field = owner.model_fields.get(str(way[-1])) if owner and way else None
    return Fix("take the empty field away", True, (spot.removed(),)) if field and not field.is_required() else None


def _folded(name: str) -> str:
    return re.sub("[-_ ]", "", name).casefold()


def known_words(detail: Any) -> list[str]:
    """The values that would have been known, for an error about known values."""
    return [part.strip("'") for part in detail["ctx"]["expected"].replace(" or ", ", ").split(", ")]


def nearest_word(detail: Any) -> str | None:
    """The known value that a misspelt one is nearest to, for an error about known values; None when none is near."""
    folded = {word.casefold(): word for word in known_words(detail)}
    near = get_close_matches(str(detail["input"]).strip().casefold(), list(folded), 1, 0.5)
    return folded[near[0]] if near else None


def known_fields(model: type[Model], way: tuple[Step, ...]) -> list[str]:
    """The fields that the mapping around a value may have."""
    owner = _model_at(model, way[:-1])
    return list(owner.model_fields) if owner else []


def near_field(model: type[Model], way: tuple[Step, ...]) -> str | None:
    """The known field that an unknown one is nearest to; None when none is near."""
    known = known_fields(model, way)
    name = str(way[-1])
    same = [field for field in known if _folded(field) == _folded(name)]
    near = same or get_close_matches(name, known, 1, 0.6)
    return near[0] if near else None


def _model_at(model: type[Model], way: tuple[Step, ...]) -> type[BaseModel] | None:
    """The model that describes the mapping which `way` leads to."""
    here: type[BaseModel] | None = model
    for step in way:
        if here is None:
            return None
        if isinstance(step, str) and step in here.model_fields:
            here = inner_model(here.model_fields[step].annotation)
    return here


def inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model within an annotation, as in `tuple[Model, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = inner_model(part)
        if found:
            return found
    return None

"""One governed file as it was read: typed content, exact bytes, and the line of every field."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from ray18.documents import Kind
from ray18.documents.base import WORDS, Model
from ray18.documents.memory import MEMORY
from ray18.documents.misfit import Spot, known_fields, known_words, mend, near_field, nearest_word, repeated
from ray18.errors import UsageError
from ray18.findings import Edit, Finding, Fix, Related, ordered, shown
from ray18.yaml import Loaded, Place, Step, Value, load

M = TypeVar("M", bound=Model)

VALID = "document-valid"
"""The policy id of everything that keeps a file from being read as its kind."""
_SHOWN_PER_FILE = 100
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


@dataclass(frozen=True)
class Document(Generic[M]):
    """A file that reads strictly and fits its kind."""

    kind: str
    path: str
    content: M
    source: bytes
    oid: str = ""

    @cached_property
    def _positions(self) -> Loaded:
        return load(self.source, positions=True)

    @property
    def item(self) -> str:
        """The id of the record, where its kind has one."""
        return str(getattr(self.content, "id", ""))

    def with_content(self, content: Any) -> "Document[Any]":
        """The same file, if it said something else."""
        other = copy(self)
        object.__setattr__(other, "content", content)
        return other

    def place(self, *way: Step) -> Place:
        """The place of a value; of the nearest thing around it that the file has, when it is absent."""
        return _nearest(self._positions, way)

    def finding(
        self,
        message: str,
        *way: Step,
        remedy: str = "",
        item: str = "",
        related: Iterable[Related] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """A finding about this document at the value that `way` leads to; the engine stamps policy and level."""
        place, field = self.place(*way), field_name(self.content, way)
        about, shown = item or self.item, tuple(related)
        return Finding("", "error", message, self.path, place.line, place.column, about, remedy, field, shown, fix)

    def related(self, message: str, *way: Step) -> Related:
        """A second place that explains a finding, in this document."""
        place = self.place(*way)
        return Related(message, self.path, place.line, place.column)

    def setting(self, value: date | str | int, *way: Step, safe: bool = False) -> Fix:
        """The mend that sets the value that `way` leads to. It is safe only when it decides nothing."""
        told = value.isoformat() if isinstance(value, date) else value
        return Fix(f"set `{_dotted(way)}` to {told}", safe, (Edit(self.path, way, told),))

    def guess(self, name: str, known: Iterable[str], *way: Step) -> Fix | None:
        """The mend that writes the known name which an unknown one is nearest to; None when none is near. Never safe."""
        near = get_close_matches(name, sorted(known), 1, 0.75)
        return self.setting(near[0], *way) if near else None


class KnownDocument(Document[M]):
    """A file whose content was read before, in this run or an earlier one: it is looked at when somebody asks."""

    def __init__(self, kind: Kind, path: str, oid: str, source: Callable[[], bytes]) -> None:
        """`source` gives the bytes that `oid` names. The content must be in memory."""
        self.__dict__.update(kind=kind.name, path=path, oid=oid, _kind=kind, _read=source)

    @property
    def item(self) -> str:
        """The id of the record; its content need not be made for that."""
        value = None if "content" in self.__dict__ else MEMORY.value((self.kind, self.oid))
        return str(value.get("id", "")) if isinstance(value, dict) else super().item

    def __getattr__(self, name: str) -> Any:
        if name == "content":
            value: Any = MEMORY.content((self.kind, self.oid), self.__dict__["_kind"].model)
        elif name == "source":
            value = self.__dict__["_read"]()
        else:
            raise AttributeError(name)
        self.__dict__[name] = value
        return value


def plain_value(document: Document[Any]) -> Any:
    """The plain value that a document was read from, if its content was not made yet; else None."""
    return MEMORY.value((document.kind, document.oid)) if "content" not in document.__dict__ else None


def read(kind: Kind, path: str, source: bytes, oid: str = "") -> tuple[Document[Any] | None, tuple[Finding, ...]]:
    """The document in a file, or every reason why there is none; never both. `oid` is the object id of `source`, if known."""
    known = MEMORY.content((kind.name, oid), kind.model) if oid else None
    if known is not None:
        return Document(kind.name, path, known, source, oid), ()
    loaded = load(source)
    problems = [
        replace(_unreadable(path, problem.place, problem.message, problem.remedy), fix=repeated(path, source, problem))
        for problem in loaded.problems
    ]
    content: Model | None = None
    if isinstance(loaded.value, dict):
        try:
            content = kind.model.model_validate(loaded.value)
        except ValidationError as error:
            problems.extend(_misfits(kind.model, path, source, error, loaded.value))
    if problems:
        return None, _capped(path, problems)
    if content is None:
        raise AssertionError(f"{path} has neither content nor a problem")
    if oid:
        MEMORY.keep((kind.name, oid), content, loaded.value)
    return Document(kind.name, path, content, source, oid), ()


def field_name(content: Any, way: Iterable[Step]) -> str:
    """The way to a value in words, entries of lists by their id or name, so that it stays when they change places."""
    names, here = [], content
    for step in way:
        here = _entered(here, step)
        name = getattr(here, "id", None) or getattr(here, "name", None) if isinstance(step, int) else None
        names.append(str(name or step))
    return ".".join(names)


def _entered(here: Any, step: Step) -> Any:
    if isinstance(step, int):
        return here[step] if isinstance(here, tuple | list) and step < len(here) else None
    return here.get(step) if isinstance(here, Mapping) else getattr(here, step, None)


def made(model: type[M], fields: dict[str, Any]) -> M:
    """A document's content from values that a person gave. Raises UsageError with everything that does not fit."""
    wrong = misfits(model, fields)
    if wrong:
        raise UsageError("; ".join(message for _, message, _ in wrong), "; ".join(remedy for _, _, remedy in wrong))
    return model.model_validate(fields)


def misfits(model: type[Model], fields: dict[str, Any]) -> list[tuple[tuple[Step, ...], str, str]]:
    """Everything about some values that does not fit the kind: the way to it, what is wrong, what to do."""
    try:
        model.model_validate(fields)
    except ValidationError as error:
        return [
            (detail["loc"], *_explained(model, detail, detail["loc"])) for detail in error.errors(include_url=False)
        ]
    return []


def _unreadable(path: str, place: Place, message: str, remedy: str) -> Finding:
    return Finding(VALID, "blocker", message, path, place.line, place.column, remedy=remedy).stamped(VALID, "blocker")


def _capped(path: str, problems: list[Finding]) -> tuple[Finding, ...]:
    problems = list(ordered(problems))
    rest = len(problems) - _SHOWN_PER_FILE
    if rest <= 0:
        return tuple(problems)
    more = Finding(VALID, "blocker", f"and {rest:,} more problems in this file", path, remedy="mend the first ones")
    return (*problems[:_SHOWN_PER_FILE], more)


def _misfits(model: type[Model], path: str, source: bytes, error: ValidationError, value: Value) -> Iterator[Finding]:
    positions = load(source, positions=True)
    item = str(value.get("id", "")) if isinstance(value, dict) else ""
    lines = source.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    for detail in error.errors(include_url=False):
        way = tuple(step for step in detail["loc"] if step != "[key]")
        message, remedy = _explained(model, detail, way)
        at_key = detail["type"] == "extra_forbidden" or "[key]" in detail["loc"]
        place = (positions.key_places.get(way) if at_key else None) or _nearest(positions, way)
        finding = _unreadable(path, place, message, remedy)
        fix = mend(model, detail, Spot(path, place, lines[place.line - 1] if place.line <= len(lines) else ""))
        yield replace(finding, item=item[:80], field=_dotted(way), fix=fix)


def _explained(model: type[Model], detail: Any, way: tuple[Step, ...]) -> tuple[str, str]:
    """What is wrong, and what to do, in words that need no knowledge of the validator."""
    kind, given, context = detail["type"], detail.get("input"), detail.get("ctx", {})
    name = _dotted(way)
    if kind == "missing":
        return f"`{name}` is missing", f"add `{way[-1]}`"
    if kind == "extra_forbidden":
        return _unknown_field(model, way)
    if kind == "literal_error":
        return _unknown_value(name, given, known_words(detail), nearest_word(detail))
    if kind in _EXPECTED:
        remedy = "put it in quotes" if kind == "string_type" and isinstance(given, int | float) else "write it so"
        if given is None:
            remedy = "fill it in, or remove the line"
        return f"`{name}` is {shown(given, name)}; it must be {_EXPECTED[kind]}", remedy
    if kind == "string_pattern_mismatch":
        words = WORDS.get(context["pattern"], f"text of the form {context['pattern']}")
        return f"`{name}` is {shown(given, name)}; it must be {words}", "write it so"
    if kind == "value_error":
        return f"`{name}` is {shown(given, name)}: {context['error']}", "write an existing day"
    return f"`{name}` is {shown(given, name)}: {_lowered(detail['msg'])}", "mend the value"


def _unknown_field(model: type[Model], way: tuple[Step, ...]) -> tuple[str, str]:
    known, near = known_fields(model, way), near_field(model, way)
    if near:
        return f"unknown field {shown(way[-1])}; did you mean `{near}`?", f"rename it to `{near}`, or remove it"
    return f"unknown field {shown(way[-1])}", f"known here: {', '.join(sorted(known))}"[:300]


def _unknown_value(name: str, given: object, known: list[str], near: str | None) -> tuple[str, str]:
    hint = f"; did you mean {near}?" if near else ""
    return (
        f"`{name}` is {shown(given, name)}, which is not a known value{hint}",
        f"use one of: {', '.join(known)}",
    )


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def _dotted(way: Iterable[Step]) -> str:
    text = ""
    for step in way:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text[:120] or "the file"


def _nearest(positions: Loaded, way: tuple[Step, ...]) -> Place:
    for length in range(len(way), 0, -1):
        place = positions.places.get(way[:length]) or positions.key_places.get(way[:length])
        if place:
            return place
    return positions.places.get((), Place(1, 1))

"""Which fields of a record a shipped policy reads: told from its code and the code that it calls, or by watching it."""

import builtins
import dis
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

from ray18.documents import KINDS
from ray18.documents import kind as kind_named
from ray18.documents.base import Model
from ray18.documents.document import Document, plain_value
from ray18.documents.shape import shape_of
from ray18.policy import Inputs, Policy, called, function
from ray18.quick.edits import shown

Shape = Mapping[str, tuple[Any, Any]]
_WHOLE = frozenset({"model_dump", "model_dump_json", "model_copy", "model_fields_set", "__dict__", "vars"})
"""With one of these a policy may read any field."""
_COMPUTED = "getattr"
"""With this one, fields are asked for by names that the code does not show."""


def is_plain(policy: Policy) -> bool:
    """Whether the function `check` of a shipped policy uses no name of its module."""
    code = function(policy).__code__
    loads = (step for part in _nested(code) for step in dis.get_instructions(part))
    return all(step.argval in vars(builtins) for step in loads if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"))


class Watch:
    """Sees which fields of records policies ask for while they are run.

    What a policy does not look at makes no difference: with other values there, it would go the same way. The ids of
    records count as looked at, since findings name them.
    """

    def __init__(self, documents: tuple[Document[Any], ...], shape: Callable[[str], Shape] | None = None) -> None:
        """`shape` gives the shape of a kind of record, if it is known without its type."""
        self._documents, self._shape = documents, shape or (lambda kind: shape_of(kind_named(kind).model))
        self._kinds: dict[str, _Kind] = {}
        self._watched: dict[frozenset[str], tuple[Document[Any], ...]] = {}

    def inputs(self, inputs: Inputs, kinds: frozenset[str]) -> Inputs:
        """Inputs with these documents, the records of some kinds watched from now on; what was seen before is forgotten."""
        for kind in self._kinds.values():
            kind.seen.clear()
        if kinds not in self._watched:
            for name in kinds - self._kinds.keys():
                self._kinds[name] = _Kind(name, self._shape(name))
            self._watched[kinds] = tuple(
                cast("Document[Any]", _WatchedDocument(document, self._kinds[document.kind]))
                if document.kind in kinds
                else document
                for document in self._documents
            )
        return replace(inputs, documents=self._watched[kinds])

    def asked(self, kind: str) -> frozenset[str]:
        """What records of a kind were asked for, by the names of fields, properties and methods (`fields_behind`)."""
        return frozenset({"id", *self._kinds[kind].seen})


def fields_asked(policy: Policy, kind: str, inputs: Inputs) -> frozenset[str]:
    """The fields of a kind that a shipped policy asks for when it is run on these inputs. Raises whatever it raises."""
    watch = Watch(inputs.documents)
    for _ in called(policy, function(policy), watch.inputs(inputs, frozenset((kind,)))):
        pass
    return fields_behind(watch.asked(kind), kind)


def fields_behind(names: Iterable[str], kind: str) -> frozenset[str]:
    """The fields of a kind of record behind some names in a policy's code: fields, and properties that ask for fields."""
    return _among_fields(_names_below(frozenset(names)), kind)


def fields_named(policy: Policy, kind: str) -> frozenset[str] | None:
    """The fields of a kind of record that a shipped policy's code mentions at all; None where its code does not tell."""
    check = function(policy)
    names = _mentioned(check.__code__, check.__globals__, frozenset())
    return None if _COMPUTED in names else _among_fields(names, kind)


class _Kind:
    """What the watched records of one kind share."""

    def __init__(self, name: str, shape: Shape) -> None:
        self.seen: set[str] = set()
        self.shape = shape
        self._name = name
        self._properties: dict[str, Callable[[Any], Any] | None] = {}

    def computed(self, name: str) -> Callable[[Any], Any] | None:
        """What computes a property of such a record; None when this is none."""
        if name not in self._properties:
            asked = getattr(kind_named(self._name).model, name, None)
            self._properties[name] = asked.fget if isinstance(asked, property) else None
        return self._properties[name]


class _WatchedDocument:
    """A document whose content remembers what it was asked for; in all else, the document."""

    __slots__ = ("_document", "content")

    def __init__(self, document: Document[Any], kind: _Kind) -> None:
        self._document, self.content = document, _Watched(document, kind)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._document)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._document, name)


class _Watched:
    """A record that remembers what it was asked for, and passes for one of its kind.

    Simple values are told without making the record, where it is not there yet: of ten thousand records most are only asked
    for an id, a day or a state.
    """

    __slots__ = ("_document", "_kind", "_seen", "_values")

    def __init__(self, document: Document[Any], kind: _Kind) -> None:
        self._document, self._kind, self._seen = document, kind, kind.seen
        self._values: Any = None

    @property
    def _content(self) -> Any:
        return self._document.content

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._content)

    def __getattr__(self, name: str) -> Any:
        self._seen.add(name)
        if self._values is None:
            self._values = plain_value(self._document) or {}
        if self._values:
            form, default = self._kind.shape.get(name, ("", None))
            if form in _SIMPLE:
                return shown(self._values[name], form) if name in self._values else default
            if not form and (computed := self._kind.computed(name)):
                return computed(self)
        return getattr(self._content, name)

    def __eq__(self, other: object) -> bool:
        self._seen.add("__dict__")
        return bool(self._content == (other._content if isinstance(other, _Watched) else other))

    def __hash__(self) -> int:
        self._seen.add("__dict__")
        return hash(self._content)

    def __iter__(self) -> Iterator[Any]:
        self._seen.add("__dict__")
        return iter(self._content)

    def __str__(self) -> str:
        self._seen.add("__dict__")
        return str(self._content)


_SIMPLE: tuple[Any, ...] = ("plain", "day", ("many", "plain"))


def _among_fields(names: frozenset[str], kind: str) -> frozenset[str]:
    """The fields of a kind among some names."""
    fields = frozenset(kind_named(kind).model.model_fields)
    return fields if names & _WHOLE else fields & names


def _names_below(names: Iterable[str]) -> frozenset[str]:
    """The same names, and all that methods and properties of these names mention."""
    methods = (part for name in names for part in _methods().get(name, ()))
    return frozenset(names).union(*(_mentioned(part.__code__, part.__globals__, frozenset()) for part in methods))


def _mentioned(code: types.CodeType, known: dict[str, Any], seen: frozenset[types.CodeType]) -> frozenset[str]:
    if code in seen:
        return frozenset()
    names = {name for part in _nested(code) for name in (*part.co_names, *part.co_consts) if isinstance(name, str)}
    found = set(names)
    for name in names:
        for below in (*_functions(known.get(name), names), *_methods().get(name, ())):
            found |= _mentioned(below.__code__, below.__globals__, seen | {code})
    return frozenset(found)


def _functions(value: Any, names: set[str]) -> Iterator[types.FunctionType]:
    """The functions of RAY-18 that a global name leads to."""
    if isinstance(value, types.FunctionType) and value.__module__.startswith("ray18"):
        yield value
    elif isinstance(value, types.ModuleType) and value.__name__.startswith("ray18"):
        for name in names:
            yield from _functions(getattr(value, name, None), set())


@cache
def _methods() -> dict[str, tuple[types.FunctionType, ...]]:
    """Methods and properties of all models, by name."""
    found: dict[str, tuple[types.FunctionType, ...]] = {}
    loaded = [kind.model for kind in KINDS]
    for model in {*loaded, *_models(Model)}:
        for name, value in vars(model).items():
            function_ = value.fget if isinstance(value, property) else value
            if isinstance(function_, types.FunctionType):
                found[name] = (*found.get(name, ()), function_)
    return found


def _models(model: type[Model]) -> Iterator[type[Model]]:
    for below in model.__subclasses__():
        yield below
        yield from _models(below)


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _nested(const)

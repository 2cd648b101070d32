"""What a file that cannot be used seems to say: a draft, from which more problems are told in the same run, and never a pass.

What is certain is taken as it stands; a misspelt word as the known one that it is nearest to; all else is not there at all,
so that a policy that asks for it learns nothing and says nothing.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ray18.documents import Kind
from ray18.documents.base import ItemId
from ray18.documents.document import Document
from ray18.documents.misfit import nearest_word
from ray18.yaml import Loaded, Step, load

_STAND_INS: Mapping[str, Mapping[str, Any]] = {
    "backlog-item": {
        "id": "XX-0",
        "title": "unknown",
        "source": {"kind": "other"},
        "maintenance_type": "corrective",
    }
}
"""For each kind that has drafts, a value for every required field: it lets the rest be read, and is then taken away."""


def draft(kind: Kind, path: str, source: bytes) -> Document[Any] | None:
    """The draft of a file that `read` refused; None when nothing in it can be told apart."""
    stand_ins = _STAND_INS.get(kind.name)
    loaded = load(source, positions=True)
    if stand_ins is None or not isinstance(loaded.value, dict):
        return None
    values: dict[str, Any] = copy.deepcopy(loaded.value)
    unknown = {name for problem in loaded.problems for name in _top_field(loaded, problem.place.line)}
    unknown |= set(_settled(values, _misfits(kind, values)))
    for name in unknown:
        values.pop(name, None)
    if "id" in unknown and _is_id(PurePosixPath(path).stem):
        values["id"] = PurePosixPath(path).stem  # an item's file has its name
        unknown.discard("id")
    try:
        content = kind.model.model_validate({**stand_ins, **values})
    except ValidationError:
        return None
    for name in unknown:
        content.__dict__.pop(name, None)
    return Document(kind.name, path, content, source)


def _misfits(kind: Kind, values: dict[str, Any]) -> list[Any]:
    try:
        kind.model.model_validate(values)
    except ValidationError as error:
        return list(error.errors(include_url=False))
    return []


def _settled(values: dict[str, Any], misfits: Iterable[Any]) -> Iterator[str]:
    """Puts the nearest known word for each misspelt one; yields the fields in which something else is wrong."""
    for detail in misfits:
        way: tuple[Step, ...] = detail["loc"]
        word = nearest_word(detail) if detail["type"] == "literal_error" else None
        if word is None:
            yield str(way[0]) if way else ""
        else:
            _put(values, way, word)


def _put(tree: Any, way: tuple[Step, ...], value: str) -> None:
    for step in way[:-1]:
        tree = tree[step]
    tree[way[-1]] = value


def _top_field(loaded: Loaded, line: int) -> Iterator[str]:
    """The field of the record in which a line lies."""
    before = [
        (place.line, str(way[0])) for way, place in loaded.key_places.items() if len(way) == 1 and place.line <= line
    ]
    yield from (name for _, name in sorted(before)[-1:])


def _is_id(text: str) -> bool:
    try:
        TypeAdapter(ItemId).validate_python(text)
    except ValidationError:
        return False
    return True

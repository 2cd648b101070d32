"""What changed in a subject between two states, field by field: proof against renames, reformatting and order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ray18.documents.document import Document
from ray18.subjects import part


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; None = it is not there."""

    path: str
    field: str
    before: Any
    after: Any


def field_changes(
    subject: str, before: Iterable[Document[Any]], after: Iterable[Document[Any]]
) -> Iterator[FieldChange]:
    """Every field of the subject that differs, by file and field; entries of lists are told apart by their id."""
    old, new = _parts(subject, before), _parts(subject, after)
    for path in sorted({*old, *new}):
        was, now = _flat(old.get(path)), _flat(new.get(path))
        if not was or not now:
            yield FieldChange(path, "", "there" if was else None, "there" if now else None)
            continue
        for name in sorted({*was, *now}):
            if was.get(name) != now.get(name):
                yield FieldChange(path, name, was.get(name), now.get(name))


def _parts(subject: str, documents: Iterable[Document[Any]]) -> dict[str, Any]:
    found = {document.path: part(subject, document.kind, document.content) for document in documents}
    return {path: value for path, value in found.items() if value}


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """Nested values as one mapping, with dotted names."""
    if isinstance(value, Mapping) and value:
        entries: Iterable[tuple[str, Any]] = value.items()
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        entries = ((str(entry.get("id") or entry.get("name") or place), entry) for place, entry in enumerate(value))
    else:
        return {} if value is None else {name: value}
    return {k: v for key, entry in entries for k, v in _flat(entry, f"{name}.{key}" if name else key).items()}

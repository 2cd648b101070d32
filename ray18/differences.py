"""What changed between two states of records, value by value: proof against renamed files, reformatting and order."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ray18.documents.document import Document
from ray18.subjects import part

Pair = tuple[Document[Any] | None, Document[Any] | None]
"""A record before and after; None = it is not there."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value of one record that differs; None = it is not there. `field` is empty when the whole record came or went."""

    path: str
    item: str
    """The id of the record, where its kind has one."""
    title: str
    """What people call the record, where its kind has that."""
    field: str
    """The way to the value, entries of lists by their id or name."""
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """The record by its id, or by its file."""
        return self.item or self.path


def field_changes(subject: str, before: Iterable[Document[Any]], after: Iterable[Document[Any]]) -> Iterator[Change]:
    """Every value of a subject that differs, by record and field."""
    return changes(changed_documents(before, after), part_of(subject))


def part_of(subject: str) -> Callable[[Document[Any]], Any]:
    """What a record gives to a subject."""
    return lambda document: part(subject, document.kind, document.content)


def changed_documents(before: Iterable[Document[Any]], after: Iterable[Document[Any]]) -> tuple[Pair, ...]:
    """Each record that came, went or says something else. Records are known by their kind and id, not by their file."""
    old, new = _by_name(before), _by_name(after)
    pairs = ((old.get(name), new.get(name)) for name in sorted({*old, *new}))
    return tuple(pair for pair in pairs if not _same(*pair))


def changes(pairs: Iterable[Pair], part: Callable[[Document[Any]], Any]) -> Iterator[Change]:
    """Every value that differs, of those that `part` takes from a record."""
    for old, new in pairs:
        shown = new or old
        if shown is None:
            continue
        title = str(getattr(shown.content, "title", "") or "")
        was, now = (flat(part(one)) if one is not None else {} for one in (old, new))
        if bool(was) != bool(now):
            yield Change(shown.path, shown.item, title, "", "there" if was else None, "there" if now else None)
            continue
        for name in sorted({*was, *now}):
            if was.get(name) != now.get(name):
                yield Change(shown.path, shown.item, title, name, was.get(name), now.get(name))


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """Nested plain data as one mapping with dotted names."""
    if isinstance(value, Mapping) and value:
        entries: Iterable[tuple[str, Any]] = value.items()
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        entries = ((str(entry.get("id") or entry.get("name") or place), entry) for place, entry in enumerate(value))
    else:
        return {} if value is None else {name: value}
    return {k: v for key, entry in entries for k, v in flat(entry, f"{name}.{key}" if name else key).items()}


def _by_name(documents: Iterable[Document[Any]]) -> Mapping[tuple[str, str], Document[Any]]:
    return {(document.kind, document.item or document.path): document for document in documents}


def _same(old: Document[Any] | None, new: Document[Any] | None) -> bool:
    if old is None or new is None:
        return False
    return (bool(old.oid) and old.oid == new.oid) or bool(old.content == new.content)

"""What a newer hand-over changes in records that people have had in hand since: field by field, by three versions.

The version in the middle, what was drafted last time, is kept as digests of its fields. A field that still is as drafted
follows the hand-over; one that people changed stays theirs, and is shown where the hand-over now says something new. Nothing is
ever closed from here.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ray18.yaml import Step, Value, load_json

Way = tuple[str, ...]
Fields = Mapping[Way, Value]
"""Every single value of a record by the way to it; a list is one value."""
Digests = Mapping[str, str]
"""Way, joined by `/`, -> digest of the value that was drafted."""
CLOSED = frozenset(("done", "wont-do"))
_STATUS = ("status",)
_SHIFTY = ("source", "locator")
"""Where in the artifact a row stands; that it moved alone is no change."""
VERSION = 1


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that people changed, and that the newer hand-over gives another value than before. None = not there."""

    record: str
    way: Way
    ours: Value
    theirs: Value


@dataclass(frozen=True, slots=True)
class Revision:
    """What to write into a record, and what was left as people have it."""

    changes: Mapping[Way, Value]
    differences: tuple[Difference, ...]


def fields_of(record: Value, way: Way = ()) -> Iterator[tuple[Way, Value]]:
    """The single values of a record."""
    if isinstance(record, dict) and record:
        for name, value in record.items():
            yield from fields_of(value, (*way, name))
    else:
        yield way, record


def digests_of(fields: Fields) -> dict[str, str]:
    """What is kept of a draft."""
    return {"/".join(way): _digest(value) for way, value in fields.items()}


def _digest(value: Value) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def revision(record: str, base: Digests | None, ours: Fields, theirs: Fields) -> Revision:
    """How a record follows the hand-over. Without a base nobody knows what people changed: all of it counts as theirs."""
    changes: dict[Way, Value] = {}
    differences = []
    for way in dict.fromkeys((*theirs, *ours)):
        here, there = ours.get(way), theirs.get(way)
        if here == there:
            continue
        before = (base or {}).get("/".join(way))
        untouched = base is not None and before == (_digest(here) if way in ours else None)
        news = base is None or before != (_digest(there) if way in theirs else None)
        if untouched and not _closes(way, here, there):
            changes[way] = there
        elif news and (base is not None or way in theirs):
            differences.append(Difference(record, way, here, there))
    return Revision({} if set(changes) == {_SHIFTY} else changes, tuple(differences))


def _closes(way: Way, here: Value, there: Value) -> bool:
    return way == _STATUS and there in CLOSED and here not in CLOSED


def following(base: Digests | None, theirs: Fields, differences: tuple[Difference, ...]) -> dict[str, str]:
    """What to keep for the next time: the draft, but where people and hand-over differ what was drafted before.

    So a difference is shown again until it is settled.
    """
    kept = digests_of(theirs)
    for difference in differences:
        name = "/".join(difference.way)
        kept.pop(name, None)
        if base and name in base:
            kept[name] = base[name]
    return kept


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the last intake drafted: digests by record, and the artifact that each record came from."""

    records: Mapping[str, Digests]


def read_drafted(content: bytes) -> Drafted | None:
    """The record of the last intake; None when it cannot be read as one."""
    loaded = load_json(content, limit=64 * 1024 * 1024, most_nodes=2_000_000, all_places=False)
    value: Any = loaded.value
    if loaded.problems or not isinstance(value, dict) or value.get("version") != VERSION:
        return None
    records = value.get("records")
    if not isinstance(records, dict) or not all(isinstance(entry, dict) for entry in records.values()):
        return None
    return Drafted({name: {way: str(digest) for way, digest in entry.items()} for name, entry in records.items()})


def drafted_bytes(drafted: Drafted) -> bytes:
    """The record as it is written: one line for each item or service, so that Git shows which were drafted anew."""
    lines = [
        f"  {json.dumps(name)}: {json.dumps(dict(drafted.records[name]), sort_keys=True)}"
        for name in sorted(drafted.records)
    ]
    return (f'{{"version": {VERSION}, "records": {{\n' + ",\n".join(lines) + "\n}}\n").encode()


def step_ways(changes: Mapping[Way, Value], above: tuple[Step, ...] = ()) -> dict[tuple[Step, ...], Value]:
    """The changes as edits of a file that holds the record at `above`."""
    return {(*above, *way): value for way, value in changes.items()}

"""Items as JSON, typed as the records are: for scripts. Its schema is `backlog-export`."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Output
from ray18.errors import BlockedError
from ray18.exchange.columns import BASE, column, columns, flat
from ray18.exchange.sheet import Row, Sheet, Trouble, twice, unreadable
from ray18.handover.model import Unusable
from ray18.handover.text import cleaned, decoded
from ray18.yaml import Loaded, load_json

_MAX_BYTES = 64 * 1024 * 1024
_MAX_NODES = 4_000_000


class ExportedItem(Output):
    """One item, and the file it was made from."""

    base: str
    """Git's id of the file; leave it as it is."""
    item: BacklogItem
    """The item; a field that is left out here stays as it is, one that is null is removed."""


class BacklogExportOutput(Output):
    """What `ray18 backlog export --format json` writes, and `backlog import` reads."""

    version: Literal[1]
    """The version of this format."""
    items: list[ExportedItem]
    """The items."""


def written(entries: Sequence[tuple[str, BacklogItem]]) -> bytes:
    """The items, each after the id of its file."""
    items = [ExportedItem(base=base, item=item) for base, item in entries]
    return (BacklogExportOutput(version=1, items=items).model_dump_json(indent=2) + "\n").encode()


def read(path: str, content: bytes) -> Sheet:
    """Items that came back. Raises BlockedError."""
    try:
        text = cleaned(decoded(path, content))[0]
    except Unusable as error:
        raise unreadable(error) from error
    loaded = load_json(text.encode(), limit=_MAX_BYTES, most_nodes=_MAX_NODES)
    if loaded.problems:
        first = loaded.problems[0]
        raise BlockedError(f"{path}:{first.place.line}:{first.place.column}: {first.message}", first.remedy)
    items = loaded.value.get("items") if isinstance(loaded.value, dict) else None
    if not isinstance(items, list):
        raise BlockedError(f"{path}:1: there are no `items`", "export again; for a tracker's export say --from")
    rows, troubles = [], []
    for at, entry in enumerate(items):
        place = _place(path, loaded, at)
        item = entry.get("item") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(item, dict):
            troubles.append(Trouble(place, "is no entry with an `item`", "write it as the export has it"))
            continue
        row, wrong = _row(place, str(entry.get(BASE) or ""), item)
        rows.append(row)
        troubles += wrong
    return Sheet(tuple(rows), (*troubles, *twice(rows)))


def _row(place: str, base: str, item: Mapping[str, Any]) -> tuple[Row, list[Trouble]]:
    cells = {BASE: base}
    wrong = []
    for name, text in flat(item):
        if column(name) is not None:
            cells[name] = text
        elif text or not any(known.startswith(f"{name}.") for known in (*columns(), "annotations.")):
            wrong.append(Trouble(f"{place}.{name}", "there is no such field", "see: ray18 schema show backlog-item"))
    whole = tuple(f"{name}." for name in item if isinstance(item[name], dict | None))
    places = {name: f"{place}.{name}" for name in (*cells, *columns())}
    return Row(place, cells, places, whole), wrong


def _place(path: str, loaded: Loaded, at: int) -> str:
    found = loaded.places.get(("items", at))
    return f"{path}:{found.line if found else 1} items[{at}]"

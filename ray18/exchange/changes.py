"""From cells back to records: what an item says once some cells are changed, in as few edits of its file as possible."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import misfits
from ray18.exchange.columns import BASE, Column, column, value
from ray18.handover.words import maintenance_type
from ray18.yaml import Step, Value

Ways = dict[tuple[Step, ...], Value]
_RATED = ("scoring", "inputs")


def applied(said: Mapping[str, Any], cells: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """What an item says with some cells changed; and column, message and remedy of every cell that cannot be."""
    result = copy.deepcopy(dict(said))
    wrong = []
    for name, text in cells.items():
        at = column(name)
        if at is None:
            continue
        try:
            _set(result, at, value(at, text))
        except ValueError as error:
            wrong.append((name, f"`{name}` is {text[:60]!r}", str(error)))
    result = _pruned(result)
    if not wrong:
        wrong = [(_heading(result, way), message, remedy) for way, message, remedy in misfits(BacklogItem, result)]
    return result, wrong


def new_item(item_id: str, cells: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """What a new item says, and what of it does not fit; the kinds of source and maintenance are filled in if not given."""
    given = {name: text for name, text in cells.items() if name not in ("id", BASE) and text.strip()}
    kind = given.get("source.kind", "other")
    start = {"id": item_id, "title": "", "source": {"kind": kind}, "maintenance_type": maintenance_type(kind)}
    return applied(start, given)


def edits(before: Mapping[str, Any], after: Mapping[str, Any]) -> Ways:
    """The edits that make one say the other, each as small as can be, in the order in which they must be made."""
    return dict(_edits(before, after, ()))


def _edits(before: Any, after: Any, way: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Value]]:
    if before == after and type(before) is type(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping) and after:
        for name in before:
            if name not in after:
                yield (*way, name), None
        for name, entry in after.items():
            yield from _edits(before[name], entry, (*way, name)) if name in before else (((*way, name), entry),)
    elif isinstance(before, list) and isinstance(after, list) and _common(before, after):
        yield from _list_edits(before, after, way)
    else:
        yield way, after


def _common(before: list[Any], after: list[Any]) -> list[int]:
    """The entries that stay, by their numbers before, where the others went away and new ones follow; else none."""
    names = [_name(entry) for entry in after]
    stay = [at for at, entry in enumerate(before) if _name(entry) in names]
    return stay if [_name(before[at]) for at in stay] == names[: len(stay)] and len(set(names)) == len(names) else []


def _list_edits(before: list[Any], after: list[Any], way: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Value]]:
    stay = _common(before, after)
    for at in reversed(range(len(before))):
        if at not in stay:
            yield (*way, at), None
    for place, at in enumerate(stay):
        yield from _edits(before[at], after[place], (*way, place))
    for place in range(len(stay), len(after)):
        yield (*way, place), after[place]


def _name(entry: Any) -> str:
    return str(entry.get("name")) if isinstance(entry, Mapping) else str(entry)


def _set(said: dict[str, Any], at: Column, wanted: Value) -> None:
    if at.way[:2] == _RATED:
        _rate(said, str(at.way[2]), str(at.way[3]), wanted)
        return
    inner: Any = said
    for step in at.way[:-1]:
        inner = inner.setdefault(step, {})
    inner[at.way[-1]] = wanted


def _rate(said: dict[str, Any], name: str, part: str, wanted: Value) -> None:
    ratings = said.setdefault("scoring", {}).setdefault("inputs", [])
    rating = next((entry for entry in ratings if entry.get("name") == name), None)
    if rating is None:
        rating = {"name": name}
        ratings.append(rating)
    rating[part] = wanted


def _pruned(said: dict[str, Any]) -> dict[str, Any]:
    """The same without what is blank, and without ratings and blocks that have nothing left."""
    result: dict[str, Any] = {}
    for name, entry in said.items():
        kept = _pruned(entry) if isinstance(entry, dict) else entry
        if name == "inputs" and isinstance(entry, list):
            kept = [{k: v for k, v in rating.items() if v is not None} for rating in entry]
            kept = [rating for rating in kept if set(rating) != {"name"}]
        if kept is not None and kept not in ({}, []):
            result[name] = kept
    return result


def _heading(said: Mapping[str, Any], way: tuple[Step, ...]) -> str:
    """The column of a value."""
    if way[:2] == _RATED and len(way) > 2 and isinstance(way[2], int):
        name = said["scoring"]["inputs"][way[2]].get("name")
        return f"scoring.{name}" + (".rationale" if way[-1] == "rationale" else "")
    return ".".join(str(step) for step in way if isinstance(step, str))

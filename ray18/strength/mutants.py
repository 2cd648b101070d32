"""Valid examples with one thing changed: an owner dropped, a day moved, a severity bumped, a name that nobody has.

A policy that says nothing about any of them may say nothing about anything. Only fields that the policy reads are changed,
and only what still reads as its kind of document is a mutant: what a schema refuses needs no policy.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ray18.documents import Kind, kind
from ray18.documents.document import Document, read
from ray18.documents.fields import Spot
from ray18.facts import TEAM, Map
from ray18.findings import shown
from ray18.gates import Judge
from ray18.policy import Policy
from ray18.reads import fields_behind, fields_named
from ray18.testing import day_of, judge_of, ledger_of
from ray18.yaml import Step, load, render

MOST = 120
"""Mutants of one example; of more, every so manieth is taken."""
_DAYS = (-400, -1, 1, 400)
_WORDS = 3
_UNKNOWN = {"item": "NO-SUCH"}
"""A name that nothing has, where `nobody` would not fit."""
_FACTS = frozenset({"handover", "seats", "anomalies", "rule_changes"})
"""Inputs that rest on files of any kind."""
_SAID = frozenset({"expected.txt", "as_of.txt", "unanchored.txt"})
_Way = tuple[Step, ...]


@dataclass(frozen=True)
class Mutant:
    """One changed example."""

    what: str
    """What was changed, in words."""
    judge: Judge


@dataclass(frozen=True)
class _Change:
    what: str
    files: Mapping[str, bytes | None]
    later: int = 0
    """Days by which the day of judging is moved."""


@dataclass(frozen=True)
class _Around:
    """What lies near a value that is changed."""

    others: list[Any]
    """The other records of the kind."""
    named: tuple[tuple[str, str], ...]
    """What the same record names: kind of thing and name."""


def mutants(policy: Policy, folder: Path) -> Iterator[Mutant]:
    """The mutants of an example that a policy passes."""
    ledger, day = ledger_of(folder), day_of(folder)
    plain = judge_of(folder, ledger=ledger)
    if plain.program.problems:
        return
    changes = list(_changes(policy, folder, plain))
    step = max(1, -(-len(changes) // MOST))
    for change in changes[::step]:
        judge = judge_of(folder, day + timedelta(change.later), change.files, ledger)
        if not judge.program.problems and not judge.inputs.missing(policy):
            yield Mutant(change.what, judge)


def _changes(policy: Policy, folder: Path, judge: Judge) -> Iterator[_Change]:
    for document in judge.program.documents:
        if document.kind in policy.kinds or _FACTS & set(policy.reads):
            yield from _of_document(policy, document, judge)
    if _FACTS & set(policy.reads):
        yield from _of_other_files(folder, judge)
    if "today" in policy.reads:
        yield from (_Change(f"judged {abs(days)} days {_later(days)}", {}, days) for days in (-400, 400))
    if "anchored" in policy.reads:
        yield _Change("judged without a trusted commit", {"unanchored.txt": b""})


def _of_document(policy: Policy, document: Document[Any], judge: Judge) -> Iterator[_Change]:
    kind_ = kind(document.kind)
    value = load(document.source).value
    if not isinstance(value, dict):
        return
    fields = _fields_read(policy, kind_)
    others = [load(other.source).value for other in judge.program.of(document.kind) if other.path != document.path]
    around = _Around(others, tuple(_named(Spot(kind_.model), value)))
    for what, changed in _of_value(Spot(kind_.model), value, (), around):
        if changed[0] in fields:
            content = render(changed[1])
            if read(kind_, document.path, content)[0] is not None:
                yield _Change(f"{document.path}: {what}", {document.path: content})
    if kind_.many:
        elsewhere = f"{document.path.rpartition('/')[0]}/elsewhere.yaml"
        yield _Change(f"{document.path}: taken away", {document.path: None})
        yield _Change(f"{document.path}: renamed", {document.path: None, elsewhere: document.source})


def _of_other_files(folder: Path, judge: Judge) -> Iterator[_Change]:
    """Files that are no documents of RAY-18: the hand-over, signatures."""
    drawn = Map.of(judge.program.rules.settings)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        path = file.relative_to(folder).as_posix()
        governed = drawn.kind(path) not in ("", TEAM) and path.endswith(".yaml")
        if not governed and path not in _SAID and not path.startswith("history/"):
            yield _Change(f"{path}: taken away", {path: None})
            content = file.read_bytes()
            yield _Change(f"{path}: cut off in the middle", {path: content[: len(content) // 2]})


def _fields_read(policy: Policy, kind_: Kind) -> frozenset[str]:
    """The fields that can make a difference to a policy, as far as its code tells."""
    everything = frozenset(kind_.model.model_fields)
    if kind_.name not in policy.kinds:
        return everything
    if policy.origin == "shipped":
        named = fields_named(policy, kind_.name)
        return everything if named is None else named
    return fields_behind(set(_names(policy)), kind_.name) or everything


def _names(policy: Policy) -> Iterator[str]:
    for node in ast.walk(ast.parse(policy.source)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _of_value(
    here: Spot, root: dict[str, Any], way: _Way, around: _Around
) -> Iterator[tuple[str, tuple[Step, dict[str, Any]]]]:
    """What was changed, and the field of the document that it lies in with the whole changed value."""
    value = _at(root, way)
    for what, new in _instead(here, value, way, around) if way else ():
        yield f"{_dotted(way)} {what}", (way[0], _with(root, way, new))
    steps: Iterable[Step] = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        below = here.below(step)
        if below is not None:
            if isinstance(value, dict) and not below.required:
                yield f"{_dotted((*way, step))} dropped", ((*way, step)[0], _without(root, (*way, step)))
            yield from _of_value(below, root, (*way, step), around)


def _instead(here: Spot, value: Any, way: _Way, around: _Around) -> Iterator[tuple[str, Any]]:
    """What may stand in place of a value, and how to say it."""
    if isinstance(value, list) and value:
        yield "emptied", []
        yield "without its first entry", value[1:]
        yield "with its first entry twice", [value[0], *value]
    elif isinstance(value, bool):
        yield f"is {str(not value).lower()}", not value
    elif isinstance(value, int | float):
        yield from ((f"is {number}", number) for number in (0, value * 10, value / 10))
    elif isinstance(value, str):
        yield from _texts(here, value)
        yield from _as_elsewhere(here, value, way, around)


def _texts(here: Spot, value: str) -> Iterator[tuple[str, str]]:
    if here.words:
        yield from ((f"is {word}", word) for word in _near(here.words, value))
    elif here.is_day:
        for days in _DAYS:
            yield f"moved {abs(days)} days {_later(days)}", (date.fromisoformat(value) + timedelta(days)).isoformat()
    elif here.names:
        name = _UNKNOWN.get(here.names[0], "nobody-known")
        yield f"is {name}, which nothing is called", name
    else:
        yield "is another text", f"{value}x"


def _as_elsewhere(here: Spot, value: str, way: _Way, around: _Around) -> Iterator[tuple[str, str]]:
    """What another record has in the same place, and what this one names elsewhere."""
    same = next(
        (found for other in around.others if isinstance(found := _at(other, way), str) and found != value), None
    )
    if same is not None and not here.words and not here.is_day:
        yield f"is {shown(same)}, as in another record", same
    for name in dict.fromkeys(name for thing, name in around.named if thing in here.names and name != value):
        yield f"is {shown(name)}, which is named there too", name


def _named(here: Spot, value: Any) -> Iterator[tuple[str, str]]:
    """Everything that a value names."""
    if isinstance(value, str):
        yield from ((thing, value) for thing in here.names)
    steps: Iterable[Step] = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        below = here.below(step)
        if below is not None:
            yield from _named(below, value[step])


def _near(words: tuple[str, ...], value: str) -> Iterator[str]:
    """The words nearest to a value in the order in which they are known: a severity bumped by one, then by two."""
    place = words.index(value) if value in words else 0
    others = sorted((word for word in words if word != value), key=lambda word: abs(words.index(word) - place))
    return iter(others[:_WORDS])


def _later(days: int) -> str:
    return "later" if days > 0 else "earlier"


def _at(value: Any, way: _Way) -> Any:
    for step in way:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _with(value: Any, way: _Way, new: Any) -> Any:
    """The value with something else at the end of a way; nothing else is touched."""
    if not way:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = _with(value[way[0]], way[1:], new)
    return copy


def _without(value: Any, way: _Way) -> Any:
    holder = dict(_at(value, way[:-1]))
    del holder[way[-1]]
    return _with(value, way[:-1], holder)


def _dotted(way: _Way) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way).lstrip(".")

"""The laws of digests: a changed value costs exactly the approvals of what it is part of, and nothing else costs any."""

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ray18.documents import kind
from ray18.documents.document import Document, read
from ray18.subjects import Leaves, digest, sections_of

EXAMPLE = Path(__file__).parents[2] / "example-repo"
PATHS = {
    "plan": ["plan.yaml"],
    "services": ["services.yaml"],
    "governance": ["governance.yaml"],
    "backlog-item": [f"backlog/{path.name}" for path in sorted((EXAMPLE / "backlog").glob("*.yaml"))],
    "settings": ["ray18.yaml"],
    "people": ["people.yaml"],
}
GOVERNED = ["plan", "services", "governance", "backlog-item"]
OTHERS = [
    "x", "X y", "ana", "High", "Low", "P1", "P4", "done", "open", "wont-do", "incident", "security-risk", "other", "corrective",
    "2026-01-02", "2031-12-31", "MB-1", "24h", "08:00", "17:30", "https://x.y/z", "FREQ=DAILY", "30d", "Weekly", "Complete",
    "Pending", "retired", "CVE-2024-12345", "CWE-79", "deviation-approved", "Europe/Lisbon", True, False, 1, 7, 0.25, 99.5, None,
]  # fmt: skip
"""Values to put in the place of others, where they fit."""


@cache
def documents() -> tuple[Document[Any], ...]:
    """The example program."""
    found = [_read(name, path, (EXAMPLE / path).read_bytes()) for name, paths in PATHS.items() for path in paths]
    assert None not in found
    return tuple(document for document in found if document is not None)


def _read(kind_name: str, path: str, source: bytes) -> Document[Any] | None:
    return read(kind(kind_name), path, source)[0]


def digests(found: tuple[Document[Any], ...]) -> dict[str, str]:
    return {subject: digest(subject, sections) for subject, sections in sections_of(found, {}).items()}


def part(subject: str, document: Document[Any]) -> Any:
    """What a document gives to a subject, as the table in docs/approvals.md says (an item is told by its id and title)."""
    it: Any = document.content
    match subject, document.kind:
        case "scope", "plan":
            return it.title, it.period, it.objectives
        case "staffing", "plan":
            return it.coverage, it.escalation, it.responsibilities
        case ("scope", "services") | ("plan", "plan" | "services" | "governance") | ("rules", "settings" | "people"):
            return it
        case "priorities", "backlog-item" if it.status in ("open", "in-progress", "blocked"):
            return it.id, it.title, it.severity, it.priority, it.maintenance_type, it.due
        case "remediation", "backlog-item" if it.source.kind in ("security-risk", "incident"):
            return it.id, it.title, it.severity, it.owner, it.created, it.due, it.status, it.commitment, it.security
    return None


def _ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in entries:
        yield from _ways(inner, (*way, step))


def _instead(value: Any) -> Iterator[Any]:
    """What could stand in the place of a value."""
    yield from OTHERS
    if isinstance(value, list) and value:
        yield from ([*value, value[-1]], value[:-1], value[::-1])
    if isinstance(value, dict):
        yield from ({name: inner for name, inner in value.items() if name != left_out} for left_out in value)
        yield {**value, "x": "y"}
    if isinstance(value, str):
        yield f"{value}x"
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield value + 1


def _put(value: Any, way: tuple[Any, ...], other: Any) -> Any:
    if not way:
        return other
    changed = copy.copy(value)
    changed[way[0]] = _put(value[way[0]], way[1:], other)
    return changed


@st.composite
def changes(draw: st.DrawFn) -> tuple[Document[Any], Document[Any]]:
    """A document of the example program, and the same with one value changed to another that fits."""
    before = draw(st.sampled_from([document for document in documents() if document.kind in GOVERNED]))
    value = before.content.model_dump(mode="json")
    start = draw(st.randoms(use_true_random=False))
    ways = list(_ways(value))
    start.shuffle(ways)
    for way in ways:
        here = value
        for step in way:
            here = here[step]
        others = list(_instead(here))
        start.shuffle(others)
        for other in others:
            try:
                content = kind(before.kind).model.model_validate(_put(value, way, other))
            except ValidationError:
                continue
            if content != before.content:
                return before, Document(before.kind, before.path, content, b"")
    raise AssertionError(f"nothing in {before.path} can be changed")


@settings(max_examples=300, deadline=None)
@given(changes())
def test_a_changed_value_changes_the_digest_of_what_holds_it_and_of_nothing_else(pair: tuple[Any, Any]) -> None:
    before, after = pair
    old = digests(documents())
    new = digests(tuple(after if document is before else document for document in documents()))
    assert {name for name in old if old[name] != new[name]} == {
        name for name in old if part(name, before) != part(name, after)
    }


def _shuffled(value: Any, order: random.Random) -> Any:
    if isinstance(value, list):
        return [_shuffled(entry, order) for entry in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    order.shuffle(names)
    return {name: _shuffled(value[name], order) for name in names}


def _dumped(value: Any, quotes: str, flow: bool | None) -> str:
    class Dumper(yaml.SafeDumper):
        """Writes all texts with one kind of quotes."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    if quotes:
        Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, quotes))
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=10**6, default_flow_style=flow)


@settings(max_examples=200, deadline=None)
@given(
    document=st.sampled_from(documents()),
    order=st.randoms(use_true_random=False),
    form=st.sampled_from(["json", "yaml", "flow", "mixed"]),
    quotes=st.sampled_from(["", "'", '"']),
    defaults=st.booleans(),
    comments=st.booleans(),
    line_end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_no_way_of_writing_the_same_changes_a_digest(  # noqa: PLR0917
    document: Any,
    order: random.Random,
    form: str,
    quotes: str,
    defaults: bool,
    comments: bool,
    line_end: str,
    mark: bytes,
) -> None:
    """Key order, quoting, block or flow, comments, defaults written down, line ends, a byte order mark."""
    value = _shuffled(document.content.model_dump(mode="json", exclude_defaults=not defaults), order)
    if form == "json":
        text = json.dumps(value, indent=order.choice([None, 2]), ensure_ascii=order.random() < 0.5) + "\n"
    else:
        text = _dumped(value, quotes, {"yaml": False, "flow": True, "mixed": None}[form])
    if comments:
        text = f"# {order.random()}\n{text}  # so be it\n"
    again = _read(document.kind, document.path, mark + text.replace("\n", line_end).encode())
    assert again is not None
    assert again.source != document.source
    changed = tuple(again if one is document else one for one in documents())
    assert digests(changed) == digests(documents())


KEYS = st.sampled_from(
    [*(f"backlog/MB-{number}.yaml" for number in range(12)), "a", "a b", "1 a", "a\n1 a", "ä", "\udcff", ""]
)
LEAF = st.sampled_from(["0" * 64, "1" * 64, "unreadable 120000 00", "unreadable 1"])
TABLES = st.dictionaries(KEYS | st.text(max_size=3), LEAF, max_size=24)


def _kept(leaves: dict[str, str]) -> str:
    kept = Leaves()
    for key, leaf in leaves.items():
        kept.put(key, leaf)
    return kept.digest


@given(TABLES, st.lists(st.tuples(KEYS, st.none() | LEAF)), st.lists(st.booleans()), st.randoms(use_true_random=False))
def test_leaves_have_one_digest_however_they_came_there(
    leaves: dict[str, str], detours: list[tuple[str, str | None]], asked: list[bool], order: random.Random
) -> None:
    kept, told = Leaves(), dict(enumerate(asked))
    for number, (key, leaf) in enumerate(detours):
        kept.put(key, leaf)
        if told.get(number):
            assert kept.digest
    last = [*leaves.items(), *((key, None) for key, _ in detours if key not in leaves)]
    order.shuffle(last)
    for key, leaf in last:
        kept.put(key, leaf)
    assert kept.digest == _kept(dict(sorted(leaves.items())))


@given(TABLES, TABLES, KEYS, LEAF)
def test_two_sets_of_leaves_never_share_a_digest(
    one: dict[str, str], other: dict[str, str], key: str, leaf: str
) -> None:
    near = {**one, key: leaf}
    for left, right in ((one, other), (one, near), (near, other), (one, dict(list(one.items())[1:]))):
        assert (_kept(left) == _kept(right)) is (left == right)


@pytest.mark.parametrize("name", GOVERNED)
def test_the_example_program_has_something_of_each_governed_kind(name: str) -> None:
    assert any(document.kind == name for document in documents())

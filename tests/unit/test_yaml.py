"""The strict loader and the careful writer."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ray18.errors import BlockedError, UsageError
from ray18.yaml import Step, edit, load, load_json, render
from ray18.yaml.text import MAX_DEPTH, deceptive

EXAMPLE = Path(__file__).parents[2] / "example-repo"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=20).filter(
    lambda text: not list(deceptive(text))  # Unicode versions differ about what is invisible
)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz_-", min_size=1, max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


def composed(value: object) -> object:
    import unicodedata

    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [composed(entry) for entry in value]
    if isinstance(value, dict):
        return {key: composed(entry) for key, entry in value.items()}
    return value


@given(DOCUMENTS.map(composed))
def test_what_is_rendered_reads_back_as_it_was(document: dict[str, object]) -> None:
    written = render(document)
    for pure in (False, True):
        read = load(written, pure_python=pure)
        assert read.problems == ()
        assert read.value == document


@given(st.text(max_size=60) | st.text("a: -[]{}#&*!|>'\"%@`\n\t,?1", max_size=40))
def test_both_parsers_agree_on_every_text(text: str) -> None:
    """libyaml and pure Python: the same value, or both refuse."""
    agree(text)


def agree(text: str) -> None:
    source = text.encode("utf-8", "surrogatepass")
    fast, slow = load(source), load(source, pure_python=True)
    assert bool(fast.problems) == bool(slow.problems), (fast, slow)
    if not fast.problems:
        assert fast.value == slow.value


TABS = st.lists(
    st.sampled_from(
        [
            "a",
            "b: c",
            "\t",
            " ",
            ": ",
            "- ",
            "\n",
            "\n  ",
            "'",
            '"',
            "# ",
            "#",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "|\n  ",
            ">\n  ",
            "x",
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=400)
@given(TABS)
@example(";\t:")
@example("a: b\tc\n")
@example("a: [b\t, c]\n")
@example("a: 1\n\t\nb: 2\n")
def test_both_parsers_agree_on_tabs(text: str) -> None:
    """A tab is a character in quotes, in a block of text and in a comment, and nothing anywhere else."""
    agree(text)


def test_many_tabs_take_no_longer_than_many_characters() -> None:
    began = time.process_time()
    load(b"a: 1 # " + b"\t" * 1_000_000)
    load(b"a: '" + b"# \t" * 300_000 + b"'")
    assert time.process_time() - began < 5


@given(st.binary(max_size=80))
def test_no_bytes_raise(source: bytes) -> None:
    load(source)
    load_json(source)


@given(st.text(max_size=60))
def test_json_is_read_as_python_reads_it_or_refused(text: str) -> None:
    read = load_json(text.encode("utf-8", "surrogatepass"))
    if not read.problems:
        assert read.value == json.loads(text.removeprefix("\ufeff"))


@given(DOCUMENTS.map(composed))
def test_json_and_yaml_mean_the_same(document: dict[str, object]) -> None:
    text = json.dumps(document, ensure_ascii=False).encode()
    assert load_json(text).value == document
    assert load_json(text).problems == ()


@pytest.mark.parametrize("path", sorted(EXAMPLE.rglob("*.yaml")), ids=lambda path: path.name)
def test_both_parsers_agree_on_every_record_of_the_example(path: Path) -> None:
    source = path.read_bytes()
    fast, slow = load(source, positions=True), load(source, positions=True, pure_python=True)
    assert fast == slow
    assert fast.problems == ()


def test_every_value_and_key_has_its_place() -> None:
    read = load(b"a:\n  - b: 1\n    c: [x, y]\n", positions=True)
    places: dict[tuple[Step, ...], tuple[int, int]] = {way: tuple(place) for way, place in read.places.items()}  # type: ignore[misc]
    assert places[("a", 0, "b")] == (2, 8)
    assert places[("a", 0, "c", 1)] == (3, 12)
    assert tuple(read.key_places[("a", 0, "c")]) == (3, 5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-3", -3), ("+4", 4), ("0", 0), ("0o17", 15), ("0x1F", 31), ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("yes", "yes"), ("on", "on"), ("1_000", "1_000"), ("12:30:45", "12:30:45"), ("2026-01-02", "2026-01-02"),
        ("1.2.3", "1.2.3"), ("0b1", "0b1"), ("- ", [None]), ("'1'", "1"), ('"true"', "true"), ("=", "="), ("tRue", "tRue"),
    ],
)  # fmt: skip
def test_plain_words_are_typed_by_the_core_schema(text: str, value: object) -> None:
    read = load(
        f"a: {text}\n".encode() if not text.startswith("-") or text[1:2].isdigit() else f"a:\n  {text}\n".encode()
    )
    assert read.problems == ()
    assert read.value == {"a": value}


def test_depth_is_bounded_where_it_says() -> None:
    assert load(b"a: " + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1)).problems == ()
    assert load(b"a: " + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).problems


RECORD = b"""\
# Who does it
owner: sam   # since May

tags:
- one   # first
- two
title: "quoted"
notes: |
  kept as it is
"""


def test_an_edit_changes_its_field_and_not_a_byte_besides() -> None:
    assert edit(RECORD, {("owner",): "pia"}) == RECORD.replace(b"owner: sam ", b"owner: pia ")
    assert edit(RECORD, {("title",): "other"}) == RECORD.replace(b"quoted", b"other")
    assert edit(RECORD, {("due",): "2026-09-01"}) == RECORD + b"due: 2026-09-01\n"
    assert edit(RECORD, {("tags", 1): "three"}) == RECORD.replace(b"- two", b"- three")


def test_an_edit_adds_and_removes_nested_fields() -> None:
    added = edit(RECORD, {("commitment", "who"): "pia", ("commitment", "by"): "2026-09-01"})
    assert added == RECORD + b"commitment:\n  who: pia\n  by: 2026-09-01\n"
    assert load(edit(added, {("commitment",): None})).value == load(RECORD).value


def test_an_edit_keeps_line_ends_and_byte_order_mark() -> None:
    source = b"\xef\xbb\xbf" + RECORD.replace(b"\n", b"\r\n")
    assert edit(source, {("owner",): "pia"}) == source.replace(b"owner: sam ", b"owner: pia ")


@pytest.mark.parametrize("path", sorted(EXAMPLE.rglob("*.yaml")), ids=lambda path: path.name)
def test_editing_nothing_changes_nothing(path: Path) -> None:
    source = path.read_bytes()
    first = next(iter(load(source).value))  # type: ignore[arg-type]
    value = load(source).value[first]  # type: ignore[index,call-overload]
    if isinstance(value, str | int):
        assert edit(source, {(first,): value}) == source


@pytest.mark.parametrize(
    "value", ["a\nowner: mallory", "x # y", ": z", "- a", "@b", "# c", "\ttab", "é\u00a0", "yes", "1e5"]
)
def test_no_value_can_become_another_field(value: str) -> None:
    changed = edit(RECORD, {("owner",): value})
    assert load(changed).value == {**load(RECORD).value, "owner": value}  # type: ignore[dict-item]


def test_an_edit_of_an_unreadable_file_is_refused() -> None:
    with pytest.raises(BlockedError, match="stands twice"):
        edit(b"a: 1\na: 2\n", {("a",): 3})
    with pytest.raises(UsageError):
        edit(b"a: 1\n", {("a", "b", "c"): 3})


COMMENTED = b"""\
# the whole record
id: MB-1   # never changes
title:   Renew the certificate
source: {kind: other}   # by hand
description: |
  line one
  line two
# about the severity
severity: High
owner: sam  # her choice

# why this day
due: 2026-07-01
tags:
- a   # the first
# the middle
- b
effort:
    hours: 3
"""


@pytest.mark.parametrize(
    ("way", "value", "old", "new"),
    [
        (("owner",), None, b"owner: sam  # her choice", b"# her choice"),
        (("description",), "short", b"description: |\n  line one\n  line two", b"description: short"),
        (("description",), None, b"description: |\n  line one\n  line two\n", b""),
        (("due",), "two\nlines\n", b"due: 2026-07-01", b"due: |\n  two\n  lines"),
        (("tags", 0), None, b"- a   # the first", b"# the first"),
        (("tags", 2), "c", b"- b\n", b"- b\n- c\n"),
        (("tags",), None, b"tags:\n- a   # the first\n# the middle\n- b\n", b"# the first\n# the middle\n"),
        (("effort", "hours"), 4, b"    hours: 3", b"    hours: 4"),
        (("effort", "skill"), "go", b"    hours: 3\n", b"    hours: 3\n    skill: go\n"),
        (("effort",), None, b"effort:\n    hours: 3\n", b""),
        (
            ("source", "artifact"),
            "LOG",
            b"source: {kind: other}   # by hand",
            b"source: {kind: other, artifact: LOG}   # by hand",
        ),
        (("source", "kind"), "incident", b"{kind: other}   #", b"{kind: incident}   #"),
    ],
)
def test_whatever_an_edit_takes_away_every_comment_and_all_spacing_stay(
    way: tuple[str | int, ...], value: str | int | None, old: bytes, new: bytes
) -> None:
    assert old in COMMENTED
    assert edit(COMMENTED, {way: value}) == COMMENTED.replace(old, new)


NESTED = b"""\
list:
  # the first
  - x: 1   # one
    y: 2
  # the second
  - x: 3
brackets: [1,   # odd
  2]
"""


@pytest.mark.parametrize(
    ("way", "result"),
    [
        (("list", 0, "x"), NESTED.replace(b"- x: 1   # one\n    y: 2", b"- y: 2  # one")),
        (("list", 1, "x"), NESTED.replace(b"- x: 3", b"- {}")),
        (("brackets", 0), NESTED.replace(b"brackets: [1,   # odd\n  2]", b"brackets:  # odd\n  - 2")),
    ],
)
def test_what_cannot_be_changed_alone_is_written_anew_with_its_comments(
    way: tuple[str | int, ...], result: bytes
) -> None:
    assert edit(NESTED, {way: None}) == result


WORDS = st.text(alphabet="abc #:-'\"\\é|>[]{},&*!%@`\n", min_size=1, max_size=20) | st.integers(0, 99) | st.booleans()
NAMES = st.sampled_from(["a", "b", "cc", "due", "who"])
FIELDS = st.recursive(
    WORDS | st.lists(WORDS, min_size=1, max_size=3),
    lambda inner: st.dictionaries(NAMES, inner, min_size=1),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(NAMES, FIELDS, min_size=1), st.data())
def test_no_edit_loses_a_comment(record: dict[str, Any], data: st.DataObject) -> None:
    """Comments on lines of their own, wherever YAML takes a line for one."""
    source = render({"id": "x", **record})
    said = load(source).value
    lines = source.decode().split("\n")
    for at in range(len(lines) - 1, -1, -1):
        commented = [*lines[:at], f"# note {at}.", *lines[at:]]
        if data.draw(st.booleans()) and load("\n".join(commented).encode()).value == said:
            lines = commented
    source = "\n".join(lines).encode()
    way = data.draw(st.sampled_from([*_ways(record), ("new",), ("new", "inner")]))
    changed = edit(source, {way: data.draw(st.none() | FIELDS)}).decode()
    assert [line for line in lines if line.startswith("# note") and line not in changed] == []


@given(st.dictionaries(NAMES, WORDS | st.lists(WORDS), min_size=1), NAMES, WORDS | st.none())
def test_what_stands_in_brackets_stays_in_brackets(record: dict[str, Any], name: str, value: Any) -> None:
    written = json.dumps(record).replace("\\u00e9", "é")
    source = f"id: x\nfields: {written}  # these\nlast: y\n".encode()
    changed = edit(source, {("fields", name): value})
    assert load(changed).value == {
        "id": "x",
        "fields": {k: v for k, v in {**record, name: value}.items() if v is not None},
        "last": "y",
    }
    assert (changed.count(b"\n"), b"}  # these" in changed) == (3, True)


def _ways(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in entries:
        yield (*way, step)
        yield from _ways(inner, (*way, step))


def test_patterns_of_a_library_are_compiled_when_they_are_used() -> None:
    import re

    from ray18.yaml.postponed import PostponedPatterns

    with PostponedPatterns():
        digits, wrong = re.compile("[0-9]+"), re.compile("(")
    assert re.compile("a").pattern == "a"
    assert isinstance(re.compile("a"), re.Pattern)
    assert (digits.pattern, digits.findall("1 22")) == ("[0-9]+", ["1", "22"])
    with pytest.raises(re.error):
        wrong.match("x")

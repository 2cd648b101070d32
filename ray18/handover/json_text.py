"""JSON artifacts: read by the strict reader, with the line of every value."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ray18.handover.model import Notebook, Remark, Unusable
from ray18.handover.table import Columns, Row, named
from ray18.handover.text import decoded, removed, visible
from ray18.yaml import Loaded, Step, Value, load_json
from ray18.yaml.text import deceptive

MAX_BYTES = 16 * 1024 * 1024
_ESCAPE = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<one>[0-9a-fA-F]{4})|.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class JsonText:
    """One JSON artifact: its value and the places in it."""

    path: str
    loaded: Loaded

    @property
    def value(self) -> Value:
        """The value at the root."""
        return self.loaded.value

    def line(self, *way: Step) -> int:
        """The line of the value that `way` leads to; of what is around it where it is absent."""
        for length in range(len(way), -1, -1):
            place = self.loaded.places.get(way[:length])
            if place:
                return place.line
        return 0


def read_json(path: str, content: bytes) -> tuple[JsonText, Notebook]:
    """The artifact, and remarks about what had to be removed from it. Raises Unusable with every problem."""
    text, remarks = visible(path, decoded(path, content))
    notes = Notebook(path, list(remarks))
    loaded = load_json(_without_hidden_escapes(text, notes).encode(), limit=MAX_BYTES)
    if loaded.problems:
        raise Unusable(
            *notes.remarks,
            *(Remark(path, found.place.line, found.message, found.remedy, True) for found in loaded.problems),
        )
    return JsonText(path, loaded), notes


def _without_hidden_escapes(text: str, notes: Notebook) -> str:
    """The text without `\\u200b` and the like: many writers escape all characters beyond ASCII."""
    by_line: dict[int, str] = {}
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if "\\u" in line:
            lines[at], found = _line_without(line)
            if found:
                by_line[at + 1] = found
    notes.remarks.extend(removed(notes.path, by_line))
    return "\n".join(lines)


def _line_without(line: str) -> tuple[str, str]:
    """One line without escapes of hidden characters, and what the first of them was."""
    first = ""

    def instead(match: re.Match[str]) -> str:
        nonlocal first
        sign = _escaped_sign(match)
        what = next((what for _, what in deceptive(sign)), "") if sign not in ("\n", "\r") else ""
        first = first or what
        return "" if what else match[0]

    return _ESCAPE.sub(instead, line), first


def _escaped_sign(match: re.Match[str]) -> str:
    """The character an escape stands for; empty for half a pair, which the strict reader refuses."""
    if match["high"]:
        return chr(0x10000 + ((int(match["high"], 16) & 0x3FF) << 10) + (int(match["low"], 16) & 0x3FF))
    code = int(match["one"], 16) if match["one"] else 0xD800
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)


def lists(source: JsonText, names: Sequence[str]) -> Iterator[tuple[tuple[Step, ...], list[Value]]]:
    """Every list that stands at the root or under one of the names there."""
    if isinstance(source.value, list):
        yield (), source.value
    if isinstance(source.value, dict):
        for name, value in source.value.items():
            if name in names and isinstance(value, list):
                yield (name,), value


def rows(
    source: JsonText, way: tuple[Step, ...], values: Sequence[Value], columns: Columns, notes: Notebook
) -> tuple[Row, ...]:
    """The objects of a list by the names of their fields; anything else in it gets a blocking remark."""
    return tuple(_rows(source, way, values, columns, notes))


def _rows(
    source: JsonText, way: tuple[Step, ...], values: Sequence[Value], columns: Columns, notes: Notebook
) -> Iterator[Row]:
    for number, value in enumerate(values):
        line = source.line(*way, number)
        if isinstance(value, dict) and value:
            yield named(list(value), columns)(line, [as_text(entry) for entry in value.values()])
        else:
            what = "an empty object" if value == {} else "not an object"
            notes.block(line, f"entry {number + 1} is {what}", "give it named fields", stands_for=1)


def as_text(value: Value) -> str:
    """A value as a person would write it in a table; null is an empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def field(value: Mapping[str, Value], name: str) -> str:
    """The text of one field, blanks around it removed."""
    return as_text(value.get(name)).strip()


def passed_over(source: JsonText, known: Sequence[str], notes: Notebook) -> None:
    """A remark for each list at the root that is none of the known ones: nothing is left out in silence."""
    if not isinstance(source.value, dict):
        return
    for name, value in source.value.items():
        if isinstance(value, list) and name not in known:
            message = f"the list `{name[:60]}` ({len(value):,} entries) is not read"
            notes.note(source.line(name), message, f"known lists: {', '.join(known)}")

"""JSON with positions, by the strict rules: each name once, no NaN, bounded depth and numbers."""

import re
from bisect import bisect_right
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import NoReturn

from ray18.yaml.text import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INTEGER,
    MAX_NODES,
    Loaded,
    Place,
    Problem,
    Step,
    Value,
    deceptive,
    decoded,
    place_of,
)

_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


class _Unreadable(Exception):
    """Carries where the text stops being JSON, and why."""

    def __init__(self, index: int, message: str) -> None:
        self.index, self.message = index, message


class _JsonReader:
    def __init__(self, text: str, most_nodes: int, all_places: bool) -> None:
        self.text = text
        self.most_nodes = most_nodes
        self.all_places = all_places
        self.at = 0
        self.nodes = 0
        self.problems: list[Problem] = []
        self.places: dict[tuple[Step, ...], Place] = {}
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, index: int) -> Place:
        line = bisect_right(self.line_starts, index)
        return Place(line, index - self.line_starts[line - 1] + 1)

    def blank(self) -> str:
        """Skips white space; the character that follows, or an empty text at the end."""
        here = self.text[self.at : self.at + 1]
        if here > " ":
            return here
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def expect(self, character: str) -> None:
        if self.blank() != character:
            self.fail(f"expected {character!r}")
        self.at += 1

    def fail(self, message: str) -> NoReturn:
        raise _Unreadable(self.at, message)

    def value(self, way: tuple[Step, ...]) -> Value:
        first = self.blank()
        if self.all_places or first in "{[":
            self.places[way] = self.place(self.at)
        self.nodes += 1
        if self.nodes > self.most_nodes:
            self.fail(f"more than {self.most_nodes:,} values")
        if len(way) > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH} levels")
        if first == "{":
            return self.object(way)
        if first == "[":
            return self.array(way)
        if first == '"':
            return self.string()
        return self.word()

    def object(self, way: tuple[Step, ...]) -> Value:
        result: dict[str, Value] = {}
        self.at += 1
        if self.blank() == "}":
            self.at += 1
            return result
        while True:
            if self.blank() != '"':
                self.fail("expected a name in double quotes")
            start = self.at
            name = self.string()
            if name in result:
                self.problems.append(
                    Problem(self.place(start), f"the name {name[:40]!r} stands twice", "keep one of them")
                )
            self.expect(":")
            result[name] = self.value((*way, name))
            if self.blank() != ",":
                break
            self.at += 1
        self.expect("}")
        return result

    def array(self, way: tuple[Step, ...]) -> Value:
        result: list[Value] = []
        self.at += 1
        if self.blank() == "]":
            self.at += 1
            return result
        while True:
            result.append(self.value((*way, len(result))))
            if self.blank() != ",":
                break
            self.at += 1
        self.expect("]")
        return result

    def string(self) -> str:
        start = self.at
        try:
            text: str
            text, self.at = scanstring(self.text, start + 1, True)
        except JSONDecodeError as error:
            raise _Unreadable(error.pos, error.msg) from error
        if text.isascii() and text.isprintable():
            return text
        for _, what in deceptive(text.replace("\r", " ").replace("\n", " ").replace("\t", " ")):
            self.problems.append(Problem(self.place(start), f"{what} is in the text", "remove it"))
        return text

    def word(self) -> Value:
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        match = _NUMBER.match(self.text, self.at)
        if not match:
            self.fail("expected a value")
        self.at = match.end()
        return self.number(match[0])

    def number(self, text: str) -> int | float:
        if text.lstrip("-").isdigit():
            number: int | float = int(text) if len(text) <= 24 else MAX_INTEGER + 1
            unusable = abs(number) > MAX_INTEGER
        else:
            number = float(text)
            unusable = number in (float("inf"), float("-inf"))
        if unusable:
            self.problems.append(
                Problem(self.place(self.at), f"the number {text[:24]} is too large", "write it as text")
            )
            return 0
        return number


def load_json(source: bytes, *, limit: int = MAX_BYTES, most_nodes: int = MAX_NODES, all_places: bool = True) -> Loaded:
    """Reads one JSON text (RFC 8259) by the strict rules; `limit` is in bytes. Never raises.

    Without `all_places`, only those of objects and lists are kept.
    """
    text, problems = decoded(source, limit)
    if text is None:
        return Loaded(None, problems)
    reader = _JsonReader(text, most_nodes, all_places)
    reader.problems.extend(problems)
    value: Value = None
    try:
        value = reader.value(())
        if reader.blank():
            reader.fail("text after the end of the JSON value")
    except _Unreadable as stop:
        place = place_of(text, min(stop.index, len(text)))
        reader.problems.append(Problem(place, f"not valid JSON: {stop.message}", "mend the syntax"))
    return Loaded(value, tuple(sorted(reader.problems, key=lambda p: p.place)), reader.places, {})

"""Reads YAML and JSON in the one way that leaves nothing to interpretation.

YAML 1.2 core types; one document; no anchors, aliases, merge keys, tags or directives; text keys only, each once;
no character that shows other than it reads; bounded size, depth and count. Every problem of a file is collected with its
line and column, so that one run shows them all. Sources: YAML 1.2.2 chapter 10.3 (core schema), RFC 8259 (JSON),
Unicode TR 36 and TR 55 (deceptive characters), RFC 8785 (why integers end at 2^53).
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

import yaml

from ray18.yaml.composed import compose
from ray18.yaml.scalars import OddScalarError, plain
from ray18.yaml.text import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_PROBLEMS,
    Loaded,
    Place,
    Problem,
    Step,
    Value,
    deceptive,
    decoded,
    place_of,
)

_CONFLICT = re.compile(r"^[ \t]*(?:<{7}|>{7}|\|{7})(?: .*)?$|^={7}$", re.MULTILINE)
_DIRECTIVE = re.compile(r"^%.*$", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#", re.MULTILINE)


def load(source: bytes, *, positions: bool = False, pure_python: bool = False, list_allowed: bool = False) -> Loaded:
    """Reads one YAML document; never raises, whatever the bytes are.

    A record is a mapping; with `list_allowed`, a list of other people may be one too. `pure_python` leaves libyaml aside.
    """
    text, problems = decoded(source)
    if text is None:
        return Loaded(None, problems)
    if not problems and not pure_python:
        places: dict[tuple[Step, ...], Place] = {}
        key_places: dict[tuple[Step, ...], Place] = {}
        composed = compose(text, places, key_places) if positions else compose(text)
        if composed is not None:
            return Loaded(composed, (), places, key_places)
    reader = _Reader(text, positions, pure_python, list_allowed)
    reader.problems.extend(problems)
    value = reader.read()
    return Loaded(value, tuple(sorted(reader.problems, key=lambda p: p.place)), reader.places, reader.key_places)


def fast() -> bool:
    """Whether libyaml does the parsing here."""
    return hasattr(yaml, "CSafeLoader")


class _StopReading(Exception):
    """Reading on would cost too much; the reason is among the problems."""


@dataclass(slots=True)
class _Frame:
    """One open mapping or list."""

    container: dict[str, Value] | list[Value]
    way: tuple[Step, ...]
    key: str | None = None
    keys: dict[str, int] = field(default_factory=dict)


class _Reader:
    """Builds the value from parser events, iteratively: depth can never exhaust the stack."""

    def __init__(self, text: str, positions: bool, pure_python: bool, list_allowed: bool) -> None:
        self.text = text
        self.roots = (dict, list) if list_allowed else (dict,)
        self.positions = positions
        self.loader: Any = yaml.SafeLoader if pure_python else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.problems: list[Problem] = []
        self.places: dict[tuple[Step, ...], Place] = {}
        self.key_places: dict[tuple[Step, ...], Place] = {}
        self.frames: list[_Frame] = []
        self.root: Value = None
        self.documents = 0
        self.nodes = 0
        self.has_tab = "\t" in text
        self.texts: list[tuple[int, int]] = []
        """Where quoted texts and blocks of text begin and end: there, a tab is a character like any other."""

    def read(self) -> Value:
        if self._refuse_before_parsing():
            return None
        try:
            for event in yaml.parse(self.text, Loader=self.loader):
                self._take(event)
            if self.has_tab:
                self._refuse_tabs()
        except _StopReading:
            pass
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
            self.problems.append(Problem(place, f"not valid YAML: {_plain(error)}", "mend the syntax"))
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            self.problems.append(Problem(Place(1, 1), f"not valid YAML: {error}", "mend the syntax"))
        if not self.problems and not isinstance(self.root, self.roots):
            what = "empty" if self.root is None else "not a mapping of fields"
            self._problem(Place(1, 1), f"the file is {what}", "write `field: value` lines")
        return self.root

    def _refuse_before_parsing(self) -> bool:
        for match in _CONFLICT.finditer(self.text):
            self._problem(
                place_of(self.text, match.start()),
                "a merge conflict is left in the file",
                "resolve the conflict",
            )
        for match in _DIRECTIVE.finditer(self.text):
            self._problem(
                place_of(self.text, match.start()),
                f"the directive {match[0][:20]!r} is not allowed",
                "remove the line",
            )
        return bool(self.problems)

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._open_node(event)
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open_node(event)
            self._open({}, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open_node(event)
            self._open([], event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.frames.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event)
        elif isinstance(event, yaml.AliasEvent):
            self._problem(_at(event), f"the alias *{event.anchor} is not allowed", "write the value out")
            self._put(None, event)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self._problem(_at(event), "a second document begins here; a record is one document", "use one file each")
            raise _StopReading

    def _open_node(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._problem(_at(event), f"the file has more than {MAX_NODES:,} values", "split it")
            raise _StopReading
        if event.anchor is not None:
            self._problem(_at(event), f"the anchor &{event.anchor} is not allowed", "write the value out where needed")
        if event.tag is not None:
            self._problem(_at(event), f"the tag {event.tag[:40]!r} is not allowed", "remove it")

    def _refuse_tabs(self) -> None:
        """A tab between values, or in one without quotes, is one thing to one parser and another to the next."""
        end = comment = -1
        blank = False
        for match in re.finditer("\t", self.text):
            at = match.start()
            if at > end:
                start, end = self.text.rfind("\n", 0, at) + 1, self.text.find("\n", at)
                end = end if end >= 0 else len(self.text)
                comment = self._comment(start, end)
                blank = not self.text[start:end].strip(" \t")
            if blank or (at < comment and not self._in_text(at)):
                self._problem(
                    place_of(self.text, at), "a tab stands outside of quotes, or on a blank line", "use spaces"
                )

    def _in_text(self, at: int) -> bool:
        before = bisect_right(self.texts, (at, len(self.text))) - 1
        return before >= 0 and self.texts[before][0] <= at < self.texts[before][1]

    def _comment(self, start: int, end: int) -> int:
        """Where the comment of a line begins; its end where it has none."""
        marks = (mark.start() for mark in _COMMENT.finditer(self.text, start, end))
        return next((mark for mark in marks if not self._in_text(mark)), end)

    def _open(self, container: dict[str, Value] | list[Value], event: Any) -> None:
        if len(self.frames) >= MAX_DEPTH:
            self._problem(_at(event), f"values are nested deeper than {MAX_DEPTH} levels", "flatten the file")
            raise _StopReading
        if self._at_key():
            self._problem(_at(event), "a field name must be plain text", "use a word as field name")
            raise _StopReading
        way = self._put(container, event)
        self.frames.append(_Frame(container, way))

    def _at_key(self) -> bool:
        return bool(self.frames) and isinstance(self.frames[-1].container, dict) and self.frames[-1].key is None

    def _scalar(self, event: Any) -> None:
        if event.style and self.has_tab:
            self.texts.append((event.start_mark.index, event.end_mark.index))
        if event.style == '"':
            for _, what in deceptive(event.value.replace("\n", " ")):
                self._problem(_at(event), f"{what} is in the value", "remove it")
        if self._at_key():
            self._key(event)
        else:
            self._put(self._typed(event), event)

    def _key(self, event: Any) -> None:
        frame = self.frames[-1]
        key = event.value
        line = event.start_mark.line + 1
        if not isinstance(self._typed(event), str) or key == "":
            self._problem(_at(event), f"the field name {key[:40]!r} is not text", "put it in quotes or choose a word")
        elif key == "<<" and not event.style:
            self._problem(_at(event), "the merge key << is not allowed", "write the fields out")
        elif key in frame.keys:
            first = frame.keys[key]
            self._problem(
                _at(event),
                f"the field {key[:40]!r} stands twice: lines {first} and {line}",
                "keep one of them",
            )
        frame.keys.setdefault(key, line)
        frame.key = key
        if self.positions:
            self.key_places.setdefault((*frame.way, key), _at(event))

    def _put(self, value: Value, event: Any) -> tuple[Step, ...]:
        """Stores a value where the parser is, and returns the way there (empty when no positions are kept)."""
        way: tuple[Step, ...] = ()
        if not self.frames:
            self.root = value
        else:
            frame = self.frames[-1]
            step: Step
            if isinstance(frame.container, list):
                step = len(frame.container)
                frame.container.append(value)
            else:
                step = frame.key or ""
                frame.container.setdefault(step, value)
                frame.key = None
            if self.positions:
                way = (*frame.way, step)
        if self.positions:
            self.places.setdefault(way, _at(event))
        return way

    def _typed(self, event: Any) -> Value:
        """The value by the core schema; only plain (unquoted) scalars are anything but text."""
        text: str = event.value
        if event.style:
            return text
        try:
            return plain(text)
        except OddScalarError as odd:
            self._problem(_at(event), odd.message, odd.remedy)
            return odd.value

    def _problem(self, place: Place, message: str, remedy: str) -> None:
        self.problems.append(Problem(place, message, remedy))
        if len(self.problems) > MAX_PROBLEMS:
            raise _StopReading


def _at(event: Any) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1)


def _plain(error: yaml.MarkedYAMLError) -> str:
    parts = (error.context, error.problem)
    return ", ".join(part for part in parts if part)

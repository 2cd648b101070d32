"""Where in a governed file somebody is writing, also while the file cannot be read yet.

The word at the cursor is replaced by a mark that no file holds, and the strict loader says where the mark lies; where the
text is broken elsewhere, the block of top-level lines around the cursor is read alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ray18.yaml import Loaded, Place, Step, load

_MARK = "ray18cursor"
_WORD_BEFORE = re.compile(r"""["']?[^\s,\[\]{}"'#]*\Z""")
_WORD_AFTER = re.compile(r"""[^\s,\[\]{}"':#]*["']?""")
_COMMENT = re.compile(r"(?:^|\s)#")
_TOP = re.compile(r"[^\s#-]")
_ENDS = ("", "]", "}", "}]", "]}")
_Way = tuple[Step, ...]


@dataclass(frozen=True)
class Cursor:
    """What is being written: the name of a field, or a value."""

    way: _Way
    """To the value; for a field, to the mapping that it is in."""
    at_key: bool
    written: str
    """What stands before the cursor of it."""
    start: int
    """The column, from 0, where it begins."""
    end: int
    """The column after it."""
    beside: frozenset[str]
    """The fields, or the entries of the list, that are there already."""


@dataclass(frozen=True)
class Spotted:
    """What stands at a place of a text that can be read."""

    way: _Way
    at_key: bool
    value: Any
    place: Place


def cursor_at(text: str, line: int, column: int) -> Cursor | None:
    """What is being written at a line and a column, both from 0; None in comments and where no field belongs."""
    lines = text.split("\n")
    if line >= len(lines):
        return None
    before, after = lines[line][:column], lines[line][column:]
    if _COMMENT.search(before):
        return None
    word, rest = _matched(_WORD_BEFORE, before), _matched(_WORD_AFTER, after)
    head, tail = before[: len(before) - len(word)], after[len(rest) :]
    for written in _readings(lines, line, head, tail):
        loaded = load(written.encode("utf-8", "replace"), positions=True)
        found = _marked(loaded)
        if found is not None:
            way, at_key, prefix = found
            start = len(head) - len(prefix)
            beside = _beside(loaded.value, way, at_key)
            return Cursor(way, at_key, prefix + word.lstrip("\"'"), start, column + len(rest), beside)
    return None


def spotted(loaded: Loaded, line: int, column: int) -> Spotted | None:
    """The field name or the value that a line and a column, both from 0, are on."""
    best: Spotted | None = None
    for at_key, table in ((False, loaded.places), (True, loaded.key_places)):
        for way, place in table.items():
            here = place.line == line + 1 and place.column <= column + 1
            if here and way and (best is None or place > best.place):
                best = Spotted(way, at_key, value_at(loaded.value, way), place)
    return best


def value_at(value: Any, way: _Way) -> Any:
    """The value that a way leads to; None when it leads nowhere."""
    for step in way:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _matched(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""


def _readings(lines: list[str], line: int, head: str, tail: str) -> Iterator[str]:
    """The text with the mark as a value, then as a field; whole, then cut off after the cursor, then its block alone."""
    first = max((number for number in range(line + 1) if _TOP.match(lines[number])), default=0)
    marked = (f"{head}{_MARK}{tail}", f"{head}{_MARK}: {tail.lstrip(':')}")
    for start, stop in ((0, len(lines)), (0, line + 1), (first, line + 1)):
        for here in marked:
            block = "\n".join([*lines[start:line], here, *lines[line + 1 : stop]])
            for end in _ENDS if stop == line + 1 else ("",):
                yield f"{block}{end}\n"


def _marked(loaded: Loaded) -> tuple[_Way, bool, str] | None:
    """The way to the mark, whether it is a field's name, and what stands before it in the same value."""
    for way in loaded.key_places:
        if way[-1] == _MARK:
            return way[:-1], True, ""
    for way in loaded.places:
        value = value_at(loaded.value, way)
        if isinstance(value, str) and _MARK in value and "\n" not in value:
            return way, False, value.partition(_MARK)[0]
    return None


def _beside(value: Any, way: _Way, at_key: bool) -> frozenset[str]:
    if at_key:
        mapping = value_at(value, way)
        return frozenset(mapping) - {_MARK} if isinstance(mapping, dict) else frozenset()
    around = value_at(value, way[:-1]) if way else None
    return frozenset(entry for entry in around if isinstance(entry, str)) if isinstance(around, list) else frozenset()

"""JSON and YAML artifacts: read by the strict readers, with the lines of the values."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ray18.handover.delivery import Part
from ray18.handover.model import Notebook, Remark, Unusable
from ray18.handover.table import Columns, Row, folded, named
from ray18.handover.text import decoded, removed, visible
from ray18.yaml import Loaded, Problem, Step, Value, load, load_json
from ray18.yaml.text import deceptive

MAX_BYTES = 16 * 1024 * 1024
MAX_NODES = 2_000_000
_SHORT = {"\\b": "\b", "\\f": "\f"}
"""Short escapes of control characters that no text needs."""
_DOCUMENT = re.compile(r"---[ \t]*(?:#.*)?$")
_BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)
"""What nobody sees at the end of a line, be it a tab."""
_ESCAPE = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<one>[0-9a-fA-F]{4})|.)",
    re.DOTALL,
)


Entries = list[tuple[Step, Value]]
"""Step and value of each entry of a list."""


@dataclass(frozen=True, slots=True)
class JsonText:
    """One document: its value and the places in it."""

    path: str
    loaded: Loaded
    above: int = 0
    """How many lines of the file stand before it."""

    @property
    def value(self) -> Value:
        """The value at the root."""
        return self.loaded.value

    def line(self, *way: Step) -> int:
        """The line of the value that `way` leads to; of what is around it where it is absent."""
        for length in range(len(way), -1, -1):
            place = self.loaded.places.get(way[:length])
            if place:
                return place.line + self.above
        return 0


def read_trees(part: Part, notes: Notebook) -> tuple[JsonText, ...]:
    """The documents of a file: one in JSON, any number in YAML (`---` between them). Raises Unusable with every problem.

    What had to be removed from the text is noted.
    """
    text, remarks = visible(part.path, decoded(part.path, part.content, notes.dialect))
    notes.remarks.extend(remarks)
    if _is_json(part.path, text):
        return (_json(part.path, text, notes),)
    found = tuple(_yaml(part.path, _BLANKS.sub("", text)))
    problems = [remark for _, remarks in found for remark in remarks]
    if problems or not found:
        empty = Remark(part.path, 1, "the file is empty", "hand over the list", True)
        raise Unusable(*(problems or (empty,)))
    return tuple(document for document, _ in found)


def read_tree(part: Part, notes: Notebook) -> JsonText:
    """The only document of a file. Raises Unusable."""
    first, *more = read_trees(part, notes)
    for document in more:
        line = document.line()
        raise Unusable(Remark(part.path, line, "a second document begins here", "hand over one", True))
    return first


def _is_json(path: str, text: str) -> bool:
    name = path.casefold()
    return not name.endswith((".yaml", ".yml")) or text.lstrip()[:1] in ("{", "[")


def _json(path: str, text: str, notes: Notebook) -> JsonText:
    source = _without_hidden_escapes(text, notes).encode()
    loaded = load_json(source, limit=4 * MAX_BYTES, most_nodes=MAX_NODES, all_places=False)
    if loaded.problems:
        raise Unusable(*(_refusal(path, found, 0) for found in loaded.problems))
    return JsonText(path, loaded)


def _refusal(path: str, problem: Problem, above: int) -> Remark:
    return Remark(path, problem.place.line + above, problem.message, problem.remedy, True)


def _yaml(path: str, text: str) -> Iterator[tuple[JsonText, tuple[Remark, ...]]]:
    """Each document with why it cannot be used; one that only holds comments is none."""
    start = 0
    lines = text.split("\n")
    ends = [at for at, line in enumerate(lines) if _DOCUMENT.match(line)]
    for end in (*ends, len(lines)):
        document = "\n".join(lines[start:end])
        if any(line.strip() and not line.lstrip().startswith("#") for line in lines[start:end]):
            loaded = load(document.encode(), positions=True, list_allowed=True)
            yield JsonText(path, loaded, start), tuple(_refusal(path, found, start) for found in loaded.problems)
        start = end + 1


def _without_hidden_escapes(text: str, notes: Notebook) -> str:
    """The text without `\\u200b` and the like: many writers escape all characters beyond ASCII."""
    by_line: dict[int, str] = {}
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if "\\u" in line or "\\b" in line or "\\f" in line:
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
    if match[0] in _SHORT:
        return _SHORT[match[0]]
    code = int(match["one"], 16) if match["one"] else 0xD800
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)


def entries(source: JsonText, names: Sequence[str]) -> Iterator[tuple[tuple[Step, ...], Entries]]:
    """Every list at the root or under one of the names there: the way to it, and step and value of each entry.

    A mapping from id to entry is a list as well: `{"PERF-1": {"title": "…"}}`; so is what stands one level deeper.
    """
    root = source.value
    if isinstance(root, list):
        yield (), list(enumerate(root))
    if not isinstance(root, dict):
        return
    found = list(_under((), root, names))
    if not found and len(root) == 1:
        name, only = next(iter(root.items()))
        found = list(_under((name,), only, names)) if isinstance(only, dict) else []
    if not found and root and all(isinstance(value, dict) and value for value in root.values()):
        found = [((), _by_id(root))]
    yield from found


def _folded(names: Sequence[str]) -> frozenset[str]:
    return frozenset(map(folded, names))


def _under(
    way: tuple[Step, ...], parent: Mapping[str, Value], names: Sequence[str]
) -> Iterator[tuple[tuple[Step, ...], Entries]]:
    for name, value in parent.items():
        if folded(name) in _folded(names) and isinstance(value, list):
            yield (*way, name), list(enumerate(value))
        elif folded(name) in _folded(names) and isinstance(value, dict):
            yield (*way, name), _by_id(value)


def _by_id(value: Mapping[str, Value]) -> Entries:
    """The entries of a mapping; one that is an object and gives no id of its own has its key as id."""
    return [(key, {"id": key, **entry} if isinstance(entry, dict) else entry) for key, entry in value.items()]


def json_rows(
    source: JsonText, way: tuple[Step, ...], found: Entries, columns: Columns, notes: Notebook
) -> Iterator[Row]:
    """The objects of a list by the names of their fields; anything else in it gets a blocking remark."""
    readers: dict[tuple[str, ...], Callable[[int, Sequence[str]], Row]] = {}
    for number, (step, value) in enumerate(found, 1):
        line = source.line(*way, step)
        if isinstance(value, dict) and value:
            header = tuple(value)
            if header not in readers:
                readers[header] = named(header, columns, notes.dialect)
            yield readers[header](line, [as_text(entry) for entry in value.values()])
        else:
            what = "an empty object" if value == {} else "not an object"
            notes.block(line, f"entry {number} is {what}", "give it named fields", stands_for=1)


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


def pass_over(source: JsonText, known: Sequence[str], history: Sequence[str], notes: Notebook) -> int:
    """How many entries are in lists that are not read: a remark stands for each list, so that none is left out in silence."""
    root = source.value
    if not isinstance(root, dict):
        return 0
    left = {
        name: value for name, value in root.items() if isinstance(value, list) and folded(name) not in _folded(known)
    }
    for name, value in left.items():
        if folded(name) in _folded(history):
            message = f"the list `{name[:60]}` ({len(value):,} entries) tells of the past and becomes nothing"
            notes.note(source.line(name), message, stands_for=len(value))
        else:
            message = f"the list `{name[:60]}` ({len(value):,} entries) is not read"
            notes.note(source.line(name), message, f"known lists: {', '.join(known)}", stands_for=len(value))
    return sum(map(len, left.values()))

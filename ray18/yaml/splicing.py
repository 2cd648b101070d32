"""Changes one value in the text of a YAML file and leaves every other character as it is.

Where a value stands is asked of libyaml; what takes its place is written by ruamel.yaml. Comments on lines that go away are
kept on lines of their own.
"""

from collections.abc import Callable, Iterator
from typing import Any

from ray18.yaml.text import Step, Value

_HOLLOW = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
Writer = Callable[[Any, str], str]
"""Plain data as a block of YAML lines; a text right inside it in the quotes given, if any."""


class Inseparable(Exception):
    """The text has a form in which the value cannot be changed alone."""


def spliced(text: str, way: tuple[Step, ...], value: Value, write: Writer) -> str:
    """The text with the value at `way` set; None removes it. Raises Inseparable, also where `way` leads nowhere.

    In `[…]` and `{…}` nothing can be changed alone: that is for whoever calls to set as a whole.
    """
    page = _Page(text if text.endswith("\n") else f"{text}\n")
    for length in range(len(way) + 1):
        node = page.find(way[:length])
        if node is None:
            return page.added(way[: length - 1], way[length - 1], _nested(way[length:], value), write)
    return page.removed(way, write) if value is None else page.replaced(way, value, write)


def _nested(way: tuple[Step, ...], value: Value) -> Value:
    for step in reversed(way):
        if not isinstance(step, str):
            raise Inseparable
        value = {step: value}
    return value


def flow_above(text: str, way: tuple[Step, ...]) -> tuple[Step, ...] | None:
    """The way to the innermost `[…]` or `{…}` with entries that a way leads into; None = it leads into none."""
    page = _Page(text)
    nodes = [(way[:length], page.find(way[:length])) for length in range(len(way))]
    inside = [above for above, node in nodes if node is not None and _entries(node) and node.flow_style]
    return inside[-1] if inside else None


def spliced_flow(text: str, way: tuple[Step, ...], written: str) -> str:
    """The text with other characters for a value within `[…]` or `{…}`. Raises Inseparable, also for comments there."""
    return _Page(text).rewritten(way, written)


class _Page:
    """A text and the tree of what stands where in it."""

    def __init__(self, text: str) -> None:
        import yaml

        self.text = text
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

    def find(self, way: tuple[Step, ...]) -> Any:
        """The node at a way; None where there is none."""
        node = self.root
        for step in way:
            node = next((entry for name, _, entry in _entries(node) if name == step), None)
            if node is None:
                return None
        return node

    def added(self, way: tuple[Step, ...], step: Step, value: Value, write: Writer) -> str:
        """The text with one more entry at the end of a block."""
        parent = self.find(way)
        entries = list(_entries(parent))
        if value is None or (isinstance(step, int) and step != len(entries)):
            raise Inseparable
        if not entries:
            if not way or parent.tag not in (*_HOLLOW, "tag:yaml.org,2002:null"):
                raise Inseparable
            return self.replaced(way, {step: value} if isinstance(step, str) else [value], write)
        column = self._column(parent, entries[0])
        line = self._last_line(entries[-1][2])
        block = _indented(write({step: value} if isinstance(step, str) else [value], ""), column)
        lines = [*self.lines[: line + 1], " " * column + block, *self.lines[line + 1 :]]
        return "\n".join(lines)

    def replaced(self, way: tuple[Step, ...], value: Value, write: Writer) -> str:
        """The text with another value at a way that is there."""
        parent, (step, key, node) = self._entry(way)
        written = write({"k": value} if isinstance(step, str) else [value], getattr(node, "style", None) or "")
        column = self._column(parent, (step, key, node))
        if "\n" not in written.rstrip("\n") and self._on_one_line(node, key):
            start, end = self._index(node.start_mark), self._index(node.end_mark)
            new = written.rstrip("\n").removeprefix("k: " if isinstance(step, str) else "- ")
            if start == end and self.text[start - 1] == ":":
                new = f" {new}"
            return self.text[:start] + new + self.text[end:]
        first = key.start_mark.line if key is not None else node.start_mark.line
        last = self._last_line(node)
        head, *rest = _indented(written, column).split("\n")
        comments = list(self._comments(first, last))
        if key is not None:
            prefix = self.lines[first][: self._end_column(key)]
            head = prefix + head.removeprefix("k")
        else:
            head = self.lines[first][:column] + head
        if comments and comments[0][0] == first:
            head += f"  {comments.pop(0)[1]}"
        kept = [" " * column + comment for _, comment in comments]
        return "\n".join([*self.lines[:first], head, *rest, *kept, *self.lines[last + 1 :]])

    def rewritten(self, way: tuple[Step, ...], written: str) -> str:
        """The text with other characters for a value in flow style."""
        node = self.find(way)
        if node is None or list(self._comments(node.start_mark.line, node.end_mark.line - 1)):
            raise Inseparable
        return self.text[: self._index(node.start_mark)] + written + self.text[self._index(node.end_mark) :]

    def removed(self, way: tuple[Step, ...], write: Writer) -> str:
        """The text without an entry; comments on its lines stay, on lines of their own."""
        parent, (step, key, node) = self._entry(way)
        if sum(1 for _ in _entries(parent)) == 1:
            if len(way) == 1:
                raise Inseparable
            return self.replaced(way[:-1], {} if isinstance(step, str) else [], write)
        column = self._column(parent, (step, key, node))
        first = key.start_mark.line if key is not None else node.start_mark.line
        last = self._last_line(node)
        if self.lines[first][:column].strip():
            raise Inseparable
        kept = [" " * column + comment for _, comment in self._comments(first, last)]
        return "\n".join([*self.lines[:first], *kept, *self.lines[last + 1 :]])

    def _entry(self, way: tuple[Step, ...]) -> tuple[Any, tuple[Step, Any, Any]]:
        if not way:
            raise Inseparable
        parent = self.find(way[:-1])
        if parent.flow_style:
            raise Inseparable
        return parent, next(entry for entry in _entries(parent) if entry[0] == way[-1])

    def _column(self, parent: Any, entry: tuple[Step, Any, Any]) -> int:
        """Where the entries of a block begin: at their keys, or at their dashes."""
        if parent.flow_style:
            raise Inseparable
        _, key, node = entry
        if key is not None:
            return int(key.start_mark.column)
        before = self.lines[node.start_mark.line][: node.start_mark.column].rstrip()
        if not before.endswith("-") or before[:-1].strip():
            raise Inseparable
        return len(before) - 1

    def _on_one_line(self, node: Any, key: Any) -> bool:
        """Whether the value, with its key, is a part of one line."""
        line = key.start_mark.line if key is not None else node.start_mark.line
        block = getattr(node, "flow_style", None) is False or getattr(node, "style", None) in ("|", ">")
        return not block and node.start_mark.line == node.end_mark.line == line

    def _last_line(self, node: Any) -> int:
        """The last line that a node has a part of, the blank lines and comments below left out."""
        children = [entry for _, _, entry in _entries(node)]
        if children and not node.flow_style:
            return max(self._last_line(children[-1]), int(node.start_mark.line))
        line = int(node.end_mark.line)
        if getattr(node, "style", None) not in ("|", ">"):
            return line
        line -= 1
        while line > node.start_mark.line and not self.lines[line].strip():
            line -= 1
        return line

    def _comments(self, first: int, last: int) -> Iterator[tuple[int, str]]:
        """Line and text of every comment on some lines."""
        shown = {number: list(self.lines[number]) for number in range(first, last + 1)}
        for node in _scalars(self.root):
            for number in range(node.start_mark.line, self._last_line(node) + 1):
                if number in shown:
                    self._blot(shown[number], number, node)
        for number, signs in shown.items():
            line = "".join(signs)
            at = next((at for at, sign in enumerate(line) if sign == "#" and (at == 0 or line[at - 1] in " \t")), None)
            if at is not None:
                yield number, self.lines[number][at:].rstrip()

    def _blot(self, signs: list[str], number: int, node: Any) -> None:
        """Crosses out the part of a line that a scalar has: a # in it begins no comment."""
        block = node.style in ("|", ">")
        if block and number == node.start_mark.line:
            return
        start = node.start_mark.column if number == node.start_mark.line else 0
        end = node.end_mark.column if number == node.end_mark.line and not block else len(signs)
        signs[start:end] = "x" * len(signs[start:end])

    def _index(self, mark: Any) -> int:
        return int(self.starts[mark.line] + mark.column)

    def _end_column(self, key: Any) -> int:
        if key.start_mark.line != key.end_mark.line:
            raise Inseparable
        return int(key.end_mark.column)


def _entries(node: Any) -> list[tuple[Step, Any, Any]]:
    """Step, key (None in a list) and value of everything right inside a node."""
    if node.id == "mapping":
        return [(key.value, key, value) for key, value in node.value]
    return [(at, None, entry) for at, entry in enumerate(node.value)] if node.id == "sequence" else []


def _scalars(node: Any) -> Iterator[Any]:
    if node.id == "scalar":
        yield node
    for _, key, entry in _entries(node):
        if key is not None:
            yield from _scalars(key)
        yield from _scalars(entry)


def _indented(block: str, column: int) -> str:
    """The lines of a block with all but the first moved to the right."""
    return block.rstrip("\n").replace("\n", "\n" + " " * column)

"""The fast half of the strict loader: ordinary texts, composed by libyaml and converted in one pass.

It reads only what leaves nothing to judge: no anchor, alias, tag, directive, tab, second document or conflict marker can be
in the text, its depth is bounded by what its indentation shows, and every scalar is an ordinary one. For all else it gives
None, and the reader of events (`strict`) says what is wrong. Where both read, they read the same: property tests hold them
together. The commit hook waits for this module, so it imports little.
"""

import re

from ray18.yaml.postponed import PostponedPatterns
from ray18.yaml.scalars import OddScalarError, plain
from ray18.yaml.text import MAX_DEPTH, Place, deceptive

with PostponedPatterns():
    from yaml.error import YAMLError

try:
    from yaml import cyaml
except ImportError:  # without libyaml, every text goes to the reader of events
    _Parser: "Any" = None
else:
    _Parser = getattr(cyaml, "CParser")  # noqa: B009 (its stubs do not name it)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ray18.yaml.text import Step, Value

    Places = dict[tuple[Step, ...], Place]

MAX_LENGTH = 100_000
"""Characters; longer texts, rare as they are, are left to the reader that counts as it goes."""
_NEVER = ("\t", "\n---", "\n...", "\n%", "<<<<<<<", ">>>>>>>", "|||||||", "=======")
"""Tab, document marker, directive, conflict marker: with one of these a text is not ordinary."""
_MARKED = re.compile(r"(?:^|[\s\[{,:])[&*!]")
"""Anchor, alias or tag, or a text that looks like one."""
_LEAD = re.compile(r"\n[ ?-]{200}")
_DEEPEST_LEAD, _MOST_FLOWS = 200, 500
"""Nested blocks need leading characters, nested flows a bracket each: libyaml's composer recurses once for each level."""


class _NotOrdinary(Exception):
    """Something that only the reader of events may judge."""


if _Parser is not None:

    class _Composer(_Parser):  # type: ignore[misc, valid-type]
        """libyaml's composer without PyYAML's guesses about types."""

        def resolve(self, kind: type, value: str | None, implicit: object) -> str:  # noqa: ARG002 (PyYAML's interface)
            return ""

        def descend_resolver(self, node: object, index: object) -> None:
            pass

        def ascend_resolver(self) -> None:
            pass


def compose(text: str, places: "Places | None" = None, key_places: "Places | None" = None) -> "dict[str, Value] | None":
    """The mapping that an ordinary text is; None for every text that needs the reader of events.

    `text` is as `decoded` gives it, without a problem. The place of every value and key is put into the tables, if given.
    """
    if _Parser is None or not _ordinary(text):
        return None
    try:
        root: Any = _Composer(text).get_single_node()
        if root is None or root.id != "mapping":
            return None
        escaped = "\\" in text
        value = _value(root, escaped, 0)
        if places is not None and key_places is not None:
            _note(root, (), places, key_places)
    except (YAMLError, _NotOrdinary, OddScalarError, ValueError, OverflowError):
        return None
    return value  # type: ignore[no-any-return]


def _ordinary(text: str) -> bool:
    if len(text) > MAX_LENGTH or text.startswith(("---", "...", "%")) or any(mark in text for mark in _NEVER):
        return False
    if ("&" in text or "*" in text or "!" in text) and _MARKED.search(text):
        return False
    if text.count("[") + text.count("{") > _MOST_FLOWS:
        return False
    return not _LEAD.search(text) and text[:_DEEPEST_LEAD].strip(" ?-") != ""


def _value(node: "Any", escaped: bool, depth: int) -> "Any":
    if node.id == "scalar":
        return _scalar(node, escaped)
    if depth >= MAX_DEPTH:
        raise _NotOrdinary
    if node.id == "sequence":
        return [_value(entry, escaped, depth + 1) for entry in node.value]
    result: dict[str, Any] = {}
    for key, value in node.value:
        name = key.value
        if key.id != "scalar" or key.style or name not in _NAMES:
            _check_name(key, escaped)
        if name in result:
            raise _NotOrdinary
        if value.id == "scalar":
            result[name] = _scalar(value, escaped) if value.style else plain(value.value)
        else:
            result[name] = _value(value, escaped, depth + 1)
    return result


_NAMES: set[str] = set()
"""Names of fields that were seen to be ordinary when they are written plainly; most files have the same few."""
_MOST_NAMES = 2_000


def _check_name(key: "Any", escaped: bool) -> None:
    name = key.value
    if key.id != "scalar" or name == "" or type(_scalar(key, escaped)) is not str or name == "<<":
        raise _NotOrdinary
    if not key.style and len(_NAMES) < _MOST_NAMES:
        _NAMES.add(name)


def _scalar(node: "Any", escaped: bool) -> "Any":
    """The value; only plain scalars are anything but text."""
    text: str = node.value
    if node.style:
        if escaped and node.style == '"' and any(deceptive(text.replace("\n", " "))):
            raise _NotOrdinary
        return text
    return plain(text)


def _note(node: "Any", way: "tuple[Step, ...]", places: "Places", key_places: "Places") -> None:
    places[way] = _at(node)
    if node.id == "sequence":
        for number, entry in enumerate(node.value):
            _note(entry, (*way, number), places, key_places)
    elif node.id == "mapping":
        for key, value in node.value:
            key_places[(*way, key.value)] = _at(key)
            _note(value, (*way, key.value), places, key_places)


def _at(node: "Any") -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)

"""What both readers share: types, limits, and the characters that no governed text may hold.

Sources: Unicode TR 36 and TR 55 (deceptive characters), RFC 8785 (why integers end at 2^53).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
Step = str | int
"""One step of the way to a value: the key of a mapping or the number of a list entry."""

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_PROBLEMS = 100
MAX_INTEGER = 2**53 - 1

# C0 and C1 controls, DEL, and everything that Unicode calls a line break; CR LF is normalised before.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
# Format characters (category Cf): they change how a text shows, not what it says.
_INVISIBLE = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


class Place(NamedTuple):
    """A line and a column, both starting at 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text cannot be used, where, and what to do."""

    place: Place
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a text says. With any problem it must not be used for a verdict; the value only helps to find more problems.

    `places` and `key_places` are filled when positions were asked for; their keys are the ways from the root.
    """

    value: Value
    problems: tuple[Problem, ...]
    places: Mapping[tuple[Step, ...], Place] = field(default_factory=dict)
    key_places: Mapping[tuple[Step, ...], Place] = field(default_factory=dict)


def place_of(text: str, index: int) -> Place:
    """The place of the character at `index`."""
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def deceptive(text: str) -> Iterator[tuple[int, str]]:
    """Index and reason of every character that a reader would not see as what it is."""
    for match in _CONTROL.finditer(text):
        yield match.start(), f"the control character U+{ord(match[0]):04X}"
    for match in _INVISIBLE.finditer(text):
        name = unicodedata.name(match[0], "a surrogate")
        yield match.start(), f"the invisible character U+{ord(match[0]):04X} ({name})"


def decoded(source: bytes, limit: int = MAX_BYTES) -> tuple[str | None, tuple[Problem, ...]]:
    start = Place(1, 1)
    if len(source) > limit:
        return None, (Problem(start, f"the file has {len(source):,} bytes; at most {limit:,} are read", "split it"),)
    if source.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in source[:4]:
        return None, (Problem(start, "the file is UTF-16 or UTF-32", "save it as UTF-8"),)
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8", "replace")
        place = place_of(before, len(before))
        return None, (Problem(place, f"byte 0x{source[error.start]:02x} is not UTF-8", "save the file as UTF-8"),)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return text, tuple(_unfit_characters(text))


def _unfit_characters(text: str) -> Iterator[Problem]:
    for count, (index, what) in enumerate(deceptive(text)):
        if count == MAX_PROBLEMS:
            return
        yield Problem(place_of(text, index), f"{what} is in the file", "remove it")
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        yield from _not_composed(text)


def _not_composed(text: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        if not unicodedata.is_normalized("NFC", line):
            yield Problem(Place(number, 1), "the line is not in Unicode form NFC", "save the file in form NFC")

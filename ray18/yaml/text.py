"""What both readers share: types, limits, and the characters that no governed text may hold.

The commit hook waits for this module, so it imports little: no dataclasses, no typing.
Sources: Unicode TR 36 and TR 55 (deceptive characters), RFC 8785 (why integers end at 2^53).
"""

import re
from collections.abc import Iterator, Mapping

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
Step = str | int
"""One step of the way to a value: the key of a mapping or the number of a list entry."""

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_PROBLEMS = 100
MAX_INTEGER = 2**53 - 1

# C0 and C1 controls, DEL, and everything that Unicode calls a line break; CR LF is normalised before.
_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]"
_ASCII_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
# Format characters (category Cf): they change how a text shows, not what it says.
_INVISIBLE = (
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


class Place(tuple[int, int]):
    """A line and a column, both starting at 1."""

    __slots__ = ()

    def __new__(cls, line: int, column: int) -> "Place":
        return super().__new__(cls, (line, column))

    @property
    def line(self) -> int:
        return self[0]

    @property
    def column(self) -> int:
        return self[1]


class Problem:
    """Why a text cannot be used, where, and what to do."""

    __slots__ = ("message", "place", "remedy")

    def __init__(self, place: Place, message: str, remedy: str) -> None:
        self.place, self.message, self.remedy = place, message, remedy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Problem) and (self.place, self.message, self.remedy) == (
            other.place,
            other.message,
            other.remedy,
        )

    def __hash__(self) -> int:
        return hash((self.place, self.message))

    def __repr__(self) -> str:
        return f"Problem({self.place.line}:{self.place.column} {self.message})"


class Loaded:
    """What a text says. With any problem it must not be used for a verdict; the value only helps to find more problems.

    `places` and `key_places` are filled when positions were asked for; their keys are the ways from the root.
    """

    __slots__ = ("key_places", "places", "problems", "value")

    def __init__(
        self,
        value: Value,
        problems: tuple[Problem, ...] = (),
        places: Mapping[tuple[Step, ...], Place] | None = None,
        key_places: Mapping[tuple[Step, ...], Place] | None = None,
    ) -> None:
        self.value, self.problems = value, problems
        self.places, self.key_places = places or {}, key_places or {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loaded) and all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash(self.problems)


def place_of(text: str, index: int) -> Place:
    """The place of the character at `index`."""
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def deceptive(text: str) -> Iterator[tuple[int, str]]:
    """Index and reason of every character that a reader would not see as what it is."""
    if text.isascii():
        if _ASCII_CONTROL.search(text):
            yield from _control_characters(text)
        return
    import unicodedata

    yield from _control_characters(text)
    for match in re.finditer(_INVISIBLE, text):
        name = unicodedata.name(match[0], "a surrogate")
        yield match.start(), f"the invisible character U+{ord(match[0]):04X} ({name})"


def _control_characters(text: str) -> Iterator[tuple[int, str]]:
    for match in re.finditer(_CONTROL, text):
        yield match.start(), f"the control character U+{ord(match[0]):04X}"


def decoded(source: bytes, limit: int = MAX_BYTES) -> tuple[str | None, tuple[Problem, ...]]:
    """The text of a file without byte order mark and carriage returns; None, and why, when it is no UTF-8."""
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
    if not text.isascii():
        yield from _not_composed(text)


def _not_composed(text: str) -> Iterator[Problem]:
    import unicodedata

    if unicodedata.is_normalized("NFC", text):
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not unicodedata.is_normalized("NFC", line):
            yield Problem(Place(number, 1), "the line is not in Unicode form NFC", "save the file in form NFC")

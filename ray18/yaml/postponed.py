"""Patterns of a library that are compiled when they are first used, and not while it is imported.

PyYAML compiles twenty patterns for its readers in Python, one of them over all of Unicode. Libyaml needs none of them, and the
commit hook, which waits for this, would spend a tenth of its time on them.
"""

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Postponed:
    """Stands for a pattern until somebody asks it for anything."""

    __slots__ = ("_given", "_pattern")

    def __init__(self, *given: "Any") -> None:
        self._given = given
        self._pattern: Any = None

    def __getattr__(self, name: str) -> "Any":
        if self._pattern is None:
            self._pattern = _compile(*self._given)
        return getattr(self._pattern, name)


class PostponedPatterns:
    """While it lasts, `re.compile` gives a pattern that is compiled later; with a pattern that is wrong, the first use fails."""

    def __enter__(self) -> None:
        re.compile = Postponed  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        re.compile = _compile


_compile = re.compile

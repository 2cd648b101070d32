"""Markdown that stays what it is: a value can be neither a link nor an image nor the end of its cell."""

import re
from collections.abc import Iterable, Sequence

from ray18.terminal import safe

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&@])")


def cell(value: object) -> str:
    """A value as inert text on one line."""
    if value is None or value == "":
        return "–"
    return escaped(safe(" ".join(str(value).split())))


def escaped(text: str) -> str:
    """The text with a backslash before every sign that Markdown could act on."""
    return _SPECIAL.sub(r"\\\1", text)


def table(header: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "None.") -> list[str]:
    """The lines of a table, or one line of prose when it has no rows."""
    body = [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    if not body:
        return [empty, ""]
    return [f"| {' | '.join(header)} |", f"|{'|'.join(' --- ' for _ in header)}|", *body, ""]


def bullets(values: Iterable[object], empty: str = "None.") -> list[str]:
    """The lines of a list, or one line of prose when it is empty."""
    return [*([f"- {cell(value)}" for value in values] or [empty]), ""]

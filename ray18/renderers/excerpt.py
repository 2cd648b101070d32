"""The lines that a finding is about, with what is meant underlined: what people look at before they read the message again."""

import unicodedata
from collections.abc import Iterator

from ray18.findings import Finding, Related
from ray18.sources import Sources
from ray18.terminal import painted, safe
from ray18.yaml.span import span

AROUND = 1
"""Lines shown before and after."""
WIDEST = 110
"""Characters of a line that are shown; of a longer one, those around the place."""


def excerpt(finding: Finding, sources: Sources, colour: bool, tone: str) -> Iterator[str]:
    """The lines around a finding, then those of every second place that explains it; nothing where there are none."""
    yield from _marked(sources, finding.path, finding.line, finding.column, ("^", tone), colour)
    for one in finding.related:
        yield from _related(one, sources, colour)


def _related(one: Related, sources: Sources, colour: bool) -> Iterator[str]:
    place = f"{one.path}:{one.line}:{one.column}" if one.line else one.path
    yield f"    {painted('note', 'bold', colour)}: {safe(place)}: {safe(one.message)}"
    yield from _marked(sources, one.path, one.line, one.column, ("-", "bold"), colour)


def _marked(sources: Sources, path: str, line: int, column: int, mark: tuple[str, str], colour: bool) -> Iterator[str]:
    lines = sources.lines(path) if line and column else ()
    if not 0 < line <= len(lines) or column > len(lines[line - 1]) + 1:
        return
    first, last = max(1, line - AROUND), min(len(lines), line + AROUND)
    margin = len(str(last))
    for number in range(first, last + 1):
        text = lines[number - 1]
        if number != line:
            if text.strip():
                yield _row(f"{number:{margin}}", safe(text[:WIDEST]) + "…" * (len(text) > WIDEST), colour)
            continue
        begin = max(0, column - WIDEST // 2) if len(text) > WIDEST else 0
        shown = text[begin : begin + WIDEST]
        before = ("…" if begin else "") + safe(shown[: column - 1 - begin])
        width = max(1, _cells(safe(text[column - 1 : column - 1 + span(text, column)][:WIDEST])))
        yield _row(
            f"{number:{margin}}", ("…" if begin else "") + safe(shown) + "…" * (begin + WIDEST < len(text)), colour
        )
        sign, tone = mark
        yield _row(" " * margin, " " * _cells(before) + painted(sign * min(width, WIDEST), tone, colour), colour)


def _row(head: str, text: str, colour: bool) -> str:
    return f"    {painted(f'{head} |', 'dim', colour)} {text}".rstrip()


def _cells(text: str) -> int:
    """How many cells of a terminal a text takes (Unicode TR 11)."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )

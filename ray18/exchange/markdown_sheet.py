"""Sheets as a Markdown table (GFM): one line for each item, for wikis, issues and mail."""

import re

from ray18.errors import BlockedError
from ray18.evidence.markdown import escaped
from ray18.exchange.sheet import RawRow, Sheet, Table, sheet, unreadable
from ray18.handover.model import Unusable
from ray18.handover.table import folded
from ray18.handover.text import decoded

_BREAK = "<br>"
_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_RULE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?[ \t]*)?\Z")
_SIGN = re.compile(r"<br ?/?>|\\([!-/:-@\[-`{-~])|&#(\d{1,7});")


def written(table: Table) -> bytes:
    """The table as Markdown."""
    lines = [table.headings, ["---"] * len(table.headings), *table.lines()]
    body = "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines[:1])
    body += f"|{' --- |' * len(table.headings)}\n"
    return (body + "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines[2:])).encode()


def read(path: str, content: bytes) -> Sheet:
    """The first table of a text that has a column `id`; cells are counted in each line. Raises BlockedError."""
    try:
        lines = decoded(path, content).split("\n")
    except Unusable as error:
        raise unreadable(error) from error
    for at, line in enumerate(lines[:-1]):
        headings = _cells(line)
        if "id" in map(folded, headings) and _RULE.match(lines[at + 1]):
            return sheet(headings, _rows(path, lines, at + 2, headings), f"{path}:{at + 1}", escaped=False)
    raise BlockedError(f"{path}: there is no table with a column called id", "export again, and edit that table")


def _rows(path: str, lines: list[str], start: int, headings: list[str]) -> list[RawRow]:
    rows = []
    for number, line in enumerate(lines[start:], start + 1):
        if "|" not in line:
            break
        cells = _cells(line)
        if len(cells) != len(headings):
            message = f"{path}:{number}: the row has {len(cells)} cells under {len(headings)} headings"
            raise BlockedError(message, r"write \| for a bar inside a cell")
        place = f"{path}:{number}"
        rows.append(RawRow(place, cells, [f"{place} [{heading}]" for heading in headings]))
    return rows


def _cells(line: str) -> list[str]:
    """The cells of one line, as they were meant."""
    inner = line.strip()
    parts, start = [], 0
    for bar in _BAR.finditer(inner):
        parts.append(inner[start : bar.end() - 1])
        start = bar.end()
    parts.append(inner[start:])
    if inner.startswith("|"):
        parts = parts[1:]
    if len(parts) > 1 and not parts[-1].strip():
        parts = parts[:-1]
    return [_SIGN.sub(_meant, part.strip()) for part in parts]


def _meant(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    return chr(int(match[2])) if match[2] else "\n"


def _cell(text: str) -> str:
    return escaped(text).replace("\n", _BREAK).replace("\t", "&#9;")

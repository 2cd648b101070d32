"""The timeline of a post-mortem. A moment is taken only when day, time and zone are all written; nothing is guessed."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from ray18.handover.markdown import Block, Entry, Paragraph, Section, Table, TableLine, plain
from ray18.handover.model import Mark, TimelineEntry
from ray18.handover.table import folded
from ray18.handover.text import one_line

_ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "CET": 1, "WEST": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Hours from UTC. The American ones as RFC 5322 (4.3) has them; names that mean several zones (IST, BST) are left out."""
_ALL_TIMES = re.compile(
    r"\b(?:all )?(?:times?|timestamps?) (?:are |is )?(?:given )?(?:in|:)\s*(?:the )?(?P<zone>[A-Za-z0-9_+:/-]+)", re.I
)
_STAMP = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:\s+|T)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"\s*(?P<zone>[A-Za-z_]+(?:/[A-Za-z_]+)*|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?", re.ASCII)
_DAY_ONLY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LISTED = re.compile(
    r"(?P<stamp>[~≈]?[0-9?]{4}[-/][0-9?/-]{4,8}(?:[T ]+[0-9?Hm]{1,2}:[0-9?m]{2}(?::[0-9]{2})?\s*(?:Z|[A-Z]{2,5})?)?)"
    r"\s*[-–—:|]?\s+(?P<text>.+)",
    re.ASCII | re.DOTALL,
)
_LABEL = re.compile(r"[*_]{2}(detection|detected|discovery|recovery|recovered|resolved|start|begin)\s*:[*_]{2}", re.I)
_CLOSING = re.compile(r"\((?:problem )?(started|detected|resolved|recovered|restored)\)\.?\s*$", re.I)
_MARKS: dict[str, Mark] = {
    "start": "begin", "begin": "begin", "started": "begin",
    "detection": "detected", "detected": "detected", "discovery": "detected",
    "recovery": "restored", "recovered": "restored", "resolved": "restored", "restored": "restored",
}  # fmt: skip
_TIME_HEADINGS = frozenset(("time", "when", "timestamp", "date", "datetime", "timeutc", "at"))


def timeline(part: Section) -> tuple[TimelineEntry, ...]:
    """The entries of one section in the order of the report: rows of tables whose first column is a time, or a list."""
    zone, named = _zone_of(part.blocks)
    return tuple(
        _entry(stamp, text, line, zone, named) for block in part.blocks for stamp, text, line in _stamped(block)
    )


def _stamped(block: Block) -> Iterator[tuple[str, str, int]]:
    if isinstance(block, Table) and folded(plain(block.header[0])) in _TIME_HEADINGS:
        yield from ((_cell(row, 0), _rest(row), row.line) for row in block.rows)
    elif isinstance(block, Entry) and (match := _LISTED.match(plain(block.text))):
        yield match["stamp"].strip(), one_line(match["text"]), block.line


def _cell(row: TableLine, at: int) -> str:
    return one_line(plain(row.cells[at])) if at < len(row.cells) else ""


def _rest(row: TableLine) -> str:
    return one_line(" ".join(row.cells[1:]))


def _zone_of(found: Sequence[Block]) -> tuple[tzinfo | None, str]:
    """The zone that a sentence of the section gives for all of its times, and its name as written."""
    for block in found:
        if isinstance(block, Paragraph) and (match := _ALL_TIMES.search(plain(block.text))):
            name = match["zone"].rstrip(".")
            return _zone(name), name
    return None, ""


def _zone(name: str) -> tzinfo | None:
    if name.upper() in _ZONES:
        return timezone(timedelta(hours=_ZONES[name.upper()]))
    if match := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        return timezone(ahead if match["sign"] == "+" else -ahead) if ahead < timedelta(days=1) else None
    return _place(name) if "/" in name else None


def _place(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _entry(stamp: str, text: str, line: int, zone: tzinfo | None, named: str) -> TimelineEntry:
    at, unclear = _moment(stamp, zone, named)
    return TimelineEntry(at, stamp, one_line(plain(text)), line, unclear, _mark(text))


def _moment(stamp: str, zone: tzinfo | None, named: str) -> tuple[datetime | None, str]:
    match = _STAMP.fullmatch(stamp)
    if not match:
        return None, "a day without a time" if _DAY_ONLY.fullmatch(stamp) else "not a full day and time"
    own = match["zone"]
    where = _zone(own) if own else zone
    if where is None:
        name = own or named
        return None, f"the zone {name} is not known, or means several" if name else "no time zone is given"
    try:
        local = datetime.fromisoformat(
            f"{match['day']} {match['hour']:0>2}:{match['minute']}:{match['second'] or '00'}"
        )
    except ValueError:
        return None, "there is no such day or time"
    first, second = (local.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        return None, "the clocks were put forward or back at this time"
    return first, ""


def _mark(text: str) -> Mark:
    match = _LABEL.match(text.strip()) or _CLOSING.search(text)
    return _MARKS[match[1].casefold()] if match else ""

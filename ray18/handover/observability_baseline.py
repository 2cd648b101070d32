"""`OBSERVABILITY-BASELINE.md`: its last review, its dashboards and its alert rules, in tables or lists."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ray18.findings import shown
from ray18.handover.markdown import (
    Block,
    Entry,
    Heading,
    Paragraph,
    Table,
    blocks,
    note_broken_tables,
    plain,
    read_text,
    table_rows,
)
from ray18.handover.model import Alert, Baseline, Contents, Dashboard, Notebook, Reading
from ray18.handover.table import Columns, Row, folded
from ray18.handover.text import iso_day, one_line

DASHBOARDS: Columns = {
    "name": ("dashboard", "dashboards", "dashboardname"),
    "service": ("service", "component"),
    "url": ("url", "link", "address"),
}
ALERTS: Columns = {
    "name": ("alert", "alerts", "alertname", "rule", "metric"),
    "severity": ("severity", "level"),
    "expression": ("expression", "expr", "query", "condition", "threshold"),
    "for": ("for", "duration"),
}
_REVIEWED = re.compile(
    r"^[*_]*+(?:last reviewed|reviewed on|last review)[*_]*+[ \t]*+:(.*)$", re.IGNORECASE | re.MULTILINE
)
_LINK = re.compile(r"https?://[^\s)>\]]+")


def read(path: str, files: Mapping[str, bytes]) -> Reading:
    """The baseline; each row of its tables counts. Raises Unusable when the file is not text."""
    text, remarks = read_text(path, files[path])
    notes = Notebook(path, list(remarks))
    found = blocks(text)
    note_broken_tables(found, notes)
    entries = tuple(_entries(found, notes))
    dashboards = tuple(entry for entry in entries if isinstance(entry, Dashboard))
    alerts = tuple(entry for entry in entries if isinstance(entry, Alert))
    baseline = Baseline(_last_reviewed(found, notes), dashboards, alerts)
    for name, values in (("dashboard", dashboards), ("alert rule", alerts)):
        if not values:
            notes.note(0, f"the baseline names no {name}", "add a table of them")
    rows = len(entries) + sum(remark.stands_for for remark in notes.remarks)
    return Reading(rows, len(entries), tuple(notes.remarks), Contents(baseline=baseline))


def _last_reviewed(found: Sequence[Block], notes: Notebook) -> date | None:
    for block in found:
        if isinstance(block, Paragraph | Entry) and (match := _REVIEWED.search(block.text)):
            given = match[1].strip(" \t*_.")
            day = iso_day(given)
            if not day:
                message = f"the day of the review, {shown(given)}, is not a date as YYYY-MM-DD"
                notes.note(block.line, message, "write `Last reviewed: YYYY-MM-DD`")
            return day
    notes.note(0, "the baseline does not say when it was last reviewed", "write `Last reviewed: YYYY-MM-DD`")
    return None


def _entries(found: Sequence[Block], notes: Notebook) -> Iterator[Dashboard | Alert]:
    heading = topic = ""
    for block in found:
        if isinstance(block, Heading):
            heading = one_line(plain(block.text))
            topic = _topic(heading) or (topic if block.level > 2 else "")
        elif isinstance(block, Table):
            yield from _table(block, heading, notes)
        elif isinstance(block, Entry):
            yield from _listed(block, topic, heading)


def _topic(heading: str) -> str:
    name = folded(heading)
    return next((topic for topic in ("dashboard", "alert") if topic in name), "")


def _listed(entry: Entry, topic: str, heading: str) -> Iterator[Dashboard | Alert]:
    """An entry of a list under a heading about dashboards or alerts."""
    name = one_line(plain(entry.text))
    link = _LINK.search(entry.text)
    if topic == "dashboard":
        yield Dashboard(name, "", link[0] if link else "", entry.line)
    elif topic == "alert":
        yield Alert(name, "", "", "", heading, entry.line)


def _table(table: Table, heading: str, notes: Notebook) -> Iterator[Dashboard | Alert]:
    if "name" in table.columns(DASHBOARDS):
        yield from (_dashboard(row) for row in table_rows(table, DASHBOARDS, notes))
    elif "name" in table.columns(ALERTS):
        yield from (_alert(row, heading) for row in table_rows(table, ALERTS, notes))
    else:
        message = f"a table of {len(table.rows):,} rows is neither of dashboards nor of alerts"
        notes.note(table.line, message, "name its first column Dashboard or Alert", stands_for=len(table.rows))


def _dashboard(row: Row) -> Dashboard:
    link = _LINK.search(row.get("url"))
    return Dashboard(plain(row.get("name")), plain(row.get("service")), link[0] if link else "", row.line)


def _alert(row: Row, heading: str) -> Alert:
    return Alert(
        plain(row.get("name")),
        plain(row.get("severity")).casefold(),
        row.get("expression").strip("`"),
        plain(row.get("for")),
        heading,
        row.line,
    )

"""`OBSERVABILITY-BASELINE.md`: its last review, its dashboards and its alert rules, in tables or lists.

Also rule files of Prometheus and dashboards of Grafana (`ray18.handover.rule_files`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from ray18.findings import shown
from ray18.handover.days import read_day
from ray18.handover.delivery import Delivery, Part, read_parts
from ray18.handover.markdown import (
    Block,
    Entry,
    Heading,
    Page,
    Paragraph,
    Table,
    blocks,
    note_broken_tables,
    plain,
    read_page,
    table_rows,
)
from ray18.handover.model import Alert, Baseline, Contents, Dashboard, Notebook, Reading, Unusable
from ray18.handover.rows import Shape, form_of, read_rows
from ray18.handover.rule_files import read_rules
from ray18.handover.table import Columns, Row, folded
from ray18.handover.text import one_line
from ray18.handover.workbook import workbook_rows

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
    "runbook": ("runbook", "runbookurl"),
}
_REVIEWED = re.compile(
    r"^[*_]*+(?:last reviewed|reviewed on|last review)[*_]*+[ \t]*+:(.*)$", re.IGNORECASE | re.MULTILINE
)
_LINK = re.compile(r"https?://[^\s)>\]]+")


_SHAPES = (Shape(ALERTS, "name", (), "alerts"), Shape(DASHBOARDS, "name", (), "dashboards"))


def read(delivery: Delivery) -> Reading:
    """The baseline; each row of its tables, each rule of its rule files and each dashboard counts."""
    reading = read_parts(delivery, _read_part)
    baseline = reading.contents.baseline
    notes = Notebook(delivery.path)
    for name, values in (("dashboard", baseline.dashboards), ("alert rule", baseline.alerts)) if baseline else ():
        if not values:
            notes.note(0, f"the baseline names no {name}", "add a table of them")
    if baseline and not baseline.last_reviewed:
        notes.note(0, "the baseline does not say when it was last reviewed", "write `Last reviewed: YYYY-MM-DD`")
    return replace(reading, remarks=(*reading.remarks, *notes.remarks))


def _read_part(part: Part, notes: Notebook) -> Reading:
    reviewed: date | None = None
    match form_of(part, "markdown"):
        case "markdown":
            page = read_page(part, notes)
            found = blocks(page.text)
            note_broken_tables(found, notes)
            reviewed = _last_reviewed(page, found, notes)
            entries = tuple(_entries(found, notes))
            seen = len(entries) + sum(remark.stands_for for remark in notes.remarks)
        case "tree":
            rules = read_rules(part, notes)
            entries, seen = rules.entries, rules.seen
        case _:
            entries, seen = _listed_rows(part, notes)
    dashboards = tuple(entry for entry in entries if isinstance(entry, Dashboard))
    alerts = tuple(entry for entry in entries if isinstance(entry, Alert))
    return Reading(seen, len(entries), (), Contents(baseline=Baseline(reviewed, dashboards, alerts)))


def _listed_rows(part: Part, notes: Notebook) -> tuple[tuple[Dashboard | Alert, ...], int]:
    """A list of alerts or dashboards in a CSV, whichever its headings say; sheets of both in a workbook. Raises Unusable."""
    if form_of(part, "csv") == "workbook":
        (alerts, dashboards), seen = workbook_rows(part, notes, *(shape.sheet for shape in _SHAPES))
        return (*(_alert(row, "") for row in alerts), *map(_dashboard, dashboards)), seen
    for shape in _SHAPES:
        trial = Notebook(part.path, dialect=notes.dialect)
        try:
            found = read_rows(part, trial, shape, "csv")
        except Unusable as stop:
            refused = stop
            continue
        notes.remarks.extend(trial.remarks)
        made = _dashboard if shape.columns is DASHBOARDS else partial(_alert, heading="")
        return tuple(made(row) for row in found.rows), found.seen
    raise refused


def _last_reviewed(page: Page, found: Sequence[Block], notes: Notebook) -> date | None:
    for line, given in _said_reviews(page, found):
        day = read_day(given, notes.dialect)
        if isinstance(day, date):
            return day
        message = f"the day of the review, {shown(given)}, {day.why}"
        notes.note(line, message, day.remedy)
    return None


def _said_reviews(page: Page, found: Sequence[Block]) -> Iterator[tuple[int, str]]:
    for name, value in page.fields.items():
        if folded(name) in ("lastreviewed", "lastreview", "reviewedon", "reviewed", "lastreviewedon"):
            yield 1, value
    for block in found:
        if isinstance(block, Paragraph | Entry) and (match := _REVIEWED.search(block.text)):
            yield block.line, match[1].strip(" \t*_.")


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
    if "name" in table.columns(DASHBOARDS, notes.dialect):
        yield from (_dashboard(row) for row in table_rows(table, DASHBOARDS, notes))
    elif "name" in table.columns(ALERTS, notes.dialect):
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
        plain(row.get("runbook")),
    )

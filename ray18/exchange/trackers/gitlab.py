"""Issues of GitLab: its CSV export, or JSON of its REST API (`GET /projects/:id/issues`)."""

import re
from collections.abc import Mapping
from typing import Any

from ray18.exchange.csv_sheet import table_of
from ray18.exchange.sheet import Trouble
from ray18.exchange.trackers.issue import Export, Issue, json_of, listed, many, project_id, words
from ray18.handover.table import folded

_PLACE = re.compile(r"https?://(?P<project>.+?)(?:/-)?/(?:issues|work_items)/(?P<number>\d+)")
_HEADINGS = {
    "iid": ("issueid", "iid"), "web_url": ("url",), "title": ("title",), "description": ("description",), "state": ("state",),
    "created_at": ("createdatutc", "createdat"), "closed_at": ("closedatutc", "closedat"), "due_date": ("duedate",),
    "assignee": ("assigneeusername",), "labels": ("labels",), "weight": ("weight",), "milestone": ("milestone",),
    "confidential": ("confidential",), "type": ("issuetype", "type"),
}  # fmt: skip
"""Names of the API, and the headings of the CSV export."""


def read(type_: str, path: str, content: bytes, project: str) -> Export:
    """The issues of an export."""
    found = [
        _issue(place, said, project)
        for place, said in (listed(json_of(path, content), path) if type_ == "json" else _rows(path, content))
    ]
    issues = tuple(entry for entry in found if isinstance(entry, Issue))
    return Export("GitLab", path, issues, tuple(entry for entry in found if isinstance(entry, Trouble)))


def _rows(path: str, content: bytes) -> list[tuple[str, Mapping[str, Any]]]:
    headings, records = table_of(path, content, "title")
    names = {heading: name for name, known in _HEADINGS.items() for heading in known}
    rows = []
    for line, cells in records:
        said: dict[str, Any] = {
            names[folded(h)]: text for h, text in zip(headings, cells, strict=True) if folded(h) in names
        }
        said["labels"] = [label.strip() for label in str(said.get("labels", "")).split(",") if label.strip()]
        said["assignees"] = [name.strip() for name in str(said.pop("assignee", "")).split(",") if name.strip()]
        said["confidential"] = said.get("confidential") in ("Yes", "true")
        rows.append((f"{path}:{line}", said))
    return [(place, said) for place, said in rows if any(said.values())]


def _issue(place: str, said: Mapping[str, Any], project: str) -> Issue | Trouble:
    url = words(said.get("web_url"))
    match = _PLACE.match(url)
    number = words(said.get("iid")) or (match["number"] if match else "")
    name = project or (match["project"] if match else "")
    if not number.isdigit() or not name:
        remedy = "export number and URL, or name the project: --project gitlab.example.org/GROUP/NAME"
        return Trouble(place, "an issue without number, or without an address that names its project", remedy)
    closed = words(said.get("state")).casefold() == "closed"
    extra = {"url": url, "weight": words(said.get("weight")), "milestone": words(said.get("milestone"), "title")}
    return Issue(
        place,
        project_id("GL", name.casefold(), number),
        f"{name.partition('/')[2] or name}#{number}",
        words(said.get("title")),
        words(said.get("description")),
        "done" if closed else "open",
        "",
        words(said.get("created_at")),
        words(said.get("closed_at")),
        words(said.get("due_date")),
        many(said.get("assignees"), "username"),
        many(said.get("labels"), "name", "title"),
        words(said.get("type")) or words(said.get("issue_type")),
        extra={key: text for key, text in extra.items() if text},
        confidential=said.get("confidential") is True,
    )

"""Issues of Jira: CSV of its issue navigator (all or current fields), or JSON of its search API, with texts plain or as ADF."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ray18.documents.backlog import Status
from ray18.errors import BlockedError
from ray18.exchange.csv_sheet import table_of
from ray18.exchange.sheet import Trouble
from ray18.exchange.trackers.issue import Export, Issue, json_of, listed, many, words
from ray18.handover.table import folded
from ray18.handover.words import STATUSES

_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,40}-[0-9]{1,10}\Z")
_CSV_DAY = re.compile(r"(\d{1,2})/([A-Za-z]{3})/(\d{2})(?: \d{1,2}:\d{2}(?: [AP]M)?)?\Z")
"""What Jira writes by default in CSV: dd/MMM/yy h:mm a."""
_CATEGORIES: Mapping[str, Status] = {
    "new": "open", "to do": "open", "indeterminate": "in-progress", "in progress": "in-progress", "done": "done",
}  # fmt: skip
_REFUSED = frozenset(
    {"won't do", "won't fix", "duplicate", "cannot reproduce", "declined", "invalid", "not a bug", "rejected"}
)
_DEPTH = 40


def read(type_: str, path: str, content: bytes, project: str) -> Export:  # noqa: ARG001 (keys name their project)
    """The issues of an export."""
    found = list(_from_json(path, content) if type_ == "json" else _from_csv(path, content))
    issues = tuple(entry for entry in found if isinstance(entry, Issue))
    return Export("Jira", path, issues, tuple(entry for entry in found if isinstance(entry, Trouble)))


def _from_csv(path: str, content: bytes) -> Iterator[Issue | Trouble]:
    headings, records = table_of(path, content, "issuekey")
    if "issuekey" not in map(folded, headings):
        raise BlockedError(
            f"{path}:1: no column is called Issue key", "export from Jira as CSV, or name another tracker"
        )
    for line, cells in records:
        said: dict[str, list[str]] = {}
        for heading, text in zip(headings, cells, strict=False):
            if text.strip():
                said.setdefault(folded(heading), []).append(text.strip())
        if said:
            yield _csv_issue(f"{path}:{line}", said)


def _csv_issue(place: str, said: Mapping[str, Sequence[str]]) -> Issue | Trouble:
    def one(*names: str) -> str:
        return next((said[name][0] for name in names if said.get(name)), "")

    return _issue(
        place,
        one("issuekey"),
        title=one("summary"),
        body=one("description"),
        status=_status(one("statuscategory"), one("status"), one("resolution")),
        closing=one("resolution"),
        created=_day(one("created")),
        closed=_day(one("resolved", "resolutiondate")),
        due=_day(one("duedate", "due")),
        assignees=tuple(said.get("assignee", ())[:1]),
        labels=tuple(label for text in said.get("labels", ()) for label in text.split()),
        kind=one("issuetype"),
        priority=one("priority"),
        extra={
            "component": ", ".join([*said.get("components", ()), *said.get("component", ())]),
            "status-there": one("status"),
        },
    )


def _from_json(path: str, content: bytes) -> Iterator[Issue | Trouble]:
    for place, said in listed(json_of(path, content), path):
        fields = said.get("fields")
        told: Mapping[str, Any] = fields if isinstance(fields, dict) else {}
        state = told.get("status")
        category = state.get("statusCategory") if isinstance(state, dict) else None
        person = told.get("assignee")
        names = [text for name in ("emailAddress", "name", "displayName") if (text := words(person, name))]
        yield _issue(
            place,
            words(said.get("key")),
            title=words(told.get("summary")),
            body=_text(told.get("description")),
            status=_status(words(category, "key", "name"), words(state, "name"), words(told.get("resolution"), "name")),
            closing=words(told.get("resolution"), "name"),
            created=words(told.get("created"))[:10],
            closed=words(told.get("resolutiondate"))[:10],
            due=words(told.get("duedate")),
            assignees=tuple(names[:1]),
            labels=many(told.get("labels")),
            kind=words(told.get("issuetype"), "name"),
            priority=words(told.get("priority"), "name"),
            extra={"component": ", ".join(many(told.get("components"), "name")), "status-there": words(state, "name")},
        )


def _issue(place: str, key: str, *, extra: Mapping[str, str], **said: Any) -> Issue | Trouble:
    if not _KEY.match(key):
        return Trouble(place, f"an issue with the key {key[:40]!r}", "export the issue key, as OPS-12")
    return Issue(
        place, f"JIRA-{key.replace('_', '-')}", key, extra={k: text for k, text in extra.items() if text}, **said
    )


def _status(category: str, name: str, resolution: str) -> Status | None:
    found = _CATEGORIES.get(category.casefold()) or STATUSES.get(name.casefold())
    return "wont-do" if found == "done" and resolution.casefold() in _REFUSED else found


def _day(text: str) -> str:
    """A day of the CSV; in Jira's own short form the year is one of this century."""
    match = _CSV_DAY.match(text)
    return f"{match[1]} {match[2]} 20{match[3]}" if match else text


def _text(value: Any, depth: int = 0) -> str:
    """A text, or the text of an Atlassian document (ADF): its blocks on lines of their own."""
    if not isinstance(value, Mapping) or depth > _DEPTH:
        return words(value)
    if value.get("type") == "hardBreak":
        return "\n"
    inner = value.get("content")
    parts = [_text(entry, depth + 1) for entry in inner] if isinstance(inner, list) else []
    block = value.get("type") in (
        "doc",
        "bulletList",
        "orderedList",
        "listItem",
        "table",
        "tableRow",
        "blockquote",
        "panel",
    )
    mark = "- " if value.get("type") == "listItem" else ""
    return mark + (words(value.get("text")) or ("\n" if block else "").join(parts))

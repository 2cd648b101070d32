"""Issues of GitHub: JSON of its REST API (`GET /repos/…/issues`) or of `gh issue list --json …`."""

import re
from collections.abc import Mapping
from typing import Any

from ray18.documents.backlog import Status
from ray18.errors import BlockedError
from ray18.exchange.sheet import Trouble
from ray18.exchange.trackers.issue import Export, Issue, json_of, listed, many, project_id, words

_PLACE = re.compile(r"https?://(?P<host>[^/]+)/(?:repos/)?(?P<project>[^/]+/[^/]+)/issues/\d+")
_API = "api.github.com"
_REFUSED = frozenset({"not_planned", "duplicate"})


def read(type_: str, path: str, content: bytes, project: str) -> Export:
    """The issues of an export; pull requests, which the API lists among them, stay out."""
    if type_ != "json":
        raise BlockedError(f"{path}: GitHub exports issues as JSON", "gh issue list --state all --limit 10000 --json …")
    issues, troubles, pulls = [], [], 0
    for place, said in listed(json_of(path, content), path):
        if said.get("pull_request") is not None:
            pulls += 1
            continue
        found = _issue(place, said, project)
        if isinstance(found, Issue):
            issues.append(found)
        else:
            troubles.append(found)
    notes = [Trouble(path, f"{pulls:,} pull requests were left out", "they are no issues")] if pulls else []
    return Export("GitHub", path, tuple(issues), tuple(troubles), tuple(notes))


def _issue(place: str, said: Mapping[str, Any], project: str) -> Issue | Trouble:
    number, url = words(said.get("number")), words(said.get("html_url")) or words(said.get("url"))
    match = _PLACE.match(url)
    name = project or (f"{match['host'].replace(_API, 'github.com')}/{match['project']}" if match else "")
    if not number.isdigit() or not name:
        remedy = "export number and url, or name the repository: --project github.com/OWNER/NAME"
        return Trouble(place, "an issue without number, or without an address that names its repository", remedy)
    return Issue(
        place,
        project_id("GH", name.casefold(), number),
        f"{name.partition('/')[2] if '.' in name.partition('/')[0] else name}#{number}",
        words(said.get("title")),
        words(said.get("body")),
        _status(said),
        words(said.get("state_reason")) or words(said.get("stateReason")),
        words(said.get("created_at")) or words(said.get("createdAt")),
        words(said.get("closed_at")) or words(said.get("closedAt")),
        words(said.get("milestone"), "due_on", "dueOn"),
        many(said.get("assignees"), "login"),
        many(said.get("labels"), "name"),
        words(said.get("type"), "name"),
        extra={"url": url} if url else {},
    )


def _status(said: Mapping[str, Any]) -> Status:
    if words(said.get("state")).casefold() != "closed":
        return "open"
    reason = (words(said.get("state_reason")) or words(said.get("stateReason"))).casefold()
    return "wont-do" if reason in _REFUSED else "done"

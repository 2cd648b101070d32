"""Issues of Jira, GitHub and GitLab, in the forms in which they are exported."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray18.documents.people import People
from ray18.errors import BlockedError
from ray18.exchange.changes import new_item
from ray18.exchange.sheet import Sheet
from ray18.exchange.trackers import TRACKERS

PEOPLE = People.model_validate(
    {
        "people": [
            {"id": "ana", "name": "Ana Lopes", "email": "ana@example.org",
             "forges": [{"forge": "github", "id": 7, "login": "analopes"}]},
        ],
        "teams": [{"id": "platform", "name": "Platform", "members": ["ana"]}],
        "roles": {},
    }
)  # fmt: skip


def sheet(tracker: str, content: Any, type_: str = "json", project: str = "") -> Sheet:
    data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    return TRACKERS[tracker](type_, f"export.{type_}", data, project).sheet(PEOPLE, "other")


def cells(tracker: str, content: Any, type_: str = "json", project: str = "") -> Mapping[str, str]:
    (row,) = sheet(tracker, content, type_, project).rows
    said, wrong = new_item(row.item, row.cells)
    assert (wrong, said["id"]) == ([], row.item), "every row makes a sound item"
    return {name: text for name, text in row.cells.items() if text and name != "annotations.imported"}


GITHUB = {
    "number": 12, "html_url": "https://github.com/Acme/Shop/issues/12", "title": "Checkout\nfails", "body": "Steps:\r\n1. pay",
    "state": "closed", "state_reason": "not_planned", "created_at": "2026-03-01T09:12:00Z", "closed_at": "2026-04-02T00:00:00Z",
    "assignees": [{"login": "AnaLopes"}, {"login": "ghost"}], "labels": [{"name": "bug"}, {"name": "severity: high"}, "P1"],
    "milestone": {"due_on": "2026-06-01T07:00:00Z"},
}  # fmt: skip


def test_an_issue_of_github() -> None:
    assert cells("github", [GITHUB, {"number": 13, "pull_request": {}}]) == {
        "id": "GH-shop-c56680-12",
        "title": "Checkout fails",
        "description": "Steps:\n1. pay",
        "status": "wont-do",
        "tags": "bug, p1, severity-high",
        "annotations.url": "https://github.com/Acme/Shop/issues/12",
        "annotations.assignee": "ghost",
        "owner": "ana",
        "severity": "High",
        "priority": "P1",
        "maintenance_type": "corrective",
        "created": "2026-03-01",
        "closed": "2026-04-02",
        "due": "2026-06-01",
        "resolution": "Closed in GitHub: not_planned",
        "source.kind": "other",
        "source.artifact": "GitHub",
        "source.locator": "Acme/Shop#12",
    }


def test_the_id_is_the_same_however_an_issue_was_exported() -> None:
    by_tool = {
        "number": 12,
        "url": "https://github.com/acme/shop/issues/12",
        "title": "x",
        "state": "OPEN",
        "createdAt": "",
    }
    by_api = {"number": 12, "url": "https://api.github.com/repos/acme/shop/issues/12", "title": "x", "state": "open"}
    ids = {cells("github", [said])["id"] for said in (GITHUB, by_tool, by_api)}
    ids |= {cells("github", [{"number": 12, "title": "x"}], project="github.com/acme/shop")["id"]}
    assert ids == {"GH-shop-c56680-12"}
    other = cells("github", [{"number": 12, "title": "x"}], project="github.com/acme-shop/shop")["id"]
    assert other != "GH-shop-c56680-12"


JIRA_CSV = (
    "Summary,Issue key,Issue Type,Status,Status Category,Priority,Resolution,Assignee,Created,Resolved,Due date,Labels,Labels,Description\n"
    '"Replace, soon",OPS-7,Bug,In Review,In Progress,Highest,,Ana Lopes,01/Mar/25 9:12 AM,,2026-07-01,tls,edge,"one\ntwo"\n'
)
JIRA = {
    "key": "OPS-7",
    "fields": {
        "summary": "Replace, soon", "issuetype": {"name": "Bug"}, "priority": {"name": "Highest"},
        "status": {"name": "In Review", "statusCategory": {"key": "indeterminate"}}, "resolution": None,
        "assignee": {"displayName": "Ana Lopes", "emailAddress": "ana@example.org"}, "created": "2025-03-01T09:12:00.000+0100",
        "duedate": "2026-07-01", "labels": ["tls", "edge"],
        "description": {"type": "doc", "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "one"}, {"type": "hardBreak"}, {"type": "text", "text": "two"}]},
        ]},
    },
}  # fmt: skip


def test_an_issue_of_jira_is_the_same_from_csv_and_json() -> None:
    from_csv, from_json = cells("jira", JIRA_CSV, "csv"), cells("jira", {"issues": [JIRA]})
    assert from_csv == from_json
    wanted = {"id": "JIRA-OPS-7", "status": "in-progress", "priority": "P1", "owner": "ana", "created": "2025-03-01"}
    assert {name: from_csv[name] for name in wanted} == wanted
    assert (from_csv["description"], from_csv["tags"]) == ("one\ntwo", "edge, tls")


GITLAB_CSV = (
    "Title,Description,Issue ID,URL,State,Author,Author Username,Assignee,Assignee Username,Confidential,Locked,Due Date,"
    "Created At (UTC),Updated At (UTC),Closed At (UTC),Milestone,Weight,Labels,Time Estimate,Time Spent\n"
    "Leak,text,4,https://gitlab.example.org/g/sub/app/-/issues/4,Closed,A,a,Ana,analopes,Yes,No,2026-05-01,"
    '2026-01-02 10:00:00,2026-01-03 10:00:00,2026-02-01 10:00:00,,3,"severity::2,priority::1",0,0\n'
)
GITLAB = {
    "iid": 4, "web_url": "https://gitlab.example.org/g/sub/app/-/issues/4", "title": "Leak", "description": "text",
    "state": "closed", "assignees": [{"username": "analopes"}], "confidential": True, "due_date": "2026-05-01",
    "created_at": "2026-01-02T10:00:00Z", "closed_at": "2026-02-01T10:00:00Z", "weight": 3,
    "labels": ["severity::2", "priority::1"],
}  # fmt: skip


def test_an_issue_of_gitlab_is_the_same_from_csv_and_json() -> None:
    assert cells("gitlab", GITLAB_CSV, "csv") == cells("gitlab", [GITLAB])
    found = cells("gitlab", [GITLAB])
    assert (found["severity"], found["priority"], found["status"]) == ("High", "P1", "done")
    assert "1 of 1 issues: confidential there" in sheet("gitlab", [GITLAB]).notes[0].message


@pytest.mark.parametrize(
    ("tracker", "type_", "content", "told"),
    [
        ("github", "csv", "a,b\n", "GitHub exports issues as JSON"),
        ("github", "json", '{"message": "Not Found"}', "this is no list of issues"),
        ("github", "json", "[{", "export.json:1"),
        ("jira", "csv", "Summary,Status\nx,Open\n", "no column is called Issue key"),
    ],
)
def test_what_is_no_export_is_refused(tracker: str, type_: str, content: str, told: str) -> None:
    with pytest.raises(BlockedError) as refused:
        sheet(tracker, content, type_)
    assert told in refused.value.message


def test_an_issue_that_cannot_be_told_from_others_is_an_error_and_twins_are_too() -> None:
    found = sheet("github", [{"title": "no number"}, {"number": 1, "title": "x"}, GITHUB, GITHUB])
    assert [(trouble.place, trouble.message[:40]) for trouble in found.troubles] == [
        ("export.json:1", "an issue without number, or without an a"),
        ("export.json:1", "an issue without number, or without an a"),
        ("export.json:1", "GH-shop-c56680-12 stands here again (fir"),
    ]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcid", max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["github", "gitlab", "jira"]), st.data())
def test_whatever_an_export_holds_each_issue_is_a_row_or_an_error(tracker: str, data: st.DataObject) -> None:
    known: dict[str, Any] = {"github": GITHUB, "gitlab": GITLAB, "jira": JIRA["fields"]}[tracker]
    said = {**known, data.draw(st.sampled_from(sorted(known))): data.draw(ANY)}
    found = sheet(tracker, [{"key": "OPS-7", "fields": said} if tracker == "jira" else said])
    assert len(found.rows) + len(found.troubles) == 1 or "pull_request" in said
    for row in found.rows:
        _, wrong = new_item(row.item, row.cells)
        assert wrong == []

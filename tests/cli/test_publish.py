"""Verdicts where people review: statuses, check runs, one comment; telling them again changes nothing."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import AS_OF, ITEM, Program, key_file
from forge_server import Asked, ForgeServer, Reply, forge_server
from reviewed import ACCOUNTS, PLAN, PullRequest, propose

GATES = ["ray18/prerequisites", "ray18/backlog", "ray18/approvals", "ray18/governance"]


@pytest.fixture
def server() -> Iterator[ForgeServer]:
    with forge_server() as made:
        yield made


class Board:
    """Statuses, check runs and comments of a repository on GitHub."""

    def __init__(self, server: ForgeServer) -> None:
        self.statuses: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.checks: list[dict[str, Any]] = []
        server.on("GET", "/repos/o/r/commits/([0-9a-f]+)/status", self.combined)
        server.on("POST", "/repos/o/r/statuses/([0-9a-f]+)", self.add_status)
        server.on("GET", "/repos/o/r/issues/7/comments", lambda _: self.comments)
        server.on("POST", "/repos/o/r/issues/7/comments", self.add_comment)
        server.on("PATCH", "/repos/o/r/issues/comments/([0-9]+)", self.edit_comment)
        server.on("GET", "/repos/o/r/commits/[0-9a-f]+/check-runs", self.runs)
        server.on("POST", "/repos/o/r/check-runs", self.add_check)
        server.on("PATCH", "/repos/o/r/check-runs/([0-9]+)", self.edit_check)
        self.server = server

    def combined(self, asked: Asked) -> dict[str, Any]:
        newest = {one["context"]: one for one in self.statuses if one["sha"] == asked.found[0]}
        return {"statuses": list(newest.values())}

    def add_status(self, asked: Asked) -> dict[str, Any]:
        self.statuses.append({"target_url": None, **asked.content, "sha": asked.found[0]})
        return self.statuses[-1]

    def add_comment(self, asked: Asked) -> dict[str, Any]:
        author = {"user": {"id": 41898282, "login": "github-actions[bot]", "type": "Bot"}, "author_association": "NONE"}
        self.comments.append({"id": 900 + len(self.comments), **author, **asked.content})
        return self.comments[-1]

    def edit_comment(self, asked: Asked) -> dict[str, Any]:
        (one,) = (one for one in self.comments if one["id"] == int(asked.found[0]))
        one.update(asked.content)
        return one

    def runs(self, asked: Asked) -> dict[str, Any]:
        return {"check_runs": [one for one in self.checks if one["name"] == asked.query["check_name"]]}

    def add_check(self, asked: Asked) -> dict[str, Any]:
        self.checks.append({"id": len(self.checks) + 1, **asked.content})
        return self.checks[-1]

    def edit_check(self, asked: Asked) -> dict[str, Any]:
        self.checks[int(asked.found[0]) - 1].update(asked.content)
        return {}

    def told(self) -> list[Asked]:
        """Everything that changed something."""
        return [asked for asked in self.server.asked if asked.method != "GET"]


@pytest.fixture
def board(server: ForgeServer, program: Program, monkeypatch: pytest.MonkeyPatch) -> Board:
    for name in ("GITHUB_ACTIONS", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_CI", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAY18_FORGE_TOKEN", "ghp_never-shown")
    propose(program)
    return Board(server)


@pytest.fixture
def publish(program: Program, board: Board, ray18):  # type: ignore[no-untyped-def]
    def call(*more: str | Path, status: int = 0):  # type: ignore[no-untyped-def]
        where = ("--forge", "github", "--repo", "o/r", "--api", board.server.url, "--pr", "7")
        ran = ray18("publish", "--rev", "change", "--as-of", str(AS_OF), *where, *more, folder=program.root)
        assert ran.status == status, ran.err + ran.out
        assert "never-shown" not in ran.out + ran.err
        return ran

    return call


def test_each_gate_gets_a_status_with_verdict_count_and_link(program: Program, board: Board, publish) -> None:  # type: ignore[no-untyped-def]
    publish("--url", "https://ci.example.org/1")
    assert [one["context"] for one in board.statuses] == GATES
    told = {one["context"]: one for one in board.statuses}
    assert told["ray18/approvals"]["state"] == "failure"
    assert "4 stakeholders who have not approved the plan" in told["ray18/approvals"]["description"]
    assert {one["target_url"] for one in board.statuses} == {"https://ci.example.org/1"}
    assert {one["sha"] for one in board.statuses} == {program.git("rev-parse", "change")}
    assert all(len(one["description"]) <= 140 for one in board.statuses)


def test_publishing_again_changes_nothing(board: Board, publish) -> None:  # type: ignore[no-untyped-def]
    publish()
    before = len(board.told())
    assert before == 5
    ran = publish()
    assert len(board.told()) == before
    assert ran.out.split()[::2] == ["kept"] * 5


def test_the_comment_is_kept_up_to_date_in_place(program: Program, board: Board, publish) -> None:  # type: ignore[no-untyped-def]
    publish()
    (comment,) = board.comments
    assert "### Still to approve" in comment["body"]
    assert "security-lead | sven | sven has not decided yet" in comment["body"]
    assert "### What this change does" in comment["body"]
    assert "#### New" in comment["body"]
    for role, person in (("security-lead", "sven"), ("support-lead", "sam")):
        program.approve("plan", person, role)
    program.commit("two of them")
    publish()
    (comment,) = board.comments
    rows = [line for line in comment["body"].splitlines() if "support plan" in line and "not decided yet" in line]
    assert [row.split(" | ")[3] for row in rows] == ["olga", "pia"]


def test_a_strangers_comment_is_never_taken_for_ours(board: Board, publish) -> None:  # type: ignore[no-untyped-def]
    publish()
    body = board.comments[0]["body"]
    stranger = {
        "id": 1,
        "body": body,
        "user": {"id": 99, "login": "mallory", "type": "User"},
        "author_association": "NONE",
    }
    board.comments[:] = [stranger]
    publish()
    assert [one["id"] for one in board.comments] == [1, 901]
    assert stranger["body"] == body


def test_what_was_observed_is_in_the_verdicts(program: Program, board: Board, publish, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    pull = PullRequest(board.server, program.git("rev-parse", "main"), program.git("rev-parse", "change"))
    pull.review(ACCOUNTS["sven"])
    where = ("--forge", "github", "--repo", "o/r", "--api", board.server.url, "--pr", "7", "--out", tmp_path / "seen")
    assert ray18("approvals", "observe", *where, "--key", key_file(tmp_path, "ci"), folder=program.root).status == 0
    publish("--observed", tmp_path / "seen")
    assert "3 stakeholders who have not approved the plan" in board.statuses[2]["description"]


def test_check_runs_show_the_findings_at_their_lines(program: Program, board: Board, publish) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    program.commit("nobody's")
    publish("--checks")
    assert [one["name"] for one in board.checks] == GATES
    assert board.statuses == []
    backlog = board.checks[1]
    assert (backlog["conclusion"], backlog["status"]) == ("failure", "completed")
    assert ("backlog/MB-1.yaml", "failure") in {
        (one["path"], one["annotation_level"]) for one in backlog["output"]["annotations"]
    }
    assert "serious-item-has-owner" in backlog["output"]["summary"]
    before = len(board.told())
    publish("--checks")
    assert len(board.told()) == before
    program.write("backlog/MB-1.yaml", ITEM)
    program.commit("sam's again")
    publish("--checks")
    assert board.checks[1]["conclusion"] != "failure" or "owner" not in board.checks[1]["output"]["summary"]


@pytest.fixture
def reviews(board: Board, program: Program) -> list[dict[str, Any]]:
    """The reviews of the pull request, whose difference shows line 6 to 8 of one file, and nothing of another."""
    found: list[dict[str, Any]] = []
    program.write("backlog/MB-1.yaml", ITEM.replace("severity: High", "severity: high"))
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("severity: High", "severity: high"))
    program.commit("words")
    patch = "@@ -5,2 +5,3 @@ title: Renew\n maintenance_type: preventive\n+severity: high\n-gone\n priority: P1"
    files = [{"filename": "backlog/MB-1.yaml", "patch": patch}, {"filename": "backlog/MB-2.yaml"}]
    author = {"user": {"id": 41898282, "login": "github-actions[bot]", "type": "Bot"}, "author_association": "NONE"}

    def add(asked: Asked) -> dict[str, Any]:
        found.append({"id": 70 + len(found), **author, **asked.content})
        return found[-1]

    board.server.on("GET", "/repos/o/r/pulls/7/files", lambda _: files)
    board.server.on("GET", "/repos/o/r/pulls/7/reviews", lambda _: found)
    board.server.on("POST", "/repos/o/r/pulls/7/reviews", add)
    return found


def test_a_mend_is_suggested_once_and_only_where_the_difference_shows_its_lines(
    board: Board, publish, reviews: list[dict[str, Any]]
) -> None:  # type: ignore[no-untyped-def]
    ran = publish("--suggest", "--no-comment")
    assert "posted   suggestions" in ran.out
    (review,) = reviews
    (comment,) = review["comments"]
    assert (review["event"], comment["path"], comment["line"], comment["side"]) == (
        "COMMENT", "backlog/MB-1.yaml", 6, "RIGHT",
    )  # fmt: skip
    assert comment["body"].endswith("```suggestion\nseverity: High\n```")
    assert "kept     suggestions" in publish("--suggest", "--no-comment").out
    assert len(reviews) == 1
    reviews[0]["user"] = {"id": 99, "login": "mallory", "type": "User"}
    assert "posted   suggestions" in publish("--suggest", "--no-comment").out, "a stranger's marker is none"


def test_other_forges_take_no_suggestions(board: Board, publish) -> None:  # type: ignore[no-untyped-def]
    where = ("--forge", "gitea", "--suggest")
    assert "leave --suggest out" in publish(*where, status=2).err
    assert board.told() == []


def test_hostile_titles_are_inert_in_the_comment(program: Program, board: Board, publish) -> None:  # type: ignore[no-untyped-def]
    program.write("plan.yaml", PLAN.replace("Plan", '"<!-- ray18: verdicts --> @everybody [x](javascript:1)"'))
    program.commit("odd")
    publish()
    body = board.comments[0]["body"]
    plain = re.sub(r"`[^`]*`", "", body)
    assert re.findall(r"(?<!\\)<!--", plain) == ["<!--"], "only our own marker"
    assert "@everybody" not in body


def test_nothing_is_told_about_what_is_no_commit_or_without_a_token(
    program: Program, board: Board, publish, ray18, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("publish", "--forge", "github", "--repo", "o/r", "--pr", "7", folder=program.root)
    assert ran.status == 2
    assert "only a commit can be published" in ran.err
    monkeypatch.delenv("RAY18_FORGE_TOKEN")
    assert "RAY18_FORGE_TOKEN" in publish(status=4).err
    assert "### Still to approve" in publish("--dry-run").out
    assert board.server.asked == []


def test_a_post_that_failed_is_not_sent_twice(board: Board, publish) -> None:  # type: ignore[no-untyped-def]
    """Who changes something does not know whether it was done."""
    board.server.on("POST", "/repos/o/r/statuses/([0-9a-f]+)", lambda _: Reply({}, 502))
    assert "502" in publish(status=4).err
    assert len(board.told()) == 1


def test_the_job_summary_is_written_where_ci_asks_for_it(
    board: Board, publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    publish()
    assert "### Still to approve" in (tmp_path / "summary.md").read_text()

"""Approvals on GitLab, Gitea and Forgejo, in the shapes that their documents record; no such server was asked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import AS_OF, ROLES, Program, key_file
from forge_server import Asked, ForgeServer, Reply, forge_server
from reviewed import ACCOUNTS, PLAN, STRANGER, propose

from ray18.commands.place import open_judge

GATES = ["ray18/prerequisites", "ray18/backlog", "ray18/approvals", "ray18/governance"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ForgeServer]:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "GITEA_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAY18_FORGE_TOKEN", "secret-token")
    for module in ("observe", "reviews"):
        monkeypatch.setattr(f"ray18.commands.{module}.today", lambda: AS_OF)
    with forge_server() as made:
        yield made


@dataclass
class MergeRequest:
    """A merge request on GitLab (docs.gitlab.com/api: merge_requests, merge_request_approvals, notes, commits)."""

    server: ForgeServer
    head: str
    base: str
    approved: list[int] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    reset: bool = True
    statuses: list[dict[str, Any]] = field(default_factory=list)
    reviewers: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        project = "/projects/g%2Fr"
        merge = f"{project}/merge_requests/7"
        on = self.server.on
        on("GET", merge, lambda _: self.told())
        on(
            "GET",
            f"{project}/approvals",
            lambda _: {"reset_approvals_on_push": self.reset, "approvals_before_merge": 0},
        )
        on("GET", f"{merge}/approvals", lambda _: {"approved_by": [self.entry(one) for one in self.approved]})
        on("GET", f"{merge}/reviewers", lambda _: self.reviewers)
        on("GET", f"{merge}/notes", lambda _: self.notes)
        on("POST", f"{merge}/notes", self.add_note)
        on("PUT", f"{merge}/notes/([0-9]+)", self.edit_note)
        on("GET", f"{project}/repository/commits/[0-9a-f]+/statuses", lambda _: self.statuses[::-1])
        on("POST", f"{project}/statuses/[0-9a-f]+", self.add_status)
        on("GET", "/user", lambda _: {"id": 1, "username": "project_1_bot"})
        on("GET", f"{project}/merge_requests", lambda _: [{"iid": 7}, {"iid": 3}])

    def told(self) -> dict[str, Any]:
        return {
            "iid": 7, "state": "opened", "sha": self.head, "target_branch": "main", "author": account(ACCOUNTS["dev"]),
            "references": {"short": "!7", "full": "g/r!7"}, "diff_refs": {"base_sha": self.base, "head_sha": self.head},
        }  # fmt: skip

    def entry(self, number: int) -> dict[str, Any]:
        return {"user": account(number), "approved_at": "2026-06-01T10:00:00.000Z"}

    def note(self, number: int, body: str, updated: str = "2026-06-01T11:00:00.000Z") -> None:
        self.notes.append(
            {"id": len(self.notes) + 1, "body": body, "author": account(number), "system": False,
             "created_at": "2026-06-01T11:00:00.000Z", "updated_at": updated}
        )  # fmt: skip

    def add_note(self, asked: Asked) -> dict[str, Any]:
        self.note(1, asked.content["body"])
        return self.notes[-1]

    def edit_note(self, asked: Asked) -> dict[str, Any]:
        self.notes[int(asked.found[0]) - 1]["body"] = asked.content["body"]
        return {}

    def add_status(self, asked: Asked) -> dict[str, Any] | Reply:
        """GitLab refuses to be told the same state twice."""
        same = [
            one
            for one in self.statuses
            if (one["name"], one["status"]) == (asked.content["name"], asked.content["state"])
        ]
        if same:
            return Reply({"message": "Cannot transition status via :run"}, 400)
        self.statuses.append({"target_url": None, **asked.content, "status": asked.content["state"]})
        return {}


def account(number: int) -> dict[str, Any]:
    names = {value: name for name, value in ACCOUNTS.items()}
    return {"id": number, "username": names.get(number, f"user-{number}"), "name": "Somebody", "state": "active"}


@pytest.fixture
def merge(program: Program, server: ForgeServer) -> MergeRequest:
    head = propose(program, "gitlab")
    return MergeRequest(server, head, program.git("rev-parse", "main"))


def observed(program: Program, ray18, server: ForgeServer, forge: str, tmp_path: Path, *more: str) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """The seats of the plan with what was observed."""
    where = ("--forge", forge, "--repo", "g/r", "--api", server.url, "--pr", "7", "--out", tmp_path / "seen")
    ran = ray18("approvals", "observe", *where, *more, "--key", key_file(tmp_path, "ci"), folder=program.root)
    assert ran.status == 0, ran.err + ran.out
    return program.seats(rev="change", observed=tmp_path / "seen")


def reasons(tmp_path: Path) -> str:
    told = json.loads((tmp_path / "seen/observations.json").read_text())
    return "; ".join(reason for review in told["reviews"] for reason in review["reasons"])


def test_gitlab_approvals_count_where_a_push_takes_them_away(
    program: Program, merge: MergeRequest, ray18, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    merge.approved = [ACCOUNTS[person] for person in ROLES.values()] + [STRANGER]
    assert observed(program, ray18, merge.server, "gitlab", tmp_path) == dict.fromkeys(ROLES, "approved")
    assert {asked.headers.get("PRIVATE-TOKEN", asked.headers.get("Private-Token")) for asked in merge.server.asked} == {
        "secret-token"
    }


@pytest.mark.parametrize("settings", ["kept", "untold"])
def test_gitlab_approvals_that_nothing_binds_to_a_commit_do_not_count(
    program: Program, merge: MergeRequest, ray18, tmp_path: Path, settings: str
) -> None:  # type: ignore[no-untyped-def]
    merge.reset = False
    if settings == "untold":
        merge.server.on("GET", "/projects/g%2Fr/approvals", lambda _: Reply({}, 404))
    merge.approved = [ACCOUNTS["sven"]]
    assert observed(program, ray18, merge.server, "gitlab", tmp_path)["security-lead"] == "missing"
    assert "GitLab does not tell which commit it is about" in reasons(tmp_path)


def test_gitlab_approvals_count_with_the_digest_in_an_unedited_note(
    program: Program, merge: MergeRequest, ray18, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    merge.reset = False
    merge.approved = [ACCOUNTS["sven"], ACCOUNTS["sam"], ACCOUNTS["pia"]]
    plan = open_judge(program.repository, rev="change", as_of=AS_OF).approvals.digests["plan"].rsplit(":", 1)[-1][:12]
    merge.note(ACCOUNTS["sven"], f"/ray18 approve {plan}")
    merge.note(ACCOUNTS["sam"], f"/ray18 approve {plan}", updated="2026-06-02T11:00:00.000Z")
    merge.note(ACCOUNTS["pia"], "/ray18 approve 0123456789ab")
    seats = observed(program, ray18, merge.server, "gitlab", tmp_path)
    assert seats["security-lead"] == "approved"
    assert seats["support-lead"] == "missing", "others may edit a note"
    assert seats["product-owner"] == "missing", "it names another state"


def test_a_merge_request_that_moves_while_it_is_read_is_not_believed(
    program: Program, merge: MergeRequest, ray18, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    merge.approved = [ACCOUNTS["sven"]]
    told = iter([merge.told(), merge.told() | {"sha": "4" * 40}])
    merge.server.on("GET", "/projects/g%2Fr/merge_requests/7", lambda _: next(told))
    where = ("--forge", "gitlab", "--repo", "g/r", "--api", merge.server.url, "--pr", "7", "--out", tmp_path / "seen")
    ran = ray18("approvals", "observe", *where, "--key", key_file(tmp_path, "ci"), folder=program.root)
    assert ran.status == 3
    assert "moved while its approvals were read" in ran.err


def test_gitlab_reviewers_who_ask_for_changes_stand_against(
    program: Program, merge: MergeRequest, ray18, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    merge.reviewers = [{"user": account(ACCOUNTS["sven"]), "state": "requested_changes"}]
    assert observed(program, ray18, merge.server, "gitlab", tmp_path)["security-lead"] == "rejected"


def test_gitlab_access_tokens_are_bots(program: Program, merge: MergeRequest, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    merge.approved = [ACCOUNTS["sven"]]
    entry = merge.entry(ACCOUNTS["sven"])
    entry["user"]["username"] = "project_12_bot_0a1b2c"
    merge.server.on("GET", "/projects/g%2Fr/merge_requests/7/approvals", lambda _: {"approved_by": [entry]})
    assert observed(program, ray18, merge.server, "gitlab", tmp_path)["security-lead"] == "missing"
    assert "bot" in reasons(tmp_path)


def test_gitlab_gets_statuses_and_one_note_and_is_told_once(program: Program, merge: MergeRequest, ray18) -> None:  # type: ignore[no-untyped-def]
    where = ("--forge", "gitlab", "--repo", "g/r", "--api", merge.server.url, "--pr", "7", "--rev", "change")
    for _ in range(2):
        assert ray18("publish", *where, folder=program.root).status == 0
    assert [one["name"] for one in merge.statuses] == GATES
    assert {one["status"] for one in merge.statuses} <= {"success", "failed"}
    (note,) = merge.notes
    assert "### Still to approve" in note["body"]
    program.write("plan.yaml", PLAN.replace("Plan", "Another plan"))
    program.commit("another")
    assert ray18("publish", *where, folder=program.root).status == 0
    assert len(merge.notes) == 1
    assert "Another plan" in merge.notes[0]["body"]


def test_changes_can_be_listed_for_a_loop(program: Program, merge: MergeRequest, ray18) -> None:  # type: ignore[no-untyped-def]
    where = ("--forge", "gitlab", "--repo", "g/r", "--api", merge.server.url)
    assert ray18("approvals", "observe", *where, "--list", "open", folder=program.root).out == "3\n7\n"
    assert merge.server.asked[-1].query["target_branch"] == "main"


@dataclass
class GiteaPull:
    """A pull request on Gitea or Forgejo (their swagger: PullRequest, PullReview, Commit, CommitStatus, Comment)."""

    server: ForgeServer
    head: str
    base: str
    reviews: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        on = self.server.on
        on("GET", "/repos/g/r/pulls/7", lambda _: self.told())
        on("GET", "/repos/g/r/pulls", lambda _: [self.told()])
        on("GET", "/repos/g/r/pulls/7/reviews", lambda _: self.reviews)
        on("GET", "/repos/g/r/pulls/7/commits", lambda _: [{"sha": self.head, "author": None, "committer": None}])
        on("GET", "/repos/g/r/commits/[0-9a-f]+/statuses", lambda _: self.statuses[::-1])
        on("POST", "/repos/g/r/statuses/[0-9a-f]+", self.add_status)
        on("GET", "/repos/g/r/issues/7/comments", lambda _: self.comments)
        on("POST", "/repos/g/r/issues/7/comments", self.add_comment)
        on("PATCH", "/repos/g/r/issues/comments/([0-9]+)", lambda asked: self.comments[0].update(asked.content))
        on("GET", "/user", lambda _: {"id": 1, "login": "robot"})

    def told(self) -> dict[str, Any]:
        return {
            "number": 7, "state": "open", "merged": False, "user": {"id": ACCOUNTS["dev"], "login": "dev"},
            "head": {"sha": self.head, "ref": "change", "repo": {"full_name": "g/r"}},
            "base": {"sha": self.base, "ref": "main", "repo": {"full_name": "g/r"}},
        }  # fmt: skip

    def review(self, number: int, state: str = "APPROVED", **more: Any) -> None:
        self.reviews.append(
            {"id": len(self.reviews) + 1, "user": {"id": number, "login": "x"}, "state": state, "commit_id": self.head,
             "stale": False, "official": True, "dismissed": False, "submitted_at": "2026-06-01T10:00:00Z", "body": "", **more}
        )  # fmt: skip

    def add_status(self, asked: Asked) -> dict[str, Any]:
        self.statuses.append({**asked.content, "status": asked.content["state"]})
        return {}

    def add_comment(self, asked: Asked) -> dict[str, Any]:
        self.comments.append({"id": len(self.comments) + 1, "user": {"id": 1, "login": "robot"}, **asked.content})
        return {}


@pytest.fixture
def pull(program: Program, server: ForgeServer) -> GiteaPull:
    head = propose(program, "gitea")
    return GiteaPull(server, head, program.git("rev-parse", "main"))


def test_gitea_reviews_count(program: Program, pull: GiteaPull, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for person in ROLES.values():
        pull.review(ACCOUNTS[person])
    pull.review(ACCOUNTS["sam"], "COMMENT")
    pull.review(ACCOUNTS["pia"], "REQUEST_REVIEW", commit_id="")
    assert observed(program, ray18, pull.server, "gitea", tmp_path) == dict.fromkeys(ROLES, "approved")


def test_gitea_reviews_that_are_dismissed_rejecting_or_a_ghosts_do_not(
    program: Program, pull: GiteaPull, ray18, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"])
    pull.review(ACCOUNTS["sven"], dismissed=True)
    pull.review(ACCOUNTS["sam"], "REQUEST_CHANGES")
    pull.review(-1)
    pull.review(ACCOUNTS["olga"], commit_id="")
    assert observed(program, ray18, pull.server, "gitea", tmp_path) == {
        "security-lead": "missing", "support-lead": "rejected", "product-owner": "missing", "operations-director": "missing",
    }  # fmt: skip


def test_a_gitea_review_of_what_was_changed_since_is_stale(
    program: Program, pull: GiteaPull, ray18, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"])
    program.write("plan.yaml", PLAN.replace("2026-09-01", "2026-11-01"))
    pull.head = program.commit("later")
    assert observed(program, ray18, pull.server, "gitea", tmp_path)["security-lead"] == "missing"


def test_a_gitea_webhook_is_read(program: Program, pull: GiteaPull, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    event = {
        "action": "reviewed", "number": 7, "pull_request": pull.told(), "repository": {"full_name": "g/r"},
        "sender": {"id": ACCOUNTS["sven"], "login": "sven"}, "commit_id": pull.head,
        "review": {"type": "pull_request_review_approved", "content": "fine"},
    }  # fmt: skip
    (tmp_path / "event.json").write_text(json.dumps(event))
    where = ("--forge", "gitea", "--from", tmp_path / "event.json", "--out", tmp_path / "seen")
    ran = ray18("approvals", "observe", *where, "--key", key_file(tmp_path, "ci"), folder=program.root)
    assert ran.status == 0, ran.err
    assert program.seats(rev="change", observed=tmp_path / "seen")["security-lead"] == "approved"


def test_gitea_gets_statuses_and_one_comment_and_is_told_once(program: Program, pull: GiteaPull, ray18) -> None:  # type: ignore[no-untyped-def]
    where = ("--forge", "gitea", "--repo", "g/r", "--api", pull.server.url, "--pr", "7", "--rev", "change")
    for _ in range(2):
        assert ray18("publish", *where, folder=program.root).status == 0
    assert [one["context"] for one in pull.statuses] == GATES
    assert len(pull.comments) == 1
    assert ray18("approvals", "observe", *where[:6], "--list", "open", folder=program.root).out == "7\n"


@dataclass
class ReviewRequest:
    """A review request on Review Board, as version 8.1 told of one (benchmarks/review_board.py plays it on a real server)."""

    server: ForgeServer
    head: str
    base: str
    reviews: list[dict[str, Any]] = field(default_factory=list)
    issues: int = 0
    commits: bool = True

    def __post_init__(self) -> None:
        at, on = "/review-requests/7/", self.server.on
        diffs = [
            {"id": 9, "revision": 1, "timestamp": "2026-06-01T09:00:00Z"},
            {"id": 10, "revision": 2, "timestamp": "2026-06-01T10:00:00Z"},
        ]
        on("GET", at, lambda _: {"stat": "ok", "review_request": self.told()})
        on("GET", f"{at}diffs/", lambda _: {"diffs": diffs, "total_results": 2})
        on("GET", f"{at}diffs/2/commits/", lambda _: {"commits": self.series() if self.commits else []})
        on("GET", f"{at}reviews/", lambda _: {"reviews": self.reviews, "total_results": len(self.reviews)})

    def told(self) -> dict[str, Any]:
        return {
            "id": 7, "status": "pending", "branch": "main", "commit_id": None, "issue_open_count": self.issues,
            "submitter": {"id": ACCOUNTS["dev"], "username": "dev"}, "links": {"repository": {"title": "r", "href": "x"}},
        }  # fmt: skip

    def series(self) -> list[dict[str, Any]]:
        return [{"id": 1, "commit_id": self.head, "parent_id": self.base}]

    def review(self, number: int, when: str = "2026-06-01T11:00:00Z", ship_it: bool = True) -> None:
        self.reviews.append(
            {"id": len(self.reviews) + 1, "ship_it": ship_it, "public": True, "timestamp": when, "body_top": "",
             "user": {"id": number, "username": "x"}}
        )  # fmt: skip


@pytest.fixture
def request_(program: Program, server: ForgeServer) -> ReviewRequest:
    head = propose(program, "reviewboard")
    return ReviewRequest(server, head, program.git("rev-parse", "main"))


def test_ship_its_after_the_newest_diff_count(program: Program, request_: ReviewRequest, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    request_.review(ACCOUNTS["sven"])
    request_.review(ACCOUNTS["sam"], when="2026-06-01T09:30:00Z")
    request_.review(ACCOUNTS["pia"], ship_it=False)
    request_.review(STRANGER)
    seats = observed(program, ray18, request_.server, "reviewboard", tmp_path)
    assert [role for role, state in seats.items() if state == "approved"] == ["security-lead"]
    assert "it came before diff 2" in reasons(tmp_path)
    request_.issues = 1
    assert "approved" not in observed(program, ray18, request_.server, "reviewboard", tmp_path).values()
    assert "1 issues are open" in reasons(tmp_path)


def test_a_diff_without_commits_cannot_be_approved(
    program: Program, request_: ReviewRequest, ray18, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    request_.commits = False
    where = (
        "--forge",
        "reviewboard",
        "--repo",
        "g/r",
        "--api",
        request_.server.url,
        "--pr",
        "7",
        "--out",
        tmp_path / "seen",
    )
    ran = ray18("approvals", "observe", *where, "--key", key_file(tmp_path, "ci"), folder=program.root)
    assert ran.status == 3
    assert "names no commits" in ran.err

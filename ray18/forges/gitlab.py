"""GitLab: approvals of merge requests through the API (v4), and what is said there.

An approval has no commit. It is believed only while something else binds it to what was looked at: the project takes approvals
away at every push (`reset_approvals_on_push`), so that those that stand are about the newest commit, which is read before and
after them; or whoever approved wrote the digest on a `/ray18` line of a note since, which nobody edited. The shapes are those
that GitLab documents.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal
from urllib.parse import quote

from ray18.errors import BlockedError
from ray18.forges.http import Client
from ray18.forges.model import Account, Answer, Change, ChangeState, Review, Told
from ray18.forges.reading import read
from ray18.forges.telling import Comment, Spot, Status, StatusState

API = "https://gitlab.com/api/v4"
TOKENS = ("RAY18_FORGE_TOKEN", "GITLAB_TOKEN")
PROPOSALS = "refs/merge-requests/{number}/head"
LONGEST_COMMENT = 900_000
KNOWS_ERRORS = False
_BOT = re.compile(r"(?:project|group)_[0-9]+_bot(?:_[0-9a-f]+)?\Z|ghost\Z|GitLab-.*-Bot\Z")
"""How GitLab names the accounts of its access tokens, and those that it acts through itself."""
_DIGEST = re.compile(r"^[ \t]*/ray18\b.*\b[0-9a-f]{12}\b", re.MULTILINE)
_UNBOUND = (
    "GitLab does not tell which commit it is about: let the project remove approvals at every push, "
    "or write the digest in a note: /ray18 DIGEST"
)
_CHANGES: Mapping[str, ChangeState] = {"opened": "open", "locked": "open", "merged": "merged", "closed": "closed"}


class _User(Told):
    id: int
    username: str
    bot: bool = False


class _References(Told):
    full: str


class _Refs(Told):
    base_sha: str | None = None
    head_sha: str | None = None


class _Merge(Told):
    iid: int
    state: Literal["opened", "closed", "locked", "merged"]
    sha: str | None
    target_branch: str
    author: _User
    references: _References
    diff_refs: _Refs | None = None


class _Approved(Told):
    user: _User
    approved_at: str = ""


class _Approvals(Told):
    approved_by: list[_Approved]


class _Reviewer(Told):
    user: _User
    state: str = ""


class _Settings(Told):
    reset_approvals_on_push: bool = False


class _Note(Told):
    id: int
    body: str
    author: _User
    system: bool = False
    created_at: str
    updated_at: str


class _Commit(Told):
    id: str


class _Listed(Told):
    iid: int


class _Status(Told):
    name: str
    status: str
    description: str | None = None
    target_url: str | None = None


class _Me(Told):
    id: int


def client(api: str, token: str) -> Client:
    """The API; without a token, what is public can be read."""
    return Client(api, {"PRIVATE-TOKEN": token} if token else {})


def fetch(api: Client, repository: str, number: int) -> tuple[Answer, ...]:
    """Everything that the forge tells about a merge request and its approvals; the merge request comes first and last.

    The project's settings are told to maintainers, and not by every edition; reviewers who ask for changes by newer ones.
    """
    project = _project(repository)
    merge = f"{project}/merge_requests/{number}"
    return (
        api.one("change", merge),
        *api.optional("settings", f"{project}/approvals"),
        api.one("reviews", f"{merge}/approvals"),
        *api.optional("reviewers", f"{merge}/reviewers"),
        *api.pages("notes", f"{merge}/notes", sort="asc", order_by="created_at", per_page=100),
        api.one("change", merge),
    )


def numbers(api: Client, repository: str, branch: str, *, merged: bool) -> list[int]:
    """The open merge requests for a branch, or those that were merged and moved last."""
    asked: dict[str, str | int] = {"target_branch": branch, "order_by": "updated_at", "per_page": 50}
    where = f"{_project(repository)}/merge_requests"
    if merged:
        answers: Iterable[Answer] = [api.one("changes", where, state="merged", **asked)]
    else:
        answers = api.pages("changes", where, state="opened", **asked)
    return [one.iid for answer in answers for one in read(list[_Listed], answer)]


def change(answers: Iterable[Answer]) -> Change:
    """What these answers tell. Raises BlockedError where they cannot be understood, or the merge request moved meanwhile."""
    told = tuple(answers)
    seen = [read(_Merge, answer) for answer in told if answer.what == "change"]
    if len(seen) < 2:
        raise BlockedError("the merge request must be read before and after its approvals", "save it again")
    merge = seen[0]
    if any((one.sha, one.state) != (merge.sha, merge.state) for one in seen) or merge.sha is None:
        raise BlockedError(f"merge request {merge.iid} moved while its approvals were read", "try again")
    settings = [read(_Settings, answer) for answer in told if answer.what == "settings"]
    reset = bool(settings) and all(one.reset_approvals_on_push for one in settings)
    notes = [note for answer in told if answer.what == "notes" for note in read(list[_Note], answer)]
    reviews = [
        _review(entry, merge.sha, notes, reset, answer.digest)
        for answer in told
        if answer.what == "reviews"
        for entry in read(_Approvals, answer).approved_by
    ]
    reviews += [
        Review(f"review-{one.user.id}", _account(one.user), "changes-requested", merge.sha, "", "", answer.digest)
        for answer in told
        if answer.what == "reviewers"
        for one in read(list[_Reviewer], answer)
        if one.state == "requested_changes"
    ]
    return Change(
        "gitlab",
        merge.references.full.rpartition("!")[0],
        merge.iid,
        _CHANGES[merge.state],
        merge.target_branch,
        merge.diff_refs.base_sha if merge.diff_refs else None,
        merge.sha,
        _account(merge.author),
        frozenset(),
        tuple(reviews),
        told,
    )


def from_webhook(payload: bytes) -> Change:
    """GitLab's payloads tell neither the commit of an approval nor the project's settings, so none can be believed."""
    raise BlockedError(
        f"a webhook of GitLab ({len(payload):,} bytes) does not bind an approval to what was looked at",
        "ask the API, or read an export: ray18 approvals observe --save FILE",
    )


def _review(told: _Approved, sha: str, notes: Iterable[_Note], reset: bool, raw: str) -> Review:
    """An approval with the words of its author since; GitLab has one at most for each account."""
    own = [
        note.body
        for note in notes
        if note.author.id == told.user.id and not note.system and note.created_at == note.updated_at
    ]
    confirmed = next((body for body in reversed(own) if _DIGEST.search(body)), "")
    doubt = "" if reset or confirmed else _UNBOUND
    return Review(
        f"approval-{told.user.id}", _account(told.user), "approved", sha, told.approved_at, confirmed, raw, doubt
    )


def _account(user: _User) -> Account:
    return Account(user.id, user.username, user.bot or bool(_BOT.match(user.username)))


def statuses(api: Client, spot: Spot) -> dict[str, Status]:
    """The newest status of each name."""
    found: dict[str, Status] = {}
    known = {"success": "success", "failed": "failure"}
    where = f"{_project(spot.repository)}/repository/commits/{spot.commit}/statuses"
    for answer in api.pages("statuses", where, per_page=100):
        for one in read(list[_Status], answer):
            if one.status in known and one.name not in found:
                state: StatusState = "success" if one.status == "success" else "failure"
                found[one.name] = Status(one.name, state, one.description or "", one.target_url or "")
    return found


def post_status(api: Client, spot: Spot, status: Status) -> None:
    """Adds a status."""
    content = {
        "state": "success" if status.state == "success" else "failed",
        "name": status.name,
        "description": status.description,
    }
    where = f"{_project(spot.repository)}/statuses/{spot.commit}"
    api.send("POST", where, content | ({"target_url": status.url} if status.url else {}))


def comments(api: Client, repository: str, number: int) -> Iterator[Comment]:
    """The notes of a merge request, oldest first; ours are those of the account that the token belongs to."""
    me = read(_Me, api.one("account", "user")).id
    where = f"{_project(repository)}/merge_requests/{number}/notes"
    for answer in api.pages("comments", where, sort="asc", order_by="created_at", per_page=100):
        for one in read(list[_Note], answer):
            yield Comment(one.id, one.body, one.author.id == me and not one.system)


def post_comment(api: Client, repository: str, number: int, body: str) -> None:
    """Adds a note."""
    api.send("POST", f"{_project(repository)}/merge_requests/{number}/notes", {"body": body})


def edit_comment(api: Client, repository: str, number: int, comment: int, body: str) -> None:
    """Writes a note anew."""
    api.send("PUT", f"{_project(repository)}/merge_requests/{number}/notes/{comment}", {"body": body})


def _project(repository: str) -> str:
    return f"projects/{quote(repository, safe='')}"

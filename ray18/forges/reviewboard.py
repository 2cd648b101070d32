"""Review Board: reviews of review requests through its API, status updates for the gates, and a review of our own as comment.

A review has no commit. A ship-it is believed when it came after the newest diff, and is about the last commit of that; open
issues stand against all of them, as in Review Board itself. Accounts have numbers, which are asked for with each review.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from ray18.errors import BlockedError
from ray18.forges.http import Client
from ray18.forges.model import Account, Answer, Change, ChangeState, Review, Told
from ray18.forges.reading import read
from ray18.forges.telling import Comment, Spot, Status, StatusState

API = ""
TOKENS = ("RAY18_FORGE_TOKEN", "REVIEWBOARD_TOKEN")
PROPOSALS = ""
LONGEST_COMMENT = 60_000
KNOWS_ERRORS = True
_CHANGES: Mapping[str, ChangeState] = {"pending": "open", "submitted": "merged", "discarded": "closed"}
_TOLD_AS: Mapping[StatusState, str] = {"success": "done-success", "failure": "done-failure", "error": "error"}


class _User(Told):
    id: int
    username: str


class _Link(Told):
    title: str = ""


class _RequestLinks(Told):
    repository: _Link | None = None


class _Request(Told):
    id: int
    status: Literal["pending", "submitted", "discarded"]
    branch: str = ""
    commit_id: str | None = None
    issue_open_count: int = 0
    submitter: _User
    links: _RequestLinks


class _RequestAnswer(Told):
    review_request: _Request


class _Requests(Told):
    review_requests: list[_Request]


class _Review(Told):
    id: int
    ship_it: bool
    public: bool = True
    timestamp: str
    body_top: str = ""
    user: _User


class _Reviews(Told):
    reviews: list[_Review]


class _Diff(Told):
    revision: int
    timestamp: str


class _Diffs(Told):
    diffs: list[_Diff]


class _Commit(Told):
    id: int
    commit_id: str
    parent_id: str


class _Commits(Told):
    commits: list[_Commit]


class _Update(Told):
    id: int
    service_id: str
    state: str
    description: str = ""
    url: str | None = None


class _Updates(Told):
    status_updates: list[_Update]


class _Links(Told):
    user: _Link


class _Inner(Told):
    links: _Links


class _Session(Told):
    session: _Inner


def client(api: str, token: str) -> Client:
    """The API; without a token, what is public can be read."""
    return Client(api, {"Authorization": f"token {token}"} if token else {})


def fetch(api: Client, repository: str, number: int) -> tuple[Answer, ...]:  # noqa: ARG001 (numbers are those of the server)
    """Everything that the server tells about a review request, its reviews, and the commits of its newest diff."""
    request = f"review-requests/{number}/"
    diffs = api.one("diffs", f"{request}diffs/", **{"max-results": 200})
    newest = max(read(_Diffs, diffs).diffs, key=lambda diff: diff.revision, default=None)
    if newest is None:
        raise BlockedError(f"review request {number} has no diff", "post one first")
    return (
        api.one("change", request, expand="submitter"),
        diffs,
        api.one("commits", f"{request}diffs/{newest.revision}/commits/", **{"max-results": 200}),
        api.one("reviews", f"{request}reviews/", expand="user", **{"max-results": 200}),
    )


def numbers(api: Client, repository: str, branch: str, *, merged: bool) -> list[int]:
    """The open review requests for a branch of a repository, or those that were closed as submitted."""
    status = "submitted" if merged else "pending"
    answer = api.one("changes", "review-requests/", status=status, expand="submitter", **{"max-results": 200})
    found = read(_Requests, answer).review_requests
    return [one.id for one in found if one.branch == branch and _repository(one) == repository.rpartition("/")[2]]


def change(answers: Iterable[Answer]) -> Change:
    """What these answers tell. Raises BlockedError where they cannot be understood, or name no commit."""
    told = tuple(answers)
    parts = {answer.what: answer for answer in told}
    if not {"change", "diffs", "commits", "reviews"} <= parts.keys():
        raise BlockedError("this is not everything about a review request", "save it again")
    request = read(_RequestAnswer, parts["change"]).review_request
    commits = sorted(read(_Commits, parts["commits"]).commits, key=lambda commit: commit.id)
    if not commits:
        raise BlockedError(
            f"the newest diff of review request {request.id} names no commits", "post it with its history (rbt post -H)"
        )
    newest = max(read(_Diffs, parts["diffs"]).diffs, key=lambda diff: diff.revision)
    said = [one for one in read(_Reviews, parts["reviews"]).reviews if one.public]
    reviews = [_review(one, request, newest, commits[-1].commit_id, parts["reviews"].digest) for one in said]
    return Change(
        "reviewboard",
        _repository(request),
        request.id,
        _CHANGES[request.status],
        request.branch,
        commits[0].parent_id,
        commits[-1].commit_id,
        Account(request.submitter.id, request.submitter.username),
        frozenset(),
        tuple(reviews),
        told,
    )


def from_webhook(payload: bytes) -> Change:
    """Review Board's payloads do not tell which diff a review looked at."""
    raise BlockedError(
        f"a webhook of Review Board ({len(payload):,} bytes) does not bind a review to what was looked at",
        "ask the API, or read an export: ray18 approvals observe --save FILE",
    )


def _review(told: _Review, request: _Request, newest: _Diff, commit: str, raw: str) -> Review:
    doubt = ""
    if _moment(told.timestamp) <= _moment(newest.timestamp):
        doubt = f"it came before diff {newest.revision}, and Review Board does not tell which one it is about"
    elif request.issue_open_count:
        doubt = f"{request.issue_open_count} issues are open"
    account = Account(told.user.id, told.user.username)
    state: Literal["approved", "commented"] = "approved" if told.ship_it else "commented"
    return Review(str(told.id), account, state, commit, told.timestamp, told.body_top, raw, doubt)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BlockedError(f"{text[:40]!r} is no time", "check the API's address") from error


def _repository(request: _Request) -> str:
    return request.links.repository.title if request.links.repository else ""


def statuses(api: Client, spot: Spot) -> dict[str, Status]:
    """The status updates that a review request has."""
    names = {told: state for state, told in _TOLD_AS.items()}
    return {
        one.service_id: Status(one.service_id, names[one.state], one.description, one.url or "")
        for one in _updates(api, spot)
        if one.state in names
    }


def post_status(api: Client, spot: Spot, status: Status) -> None:
    """Adds a status update, or brings the one of this name up to date."""
    content = {"state": _TOLD_AS[status.state], "description": status.description, "url": status.url}
    before = next((one for one in _updates(api, spot) if one.service_id == status.name), None)
    if before is not None:
        api.send("PUT", f"{_status_updates(spot)}{before.id}/", content, form=True)
    else:
        api.send(
            "POST", _status_updates(spot), {"service_id": status.name, "summary": status.name, **content}, form=True
        )


def _updates(api: Client, spot: Spot) -> list[_Update]:
    return read(_Updates, api.one("statuses", _status_updates(spot), **{"max-results": 200})).status_updates


def _status_updates(spot: Spot) -> str:
    if spot.number is None:
        raise BlockedError("Review Board keeps status updates with review requests", "name one with --pr")
    return f"review-requests/{spot.number}/status-updates/"


def comments(api: Client, repository: str, number: int) -> Iterator[Comment]:  # noqa: ARG001
    """The newest review of the account that the token belongs to: what was published there cannot be written anew."""
    me = read(_Session, api.one("account", "session/")).session.links.user.title
    where = f"review-requests/{number}/reviews/"
    found = read(_Reviews, api.one("comments", where, expand="user", **{"max-results": 200})).reviews
    own = [one for one in found if one.public and not one.ship_it and one.user.username == me]
    yield from (Comment(one.id, one.body_top, True) for one in own[-1:])


def post_comment(api: Client, repository: str, number: int, body: str) -> None:  # noqa: ARG001
    """Publishes a review that only comments."""
    content = {"body_top": body, "body_top_text_type": "markdown", "public": "1", "publish_and_archive": "0"}
    api.send("POST", f"review-requests/{number}/reviews/", content, form=True)


def edit_comment(api: Client, repository: str, number: int, comment: int, body: str) -> None:  # noqa: ARG001
    """Publishes another one."""
    post_comment(api, repository, number, body)

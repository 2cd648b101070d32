"""Gitea and Forgejo: reviews of pull requests through the API (v1), from webhook payloads, and what is said there.

A review has the commit that was looked at, `dismissed`, and `stale`, which is not asked for: the digest tells what is stale. The
shapes are those that Gitea's swagger documents.
"""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import Field

from ray18.errors import BlockedError
from ray18.forges.http import Client
from ray18.forges.model import Account, Answer, Change, Review, ReviewState, Told
from ray18.forges.pulls import Pull, PullRepository, change_of
from ray18.forges.reading import read
from ray18.forges.telling import Comment, Spot, Status, StatusState

API = ""
TOKENS = ("RAY18_FORGE_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN")
PROPOSALS = "refs/pull/{number}/head"
LONGEST_COMMENT = 65_000
KNOWS_ERRORS = True
_STATES: Mapping[str, ReviewState] = {
    "APPROVED": "approved",
    "REQUEST_CHANGES": "changes-requested",
    "COMMENT": "commented",
}
_PASSED_OVER = ("PENDING", "REQUEST_REVIEW", "")
"""Drafts, and requests for a review."""
_EVENTS: Mapping[str, ReviewState] = {
    "pull_request_review_approved": "approved",
    "pull_request_review_rejected": "changes-requested",
    "pull_request_review_comment": "commented",
}
_STATUS_STATES: Mapping[str, StatusState] = {"success": "success", "failure": "failure", "error": "error"}


class _User(Told):
    id: int
    login: str


class _Pull(Pull):
    merged: bool = False
    user: _User


class _Review(Told):
    id: int
    user: _User | None = None
    state: str
    commit_id: str | None = None
    dismissed: bool = False
    submitted_at: str = ""
    body: str | None = None


class _Commit(Told):
    sha: str
    author: _User | None = None
    committer: _User | None = None


class _Event(Told):
    class _Said(Told):
        type: str
        content: str = ""

    sender: _User
    pull_request: _Pull
    repository: PullRepository
    review: _Said
    commit_id: str | None = None


class _Status(Told):
    context: str
    status: str
    description: str | None = None
    target_url: str | None = None


class _Comment(Told):
    id: int
    body: str | None = None
    user: _User | None = None


def client(api: str, token: str) -> Client:
    """The API; without a token, what is public can be read."""
    return Client(api, {"Authorization": f"token {token}"} if token else {})


def fetch(api: Client, repository: str, number: int) -> tuple[Answer, ...]:
    """Everything that the forge tells about a pull request and its reviews. Raises EnvironmentProblem."""
    pull = f"repos/{repository}/pulls/{number}"
    return (
        api.one("change", pull),
        *api.pages("reviews", f"{pull}/reviews", limit=50),
        *api.pages("commits", f"{pull}/commits", limit=50),
    )


def numbers(api: Client, repository: str, branch: str, *, merged: bool) -> list[int]:
    """The open pull requests for a branch, or those that were merged and moved last."""
    asked: dict[str, str | int] = {"state": "closed" if merged else "open", "sort": "recentupdate", "limit": 50}
    pulls = f"repos/{repository}/pulls"
    answers = [api.one("changes", pulls, **asked)] if merged else api.pages("changes", pulls, **asked)
    found = [pull for answer in answers for pull in read(list[_Pull], answer)]
    return [pull.number for pull in found if pull.base.ref == branch and (not merged or pull.merged)]


def change(answers: Iterable[Answer]) -> Change:
    """What these answers tell. Raises BlockedError where they cannot be understood."""
    told = tuple(answers)
    pull = next((read(_Pull, answer) for answer in told if answer.what == "change"), None)
    if pull is None:
        raise BlockedError("there is no pull request among the answers", "save them again")
    reviews = [
        review
        for answer in told
        if answer.what == "reviews"
        for entry in read(list[_Review], answer)
        for review in _review(entry, answer.digest)
    ]
    commits = [commit for answer in told if answer.what == "commits" for commit in read(list[_Commit], answer)]
    pushed = {user.id for commit in commits for user in (commit.author, commit.committer) if user and user.id > 0}
    return _change(pull, sorted(reviews, key=lambda one: int(one.id)), frozenset(pushed), told)


def from_webhook(payload: bytes) -> Change:
    """The change as the payload of an event about a review has it. It has no number for the review: its digest stands for it."""
    answer = Answer("webhook", payload)
    event = read(_Event, answer)
    if event.review.type not in _EVENTS:
        raise BlockedError(f"this event is {event.review.type!r}, and about no review", "save another")
    state = _EVENTS[event.review.type]
    commit = event.commit_id or event.pull_request.head.sha
    review = Review(
        f"webhook-{answer.digest[:16]}", _account(event.sender), state, commit, "", event.review.content, answer.digest
    )
    return _change(event.pull_request, [review], frozenset(), (answer,))


def _change(pull: _Pull, reviews: Iterable[Review], pushed_by: frozenset[int], told: tuple[Answer, ...]) -> Change:
    people = (_account(pull.user), pushed_by)
    return change_of("gitea", pull, people, reviews, told, merged=pull.merged)


def _review(told: _Review, raw: str) -> Iterator[Review]:
    if told.state in _PASSED_OVER:
        return
    if told.state not in _STATES:
        raise BlockedError(f"review {told.id} is {told.state!r}, which is no known state", "update RAY-18")
    decided: ReviewState = _STATES[told.state]
    state: ReviewState = "dismissed" if told.dismissed and decided != "commented" else decided
    account = _account(told.user) if told.user and told.user.id > 0 else None
    yield Review(str(told.id), account, state, told.commit_id or None, told.submitted_at, told.body or "", raw)


def _account(user: _User) -> Account:
    """Numbers below 1 are Gitea's own: the ghost of deleted accounts (-1), the bot of its Actions (-2)."""
    return Account(max(user.id, 1), user.login, bot=user.id < 1)


def statuses(api: Client, spot: Spot) -> dict[str, Status]:
    """The newest status of each name."""
    found: dict[str, Status] = {}
    for answer in api.pages(
        "statuses", f"repos/{spot.repository}/commits/{spot.commit}/statuses", sort="recentupdate", limit=50
    ):
        for one in read(list[_Status], answer):
            if one.status in _STATUS_STATES and one.context not in found:
                state = _STATUS_STATES[one.status]
                found[one.context] = Status(one.context, state, one.description or "", one.target_url or "")
    return found


def post_status(api: Client, spot: Spot, status: Status) -> None:
    """Adds a status."""
    content = {"state": status.state, "context": status.name, "description": status.description}
    api.send("POST", f"repos/{spot.repository}/statuses/{spot.commit}", content | {"target_url": status.url})


def comments(api: Client, repository: str, number: int) -> Iterator[Comment]:
    """The comments of a pull request, oldest first; ours are those of the account that the token belongs to."""
    me = _me(api)
    for answer in api.pages("comments", f"repos/{repository}/issues/{number}/comments", limit=50):
        for one in read(list[_Comment], answer):
            yield Comment(one.id, one.body or "", one.user is not None and one.user.id == me)


def _me(api: Client) -> int:
    return read(_Me, api.one("account", "user")).id


class _Me(Told):
    id: int = Field(description="The account that the token belongs to.")


def post_comment(api: Client, repository: str, number: int, body: str) -> None:
    """Adds a comment."""
    api.send("POST", f"repos/{repository}/issues/{number}/comments", {"body": body})


def edit_comment(api: Client, repository: str, number: int, comment: int, body: str) -> None:  # noqa: ARG001 (GitLab needs it)
    """Writes a comment anew."""
    api.send("PATCH", f"repos/{repository}/issues/comments/{comment}", {"body": body})

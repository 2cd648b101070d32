"""GitHub: reviews of pull requests through the REST API (2022-11-28), from webhook payloads, and what is said there.

What its documents warn of: `commit_id` is null once the commit is gone; `user` is null for deleted accounts; the list of
reviews is a history, so the last word of each account decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from ray18.errors import BlockedError
from ray18.forges.http import Client
from ray18.forges.model import Account, Answer, Change, Review, ReviewState, Told
from ray18.forges.pulls import Pull, PullRepository, change_of
from ray18.forges.reading import read
from ray18.forges.telling import Comment, Spot, Status, StatusState

API = "https://api.github.com"
TOKENS = ("RAY18_FORGE_TOKEN", "GITHUB_TOKEN", "GH_TOKEN")
PROPOSALS = "refs/pull/{number}/head"
LONGEST_COMMENT = 65_536
KNOWS_ERRORS = True
_VERSION = "2022-11-28"
_MOST_COMMITS = 250
"""GitHub lists no more commits of a pull request than that."""
_STATES: Mapping[str, ReviewState] = {
    "approved": "approved",
    "changes_requested": "changes-requested",
    "commented": "commented",
    "dismissed": "dismissed",
}

_WRITERS = ("OWNER", "MEMBER", "COLLABORATOR")
_STATUS_STATES: Mapping[str, StatusState] = {"success": "success", "failure": "failure", "error": "error"}


class _User(Told):
    id: int = Field(ge=1)
    login: str
    type: str = "User"


class _Pull(Pull):
    merged_at: str | None = None
    user: _User
    commits: int | None = None


class _Listed(Told):
    number: int
    merged_at: str | None = None


class _Review(Told):
    id: int
    user: _User | None
    state: str
    commit_id: str | None
    submitted_at: str = ""
    body: str | None = None


_Whoever = Annotated[_User | dict[str, Any] | None, Field(union_mode="left_to_right")]
"""An account; nothing, or an empty object, for an address that no account has."""


class _Commit(Told):
    sha: str
    author: _Whoever = None
    committer: _Whoever = None


class _Event(Told):
    action: str
    review: _Review
    pull_request: _Pull
    repository: PullRepository


def client(api: str, token: str) -> Client:
    """The API; without a token, what is public can be read."""
    headers = {"X-GitHub-Api-Version": _VERSION, "Accept": "application/vnd.github+json, application/json"}
    return Client(api, headers | ({"Authorization": f"Bearer {token}"} if token else {}))


def fetch(api: Client, repository: str, number: int) -> tuple[Answer, ...]:
    """Everything that the forge tells about a pull request and its reviews. Raises EnvironmentProblem."""
    pull = f"repos/{repository}/pulls/{number}"
    return (
        api.one("change", pull),
        *api.pages("reviews", f"{pull}/reviews", per_page=100),
        *api.pages("commits", f"{pull}/commits", per_page=100),
    )


def numbers(api: Client, repository: str, branch: str, *, merged: bool) -> list[int]:
    """The open pull requests for a branch, or those that were merged and moved last."""
    state, most = ("closed", 50) if merged else ("open", 100)
    asked: dict[str, str | int] = {
        "state": state,
        "base": branch,
        "sort": "updated",
        "direction": "desc",
        "per_page": most,
    }
    pulls = f"repos/{repository}/pulls"
    answers = [api.one("changes", pulls, **asked)] if merged else api.pages("changes", pulls, **asked)
    found = [pull for answer in answers for pull in read(list[_Listed], answer)]
    return [pull.number for pull in found if not merged or pull.merged_at]


def change(answers: Iterable[Answer]) -> Change:
    """What these answers tell. Raises BlockedError where they cannot be understood, or do not tell all."""
    told = tuple(answers)
    pull = next((read(_Pull, answer) for answer in told if answer.what == "change"), None)
    if pull is None:
        raise BlockedError("there is no pull request among the answers", "save them again")
    commits = [commit for answer in told if answer.what == "commits" for commit in read(list[_Commit], answer)]
    if pull.commits is not None and len(commits) < pull.commits:
        raise BlockedError(
            f"pull request {pull.number} has {pull.commits} commits, and GitHub tells of {len(commits)}",
            f"split it: no more than {_MOST_COMMITS} commits can be looked at",
        )
    reviews = [
        review
        for answer in told
        if answer.what == "reviews"
        for entry in read(list[_Review], answer)
        for review in _review(entry, answer.digest)
    ]
    users = (user for commit in commits for user in (commit.author, commit.committer))
    return _change(pull, reviews, frozenset(user.id for user in users if isinstance(user, _User)), told)


def from_webhook(payload: bytes) -> Change:
    """The change as the payload of a `pull_request_review` event has it, with the one review that it is about.

    It tells neither who pushed nor what came before or after.
    """
    answer = Answer("webhook", payload)
    event = read(_Event, answer)
    return _change(event.pull_request, _review(event.review, answer.digest), frozenset(), (answer,))


def _change(pull: _Pull, reviews: Iterable[Review], pushed_by: frozenset[int], told: tuple[Answer, ...]) -> Change:
    people = (_account(pull.user), pushed_by)
    return change_of("github", pull, people, reviews, told, merged=bool(pull.merged_at))


def _review(told: _Review, raw: str) -> Iterator[Review]:
    """A review; none for a draft that only its author sees. Raises BlockedError for a state that nobody here knows."""
    state = told.state.lower()
    if state == "pending":
        return
    if state not in _STATES:
        raise BlockedError(f"review {told.id} is {told.state!r}, which is no known state", "update RAY-18")
    account = _account(told.user) if told.user else None
    yield Review(str(told.id), account, _STATES[state], told.commit_id or None, told.submitted_at, told.body or "", raw)


def _account(user: _User) -> Account:
    return Account(user.id, user.login, user.type != "User")


class _Status(Told):
    context: str
    state: str
    description: str | None = None
    target_url: str | None = None


class _Combined(Told):
    statuses: list[_Status]


class Words(Told):
    """Something that an account wrote."""

    body: str | None = None
    user: _User | None = None
    author_association: str = "NONE"

    @property
    def trusted(self) -> bool:
        """Whether whoever wrote it may write to the repository, or is a bot: a stranger's words are never taken for ours."""
        return (self.user is not None and self.user.type == "Bot") or self.author_association in _WRITERS


class _Comment(Words):
    id: int


def statuses(api: Client, spot: Spot) -> dict[str, Status]:
    """The newest status of each name; a state that RAY-18 never posts is passed over, so that it is written anew."""
    found: dict[str, Status] = {}
    for answer in api.pages("statuses", f"repos/{spot.repository}/commits/{spot.commit}/status", per_page=100):
        for one in read(_Combined, answer).statuses:
            if one.state in _STATUS_STATES:
                state = _STATUS_STATES[one.state]
                found[one.context] = Status(one.context, state, one.description or "", one.target_url or "")
    return found


def post_status(api: Client, spot: Spot, status: Status) -> None:
    """Adds a status."""
    content = {"state": status.state, "context": status.name, "description": status.description}
    api.send(
        "POST",
        f"repos/{spot.repository}/statuses/{spot.commit}",
        content | ({"target_url": status.url} if status.url else {}),
    )


def comments(api: Client, repository: str, number: int) -> Iterator[Comment]:
    """The comments of a pull request, oldest first."""
    for answer in api.pages("comments", f"repos/{repository}/issues/{number}/comments", per_page=100):
        for one in read(list[_Comment], answer):
            yield Comment(one.id, one.body or "", one.trusted)


def post_comment(api: Client, repository: str, number: int, body: str) -> None:
    """Adds a comment."""
    api.send("POST", f"repos/{repository}/issues/{number}/comments", {"body": body})


def edit_comment(api: Client, repository: str, number: int, comment: int, body: str) -> None:  # noqa: ARG001 (other forges need it)
    """Writes a comment anew."""
    api.send("PATCH", f"repos/{repository}/issues/comments/{comment}", {"body": body})

"""Pull requests as GitHub tells of them, and Gitea and Forgejo after it."""

from collections.abc import Iterable
from typing import Literal

from ray18.errors import BlockedError
from ray18.forges.model import Account, Answer, Change, ForgeName, Review, Told


class PullRepository(Told):
    """A repository, as owner/name."""

    full_name: str


class Side(Told):
    """One end of a pull request; the repository may be gone."""

    sha: str
    ref: str
    repo: PullRepository | None = None


class Pull(Told):
    """What both tell of a pull request."""

    number: int
    state: Literal["open", "closed"]
    head: Side
    base: Side


def change_of(
    forge: ForgeName,
    pull: Pull,
    people: tuple[Account, frozenset[int]],
    reviews: Iterable[Review],
    told: tuple[Answer, ...],
    *,
    merged: bool,
) -> Change:
    """The change that a pull request is; `people` are who opened it and the numbers of who pushed."""
    if pull.base.repo is None:
        raise BlockedError(f"pull request {pull.number} names no repository that it is for", "save it again")
    return Change(
        forge,
        pull.base.repo.full_name,
        pull.number,
        "merged" if merged else pull.state,
        pull.base.ref,
        pull.base.sha,
        pull.head.sha,
        *people,
        tuple(reviews),
        told,
        whole=all(answer.what != "webhook" for answer in told),
    )

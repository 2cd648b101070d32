"""What every forge tells, in one shape: a change (pull or merge request), its reviews, and the answers they were read from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict

ForgeName = Literal["github", "gitlab", "gitea", "reviewboard"]
ReviewState = Literal["approved", "changes-requested", "commented", "dismissed"]
ChangeState = Literal["open", "merged", "closed"]


class Told(BaseModel):
    """A part of a forge's answer: what is not asked for is passed over, what is asked for has its type."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a forge, byte for byte."""

    what: str
    """Which question it answers: change, reviews, commits, …"""
    body: bytes

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal digits."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a forge; the number is what counts, since names can be given away."""

    id: int
    login: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody said about a change."""

    id: str
    account: Account | None
    """None where the forge does not tell, as for accounts that were deleted."""
    state: ReviewState
    commit: str | None
    """The commit that was looked at; None where the forge does not tell (any more)."""
    submitted_at: str
    body: str
    raw: str
    """SHA-256 of the answer that told it."""
    doubt: str = ""
    """Why the forge's own word is not enough for this one; empty when it is."""


@dataclass(frozen=True)
class Change:
    """A pull or merge request with its reviews, oldest first."""

    forge: ForgeName
    repository: str
    """Its name on the forge, as owner/name."""
    number: int
    state: ChangeState
    target: str
    """The branch that it is for."""
    base: str | None
    """A commit of that branch, as the forge saw it last."""
    head: str
    opened_by: Account
    pushed_by: frozenset[int]
    reviews: tuple[Review, ...]
    answers: tuple[Answer, ...] = field(compare=False)
    whole: bool = True
    """Whether these are all reviews that there are; a webhook tells of one."""

    @property
    def raw(self) -> Mapping[str, bytes]:
        """The answers by their digests."""
        return {answer.digest: answer.body for answer in self.answers}


@dataclass(frozen=True, slots=True)
class Sorted:
    """A review and why it does not decide; an empty reason = it is the last word of its account."""

    review: Review
    reason: str


def last_words(reviews: Iterable[Review]) -> tuple[Sorted, ...]:
    """Which reviews decide: of each account the last that is no comment.

    A review that was dismissed stays the last word. It takes the ones before it with it: an older approval does not come
    back because a later review was dismissed (policy-bot's documentation names the trap).
    """
    ordered = list(reviews)
    last: dict[int, Review] = {}
    for review in ordered:
        if review.account is not None and review.state != "commented":
            last[review.account.id] = review
    return tuple(Sorted(review, _undecided(review, last)) for review in ordered)


def _undecided(review: Review, last: Mapping[int, Review]) -> str:
    if review.account is None:
        return "the forge does not tell whose it is"
    if review.state == "commented":
        return "a comment decides nothing"
    if last[review.account.id] is not review:
        return f"superseded by review {last[review.account.id].id} of the same account"
    if review.account.bot:
        return "the account is a bot's"
    return review.doubt

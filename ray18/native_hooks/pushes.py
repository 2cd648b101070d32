"""What Git tells the hooks of a push on either side (githooks(5)), and what a push may not do to the protected branch."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ray18.errors import BlockedError
from ray18.git import Repository

_ID = "[0-9a-f]{40}(?:[0-9a-f]{24})?"
_SENT = re.compile(rf"\S+ (?P<new>{_ID}) (?P<name>\S+) (?P<old>{_ID})")
_RECEIVED = re.compile(rf"(?P<old>{_ID}) (?P<new>{_ID}) (?P<name>\S+)")


@dataclass(frozen=True, slots=True)
class Update:
    """One reference of the remote that a push would change; empty ids where there is nothing."""

    name: str
    """Of the reference on the remote, in full."""
    new: str
    old: str


def updates(told: bytes) -> tuple[Update, ...]:
    """The updates of a push, as pre-push is told. Raises BlockedError where Git's lines cannot be understood."""
    return tuple(_update(_SENT, line) for line in _lines(told))


def received(told: bytes) -> tuple[Update, ...]:
    """The same, as pre-receive is told."""
    return tuple(_update(_RECEIVED, line) for line in _lines(told))


def _lines(told: bytes) -> list[str]:
    return [line for line in told.decode("utf-8", "surrogateescape").split("\n") if line.strip()]


def _update(form: re.Pattern[str], line: str) -> Update:
    found = form.fullmatch(line)
    if found is None:
        raise BlockedError(
            f"what Git says of the push cannot be understood: {line[:200]!r}", "check the version of Git"
        )
    new, old = (oid if oid.strip("0") else "" for oid in (found["new"], found["old"]))
    return Update(found["name"], new, old)


def commit_of(repository: Repository, oid: str) -> str | None:
    """The commit that an object is or tags; None for a tag of something else."""
    status, output, _ = repository.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{oid}^{{commit}}")
    return output.decode().strip() if status == 0 else None


def against_the_branch(repository: Repository, update: Update, branch: str) -> Iterator[tuple[str, str]]:
    """What an update would do to the protected branch that nobody could audit afterwards: message and remedy."""
    if update.name != f"refs/heads/{branch}" or not update.old:
        return
    if not update.new:
        yield f"this push deletes the protected branch {branch}", "keep the branch: approvals and the audit rest on it"
    elif not repository.has(update.old):
        yield f"the remote's {branch} holds commits that are not here", "git fetch, then look before you push"
    elif update.old not in _first_parents(repository, update):
        message = f"{update.old[:12]}, the remote's {branch}, is not on the first-parent line of what is pushed"
        yield message, f"git reset --hard to the remote's {branch}, and merge your work into that"


def _first_parents(repository: Repository, update: Update) -> set[str]:
    """The new first-parent line, down to where it meets what the remote has."""
    lines = repository.text("rev-list", "--first-parent", "--parents", update.new, f"^{update.old}").splitlines()
    return {update.new, *(oid for line in lines for oid in line.split()[:2])}

"""Where trust comes from: the commit whose rules judge a proposal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ray18.errors import BlockedError, EnvironmentProblem
from ray18.git import Repository
from ray18.quick.repository import DEFAULT_BRANCHES

_FULL_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Base:
    """The trusted commit that supplies the rules, and how it was found."""

    commit: str
    reason: str
    diverged: str = ""
    """What is wrong when the protected branch here and the one of the remote have parted; empty when they have not."""


def trusted_base(
    repository: Repository,
    judged: str | None,
    *,
    named: str | None,
    protected_branch: str,
    anchor: str | None,
) -> Base | None:
    """The base for judging the commit `judged` (None = what is not committed yet); None when there is nothing to trust.

    In this order: the commit that was named; where the proposal left the protected branch, or, for a commit that is on
    that branch already, its first parent; the anchor. Raises EnvironmentProblem when history is too short to tell.
    """
    if named is not None:
        return Base(repository.resolve(named), f"named: {named}")
    head = judged or repository.head()
    if head is None:
        return None
    if repository.shallow:
        raise EnvironmentProblem(
            "history is shallow, so it cannot be told which rules are in force",
            "fetch it whole (fetch-depth: 0, or git fetch --unshallow), or name --base",
        )
    tip = protected_tip(repository, protected_branch)
    if tip is not None:
        return _left_branch(repository, judged, head, tip, protected_branch)
    if anchor is not None:
        if repository.merge_base(anchor, head) != anchor:
            raise BlockedError(f"the anchor {anchor[:12]} is not in this history", "check `anchor` in ray18.yaml")
        return Base(anchor, "anchor")
    return None


def left_at(repository: Repository, commit: str, seen: str | None, branch: str) -> str:
    """The commit of a branch that a proposal started from: what its reviewers were shown it against.

    `seen` is a commit that the branch had then, where somebody tells it; after the merge, the branch itself has the proposal.
    Raises BlockedError where they share nothing.
    """
    tip = protected_tip(repository, branch)
    if tip is None:
        raise BlockedError(f"there is no branch {branch} here", f"fetch it: git fetch origin {branch}")
    fork = repository.merge_base(commit, seen if seen and _FULL_ID.fullmatch(seen) and repository.has(seen) else tip)
    if fork is None:
        raise BlockedError(f"{commit[:12]} shares no history with {branch}", "fetch it whole, or rebase onto it")
    return _on_first_parents(repository, fork, repository.text("rev-list", "--first-parent", tip).split(), branch)


def default_branch(repository: Repository) -> tuple[str, str] | None:
    """Name and newest known commit of the default branch: what the remote calls so, else main, master or trunk.

    In a bare repository, which is where others push to, it is what HEAD names. It is found without reading anything that
    a proposal could have written.
    """
    space, name = (
        ("refs/heads/", "HEAD") if _is_shared(repository) else ("refs/remotes/origin/", "refs/remotes/origin/HEAD")
    )
    status, output, _ = repository.attempt("symbolic-ref", "--quiet", name)
    told = output.decode("utf-8", "replace").strip().removeprefix(space) if status == 0 else ""
    names = tuple(name for name in (told, *DEFAULT_BRANCHES) if name)
    return next(((name, tip) for name, tip in _tips(repository, names).items() if tip is not None), None)


def protected_tip(repository: Repository, branch: str) -> str | None:
    """The newest known commit of the protected branch: what the remote has, else what is here.

    A bare repository has no remote of its own: whoever can push there could write what looks like one.
    """
    return _tips(repository, (branch,))[branch]


def _tips(repository: Repository, branches: Sequence[str]) -> dict[str, str | None]:
    """The newest known commit of each branch, in the order given."""
    spaces = ("refs/heads",) if _is_shared(repository) else ("refs/remotes/origin", "refs/heads")
    known = repository.references([f"{space}/{branch}" for branch in branches for space in spaces])
    return {branch: next(filter(None, (known[f"{space}/{branch}"] for space in spaces)), None) for branch in branches}


def _is_shared(repository: Repository) -> bool:
    return repository.work_tree is None


def _left_branch(repository: Repository, judged: str | None, head: str, tip: str, branch: str) -> Base | None:
    fork = repository.merge_base(head, tip)
    if fork is None:
        raise BlockedError(f"this history shares nothing with {branch}", "rebase onto it, or name --base")
    line = repository.text("rev-list", "--first-parent", tip).split()
    if judged in line:
        parents = repository.parents(fork)
        return Base(parents[0], f"first parent, on {branch}") if parents else None
    diverged = ""
    if fork not in (head, tip) and repository.reference(f"refs/heads/{branch}") == head:
        diverged = f"{branch} here and origin/{branch} have parted at {fork[:12]}: pull, or history was rewritten"
    return Base(_on_first_parents(repository, fork, line, branch), f"left {branch} here", diverged)


def _on_first_parents(repository: Repository, fork: str, line: list[str], branch: str) -> str:
    """The newest commit that was the tip of the branch and that `fork` has.

    A branch that was merged is part of history, but its rules never were in force: whoever starts from one of its commits
    is judged by what the protected branch said then.
    """
    if fork in line:
        return fork
    low, high = 0, len(line) - 1
    while low < high:
        middle = (low + high) // 2
        if repository.merge_base(line[middle], fork) == line[middle]:
            high = middle
        else:
            low = middle + 1
    if repository.merge_base(line[low], fork) != line[low]:
        raise BlockedError(f"this history left {branch} before it began", "rebase onto it, or name --base")
    return line[low]

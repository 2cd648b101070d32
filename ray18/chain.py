"""The first-parent chain of a branch, read from the commits' own bytes, and what each commit changed.

Graph time, not clock time: a step is what one push or merge brought to the branch, whatever its dates say. Trees are
compared with one another, never `git log -- path`, which leaves out what a merge in the wrong direction undid.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ray18.commit_object import Commit, MalformedCommit, parse
from ray18.errors import BlockedError, EnvironmentProblem
from ray18.git import Entry, Repository, empty_tree

Trees = tuple[str, str]
"""The ids of two trees: before and after."""


class Change(NamedTuple):
    """One path that differs between two trees; None = it is not there."""

    path: str
    before: Entry | None
    after: Entry | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one push or merge brought to the branch."""

    number: int
    """Counted from 1 at the anchor, or at the first commit."""
    commit: Commit
    trees: Trees
    """The tree before and the tree after."""
    entered: tuple[Commit, ...]
    """Every commit that came with it, itself first."""


@dataclass(frozen=True)
class Chain:
    """The steps of a branch, oldest first."""

    repository: Repository
    steps: tuple[Step, ...]
    commits: Mapping[str, Commit]
    """Every commit that entered, by id, and the commits just before them."""

    def comparisons(self, commit: Commit) -> tuple[Trees, ...]:
        """The pairs of trees that show what a commit changed: one for each parent."""
        empty = empty_tree(self.repository.object_format)
        before = [self.commits[parent].tree for parent in commit.parents] or [empty]
        return tuple((tree, commit.tree) for tree in before)


def first_parent_chain(repository: Repository, tip: str, after: str | None = None, number: int = 0) -> Chain | None:
    """The chain that ends in `tip`: from the first commit, or from the step behind `after`, which has `number`.

    None when `after` is not on the chain. Raises EnvironmentProblem where history was cut off, BlockedError where a commit
    is missing, damaged or malformed.
    """
    if tip == after:
        return Chain(repository, (), {})
    commits, edge = _reachable(repository, tip, after)
    line: list[Commit] = []
    here: str | None = tip
    while here is not None and here != after:
        if here in edge or here not in commits:
            return None
        line.append(commits[here])
        here = next(iter(commits[here].parents), None)
    if here != after:
        return None
    start = commits[after].tree if after else empty_tree(repository.object_format)
    return Chain(repository, tuple(_steps(line[::-1], commits, edge, start, number)), commits)


def commits_between(repository: Repository, tip: str, base: str) -> Chain:
    """Every commit that `tip` has and `base` has not, as one step; no step when there is none."""
    commits, edge = _reachable(repository, tip, base)
    entered = [commit for oid, commit in commits.items() if oid not in edge]
    if not entered:
        return Chain(repository, (), commits)
    entered.sort(key=lambda commit: commit.oid != tip)
    before = commits[base].tree if base in commits else _tree_of(repository, base)
    return Chain(repository, (Step(1, entered[0], (before, entered[0].tree), tuple(entered)),), commits)


def differences(
    repository: Repository, pairs: Iterable[Trees], under: Sequence[str]
) -> dict[Trees, tuple[Change, ...]]:
    """What differs between each pair of trees (or commits) at or below the given paths; renames are not guessed."""
    wanted = [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]
    found: dict[Trees, tuple[Change, ...]] = {}
    if wanted and under:
        stdin = "".join(f"{before} {after}\n" for before, after in wanted).encode()
        output = repository.run(
            "diff-tree", "--stdin", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", "--", *under, stdin=stdin
        )
        found = _parsed(output)
    return found


def _parsed(output: bytes) -> dict[Trees, tuple[Change, ...]]:
    found: dict[Trees, list[Change]] = {}
    here: list[Change] = []
    parts = iter(output.split(b"\0"))
    for part in parts:
        *headers, meta = part.split(b"\n")
        for header in headers:
            before, after = header.decode().split(" ")
            here = found.setdefault((before, after), [])
        if not meta:
            continue
        old_mode, new_mode, old, new, _ = meta[1:].decode().split(" ")
        path = _decoded(next(parts))
        here.append(Change(path, _entry(path, old_mode, old), _entry(path, new_mode, new)))
    return {pair: tuple(changes) for pair, changes in found.items()}


def _entry(path: str, mode: str, oid: str) -> Entry | None:
    return None if mode == "000000" else Entry(path, mode, oid)


def _decoded(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _reachable(repository: Repository, tip: str, without: str | None) -> tuple[dict[str, Commit], frozenset[str]]:
    """The commits that `tip` has and `without` has not, and the commits just before them, whose ids are the second part."""
    excluded = [f"^{without}"] if without else []
    status, output, errors = repository.attempt("rev-list", "--topo-order", "--boundary", tip, *excluded, "--")
    if status != 0:
        raise BlockedError(
            f"history cannot be walked: {errors.splitlines()[0] if errors else 'Git gave no reason'}",
            "the repository is damaged: clone it again",
        )
    told = output.decode().split()
    edge = frozenset(line[1:] for line in told if line.startswith("-"))
    commits = {}
    for oid, kind, content in repository.objects(line.removeprefix("-") for line in told):
        commits[oid] = _commit(repository, oid, kind, content)
    for oid, commit in commits.items():
        missing = [parent for parent in commit.parents if parent not in commits and oid not in edge]
        if missing:
            raise _cut_off(repository, missing[0])
    return commits, edge


def _commit(repository: Repository, oid: str, kind: str, content: bytes) -> Commit:
    if kind != "commit":
        raise BlockedError(f"object {oid} is a {kind}, not a commit", "the repository is damaged or forged")
    try:
        return parse(oid, content, repository.object_format)
    except MalformedCommit as error:
        raise BlockedError(f"commit {oid} cannot be read: {error}", "the history is damaged or forged") from error


def _cut_off(repository: Repository, oid: str) -> Exception:
    if repository.shallow:
        return EnvironmentProblem(
            f"history is shallow: {oid[:12]} and what came before it are missing",
            "fetch it whole (fetch-depth: 0, or git fetch --unshallow)",
        )
    return BlockedError(f"commit {oid[:12]} is missing", "the repository is damaged: clone it again")


def _tree_of(repository: Repository, commit: str) -> str:
    ((_, kind, content),) = repository.objects([commit])
    return _commit(repository, commit, kind, content).tree


def _steps(
    line: Sequence[Commit], commits: Mapping[str, Commit], edge: frozenset[str], start: str, number: int
) -> Iterable[Step]:
    seen = set(edge)
    before = start
    for place, commit in enumerate(line, number + 1):
        yield Step(place, commit, (before, commit.tree), tuple(_entering(commit, commits, seen)))
        before = commit.tree


def _entering(commit: Commit, commits: Mapping[str, Commit], seen: set[str]) -> Iterable[Commit]:
    """The commit and everything that only it brought: its first parent was there before."""
    seen.add(commit.oid)
    waiting = [commit]
    while waiting:
        here = waiting.pop()
        yield here
        for parent in here.parents[1:] if here is commit else here.parents:
            if parent not in seen:
                seen.add(parent)
                waiting.append(commits[parent])

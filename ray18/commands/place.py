"""Where a command judges: the repository, the snapshot, the base and the day, from options and the environment."""

import marshal
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click

from ray18.cache import Cache, digest
from ray18.commands.output import ANSWERED
from ray18.documents import SETTINGS_PATH
from ray18.documents.memory import MEMORY, WORTH_SAVING
from ray18.errors import BlockedError, UsageError
from ray18.facts import Map
from ray18.gates import Judge
from ray18.git import Repository, discover
from ray18.history import Base, default_branch, protected_tip, trusted_base
from ray18.ledger import Ledger, read_ledger
from ray18.program import Program, Rules, load, read_rules, read_settings
from ray18.quick.answers import Question
from ray18.quick.repository import Unclear
from ray18.recall import Recall
from ray18.snapshot import WORK_TREE, CommitSnapshot, IndexSnapshot, OverlaySnapshot, Snapshot, WorkTreeSnapshot


class Day(click.ParamType[date]):
    """A day written as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as YYYY-MM-DD", param, ctx)


def today() -> date:
    """Today, in UTC."""
    return datetime.now(UTC).date()


def program_repository(ctx: click.Context) -> Repository:
    """The repository that the command was called in, or that `-C` names."""
    start = (ctx.find_root().obj or {}).get("folder") or Path.cwd()
    return discover(Path(start))


def program_root(ctx: click.Context) -> Repository:
    """The same, for commands that write: it must have a work tree."""
    repository = program_repository(ctx)
    if repository.work_tree is None:
        raise UsageError("this is a bare repository; there is no work tree to write to", "run it in a clone")
    return repository


def root(ctx: click.Context) -> Path:
    """The folder of the work tree."""
    work_tree = program_root(ctx).work_tree
    if work_tree is None:
        raise AssertionError("program_root promises a work tree")
    return work_tree


def judging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --rev, --staged, --base, --as-of, --no-cache and --observed, and passes the command a Judge instead of them."""

    @click.option("--rev", metavar="REV", help="Judge this commit, without checking it out.")
    @click.option("--staged", is_flag=True, help="Judge what is staged, as a commit would record it.")
    @click.option("--base", metavar="REV", help="The trusted commit that supplies the rules.")
    @click.option("--as-of", type=Day(), metavar="DATE", help="The day to judge on (default: today in UTC).")
    @click.option("--no-cache", is_flag=True, help="Take up nothing that this machine judged before.")
    @click.option(
        "--observed",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="FOLDER",
        help="Take in the records that `ray18 approvals observe` wrote there, as if they were proposed.",
    )
    @wraps(command)
    def wrapped(
        *,
        rev: str | None,
        staged: bool,
        base: str | None,
        as_of: date | None,
        no_cache: bool,
        observed: Path | None,
        **rest: Any,
    ) -> Any:
        ctx = click.get_current_context()
        if rev is not None and staged:
            raise UsageError("--rev and --staged exclude each other", "choose one of them")
        repository = program_repository(ctx)
        day = as_of or today()
        question = _question(ctx)
        judge = open_judge(
            repository, rev=rev, staged=staged, base=base, as_of=day, cached=not no_cache, observed=observed
        )
        if question is not None and (as_of or judge.program.as_of == today()):
            ctx.meta[ANSWERED] = partial(_note, question, judge)
        try:
            return command(judge=judge, **rest)
        finally:
            if judge.recall is not None:
                judge.recall.save()

    return wrapped


def _question(ctx: click.Context) -> Question | None:
    arguments = (ctx.find_root().obj or {}).get("arguments")
    try:
        return Question(arguments, str(Path.cwd())) if arguments else None
    except (Unclear, OSError):
        return None


def _note(question: Question, judge: Judge, output: bytes, status: int) -> None:
    locations = judge.program.rules.settings.locations
    places = sorted({*Map.of(judge.program.rules.settings).kinds, locations.handover})
    if isinstance(judge.snapshot, WorkTreeSnapshot):
        judge.snapshot.paths([locations.handover])
        files = judge.snapshot.sightings.now
        with suppress(Unclear, OSError):
            question.note(places, files, judge.branch, status, output, partial(_edits, judge))


def _edits(judge: Judge) -> dict[str, Any]:
    from ray18.harmless import edits_of_answer  # most answers are for files that were edited just now, and are not kept

    return edits_of_answer(judge)


def open_judge(
    repository: Repository,
    *,
    as_of: date,
    rev: str | None = None,
    staged: bool = False,
    base: str | None = None,
    cached: bool = True,
    observed: Path | None = None,
    before: Recall | None = None,
) -> Judge:
    """Everything needed to judge one place of a repository.

    `observed` has records from outside of it; `before` recalls what an earlier judge of the same run found.
    """
    cache = Cache(repository.common_dir) if cached else None
    snapshot, judged = _snapshot(repository, rev, staged)
    _restore(snapshot, cache)
    read_settings(snapshot)
    named = base if base is not None else named_by_ci(os.environ)
    guarded = protection(repository, cached=cached)
    trusted, anchor, branch = None, None, ""
    if named is not None or guarded is not None:
        branch, anchor = guarded or ("", None)
        trusted = trusted_base(repository, judged, named=named, protected_branch=branch, anchor=anchor)
    ledger = _ledger(repository, trusted, anchor, cached=cached)
    rules = _rules(snapshot, trusted, ledger)
    judged_place: Snapshot = snapshot
    if observed is not None:
        judged_place = with_records(snapshot, observed, rules.settings.locations.approvals)
    program = load(judged_place, rules, as_of, ledger.kept if ledger else {}, _progress)
    _save(snapshot, program, cache)
    return Judge(
        program,
        judged_place,
        ledger,
        judged or repository.head(),
        repository.disguises(),
        trusted.diverged if trusted else "",
        branch,
        recall=_recall(cache, program, judged_place, before),
    )


def _recall(cache: Cache | None, program: Program, snapshot: Snapshot, before: Recall | None) -> Recall | None:
    if cache is None:
        return None
    handover = partial(_handover_digest, snapshot, program.rules)
    return Recall(cache, program.documents, handover, before)


def with_records(snapshot: Snapshot, folder: Path, place: str) -> OverlaySnapshot:
    """A snapshot with the approval records that lie in a folder outside of it, below the same place.

    They are judged as proposed ones are. Raises BlockedError where one is there already and says something else.
    """
    outside = WorkTreeSnapshot(folder.resolve())
    found = {entry.path: content for entry, content in outside.read_all(outside.paths([place]))}
    here = {entry.path for entry in snapshot.paths([place])}
    for path in sorted(here & found.keys()):
        if snapshot.read(path) != found.pop(path):
            raise BlockedError(f"{path} in {folder} is not what the program has", "observe again")
    return OverlaySnapshot(snapshot, dict(found))


def _handover_digest(snapshot: Snapshot, rules: Rules) -> bytes:
    """A digest of every file of the hand-over. Objects of Git are read, since they may be damaged. Raises BlockedError."""
    entries = snapshot.paths([rules.settings.locations.handover])
    unnamed = [entry for entry in entries if not entry.oid or snapshot.id != WORK_TREE]
    named = {entry.path: snapshot.named(entry.path, content) for entry, content in snapshot.read_all(unnamed)}
    told = [(entry.path, entry.mode, entry.oid or named[entry.path]) for entry in entries]
    return digest(repr(told).encode("utf-8", "surrogateescape"))


def _restore(snapshot: Snapshot, cache: Cache | None) -> None:
    """Takes up what earlier runs on this machine read here."""
    if cache is None:
        return
    MEMORY.restore(cache)
    if isinstance(snapshot, WorkTreeSnapshot):
        kept = cache.get(f"sightings {snapshot.root}")
        snapshot.sightings.known = marshal.loads(kept) if kept else {}  # noqa: S302 (sealed)


def _save(snapshot: Snapshot, program: Program, cache: Cache | None) -> None:
    if cache is None:
        return
    MEMORY.save(cache, {(document.kind, document.oid) for document in program.documents})
    if isinstance(snapshot, WorkTreeSnapshot) and snapshot.sightings.changed >= WORTH_SAVING:
        cache.put(f"sightings {snapshot.root}", marshal.dumps(snapshot.sightings.lasting()))


def _ledger(repository: Repository, trusted: Base | None, anchor: str | None, *, cached: bool) -> Ledger | None:
    """The branch up to the trusted base; without an anchor that is older than it, from its first commit."""
    if trusted is None:
        return None
    if anchor is not None:
        if not repository.has(anchor):
            raise BlockedError(
                f"the anchor {anchor[:12]} is not on the first-parent chain of {trusted.commit[:12]}: it is not here at all",
                "history was rewritten, or `anchor` in ray18.yaml is wrong",
            )
        if anchor != trusted.commit and repository.merge_base(anchor, trusted.commit) == trusted.commit:
            anchor = None  # what is judged is older than the anchor
    return read_ledger(repository, trusted.commit, anchor, cached=cached)


def audited_ledger(repository: Repository, rev: str | None, anchor: str | None, *, cached: bool) -> Ledger:
    """The ledger of the protected branch, or of the branch that ends in `rev`, from the anchor."""
    branch, pinned = protection(repository, cached=cached) or ("", None)
    tip = repository.resolve(rev) if rev else protected_tip(repository, branch) if branch else None
    tip = tip or repository.resolve("HEAD")
    start = repository.resolve(anchor) if anchor else pinned
    ledger = read_ledger(repository, tip, start, signers=True, cached=cached)
    if ledger is None:
        raise BlockedError(f"there is no program in the history of {tip[:12]}", "run `ray18 init`, and commit")
    return ledger


def forgotten_tip(repository: Repository, ledger: Ledger, *, accept: bool) -> str:
    """The newest commit that an audit on this machine saw on the protected branch, if it is not there any more.

    It is remembered until somebody accepts that it is gone.
    """
    cache, name = Cache(repository.common_dir), f"tip {ledger.rules.settings.protected_branch}"
    seen = (cache.get(name) or b"").decode("ascii", "replace")
    if accept or not seen or seen in ledger.commits:
        cache.put(name, ledger.tip.encode())
        return ""
    return seen


def protection(repository: Repository, *, cached: bool) -> tuple[str, str | None] | None:
    """The protected branch and the anchor, by the rules in force on the repository's default branch.

    Neither a proposal nor somebody who can push to the branch may choose where trust begins.
    """
    default = default_branch(repository)
    if default is None:
        return None
    name, tip = default
    there = CommitSnapshot(repository, tip)
    if not there.paths([SETTINGS_PATH]):
        return name, None
    settings = read_settings(there)
    if (settings.protected_branch, settings.anchor) != (name, None):
        ledger = read_ledger(repository, tip, None, cached=cached)
        if ledger is None:
            return name, None
        settings = ledger.rules.settings
    return settings.protected_branch, settings.anchor


def _progress(done: int, total: int) -> None:
    """One line on a terminal, rewritten, when there is enough to wait for."""
    if total >= 2_000 and sys.stderr.isatty() and (done % 500 == 0 or done == total):
        sys.stderr.write("\r\x1b[K" if done == total else f"\rreading {done:,} of {total:,} records")
        sys.stderr.flush()


def named_by_ci(environment: Mapping[str, str]) -> str | None:
    """The base that a CI system names for a pull or merge request."""
    if environment.get("GITHUB_ACTIONS") == "true" and environment.get("GITHUB_BASE_REF"):
        return f"refs/remotes/origin/{environment['GITHUB_BASE_REF']}"
    if environment.get("GITLAB_CI") == "true":
        return environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA") or None
    return None


def _snapshot(repository: Repository, rev: str | None, staged: bool) -> tuple[Snapshot, str | None]:
    if rev is not None:
        commit = repository.resolve(rev)
        return CommitSnapshot(repository, commit), commit
    if staged:
        return IndexSnapshot(repository, os.environ.get("GIT_INDEX_FILE")), None
    if repository.work_tree is None:
        commit = repository.resolve("HEAD")
        return CommitSnapshot(repository, commit), commit
    return WorkTreeSnapshot(repository.work_tree), None


def _rules(snapshot: Snapshot, trusted: Base | None, ledger: Ledger | None) -> Rules:
    if trusted is None:
        return read_rules(snapshot, None, "unanchored")
    if ledger is None:
        return read_rules(snapshot, None, "unanchored: the base has no ray18.yaml yet")
    reason = trusted.reason
    if ledger.unaccepted:
        reason += f"; rules of {(ledger.rules.base or '')[:12]}, since nobody agreed to later ones"
    return replace(ledger.rules, base=trusted.commit, reason=reason)

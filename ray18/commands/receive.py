"""`ray18 receive`: what a bare repository lets in, as its pre-receive or update hook."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import click

from ray18.commands.hooks import holds_program, require_same_repository, tell
from ray18.commands.output import say
from ray18.commands.place import open_judge, program_repository, protection, today
from ray18.errors import Ray18Error, UsageError
from ray18.findings import Finding
from ray18.git import Repository, receiving
from ray18.history import default_branch, left_at
from ray18.ledger import sections_at
from ray18.native_hooks.folders import HooksFolder, hooks_folder
from ray18.native_hooks.installed import put, take_away
from ray18.native_hooks.interpreter import fast_interpreter
from ray18.native_hooks.pushes import Update, against_the_branch, commit_of, received
from ray18.native_hooks.received import refusal, refused_name, unapproved, ungated, unsound
from ray18.native_hooks.scripts import SERVER_STAGES, ServerStage, hook_file
from ray18.quick.repository import DEFAULT_BRANCHES
from ray18.renderers import text
from ray18.terminal import safe

_SHOWN = 20
_GATES = "ray18.gate"
"""The server's own setting (git config): gates that must pass on a guarded branch, besides the plan's approvals."""


@click.group()
def command() -> None:
    """Let a bare repository refuse what nobody approved: its pre-receive and update hooks.

    A push to the protected branch is refused when it deletes or rewrites the branch, when records are not sound, when it
    changes the plan and not every role has approved that plan, or when it loosens rules without those whom they take.
    Other branches and tags are free.

    \b
    Examples:
      ray18 -C /srv/git/program.git receive install
      git -C /srv/git/program.git config --add ray18.gate backlog
    """


@command.command()
@click.option("--update", is_flag=True, help="As update hook, which lets the good references of a bad push in.")
@click.option("--force", is_flag=True, help="Also into a shared folder, and over edited files.")
@click.pass_context
def install(ctx: click.Context, update: bool, force: bool) -> None:
    """Write the hook file of a bare repository; a hook that is there already is kept, and runs first.

    It is the pre-receive hook, which takes a push as a whole or not at all.
    """
    folder = _folder(ctx)
    if folder.owner == "machine" and not force:
        raise UsageError(
            f"core.hooksPath ({folder.setting}) names {folder.path}, which other repositories use too",
            "use --force to write there",
        )
    stage: ServerStage = "update" if update else "pre-receive"
    tell(folder, [put(folder.path, stage, hook_file(stage, fast_interpreter()), force=force)])


@command.command()
@click.option("--force", is_flag=True, help="Also files that were changed by hand.")
@click.pass_context
def uninstall(ctx: click.Context, force: bool) -> None:
    """Remove the hook files, and put back what was there before."""
    folder = _folder(ctx)
    tell(folder, [take_away(folder.path, stage, force=force) for stage in SERVER_STAGES])


@command.command("pre-receive")
@click.pass_context
def pre_receive(ctx: click.Context) -> None:
    """Judge a whole push, as Git tells it on standard input: one line `OLD NEW REF` for each reference."""
    ctx.exit(_judge(ctx, "pre-receive", received(sys.stdin.buffer.read())))


@command.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", type=click.UNPROCESSED)
@click.argument("old")
@click.argument("new")
@click.pass_context
def update(ctx: click.Context, name: str, old: str, new: str) -> None:
    """Judge one reference of a push, as Git tells the update hook: REF OLD NEW."""
    told = f"{old} {new} {name}".encode("utf-8", "surrogateescape")
    ctx.exit(_judge(ctx, "update", received(told)))


def _folder(ctx: click.Context) -> HooksFolder:
    repository = program_repository(ctx)
    if repository.work_tree is not None:
        raise UsageError(
            "this repository has a work tree; nobody should push to it", "for commits: ray18 hooks install"
        )
    return hooks_folder(repository)


def _judge(ctx: click.Context, stage: ServerStage, pushed: tuple[Update, ...]) -> int:
    """Judges every reference, so that whoever pushes sees all that is wrong at once; the exit code."""
    repository = program_repository(ctx)
    require_same_repository(repository, stage)
    repository = receiving(repository, os.environ.get("GIT_QUARANTINE_PATH"))
    guard = _guarded(repository)
    answers = [_answer(repository, update, guard) for update in pushed]
    for update, (found, _) in zip(pushed, answers, strict=True):
        if found:
            say(f"ray18: {safe(update.name)} is refused\n{text.listed(found, limit=_SHOWN)}")
    return max((status for _, status in answers), default=0)


@dataclass(frozen=True)
class _Guard:
    """Which branches are judged, and what they are judged against."""

    default: tuple[str, str] | None
    """Name and tip of the default branch, which says what is protected; None before there is one."""
    names: frozenset[str]
    """The branches that are judged, in full: the default and the protected one, and those that could become the default."""
    above: frozenset[str]
    """Branches that are not there, and would be the default branch if they were."""


def _guarded(repository: Repository) -> _Guard:
    """By HEAD, the usual names, and the rules in force (`ray18.history.default_branch`). Before there is a default branch, trust
    begins with the first push of one."""
    status, output, _ = repository.attempt("symbolic-ref", "--quiet", "HEAD")
    head = os.fsdecode(output).strip().removeprefix("refs/heads/") if status == 0 else ""
    ranked = list(dict.fromkeys(name for name in (head, *DEFAULT_BRANCHES) if name))
    default, protected = default_branch(repository), protection(repository, cached=True)
    above = ranked[: ranked.index(default[0])] if default and default[0] in ranked else []
    known = {default[0] if default else "", protected[0] if protected else ""}
    judged = {*above, *known, *(ranked if default is None else ())} - {""}
    return _Guard(
        default, frozenset(f"refs/heads/{name}" for name in judged), frozenset(f"refs/heads/{n}" for n in above)
    )


def _answer(repository: Repository, update: Update, guard: _Guard) -> tuple[tuple[Finding, ...], int]:
    """What is wrong with one reference, and the exit code."""
    try:
        found = tuple(refused_name(update))
        if update.name in guard.names:
            found = (*found, *_wrong(repository, update, guard))
    except Ray18Error as error:
        return (replace(refusal(update, error.message, error.remedy), level="blocker"),), error.exit_code
    blocked = any(finding.level == "blocker" for finding in found)
    return found, 3 if blocked else 1 if found else 0


def _wrong(repository: Repository, update: Update, guard: _Guard) -> Iterator[Finding]:
    branch = update.name.removeprefix("refs/heads/")
    moves = [refusal(update, message, remedy) for message, remedy in against_the_branch(repository, update, branch)]
    if update.name in guard.above and guard.default is not None and update.new:
        message = f"this branch would become the default branch, in the place of {guard.default[0]}"
        moves.append(refusal(update, message, "use another name, or ask who runs this server (git symbolic-ref HEAD)"))
    commit = commit_of(repository, update.new) if update.new else None
    if moves or commit is None:
        yield from moves
        return
    start = _start(repository, update, commit, guard)
    had = start is not None and holds_program(repository, start)
    if not had and not holds_program(repository, commit):
        return
    judge = open_judge(repository, rev=commit, base=start if had else commit, as_of=today())
    records = unsound(judge)
    yield from records
    if not records:
        before = sections_at(repository, start, judge.program.rules.settings) if had and start else None
        yield from dict.fromkeys((*unapproved(judge, before), *ungated(judge, _gates(repository))))


def _start(repository: Repository, update: Update, commit: str, guard: _Guard) -> str | None:
    """What a push is judged against: the branch as it was; for a new one, where it left the default branch."""
    if update.old:
        return update.old
    return left_at(repository, commit, None, guard.default[0]) if guard.default else None


def _gates(repository: Repository) -> tuple[str, ...]:
    status, output, _ = repository.attempt("config", "--get-all", _GATES)
    return tuple(output.decode("utf-8", "replace").split()) if status == 0 else ()

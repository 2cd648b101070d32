"""`ray18 hooks`: Git's hooks without a hook manager."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import click
from pydantic import BaseModel, Field

from ray18 import __version__
from ray18.commands import check
from ray18.commands.output import colourful, say
from ray18.commands.place import open_judge, program_repository, today
from ray18.documents import SETTINGS_PATH
from ray18.errors import EnvironmentProblem, UsageError
from ray18.facts import Map
from ray18.findings import Finding
from ray18.gates import Judge
from ray18.git import Repository
from ray18.history import default_branch
from ray18.native_hooks.claims import claims
from ray18.native_hooks.folders import HooksFolder, Owner, hooks_folder
from ray18.native_hooks.installed import Done, State, look, put, take_away
from ray18.native_hooks.interpreter import fast_interpreter
from ray18.native_hooks.pushes import Update, against_the_branch, commit_of, updates
from ray18.native_hooks.scripts import STAGES, ClientStage, Stage, around, hook_file
from ray18.native_hooks.vouched import unfounded
from ray18.renderers import renderer
from ray18.renderers.inert import json_text
from ray18.report import check_records
from ray18.snapshot import CommitSnapshot, IndexSnapshot
from ray18.terminal import safe

_LONGEST_MESSAGE = 1 << 20
_WHOSE: dict[Owner, str] = {
    "repository": "this repository's own",
    "team": "in the work tree: commit what changes there",
    "machine": "outside this repository, other repositories use it too",
}


class HookOutput(BaseModel):
    """One hook of Git."""

    stage: ClientStage = Field(description="The hook, as githooks(5) names it.")
    state: State = Field(
        description="none, installed, edited (ours, changed by hand), or other (somebody else's hook)."
    )
    version: str = Field(description="The version of RAY-18 that wrote it; empty for others.")
    manager: str = Field(description="The hook manager that wrote it, where known.")
    runs_first: bool = Field(description="Whether a hook that was there before is run first.")


class HooksOutput(BaseModel):
    """Which hooks of Git RAY-18 answers in a repository."""

    version: Literal[1] = Field(description="The version of this format.")
    folder: str = Field(description="The folder that Git runs hooks from.")
    owner: Owner = Field(description="repository, team (it lies in the work tree), or machine (others use it too).")
    setting: str = Field(description="The scope of configuration that sets core.hooksPath; empty when none does.")
    hooks: list[HookOutput] = Field(description="One entry for each hook that RAY-18 has something to say at.")


def _stages_option(command: Callable[..., Any]) -> Callable[..., Any]:
    for stage in reversed(STAGES):
        command = click.option(
            f"--{stage}", stage.replace("-", "_"), is_flag=True, help=f"Only {stage} (repeatable with the others)."
        )(command)
    return command


@click.group()
def command() -> None:
    """Let Git itself call RAY-18: the fastest way, without a hook manager.

    pre-commit and pre-merge-commit judge what is staged, commit-msg keeps messages from claiming decisions that no record
    holds, and pre-push judges what is pushed. A hook that is there already is kept, and runs first.

    \b
    Examples:
      ray18 hooks install
      ray18 hooks status
      ray18 hooks uninstall
    """


@command.command()
@_stages_option
@click.option("--force", is_flag=True, help="Also into a shared folder, beside a hook manager, and over edited files.")
@click.pass_context
def install(ctx: click.Context, /, force: bool, **chosen: bool) -> None:
    """Write the hook files; run it again to bring them up to date."""
    folder = _folder(ctx)
    if folder.owner == "machine" and not force:
        raise UsageError(
            f"core.hooksPath ({folder.setting}) names {folder.path}, which other repositories use too",
            "git config --local core.hooksPath .git/hooks, or use --force to write there",
        )
    interpreter = fast_interpreter() if folder.owner == "repository" else None
    done = [put(folder.path, stage, hook_file(stage, interpreter), force=force) for stage in _chosen(chosen)]
    tell(folder, done)


@command.command()
@_stages_option
@click.option("--force", is_flag=True, help="Also files that were changed by hand.")
@click.pass_context
def uninstall(ctx: click.Context, /, force: bool, **chosen: bool) -> None:
    """Remove the hook files, and put back what was there before."""
    folder = _folder(ctx)
    tell(folder, [take_away(folder.path, stage, force=force) for stage in _chosen(chosen)])


@command.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def status(ctx: click.Context, form: str) -> None:
    """Show which hooks are installed here, and which others are in their place."""
    folder = _folder(ctx)
    found = [(stage, look(folder.path, stage)) for stage in STAGES]
    if form == "json":
        hooks = [
            HookOutput(stage=stage, state=one.state, version=one.version, manager=one.manager, runs_first=one.before)
            for stage, one in found
        ]
        output = HooksOutput(
            version=1, folder=str(folder.path), owner=folder.owner, setting=folder.setting, hooks=hooks
        )
        say(f"{json_text(output)}\n")
        return
    say(f"{safe(str(folder.path))}  ({_WHOSE[folder.owner]})\n")
    words: dict[State, str] = {"none": "not installed", "installed": "installed", "edited": "changed by hand"}
    for stage, one in found:
        word = words.get(one.state) or (f"{one.manager}'s" if one.manager else "somebody else's")
        old = f", written by {one.version}: ray18 hooks install" if one.version not in ("", __version__) else ""
        first = ", after the hook that was there before" if one.before and one.version else ""
        say(f"  {stage:17} {word}{old}{first}\n")


@command.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("stage", type=click.Choice(STAGES))
@click.argument("given", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run_hook(ctx: click.Context, stage: ClientStage, given: tuple[str, ...]) -> None:
    """Do what a hook of Git does, with the arguments and the input that Git gives it."""
    repository = program_repository(ctx)
    require_same_repository(repository, stage)
    if stage == "pre-push":
        ctx.exit(_judge_push(repository, sys.stdin.buffer.read()))
    if not _has_program(repository):
        return
    if stage == "commit-msg":
        if len(given) != 1:
            raise UsageError("commit-msg is given one file", "ray18 hooks run commit-msg FILE")
        ctx.exit(_judge_message(repository, Path(given[0])))
    told = check.command.main(
        ["--staged", "--quiet"], prog_name="ray18 check", standalone_mode=False, obj=ctx.find_root().obj
    )
    ctx.exit(told if isinstance(told, int) else 0)


def _folder(ctx: click.Context) -> HooksFolder:
    repository = program_repository(ctx)
    if repository.work_tree is None:
        raise UsageError(
            "this is a bare repository: nobody commits here, so no hook of a commit runs",
            "run it in a clone; for a server: ray18 receive install",
        )
    return hooks_folder(repository)


def _chosen(chosen: dict[str, bool]) -> tuple[ClientStage, ...]:
    wanted = tuple(stage for stage in STAGES if chosen[stage.replace("-", "_")])
    return wanted or STAGES


def tell(folder: HooksFolder, done: Iterable[Done]) -> None:
    """Says what came of writing or removing hook files; ends with exit code 1 where something was refused."""
    say(f"{safe(str(folder.path))}  ({_WHOSE[folder.owner]})\n")
    refused = False
    for one in done:
        refused |= one.outcome == "refused"
        say(f"  {one.stage:17} {one.outcome}{f': {safe(one.message)}' if one.message else ''}\n")
        if one.remedy:
            say(f"{'':20}-> {safe(one.remedy)}\n")
    if refused:
        raise click.exceptions.Exit(1)


def require_same_repository(repository: Repository, stage: Stage) -> None:
    """Git tells its hooks which repository it works on; that must be the one around here."""
    told = os.environ.get("GIT_DIR")
    if told and not Path(told).samefile(repository.git_dir):
        raise EnvironmentProblem(
            f"Git works on {told}, but the repository around here is {repository.git_dir}",
            f"call Git inside the repository, or: {around(stage)}",
        )


def _has_program(repository: Repository) -> bool:
    """Whether what is staged, or the commit before it, holds a program; other branches are not our business."""
    head = repository.head()
    index = IndexSnapshot(repository, os.environ.get("GIT_INDEX_FILE"))
    return bool(index.paths([SETTINGS_PATH])) or (head is not None and holds_program(repository, head))


def holds_program(repository: Repository, commit: str) -> bool:
    return bool(CommitSnapshot(repository, commit).paths([SETTINGS_PATH]))


def _judge_message(repository: Repository, path: Path) -> int:
    try:
        with path.open("rb") as stream:
            message = stream.read(_LONGEST_MESSAGE + 1)
    except OSError as error:
        raise EnvironmentProblem(f"cannot read {path}: {error.strerror}", around("commit-msg")) from error
    if len(message) > _LONGEST_MESSAGE:
        raise UsageError("the commit message is longer than 1 MiB", "write a shorter one")
    found = claims(message.decode("utf-8", "surrogateescape"))
    if not found:
        return 0
    judge = open_judge(repository, staged=True, as_of=today())
    return say_findings(unfounded(judge, found)) if _touches_records(repository, judge) else 0


def _touches_records(repository: Repository, judge: Judge) -> bool:
    """Whether the commit changes anything governed: other commits may say what they like."""
    head = repository.head()
    if head is None:
        return True
    places = sorted(Map.of(judge.program.rules.settings).kinds)
    arguments = ("diff-index", "--cached", "--name-only", "-z", head, "--", *places)
    return bool(repository.run(*arguments, index_file=os.environ.get("GIT_INDEX_FILE")))


def _judge_push(repository: Repository, told: bytes) -> int:
    pushed = updates(told)
    status = 0
    for commit, names in _commits(repository, pushed).items():
        judge = open_judge(repository, rev=commit, as_of=today())
        report = check_records(judge, ())
        if report.findings or report.verdict.exit_code:
            say(f"{safe(', '.join(names))} ({commit[:12]}):\n")
            say(renderer("text", "check")(report, colour=colourful(sys.stdout)))
        status = max(status, report.verdict.exit_code)
    branch = default_branch(repository)
    problems = [
        Finding("protected-branch-moves-forward", "error", message, path=update.name, remedy=remedy)
        for update in pushed
        if branch is not None
        for message, remedy in against_the_branch(repository, update, branch[0])
    ]
    return max(status, say_findings(problems))


def _commits(repository: Repository, pushed: tuple[Update, ...]) -> dict[str, list[str]]:
    """Each commit that becomes a tip, with the names it gets; those without a program are not our business."""
    found: dict[str, list[str]] = {}
    for update in pushed:
        commit = commit_of(repository, update.new) if update.new else None
        if commit is not None and (holds_program(repository, commit) or _held_program(repository, update)):
            found.setdefault(commit, []).append(update.name)
    return found


def _held_program(repository: Repository, update: Update) -> bool:
    """Whether the remote's reference held a program before."""
    before = commit_of(repository, update.old) if update.old and repository.has(update.old) else None
    return before is not None and holds_program(repository, before)


def say_findings(findings: Iterable[Finding]) -> int:
    """Prints findings that belong to no file; the exit code."""
    status = 0
    for finding in findings:
        status = max(status, int(finding.level in ("error", "blocker")))
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        say(
            f"{safe(place)}: {finding.level} {finding.policy}\n  {safe(finding.message)}\n    -> {safe(finding.remedy)}\n"
        )
    return status

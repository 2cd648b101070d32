"""`ray18 selftest`: the public attacks, played here and now against this installation."""

import contextlib
import io
import json
import multiprocessing
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

import click

from ray18.attacks import cases
from ray18.attacks.case import Case, Line
from ray18.attacks.stage import DAY
from ray18.attacks.trial import Answer, Outcome, tried
from ray18.commands.gate import command as gate
from ray18.commands.output import say
from ray18.errors import Ray18Error, UsageError

_ENOUGH = 2
"""Fewer scripts than this are played in this process."""


@click.command()
@click.option("--attacks", is_flag=True, help="Play every attack and every harmless disturbance.")
@click.option("--only", "only", multiple=True, metavar="ID", help="Play this script only; repeatable.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def command(ctx: click.Context, attacks: bool, only: tuple[str, ...], form: str) -> None:
    """Try RAY-18 itself: every attack must be refused with its cause named, every disturbance must cost nothing.

    Each script plays on a real Git repository in a temporary folder; beside RAY-18's verdict stands what plain git says
    about the signature of the commit at stake. Exit code 0 only when all of it is as promised.

    \b
    Examples:
      ray18 selftest --attacks
      ray18 selftest --attacks --only foxtrot-merge
    """
    if not attacks:
        say(f"{ctx.get_help()}\n")
        raise click.exceptions.Exit(2)
    outcomes = list(_played(_chosen(only)))
    say(_as_json(outcomes) if form == "json" else _as_text(outcomes))
    if any(outcome.problems for outcome in outcomes):
        raise click.exceptions.Exit(1)


def ask(folder: Path, line: Line, environment: Mapping[str, str]) -> Answer:
    """What `ray18` answers in a folder on the day of the stage, in this process."""
    arguments = [*line[1:], "--as-of", str(DAY)]
    buffer = io.BytesIO()
    out = io.TextIOWrapper(buffer, encoding="utf-8", errors="surrogateescape", write_through=True)
    with _environment(environment), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        status = _status(folder, arguments, out)
    return status, buffer.getvalue().decode("utf-8", "replace")


@contextlib.contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    """More variables for a while."""
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _status(folder: Path, arguments: Sequence[str], out: io.TextIOWrapper) -> int:
    try:
        told = gate.main(list(arguments), prog_name="ray18 gate", standalone_mode=False, obj={"folder": folder})
    except Ray18Error as error:
        out.write(f"ray18: {error.message}\n    -> {error.remedy}\n")
        return error.exit_code
    except click.ClickException as error:
        out.write(f"{error.format_message()}\n")
        return 2
    except Exception as error:  # a script may find a fault of ours: it is reported like any other
        out.write(f"internal error: {type(error).__name__}: {error}\n")
        return 4
    return told if isinstance(told, int) else 0


def _chosen(only: tuple[str, ...]) -> tuple[Case, ...]:
    known = {case.id: case for case in cases()}
    for name in only:
        if name not in known:
            raise UsageError(f"there is no script {name!r}", "ray18 selftest --attacks lists them all")
    return tuple(known[name] for name in only) or tuple(known.values())


def _played(chosen: Sequence[Case]) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory(prefix="ray18-") as folder:
        jobs = [(case.id, folder) for case in chosen]
        if len(chosen) < _ENOUGH:
            yield from map(_play, jobs)
            return
        with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
            yield from pool.map(_play, jobs, chunksize=4)


def _play(job: tuple[str, str]) -> Outcome:
    """One script, in whatever process; each process keeps its own copies of the stories."""
    name, folder = job
    case = next(case for case in cases() if case.id == name)
    return tried(case, Path(folder, f"kept-{os.getpid()}"), Path(folder, name), ask)


def _as_text(outcomes: Sequence[Outcome]) -> str:
    width = max(len(outcome.id) for outcome in outcomes)
    lines = []
    for told, attack in (("Attacks", True), ("Harmless disturbances", False)):
        mine = [outcome for outcome in outcomes if outcome.attack is attack]
        if not mine:
            continue
        lines += [told, ""]
        for outcome in mine:
            verdict = "/".join(outcome.verdicts)
            lines.append(f"{outcome.id:{width}}  {verdict:15}  {_said(outcome)}  {outcome.title}")
            lines += [f"{'':{width}}  cause: {outcome.cause}"] if attack else []
            lines += [f"{'':{width}}  PROBLEM: {problem}" for problem in outcome.problems]
        lines.append("")
    refused = [outcome for outcome in outcomes if outcome.attack]
    kept = [outcome for outcome in outcomes if not outcome.attack]
    good = [sum(not outcome.problems for outcome in some) for some in (refused, kept)]
    lines.append(
        f"{good[0]} of {len(refused)} attacks refused with their cause named, "
        f"{good[1]} of {len(kept)} harmless disturbances without effect"
    )
    return "\n".join(lines) + "\n"


def _said(outcome: Outcome) -> str:
    return f"git says {outcome.git_says:24}" if outcome.git_says else " " * 33


def _as_json(outcomes: Sequence[Outcome]) -> str:
    return (
        json.dumps({"version": 1, "outcomes": [asdict(one) for one in outcomes]}, indent=2, ensure_ascii=False) + "\n"
    )

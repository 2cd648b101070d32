"""`ray18 fleet`: many repositories judged side by side, worst first; one broken repository never stops the others."""

import json
import os
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import click

from ray18.commands.output import emit, format_option
from ray18.commands.place import Day, open_judge, today
from ray18.errors import Ray18Error, UsageError
from ray18.fleet.engine import cluster, local
from ray18.fleet.kept import Kept
from ray18.fleet.mirrors import refreshed
from ray18.fleet.portfolio import FleetReport, Order, judge_fleet
from ray18.fleet.standing import Standing, blocked, fingerprint, standing
from ray18.fleet.targets import Target, targets
from ray18.git import discover

_BATCH = 8
"""Repositories in one task: sending one costs about as much as judging a known one."""


@click.group()
def command() -> None:
    """Judge many repositories at once."""


@command.command()
@click.argument("repositories", nargs=-1, metavar="[REPO]...")
@click.option(
    "--from",
    "listed",
    type=click.File("r"),
    metavar="FILE",
    help="A file that names one in each line (-: standard input).",
)
@click.option("--rev", default="HEAD", show_default=True, metavar="REV", help="What is judged in each repository.")
@click.option("--as-of", type=Day(), metavar="DATE", help="The day to judge on (default: today in UTC).")
@click.option(
    "--mirrors",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where repositories that are named by URL are mirrored.",
)
@click.option(
    "--resume",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep answers here; what did not change since is not judged again.",
)
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="So many at a time (default: one for each processor)."
)
@click.option("--scheduler", metavar="ADDRESS", help="Judge on the workers of this Dask scheduler, as tcp://host:8786.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="The limit for one repository.",
)
@click.option("--no-cache", is_flag=True, help="Take up nothing that was judged before.")
@format_option
def status(
    repositories: tuple[str, ...],
    listed: Any,
    rev: str,
    as_of: date | None,
    mirrors: Path | None,
    resume: Path | None,
    jobs: int | None,
    scheduler: str | None,
    timeout: float,
    no_cache: bool,
    formats: tuple[str, ...],
) -> None:
    """Show where each of many programs stands, the worst first.

    A REPO is a folder, a bare mirror, or a URL (with --mirrors). The exit code is that of the worst verdict.

    \b
    Examples:
      ray18 fleet status ~/programs/*
      ray18 fleet status --from programs.txt --mirrors /var/cache/programs --resume standing.jsonl
      ray18 fleet status --from programs.txt --scheduler tcp://scheduler:8786 --format markdown=fleet.md
    """
    beside = Path(listed.name).parent if listed is not None and listed.name != "<stdin>" else Path.cwd()
    chosen = targets(repositories, listed or (), beside.absolute())
    _require_usable(chosen, mirrors)
    day = as_of or today()
    order = Order(day.isoformat(), rev, mirrors.absolute() if mirrors else None, not no_cache, timeout)
    engine = cluster(scheduler) if scheduler else local(jobs)
    with Kept(resume) if resume else nullcontext() as kept, engine as executor:
        known = kept.lines if kept is not None and not no_cache else {}
        keep = kept.add if kept is not None else lambda _: None
        found = []
        for one in judge_fleet(chosen, order, executor, batch=_batch(len(chosen)), kept=known, keep=keep):
            found.append(one)
            _progress(len(found), len(chosen))
    emit("fleet", FleetReport(day, tuple(found)), formats)


def _require_usable(chosen: tuple[Target, ...], mirrors: Path | None) -> None:
    if not chosen:
        raise UsageError("no repository is named", "name folders or URLs, or a file of them: --from FILE")
    remote = next((target for target in chosen if target.remote), None)
    if remote is not None and mirrors is None:
        raise UsageError(f"{remote.name} is a URL", "say where to keep its mirror: --mirrors FOLDER")
    if mirrors is not None:
        mirrors.mkdir(parents=True, exist_ok=True)


def _batch(count: int) -> int:
    """Few repositories are judged one by one, so that no processor waits for another."""
    return _BATCH if count >= 16 * _BATCH else 1


def _progress(done: int, total: int) -> None:
    if total >= 20 and sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K" if done == total else f"\rjudged {done:,} of {total:,} repositories")
        sys.stderr.flush()


@command.command(hidden=True)
def worker() -> None:
    """Answer requests, one line of JSON each, until there are no more."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever prints, prints elsewhere
    for line in sys.stdin.buffer:
        answers.write(json.dumps(_answer(json.loads(line))).encode() + b"\n")


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """What one repository came to; whatever is wrong with it is its own verdict."""
    name = request["name"]
    try:
        return _judged(request)
    except Ray18Error as error:
        found = blocked(name, error.message, error.remedy)
    except Exception as error:  # a defect of ours in front of one repository costs no other its verdict
        found = blocked(name, f"internal error: {type(error).__name__}: {error}", "ray18 gate --all --debug, in there")
    return {"standing": found.model_dump_json()}


def _judged(request: dict[str, Any]) -> dict[str, Any]:
    day = date.fromisoformat(request["as_of"])
    target = Target(request["name"], request["location"], request["remote"])
    place = refreshed(target, Path(request["mirrors"])) if target.remote else Path(target.location)
    repository = discover(place)
    commit = repository.resolve(request["rev"])
    seen = fingerprint(repository, commit, day)
    if request["known"] == seen:
        return {"same": True, "fingerprint": seen}
    judge = open_judge(repository, as_of=day, rev=commit, cached=request["cached"])
    found: Standing = standing(target.name, judge)
    if judge.recall is not None:
        judge.recall.save()
    return {"standing": found.model_dump_json(), "fingerprint": seen}

"""`ray18 backlog automation`: what comes up again and again, and may be worth a script."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from ray18.commands.output import say
from ray18.commands.place import Day, judging_options
from ray18.commit_log import commits_of
from ray18.errors import BlockedError
from ray18.evidence.automation_candidates import (
    AutomationCandidates,
    CandidateOutput,
    as_markdown,
    automation_candidates,
)
from ray18.evidence.json_text import as_json
from ray18.files import write_whole
from ray18.gates import Judge
from ray18.git import discover
from ray18.planning.automation import Occurrence
from ray18.terminal import safe

_SHOWN = 15


@click.command("automation")
@judging_options
@click.option(
    "--commits",
    "repositories",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A Git repository whose commits are looked through too. May be given several times.",
)
@click.option("--since", type=Day(), metavar="DATE", help="Only commits of this day and later.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the JSON (or Markdown) there.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text")
def automation(
    judge: Judge, repositories: tuple[Path, ...], since: date | None, output: Path | None, format_: str
) -> None:
    """Rank what comes up again and again in tickets, incidents, the backlog and commits: candidates for automation.

    \b
    Examples:
      ray18 backlog automation
      ray18 backlog automation --commits ../booking-api --commits ../web-shop --since 2025-01-01 --format markdown
      ray18 backlog automation --output .artifacts/protocol-21/automation-candidates.json
    """
    commits = [said for folder in repositories for said in _said(folder, since, judge.program.as_of)]
    found = automation_candidates(judge, commits)
    if found is None:
        raise BlockedError("there is neither a backlog nor a hand-over to look through", "read one in: ray18 intake")
    content = as_markdown(found) if format_ == "markdown" else as_json(found.model_dump(mode="json")).decode()
    if output:
        write_whole(output, content.encode())
        say(f"wrote  {safe(str(output))}\n")
    elif format_ != "text":
        say(content)
    if format_ == "text":
        say(_as_text(found))


def _said(folder: Path, since: date | None, as_of: date) -> Iterator[tuple[str, Occurrence]]:
    repository = discover(folder)
    for said in commits_of(repository, repository.resolve("HEAD"), since):
        if said.day <= as_of:
            yield said.author, Occurrence(said.subject, f"{folder.name} {said.oid[:12]}", said.day)


def _as_text(found: AutomationCandidates) -> str:
    more = len(found.candidates) - _SHOWN
    head = "rank   score  times  hours each  steady  saved a year  build  where             what"
    lines = [head, *map(_row, found.candidates[:_SHOWN]), *([f"… and {more} more"] if more > 0 else []), ""]
    return "".join(
        f"{safe(line)}\n" for line in (*(lines if found.candidates else ()), *found.summary, *found.passed_over)
    )


def _row(entry: CandidateOutput) -> str:
    saving = entry.expected_hours_saved_a_year
    saved = f"{saving.low:.0f}-{saving.high:.0f} h" if saving else "–"
    numbers = f"{_number(entry.hours_each):>10}  {entry.steadiness:6.2f}  {saved:>12}  {entry.build_hours:5.0f}"
    return f"{entry.rank:4}  {_number(entry.score):>6}  {entry.occurrences:5}  {numbers}  {entry.kind:16}  {entry.title[:60]}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"

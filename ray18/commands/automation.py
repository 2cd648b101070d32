"""`ray18 backlog automation`: what comes up again and again, and may be worth a script."""

from pathlib import Path

import click

from ray18.commands.output import say
from ray18.commands.place import judging_options
from ray18.errors import BlockedError
from ray18.evidence.automation_candidates import AutomationCandidates, automation_candidates
from ray18.evidence.json_text import as_json
from ray18.files import write_whole
from ray18.gates import Judge
from ray18.terminal import safe

_SHOWN = 15


@click.command("automation")
@judging_options
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the JSON there.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def automation(judge: Judge, output: Path | None, format_: str) -> None:
    """Rank what comes up again and again in tickets, incidents and the backlog: candidates for automation.

    \b
    Examples:
      ray18 backlog automation
      ray18 backlog automation --output .artifacts/protocol-21/automation-candidates.json
    """
    found = automation_candidates(judge)
    if found is None:
        raise BlockedError("there is neither a backlog nor a hand-over to look through", "read one in: ray18 intake")
    content = as_json(found.model_dump(mode="json"))
    if output:
        write_whole(output, content)
        say(f"wrote  {safe(str(output))}\n")
    elif format_ == "json":
        say(content.decode())
    if format_ == "text":
        say(_as_text(found))


def _as_text(found: AutomationCandidates) -> str:
    rows = [
        f"{entry.rank:4}  {_number(entry.score)}  {entry.occurrences:5}  {entry.kind:16}  {entry.title[:70]}"
        for entry in found.candidates[:_SHOWN]
    ]
    more = len(found.candidates) - len(rows)
    lines = ["rank   score  times  where             what", *rows, *([f"… and {more} more"] if more else []), ""]
    return "".join(f"{safe(line)}\n" for line in (*(lines if rows else ()), *found.summary, *found.passed_over))


def _number(score: float | None) -> str:
    return "     –" if score is None else f"{score:6.2f}"

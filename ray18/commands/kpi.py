"""`ray18 kpi`: key figures from records and history."""

from pathlib import Path

import click

from ray18.commands.output import say
from ray18.commands.place import judging_options, program_repository
from ray18.errors import BlockedError, UsageError
from ray18.evidence.json_text import as_json
from ray18.files import write_whole
from ray18.gates import Judge
from ray18.handover.model import Unusable
from ray18.handover.observations import SloObservation, read_observations
from ray18.kpis.page import markdown, text
from ray18.kpis.report import kpi_report
from ray18.stories import Stories, read_stories
from ray18.terminal import safe


@click.command()
@judging_options
@click.option(
    "--observations",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A CSV: service, objective, day, good, total.",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the page (or the JSON) there.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.pass_context
def command(ctx: click.Context, judge: Judge, observations: Path | None, output: Path | None, format_: str) -> None:
    """Key figures: times to acknowledge, resolve and decide, age, due dates, promises kept, toil, error budgets.

    What is not done yet is counted in (Kaplan-Meier), beside the usual mean and why it differs. From the ticket history,
    the post-mortems, and one pass over the history of the records.

    \b
    Examples:
      ray18 kpi
      ray18 kpi --rev v1.0 --as-of 2026-06-30 --format markdown --output reports/june.md
      ray18 kpi --observations observations.csv --format json
    """
    repository = program_repository(ctx)
    observed = _observed(observations) if observations else ()
    settings, as_of = judge.program.rules.settings, judge.program.as_of
    stories = read_stories(repository, judge.head, settings, as_of) if judge.head else Stories(0, None, (), (), {}, 0)
    report = kpi_report(judge, stories, observed)
    if format_ == "json":
        made = as_json(report.model_dump(mode="json")).decode()
    else:
        made = (
            markdown(report)
            if format_ == "markdown"
            else "".join(safe(line) + "\n" for line in text(report).splitlines())
        )
    if output:
        write_whole(output, made.encode())
        say(f"wrote  {safe(str(output))}\n")
    else:
        say(made)


def _observed(path: Path) -> tuple[SloObservation, ...]:
    """The rows; one that cannot be read blocks, since a budget without it would look better than it is."""
    try:
        found, remarks = read_observations(path.name, path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name a CSV of observations") from error
    except Unusable as stop:
        found, remarks = (), stop.remarks
    lost = [remark for remark in remarks if remark.stands_for or remark.blocking]
    if lost:
        lines = [f"{remark.path}:{remark.line}: {remark.message}" for remark in lost[:20]]
        raise BlockedError("\n".join(lines), lost[0].remedy)
    return found

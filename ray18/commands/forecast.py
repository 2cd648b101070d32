"""`ray18 forecast`: the tickets to expect, and the people that they need."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from ray18.commands.output import say
from ray18.commands.place import Day, open_judge, program_repository, today
from ray18.documents.plan import Coverage
from ray18.errors import BlockedError, UsageError
from ray18.evidence.coverage_plan import CoveragePlan, SeriesOutput, as_bytes, coverage_plan
from ray18.files import write_whole
from ray18.handover.delivery import Delivery, Part
from ray18.handover.model import Ticket
from ray18.handover.ticket_history import read
from ray18.planning.pool import WEEKLY
from ray18.terminal import safe


@click.command()
@click.argument("source", metavar="[INPUT]", required=False, type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the JSON there.")
@click.option("--weeks", type=click.IntRange(1, 52), default=WEEKLY.horizon, show_default=True, help="How far ahead.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--as-of", type=Day(), metavar="DATE", help="Only what was known on this day (default: today in UTC).")
@click.pass_context
def command(
    ctx: click.Context, source: Path | None, output: Path | None, weeks: int, format_: str, as_of: date | None
) -> None:
    """Forecast tickets by week, and say how many people the on-call rota needs.

    INPUT is a CSV with a column of days (`opened_at`) and, where known, `category` and `severity`; without it, the ticket
    history of the hand-over is used and the plan's coverage is held against the forecast.

    \b
    Examples:
      ray18 forecast
      ray18 forecast tickets.csv --weeks 26 --format json
      ray18 forecast --output .artifacts/protocol-21/support-coverage-plan.json
    """
    day = as_of or today()
    made = _of_file(source, day, weeks) if source else _of_program(ctx, day, weeks)
    if output:
        write_whole(output, as_bytes(made))
        say(f"wrote  {safe(str(output))}\n")
    elif format_ == "json":
        say(as_bytes(made).decode())
    if format_ == "text":
        say(_as_text(made))


def forecast_ticket_volume(input_path: str | Path, output_path: str | Path, as_of: date | None = None) -> None:
    """Writes the forecast of one ticket history as JSON: the function that the protocol imports.

    Raises BlockedError, with every line that cannot be used, when the history cannot be read.
    """
    made = _of_file(Path(input_path), as_of or today(), WEEKLY.horizon)
    write_whole(Path(output_path), as_bytes(made))


def _of_file(source: Path, as_of: date, weeks: int) -> CoveragePlan:
    try:
        content = source.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {source}: {error.strerror}", "name a CSV of tickets") from error
    return _made(_events(source.name, {source.name: content}), source.name, as_of, weeks, None)


def _of_program(ctx: click.Context, as_of: date, weeks: int) -> CoveragePlan:
    judge = open_judge(program_repository(ctx), as_of=as_of)
    entry = next(entry for entry in judge.handover.artifacts if entry.name == "ticket-history.csv")
    tickets = judge.handover.tickets
    if not entry.present:
        raise UsageError("the hand-over has no ticket-history.csv", "name a file: ray18 forecast FILE")
    if tickets is None or not entry.readable:
        raise BlockedError(*_first(entry.path, [(r.line, r.message, r.remedy) for r in entry.remarks if r.blocking]))
    plan = judge.program.one("plan")
    return _made(tickets.events, entry.path, as_of, weeks, plan.content.coverage if plan else None)


def _events(name: str, files: Mapping[str, bytes]) -> tuple[Ticket, ...]:
    """The tickets of a file; a row that cannot be read blocks, since a forecast without it would be too low."""
    reading = read(Delivery(name, tuple(Part(path, content) for path, content in files.items())))
    lost = [(r.line, r.message, r.remedy) for r in reading.remarks if r.stands_for or r.blocking]
    if lost:
        raise BlockedError(*_first(name, lost))
    return reading.contents.tickets.events if reading.contents.tickets else ()


def _first(path: str, found: list[tuple[int, str, str]]) -> tuple[str, str]:
    """Message and remedy for all of these; the first twenty with their lines."""
    lines = [f"{path}:{line}: {message}" for line, message, _ in found[:20]]
    if len(found) > 20:
        lines.append(f"… and {len(found) - 20:,} more")
    return "\n".join(lines) or f"{path}: cannot be read", found[0][2] if found else "save it again as CSV"


def _made(tickets: tuple[Ticket, ...], source: str, as_of: date, weeks: int, coverage: Coverage | None) -> CoveragePlan:
    made = coverage_plan(tickets, source, as_of, coverage, weeks)
    if made is None:
        raise BlockedError(
            f"{source} has no whole week of tickets up to {as_of}", "hand over a longer history, or check --as-of"
        )
    return made


def _as_text(made: CoveragePlan) -> str:
    lines = [*made.summary, "", *made.history.notes, ""]
    lines += ["week        expected   10 %   50 %   90 %"]
    for week in made.forecast.total.weeks:
        low, middle, high = week.quantiles[1], week.quantiles[2], week.quantiles[4]
        lines.append(f"{week.week}  {week.mean:8.1f}  {low:5}  {middle:5}  {high:5}")
    for title, series in (("severity", made.forecast.by_severity), ("category", made.forecast.by_category)):
        lines += ["", f"{title:24}  expected   10 %   90 %  evidence", *map(_row, series)] if series else []
    return "".join(f"{safe(line)}\n" for line in lines)


def _row(series: SeriesOutput) -> str:
    week = series.weeks[0]
    return f"{series.name:24}  {week.mean:8.1f}  {week.quantiles[1]:5}  {week.quantiles[4]:5}  {series.evidence}"

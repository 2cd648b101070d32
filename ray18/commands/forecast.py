"""`ray18 forecast`: the tickets to expect, and the people that they need."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from ray18.commands.forecast_text import as_text
from ray18.commands.output import say
from ray18.commands.place import Day, open_judge, program_repository, today
from ray18.documents.dialects import PLAIN, Dialect
from ray18.documents.plan import Coverage
from ray18.errors import BlockedError, UsageError
from ray18.evidence.coverage_plan import CoveragePlan, Wanted, as_bytes, coverage_plan
from ray18.files import write_whole
from ray18.handover.delivery import Delivery, Part
from ray18.handover.model import Ticket
from ray18.handover.ticket_history import COLUMNS, read
from ray18.planning.rhythm import WEEKLY
from ray18.terminal import safe


@click.command()
@click.argument("source", metavar="[INPUT]", required=False, type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the JSON there.")
@click.option("--weeks", type=click.IntRange(1, 52), default=WEEKLY.horizon, show_default=True, help="How far ahead.")
@click.option("--time-zone", "zone", metavar="ZONE", help="Whose days and hours count, as Europe/Lisbon.")
@click.option(
    "--column", "columns", multiple=True, metavar="NAME=HEADING", help="Where INPUT keeps a column, as opened=Created."
)
@click.option("--holidays", type=click.Path(path_type=Path), metavar="FILE", help="Days off: one YYYY-MM-DD on a line.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--as-of", type=Day(), metavar="DATE", help="Only what was known on this day (default: today in UTC).")
@click.pass_context
def command(
    ctx: click.Context,
    source: Path | None,
    output: Path | None,
    weeks: int,
    zone: str | None,
    columns: tuple[str, ...],
    holidays: Path | None,
    format_: str,
    as_of: date | None,
) -> None:
    """Forecast tickets by week and day, and say how many people the on-call rota and the queues need.

    INPUT is a CSV with a column of days or times (`opened_at`) and, where known, `category`, `severity` and `service`;
    without it, the ticket history of the hand-over is used and the plan's coverage is held against the forecast.

    \b
    Examples:
      ray18 forecast
      ray18 forecast tickets.csv --weeks 26 --time-zone Europe/Lisbon --column opened=Created
      ray18 forecast --output .artifacts/protocol-21/support-coverage-plan.json
    """
    day = as_of or today()
    wanted = Wanted(weeks, _known_zone(zone), _days_off(holidays))
    if columns and not source:
        raise UsageError(
            "--column is for the columns of INPUT", "name a CSV of tickets: ray18 forecast FILE --column …"
        )
    made = _of_file(source, day, wanted, _headings(columns)) if source else _of_program(ctx, day, wanted)
    if output:
        write_whole(output, as_bytes(made))
        say(f"wrote  {safe(str(output))}\n")
    elif format_ == "json":
        say(as_bytes(made).decode())
    if format_ == "text":
        say(as_text(made))


def forecast_ticket_volume(input_path: str | Path, output_path: str | Path, as_of: date | None = None) -> None:
    """Writes the forecast of one ticket history as JSON: the function that the protocol imports.

    Raises BlockedError, with every line that cannot be used, when the history cannot be read.
    """
    made = _of_file(Path(input_path), as_of or today(), Wanted(), PLAIN)
    write_whole(Path(output_path), as_bytes(made))


def _known_zone(name: str | None) -> str:
    if name is None:
        return ""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"there is no time zone {name!r}", "write its IANA name, as Europe/Lisbon") from error


def _headings(given: tuple[str, ...]) -> Dialect:
    """What the columns are called, where they are not called as usual."""
    found = {}
    for entry in given:
        name, _, heading = entry.partition("=")
        if name not in COLUMNS or not heading:
            raise UsageError(f"--column {entry} is not NAME=HEADING", f"NAME is one of: {', '.join(COLUMNS)}")
        found[heading] = name
    return Dialect(columns=found)


def _days_off(path: Path | None) -> frozenset[date]:
    if path is None:
        return frozenset()
    found = []
    for number, line in enumerate(_content(path, "a list of days").decode("utf-8", "replace").splitlines(), 1):
        text = line.split("#")[0].split(",")[0].strip()
        try:
            found += [date.fromisoformat(text)] if text else []
        except ValueError as error:
            raise UsageError(f"{path}:{number}: {text[:40]!r} is not a day", "write it as YYYY-MM-DD") from error
    return frozenset(found)


def _content(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", f"name {what}") from error


def _of_file(source: Path, as_of: date, wanted: Wanted, dialect: Dialect) -> CoveragePlan:
    content = _content(source, "a CSV of tickets")
    return _made(_events(source.name, {source.name: content}, dialect), source.name, as_of, wanted, None)


def _of_program(ctx: click.Context, as_of: date, wanted: Wanted) -> CoveragePlan:
    judge = open_judge(program_repository(ctx), as_of=as_of)
    entry = next(entry for entry in judge.handover.artifacts if entry.name == "ticket-history.csv")
    tickets = judge.handover.tickets
    if not entry.present:
        raise UsageError("the hand-over has no ticket-history.csv", "name a file: ray18 forecast FILE")
    if tickets is None or not entry.readable:
        raise BlockedError(*_first(entry.path, [(r.line, r.message, r.remedy) for r in entry.remarks if r.blocking]))
    plan = judge.program.one("plan")
    return _made(tickets.events, entry.path, as_of, wanted, plan.content.coverage if plan else None)


def _events(name: str, files: Mapping[str, bytes], dialect: Dialect) -> tuple[Ticket, ...]:
    """The tickets of a file; a row that cannot be read blocks, since a forecast without it would be too low."""
    reading = read(Delivery(name, tuple(Part(path, content) for path, content in files.items()), dialect))
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


def _made(
    tickets: tuple[Ticket, ...], source: str, as_of: date, wanted: Wanted, coverage: Coverage | None
) -> CoveragePlan:
    made = coverage_plan(tickets, source, as_of, coverage, wanted)
    if made is None:
        raise BlockedError(
            f"{source} has no whole week of tickets up to {as_of}", "hand over a longer history, or check --as-of"
        )
    return made

"""Text for people: a line for each program of a fleet, the worst first, then how many came to which verdict."""

from collections.abc import Sequence

from ray18.fleet.portfolio import FleetReport
from ray18.fleet.standing import Standing
from ray18.gates import Verdict
from ray18.terminal import painted, safe

_COLOURS = {Verdict.PASSED: "green", Verdict.WAIVED: "yellow", Verdict.FAILED: "red", Verdict.BLOCKED: "red"}
_HEADER = ("verdict", "errors", "open", "overdue", "oldest", "repository")


def fleet(report: FleetReport, *, colour: bool = False) -> str:
    """The portfolio."""
    standings = report.worst_first
    rows = [_HEADER, *(_row(one) for one in standings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER) - 1)]
    lines = [_line(_HEADER, widths)]
    for one, row in zip(standings, rows[1:], strict=True):
        lines.append(painted(row[0].ljust(widths[0]), _COLOURS[one.verdict], colour) + _line(row, widths)[widths[0] :])
        if one.first:
            lines.append(painted(f"    {safe(one.first)}", "dim", colour))
    return "\n".join([*lines, "", summed_up(report)]) + "\n"


def summed_up(report: FleetReport) -> str:
    """How many programs came to which verdict."""
    counts = [f"{report.count(verdict):,} {verdict.value}" for verdict in _COLOURS if report.count(verdict)]
    total = len(report.standings)
    return f"{total:,} {'program' if total == 1 else 'programs'} as of {report.as_of}: {', '.join(counts)}"


def _row(one: Standing) -> tuple[str, ...]:
    numbers = (f"{one.errors:,}", f"{one.open:,}", f"{one.overdue:,}")
    oldest = f"{one.oldest_overdue:,} d" if one.oldest_overdue else ""
    name = f"{safe(one.repository)}  ({safe(one.title)})" if one.title else safe(one.repository)
    return (one.verdict.value, *numbers, oldest, name)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers, last = row
    cells = (number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True))
    return "  ".join((first.ljust(widths[0]), *cells, last))

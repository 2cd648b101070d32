"""CSV for spreadsheets: a row for each program of a fleet, the worst first. No cell is taken for a formula."""

from ray18.evidence.sheets import rows_as_csv
from ray18.fleet.portfolio import FleetReport
from ray18.terminal import safe

HEADER = (
    *("verdict", "repository", "program", "commit", "errors", "waived", "open", "overdue", "oldest_overdue_days"),
    *("first", "remedy"),
)


def fleet(report: FleetReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The portfolio."""
    return rows_as_csv(
        HEADER,
        (
            (
                *(one.verdict.value, safe(one.repository), safe(one.title), one.commit),
                *map(str, (one.errors, one.waived, one.open, one.overdue, one.oldest_overdue)),
                *(safe(one.first), safe(one.remedy)),
            )
            for one in report.worst_first
        ),
    ).decode()

"""Markdown for reports: a table with a row for each program of a fleet, the worst first."""

from ray18.fleet.portfolio import FleetReport
from ray18.renderers.inert import cell, code
from ray18.renderers.markdown import page, table
from ray18.renderers.text_fleet import summed_up


def fleet(report: FleetReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The portfolio."""
    rows = [
        (
            one.verdict.value,
            code(one.repository),
            cell(one.title),
            one.errors,
            one.open,
            one.overdue,
            f"{one.oldest_overdue} d" if one.oldest_overdue else "",
            cell(one.first),
        )
        for one in report.worst_first
    ]
    header = ("verdict", "repository", "program", "errors", "open", "overdue", "oldest", "first finding")
    return page("# Fleet", f"{summed_up(report)}.", table(header, rows))

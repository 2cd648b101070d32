"""One line for each finding, as editors and `grep` take them: `path:line:column: level: message [policy]`; then the verdict."""

from collections.abc import Iterable, Iterator

from ray18.renderers.text import check_lines, finding_line, gate_lines, waived_line
from ray18.report import CheckReport, GateReport, Told


def gates(report: GateReport, *, colour: bool = False) -> str:
    """The report on gates: every finding once, then a line for each gate."""
    return "\n".join([*_lines(report.told, colour), *gate_lines(report, colour)]) + "\n"


def check(report: CheckReport, *, colour: bool = False) -> str:
    """The report on records."""
    return "\n".join([*_lines(report.told, colour), *check_lines(report, colour)]) + "\n"


def _lines(told: Iterable[Told], colour: bool) -> Iterator[str]:
    for one in told:
        yield (
            waived_line(one.finding, one.excuse, colour)
            if one.excuse is not None
            else finding_line(one.finding, colour)
        )

"""JSON Lines: one object for each finding, as it would stand in the JSON report, and one at the end with the verdict."""

from datetime import date
from typing import Literal

from ray18.documents.base import Output
from ray18.renderers.inert import json_text
from ray18.renderers.json import FindingOutput, VerdictWord, finding_fields
from ray18.report import VERSION, CheckReport, GateReport


class FindingLine(FindingOutput):
    """One line for each finding."""

    type: Literal["finding"] = "finding"
    """What the line is."""
    gates: list[str]
    """The gates that found it; empty for checks of records."""
    waived_by: str
    """The waiver that excuses it, or empty."""


class SummaryLine(Output):
    """The last line: without it the report is not whole."""

    type: Literal["summary"] = "summary"
    """What the line is."""
    version: Literal[1]
    """The version of this format."""
    verdict: VerdictWord
    """The verdict of the run."""
    revision: str
    """What was judged: a commit id, `worktree` or `index`."""
    as_of: date
    """The day it was judged on."""
    gates: dict[str, VerdictWord]
    """The verdict of each gate."""
    findings: int
    """How many lines come before this one."""


def gates(report: GateReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The report on gates: every finding once, with the gates that found it."""
    return _lines(report, {result.gate.id: result.verdict.value for result in report.results})


def check(report: CheckReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The report on records."""
    return _lines(report, {})


def _lines(report: GateReport | CheckReport, verdicts: dict[str, VerdictWord]) -> str:
    told = report.told
    lines: list[Output] = [
        FindingLine(
            **finding_fields(one.finding, report.sources),
            gates=list(one.gates),
            waived_by=one.excuse.record.id if one.excuse is not None else "",
        )
        for one in told
    ]
    program = report.program
    summary = SummaryLine(
        version=VERSION,
        verdict=report.verdict.value,
        revision=program.revision,
        as_of=program.as_of,
        gates=verdicts,
        findings=len(told),
    )
    return "".join(f"{json_text(line, indent=None)}\n" for line in (*lines, summary))

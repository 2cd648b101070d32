"""Workflow commands of GitHub Actions: the worst findings as annotations, all others as plain lines of the log.

GitHub shows ten annotations of each level for a step, first come, first served; so the worst come first, and the rest is in
the log and in the job summary (`summary`). Source: actions/toolkit, docs/problem-matchers.md, "Limitations".
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from ray18.gates import Verdict
from ray18.renderers.inert import command_property, command_value, log_line
from ray18.report import CheckReport, GateReport, Told
from ray18.sources import Sources
from ray18.yaml.span import span

PER_LEVEL = 10
SUMMARY_BYTES = 1_000_000
"""A job summary holds 1 MiB for each step; what is longer is refused as a whole."""


def gates(report: GateReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The report on gates."""
    lines = [*annotations(report.told, report.sources)]
    for result in report.results:
        lines.append(
            log_line(f"Gate {result.gate.number}  {result.gate.title}: {result.verdict.value}, {result.actual}")
        )
    return "\n".join(lines) + "\n"


def check(report: CheckReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The report on records."""
    lines = [*annotations(report.told, report.sources)]
    if not report.checked:
        lines.append("::error title=check::Nothing was checked: no governed file is among these paths.")
    lines.append(f"{report.checked:,} files checked: {report.verdict.value}")
    return "\n".join(lines) + "\n"


def summary(text: str) -> str:
    """A report as Markdown, as long as a job summary may be."""
    encoded = text.encode()
    if len(encoded) <= SUMMARY_BYTES:
        return text
    kept = encoded[:SUMMARY_BYTES].decode("utf-8", "ignore").rpartition("\n")[0]
    fold = "\n\n</details>" if kept.count("<details>") > kept.count("</details>") else ""
    return f"{kept}{fold}\n\n**Cut here**: a job summary holds no more. The log has every finding.\n"


def annotations(told: Iterable[Told], sources: Sources) -> Iterator[str]:
    """Annotations for the worst findings of each level, the first ones, and plain lines for the rest."""
    rest: list[Told] = []
    for _, group in groupby(told, _command):
        listed = list(group)
        yield from (_annotation(one, sources) for one in listed[:PER_LEVEL])
        rest += listed[PER_LEVEL:]
    if rest:
        yield f"::group::{len(rest):,} more findings"
        yield from (_line(one) for one in rest)
        yield "::endgroup::"


def _command(told: Told) -> str:
    if told.excuse is not None:
        return "notice"
    return "warning" if told.finding.level == "warning" else "error"


def _annotation(told: Told, sources: Sources) -> str:
    finding = told.finding
    properties = {"file": finding.path, "line": finding.line or "", "col": finding.column or ""}
    width = span(sources.line(finding.path, finding.line), finding.column) if finding.line and finding.column else 0
    if width:
        properties["endColumn"] = finding.column + width
    properties["title"] = f"{finding.policy}{f' ({finding.item})' if finding.item else ''}"
    listed = ",".join(f"{name}={command_property(str(value))}" for name, value in properties.items() if value)
    return f"::{_command(told)} {listed}::{command_value(_said(told))}"


def _said(told: Told) -> str:
    finding, excuse = told.finding, told.excuse
    if excuse is not None:
        return f"waived until {excuse.record.expires} by {excuse.record.approved_by}: {finding.message}"
    return f"{finding.message} -> {finding.remedy}" if finding.remedy else finding.message


def _line(told: Told) -> str:
    finding = told.finding
    place = f"{finding.place}: " if finding.place else ""
    level = Verdict.WAIVED.value if told.excuse is not None else finding.level
    return log_line(f"{place}{level}: {_said(told)} [{finding.policy}]")

"""Markdown for pull requests, job summaries and minutes: a table of verdicts, then the findings. Every text is one inert cell."""

from collections.abc import Iterable, Iterator, Sequence

from ray18.counting import counted
from ray18.findings import Finding
from ray18.gates import GateResult, Verdict
from ray18.program import Program, shown_id
from ray18.renderers.inert import cell, code
from ray18.report import CheckReport, GateReport

FOLDED = 10
"""So many findings are shown; where there are more, they are folded away."""


def gates(report: GateReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The report on gates."""
    verdicts = [(one.gate.number, cell(one.gate.title), word(one.verdict), cell(one.actual)) for one in report.results]
    parts = [
        f"# {cell(report.program.rules.settings.program.title)}: {report.verdict.value}",
        _judged(report.program),
        table(("gate", "", "verdict", "what is the case"), verdicts),
    ]
    for result in report.results:
        parts.extend(_gate(result))
    if report.notes:
        parts += ["## Notes", _findings(report.notes)]
    return page(*parts)


def check(report: CheckReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The report on records."""
    what = "Nothing is wrong." if report.checked else "Nothing was checked: no governed file is among these paths."
    return page(
        f"# Records of {cell(report.program.rules.settings.program.title)}: {report.verdict.value}",
        f"{counted(report.checked, 'files')} checked, {counted(len(report.findings), 'findings')}. {_judged(report.program)}",
        _findings(report.findings) if report.findings else what,
    )


def _judged(program: Program) -> str:
    base = f"the rules of `{program.rules.base[:12]}`" if program.rules.base else "no trusted base (unanchored)"
    return f"Judged: {cell(shown_id(program.revision))}, as of {program.as_of}, by {base}."


def _gate(result: GateResult) -> Iterator[str]:
    if not result.findings and not result.waived:
        return
    yield f"## Gate {result.gate.number}: {cell(result.gate.title)}"
    if result.verdict in (Verdict.FAILED, Verdict.BLOCKED):
        yield f"- Criteria: {cell(result.gate.criteria)}\n- Required action: {cell(result.required_action)}"
    if result.findings:
        yield _findings(result.findings)
    if result.waived:
        rows = [
            (
                code(one.place),
                cell(one.message),
                excuse.record.expires,
                cell(excuse.record.approved_by),
                cell(excuse.record.reason),
            )
            for one, excuse in result.waived
        ]
        yield table(("waived at", "what", "until", "accepted by", "because"), rows)


def _findings(findings: Sequence[Finding]) -> str:
    rows = [(code(one.place), one.level, cell(one.message), cell(one.remedy), code(one.policy)) for one in findings]
    return folded(table(("where", "level", "what", "to do", "policy"), rows), len(rows), "findings")


def folded(listed: str, count: int, what: str) -> str:
    """A table, folded away when it is long."""
    return listed if count <= FOLDED else f"<details><summary>{count:,} {what}</summary>\n\n{listed}\n\n</details>"


def word(verdict: Verdict) -> str:
    """A verdict as a table shows it: what needs somebody stands out."""
    return f"**{verdict.value}**" if verdict.exit_code else verdict.value


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; its cells must be inert."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines)


def page(*parts: str) -> str:
    """Blocks of Markdown as one text."""
    return "\n\n".join(parts) + "\n"

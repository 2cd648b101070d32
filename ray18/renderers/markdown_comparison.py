"""Markdown for pull requests: what a change makes of verdicts, findings and approvals. Every text is one inert cell."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ray18.comparison import Comparison, GateShift, Shift, SubjectShift
from ray18.differences import Change
from ray18.renderers.inert import cell, code
from ray18.renderers.markdown import folded, page, table, word
from ray18.renderers.text_comparison import HEADINGS, change_words, states, summed_up


def diff(report: Comparison, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """Verdicts and what sums it up first; then what changed for whoever approves; then the findings."""
    title = cell(report.after.rules.settings.program.title)
    parts = [
        f"# {title}: {'nothing got worse' if report.verdict.exit_code == 0 else report.verdict.value}",
        f"{cell(summed_up(report).partition(':')[0])}. Compared: {cell(states(report))}.",
        table(("gate", "", "before", "after"), [_gate(gate) for gate in report.gates]),
    ]
    for shift in report.subjects:
        parts.extend(_subject(shift))
    if report.other:
        parts += ["## Changed, with nobody's approval needed", _changes(report.other)]
    for became, heading in HEADINGS.items():
        shifts = report.became(became)
        if shifts:
            parts += [f"## {heading} ({len(shifts):,})", _findings(shifts)]
    return page(*parts)


def _gate(gate: GateShift) -> tuple[object, ...]:
    before = gate.before.value if gate.before is not None else ""
    return gate.number, cell(gate.title), before, word(gate.after)


def _subject(shift: SubjectShift) -> Iterator[str]:
    yield f"## {cell(shift.subject.title)}"
    if shift.seats:
        rows = [(seat.role_title, seat.before, f"**{seat.after}**", cell(seat.reason)) for seat in shift.seats]
        yield table(("who decides", "before", "after", "why"), rows)
    if shift.changes:
        yield _changes(shift.changes)


def _changes(changes: Sequence[Change]) -> str:
    rows = []
    for name, group in groupby(changes, key=lambda change: change.name):
        told = list(group)
        rows.append((code(name), cell(told[0].title), "<br>".join(cell(change_words(change)) for change in told)))
    return folded(table(("record", "", "change"), rows), len(changes), "changes")


def _findings(shifts: Sequence[Shift]) -> str:
    rows = [
        (
            code(one.finding.place),
            one.finding.level,
            cell(one.finding.message),
            cell(one.finding.remedy),
            code(one.finding.policy),
        )
        for one in shifts
    ]
    return folded(table(("where", "level", "what", "to do", "policy"), rows), len(rows), "findings")

"""Markdown for the one comment at a pull or merge request: verdicts, who has still to approve what and why, what changed."""

import re
from collections.abc import Iterable

from ray18.causes import Asking, RequestReport
from ray18.comparison import Comparison
from ray18.docket import Approvals
from ray18.renderers.inert import cell, code
from ray18.renderers.markdown import page, table, word
from ray18.renderers.markdown_comparison import diff
from ray18.report import GateReport
from ray18.subjects import Subject, digest, short

_OWN_WORDS = (
    "A review approves what it looked at, in the role of its author. `/ray18 SUBJECT` on a line of it narrows that, "
    "`/ray18 as ROLE` says in which role."
)


def comment(report: GateReport, asked: RequestReport, comparison: Comparison, approvals: Approvals) -> str:
    """The whole comment, without the marker by which it is found again."""
    rows = [(one.gate.number, cell(one.gate.title), word(one.verdict), cell(one.actual)) for one in report.results]
    _, _, changed = diff(comparison).partition("\n")
    return page(
        f"## {cell(report.program.rules.settings.program.title)}: {report.verdict.value}",
        table(("gate", "", "verdict", "what is the case"), rows),
        *_to_approve(asked.asking, approvals),
        "### What this change does",
        re.sub(r"(?m)^#", "###", changed).strip(),
        f"Commit `{report.program.revision[:12]}`, as of {report.program.as_of}.",
    )


def _to_approve(asking: Iterable[Asking], approvals: Approvals) -> list[str]:
    """Who has still to decide about what, and why what is there does not count."""
    why = {(seat.subject.id, seat.role): seat.reason.rpartition(".yaml: ")[2] for seat in approvals.seats}
    rows = [
        (
            cell(one.subject.title),
            code(_digest(approvals, one.subject, role)),
            cell(role),
            cell(", ".join(people) or "nobody is left"),
            cell(why.get((one.subject.id, role), "")),
        )
        for one in asking
        for role, people in one.others.items()
    ]
    if not rows:
        return ["Nobody has to approve anything any more."]
    header = ("to approve", "digest", "as", "who can", "what is missing")
    return ["### Still to approve", table(header, rows), _OWN_WORDS]


def _digest(approvals: Approvals, subject: Subject, role: str) -> str:
    """The digest of what a role has to cover, as a record of it will have it."""
    sections = approvals.sections[subject.id]
    return short(
        digest(subject.id, {name: sections[name] for name in subject.sections_of(role, approvals.rules.settings)})
    )

"""Markdown for reports and minutes: audit, replay, outlook and the debt of waivers. Every text is one inert cell."""

from ray18.audit import AuditReport, state_line
from ray18.counting import counted
from ray18.debt import DebtReport
from ray18.outlook import OutlookReport
from ray18.renderers.inert import cell
from ray18.renderers.markdown import page, table
from ray18.replay import ReplayReport
from ray18.subjects import RULES, short


def audit(report: AuditReport, *, colour: bool = False) -> str:  # noqa: ARG001 (every view takes it)
    """What is out of order, what is in force, and the timeline."""
    title = f"# Audit of {cell(report.title)}"
    about = f"{counted(len(report.steps), 'steps')} from `{report.anchor[:12]}` to `{report.tip[:12]}`, as of {report.as_of}."
    wrong = [
        ("**stands**" if one.standing else "noted", one.step or "", cell(one.message), cell(one.path))
        for one in report.irregularities
    ]
    held = [(subject, cell(state_line(report, subject))) for subject in report.in_force if subject != RULES]
    steps = [
        (
            step.number,
            f"`{step.commit[:12]}`",
            step.claimed_on,
            cell(step.signer),
            "<br>".join(cell(event.message) for event in step.events),
        )
        for step in report.steps
        if step.events
    ]
    digests = f"History `{short(report.history)}`, rules `{short(report.rules)}`."
    return page(
        title,
        about,
        "## Out of order",
        table(("", "step", "what", "record"), wrong) if wrong else "Nothing.",
        "## In force",
        table(("subject", "state"), held) if held else "Nothing yet.",
        "## Timeline",
        table(("step", "commit", "day", "signed by", "what happened"), steps),
        digests,
    )


def replay(report: ReplayReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The verdict of every gate at every step."""
    gates = tuple(report.steps[-1].verdicts) if report.steps else ()
    rows = [
        (
            one.step.number,
            f"`{one.step.commit[:12]}`",
            cell(one.step.signer),
            *(one.verdicts[gate].value if gate in one.verdicts else cell(one.problem) for gate in gates),
        )
        for one in report.steps
    ]
    red = [f"- {one.gate}: red since step {one.since.number}, {cell(one.actual)}" for one in report.red]
    return page(
        f"# Verdicts of {cell(report.title)}",
        f"As of {report.as_of}.",
        table(("step", "commit", "signed by", *gates), rows),
        "\n".join(red) or "Every gate passes at the last step.",
    )


def outlook(report: OutlookReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """What lapses, day by day."""
    rows = [
        (turn.day, change.title, f"{change.before.value} to {change.after.value}", cell(finding.message))
        for turn in report.turns
        for change in turn.changes
        for finding in change.new
    ]
    return page(
        f"# Outlook of {cell(report.title)}",
        f"From {report.begins} to {report.until}, if nobody does anything.",
        table(("day", "gate", "verdict", "what"), rows) if rows else "Nothing lapses.",
    )


def debt(report: DebtReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """What is excused at the moment."""
    rows = [
        (
            one.id,
            one.policy,
            cell(", ".join(one.items)),
            one.expires,
            one.age,
            one.renewals,
            one.approved_by,
            cell(one.because),
            cell(one.reason) or "yes",
        )
        for one in report.entries
    ]
    return page(
        f"# Waivers of {cell(report.title)}",
        f"As of {report.as_of}: {report.counting} count, {report.items} findings excused, {report.days:,} days carried.",
        table(("waiver", "policy", "items", "until", "days", "renewals", "accepted by", "because", "counts"), rows)
        if rows
        else "None.",
        table(("month", "begun", "ended", "standing"), [(m.month, m.begun, m.ended, m.standing) for m in report.trend]),
    )

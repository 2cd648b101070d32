"""Text for people: audit, replay, outlook, what-if, the causes of approvals, and the debt of waivers."""

from collections.abc import Iterable, Iterator

from ray18.approvals import Checked, Seat
from ray18.audit import UNSIGNED, AuditedStep, AuditReport, Irregularity, state_line
from ray18.causes import RequestReport, SubjectCause, WhyReport
from ray18.counting import counted
from ray18.debt import DebtReport
from ray18.findings import Finding
from ray18.gates import Verdict
from ray18.outlook import GateChange, OutlookReport, WhatIfReport
from ray18.replay import ReplayReport
from ray18.subjects import RULES, short
from ray18.terminal import painted, safe

_COLOURS = {
    Verdict.PASSED: "green",
    Verdict.WAIVED: "yellow",
    Verdict.FAILED: "red",
    Verdict.BLOCKED: "red",
}
_SHOWN = 200


def audit(report: AuditReport, *, colour: bool = False) -> str:
    """The timeline: steps in which something happened to the records, then what is out of order."""
    lines = [
        f"{safe(report.title)}: {counted(len(report.steps), 'steps')} from {report.anchor[:12]} to {report.tip[:12]}",
        "",
    ]
    eventful = [step for step in report.steps if step.events]
    for step in eventful:
        lines.extend(_step(step, colour))
    signed = sum(1 for step in report.steps if _known(step.signer))
    lines += ["", f"{signed:,} of {len(report.steps):,} steps are signed by a key of somebody here."]
    lines += [f"  {subject:12} {state_line(report, subject)}" for subject in report.in_force if subject != RULES]
    lines += [f"history {short(report.history)}, rules {short(report.rules)}", ""]
    lines.extend(_irregularities(report.irregularities, colour))
    return "\n".join(lines) + "\n"


def replay(report: ReplayReport, *, colour: bool = False) -> str:
    """The verdict of every gate at every step, then what is red since when."""
    lines = [f"{safe(report.title)}, as of {report.as_of}", ""]
    for entry in report.steps:
        step = entry.step
        head = f"{step.number:5}  {step.commit[:9]}  {step.claimed_on or '?':10}  {safe(step.signer)[:20]:20}"
        words = "  ".join(
            f"{gate} {painted(verdict.value, _COLOURS[verdict], colour)}" for gate, verdict in entry.verdicts.items()
        )
        lines.append(f"{head}  {words or 'blocked: ' + safe(entry.problem)}")
    lines.append("")
    for red in report.red:
        since = f"step {red.since.number} ({red.since.commit[:12]}, {_who(red.since)})"
        lines.append(
            f"{red.gate}: red since {'the first step shown, ' if red.always else ''}{since}: {safe(red.actual)}"
        )
    if not report.red and report.steps:
        lines.append("Every gate passes at the last step.")
    return "\n".join(lines) + "\n"


def outlook(report: OutlookReport, *, colour: bool = False) -> str:
    """What lapses, day by day."""
    lines = [f"{safe(report.title)}, from {report.begins} to {report.until}, if nobody does anything", ""]
    for turn in report.turns:
        lines.append(painted(str(turn.day), "bold", colour))
        for change in turn.changes:
            lines.extend(_change(change, colour))
    if not report.turns:
        lines.append("Nothing lapses.")
    lines.append("")
    lines += [
        f"{gate:14} {report.now[gate].value:8} -> {painted(verdict.value, _COLOURS[verdict], colour)}"
        for gate, verdict in report.then.items()
    ]
    return "\n".join(lines) + "\n"


def what_if(report: WhatIfReport, *, colour: bool = False) -> str:
    """The difference that a supposition makes."""
    lines = [f"{safe(report.title)}", *(f"  supposing {safe(words)}" for words in report.supposed), ""]
    for change in report.changes:
        lines.extend(_change(change, colour))
    if not any(change.new or change.gone or change.before is not change.after for change in report.changes):
        lines.append("It makes no difference.")
    return "\n".join(lines) + "\n"


def why(report: WhyReport, *, colour: bool = False) -> str:
    """Every subject, seat and record, counted or not."""
    lines: list[str] = []
    for cause in report.subjects:
        if cause.needed or (cause.seats and any(seat.considered for seat in cause.seats)):
            lines.extend(_cause(cause, colour))
    judge = report.judge
    for message in judge.approvals.anomalies:
        lines += [f"history: {safe(message)}", "    -> ray18 audit"]
    for change in judge.approvals.rule_changes:
        mark = painted("agreed", "green", colour) if change.agreed else painted("not agreed", "red", colour)
        lines.append(f"rules: {mark}: {safe(change.message)}")
    if judge.program.rules.base is None:
        lines.append("unanchored: no trusted commit says who may approve, so no approval counts")
        lines.append("    -> name one with --base")
    for finding in judge.program.problems:
        lines.append(f"{safe(finding.place)}: {safe(finding.message)}")
    rules = judge.program.rules
    lines.append(f"rules of {(rules.base or 'nowhere')[:12]} ({safe(rules.reason)}), as of {judge.program.as_of}")
    return "\n".join(lines) + "\n"


def request(report: RequestReport, *, colour: bool = False) -> str:
    """Whom to ask for what."""
    if not report.asking:
        return "Nobody has to be asked: every seat is filled.\n"
    lines = []
    for asking in report.asking:
        lines.append(painted(f"{asking.subject.title} ({asking.subject.id})", "bold", colour))
        for role, person in asking.ask.items():
            others = [one for one in asking.others[role] if one != person]
            instead = f"   (or {', '.join(others)})" if others else ""
            lines.append(f"  ask {person:16} ray18 approve {asking.subject.id} --as {role}{instead}")
        for role in asking.nobody:
            lines.append(
                f"  {painted('nobody', 'red', colour)} can decide as {role}: every holder sits elsewhere or worked on it"
            )
    people = sorted({person for asking in report.asking for person in asking.ask.values()})
    lines.append(f"{counted(len(people), 'people')} in all: {', '.join(people) or 'nobody'}")
    return "\n".join(lines) + "\n"


def debt(report: DebtReport, *, colour: bool = False) -> str:
    """What is excused at the moment, how old that is, and how it grows."""
    lines = [
        f"{report.title}, as of {report.as_of}: {counted(report.counting, 'waivers that count')}, "
        f"{counted(report.items, 'findings')} excused, {counted(report.days, 'days')} carried in all, "
        f"{counted(report.renewals, 'renewals')}",
        "",
    ]
    for entry in report.entries:
        mark = painted("counts", "yellow", colour) if not entry.reason else painted("does not count", "dim", colour)
        lines.append(f"{entry.id}  {mark}  {safe(entry.policy)} for {safe(', '.join(entry.items))}")
        lines.append(
            f"    until {entry.expires}, {counted(entry.age, 'days')} old, renewed {counted(entry.renewals, 'times')}, "
            f"accepted by {safe(entry.approved_by)}: {safe(entry.because)}"
        )
        if entry.reason:
            lines.append(f"    {safe(entry.reason)}")
    lines += ["", "month    begun  ended  standing"]
    lines += [f"{month.month}  {month.begun:5}  {month.ended:5}  {month.standing:8}" for month in report.trend]
    return "\n".join(lines) + "\n"


def _step(step: AuditedStep, colour: bool) -> Iterator[str]:
    merged = f", with {step.merged} more" if step.merged else ""
    yield f"step {step.number}  {step.commit[:12]}  {step.claimed_on or 'no day'}  {_who(step)}{merged}"
    for event in step.events:
        word = {
            "note": "",
            "warning": painted("warning: ", "yellow", colour),
            "error": painted("wrong: ", "red", colour),
        }
        where = f"  [{safe(event.path)}]" if event.path else ""
        yield f"    {word[event.weight]}{safe(event.message)}{where}"


def _who(step: AuditedStep) -> str:
    if step.signer == UNSIGNED:
        return f"{UNSIGNED}, says it is by {safe(step.author)}"
    return f"signed by {safe(step.signer)}" if _known(step.signer) else f"{safe(step.signer)}, says {safe(step.author)}"


def _known(signer: str) -> bool:
    return signer != UNSIGNED and not signer.startswith(("signature", "unknown"))


def _irregularities(found: Iterable[Irregularity], colour: bool) -> Iterator[str]:
    entries = list(found)
    standing = [entry for entry in entries if entry.standing]
    for entry in entries[:_SHOWN]:
        mark = painted("out of order", "red", colour) if entry.standing else "noted"
        where = f"step {entry.step}: " if entry.step else ""
        yield f"{mark}: {where}{safe(entry.message)}" + (f"  [{safe(entry.path)}]" if entry.path else "")
    if len(entries) > _SHOWN:
        yield f"… and {len(entries) - _SHOWN:,} more (all of them: --format json)"
    if not standing:
        yield painted("Nothing stands that is out of order.", "green", colour)
    else:
        yield painted(f"Out of order and still standing: {len(standing)}.", "red", colour)


def _change(change: GateChange, colour: bool) -> Iterator[str]:
    if not (change.new or change.gone or change.before is not change.after):
        return
    after = painted(change.after.value, _COLOURS[change.after], colour)
    turned = f"{change.before.value} -> {after}" if change.before is not change.after else f"still {after}"
    yield f"  {change.title}: {turned}"
    yield from (f"    + {_finding(finding)}" for finding in change.new[:_SHOWN])
    yield from (f"    - {_finding(finding)}" for finding in change.gone[:_SHOWN])


def _finding(finding: Finding) -> str:
    place = f"{safe(finding.place)}: " if finding.place else ""
    return f"{place}{safe(finding.message)} [{finding.policy}]"


def _cause(cause: SubjectCause, colour: bool) -> Iterator[str]:
    state = painted("approved", "green", colour) if cause.approved else painted("not approved", "red", colour)
    before = f", in force before: {short(cause.previous)}" if cause.previous else ""
    yield (
        painted(f"{cause.subject.title} ({cause.subject.id})", "bold", colour)
        + f" {short(cause.digest)}: {state}{before}"
    )
    for seat in cause.seats:
        yield from _seat(seat, colour)
    if cause.banned:
        yield f"  worked on it, and so may not approve it: {', '.join(map(safe, sorted(cause.banned)))}"
    yield ""


def _seat(seat: Seat, colour: bool) -> Iterator[str]:
    words = {
        "approved": ("green", f"{seat.person} ({seat.evidence})"),
        "rejected": ("red", seat.reason),
        "missing": ("red", "open"),
    }
    tone, told = words[seat.state]
    yield f"  {seat.role_title}: {painted(safe(told), tone, colour)}"
    counted = seat.counted
    for entry in seat.considered:
        yield from _record(entry, entry is counted, colour)
    if seat.state == "missing" and not seat.considered:
        yield f"    {safe(seat.reason)}"
        yield painted(f"    -> ray18 approve {seat.subject.id} --as {seat.role}", "dim", colour)


def _record(entry: Checked, counts: bool, colour: bool) -> Iterator[str]:
    record = entry.record
    where = "proposed" if entry.held.step is None else f"step {entry.held.step}"
    who = f"{record.person} for {record.on_behalf_of}" if record.on_behalf_of else record.person
    mark = painted("counts", "green", colour) if counts else painted("does not count", "yellow", colour)
    yield f"    {mark}: {safe(who)} {record.decision} on {record.decided_on} ({record.evidence}, {where})"
    yield painted(f"      {safe(entry.document.path)}", "dim", colour)
    if entry.reason:
        yield f"      because {safe(entry.reason)}"
        yield painted(f"      -> {safe(entry.remedy)}", "dim", colour)

"""JSON for programs: replay, outlook, what-if, the causes of approvals, and the debt of waivers."""

from datetime import date
from typing import Literal

from ray18.approvals import Checked, Seat
from ray18.causes import RequestReport, WhyReport
from ray18.debt import DebtReport
from ray18.documents.base import Output
from ray18.outlook import GateChange, OutlookReport, WhatIfReport
from ray18.renderers.inert import json_text
from ray18.renderers.json import FindingOutput, VerdictWord, finding_output
from ray18.replay import ReplayReport
from ray18.report import VERSION


class ReplayedOutput(Output):
    """The verdicts after one step."""

    number: int
    """The step's number."""
    commit: str
    """Its commit."""
    signer: str
    """Who signed it."""
    verdicts: dict[str, VerdictWord]
    """Gate to verdict."""
    problem: str
    """Why it could not be judged at all; empty when it could."""


class RedOutput(Output):
    """A gate that does not pass at the end."""

    gate: str
    """The gate."""
    step: int
    """The step since which it does not."""
    commit: str
    """That step's commit."""
    signer: str
    """Who signed that commit."""
    actual: str
    """What was the case then."""
    always: bool
    """Whether it did not pass at the first step either."""


class ReplayOutput(Output):
    """Past verdicts."""

    version: Literal[1]
    """The version of this format."""
    title: str
    """The program's name."""
    as_of: date
    """The day every step was judged on."""
    steps: list[ReplayedOutput]
    """Oldest first."""
    red: list[RedOutput]
    """Red since when, by whom."""


class GateChangeOutput(Output):
    """How one gate differs."""

    gate: str
    """The gate."""
    before: VerdictWord
    """Its verdict before."""
    after: VerdictWord
    """Its verdict after."""
    new: list[FindingOutput]
    """What is found only after."""
    gone: list[FindingOutput]
    """What was found only before."""


class TurnOutput(Output):
    """A day on which something lapses."""

    day: date
    """The day."""
    changes: list[GateChangeOutput]
    """The gates that change."""


class OutlookOutput(Output):
    """What lapses by a day, if nobody does anything."""

    version: Literal[1]
    """The version of this format."""
    title: str
    """The program's name."""
    begins: date
    """The first day."""
    until: date
    """The last day."""
    verdict: VerdictWord
    """How things stand on the last day."""
    now: dict[str, VerdictWord]
    """Gate to verdict on the first day."""
    then: dict[str, VerdictWord]
    """Gate to verdict on the last day."""
    turns: list[TurnOutput]
    """The days on which something changes."""


class WhatIfOutput(Output):
    """The verdicts that a supposition would bring."""

    version: Literal[1]
    """The version of this format."""
    title: str
    """The program's name."""
    supposed: list[str]
    """What is supposed."""
    verdict: VerdictWord
    """How it would be."""
    gates: list[GateChangeOutput]
    """Every gate."""


class RecordOutput(Output):
    """One record of a decision and whether it counts."""

    path: str
    """Its file."""
    person: str
    """Who decided."""
    on_behalf_of: str | None
    """For whom, as a delegate."""
    decision: str
    """What was decided."""
    evidence: str
    """signed, observed or attested."""
    step: int | None
    """The step that brought it; null = it is only proposed."""
    counts: bool
    """Whether it fills its seat."""
    reason: str
    """The first check that it fails; empty when none."""
    remedy: str
    """The command that mends it."""


class SeatOutput(Output):
    """One role that must approve one subject."""

    subject: str
    """The subject."""
    role: str
    """The role."""
    state: Literal["approved", "rejected", "missing"]
    """Whether it is filled."""
    person: str
    """Who fills it, or stands against it."""
    evidence: str
    """The class of the evidence, or empty."""
    reason: str
    """Why it is not filled."""
    records: list[RecordOutput]
    """Every record for it."""


class WhySubjectOutput(Output):
    """Why one subject stands as it does."""

    subject: str
    """The subject."""
    digest: str
    """Its digest now."""
    previous: str | None
    """The digest in force before."""
    needed: bool
    """Whether its approval is asked for."""
    approved: bool
    """Whether every seat is filled."""
    may_not_approve: dict[str, str]
    """Person to how they worked on the change."""
    seats: list[SeatOutput]
    """Its seats."""


class WhyOutput(Output):
    """The tree of causes of the approvals."""

    version: Literal[1]
    """The version of this format."""
    verdict: VerdictWord
    """passed when everything asked for is approved."""
    as_of: date
    """The day it was judged on."""
    base: str | None
    """The trusted commit; null = unanchored."""
    anomalies: list[str]
    """What history holds against any approval."""
    rule_changes: list[str]
    """Loosened rules that nobody agreed to."""
    subjects: list[WhySubjectOutput]
    """Each subject."""


class AskOutput(Output):
    """Whom to ask for one seat."""

    subject: str
    """The subject."""
    role: str
    """The role."""
    ask: str
    """The person to ask; empty = nobody can decide."""
    others: list[str]
    """Who could decide instead."""


class RequestOutput(Output):
    """The smallest set of people that fills every open seat."""

    version: Literal[1]
    """The version of this format."""
    asks: list[AskOutput]
    """One for each open seat."""


class DebtEntryOutput(Output):
    """One waiver."""

    id: str
    """The waiver's id."""
    gate: str
    """The gate it is for."""
    policy: str
    """The policy it excuses."""
    items: list[str]
    """The items it excuses."""
    reason: str
    """Why it was accepted."""
    requested_by: str
    """Who asked for it."""
    approved_by: str
    """Who accepted it."""
    created: date
    """Since when."""
    expires: date
    """Until when."""
    age: int
    """Days since it was accepted."""
    renewals: int
    """How often the same was waived before."""
    objection: str
    """Why it does not count; empty when it does."""


class MonthOutput(Output):
    """How the debt moved in one month."""

    month: str
    """The month, as YYYY-MM."""
    begun: int
    """Waivers that began."""
    ended: int
    """Waivers that ended."""
    standing: int
    """Waivers that stood on its last day."""


class DebtOutput(Output):
    """The debt of waivers."""

    version: Literal[1]
    """The version of this format."""
    title: str
    """The program's name."""
    as_of: date
    """The day it was judged on."""
    counting: int
    """Waivers that count."""
    items: int
    """Findings that are excused."""
    days: int
    """Days carried, in all."""
    renewals: int
    """Renewals, in all."""
    waivers: list[DebtEntryOutput]
    """The oldest first."""
    trend: list[MonthOutput]
    """The last twelve months."""


def replay(report: ReplayReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The verdicts of every step."""
    steps = [
        ReplayedOutput(
            number=one.step.number,
            commit=one.step.commit,
            signer=one.step.signer,
            verdicts={gate: verdict.value for gate, verdict in one.verdicts.items()},
            problem=one.problem,
        )
        for one in report.steps
    ]
    red = [
        RedOutput(
            gate=one.gate,
            step=one.since.number,
            commit=one.since.commit,
            signer=one.since.signer,
            actual=one.actual,
            always=one.always,
        )
        for one in report.red
    ]
    return _text(ReplayOutput(version=VERSION, title=report.title, as_of=report.as_of, steps=steps, red=red))


def outlook(report: OutlookReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """What lapses."""
    turns = [TurnOutput(day=turn.day, changes=[_change(one) for one in turn.changes]) for turn in report.turns]
    return _text(
        OutlookOutput(
            version=VERSION,
            title=report.title,
            begins=report.begins,
            until=report.until,
            verdict=report.verdict.value,
            now={gate: verdict.value for gate, verdict in report.now.items()},
            then={gate: verdict.value for gate, verdict in report.then.items()},
            turns=turns,
        )
    )


def what_if(report: WhatIfReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The difference a supposition makes."""
    return _text(
        WhatIfOutput(
            version=VERSION,
            title=report.title,
            supposed=list(report.supposed),
            verdict=report.verdict.value,
            gates=[_change(one) for one in report.changes],
        )
    )


def why(report: WhyReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The tree of causes."""
    judge = report.judge
    found = [
        WhySubjectOutput(
            subject=cause.subject.id,
            digest=cause.digest,
            previous=cause.previous,
            needed=cause.needed,
            approved=cause.approved,
            may_not_approve=dict(cause.banned),
            seats=[_seat(seat) for seat in cause.seats],
        )
        for cause in report.subjects
    ]
    return _text(
        WhyOutput(
            version=VERSION,
            verdict=report.verdict.value,
            as_of=judge.program.as_of,
            base=judge.program.rules.base,
            anomalies=list(judge.approvals.anomalies),
            rule_changes=[change.message for change in judge.approvals.rule_changes if not change.agreed],
            subjects=found,
        )
    )


def request(report: RequestReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """Whom to ask."""
    asks = [
        AskOutput(
            subject=asking.subject.id,
            role=role,
            ask=asking.ask.get(role, ""),
            others=[one for one in others if one != asking.ask.get(role)],
        )
        for asking in report.asking
        for role, others in asking.others.items()
    ]
    return _text(RequestOutput(version=VERSION, asks=asks))


def debt(report: DebtReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The debt of waivers."""
    waivers = [
        DebtEntryOutput(
            id=one.id,
            gate=one.gate,
            policy=one.policy,
            items=list(one.items),
            reason=one.because,
            requested_by=one.requested_by,
            approved_by=one.approved_by,
            created=one.created,
            expires=one.expires,
            age=one.age,
            renewals=one.renewals,
            objection=one.reason,
        )
        for one in report.entries
    ]
    trend = [MonthOutput(month=m.month, begun=m.begun, ended=m.ended, standing=m.standing) for m in report.trend]
    return _text(
        DebtOutput(
            version=VERSION,
            title=report.title,
            as_of=report.as_of,
            counting=report.counting,
            items=report.items,
            days=report.days,
            renewals=report.renewals,
            waivers=waivers,
            trend=trend,
        )
    )


def _seat(seat: Seat) -> SeatOutput:
    counted = seat.counted
    return SeatOutput(
        subject=seat.subject.id,
        role=seat.role,
        state=seat.state,
        person=seat.person,
        evidence=seat.evidence,
        reason=seat.reason,
        records=[_record(entry, entry is counted) for entry in seat.considered],
    )


def _record(entry: Checked, counts: bool) -> RecordOutput:
    record = entry.record
    return RecordOutput(
        path=entry.document.path,
        person=record.person,
        on_behalf_of=record.on_behalf_of,
        decision=record.decision,
        evidence=record.evidence,
        step=entry.held.step,
        counts=counts,
        reason=entry.reason,
        remedy=entry.remedy,
    )


def _change(change: GateChange) -> GateChangeOutput:
    return GateChangeOutput(
        gate=change.gate,
        before=change.before.value,
        after=change.after.value,
        new=[finding_output(finding) for finding in change.new],
        gone=[finding_output(finding) for finding in change.gone],
    )


def _text(output: Output) -> str:
    return json_text(output, indent=None) + "\n"

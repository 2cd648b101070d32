"""What would be: the same program on other days, without somebody, or with records that nobody made yet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from ray18.approvals import Held
from ray18.documents.people import People
from ray18.findings import Finding, ordered
from ray18.gates import Judge, Verdict, worst
from ray18.program import Rules, load
from ray18.report import GateReport, judge_gates
from ray18.snapshot import OverlaySnapshot


@dataclass(frozen=True, slots=True)
class GateChange:
    """How one gate differs from before."""

    gate: str
    title: str
    before: Verdict
    after: Verdict
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A day on which verdicts or findings change."""

    day: date
    changes: tuple[GateChange, ...]


@dataclass(frozen=True)
class OutlookReport:
    """What lapses between two days."""

    title: str
    begins: date
    until: date
    now: Mapping[str, Verdict]
    """Gate to verdict on the first day."""
    turns: tuple[Turn, ...]
    then: Mapping[str, Verdict]
    """Gate to verdict on the last day."""

    @property
    def verdict(self) -> Verdict:
        """How things stand on the last day, if nobody does anything."""
        return worst(self.then.values())


@dataclass(frozen=True)
class WhatIfReport:
    """The verdicts as they are and as they would be."""

    title: str
    supposed: tuple[str, ...]
    """What is supposed, in words."""
    changes: tuple[GateChange, ...]
    """Every gate, changed or not."""

    @property
    def verdict(self) -> Verdict:
        """How it would be."""
        return worst(change.after for change in self.changes)


def outlook(judge: Judge, until: date) -> OutlookReport:
    """Judges the program on every day between its own and `until` on which something that the records say may lapse."""
    begins = judge.program.as_of
    days = [day for day in candidate_days(judge) if begins < day <= until]
    first = before = judge_gates(judge, ())
    here, turns = judge, []
    for day in days:
        here = here.on(day)
        after = judge_gates(here, ())
        changed = tuple(change for change in compared(before, after) if change.new or change.gone or _turned(change))
        if changed:
            turns.append(Turn(day, changed))
        before = after
    return OutlookReport(
        judge.program.rules.settings.program.title, begins, until, _verdicts(first), tuple(turns), _verdicts(before)
    )


def what_if(judge: Judge, supposed: Iterable[str], other: Judge) -> WhatIfReport:
    """The verdicts of a program beside those of a supposed one."""
    changes = tuple(compared(judge_gates(judge, ()), judge_gates(other, ())))
    return WhatIfReport(judge.program.rules.settings.program.title, tuple(supposed), changes)


def compared(before: GateReport, after: GateReport) -> Iterator[GateChange]:
    """Each gate in two reports."""
    for old, new in zip(before.results, after.results, strict=True):
        known, now = {_key(finding) for finding in old.findings}, {_key(finding) for finding in new.findings}
        yield GateChange(
            old.gate.id,
            old.gate.title,
            old.verdict,
            new.verdict,
            ordered(finding for finding in new.findings if _key(finding) not in known),
            ordered(finding for finding in old.findings if _key(finding) not in now),
        )


def candidate_days(judge: Judge) -> list[date]:
    """Every day that the records name, the day after it, and the days by which settings let it age."""
    thresholds = judge.program.rules.settings.thresholds
    ages = {0, thresholds.baseline_max_age_days, thresholds.systems_confirmed_within_days}
    ages |= {-thresholds.kpi_review_max_gap_days}
    named = {day for document in judge.program.documents for day in _days(document.content)}
    if judge.handover is not None:
        named |= set(_days(judge.handover))
    return sorted({day + timedelta(days=age + after) for day in named for age in ages for after in (0, 1)})


def without(judge: Judge, leaver: str) -> Judge:
    """The same program after somebody left: no role, no key, no account."""
    program = judge.program
    rules = replace(program.rules, people=_left(program.rules.people, leaver))
    documents = tuple(
        document.with_content(_left(document.content, leaver)) if document.kind == "people" else document
        for document in program.documents
    )
    return replace(judge, program=replace(program, rules=rules, documents=documents))


def with_files(judge: Judge, files: Mapping[str, bytes | None], rules: Rules | None = None) -> Judge:
    """The same place with some files as they might be, and perhaps under other rules."""
    snapshot = OverlaySnapshot(judge.snapshot, files)
    kept = judge.ledger.kept if judge.ledger else {}
    program = load(snapshot, rules or judge.program.rules, judge.program.as_of, kept)
    return replace(judge, snapshot=snapshot, program=program)


def assuming(judge: Judge, decisions: Iterable[Held]) -> Judge:
    """The same place with decisions that nobody made."""
    return replace(judge, assumed=(*judge.assumed, *decisions))


class Assumed(Held):
    """A decision that nobody made: it counts as signed."""

    signers = ("assumed",)


def _left(people: People | None, leaver: str) -> Any:
    if people is None:
        return None
    return people.model_copy(
        update={
            "people": tuple(
                person.model_copy(update={"keys": (), "forges": ()}) if person.id == leaver else person
                for person in people.people
            ),
            "roles": {role: tuple(one for one in held if one != leaver) for role, held in people.roles.items()},
            "teams": tuple(
                team.model_copy(update={"members": tuple(one for one in team.members if one != leaver)})
                for team in people.teams
            ),
        }
    )


def _days(value: Any) -> Iterator[date]:
    """Every day that a value holds, however deep."""
    if isinstance(value, date):
        yield value.date() if isinstance(value, datetime) else value
    for entry in _within(value):
        yield from _days(entry)


def _within(value: Any) -> Iterable[Any]:
    if isinstance(value, BaseModel):
        return [getattr(value, name) for name in type(value).model_fields]
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, list | tuple):
        return value
    return [getattr(value, name) for name in getattr(value, "__dataclass_fields__", ())]


def _turned(change: GateChange) -> bool:
    return change.before is not change.after


def _key(finding: Finding) -> tuple[str, str, str]:
    return (finding.policy, finding.path or "", finding.item or finding.message)


def _verdicts(report: GateReport) -> dict[str, Verdict]:
    return {result.gate.id: result.verdict for result in report.results}

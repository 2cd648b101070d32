"""`automation-candidates.json`: what comes up again and again, in tickets, incidents and the backlog; for Protocol 23."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import get_args

from ray18.documents.backlog import SourceKind
from ray18.documents.base import Output
from ray18.evidence.incidents import day_of
from ray18.evidence.json_text import as_json
from ray18.evidence.markdown import bullets, cell, table
from ray18.gates import Judge
from ray18.planning.automation import (
    ASSUMED_HOURS,
    BUILD_HOURS,
    CATCH_ALL,
    LEAST,
    Candidate,
    Kind,
    Occurrence,
    by_people,
    candidates,
    ranked,
)

VERSION = 1
_SHOWN = 20


class ToilOutput(Output):
    """The tests of toil of Google's SRE book; null = the records do not tell."""

    manual: bool | None
    """People spend time on it."""
    repetitive: bool | None
    """It came up in more than one month."""
    automatable: bool | None
    """Somebody asks for automation in the text itself."""
    tactical: bool | None
    """It interrupts: it is answered when it happens."""
    no_enduring_value: bool | None
    """Doing it left nothing that lasts: it came up again in another month."""
    grows_with_service: bool | None
    """Months with more of all other tickets had more of it (Spearman's rank correlation: true from 0.6, false up to 0.2)."""


class SavingOutput(Output):
    """Hours a year that automation could save, as far as the work is always the same, with the middle 80 %; building it is not
    subtracted."""

    low: float
    """The lower end."""
    expected: float
    """The expectation."""
    high: float
    """The upper end."""
    occurrences_with_known_time: int
    """What the hours rest on."""


class CandidateOutput(Output):
    """Something that comes up again and again."""

    rank: int
    """1 is the first to look at."""
    id: str
    """The same in every run."""
    kind: Kind
    """Where it was found."""
    title: str
    """What it is; what differs from case to case is masked."""
    occurrences: int
    """How often it came up; of incidents, in how many."""
    per_month: float | None
    """How often it comes up; null without days."""
    months_with_it: int | None
    """Months in which it came up."""
    months_observed: int | None
    """Months that the source tells of."""
    hours_each: float | None
    """Mean working hours, where three or more are known."""
    steadiness: float
    """How alike the occurrences are, 0 to 1."""
    build_hours: float
    """Working hours to build it and keep it for a year: assumed by kind and steadiness."""
    score: float | None
    """Hours that a first year saves: 12 x per_month x share of months x hours x steadiness - build_hours; null without days."""
    pays_back_after_months: float | None
    """Months until the hours to build it are saved."""
    expected_hours_saved_a_year: SavingOutput | None
    """Null where handling times are not known."""
    toil: ToilOutput
    """The tests of toil."""
    rests_on: list[str]
    """The rows, items and incidents; at most 20."""
    rests_on_more: int
    """How many more there are."""


class AutomationCandidates(Output):
    """What could be automated, ranked, with what each candidate rests on."""

    version: int
    """Of this form."""
    as_of: date
    """The day it was made for."""
    summary: list[str]
    """What it comes to."""
    method: str
    """How the rank is made."""
    candidates: list[CandidateOutput]
    """Best first."""
    passed_over: list[str]
    """What looks frequent and says nothing."""


Commits = Sequence[tuple[str, Occurrence]]
"""Author and subject of commits."""


def written(judge: Judge) -> bytes | None:
    """The candidates; None when there is neither a backlog nor a hand-over to look through."""
    made = automation_candidates(judge)
    return as_json(made.model_dump(mode="json")) if made else None


def automation_candidates(judge: Judge, commits: Commits = ()) -> AutomationCandidates | None:
    """The same as values; with what people commit again and again, where commits are given."""
    handover = judge.handover
    if not (judge.program.of("backlog-item") or handover.tickets or handover.incidents or commits):
        return None
    sources: tuple[tuple[Kind, Iterator[Occurrence]], ...] = (
        ("ticket-category", _tickets(judge)),
        ("incident-causes", _causes(judge)),
        ("incident-actions", _actions(judge)),
        ("commit-template", by_people(commits)),
        *(("backlog-titles", _titles(judge, kind)) for kind in sorted(get_args(SourceKind)) if kind != "incident"),
    )
    found = ranked(entry for kind, occurrences in sources for entry in candidates(kind, occurrences))
    return AutomationCandidates(
        version=VERSION,
        as_of=judge.program.as_of,
        summary=list(_summary(found)),
        method=_method(),
        candidates=[_output(rank, entry) for rank, entry in enumerate(found, 1)],
        passed_over=list(_passed_over(judge)),
    )


def _tickets(judge: Judge) -> Iterator[Occurrence]:
    tickets = judge.handover.tickets
    path = next((entry.path for entry in judge.handover.artifacts if entry.name == "ticket-history.csv"), "")
    for ticket in tickets.events if tickets else ():
        if ticket.count and ticket.day <= judge.program.as_of:
            hours = None if ticket.minutes is None else ticket.minutes / 60
            yield Occurrence(ticket.category, f"{path}:{ticket.line}", ticket.day, hours, times=ticket.count)


def _causes(judge: Judge) -> Iterator[Occurrence]:
    for incident in judge.handover.incidents:
        for cause in incident.causes:
            yield Occurrence(cause, incident.id, day_of(incident), case=incident.id)


def _actions(judge: Judge) -> Iterator[Occurrence]:
    days = {incident.id: day_of(incident) for incident in judge.handover.incidents}
    for document in judge.program.of("backlog-item"):
        item = document.content
        if item.source.kind == "incident":
            incident = item.annotations.get("incident", item.id)
            hours = item.effort.hours if item.effort else None
            yield Occurrence(item.title, item.id, days.get(incident), hours, incident)


def _titles(judge: Judge, source: SourceKind) -> Iterator[Occurrence]:
    """The items of one source, since each source tells of months of its own."""
    for document in judge.program.of("backlog-item"):
        item = document.content
        if item.source.kind == source:
            yield Occurrence(item.title, item.id, item.created, item.effort.hours if item.effort else None)


def _output(rank: int, entry: Candidate) -> CandidateOutput:
    toil, saving = entry.toil, entry.saving
    return CandidateOutput(
        rank=rank,
        id=entry.id,
        kind=entry.kind,
        title=entry.title,
        occurrences=entry.count,
        per_month=_rounded(entry.per_month),
        months_with_it=entry.months,
        months_observed=entry.period_months,
        hours_each=_rounded(entry.hours_each),
        steadiness=round(entry.steadiness, 3),
        build_hours=round(entry.build_hours, 1),
        score=_rounded(entry.score),
        pays_back_after_months=_rounded(entry.pays_back_after_months),
        expected_hours_saved_a_year=saving
        and SavingOutput(
            low=round(saving.low, 1),
            expected=round(saving.expected, 1),
            high=round(saving.high, 1),
            occurrences_with_known_time=saving.known,
        ),
        toil=ToilOutput(
            manual=toil.manual,
            repetitive=toil.repetitive,
            automatable=toil.automatable,
            tactical=toil.tactical,
            no_enduring_value=toil.no_enduring_value,
            grows_with_service=toil.grows_with_service,
        ),
        rests_on=list(entry.rests_on[:_SHOWN]),
        rests_on_more=max(0, len(entry.rests_on) - _SHOWN),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _summary(found: tuple[Candidate, ...]) -> Iterator[str]:
    if not found:
        yield "Nothing comes up often enough to be a candidate."
        return
    worth = sum(entry.score is not None and entry.score > 0 for entry in found)
    yield (
        f"{len(found)} candidate{'s' * (len(found) != 1)}, {worth} of which would save more than they cost within a year; "
        f"the first to look at: {found[0].title} ({found[0].kind})."
    )
    timed = sum(entry.saving is not None for entry in found)
    if timed < len(found):
        yield (
            f"Hours saved are given for {timed} of {len(found)}: for the others nobody wrote down how long one takes "
            "(`handling_minutes` in the ticket history, `effort.hours` in the backlog)."
        )


def _method() -> str:
    least = ", ".join(f"{kind} {count}" for kind, count in LEAST.items())
    return (
        "12 x occurrences a month x share of months with one x hours each x steadiness - hours to build; without days last, by "
        f"count. Taken where nobody wrote down the hours each: {_hours(ASSUMED_HOURS)}; for building, at full steadiness: "
        f"{_hours(BUILD_HOURS)}. At least so many occurrences: {least}. Titles and commits count as the same when they are once "
        "numbers, ids, quoted names and addresses are masked; incident texts when they share 60 % of their words."
    )


def _hours(given: Mapping[Kind, float]) -> str:
    return ", ".join(f"{kind} {hours:g} h" for kind, hours in given.items())


def _passed_over(judge: Judge) -> Iterator[str]:
    tickets = judge.handover.tickets
    for name, count in tickets.by_category if tickets else ():
        if name.casefold() in CATCH_ALL:
            yield f"{count:,} tickets have the category {name!r}, which does not tell what the work was"


def as_markdown(found: AutomationCandidates) -> str:
    """The ranked list, for people."""
    rows = [
        (entry.rank, entry.title, entry.kind, entry.occurrences, *map(_told, (entry.per_month, entry.hours_each)),
         f"{entry.steadiness:.2f}", _saved(entry), f"{entry.build_hours:g}", _told(entry.score), _yes(entry.toil))
        for entry in found.candidates
    ]  # fmt: skip
    header = (
        "Rank",
        "What",
        "From",
        "Times",
        "A month",
        "Hours each",
        "Steadiness",
        "Saved a year",
        "Build",
        "Score",
        "Toil",
    )
    lines = [f"# What could be automated, as of {found.as_of}", "", *bullets(found.summary)]
    lines += [
        *table(header, rows),
        "Hours unless said otherwise; a dash is not known. Toil: the tests that the records show.",
        "",
    ]
    lines += [f"How it is ranked: {cell(found.method)}", "", *(bullets(found.passed_over) if found.passed_over else ())]
    return "\n".join(lines).rstrip() + "\n"


def _told(value: float | None) -> str:
    return "–" if value is None else f"{value:,.2f}"


def _saved(entry: CandidateOutput) -> str:
    saving = entry.expected_hours_saved_a_year
    return f"{saving.expected:g} ({saving.low:g} to {saving.high:g})" if saving else "–"


def _yes(toil: ToilOutput) -> str:
    return ", ".join(name.replace("_", " ") for name, value in toil if value)

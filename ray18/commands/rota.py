"""`ray18 rota`: who is on call when, how fair that is, what nobody can take and why, and calendars of it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import click

from ray18.commands.modelines import header
from ray18.commands.output import colourful, say
from ray18.commands.place import judging_options, program_repository, root
from ray18.documents.base import Output, plain
from ray18.documents.people import People
from ray18.documents.plan import Rotation
from ray18.documents.rota import Rota, Turn
from ray18.errors import BlockedError, UsageError
from ray18.evidence.json_text import as_json
from ray18.files import write_whole
from ray18.gates import Judge
from ray18.planning.rostering.calendar import as_icalendar, as_pagerduty
from ray18.planning.rostering.demand import WHOLE_DAY, Request, without
from ray18.planning.rostering.outcome import SEATS, Duty, Outcome, make
from ray18.planning.rostering.references import strangers
from ray18.planning.rostering.shortage import Shortage
from ray18.terminal import painted, safe
from ray18.yaml import edit, render

_TURNS = 26


class DutyOutput(Output):
    """One seat for one turn."""

    first: date
    """The first day of the turn."""
    shift: str
    """The shift; `all-day` where there are none."""
    seat: Literal["primary", "secondary"]
    """Which seat."""
    person: str | None
    """Who has it; null = nobody can."""
    changed_from: str | None
    """Who had it in the rota in force, where that was somebody else."""


class ReasonOutput(Output):
    """Why one person cannot have a seat."""

    person: str
    """The person."""
    reason: str
    """Why not."""


class OpenSeatOutput(Output):
    """A seat that nobody can have."""

    first: date
    """The first day of the turn."""
    shift: str
    """The shift."""
    seat: Literal["primary", "secondary"]
    """Which seat."""
    reasons: list[ReasonOutput]
    """Why not, person by person."""


class ShortageOutput(Output):
    """A stretch of turns that no rota can fill, whoever makes it."""

    first: date
    """The first day of its first turn."""
    last: date
    """The first day of its last turn."""
    kind: str
    """Whom it is about."""
    needed: int
    """Seats to be filled by such people."""
    possible: int
    """How many can be filled at most, by rest and greatest share."""
    people_missing: int
    """How many more such people it takes at least."""


class LackingOutput(Output):
    """A turn in which nobody has some skill."""

    first: date
    """The first day of the turn."""
    shift: str
    """The shift."""
    skills: list[str]
    """What is lacking."""


class BurdenOutput(Output):
    """One person's part."""

    person: str
    """The person."""
    turns: int
    """Turns to come."""
    primary: int
    """As primary."""
    holidays: int
    """With holidays in them."""
    nights: int
    """At night."""
    total: int
    """Turns, those of the past that count included."""
    fair: float
    """Turns that would be fair, by share and by the time somebody takes part."""
    unmet_wishes: int
    """The weight of wishes that are not met."""


class CostOutput(Output):
    """What the rota costs; 1,000 = one turn more for the most loaded person than for the least."""

    open_seats: int
    """Seats that nobody has."""
    lacking_skills: int
    """Skills that are lacking, turn by turn."""
    load: int
    """Difference between the most and the least loaded."""
    holidays: int
    """The same for holidays."""
    nights: int
    """The same for nights."""
    primary: int
    """The same for being primary."""
    wishes: int
    """Wishes that are not met."""
    changes: int
    """Seats that are no longer as published."""


class RotaOutput(Output):
    """What `ray18 rota --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    program: str
    """The program's title."""
    as_of: date
    """The day it is made on."""
    time_zone: str
    """IANA name of the time zone of its times."""
    turn_days: int
    """Days in one turn."""
    duties: list[DutyOutput]
    """Every seat, by turn."""
    open_seats: list[OpenSeatOutput]
    """Seats that nobody can have."""
    lacking_skills: list[LackingOutput]
    """Turns in which a skill is lacking."""
    shortages: list[ShortageOutput]
    """Why not every seat can be filled, by counting."""
    people: list[BurdenOutput]
    """Everybody's part."""
    cost: CostOutput
    """What it costs."""


@click.command()
@click.option("--turns", type=click.IntRange(1, 400), default=_TURNS, show_default=True, help="How many turns.")
@click.option("--without", "leavers", multiple=True, metavar="PERSON", help="What if this person takes turns no more.")
@click.option("--fresh", is_flag=True, help="Make it anew; only what is over or fixed stays.")
@click.option("--write", is_flag=True, help="Write the turns into rota.yaml.")
@click.option(
    "--ics",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a calendar (RFC 5545; Grafana OnCall reads it).",
)
@click.option("--seat", type=click.Choice(["both", *SEATS]), default="both", help="Whose calendar --ics writes.")
@click.option("--call", "called", type=click.Choice(["id", "email"]), default="id", help="How --ics names people.")
@click.option(
    "--pagerduty", type=click.Path(path_type=Path), metavar="FILE", help="Write schedules with layers for PagerDuty."
)
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text")
@judging_options
@click.pass_context
def command(
    ctx: click.Context,
    judge: Judge,
    turns: int,
    leavers: tuple[str, ...],
    fresh: bool,
    write: bool,
    ics: Path | None,
    seat: str,
    called: str,
    pagerduty: Path | None,
    format_: str,
) -> None:
    """Say who is on call when: fair, rested, with somebody experienced, and with as few changes as possible.

    Who takes turns is in the plan (coverage.rotation); leave, wishes, holidays, juniors and the turns in force are in
    rota.yaml. Where a seat must stay open, it says why, and how many people are missing.

    \b
    Examples:
      ray18 rota
      ray18 rota --without ana
      ray18 rota --write --ics oncall.ics --pagerduty layers.json
      ray18 rota --format markdown
    """
    request = _request(judge, turns)
    for person in leavers:
        if person not in request.rotation.members:
            raise UsageError(f"{person} takes no turns", f"members: {', '.join(request.rotation.members)}")
        request = without(request, person)
    try:
        made = make(request, fresh=fresh)
    except OverflowError as error:
        raise BlockedError(
            "the rota runs past the year 9999", "mend `first` in rota.yaml, or ask for fewer --turns"
        ) from error
    title = judge.program.rules.settings.program.title
    if write and leavers:
        raise UsageError("--write writes what is, not what if", "take them out of coverage.rotation in plan.yaml")
    files: dict[Path, bytes] = {}
    if write:
        files.update([_published(ctx, judge, made)])
    if ics:
        seats = SEATS if seat == "both" else (seat,)
        program_id = judge.program.rules.settings.program.id
        files[ics] = as_icalendar(made, program_id, f"{title}: on call", seats, _caller(judge, called))
    if pagerduty:
        files[pagerduty] = as_json(as_pagerduty(made, title, _pagerduty_user(request.rota)))
    done = [
        f"{'wrote ' if write_whole(path, content) else 'kept  '} {_shown(ctx, path)}" for path, content in files.items()
    ]
    output = _output(title, made)
    if format_ == "json":
        say(as_json(output.model_dump(mode="json")).decode())
    else:
        lines = _markdown(output) if format_ == "markdown" else (*done, *_text(output, colourful(sys.stdout)))
        say("".join(f"{line}\n" for line in lines))


def _request(judge: Judge, turns: int) -> Request:
    program = judge.program
    for problem in program.problems:
        if program.problem_kinds & {"plan", "rota", "people"}:
            raise BlockedError(f"{problem.place}: {problem.message}", problem.remedy or "ray18 check")
    plan, document, people = program.one("plan"), program.one("rota"), program.one("people")
    rotation: Rotation | None = plan.content.coverage.rotation if plan else None
    if rotation is None or not rotation.members:
        raise BlockedError("the plan names nobody who takes turns", "write coverage.rotation.members in plan.yaml")
    rota: Rota = document.content if document else Rota()
    if document is not None:
        found = [document.finding(m, *way) for way, _, m in strangers(rota, people.content if people else People())]
        if found:
            raise BlockedError("\n".join(f"{f.place}: {f.message}" for f in found), f"mend {document.path}")
    return Request(rota, rotation, program.as_of, turns)


def _published(ctx: click.Context, judge: Judge, made: Outcome) -> tuple[Path, bytes]:
    """Where the rota is published, and the file with these turns."""
    document = judge.program.one("rota")
    path = judge.program.rules.settings.locations.rota
    turns: Any = [_written(turn) for turn in made.demand.turns(made.roster)]
    if document is None:
        content = render({"first": made.duties[0].first.isoformat(), "turns": turns}, header("rota", path))
    else:
        content = edit(document.source, {("turns",): turns})
    return root(ctx) / path, content


def _shown(ctx: click.Context, path: Path) -> str:
    """A path inside the program as the records name it, any other as it was given."""
    folder = program_repository(ctx).work_tree
    return safe(str(path.relative_to(folder) if folder and path.is_relative_to(folder) else path))


def _written(turn: Turn) -> dict[str, Any]:
    return {name: value for name, value in plain(turn).items() if value not in (None, False)}


def _caller(judge: Judge, called: str) -> Callable[[str], str]:
    document = judge.program.one("people")
    people: People = document.content if document else People()

    def name(person_id: str) -> str:
        person = people.person(person_id)
        if called == "id":
            return person_id
        if person is None or person.email is None:
            raise UsageError(f"people.yaml has no e-mail of {person_id}", "add it, or use --call id")
        return person.email

    return name


def _pagerduty_user(rota: Rota) -> Callable[[str], dict[str, str]]:
    ids = {member.person: member.pagerduty_id for member in rota.members}

    def user(person_id: str) -> dict[str, str]:
        known = ids.get(person_id)
        if known is None:
            raise UsageError(
                f"nobody knows which user of PagerDuty {person_id} is", "write pagerduty_id in members of rota.yaml"
            )
        return {"type": "user_reference", "id": known}

    return user


def _output(title: str, made: Outcome) -> RotaOutput:
    request, problem = made.demand.request, made.demand.problem
    before = {change.duty.number: change.before for change in made.changes()}
    load, holidays, nights, primary = problem.unfairness(made.roster)
    open_seats, lacking = problem.gaps(made.roster)
    unmet = made.unmet()
    return RotaOutput(
        version=1,
        program=title,
        as_of=request.as_of,
        time_zone=request.rota.time_zone,
        turn_days=request.rotation.turn_days,
        duties=[
            DutyOutput(**_seat(duty), person=duty.person, changed_from=before.get(duty.number)) for duty in made.duties
        ],
        open_seats=[
            OpenSeatOutput(**_seat(duty), reasons=[ReasonOutput(person=p, reason=why) for p, why in found])
            for duty, found in made.open_seats()
        ],
        lacking_skills=[
            LackingOutput(first=first, shift=shift.id, skills=list(skills)) for first, shift, skills in made.unskilled()
        ],
        shortages=[_shortage(made, entry) for entry in made.shortages],
        people=[
            BurdenOutput(
                person=entry.person,
                turns=entry.turns,
                primary=entry.primary,
                holidays=entry.holidays,
                nights=entry.nights,
                total=entry.total,
                fair=round(entry.fair, 2),
                unmet_wishes=unmet[entry.person],
            )
            for entry in made.burdens()
        ],
        cost=CostOutput(
            open_seats=open_seats,
            lacking_skills=lacking,
            load=load,
            holidays=holidays,
            nights=nights,
            primary=primary,
            wishes=problem.wishes(made.roster),
            changes=len(before),
        ),
    )


def _seat(duty: Duty) -> dict[str, Any]:
    return {"first": duty.first, "shift": duty.shift.id, "seat": duty.seat}


def _shortage(made: Outcome, entry: Shortage) -> ShortageOutput:
    days = made.demand.days
    return ShortageOutput(
        first=days[entry.first],
        last=days[entry.last],
        kind=entry.kind,
        needed=entry.needed,
        possible=entry.possible,
        people_missing=entry.people,
    )


def _rows(made: RotaOutput) -> Iterator[tuple[date, str, dict[str, DutyOutput]]]:
    """Turn, shift and seats, in order."""
    found: dict[tuple[date, str], dict[str, DutyOutput]] = {}
    for duty in made.duties:
        found.setdefault((duty.first, duty.shift), {})[duty.seat] = duty
    return ((first, shift, seats) for (first, shift), seats in found.items())


def _text(made: RotaOutput, colour: bool) -> Iterator[str]:
    yield from _summary(made)
    yield ""
    for first, shift, seats in _rows(made):
        name = "" if shift == WHOLE_DAY.id else f"  {shift:8}"
        people = "  ".join(f"{_told(duty):34}" for duty in seats.values()).rstrip()
        is_open = any(duty.person is None for duty in seats.values())
        changed = any(duty.changed_from for duty in seats.values())
        yield painted(f"{first}{name}  {people}", "red" if is_open else "yellow" if changed else "", colour)
    yield ""
    yield "person                turns  primary  holidays  nights  all that count  fair   wishes not met"
    for entry in made.people:
        yield (
            f"{entry.person:20}  {entry.turns:5}  {entry.primary:7}  {entry.holidays:8}  {entry.nights:6}  "
            f"{entry.total:14}  {entry.fair:5.2f}  {entry.unmet_wishes or ''}"
        ).rstrip()
    yield from (painted(line, "red", colour) for line in _gaps(made))


def _told(duty: DutyOutput) -> str:
    name = duty.person or "OPEN"
    return f"{name} (was {duty.changed_from})" if duty.changed_from else name


def _summary(made: RotaOutput) -> Iterator[str]:
    turns = len({duty.first for duty in made.duties})
    span = f"from {made.duties[0].first} to {made.duties[-1].first}" if made.duties else ""
    state = f"{made.cost.open_seats} seats open" if made.cost.open_seats else "every seat is taken"
    yield f"{safe(made.program)}: {turns} turns of {made.turn_days} days {span}; {state}"
    changed = f"; {made.cost.changes} seats changed" if made.cost.changes else ""
    yield (
        f"most and least loaded differ by {made.cost.load / 1000:g} turns, by holidays {made.cost.holidays / 200:g}, "
        f"by nights {made.cost.nights / 200:g} (each against their fair part){changed}"
    )


def _gaps(made: RotaOutput) -> Iterator[str]:
    if made.open_seats or made.lacking_skills or made.shortages:
        yield ""
    for short in made.shortages:
        yield (
            f"needs {short.people_missing} more {short.kind}: {short.first} to {short.last} has {short.needed} seats, "
            f"and rest and the greatest share allow {max(0, short.possible)}"
        )
    for entry in made.open_seats:
        why = "; ".join(f"{reason.person} {reason.reason}" for reason in entry.reasons)
        yield f"{entry.first} {entry.seat} is open: {why}"
    for lack in made.lacking_skills:
        yield f"{lack.first} {lack.shift}: nobody on duty knows {', '.join(lack.skills)}"


def _markdown(made: RotaOutput) -> Iterator[str]:
    yield f"# On-call rota: {safe(made.program)}"
    yield ""
    yield from (f"- {line}" for line in (*_summary(made), *_gaps(made)) if line)
    seats: Sequence[str] = [seat for seat in SEATS if any(duty.seat == seat for duty in made.duties)]
    yield ""
    yield f"| from | shift | {' | '.join(seats)} |"
    yield f"|---|---|{'---|' * len(seats)}"
    for first, shift, there in _rows(made):
        yield f"| {first} | {shift} | {' | '.join(_told(there[seat]) for seat in seats)} |"
    yield ""
    yield "| person | turns | primary | holidays | nights | fair |"
    yield "|---|---|---|---|---|---|"
    for entry in made.people:
        cells = (entry.person, entry.turns, entry.primary, entry.holidays, entry.nights, f"{entry.fair:.2f}")
        yield "| " + " | ".join(map(str, cells)) + " |"

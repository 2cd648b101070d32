"""`ray18 backlog schedule`: which item goes live in which release window, why there, and how good the plan is."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, Literal

import click

from ray18.commands.modelines import header
from ray18.commands.output import colourful, say
from ray18.commands.place import judging_options, root
from ray18.documents.base import Output, Severity, plain
from ray18.documents.people import People
from ray18.documents.plan import Plan
from ray18.documents.rota import Rota
from ray18.documents.schedule import CancelledOpening, Capacity, Planned, Schedule
from ray18.errors import BlockedError, UsageError
from ray18.evidence.json_text import as_json
from ray18.files import write_whole
from ray18.gates import Judge
from ray18.planning.scheduling.bound import bound
from ray18.planning.scheduling.demand import MOST_DAYS, Records, without
from ray18.planning.scheduling.linear import linear_bound
from ray18.planning.scheduling.openings import opens_on
from ray18.planning.scheduling.outcome import Move, Outcome, in_force, schedule
from ray18.planning.scheduling.reasons import hours
from ray18.planning.scheduling.references import strangers
from ray18.planning.scheduling.search import STEPS, Bounding
from ray18.terminal import painted, safe
from ray18.yaml import edit, render


@dataclass(frozen=True, slots=True)
class _How:
    """A way to plan."""

    name: str
    bounding: Bounding
    steps: int


_PLAIN = _How("lagrange", bound, STEPS)
_OPTIMIZED = _How("linear program (HiGHS)", linear_bound, 300_000)
_NEEDED = ("backlog-item", "plan", "schedule", "rota", "people")


class HoursOutput(Output):
    """Hours of one pool around one release day."""

    pool: str
    """The skill, person or team whose hours they are."""
    come_in: float
    """Hours that come in since the release day before."""
    used: float
    """Hours that the items of this day take."""
    left: float
    """Hours left over; with `carry_over`, those of earlier days included."""


class ScheduledItemOutput(Output):
    """One item in its place."""

    item: str
    """Its id."""
    title: str
    """Its title."""
    severity: Severity | None
    """How bad it is when nothing is done."""
    owner: str | None
    """Who answers for it."""
    worth: int
    """Cost of a week's delay in points; 100 = the most urgent item."""
    hours: float
    """Hours of its own skill or owner."""
    hours_assumed: str
    """What the hours rest on when nobody has estimated them."""
    pools: list[str]
    """Whose hours it takes."""
    day: date | None
    """The release day; null = left out."""
    window: str | None
    """The release window."""
    due: date | None
    """Its due date, its own or that of the due-date profiles."""
    days_late: int | None
    """By how many days it misses its due date; negative = days to spare."""
    why: str
    """What keeps it from going live earlier."""


class ReleaseDayOutput(Output):
    """One release day."""

    day: date
    """The day."""
    windows: list[str]
    """The windows that open."""
    hours: list[HoursOutput]
    """The hours, by pool."""
    items: list[str]
    """Ids of the items that go live."""


class ShutOutput(Output):
    """A window that does not open on a day of its rule."""

    window: str
    """The window."""
    day: date
    """The day."""
    reason: str
    """Why."""


class MoveOutput(Output):
    """An item that moved."""

    item: str
    """Its id."""
    before: date | None
    """The day it was planned for; null = it was left out or is new."""
    after: date | None
    """The day it is planned for now; null = left out."""
    reason: str
    """Why it could not stay."""


class WhatIfScheduleOutput(Output):
    """What a change would do to the schedule."""

    change: list[str]
    """The change, in words."""
    cost: float
    """What the schedule would cost."""
    late: list[str]
    """Items that would miss their due date, and do not now."""
    left_out: list[str]
    """Items that would be left out, and are not now."""
    moves: list[MoveOutput]
    """What would move."""


class ScheduleOutput(Output):
    """What `ray18 backlog schedule --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    program: str
    """The program's title."""
    as_of: date
    """The day it is planned from."""
    method: str
    """How the bound was found: `lagrange` or `linear program (HiGHS)`."""
    cost: float
    """What the schedule costs: points of delay times weeks, late ones weighing more."""
    bound: float
    """What no schedule can get under; proven."""
    gap_percent: float
    """By how much at most the schedule costs more than the best there is."""
    wsjf_cost: float
    """What a schedule in plain order of worth by hour would cost."""
    anew_cost: float
    """What a schedule made without regard to the one in force would cost."""
    anew_moves: int
    """How many items that would move."""
    carry_over: bool
    """Whether hours left over count for later windows."""
    days: list[ReleaseDayOutput]
    """The release days."""
    shut: list[ShutOutput]
    """Windows that do not open, and why."""
    items: list[ScheduledItemOutput]
    """Every open item, by day; those left out last."""
    moves: list[MoveOutput]
    """What is no longer where the schedule in force had it."""
    what_if: WhatIfScheduleOutput | None
    """What the change that was asked about would do; null when none was."""


@click.command("schedule")
@click.option(
    "--windows", type=click.IntRange(1, 520), default=MOST_DAYS, show_default=True, help="Release days ahead."
)
@click.option("--hours", "hours_", type=click.FloatRange(1, 10_000), metavar="N", help="N hours a week for everything.")
@click.option("--without", "leavers", multiple=True, metavar="PERSON", help="What if this person leaves.")
@click.option("--cancel", "cancelled", multiple=True, metavar="WINDOW@DAY", help="What if this window does not open.")
@click.option("--fresh", is_flag=True, help="Plan anew, as if no schedule were in force.")
@click.option(
    "--optimize", is_flag=True, help="Use a linear program (extra `optimize`): a closer bound, a longer search."
)
@click.option(
    "--why", "why", metavar="ID", help="Only this item: why it is where it is, and what each window would cost."
)
@click.option("--write", is_flag=True, help="Write the plan into schedule.yaml.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text")
@judging_options
@click.pass_context
def schedule_command(
    ctx: click.Context,
    judge: Judge,
    windows: int,
    hours_: float | None,
    leavers: tuple[str, ...],
    cancelled: tuple[str, ...],
    fresh: bool,
    optimize: bool,
    why: str | None,
    write: bool,
    format_: str,
) -> None:
    """Plan the open items into the release windows: least cost of delay within the hours there are.

    Hours, windows that do not open and items that stay are written in schedule.yaml. A schedule in force is changed as
    little as possible. The bound is what no schedule can get under, whoever makes it.

    \b
    Examples:
      ray18 backlog schedule
      ray18 backlog schedule --hours 60
      ray18 backlog schedule --without ana --cancel weekly@2026-05-06
      ray18 backlog schedule --why TD-21
      ray18 backlog schedule --write
    """
    records = _records(judge, windows, hours_)
    how = _OPTIMIZED if optimize else _PLAIN
    try:
        made = schedule(records, how.bounding, fresh=fresh, steps=how.steps)
        changed = _what_if(made, records, leavers, cancelled)
    except ValueError as error:
        raise BlockedError(str(error), "mend it in plan.yaml or the backlog; see: ray18 check") from error
    done = ""
    if write:
        if changed is not None:
            raise UsageError("--write writes what is, not what if", "leave --without and --cancel out")
        done = _write(ctx, judge, made.planned())
    output = _output(judge.program.rules.settings.program.title, made, how.name, changed)
    if format_ == "json":
        say(as_json(output.model_dump(mode="json")).decode())
    elif why is not None:
        say("".join(f"{line}\n" for line in _explained(made, why)))
    elif format_ == "markdown":
        say("".join(f"{line}\n" for line in _markdown(output)))
    else:
        say(done + "".join(f"{line}\n" for line in _text(output, colourful(sys.stdout))))


def _records(judge: Judge, windows: int, hours_: float | None) -> Records:
    program = judge.program
    for problem in program.problems:
        if program.problem_kinds & set(_NEEDED):
            raise BlockedError(f"{problem.place}: {problem.message}", problem.remedy or "ray18 check")
    plan, people = program.one("plan"), program.one("people")
    if plan is None or not plan.content.release_windows:
        raise BlockedError(
            "the plan has no release windows", "write release_windows in plan.yaml, see: ray18 plan draft"
        )
    given = program.one("schedule")
    settings: Schedule = given.content if given else Schedule()
    if given is not None:
        _require_known(judge, given.path, settings, plan.content)
    if hours_ is not None:
        settings = settings.model_copy(update={"capacity": (Capacity(hours_per_week=hours_),)})
    if not settings.capacity:
        raise BlockedError(
            "nothing says how many hours the backlog may use",
            "try: ray18 backlog schedule --hours 40, or write capacity in schedule.yaml",
        )
    rota = program.one("rota")
    return Records(
        tuple(document.content for document in program.of("backlog-item")),
        plan.content,
        settings,
        rota.content if rota else Rota(),
        people.content if people else People(),
        program.rules.settings.prioritization,
        program.as_of,
        windows,
    )


def _require_known(judge: Judge, path: str, settings: Schedule, plan: Plan) -> None:
    people = judge.program.one("people")
    items = {document.content.id for document in judge.program.of("backlog-item")}
    document = judge.program.one("schedule")
    found = [*strangers(settings, plan, people.content if people else People(), items)]
    if found and document is not None:
        places = [document.finding(message, *way) for way, _, message in found]
        raise BlockedError("\n".join(f"{f.place}: {f.message}" for f in places), f"mend {path}")


def _what_if(
    made: Outcome, records: Records, leavers: Sequence[str], cancelled: Sequence[str]
) -> tuple[list[str], Outcome] | None:
    """What would become of the schedule, and the change in words; None when nothing is asked."""
    if not leavers and not cancelled:
        return None
    said: list[str] = []
    changed = in_force(records, made.planned())
    if made.demand.days:
        changed = replace(changed, until=made.demand.days[-1].day)
    for person in leavers:
        if records.people.person(person) is None:
            raise UsageError(f"people.yaml does not know {person}", "name a person of people.yaml")
        changed = without(changed, person)
        said.append(f"{person} leaves")
    for text in cancelled:
        entry = _opening(text, records.plan)
        entries = (*changed.schedule.cancelled, entry)
        changed = replace(changed, schedule=changed.schedule.model_copy(update={"cancelled": entries}))
        said.append(f"{entry.window} does not open on {entry.day}")
    return said, schedule(changed)


def _opening(text: str, plan: Plan) -> CancelledOpening:
    name, _, day = text.partition("@")
    window = next((window for window in plan.release_windows if window.id == name), None)
    if window is None:
        known = ", ".join(window.id for window in plan.release_windows)
        raise UsageError(f"the plan has no release window {name!r}", f"use WINDOW@DAY; windows: {known}")
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise UsageError(f"{day!r} is not a day", "write it as in: weekly@2026-05-06") from error
    if not opens_on(window, wanted):
        raise UsageError(f"{name} does not open on {wanted} by its rule", "see: ray18 backlog schedule")
    return CancelledOpening(window=name, day=wanted)


def _write(ctx: click.Context, judge: Judge, planned: Sequence[Planned]) -> str:
    """Writes the plan down, and says so."""
    document = judge.program.one("schedule")
    path = judge.program.rules.settings.locations.schedule
    entries: Any = [plain(entry) for entry in planned]
    if document is None:
        content = render({"planned": entries}, header("schedule", path))
    else:
        content = edit(document.source, {("planned",): entries})
    return f"{'wrote ' if write_whole(root(ctx) / path, content) else 'kept  '} {path}\n"


def _output(title: str, made: Outcome, method: str, changed: tuple[list[str], Outcome] | None) -> ScheduleOutput:
    demand = made.demand
    order = sorted(
        range(len(demand.tasks)), key=lambda number: (made.placement[number], -demand.tasks[number].worth, number)
    )
    anew = sum(one != other for one, other in zip(made.placement, made.anew, strict=True))
    return ScheduleOutput(
        version=1,
        program=title,
        as_of=demand.records.as_of,
        method=method,
        cost=_weeks(made.cost),
        bound=_weeks(made.bound),
        gap_percent=round(100 * made.gap, 2),
        wsjf_cost=_weeks(made.by_ratio),
        anew_cost=_weeks(demand.problem.cost(made.anew)),
        anew_moves=anew,
        carry_over=demand.problem.carry_over,
        days=[_day(made, number) for number in range(len(demand.days))],
        shut=[ShutOutput(window=entry.window, day=entry.day, reason=entry.reason) for entry in demand.shut],
        items=[_item(made, number) for number in order],
        moves=[*map(_moved, made.moves)],
        what_if=None if changed is None else _compared(made, *changed),
    )


def _weeks(cost: int) -> float:
    return round(cost / 7, 1)


def _day(made: Outcome, number: int) -> ReleaseDayOutput:
    demand = made.demand
    taken = [0] * len(demand.pools)
    names = []
    for job, window in zip(demand.problem.jobs, made.placement, strict=True):
        if window == number:
            names.append(job.name)
            for pool, minutes in job.needs:
                taken[pool] += minutes
    pools = [
        HoursOutput(
            pool=name,
            come_in=round(demand.problem.capacity[pool][number] / 60, 1),
            used=round(taken[pool] / 60, 1),
            left=round(made.reasons.left[pool][number] / 60, 1),
        )
        for pool, name in enumerate(demand.pools)
    ]
    entry = demand.days[number]
    return ReleaseDayOutput(day=entry.day, windows=[window.id for window in entry.windows], hours=pools, items=names)


def _item(made: Outcome, number: int) -> ScheduledItemOutput:
    task, day = made.demand.tasks[number], made.day(number)
    entry = made.demand.days[made.placement[number]] if day else None
    window = (entry.window_for(task.item.service) or entry.windows[0]) if entry else None
    return ScheduledItemOutput(
        item=task.item.id,
        title=task.item.title,
        severity=task.item.severity,
        owner=task.item.owner,
        worth=task.worth,
        hours=float(task.hours),
        hours_assumed=task.assumed,
        pools=list(task.pools),
        day=day,
        window=window.id if window else None,
        due=task.due,
        days_late=made.reasons.days_late(number),
        why=made.reasons.why(number),
    )


def _moved(move: Move) -> MoveOutput:
    return MoveOutput(item=move.item, before=move.before, after=move.after, reason=move.reason)


def _compared(made: Outcome, said: list[str], after: Outcome) -> WhatIfScheduleOutput:
    def late(outcome: Outcome) -> set[str]:
        tasks = enumerate(outcome.demand.tasks)
        return {task.item.id for number, task in tasks if (outcome.reasons.days_late(number) or 0) > 0}

    def out(outcome: Outcome) -> set[str]:
        return {task.item.id for number, task in enumerate(outcome.demand.tasks) if outcome.day(number) is None}

    return WhatIfScheduleOutput(
        change=said,
        cost=_weeks(after.cost),
        late=sorted(late(after) - late(made)),
        left_out=sorted(out(after) - out(made)),
        moves=[*map(_moved, after.moves)],
    )


def _text(made: ScheduleOutput, colour: bool) -> Iterator[str]:
    yield from _summary(made)
    yield ""
    by_id = {entry.item: entry for entry in made.items}
    for day in made.days:
        if day.items:
            yield f"{day.day}  {', '.join(day.windows)}    {_hours_line(day)}"
            for entry in (entry for entry in made.items if entry.item in set(day.items)):
                yield from _entry(entry, colour)
    left_out = [entry for entry in made.items if entry.day is None]
    if left_out:
        yield "left out"
        for entry in left_out:
            yield from _entry(entry, colour)
    yield from _shut_lines(made.shut)
    yield from _moves(made.moves, "Moved", colour)
    if made.what_if is not None:
        yield from _if_lines(made, made.what_if, by_id, colour)


def _summary(made: ScheduleOutput) -> Iterator[str]:
    planned = [entry for entry in made.items if entry.day is not None]
    late = sum((entry.days_late or 0) > 0 for entry in planned)
    span = f" from {made.days[0].day} to {made.days[-1].day}" if made.days else ""
    left = f", {len(made.items) - len(planned)} left out" if len(planned) < len(made.items) else ""
    yield (
        f"{safe(made.program)}: {len(planned)} of {len(made.items)} open items planned into "
        f"{len(made.days)} release days{span}{left}; {late} after their due date"
    )
    yield (
        f"cost of delay {made.cost:,.0f} (points of worth x weeks); "
        + (
            f"no schedule can cost less than {made.bound:,.0f}: at most {made.gap_percent:g} % from the best"
            if made.gap_percent
            else "no schedule can cost less: it is proven to be the best there is"
        )
    )
    if made.bound:
        above = 100 * (made.wsjf_cost / made.bound - 1)
        yield f"plain WSJF order would cost {made.wsjf_cost:,.0f}: {above:.0f} % above the bound"
    if made.anew_cost < made.cost:
        share = 100 * (1 - made.anew_cost / made.cost)
        yield f"made anew it would cost {share:.0f} % less and move {made.anew_moves} items: --fresh"
    assumed = sum(bool(entry.hours_assumed) for entry in made.items)
    if assumed:
        yield f"{assumed} items have no estimate of hours: theirs are taken from the rating of effort, or default_hours"


def _hours_line(day: ReleaseDayOutput) -> str:
    return " · ".join(f"{entry.pool} {entry.used:g} h, {entry.left:g} left" for entry in day.hours if entry.used)


def _entry(entry: ScheduledItemOutput, colour: bool) -> Iterator[str]:
    late = entry.days_late or 0
    when = "no due date" if entry.due is None else f"due {entry.due}"
    if entry.days_late is not None:
        when += f", {late} d late" if late > 0 else f", {-late} d to spare"
    pool = "+".join(entry.pools) or "-"
    text = f"  {entry.item:26}  {entry.worth:3}  {entry.hours:5g} h  {pool:16}  {when:27}  {safe(entry.title)[:56]}"
    yield painted(text, "yellow", colour) if late > 0 else text
    yield painted(f"      {safe(entry.why)}", "dim", colour)


def _shut_lines(shut: Sequence[ShutOutput]) -> Iterator[str]:
    for reason, entries in groupby(shut, key=lambda entry: (entry.window, entry.reason)):
        days = [entry.day.isoformat() for entry in entries]
        span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]} ({len(days)} times)"
        yield f"{reason[0]} does not open {span}: {safe(reason[1])}"


def _moves(moves: Sequence[MoveOutput], title: str, colour: bool) -> Iterator[str]:
    if moves:
        yield f"{title}: {len(moves)}"
    for move in moves:
        before, after = (day.isoformat() if day else "left out" for day in (move.before, move.after))
        worse = move.after is None or (move.before is not None and move.after > move.before)
        text = f"  {move.item:26}  {before:10} -> {after:10}  {safe(move.reason)}"
        yield painted(text, "yellow" if worse else "dim", colour)


def _if_lines(
    made: ScheduleOutput, found: WhatIfScheduleOutput, items: Mapping[str, ScheduledItemOutput], colour: bool
) -> Iterator[str]:
    yield ""
    yield f"If {' and '.join(found.change)}: cost of delay {made.cost:,.0f} -> {found.cost:,.0f}"
    for title, names in (("newly late", found.late), ("left out", found.left_out)):
        if names:
            yield f"  {title}: " + ", ".join(f"{name} ({items[name].owner or 'nobody'})" for name in names)
    yield from _moves(found.moves, "  Would move", colour)
    if not found.moves:
        yield "  nothing would move"


def _explained(made: Outcome, item_id: str) -> Iterator[str]:
    names = [task.item.id for task in made.demand.tasks]
    if item_id not in names:
        raise UsageError(f"there is no open item {item_id!r}", "see: ray18 backlog schedule")
    number = names.index(item_id)
    task, job = made.demand.tasks[number], made.demand.problem.jobs[number]
    day = made.day(number)
    yield f"{item_id}: {day or 'left out'}: {safe(made.reasons.why(number))}"
    whose, due = " and ".join(task.pools) or "nobody", task.due or "never"
    yield f"worth {task.worth} a week of delay, {float(task.hours):g} h of {whose}, due {due}"
    yield ""
    yield "day         cost of delay  room"
    for window in made.demand.problem.choices(number):
        when = made.demand.days[window].day if window < len(made.demand.days) else "left out  "
        mark = "  <- here" if window == made.placement[number] else ""
        yield f"{when}  {_weeks(job.costs[window]):13,.0f}  {_rooms(made, number, window)}{mark}"


def _rooms(made: Outcome, number: int, window: int) -> str:
    if window >= len(made.demand.days):
        return ""
    rows = made.reasons.left
    names = made.demand.pools
    last = None if made.demand.problem.carry_over else window + 1
    return ", ".join(
        f"{names[pool]} {hours(min(rows[pool][window:last]))}" for pool, _ in made.demand.problem.jobs[number].needs
    )


def _markdown(made: ScheduleOutput) -> Iterator[str]:
    yield f"# Release schedule: {safe(made.program)}"
    yield ""
    yield from (f"- {line}" for line in _summary(made))
    yield ""
    yield "| day | item | what | owner | hours | due | why there |"
    yield "|---|---|---|---|---|---|---|"
    for entry in made.items:
        due = str(entry.due or "") + (f" ({entry.days_late} d late)" if (entry.days_late or 0) > 0 else "")
        cells = (
            entry.day or "left out",
            entry.item,
            entry.title,
            entry.owner or "",
            f"{entry.hours:g}",
            due,
            entry.why,
        )
        yield "| " + " | ".join(safe(str(cell)).replace("|", "\\|") for cell in cells) + " |"

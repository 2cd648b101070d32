"""From the records to the problem: what each item takes, what its delay costs, and which hours there are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Severity, cycles
from ray18.documents.people import People
from ray18.documents.plan import Plan
from ray18.documents.rota import Rota
from ray18.documents.schedule import Capacity, Schedule
from ray18.documents.settings import MethodName, Prioritization
from ray18.planning.due_dates import binding, due
from ray18.planning.scheduling.openings import ReleaseDay, Shut, release_days
from ray18.planning.scheduling.problem import Job, Problem
from ray18.planning.scoring import METHODS, exact, scored

WITHOUT_EFFORT: Mapping[MethodName, tuple[str, int]] = {
    "weighted": ("effort", 0),
    "wsjf": ("job_size", 1),
    "rice": ("effort", 1),
}
"""The rating that stands for the work, and the value at which it makes no difference: the rest is the cost of delay."""
BY_SEVERITY: Mapping[Severity | None, int] = {"Critical": 100, "High": 60, None: 60, "Medium": 30, "Low": 10}
"""Cost of delay of items without a score; 100 = as much as the most urgent scored item."""
RATED_HOURS = {1: 12, 2: 40, 3: 80, 4: 160, 5: 320}
"""Hours for the rating `effort` of the method `weighted`: a day or two, a week, two weeks, a month, more."""
MONTH_HOURS = 160
"""Hours of the person-months in which `rice` rates effort."""
MOST_DAYS = 26


@dataclass(frozen=True)
class Records:
    """What a schedule is made from."""

    items: Sequence[BacklogItem]
    plan: Plan
    schedule: Schedule
    rota: Rota
    people: People
    rules: Prioritization
    as_of: date
    most_days: int = MOST_DAYS
    until: date = date.max
    """The last day that counts, where the plan's period does not end before."""


@dataclass(frozen=True, slots=True)
class Task:
    """One open item with all that its place is decided by."""

    item: BacklogItem
    hours: Fraction
    assumed: str
    """What the hours rest on when nobody has estimated them; empty when somebody has."""
    worth: int
    """Cost of a week's delay in points: 100 = the most urgent item."""
    due: date | None
    pools: tuple[str, ...]
    """Whose hours it takes; empty when nobody has any for it."""
    lacking: str = ""
    """What it needs and nobody has hours for."""


@dataclass(frozen=True)
class Demand:
    """The problem, and what its numbers stand for."""

    records: Records
    days: tuple[ReleaseDay, ...]
    shut: tuple[Shut, ...]
    tasks: tuple[Task, ...]
    pools: tuple[str, ...]
    problem: Problem
    before: tuple[int | None, ...]
    """The plan in force: the day of each task; None where it has none."""
    settled: Mapping[int, str] = field(default_factory=dict)
    """Tasks that stay, and why."""
    slipped: tuple[tuple[str, date], ...] = ()
    """Items that were planned for a day that is over, and are still open."""


def demand(records: Records) -> Demand:
    """The problem of these records. Raises ValueError when a window's rule makes no sense, or items wait in a circle."""
    days, shut = release_days(records.plan, records.schedule, records.as_of, records.most_days, records.until)
    for circle in cycles({item.id: item.depends_on for item in records.items}, 1):
        raise ValueError(f"items wait for one another in a circle: {' needs '.join(circle)}")
    open_items = sorted((item for item in records.items if item.is_open), key=lambda item: item.id)
    pools = tuple(dict.fromkeys(map(pool_name, records.schedule.capacity)))
    tasks = tuple(_tasks(open_items, records, pools))
    places = {day.day: number for number, day in enumerate(days)}
    planned = {entry.item: entry.day for entry in records.schedule.planned}
    settled = dict(_settled(tasks, records.schedule, places, planned))
    numbers = {task.item.id: number for number, task in enumerate(tasks)}
    ends = _ends(days, records)
    closed = {(entry.window, entry.day) for entry in records.schedule.closed}
    jobs = []
    for number, task in enumerate(tasks):
        fixed = settled.get(number, (None, ""))[0]
        after = tuple(numbers[name] for name in task.item.depends_on if name in numbers)
        jobs.append(
            Job(
                task.item.id,
                tuple(_cost(task, day, records) for day in ends),
                tuple((pools.index(pool), minutes) for pool, minutes in _minutes(task)),
                () if fixed is not None else tuple(dict.fromkeys(after)),
                tuple(_allowed(task, days, closed)),
                fixed,
            )
        )
    capacity = tuple(incoming(pool, days, records) for pool in pools)
    problem = Problem(tuple(jobs), capacity, len(days), records.schedule.carry_over)
    before = tuple(places.get(planned[task.item.id]) if task.item.id in planned else None for task in tasks)
    slipped = tuple((name, day) for name, day in planned.items() if name in numbers and day < records.as_of)
    reasons = {number: reason for number, (_, reason) in settled.items()}
    return Demand(records, days, shut, tasks, pools, problem, before, reasons, slipped)


def without(records: Records, person: str) -> Records:
    """The same when a person leaves: their hours go, and their part of their teams' hours."""
    sizes = {team.id: len(team.members) for team in records.people.teams if person in team.members}
    lines = []
    for line in records.schedule.capacity:
        size = sizes.get(line.who or "", 0)
        if line.who == person or size == 1:
            continue
        left = line.hours_per_week * (size - 1) / size if size else line.hours_per_week
        lines.append(line.model_copy(update={"hours_per_week": left}))
    return replace(records, schedule=records.schedule.model_copy(update={"capacity": tuple(lines)}))


def pool_name(line: Capacity) -> str:
    """The name of the hours that a line adds to: the skill, else the one who has them, else everybody."""
    return line.skill or line.who or "everybody"


def _tasks(items: Iterable[BacklogItem], records: Records, pools: Sequence[str]) -> Iterator[Task]:
    method = METHODS[records.rules.method]
    rating, neutral = WITHOUT_EFFORT[method.name]
    entries = [(item, scored(item, method, records.rules.weights)) for item in items]
    raw = {
        item.id: method.compute({**entry.ratings, rating: Fraction(neutral)}, records.rules.weights)  # type: ignore[dict-item]
        for item, entry in entries
        if entry.score is not None
    }
    most = max(raw.values(), default=Fraction(0))
    profiles = binding(records.rules)
    for item, entry in entries:
        worth = max(1, round(100 * raw[item.id] / most)) if item.id in raw and most > 0 else BY_SEVERITY[item.severity]
        hours, assumed = _hours(item, method.name, entry.ratings.get("effort"), records.schedule)
        found, lacking = _pools(item, pools, records)
        day = item.due or due(item, profiles, records.rules.days).day
        yield Task(item, hours, assumed, worth, day, found, lacking)


def _hours(item: BacklogItem, method: MethodName, rating: Fraction | None, schedule: Schedule) -> tuple[Fraction, str]:
    if item.effort is not None:
        return exact(item.effort.hours), ""
    if method == "weighted" and rating is not None:
        return Fraction(RATED_HOURS[min(RATED_HOURS, key=lambda step: (abs(step - rating), step))]), "by its rating"
    if method == "rice" and rating is not None:
        return rating * MONTH_HOURS, "by its rating"
    return exact(schedule.default_hours), "not estimated"


def _pools(item: BacklogItem, pools: Sequence[str], records: Records) -> tuple[tuple[str, ...], str]:
    """Whose hours the item takes, its own first; else what is lacking."""
    skill = item.effort.skill if item.effort else None
    own = next((name for name in (skill, item.owner, *_teams(item, records), "everybody") if name in pools), None)
    if own is None:
        wanted = " or ".join(name for name in (skill, item.owner) if name) or "items that nobody owns"
        return (), f"nobody has hours for {wanted}"
    others = tuple(part.skill for part in item.effort.besides) if item.effort else ()
    missing = next((name for name in others if name not in pools), None)
    return ((), f"nobody has hours for {missing}") if missing else ((own, *others), "")


def _teams(item: BacklogItem, records: Records) -> Iterator[str]:
    """The teams of an owner who is a person."""
    return (team.id for team in records.people.teams if item.owner in team.members)


def _minutes(task: Task) -> Iterator[tuple[str, int]]:
    if not task.pools:
        return
    besides = task.item.effort.besides if task.item.effort else ()
    taken: dict[str, Fraction] = {task.pools[0]: task.hours}
    for part in besides:
        taken[part.skill] = taken.get(part.skill, Fraction(0)) + exact(part.hours)
    yield from ((pool, max(1, round(hours * 60))) for pool, hours in taken.items())


def _ends(days: Sequence[ReleaseDay], records: Records) -> list[date]:
    """The release days, and last the day on which what is left out counts as done."""
    last = records.until if records.until < date.max else days[-1].day if days else records.as_of
    return [*(day.day for day in days), last + timedelta(weeks=max(1, records.schedule.unplanned_weeks))]


def _cost(task: Task, day: date, records: Records) -> int:
    """Points times days: the wait from today, and what comes on top for each day past the due date."""
    wait = (day - records.as_of).days
    late = (day - max(task.due, records.as_of)).days if task.due else 0
    return task.worth * (wait + records.schedule.late_factor * max(0, late))


def _allowed(task: Task, days: Sequence[ReleaseDay], closed: set[tuple[str, date]]) -> Iterator[int]:
    if task.lacking:
        return
    for number, day in enumerate(days):
        window = day.window_for(task.item.service)
        if window is not None and (window.id, day.day) not in closed:
            yield number


def _settled(
    tasks: Sequence[Task], schedule: Schedule, places: Mapping[date, int], planned: Mapping[str, date]
) -> Iterator[tuple[int, tuple[int, str]]]:
    """Tasks that stay in a window, by number: those planned for one that is closed, and those that are locked."""
    closed = {(entry.window, entry.day) for entry in schedule.closed}
    locked = {entry.item: entry for entry in schedule.locked}
    windows = {entry.item: entry.window for entry in schedule.planned}
    for number, task in enumerate(tasks):
        entry = locked.get(task.item.id)
        day = planned.get(task.item.id)
        if entry is not None and entry.day in places:
            yield number, (places[entry.day], f"locked: {entry.reason}" if entry.reason else "locked")
        elif day is not None and day in places and (windows[task.item.id], day) in closed:
            yield number, (places[day], "the window's content is settled")


def incoming(pool: str, days: Sequence[ReleaseDay], records: Records) -> tuple[int, ...]:
    """The minutes that come in between one release day and the next."""
    lines = [line for line in records.schedule.capacity if pool_name(line) == pool]
    found, since = [], records.as_of
    for entry in days:
        total = sum(
            (exact(line.hours_per_week) * _worked(line, since, entry.day, records) for line in lines), Fraction(0)
        )
        found.append(int(total * 60 / 7))
        since = entry.day
    return tuple(found)


def _worked(line: Capacity, since: date, until: date, records: Records) -> int:
    """Days, weekends included, on which the line's hours are there: from `since` up to the day before `until`."""
    begins = max(since, line.first or since)
    ends = min(until, line.last + timedelta(days=1)) if line.last and line.last < until else until
    days = max(0, (ends - begins).days)
    for leave in sorted(records.rota.leave, key=lambda leave: leave.first):
        if leave.person == line.who and leave.last >= begins and leave.first < ends:
            first = max(begins, leave.first)
            days -= max(0, (min(ends - timedelta(days=1), leave.last) - first).days + 1)
            begins = max(begins, min(leave.last, ends - timedelta(days=1)) + timedelta(days=1))
    return max(0, days)

"""What a schedule names that is not there."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from ray18.documents.base import ItemId
from ray18.documents.people import People
from ray18.documents.plan import Plan, ReleaseWindow
from ray18.documents.schedule import Locked, Opening, Planned, Schedule
from ray18.planning.scheduling.openings import opens_on

Stranger = tuple[tuple[str | int, ...], str, str]
"""The way to a value, the value, and what is wrong with it."""


def strangers(schedule: Schedule, plan: Plan, people: People, items: Collection[ItemId]) -> Iterator[Stranger]:
    """Where the schedule names something that is not there, and what. Past days of the plan in force are left alone."""
    owners = people.owners()
    for number, line in enumerate(schedule.capacity):
        if line.who is not None and line.who not in owners:
            yield ("capacity", number, "who"), line.who, f"{line.who} is neither a person nor a team"
        if line.first and line.last and line.last < line.first:
            yield (
                ("capacity", number, "last"),
                str(line.last),
                f"the last day {line.last} is before the first, {line.first}",
            )
    windows = {window.id: window for window in plan.release_windows}
    for name, entries in (("cancelled", schedule.cancelled), ("closed", schedule.closed), ("locked", schedule.locked)):
        yield from _openings(name, entries, windows)
    lists: tuple[tuple[str, Sequence[Locked | Planned]], ...] = (
        ("locked", schedule.locked),
        ("planned", schedule.planned),
    )
    for name, named in lists:
        counted = Counter(entry.item for entry in named)
        for number, entry in enumerate(named):
            if entry.item not in items:
                yield (name, number, "item"), entry.item, f"{entry.item} is no item of the backlog"
            elif counted[entry.item] > 1:
                yield (name, number, "item"), entry.item, f"{entry.item} stands here {counted[entry.item]} times"


def _openings(name: str, entries: Sequence[Opening], windows: Mapping[str, ReleaseWindow]) -> Iterator[Stranger]:
    for number, entry in enumerate(entries):
        if entry.window not in windows:
            yield (name, number, "window"), entry.window, f"the plan has no release window {entry.window}"
        elif not opens_on(windows[entry.window], entry.day):
            yield (name, number, "day"), entry.window, f"{entry.window} does not open on {entry.day} by its rule"

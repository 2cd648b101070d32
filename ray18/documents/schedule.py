"""`schedule.yaml`: the hours that the backlog may use, what is settled about release windows, and the plan in force."""

from typing import Annotated

from pydantic import Field

from ray18.documents.base import Day, KnownItemId, Many, Model, OwnerId, Prose, SkillName, WindowId

Hours = Annotated[float, Field(gt=0, le=10_000)]


class Capacity(Model):
    """Hours that somebody has for the backlog."""

    who: Annotated[OwnerId, Field(examples=["platform"])] | None = None
    """The person or team; absent = hours that anybody's items may use."""
    skill: SkillName | None = None
    """Only for items that need this skill; absent = for items of `who` that name no skill."""
    hours_per_week: Hours
    """Working hours a week that are left for the backlog, after support and everything else."""
    first: Day | None = None
    """The first day on which they are there; absent = from the beginning."""
    last: Day | None = None
    """The last day; absent = until the end."""


class Opening(Model):
    """One day on which a release window opens."""

    window: Annotated[WindowId, Field(examples=["weekly"])]
    """The window of the plan."""
    day: Day
    """The day on which it opens."""


class CancelledOpening(Opening):
    """A window that does not open on a day on which its rule says so."""

    reason: Prose | None = None
    """Why."""


class Locked(Opening):
    """An item that goes live in one window, whatever the planner would do."""

    item: KnownItemId
    """The item."""
    reason: Prose | None = None
    """Why it stays there."""


class Planned(Opening):
    """An item in the plan in force."""

    item: KnownItemId
    """The item."""


class Schedule(Model):
    """What the backlog is planned with, and the plan that came of it."""

    capacity: Many[Capacity] = ()
    """Hours a week, by person, team or skill."""
    carry_over: bool = True
    """Whether hours that one window leaves over count for the next: people work ahead. False = each window has its own."""
    default_hours: Hours = 16
    """The hours of an item that nobody has estimated."""
    late_factor: Annotated[int, Field(ge=0, le=1000)] = 4
    """How many times its cost of delay a day past its due date costs on top."""
    unplanned_weeks: Annotated[int, Field(ge=0, le=520)] = 8
    """An item that is left out counts as done so many weeks after the last window."""
    move_price: Annotated[int, Field(ge=0, le=100_000)] = 100
    """What moving an item that could stay must save, in points times weeks; 100 = a week of the most urgent item's delay."""
    cancelled: Many[CancelledOpening] = ()
    """Windows that do not open after all."""
    closed: Many[Opening] = ()
    """Windows whose content is settled: what is planned for them stays, and nothing is added."""
    locked: Many[Locked] = ()
    """Items that stay where they are."""
    planned: Many[Planned] = ()
    """The plan in force, written by `ray18 backlog schedule --write`; a new plan moves as little of it as possible."""

"""`rota.yaml`: who can be on call when, what is fair, and the turns that were published."""

from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import Clock, Day, Many, Model, PersonId, ShiftId, SkillName, Slug, Title


class Days(Model):
    """Some days, both included."""

    first: Day
    """The first day."""
    last: Day
    """The last day."""


class Member(Model):
    """What is to be known of one person who takes turns; those who are just like everybody need no entry."""

    person: PersonId
    """The person."""
    junior: bool = False
    """Whether somebody experienced must be on duty as well."""
    skills: Many[SkillName] = ()
    """What this person can do, as far as `skills` of the rota ask for it."""
    shifts: Many[ShiftId] = ()
    """The shifts that this person takes; empty = any."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """How much of a full load is fair: 0.5 for somebody on half time."""
    pagerduty_id: Annotated[str, Field(pattern=r"^P[A-Z0-9]{5,13}$", examples=["PABC123"])] | None = None
    """The id of this person's user in PagerDuty."""
    first: Day | None = None
    """The first day on which this person takes part; absent = from the beginning."""
    last: Day | None = None
    """The last day; absent = until the end."""


class Leave(Days):
    """Days on which somebody cannot be on call."""

    person: PersonId
    """The person."""


class Wish(Days):
    """Days that somebody would rather have, or not have."""

    person: PersonId
    """The person."""
    wish: Literal["avoid", "prefer"] = "avoid"
    """Which of the two."""
    weight: Annotated[int, Field(ge=1, le=10)] = 1
    """How much it matters to that person."""


class Holiday(Days):
    """Days on which being on call is a burden that must be shared."""

    name: Title
    """What they are called."""
    weight: Annotated[int, Field(ge=1, le=10)] = 1
    """How great the burden is."""


class Shift(Model):
    """A part of the day that is covered by people of its own."""

    id: Annotated[Slug, Field(examples=["night"])]
    """A short name."""
    starts_at: Clock
    """First time of day, in the time zone of the rota."""
    ends_at: Clock
    """Last time of day; earlier than `starts_at` = on the next day, equal = around the clock."""
    night: bool = False
    """Whether it is a burden that must be shared fairly."""


class Turn(Model):
    """One turn as it was published."""

    first: Day
    """Its first day."""
    shift: ShiftId | None = None
    """The shift, where there are several."""
    primary: PersonId | None = None
    """Who is called first; absent = nobody yet."""
    secondary: PersonId | None = None
    """Who is called next."""
    fixed: bool = False
    """Whether it stays as it is, also when the rota is made anew."""


class Rota(Model):
    """Who is on call when, and what decides it. Who takes turns, and how long, says the plan's `coverage.rotation`."""

    first: Day | None = None
    """The first day of the first turn; absent = the next Monday."""
    handover_time: Clock = "09:00"
    """When one turn hands over to the next."""
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{1,60}$", examples=["Europe/Lisbon"])] = "UTC"
    """IANA name of the time zone of all times here."""
    members: Many[Member] = ()
    """What is to be known of single people."""
    shifts: Many[Shift] = ()
    """Parts of the day; empty = one turn lasts around the clock."""
    skills: Many[SkillName] = ()
    """Skills of which each turn needs somebody."""
    rest_turns: Annotated[int, Field(ge=0, le=52)] = 2
    """Turns of rest after each turn."""
    max_share: Annotated[float, Field(gt=0, le=1)] = 0.25
    """The greatest share of turns that one person takes."""
    share_turns: Annotated[int, Field(ge=1, le=104)] = 8
    """In any so many turns on end that share is kept."""
    leave: Many[Leave] = ()
    """Who is away when."""
    wishes: Many[Wish] = ()
    """Who would rather be on call when, or not."""
    holidays: Many[Holiday] = ()
    """Days that are shared fairly."""
    turns: Many[Turn] = ()
    """The rota in force, written by `ray18 rota --write`; a new one changes as little of it as possible."""

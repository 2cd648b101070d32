"""`plan.yaml`: the maintenance and support plan."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from ray18.documents.base import (
    Clock,
    ContactId,
    Day,
    KnownItemId,
    Many,
    Model,
    OwnerId,
    Percent,
    PersonId,
    Prose,
    ServiceId,
    Severity,
    SkillName,
    Slug,
    SupportHoursId,
    Title,
)

Minutes = Annotated[int, Field(ge=0, le=525_600)]
TimeZone = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{1,60}$", examples=["Europe/Lisbon"])]
Rrule = Annotated[str, Field(pattern=r"^FREQ=[A-Z]+(?:;[A-Z]+=[A-Z0-9,+-]+)*$", examples=["FREQ=MONTHLY;BYDAY=2TU"])]
Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


class Period(Model):
    """The days the plan is for, both included."""

    start: Day
    """First day."""
    end: Day
    """Last day."""


class Activity(Model):
    """Something that is done again and again."""

    activity: Title
    """What is done."""
    rrule: Rrule
    """When: a recurrence rule of RFC 5545."""
    owner: ContactId
    """The person, team or role that does it."""
    hours: Annotated[float, Field(gt=0, le=1000)] | None = None
    """Working hours each time."""


class ReleaseWindow(Model):
    """A time in which changes may go live."""

    id: Slug
    """A short name."""
    first: Day
    """The first day of the window."""
    rrule: Rrule | None = None
    """How it repeats from there (RFC 5545); absent = it does not."""
    starts_at: Clock
    """Opens at this time of day."""
    ends_at: Clock
    """Closes at this time of day; earlier than `starts_at` = on the next day."""
    time_zone: TimeZone
    """IANA name of the time zone of both times."""
    services: Many[ServiceId] = ()
    """Services it is for; empty = all."""


class Freeze(Model):
    """Days on which nothing may go live, both included."""

    id: Slug
    """A short name."""
    starts: Day
    """First day."""
    ends: Day
    """Last day."""
    reason: Prose
    """Why."""


class SupportHours(Model):
    """Hours in which somebody answers."""

    id: Annotated[Slug, Field(examples=["office", "always"])]
    """A short name, named by services."""
    time_zone: TimeZone
    """IANA name of the time zone of the hours."""
    days: Annotated[Many[Weekday], Field(min_length=1)]
    """Days of the week."""
    starts_at: Clock
    """First time of day."""
    ends_at: Clock
    """Last time of day; equal to `starts_at` = around the clock."""

    @property
    def always(self) -> bool:
        """Whether somebody answers at any hour of any day."""
        return self.starts_at == self.ends_at and len(set(self.days)) == len(get_args(Weekday))


class Site(Model):
    """A place people work from."""

    name: Title
    """The place."""
    time_zone: TimeZone
    """IANA name of its time zone."""
    people: Annotated[int, Field(ge=0, le=10_000)]
    """How many people there take part in support."""


class Rotation(Model):
    """How people take turns."""

    members: Many[PersonId]
    """Ids of the people who take turns."""
    turn_days: Annotated[int, Field(ge=1, le=31)] = 7
    """Days in one turn."""
    secondary: bool = True
    """Whether a second person stands by."""
    handover: Prose | None = None
    """When and how one turn hands over to the next."""


class Queue(Model):
    """Tickets that people answer in turn: what is promised to those who wait, and who can do the work."""

    id: Slug
    """A short name."""
    categories: Many[Title] = ()
    """The ticket categories that come to it; empty = all that come to no other queue."""
    skill: SkillName | None = None
    """The skill that the work needs; absent = anybody can do it."""
    support_hours: SupportHoursId | None = None
    """The hours in which it is answered, by id; absent = around the clock."""
    handling_minutes: Annotated[float, Field(gt=0, le=10_000)] | None = None
    """Working minutes that a ticket takes in the mean; absent = as the ticket history says."""
    answer_within_minutes: Annotated[float, Field(gt=0, le=10_000)] = 60
    """What answered in time means."""
    answer_percent: Annotated[float, Field(gt=0, lt=100)] = 80
    """The share that is answered in time, in percent."""
    patience_minutes: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """After how many minutes people give up waiting, in the mean (Erlang A); absent = never (Erlang C)."""
    busy_percent: Annotated[float, Field(gt=0, le=100)] = 85
    """The greatest share of the time that people may be at work on a ticket, in percent."""


class WorkShift(Model):
    """Hours in which some people of a site are at work."""

    id: Slug
    """A short name."""
    site: Title
    """The site, by name; its time zone counts."""
    days: Annotated[Many[Weekday], Field(min_length=1)]
    """Days of the week on which the shift begins."""
    starts_at: Clock
    """First time of day."""
    ends_at: Clock
    """Last time of day; earlier than `starts_at` = on the next day."""
    people: Annotated[int, Field(ge=0, le=10_000)]
    """How many are at work at once."""
    skills: Many[SkillName] = ()
    """What each of them can do; empty = everything."""


class PublicHoliday(Model):
    """A day on which fewer people work, and other tickets come."""

    day: Day
    """The day."""
    name: Title
    """What it is called."""
    sites: Many[Title] = ()
    """The sites that are closed, by name; empty = all."""


class Coverage(Model):
    """Who answers when."""

    support_hours: Many[SupportHours] = ()
    """The hours, by name."""
    sites: Many[Site] = ()
    """The places people work from."""
    rotation: Rotation | None = None
    """How people take turns."""
    services: Many[ServiceId] = ()
    """Services that this coverage is for."""
    queues: Many[Queue] = ()
    """Where tickets are answered in turn."""
    shifts: Many[WorkShift] = ()
    """Who is at work when; empty = everybody of a site on its weekdays from 09:00 to 17:00."""
    holidays: Many[PublicHoliday] = ()
    """Days on which sites are closed."""
    hours_a_week: Annotated[float, Field(gt=0, le=80)] = 38
    """Hours that a person is paid for in a week."""
    shrinkage_percent: Annotated[float, Field(ge=0, lt=100)] = 30
    """The share of paid hours that goes to leave, training and meetings, in percent."""


class Responsibility(Model):
    """One row of the RACI matrix."""

    activity: Title
    """What has to be done."""
    responsible: Annotated[Many[ContactId], Field(min_length=1)]
    """Who does it."""
    accountable: ContactId
    """Who answers for it: exactly one."""
    consulted: Many[ContactId] = ()
    """Who is asked before."""
    informed: Many[ContactId] = ()
    """Who is told after."""


class EscalationLevel(Model):
    """One step of an escalation."""

    after_minutes: Minutes
    """Minutes since the incident began."""
    contact: ContactId
    """The person, team or role that is called."""


class Escalation(Model):
    """Whom to call, and when, for incidents of one severity."""

    severity: Severity
    """The severity of the incident."""
    levels: Annotated[Many[EscalationLevel], Field(min_length=1)]
    """The steps, in order."""


class SlaCommitment(Model):
    """A promised level of service, with the one who promises it."""

    service: ServiceId
    """The service."""
    metric: Annotated[Slug, Field(examples=["availability", "time-to-restore"])]
    """What is promised; the name of the objective in the catalog where there is one."""
    target_percent: Annotated[Percent, Field(examples=[99.9])] | None = None
    """The promised share, in percent."""
    target_minutes: Minutes | None = None
    """The promised time, in minutes."""
    severity: Severity | None = None
    """The severity it is for; absent = any."""
    responsible: OwnerId
    """The person or team that promises it."""
    what: Prose
    """What is done to keep it."""


class Kpi(Model):
    """A number that says how well the program does."""

    id: Annotated[Slug, Field(examples=["mttr"])]
    """A short name, named by the governance reviews."""
    name: Annotated[Title, Field(examples=["Mean Time to Resolution"])]
    """The name that people use."""
    definition: Prose
    """How it is computed."""
    target: Annotated[Title, Field(examples=["<= 4 hours"])]
    """What is good."""
    owner: ContactId
    """The person, team or role that reports it."""


class ItemCommitment(Model):
    """What the plan promises for one backlog item."""

    item: KnownItemId
    """The backlog item."""
    who: OwnerId
    """The person or team that promises."""
    what: Prose
    """What will be done."""
    by: Day
    """The day by which it is done."""


class Plan(Model):
    """The maintenance and support plan: what is approved, and what the teams live by."""

    title: Title
    """The name that people use."""
    revision: Annotated[int, Field(ge=1, le=100_000)]
    """A number that rises with every change that is put up for approval."""
    period: Period
    """The days the plan is for."""
    revisit_date: Day
    """The day by which the plan is looked at again."""
    objectives: Many[Prose] = ()
    """What the program is for."""
    cadence: Many[Activity] = ()
    """What is done again and again."""
    release_windows: Many[ReleaseWindow] = ()
    """When changes may go live."""
    freezes: Many[Freeze] = ()
    """When they may not."""
    coverage: Coverage = Coverage()
    """Support hours, sites and rotation."""
    responsibilities: Many[Responsibility] = ()
    """Who does, answers for, is asked about and is told of what (RACI)."""
    escalation: Many[Escalation] = ()
    """Whom to call, by severity."""
    sla_commitments: Many[SlaCommitment] = ()
    """The promised levels of service."""
    kpis: Many[Kpi] = ()
    """The numbers that say how well the program does."""
    commitments: Many[ItemCommitment] = ()
    """What is promised for single backlog items."""

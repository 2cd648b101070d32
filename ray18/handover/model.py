"""What a hand-over says once it is read: values, and a remark for all that could not be taken over."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Severity
from ray18.documents.dialects import PLAIN, Dialect
from ray18.documents.services import Objective, Service


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a person has to know about the hand-over.

    `line` starts at 1; 0 means the file as a whole. `stands_for` counts the rows that became no item.
    """

    path: str
    line: int
    message: str
    remedy: str = ""
    blocking: bool = False
    """Whether the hand-over cannot be called complete because of it."""
    stands_for: int = 0


class Unusable(Exception):
    """An artifact that cannot be read, with every reason found so far."""

    def __init__(self, *remarks: Remark) -> None:
        super().__init__(*(remark.message for remark in remarks))
        self.remarks = remarks


@dataclass
class Notebook:
    """Collects the remarks about one file while it is read, and knows how the file is written."""

    path: str
    remarks: list[Remark] = field(default_factory=list)
    dialect: Dialect = PLAIN

    def note(self, line: int, message: str, remedy: str = "", *, stands_for: int = 0) -> None:
        """Something to know; the rest is read as usual."""
        self.remarks.append(Remark(self.path, line, message, remedy, False, stands_for))

    def block(self, line: int, message: str, remedy: str = "", *, stands_for: int = 0) -> None:
        """Something that makes the file unusable as it is."""
        self.remarks.append(Remark(self.path, line, message, remedy, True, stands_for))


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who answers for a service, as the handover record says; empty = not said."""

    service: str
    team: str
    primary: str
    secondary: str
    path: str
    line: int

    @property
    def missing(self) -> tuple[str, ...]:
        """Which of team, primary and secondary nobody named."""
        named = {"team": self.team, "primary": self.primary, "secondary": self.secondary}
        return tuple(name for name, value in named.items() if not value)


@dataclass(frozen=True, slots=True)
class SlaTarget:
    """A promised level of service; `metric` is a slug as `availability` or `time-to-restore`."""

    service: str
    metric: str
    target_percent: float | None
    target_minutes: int | None
    severity: Severity | None
    window: str
    line: int


@dataclass(frozen=True, slots=True)
class Support:
    """How support was organised until now, as text."""

    hours: str
    time_zone: str
    escalation_tool: str


@dataclass(frozen=True, slots=True)
class Team:
    """A team or a person whom some artifact names as owner; `contact` is empty where none is given."""

    name: str
    contact: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard of the observability baseline."""

    name: str
    service: str
    url: str
    line: int


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert rule of the observability baseline; `severity` is the word used there."""

    name: str
    severity: str
    expression: str
    duration: str
    group: str
    line: int
    runbook: str = ""
    """Where it says what to do."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The observability baseline."""

    last_reviewed: date | None
    dashboards: tuple[Dashboard, ...]
    alerts: tuple[Alert, ...]


Mark = Literal["", "begin", "detected", "restored"]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry of a report's timeline."""

    at: datetime | None
    """The moment, with its zone; None = cannot be computed from what is written."""
    stamp: str
    """The time as the report writes it."""
    text: str
    line: int
    unclear: str = ""
    """Why `at` is None, in words."""
    mark: Mark = ""
    """What the entry says of itself in so many words: `**Recovery:** …`, `… (resolved)`."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One post-mortem. The claimed times are the report's own words; the timeline is what they can be held against."""

    id: str
    title: str
    path: str
    category: str
    time_to_detection: str
    time_to_recovery: str
    actions: int
    timeline: tuple[TimelineEntry, ...] = ()
    causes: tuple[str, ...] = ()
    """What the report names as root causes and contributing factors."""
    claimed_detection: float | None = None
    """Minutes, where the claim can be read in one way."""
    claimed_recovery: float | None = None
    """The same."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One row of the ticket history; `day` is the day at the place whose time the row is written in."""

    day: date
    category: str
    severity: str
    line: int
    count: int = 1
    """Tickets that the row stands for: 1, unless the history hands over counts."""
    minutes: float | None = None
    """Working minutes that the ticket took, where the history says so."""
    service: str = ""
    opened: datetime | None = None
    """The moment, where the history gives a time of day; without an offset as the history writes it."""
    acknowledged: datetime | None = None
    """When somebody took it up."""
    resolved: datetime | None = None
    """When it was done; None = it is not, or the history does not say."""
    reopened: int | None = None
    """How often it was opened again; None = the history does not say."""


@dataclass(frozen=True, slots=True)
class Tickets:
    """The ticket history in numbers; categories and severities with their counts, sorted by name."""

    events: tuple[Ticket, ...] = ()

    @property
    def count(self) -> int:
        """How many tickets there were."""
        return sum(event.count for event in self.events)

    @property
    def first(self) -> date | None:
        """The day of the first one."""
        return min((event.day for event in self.events), default=None)

    @property
    def last(self) -> date | None:
        """The day of the last one."""
        return max((event.day for event in self.events), default=None)

    @property
    def by_category(self) -> tuple[tuple[str, int], ...]:
        """How many of each category."""
        return _counted((event.category, event.count) for event in self.events)

    @property
    def by_severity(self) -> tuple[tuple[str, int], ...]:
        """How many of each severity."""
        return _counted((event.severity, event.count) for event in self.events)


def _counted(values: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    result: Counter[str] = Counter()
    for name, count in values:
        if name:
            result[name] += count
    return tuple(sorted(result.items()))


@dataclass(frozen=True, slots=True)
class Draft:
    """An item and the place it was drafted from."""

    item: BacklogItem
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Promise:
    """A service level objective that stands apart from its service."""

    service: str
    objective: Objective
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What one artifact contributes; what it has nothing to say about stays empty."""

    drafts: tuple[Draft, ...] = ()
    services: tuple[Service, ...] = ()
    ownership: tuple[Ownership, ...] = ()
    slas: tuple[SlaTarget, ...] = ()
    teams: tuple[Team, ...] = ()
    objectives: tuple[Promise, ...] = ()
    incidents: tuple[Incident, ...] = ()
    baseline: Baseline | None = None
    tickets: Tickets | None = None
    support: Support | None = None

    @staticmethod
    def merged(parts: "Sequence[Contents]") -> "Contents":
        """What several files or artifacts contribute together."""
        return Contents(
            drafts=tuple(entry for part in parts for entry in part.drafts),
            services=tuple(entry for part in parts for entry in part.services),
            ownership=tuple(entry for part in parts for entry in part.ownership),
            slas=tuple(entry for part in parts for entry in part.slas),
            teams=tuple(entry for part in parts for entry in part.teams),
            objectives=tuple(entry for part in parts for entry in part.objectives),
            incidents=tuple(entry for part in parts for entry in part.incidents),
            baseline=_one_baseline([part.baseline for part in parts if part.baseline]),
            tickets=_one_history([part.tickets for part in parts if part.tickets]),
            support=next((part.support for part in parts if part.support), None),
        )


def _one_baseline(parts: Sequence[Baseline]) -> Baseline | None:
    """All dashboards and alerts; it is as old as the review of its oldest part that names one."""
    if not parts:
        return None
    days = [part.last_reviewed for part in parts if part.last_reviewed]
    dashboards = tuple(entry for part in parts for entry in part.dashboards)
    return Baseline(min(days, default=None), dashboards, tuple(entry for part in parts for entry in part.alerts))


def _one_history(parts: Sequence[Tickets]) -> Tickets | None:
    return Tickets(tuple(event for part in parts for event in part.events)) if parts else None


@dataclass(frozen=True, slots=True)
class Reading:
    """An artifact as it was read: `rows` in it, `items` taken over, and remarks for the rest."""

    rows: int
    items: int
    remarks: tuple[Remark, ...]
    contents: Contents = Contents()


@dataclass(frozen=True, slots=True)
class Artifact:
    """One artifact of the hand-over and what became of it; `rows == items + rows that remarks stand for`."""

    name: str
    path: str
    present: bool
    readable: bool
    sha256: str
    rows: int
    items: int
    remarks: tuple[Remark, ...]
    required: bool = True

    @property
    def remarked(self) -> int:
        """Rows that became no item, and that a remark stands for."""
        return sum(remark.stands_for for remark in self.remarks)

    @property
    def accounted(self) -> bool:
        """Whether every row became an item or a remark."""
        return self.rows == self.items + self.remarked

    @property
    def sum(self) -> str:
        """The rows and what became of them, in words: `105 rows: 103 items, 2 remarks`."""
        return f"{_many(self.rows, 'row')}: {_many(self.items, 'item')}, {_many(self.remarked, 'remark')}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


Verdict = Literal["complete", "incomplete", "unreadable"]


@dataclass(frozen=True, slots=True)
class Handover:
    """The whole hand-over. `remarks` holds those of all artifacts and those that only show across them."""

    artifacts: tuple[Artifact, ...]
    drafts: tuple[Draft, ...]
    services: tuple[Service, ...]
    ownership: tuple[Ownership, ...]
    slas: tuple[SlaTarget, ...]
    support: Support | None
    baseline: Baseline | None
    incidents: tuple[Incident, ...]
    tickets: Tickets | None
    remarks: tuple[Remark, ...]
    teams_named: tuple[Team, ...]

    @property
    def items(self) -> tuple[BacklogItem, ...]:
        """The backlog items that it brings."""
        return tuple(draft.item for draft in self.drafts)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required artifacts that are not there."""
        return tuple(entry.name for entry in self.artifacts if entry.required and not entry.present)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Artifacts that are there but cannot be used, wholly or in part."""
        return tuple(entry.name for entry in self.artifacts if entry.present and not entry.readable)

    @property
    def unclear_ownership(self) -> tuple[Remark, ...]:
        """Why ownership is not clear: blocking remarks that belong to no single artifact's form."""
        own = {remark for entry in self.artifacts for remark in entry.remarks}
        return tuple(remark for remark in self.remarks if remark.blocking and remark not in own)

    @property
    def verdict(self) -> Verdict:
        """`unreadable` where an artifact cannot be used, `incomplete` where one or an owner is missing."""
        if self.unreadable:
            return "unreadable"
        return "incomplete" if self.missing or self.unclear_ownership else "complete"


def worst_first(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """The one order in which remarks are shown: blocking ones first, then by place."""
    return tuple(sorted(remarks, key=lambda r: (not r.blocking, r.path, r.line, r.message)))

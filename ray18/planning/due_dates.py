"""Due dates by profile: which row holds for an item, the day it leads to, and the KEV catalog's date as a cap.

The profiles are data (`policies/due-dates.yaml`). What is not known about an item is taken at its worst, and said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Many, Model, Prose, Severity, Slug, Title
from ray18.documents.data_file import read_data_file
from ray18.documents.settings import DaysBySeverity, Prioritization
from ray18.errors import BlockedError
from ray18.shipped import shipped


class When(Model):
    """What must be the case for a row to hold; a field that is absent does not matter."""

    severity: Severity | None = None
    """The item's severity."""
    in_kev: bool | None = None
    """Whether the vulnerability is in CISA's catalog of known exploited ones."""
    publicly_exposed: bool | None = None
    """SSVC, as are the next two."""
    automatable: bool | None = None
    technical_impact: Literal["partial", "total"] | None = None

    @cached_property
    def conditions(self) -> dict[str, object]:
        """The fields that matter."""
        return self.model_dump(exclude_none=True)


class Row(Model):
    """One row of a profile."""

    id: Title
    """What is cited."""
    when: When
    """For what it holds."""
    days: Annotated[int, Field(ge=1, le=3660)] | Literal["settings"] | None = None
    """The days allowed; `settings`: those of the team's settings; none: no fixed date."""
    action: Title
    """The source's words for what has to be done."""


class Profile(Model):
    """One way to compute due dates."""

    id: Slug
    """The name used in settings."""
    title: Title
    """The name that people use."""
    applies_to: Literal["everything", "security", "vulnerabilities"]
    """Which items it speaks about; vulnerabilities: items with a CVE id or an entry in the KEV catalog."""
    source: Prose
    """Who says so, and where."""
    rows: Annotated[Many[Row], Field(min_length=1)]
    """Its rows."""

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """The facts that its rows look at."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.when.conditions))


class Profiles(Model):
    """`policies/due-dates.yaml`."""

    profiles: Annotated[Many[Profile], Field(min_length=1)]
    """Every profile."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one profile says about one item."""

    profile: Profile
    row: Row
    days: int | None
    due: date | None
    """The last day; None when the row sets no date, or nobody knows since when the item is known."""
    unknown: tuple[str, ...]
    """What is not known about the item and was taken at its worst."""

    def __str__(self) -> str:
        """The citation: `severity, Critical: 30 days` or `cisa-bod-26-04, row 15: 3 days & forensic investigation`."""
        action = f"{self.days} days" if self.row.days == "settings" else self.row.action
        guess = f"; not known, so taken at its worst: {', '.join(self.unknown)}" if self.unknown else ""
        return f"{self.profile.id}, {self.row.id}: {action}{guess}"


@dataclass(frozen=True, slots=True)
class Due:
    """By when an item must be done, and who says so."""

    rulings: tuple[Ruling, ...]
    """What each profile that binds the program says; profiles that do not speak about the item are left out."""
    kev_cap: date | None

    @property
    def ruling(self) -> Ruling | None:
        """The strictest one: the one that allows the fewest days."""
        return min(self.rulings, key=lambda entry: (entry.days is None, entry.days or 0), default=None)

    @property
    def by_profile(self) -> date | None:
        """The date of the strictest profile; all count from the same day."""
        return self.ruling.due if self.ruling else None

    @property
    def day(self) -> date | None:
        """The earliest of the profiles' dates and the KEV catalog's."""
        return min((day for day in (self.by_profile, self.kev_cap) if day is not None), default=None)


@cache
def read_profiles() -> Mapping[str, Profile]:
    """The profiles as shipped, by id. Raises BlockedError when the file does not read strictly."""
    found = read_data_file(shipped("policies") / "due-dates.yaml", Profiles).profiles
    return {profile.id: profile for profile in found}


def binding(settings: Prioritization) -> tuple[Profile, ...]:
    """The profiles that bind a program. Raises BlockedError for a name that no profile has."""
    known = read_profiles()
    for name in settings.profiles:
        if name not in known:
            raise BlockedError(
                f"ray18.yaml: prioritization.profiles names {name!r}, and there is no such profile",
                f"use some of: {', '.join(known)}",
            )
    return tuple(known[name] for name in settings.profiles)


def due(item: BacklogItem, profiles: Iterable[Profile], days: DaysBySeverity) -> Due:
    """By when the item must be done: what each profile says, and the cap."""
    kev = item.security.kev if item.security else None
    rulings = (ruling(item, profile, days) for profile in profiles)
    return Due(tuple(entry for entry in rulings if entry is not None), kev.due_date if kev else None)


def ruling(item: BacklogItem, profile: Profile, days: DaysBySeverity) -> Ruling | None:
    """What one profile says; None when it does not speak about such items."""
    if not _speaks_about(profile, item):
        return None
    facts = facts_of(item)
    row, allowed = _strictest(_possible(profile, facts), days)
    start = first_known(item)
    day = start + timedelta(days=allowed) if start is not None and allowed is not None else None
    return Ruling(profile, row, allowed, day, tuple(name for name in profile.asks if facts[name] is None))


def first_known(item: BacklogItem) -> date | None:
    """The day that days are counted from: when the item was first known, else when the KEV catalog named it."""
    kev = item.security.kev if item.security else None
    return item.created or (kev.date_added if kev else None)


def facts_of(item: BacklogItem) -> dict[str, object]:
    """What the rows ask for, as far as it is known. No entry in the catalog means that it is not in it."""
    security = item.security
    ssvc = security.ssvc if security else None
    return {
        "severity": item.severity,
        "in_kev": security is not None and security.kev is not None,
        "publicly_exposed": ssvc.publicly_exposed if ssvc else None,
        "automatable": ssvc.automatable if ssvc else None,
        "technical_impact": ssvc.technical_impact if ssvc else None,
    }


def is_security(item: BacklogItem) -> bool:
    """Whether the item is about security: from the risk log, or with what is known of a vulnerability."""
    return item.source.kind == "security-risk" or item.security is not None


def _speaks_about(profile: Profile, item: BacklogItem) -> bool:
    if profile.applies_to == "everything":
        return True
    if profile.applies_to == "security":
        return is_security(item)
    return item.security is not None and bool(item.security.cve or item.security.kev)


def _possible(profile: Profile, facts: Mapping[str, object]) -> Iterator[Row]:
    for row in profile.rows:
        if all(facts[name] in (None, wanted) for name, wanted in row.when.conditions.items()):
            yield row


def _strictest(rows: Iterable[Row], days: DaysBySeverity) -> tuple[Row, int | None]:
    allowed = [(row, _days(row, days)) for row in rows]
    return min(allowed, key=lambda entry: (entry[1] is None, entry[1] or 0))


def _days(row: Row, days: DaysBySeverity) -> int | None:
    if row.days == "settings":
        return days.of(row.when.severity or "Critical")
    return row.days

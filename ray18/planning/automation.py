"""What is done again and again and may be worth a script: counted, never guessed.

Rank = frequency x spread over the months x handling time where it is known. The tests of toil are those of Google's SRE
book ("Eliminating Toil"): each is true where the records show it, and unknown otherwise.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ray18.planning.likeness import alike, template

Kind = Literal["ticket-category", "backlog-titles", "incident-actions", "incident-causes"]
LEAST: dict[Kind, int] = {"ticket-category": 6, "backlog-titles": 3, "incident-actions": 2, "incident-causes": 2}
"""How often something must come up to be a candidate; of incidents, in how many of them."""
CATCH_ALL = frozenset(
    ("", "general", "misc", "miscellaneous", "none", "n/a", "na", "other", "others", "unknown", "various")
)
"""Categories that say nothing about the work."""
_ASKS = re.compile(r"\b(?:automat\w+|script(?:s|ed|ing)?|self-healing)\b", re.IGNORECASE)
_WIDTH_80 = 1.2815515655446004
"""Standard deviations on each side of the middle 80 % of a normal distribution."""
_KNOWN = 3


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that something came up."""

    text: str
    place: str
    """The item or the row, as people find it."""
    day: date | None
    hours: float | None = None
    """Working hours that it took."""
    case: str = ""
    """The incident it belongs to; twice in one incident counts once."""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Toil:
    """The tests of toil; None = the records do not tell."""

    manual: bool | None
    repetitive: bool | None
    automatable: bool | None
    tactical: bool | None
    grows_with_service: bool | None


@dataclass(frozen=True, slots=True)
class Saving:
    """Hours a year that automation could save at the most, with the middle 80 %; building it is not subtracted."""

    low: float
    expected: float
    high: float
    known: int
    """Occurrences whose handling time is known."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that comes up again and again."""

    kind: Kind
    title: str
    count: int
    months: int | None
    """Months in which it came up; None where days are not known."""
    period_months: int | None
    """Months that the source tells of."""
    hours_each: float | None
    toil: Toil
    saving: Saving | None
    rests_on: tuple[str, ...]

    @property
    def id(self) -> str:
        """The same for the same kind and title, in every run."""
        key = f"{self.kind}\n{self.title}"
        return f"AC-{hashlib.sha256(key.encode()).hexdigest()[:8]}"

    @property
    def per_month(self) -> float | None:
        """How often it comes up."""
        return self.count / self.period_months if self.period_months else None

    @property
    def spread(self) -> float | None:
        """The share of the months in which it came up."""
        return self.months / self.period_months if self.months and self.period_months else None

    @property
    def score(self) -> float | None:
        """Frequency x spread x hours; an hour is put where the handling time is not known. None without days."""
        if self.per_month is None or self.spread is None:
            return None
        return self.per_month * self.spread * (self.hours_each or 1.0)


def candidates(kind: Kind, occurrences: Iterable[Occurrence]) -> tuple[Candidate, ...]:
    """The candidates of one kind. Categories are taken as they are; titles by template; incidents by likeness."""
    every = tuple(occurrences)
    period = _months_between([entry.day for entry in every if entry.day])
    groups = _alike(every) if kind in ("incident-actions", "incident-causes") else _by_template(every, kind)
    found = [_candidate(kind, group, period) for group in groups]
    return tuple(entry for entry in found if entry.count >= LEAST[kind])


def ranked(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Best first; those without days come last, by count."""
    return tuple(sorted(found, key=lambda c: (c.score is None, -round(c.score or 0, 9), -c.count, c.kind, c.title)))


def _by_template(every: Sequence[Occurrence], kind: Kind) -> Iterator[list[Occurrence]]:
    groups: dict[str, list[Occurrence]] = {}
    for entry in every:
        key = entry.text.casefold() if kind == "ticket-category" else template(entry.text)
        if kind != "ticket-category" or key not in CATCH_ALL:
            groups.setdefault(key, []).append(entry)
    yield from groups.values()


def _alike(every: Sequence[Occurrence]) -> Iterator[list[Occurrence]]:
    for group in alike([entry.text for entry in every]):
        first = {every[at].case: at for at in reversed(group)}
        yield [every[at] for at in sorted(first.values())]


def _candidate(kind: Kind, group: Sequence[Occurrence], period: int | None) -> Candidate:
    days = [entry.day for entry in group if entry.day]
    dated = len(days) == len(group)
    months = len({(day.year, day.month) for day in days}) if dated else None
    count = sum(entry.times for entry in group)
    hours = [entry.hours for entry in group if entry.hours is not None]
    known = hours if len(hours) >= _KNOWN else []
    mean = math.fsum(known) / len(known) if known else None
    toil = Toil(
        manual=True if known else None,
        repetitive=True if months and months > 1 else None,
        automatable=True if any(_ASKS.search(entry.text) for entry in group) else None,
        tactical=None if kind == "backlog-titles" else True,
        grows_with_service=None,
    )
    covered = period if dated else None
    saving = _saving(count / covered * 12, known) if known and covered else None
    title = template(group[0].text) if kind == "backlog-titles" else group[0].text
    return Candidate(kind, title, count, months, covered, mean, toil, saving, tuple(e.place for e in group))


def _saving(a_year: float, hours: Sequence[float]) -> Saving:
    """The count is taken as Poisson's, the time of each as drawn from those known; both are uncertain."""
    mean = math.fsum(hours) / len(hours)
    scatter = math.fsum((value - mean) ** 2 for value in hours) / (len(hours) - 1)
    error = math.sqrt(a_year * (scatter + mean**2) + a_year**2 * scatter / len(hours))
    middle = a_year * mean
    return Saving(max(0.0, middle - _WIDTH_80 * error), middle, middle + _WIDTH_80 * error, len(hours))


def _months_between(days: Sequence[date]) -> int | None:
    if not days:
        return None
    first, last = min(days), max(days)
    return (last.year - first.year) * 12 + last.month - first.month + 1

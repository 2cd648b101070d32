"""What comes up again and again, and so may be worth a script: counted from the records, with the tests of toil.

score = hours that a year would save, discounted by how unevenly the work came and how it varies, less the hours to build it:
12 x occurrences a month x share of the months with one x hours each x steadiness - build hours. What the records do not tell
is assumed, and said. The tests of toil are those of Google's SRE book ("Eliminating Toil"): each is true where the records
show it, false where they show the contrary, and unknown otherwise.
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ray18.planning.likeness import alike, template

Kind = Literal["ticket-category", "backlog-titles", "incident-actions", "incident-causes", "commit-template"]
LEAST: dict[Kind, int] = {
    "ticket-category": 6,
    "backlog-titles": 3,
    "incident-actions": 2,
    "incident-causes": 2,
    "commit-template": 6,
}
"""How often something must come up to be a candidate; of incidents, in how many of them."""
ASSUMED_HOURS: dict[Kind, float] = {
    "ticket-category": 0.5,
    "backlog-titles": 2.0,
    "incident-actions": 2.0,
    "incident-causes": 2.0,
    "commit-template": 0.25,
}
"""Working hours that are taken for one occurrence where nobody wrote them down."""
BUILD_HOURS: dict[Kind, float] = {
    "ticket-category": 40.0,
    "backlog-titles": 24.0,
    "incident-actions": 24.0,
    "incident-causes": 40.0,
    "commit-template": 8.0,
}
"""Working hours that are taken for building and keeping it in the first year, for work that is always the same; work of half
the steadiness takes twice as long."""
_BOTS = re.compile(r"\[bot\]|dependabot|renovate|pre-commit-ci|github-actions|greenkeeper|snyk-bot", re.IGNORECASE)
_PACKAGE = re.compile(
    r"\b(bump|update|upgrade)(s|d)? (?:dependency )?\S+(?: requirement)?(?= (?:from|to)\b)", re.IGNORECASE
)
_SAYS_NOTHING = frozenset(
    "wip fix fixes fixup update updates cleanup clean-up changes misc refactor test tests".split()
)
_MASK = re.compile(r"<(?:address|name|id|number)>")
CATCH_ALL = frozenset(
    ("", "general", "misc", "miscellaneous", "none", "n/a", "na", "other", "others", "unknown", "various")
)
"""Categories that say nothing about the work."""
_ASKS = re.compile(r"\b(?:automat\w+|script(?:s|ed|ing)?|self-healing)\b", re.IGNORECASE)
_WIDTH_80 = 1.2815515655446004
"""Standard deviations on each side of the middle 80 % of a normal distribution."""
_KNOWN = 3
_MONTHS, _RELATED = 8, (0.2, 0.6)


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
    no_enduring_value: bool | None
    grows_with_service: bool | None


@dataclass(frozen=True, slots=True)
class Saving:
    """Hours a year that automation could save, as far as the work is always the same, with the middle 80 %; building it is not
    subtracted."""

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
    steadiness: float
    """How alike the occurrences are, 0 to 1: 1 / (1 + squared coefficient of variation) of their times where these are known,
    else the share of the words that stay the same."""
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
    def build_hours(self) -> float:
        """Working hours to build it, by the kind and the steadiness."""
        return BUILD_HOURS[self.kind] / max(self.steadiness, 0.1)

    @property
    def hours_a_year(self) -> float | None:
        """Hours that it takes in a year as far as it comes evenly and stays the same; None without days."""
        if self.per_month is None or self.spread is None:
            return None
        hours = ASSUMED_HOURS[self.kind] if self.hours_each is None else self.hours_each
        return 12 * self.per_month * self.spread * hours * self.steadiness

    @property
    def score(self) -> float | None:
        """Those hours less the hours to build it. None without days."""
        return None if self.hours_a_year is None else self.hours_a_year - self.build_hours

    @property
    def pays_back_after_months(self) -> float | None:
        """Months until the hours to build it are saved."""
        return 12 * self.build_hours / self.hours_a_year if self.hours_a_year else None


def candidates(kind: Kind, occurrences: Iterable[Occurrence]) -> tuple[Candidate, ...]:
    """The candidates of one kind. Categories are taken as they are; titles by template; incidents by likeness."""
    every = tuple(occurrences)
    period = _months_between([entry.day for entry in every if entry.day])
    groups = _alike(every) if kind in ("incident-actions", "incident-causes") else _by_template(every, kind)
    found = [_candidate(kind, group, every, period) for group in groups]
    return tuple(entry for entry in found if entry.count >= LEAST[kind])


def by_people(authors: Iterable[tuple[str, Occurrence]]) -> Iterator[Occurrence]:
    """The occurrences whose author is no bot: what is automated already is no candidate."""
    return (entry for author, entry in authors if not _BOTS.search(author))


def ranked(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Best first; those without days come last, by count."""
    return tuple(sorted(found, key=lambda c: (c.score is None, -round(c.score or 0, 9), -c.count, c.kind, c.title)))


def _by_template(every: Sequence[Occurrence], kind: Kind) -> Iterator[list[Occurrence]]:
    groups: dict[str, list[Occurrence]] = {}
    for entry in every:
        key = _key(entry.text, kind)
        if key not in (CATCH_ALL if kind == "ticket-category" else _SAYS_NOTHING):
            groups.setdefault(key, []).append(entry)
    yield from groups.values()


def _key(text: str, kind: Kind) -> str:
    if kind == "ticket-category":
        return text.casefold()
    return template(_PACKAGE.sub(r"\1\2 `name`", text) if kind == "commit-template" else text)


def _alike(every: Sequence[Occurrence]) -> Iterator[list[Occurrence]]:
    for group in alike([entry.text for entry in every]):
        first = {every[at].case: at for at in reversed(group)}
        yield [every[at] for at in sorted(first.values())]


def _candidate(kind: Kind, group: Sequence[Occurrence], every: Sequence[Occurrence], period: int | None) -> Candidate:
    days = [entry.day for entry in group if entry.day]
    dated = len(days) == len(group)
    months = len({(day.year, day.month) for day in days}) if dated else None
    count = sum(entry.times for entry in group)
    hours = [entry.hours for entry in group if entry.hours is not None]
    known = hours if len(hours) >= _KNOWN else []
    mean = math.fsum(known) / len(known) if known else None
    again = True if months and months > 1 else None
    toil = Toil(
        manual=True if known or kind == "commit-template" else None,
        repetitive=again,
        automatable=True if any(_ASKS.search(entry.text) for entry in group) else None,
        tactical=None if kind in ("backlog-titles", "commit-template") else True,
        no_enduring_value=again,
        grows_with_service=_grows(group, every) if kind == "ticket-category" and dated else None,
    )
    covered = period if dated else None
    steady = _steadiness(known) if known else _alikeness(kind, group)
    saving = _saving(count / covered * 12 * steady, known) if known and covered else None
    title = group[0].text if kind == "ticket-category" or kind.startswith("incident") else _key(group[0].text, kind)
    return Candidate(kind, title, count, months, covered, mean, steady, toil, saving, tuple(e.place for e in group))


def _steadiness(hours: Sequence[float]) -> float:
    """1 when each takes the same time; 1/2 when their scatter is as great as their mean."""
    mean = math.fsum(hours) / len(hours)
    if mean == 0:
        return 1.0
    scatter = math.fsum((value - mean) ** 2 for value in hours) / len(hours)
    return 1 / (1 + scatter / mean**2)


def _alikeness(kind: Kind, group: Sequence[Occurrence]) -> float:
    """Where no times are known: the words of the template that are no masks; a category says nothing about its tickets."""
    if kind == "ticket-category":
        return 0.5
    words = _key(group[0].text, kind).split()
    return sum(not _MASK.search(word) for word in words) / len(words) if words else 0.5


def _grows(group: Sequence[Occurrence], every: Sequence[Occurrence]) -> bool | None:
    """Whether months with more of everything else had more of this: Spearman's rank correlation over whole months.

    True from 0.6 on, false up to 0.2, unknown between and below eight months.
    """
    own, other = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    members = {id(entry) for entry in group}
    for entry in every:
        if entry.day:
            side = own if id(entry) in members else other
            side[entry.day.year, entry.day.month] += entry.times
    months = sorted({*own, *other})[1:-1]
    if len(months) < _MONTHS:
        return None
    related = _rank_correlation([own[month] for month in months], [other[month] for month in months])
    if related is None or _RELATED[0] < related < _RELATED[1]:
        return None
    return related >= _RELATED[1]


def _rank_correlation(one: Sequence[int], other: Sequence[int]) -> float | None:
    ranks = [_ranks(values) for values in (one, other)]
    middle = (len(one) - 1) / 2
    a, b = ([rank - middle for rank in each] for each in ranks)
    scale = math.sqrt(math.fsum(x * x for x in a) * math.fsum(y * y for y in b))
    return math.fsum(x * y for x, y in zip(a, b, strict=True)) / scale if scale else None


def _ranks(values: Sequence[int]) -> list[float]:
    """Ranks from 0; equal values share the mean of theirs."""
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) - 1) / 2 for value in values]


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

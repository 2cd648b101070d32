"""How many people an on-call rota needs, and how many are missing, by the page-rate rule of Google's SRE book.

"Being On-Call" (sre.google/sre-book/being-on-call): nobody is on call for more than a quarter of the time; a shift of
twelve hours has room for two incidents, at about six hours each; a primary and a secondary at one site need eight
people, at two sites six each. The eight are arithmetic: two of them are always on duty, and 2 / 0.25 = 8. For three sites
and more the book gives no number; the twelve of two sites are spread over them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ray18.documents.plan import Coverage
from ray18.planning.hours import offset
from ray18.planning.negative_binomial import chance_above

PER_SHIFT = 2
EVENLY = 0.5
"""The share of a week's pages that falls into the busier half of the day, when they come at all hours alike."""
ONE_SITE = 8
EACH_OF_TWO = 6


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a number of pages a week asks for."""

    pairs: int
    """Pairs of primary and secondary on duty at once."""
    capacity: int
    """Pages a week that they have room for."""
    people_at_one_site: int
    people_at_each_of_two_sites: int


def required(pages: int, busier_half: float = EVENLY) -> Requirement:
    """For a week with this many pages, of which a share falls into the busier twelve hours of each day.

    At least one pair; never fewer for more pages.
    """
    room = 7 * PER_SHIFT / busier_half
    pairs = max(1, math.ceil(pages / room - 1e-9))
    return Requirement(pairs, math.floor(pairs * room + 1e-9), pairs * ONE_SITE, pairs * EACH_OF_TWO)


def chance_of_a_full_shift(mean: float, spread: float, busier_half: float, pairs: int) -> float:
    """The chance that a shift in the busier half of the day brings more incidents than its pairs have room for.

    Each page of a week falls into the shift by chance: the count of a shift is that of the week, thinned.
    """
    part = busier_half / 7
    return chance_above(mean * part, 1 + part * (spread - 1), PER_SHIFT * pairs)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One way in which the plan's coverage does not meet the requirement; `people` is how many are missing."""

    where: str
    people: int
    text: str


def shortfalls(coverage: Coverage, needed: Requirement, day: date) -> tuple[Shortfall, ...]:
    """Every shortfall, sites first. None = the plan's people are enough by the rule."""
    return (*_sites(coverage, needed, day), *_rotation(coverage, needed))


def people_at_each(sites: int, needed: Requirement) -> int:
    """People at each of so many sites."""
    return needed.people_at_one_site if sites < 2 else math.ceil(2 * needed.people_at_each_of_two_sites / sites)


def people_needed(coverage: Coverage, needed: Requirement) -> int:
    """People in the rotation, over as many sites as the plan has."""
    return needed.people_at_one_site if len(coverage.sites) < 2 else 2 * needed.people_at_each_of_two_sites


def _sites(coverage: Coverage, needed: Requirement, day: date) -> Iterator[Shortfall]:
    if not coverage.sites:
        yield Shortfall("sites", needed.people_at_one_site, "the plan names no site: nobody is counted on")
    wanted = people_at_each(len(coverage.sites), needed)
    kind = "each of several sites needs" if len(coverage.sites) > 1 else "one site needs"
    for site in coverage.sites:
        missing = wanted - site.people
        if missing > 0:
            where = offset(site.time_zone, day)
            more = f"{missing} more {'person' if missing == 1 else 'people'}"
            text = f"{site.name} needs {more} in {where} for on-call: it has {site.people}, {kind} {wanted}"
            yield Shortfall(site.name, missing, text)


def _rotation(coverage: Coverage, needed: Requirement) -> Iterator[Shortfall]:
    rotation = coverage.rotation
    wanted = people_needed(coverage, needed)
    if rotation is None or not rotation.members:
        yield Shortfall("rotation", wanted, f"the plan names nobody who takes turns: {wanted} missing")
        return
    have = len(set(rotation.members))
    if have < wanted:
        text = f"{have} take turns, the rule asks for {wanted}: {wanted - have} missing"
        yield Shortfall("rotation", wanted - have, text)
    if not rotation.secondary:
        yield Shortfall("rotation", 0, "no secondary stands by: who is called may be asleep or already busy")


def share_of_time(people: int, needed: Requirement) -> float:
    """For each of so many people who take equal turns, as primary or secondary."""
    return min(1.0, 2 * needed.pairs / people)


def time_on_call(coverage: Coverage, needed: Requirement) -> float | None:
    """The share of the time that each member is on call, when all take equal turns; None without a rotation.

    It is the same for one site and for several that share the day.
    """
    rotation = coverage.rotation
    if rotation is None or not rotation.members:
        return None
    on_duty = needed.pairs * (2 if rotation.secondary else 1)
    return min(1.0, on_duty / len(set(rotation.members)))

"""How many people an on-call rota needs, and how many are missing, by the page-rate rule of Google's SRE book.

"Being On-Call" (sre.google/sre-book/being-on-call): nobody is on call for more than a quarter of the time; a shift of
twelve hours has room for two incidents, at about six hours each; a primary and a secondary at one site need eight
people, at two sites six each. The eight are arithmetic: two of them are always on duty, and 2 / 0.25 = 8.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ray18.documents.plan import Coverage

PER_SHIFT = 2
SHIFTS_A_WEEK = 14
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


def required(pages: int) -> Requirement:
    """For a week with this many pages, spread evenly over its shifts. At least one pair; never fewer for more pages."""
    pairs = max(1, math.ceil(pages / (PER_SHIFT * SHIFTS_A_WEEK)))
    return Requirement(pairs, pairs * PER_SHIFT * SHIFTS_A_WEEK, pairs * ONE_SITE, pairs * EACH_OF_TWO)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One way in which the plan's coverage does not meet the requirement; `people` is how many are missing."""

    where: str
    people: int
    text: str


def shortfalls(coverage: Coverage, needed: Requirement) -> tuple[Shortfall, ...]:
    """Every shortfall, sites first. None = the plan's people are enough by the rule."""
    return (*_sites(coverage, needed), *_rotation(coverage, needed))


def people_needed(coverage: Coverage, needed: Requirement) -> int:
    """People in the rotation, over as many sites as the plan has."""
    return needed.people_at_each_of_two_sites * 2 if len(coverage.sites) > 1 else needed.people_at_one_site


def _sites(coverage: Coverage, needed: Requirement) -> Iterator[Shortfall]:
    if not coverage.sites:
        yield Shortfall("sites", needed.people_at_one_site, "the plan names no site: nobody is counted on")
    several = len(coverage.sites) > 1
    wanted = needed.people_at_each_of_two_sites if several else needed.people_at_one_site
    for site in coverage.sites:
        missing = wanted - site.people
        if missing > 0:
            kind = "each of several sites needs" if several else "one site needs"
            yield Shortfall(site.name, missing, f"{site.name} has {site.people}, {kind} {wanted}: {missing} missing")


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


def time_on_call(coverage: Coverage, needed: Requirement) -> float | None:
    """The share of the time that each member is on call, when all take equal turns; None without a rotation.

    It is the same for one site and for several that share the day.
    """
    rotation = coverage.rotation
    if rotation is None or not rotation.members:
        return None
    on_duty = needed.pairs * (2 if rotation.secondary else 1)
    return min(1.0, on_duty / len(set(rotation.members)))

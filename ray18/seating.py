"""Who can sit where: distinct people for the seats of a subject (a maximum matching, Berge 1957), and seats nobody can fill."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ray18.documents.people import People, Person
from ray18.documents.settings import Settings
from ray18.keyring import fingerprints
from ray18.subjects import all_subjects


def matching(candidates: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Seats to people, as many seats as possible, each person at most once (augmenting paths)."""
    taken: dict[str, str] = {}

    def place(seat: str, tried: set[str]) -> bool:
        for person in candidates[seat]:
            if person not in tried:
                tried.add(person)
                if person not in taken or place(taken[person], tried):
                    taken[person] = seat
                    return True
        return False

    for seat in candidates:
        place(seat, set())
    return {seat: person for person, seat in taken.items()}


def seated(candidates: Mapping[str, Sequence[str]], distinct: bool) -> dict[str, str]:
    """Seats to people; one person for several seats only where settings allow it."""
    if distinct:
        return matching(candidates)
    return {seat: people[0] for seat, people in candidates.items() if people}


def able(person: Person | None) -> bool:
    """Whether somebody can give evidence of a decision at all: a human with a key or an account of their own."""
    return person is not None and person.kind == "human" and bool(any(fingerprints(person)) or person.forges)


def unfillable(settings: Settings, people: People) -> Iterator[tuple[str, str]]:
    """Each role that nobody can fill, and why."""
    told = set()
    for subject in all_subjects(settings):
        candidates = {role: [one for one in people.holders(role) if able(people.person(one))] for role in subject.roles}
        filled = seated(candidates, settings.approvals.distinct_people)
        for role in subject.roles:
            if role not in filled and role not in told:
                told.add(role)
                yield role, _why_unfillable(people, role, candidates[role])


def can_amend(settings: Settings, people: People | None) -> bool:
    """Whether the people named by these rules could agree to a change of them; before that a program is being set up."""
    if people is None:
        return False
    roles = settings.amendments.roles
    candidates = {role: [one for one in people.holders(role) if able(people.person(one))] for role in roles}
    return len(seated(candidates, settings.approvals.distinct_people)) == len(roles)


def smallest_set(wanted: Mapping[str, Sequence[str]], distinct: bool) -> dict[str, str]:
    """Whom to ask: for each open seat one person, as few people in all as settings allow."""
    if distinct:
        return matching(wanted)
    chosen: dict[str, str] = {}
    left = {seat for seat, people in wanted.items() if people}
    while left:
        best = max(_everybody(wanted), key=lambda person: (sum(person in wanted[seat] for seat in left), person))
        for seat in sorted(left):
            if best in wanted[seat]:
                chosen[seat] = best
        left -= set(chosen)
    return chosen


def _everybody(wanted: Mapping[str, Sequence[str]]) -> Iterable[str]:
    return sorted({person for people in wanted.values() for person in people})


def _why_unfillable(people: People, role: str, candidates: Sequence[str]) -> str:
    holders = people.holders(role)
    if not holders:
        return "nobody holds it"
    if not candidates:
        return f"{' and '.join(holders)} can give no evidence: no usable key, no forge account"
    return f"{' and '.join(candidates)} is needed for another role, and nobody fills two"

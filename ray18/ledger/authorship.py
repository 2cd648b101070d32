"""Who stands behind the commits of a branch, as far as their bytes tell: what keeps people from approving their own work."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from ray18.chain import Chain, Change, Step, Trees
from ray18.commit_object import Commit
from ray18.documents.people import People
from ray18.facts import Facts, Map
from ray18.keyring import certificates, fingerprints
from ray18.signatures import verify
from ray18.sshsig import SignatureProblem, fingerprint, parse


class Authorship(NamedTuple):
    """Who stands behind a commit, as far as its bytes tell: only good for keeping people from approving their own work."""

    commit: str
    emails: frozenset[str]
    keys: frozenset[str]
    """Fingerprints of the keys it claims to be signed with."""


def authorship(commit: Commit, people: People | None, key: str = "") -> Authorship:
    """Who stands behind a commit: author, committer, co-authors, and the key it claims, where that is not known yet."""
    everybody = (commit.author, commit.committer, *commit.co_authors)
    keys = {key} if key else set()
    for armored in commit.claimed if not key else ():
        with suppress(SignatureProblem):
            keys.add(fingerprint(parse(armored).public_key))
    if not keys and commit.claimed:
        with suppress(SignatureProblem):
            keys.add(verify(commit.claimed[0], commit.payload, "git", certificates(people)))
    return Authorship(commit.oid, frozenset(one.email.casefold() for one in everybody if one.email), frozenset(keys))


def known_as(people: People | None) -> Iterator[tuple[str, str]]:
    """E-mail addresses (without regard to case) and keys, revoked ones too, and whose they are."""
    for person in people.people if people else ():
        if person.email:
            yield person.email.casefold(), person.id
        for key in fingerprints(person, lambda _: True):
            yield key, person.id


def people_behind(names: Mapping[str, set[str]], commits: Iterable[Authorship]) -> dict[str, str]:
    """Person to how they took part, for everybody who ever had one of the addresses and keys."""
    found: dict[str, str] = {}
    for made in commits:
        for key in made.keys:
            for person in names.get(key, ()):
                found.setdefault(person, f"signed commit {made.commit[:12]}")
        for email in made.emails:
            for person in names.get(email, ()):
                found.setdefault(person, f"is named in commit {made.commit[:12]}")
    return found


def touched(
    chain: Chain, step: Step, drawn: Map, facts: Facts, changes: Mapping[Trees, Sequence[Change]]
) -> Iterator[tuple[Commit, frozenset[str]]]:
    """The commits of a step that changed what a subject means, and which; a merge only by what no parent has."""
    for commit in step.entered:
        pairs = chain.comparisons(commit)
        paths = [{change.path: change for change in changes.get(pair, ())} for pair in pairs]
        found: set[str] = set()
        for path in set(paths[0]).intersection(*paths[1:]):
            name = drawn.kind(path)
            for change in (other[path] for other in paths):
                before, after = facts.leaves(name, change.before), facts.leaves(name, change.after)
                found.update(place[0] for place in {*before, *after} if before.get(place) != after.get(place))
        if found:
            yield commit, frozenset(found)

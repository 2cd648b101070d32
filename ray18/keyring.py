"""Whose key is it: the keys of the people file, and whether a signature is one person's own."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from ray18.documents.people import People, Person, SigningKey
from ray18.signatures import SignatureProblem, fingerprint_of, verify


def signer_of(people: People | None, person_id: str, armored: bytes | None, message: bytes, namespace: str) -> str:
    """The fingerprint of the key with which this person signed. Raises SignatureProblem saying why it is not theirs."""
    person = people.person(person_id) if people else None
    if people is None or person is None:
        raise SignatureProblem(f"{person_id} is not in the trusted people file")
    if armored is None:
        raise SignatureProblem("it is not signed (no .sig file beside it)")
    try:
        fingerprint = verify(armored, message, namespace, certificates(people))
    except SignatureProblem as problem:
        raise SignatureProblem(f"its signature does not hold: {problem}") from problem
    whose = owners(people, fingerprint)
    if whose != (person_id,):
        revoked = fingerprint in fingerprints(person, lambda key: key.revoked is not None)
        told = f"{person_id}, and is revoked" if revoked else " and ".join(whose) or "nobody here"
        raise SignatureProblem(
            f"the key that signed it ({fingerprint}) belongs to {told}"
            + ("" if revoked else f", not to {person_id} alone")
        )
    return fingerprint


def signed_by_human(
    people: People | None, person_id: str, armored: bytes | None, message: bytes, namespace: str
) -> str:
    """The same for what only a human may sign."""
    person = people.person(person_id) if people else None
    if person is not None and person.kind != "human":
        raise SignatureProblem(f"{person_id} is a bot")
    return signer_of(people, person_id, armored, message, namespace)


def fingerprints(
    person: Person, chosen: Callable[[SigningKey], bool] = lambda key: key.revoked is None
) -> Iterator[str]:
    """The fingerprints of a person's keys: those that speak for the person, or those that `chosen` picks."""
    for key in person.keys:
        if chosen(key):
            fingerprint = _fingerprint(key.type, key.key)
            if fingerprint:
                yield fingerprint


def owners(people: People | None, fingerprint: str) -> tuple[str, ...]:
    """Everybody for whom a key speaks; more than one means that it proves nothing about either."""
    return tuple(person.id for person in people.people if fingerprint in fingerprints(person)) if people else ()


def certificates(people: People | None) -> dict[str, str]:
    """The OpenPGP certificates that the people file holds, by fingerprint."""
    found = {}
    for person in people.people if people else ():
        for key in person.keys:
            fingerprint = _fingerprint(key.type, key.key) if key.type == "openpgp" else ""
            if fingerprint:
                found[fingerprint] = key.key
    return found


def compromised(people: People | None, fingerprint: str) -> Iterator[str | None]:
    """For each mark that says that this key fell into other hands: the first commit not to be trusted, None = none ever."""
    for person in people.people if people else ():
        for key in person.keys:
            if key.revoked and key.revoked.reason == "compromised" and _fingerprint(key.type, key.key) == fingerprint:
                yield key.revoked.since


@lru_cache(maxsize=4096)
def _fingerprint(key_type: str, text: str) -> str:
    try:
        return fingerprint_of(key_type, text)
    except SignatureProblem:
        return ""

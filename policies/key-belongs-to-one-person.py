"""Every key is usable and belongs to one person.

A signature says who signed only while one person alone has the key. A key that two share proves nothing about
either, and one that cannot be read proves nothing at all.

Remedy: paste the line of the person's own `.pub` file into people.yaml; let each person make a key of their
own.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.people import People, SigningKey
from ray18.findings import Finding
from ray18.sshsig import SignatureProblem, key_of

LEVEL = "blocker"
COUNTED = "keys that prove nothing"
ACTION = "give each person a key of their own"


def check(people: Document[People]) -> Iterator[Finding]:
    owners: dict[bytes, str] = {}
    for number, person in enumerate(people.content.people):
        for place, key in enumerate(person.keys):
            problem, remedy = _problem(person.id, key, owners)
            if problem:
                yield people.finding(
                    f"{person.id}: {problem}",
                    *("people", number, "keys", place, "key"),
                    item=person.id,
                    remedy=remedy,
                )


def _problem(person: str, key: SigningKey, owners: dict[bytes, str]) -> tuple[str, str]:
    try:
        wire = key_of(key.key) if key.type == "ssh" else key.key.strip().encode()
    except SignatureProblem as problem:
        return f"{problem}", "paste the line of the .pub file"
    owner = owners.setdefault(wire, person)
    return ("", "") if owner == person else (f"the key is {owner}'s as well", "let each make a key of their own")

"""Whoever holds a role is a person of people.yaml, and human.

Roles approve. A role held by an unknown name can never be filled, and one held by a bot would let a machine
approve.

Remedy: name people under `roles` in people.yaml; teams and bots hold no roles.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.findings import Finding

COUNTED = "role holders whom nobody knows"
ACTION = "give roles to people"


def check(people: Document[People]) -> Iterator[Finding]:
    for role, holders in people.content.roles.items():
        for number, holder in enumerate(holders):
            person = people.content.person(holder)
            if person is None or person.kind != "human":
                what = "is not among the people" if person is None else "is a bot"
                yield people.finding(
                    f"{role} is held by {holder}, who {what}",
                    *("roles", role, number),
                    item=role,
                    remedy="name a person of people.yaml",
                )

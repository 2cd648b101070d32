"""No two people or teams share an id.

Owners are named by one word, be it a person or a team. A word that means two makes every assignment and every
approval ambiguous.

Remedy: give one of them another id in people.yaml, and mend the records that mean it.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.findings import Finding

LEVEL = "blocker"
COUNTED = "people or teams that share an id"
ACTION = "give each person and team its own id"


def check(people: Document[People]) -> Iterator[Finding]:
    seen: dict[str, tuple[str, int]] = {}
    for section in ("people", "teams"):
        for number, entry in enumerate(getattr(people.content, section)):
            first = seen.setdefault(entry.id, (section, number))
            if first != (section, number):
                yield people.finding(
                    f"{entry.id} stands twice among people and teams",
                    *(section, number, "id"),
                    item=entry.id,
                    remedy="give one of the two another id",
                    related=[people.related("it stands here first", *first, "id")],
                )

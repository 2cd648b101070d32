"""Everybody whom an item names is known.

An owner, a promise or a rating by somebody whom people.yaml does not know cannot be followed up: a misspelt
name is nobody.

Remedy: mend the name, or add the person or the team to people.yaml.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.findings import Finding

COUNTED = "names in items that people.yaml does not know"
ACTION = "name people and teams of people.yaml"


def check(item: Document[BacklogItem], people: Document[People]) -> Iterator[Finding]:
    known = people.content.owners()
    content = item.content
    named = {
        ("owner",): content.owner,
        ("commitment", "who"): content.commitment.who if content.commitment else None,
        ("scoring", "scored_by"): content.scoring.scored_by if content.scoring else None,
    }
    for way, name in named.items():
        if name is not None and name not in known:
            yield item.finding(
                f"{content.id}: `{'.'.join(way)}` is {name}, whom people.yaml does not know",
                *way,
                remedy=f"mend the name, or add {name} to people.yaml",
                fix=item.guess(name, known, *way),
            )

"""Each ranking is one role's, by a person who holds it.

Whose order it is decides whose conflict it is. Two rankings of one role, a ranking by somebody who does not hold the
role, or a decision by nobody known would settle conflicts that nobody has settled.

Remedy: name the file after its role, and people who hold it in people.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.documents.ranking import Ranking
from ray18.findings import Finding

COUNTED = "rankings that are nobody's"
ACTION = "say whose rankings they are"


def check(rankings: tuple[Document[Ranking], ...], people: Document[People]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for ranking in rankings:
        content = ranking.content
        if not ranking.path.endswith(f"/{content.role}.yaml"):
            yield ranking.finding(
                f"the ranking of {content.role} is in a file of another name",
                "role",
                item=content.role,
                remedy=f"name the file {content.role}.yaml",
            )
        elif content.role in seen:
            yield ranking.finding(
                f"{content.role} has ranked twice; the other is {seen[content.role]}",
                "role",
                item=content.role,
                remedy="keep one of the two",
            )
        seen.setdefault(content.role, ranking.path)
        yield from _people(ranking, people.content)


def _people(ranking: Document[Ranking], people: People) -> Iterator[Finding]:
    content = ranking.content
    if content.person not in people.holders(content.role):
        yield ranking.finding(
            f"{content.person} does not hold the role {content.role}",
            "person",
            item=content.role,
            remedy=f"name a holder of {content.role} in people.yaml",
        )
    for number, resolution in enumerate(content.resolutions):
        for place, name in enumerate(resolution.by):
            if people.person(name) is None:
                yield ranking.finding(
                    f"{content.role}: the decision of {resolution.decided_on} is by {name}, whom people.yaml does not know",
                    *("resolutions", number, "by", place),
                    item=content.role,
                    remedy="name people of people.yaml",
                )

"""Stakeholders agree on what comes first, or their disagreement is settled.

While two leads place the same item far apart, whoever works on the backlog decides between them by accident. So
each conflict in the first ranks is settled by both of them or by somebody above them, with a reason; and a role
whose ranking the settings ask for has ranked, since nobody can agree with silence.

Remedy: `ray18 backlog prioritize` shows the conflicts; settle them under `resolutions` in a ranking, or rank anew.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import ItemId
from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.documents.ranking import Ranking
from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.planning.ranking import Disagreement, Rules, contradictions, disagreements

COUNTED = "conflicts over priorities that nobody has settled"
ACTION = "settle conflicts between stakeholders"
_NAMED = 5


def check(
    rankings: tuple[Document[Ranking], ...],
    backlog: tuple[Document[BacklogItem], ...],
    people: Document[People],
    settings: Settings,
) -> Iterator[Finding]:
    rules = settings.prioritization
    ranked = {document.content.role: document for document in rankings}
    for role in rules.stakeholders:
        if role not in ranked:
            yield people.finding(
                f"{role} has not ranked the backlog", "roles", role, item=role, remedy=f"write rankings/{role}.yaml"
            )
    contents = [document.content for document in rankings]
    open_items = {item.content.id for item in backlog if item.content.is_open}
    deciders = people.content.holders(rules.decider)
    for entry in disagreements(contents, Rules(open_items, rules.top, rules.conflict_distance, deciders)):
        if entry.unsettled:
            yield _conflict(ranked[entry.first.role], entry)
    for circle in contradictions(contents):
        yield rankings[0].finding(
            f"what was decided runs in a circle: {' before '.join(circle)}",
            "resolutions",
            item=circle[0],
            remedy="decide one of the pairs anew",
        )


def _conflict(document: Document[Ranking], entry: Disagreement) -> Finding:
    others: list[ItemId] = [conflict.other for conflict in entry.unsettled]
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    objection = next((conflict.objection for conflict in entry.unsettled if conflict.objection), "")
    return document.finding(
        f"{entry}: before or after {', '.join(others[:_NAMED])}{more}{f'; {objection}' if objection else ''}",
        *("items", document.content.items.index(entry.item)),
        item=entry.item,
        remedy=f"settle the order of {entry.item} and these under `resolutions`, or rank anew",
    )

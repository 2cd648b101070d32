"""Scored items have every rating that the method needs, on its scale.

A score computed from half of its inputs would be a guess that looks like a number; so it is not computed, and the item
stands below all others.

Remedy: `ray18 backlog score ID risk=4 impact=5 effort=2 --because "…"`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.planning.scoring import METHODS, scored

LEVEL = "warning"
COUNTED = "items whose ratings are incomplete"
ACTION = "complete the ratings"


def check(item: Document[BacklogItem], settings: Settings) -> Iterator[Finding]:
    content = item.content
    if not content.is_open or content.scoring is None:
        return
    rules = settings.prioritization
    method = METHODS[rules.method]
    problems = scored(content, method, rules.weights).problems
    if problems:
        wanted = " ".join(f"{entry.name}=N" for entry in method.inputs)
        yield item.finding(
            f"{content.id} cannot be scored by {method.name}: {'; '.join(problems)}",
            *("scoring", "inputs"),
            remedy=f'ray18 backlog score {content.id} {wanted} --because "…"',
        )

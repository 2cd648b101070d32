"""Serious items are scored, and each rating says why, by whom and when.

A number without a reason cannot be discussed, only believed; and one without a day cannot grow old. Ratings and their
reasons are what stakeholders settle conflicts over priorities with.

Remedy: `ray18 backlog score ID risk=4 impact=5 effort=2 --because "…"` writes ratings, reason, person and day.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem, Scoring
from ray18.documents.document import Document
from ray18.findings import Finding

LEVEL = "warning"
COUNTED = "items scored without reasons"
ACTION = "give reasons for scores"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if not content.is_open:
        return
    if content.scoring is not None:
        yield from _unexplained(item, content.scoring)
    elif content.serious:
        yield item.finding(
            f"{content.id} is not scored",
            "priority",
            remedy=f'ray18 backlog score {content.id} risk=N impact=N effort=N --because "…"',
        )


def _unexplained(item: Document[BacklogItem], scoring: Scoring) -> Iterator[Finding]:
    item_id = item.content.id
    for number, rating in enumerate(scoring.inputs):
        if rating.rationale is None:
            yield item.finding(
                f"{item_id}: the {rating.name} of {rating.value:g} has no rationale",
                *("scoring", "inputs", number),
                remedy="add a `rationale`",
            )
    for name, value in (("scored_by", scoring.scored_by), ("scored_on", scoring.scored_on)):
        if value is None:
            yield item.finding(
                f"{item_id}: nobody says {'who' if name == 'scored_by' else 'when it was'} rated",
                "scoring",
                remedy=f"add `scoring.{name}`",
            )

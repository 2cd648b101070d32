"""Serious items are scored, and each rating says why.

A number without a reason cannot be discussed, only believed. Ratings and their reasons are what stakeholders
settle conflicts over priorities with.

Remedy: give each input of `scoring` a `rationale`; `ray18 backlog prioritize` shows what is missing.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

LEVEL = "warning"
COUNTED = "items scored without reasons"
ACTION = "give reasons for scores"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if not content.is_open:
        return
    if content.scoring is None:
        if content.serious:
            yield item.finding(f"{content.id} is not scored", "priority", remedy="ray18 backlog prioritize")
        return
    for number, rating in enumerate(content.scoring.inputs):
        if rating.rationale is None:
            yield item.finding(
                f"{content.id}: the {rating.name} of {rating.value:g} has no rationale",
                *("scoring", "inputs", number),
                remedy="add a `rationale`",
            )

"""Every serious item has a due date.

A Critical or High item without a day by which it is done is put off for ever, and nobody can say that it is
late.

Remedy: agree on a day with its owner: `ray18 backlog set ID due=YYYY-MM-DD`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "serious items missing due dates"
ACTION = "set due dates"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if content.is_open and content.serious and content.due is None:
        severity = content.severity or "not yet rated"
        yield item.finding(
            f"{content.id} ({severity}) has no due date",
            "severity",
            remedy=f"ray18 backlog set {content.id} due=YYYY-MM-DD",
        )

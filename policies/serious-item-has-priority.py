"""Every serious item has a priority.

Severity says how bad an item is, priority when its turn comes. Without it the loudest voice decides.

Remedy: score the items with `ray18 backlog prioritize`, or say it: `ray18 backlog set ID priority=P1`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "serious items missing priorities"
ACTION = "set priorities"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if content.is_open and content.serious and content.priority is None:
        severity = content.severity or "not yet rated"
        yield item.finding(
            f"{content.id} ({severity}) has no priority",
            "severity",
            remedy=f"ray18 backlog set {content.id} priority=P1",
        )

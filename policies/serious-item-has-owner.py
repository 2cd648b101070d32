"""Every serious item has an owner.

A Critical or High item that nobody answers for is done by nobody. An item without a severity counts as
serious until somebody rates it, so that leaving the rating out never helps.

Remedy: name a person or a team of people.yaml: `ray18 backlog set ID owner=NAME`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "serious items missing owners"
ACTION = "assign owners"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if content.is_open and content.serious and content.owner is None:
        severity = content.severity or "not yet rated"
        yield item.finding(
            f"{content.id} ({severity}) has no owner",
            "severity",
            remedy=f"ray18 backlog set {content.id} owner=NAME",
        )

"""Every open item has a severity.

The rules for Critical and High items rest on the rating. An item that nobody has rated counts as serious
meanwhile, and keeps the backlog from being complete.

Remedy: rate it: `ray18 backlog set ID severity=High` (Critical, High, Medium or Low).
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "items missing a severity"
ACTION = "rate severities"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if content.is_open and content.severity is None:
        yield item.finding(
            f"{content.id} has no severity",
            "severity",
            remedy=f"ray18 backlog set {content.id} severity=LEVEL",
        )

"""Every open item has an owner, the lesser ones too.

The consolidation of the backlog halts while items lack ownership. For Critical and High items
`serious-item-has-owner` says so; this policy warns about Medium and Low ones.

Remedy: name a person or a team of people.yaml: `ray18 backlog set ID owner=NAME`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

LEVEL = "warning"
COUNTED = "lesser items missing owners"
ACTION = "assign owners"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if content.is_open and not content.serious and content.owner is None:
        yield item.finding(
            f"{content.id} ({content.severity}) has no owner",
            "severity",
            remedy=f"ray18 backlog set {content.id} owner=NAME",
        )

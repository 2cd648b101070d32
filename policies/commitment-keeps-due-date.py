"""What an item promises is done by its due date.

A promise to be late is no commitment to the due date: one of the two is wrong.

Remedy: promise an earlier day, or agree on a later due date: `ray18 backlog set ID due=YYYY-MM-DD`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "commitments later than their due dates"
ACTION = "bring commitments and due dates together"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if content.is_open and content.commitment and content.due and content.commitment.by > content.due:
        yield item.finding(
            f"{content.id} is promised by {content.commitment.by}, but due on {content.due}",
            *("commitment", "by"),
            remedy="promise an earlier day, or agree on a later due date",
            related=[item.related("due before that", "due")],
            fix=item.setting(content.due, "commitment", "by"),
        )

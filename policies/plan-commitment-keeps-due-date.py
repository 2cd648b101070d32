"""What the plan promises for an item is done by the item's due date.

A plan that promises an item later than it is due contradicts the backlog that it rests on.

Remedy: promise an earlier day in plan.yaml, or agree on a later due date: `ray18 backlog set ID
due=YYYY-MM-DD`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "promises of the plan later than due dates"
ACTION = "bring the plan's promises and due dates together"


def check(plan: Document[Plan], backlog: tuple[Document[BacklogItem], ...]) -> Iterator[Finding]:
    items = {item.content.id: item.content for item in backlog}
    for number, commitment in enumerate(plan.content.commitments):
        item = items.get(commitment.item)
        if item is not None and item.is_open and item.due is not None and commitment.by > item.due:
            yield plan.finding(
                f"{item.id} is promised by {commitment.by}, but due on {item.due}",
                *("commitments", number, "by"),
                item=item.id,
                remedy="promise an earlier day, or agree on a later due date",
            )

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
    items = {item.content.id: item for item in backlog}
    for number, commitment in enumerate(plan.content.commitments):
        item = items.get(commitment.item)
        if item is None or not item.content.is_open:
            continue
        due = item.content.due
        if due is not None and commitment.by > due:
            yield plan.finding(
                f"{commitment.item} is promised by {commitment.by}, but due on {due}",
                *("commitments", number, "by"),
                item=commitment.item,
                remedy="promise an earlier day, or agree on a later due date",
                related=[item.related("due before that", "due")],
                fix=plan.setting(due, "commitments", number, "by"),
            )

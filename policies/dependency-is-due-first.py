"""What an item waits for is due before it.

An item that is due before the items it needs will be late; better to know it now.

Remedy: set the due date of the item needed first, or move the other one.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

LEVEL = "warning"
COUNTED = "items due before what they wait for"
ACTION = "put due dates in order"


def check(backlog: tuple[Document[BacklogItem], ...]) -> Iterator[Finding]:
    still_open = {item.content.id: item for item in backlog if item.content.is_open}
    for item in backlog:
        content = item.content
        if content.id not in still_open or content.due is None:
            continue
        for number, needed in enumerate(content.depends_on):
            other = still_open.get(needed)
            later = other.content.due if other else None
            if other is not None and (later is None or later > content.due):
                yield item.finding(
                    f"{content.id} is due {content.due}, but needs {needed}, due {later or 'on no day'}",
                    *("depends_on", number),
                    remedy=f"ray18 backlog set {needed} due=YYYY-MM-DD",
                    related=[other.related(f"{needed} is due {later or 'on no day'}", "due")],
                )

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
    still_open = {item.content.id: item.content for item in backlog if item.content.is_open}
    for item in backlog:
        content = item.content
        if content.id not in still_open or content.due is None:
            continue
        for number, needed in enumerate(content.depends_on):
            other = still_open.get(needed)
            if other is not None and (other.due is None or other.due > content.due):
                yield item.finding(
                    f"{content.id} is due {content.due}, but needs {needed}, due {other.due or 'on no day'}",
                    *("depends_on", number),
                    remedy=f"ray18 backlog set {needed} due=YYYY-MM-DD",
                )

"""No serious item is overdue.

A due date that has passed is a promise broken, or a record that nobody keeps. Both mean that the backlog does
not say what is going to happen.

Remedy: close it when it is done; otherwise agree on a new day and say why in the commit: `ray18 backlog set
ID due=YYYY-MM-DD`.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "serious items overdue"
ACTION = "close overdue items or agree on new dates"


def check(item: Document[BacklogItem], today: date) -> Iterator[Finding]:
    content = item.content
    if content.is_open and content.serious and content.due is not None and content.due < today:
        yield item.finding(
            f"{content.id} ({content.severity or 'not yet rated'}) was due on {content.due}",
            "due",
            remedy=f"ray18 backlog set {content.id} status=done, or due=YYYY-MM-DD",
        )

"""The dates of an item follow one another.

Nothing is due, promised or closed before it was first known. Dates that say otherwise are typing errors, and
every age and every delay computed from them is wrong.

Remedy: mend the date that is wrong: `ray18 backlog set ID due=YYYY-MM-DD`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "items with dates out of order"
ACTION = "mend dates"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if content.created is None:
        return
    later = {
        ("due",): content.due,
        ("closed",): content.closed,
        ("commitment", "by"): content.commitment.by if content.commitment else None,
    }
    for way, day in later.items():
        if day is not None and day < content.created:
            yield item.finding(
                f"{content.id}: `{'.'.join(way)}` is {day}, before it was created ({content.created})",
                *way,
                remedy="mend the date that is wrong",
                related=[item.related("created after that", "created")],
            )

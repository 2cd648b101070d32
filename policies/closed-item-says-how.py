"""A closed item says when it was closed, and how.

"Done" without a day and a word about what was done cannot be checked by anybody, and "won't do" without a
reason is how items disappear. The other way round, an item that is open was not closed.

Remedy: `ray18 backlog set ID closed=YYYY-MM-DD resolution="what was done, or why nothing will be"`.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "closed items that do not say when and how"
ACTION = "record how items were closed"


def check(item: Document[BacklogItem], today: date) -> Iterator[Finding]:
    content = item.content
    said = {"`closed`": content.closed, "`resolution`": content.resolution}
    missing = [name for name, value in said.items() if value is None]
    if not content.is_open and missing:
        yield item.finding(
            f"{content.id} is {content.status}, without {' and '.join(missing)}",
            "status",
            remedy=f"ray18 backlog set {content.id} closed=YYYY-MM-DD resolution=TEXT",
        )
    if content.is_open and content.closed is not None:
        yield item.finding(
            f"{content.id} is {content.status}, yet closed on {content.closed}",
            "closed",
            remedy=f"ray18 backlog set {content.id} status=done, or remove `closed`",
        )
    if content.closed is not None and content.closed > today:
        yield item.finding(
            f"{content.id} is closed on {content.closed}, which is yet to come",
            "closed",
            remedy="mend the date",
        )

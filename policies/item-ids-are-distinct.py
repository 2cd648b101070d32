"""No two items share an id.

An id that stands twice makes every reference to it ambiguous. Ids that differ only in case count as the same:
a file system without case, or a person on the telephone, takes one for the other.

Remedy: give the newer item an id of its own; `ray18 backlog add` makes ids that never collide.
"""

import unicodedata
from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

LEVEL = "blocker"
COUNTED = "items that share an id"
ACTION = "give each item its own id"


def check(backlog: tuple[Document[BacklogItem], ...]) -> Iterator[Finding]:
    first: dict[str, Document[BacklogItem]] = {}
    for item in backlog:
        other = first.setdefault(unicodedata.normalize("NFC", item.content.id).casefold(), item)
        if other is not item:
            yield item.finding(
                f"{item.content.id} has the same id as {other.path}",
                "id",
                remedy="give the newer item another id",
                related=[other.related("the same id", "id")],
            )

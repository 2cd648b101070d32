"""Every item that another one waits for is in the backlog.

Waiting for an item that does not exist is waiting for ever.

Remedy: mend the id under `depends_on`, or remove it.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "dependencies on items that do not exist"
ACTION = "mend dependencies"


def check(backlog: tuple[Document[BacklogItem], ...]) -> Iterator[Finding]:
    known = {item.content.id for item in backlog}
    for item in backlog:
        for number, needed in enumerate(item.content.depends_on):
            if needed not in known:
                yield item.finding(
                    f"{item.content.id} waits for {needed}, which is not in the backlog",
                    *("depends_on", number),
                    remedy="mend the id, or remove the line",
                    fix=item.guess(needed, known - {item.content.id}, "depends_on", number),
                )

"""No items wait for one another.

Items that depend on one another in a circle can never be done in order, so no schedule exists.

Remedy: remove one of the dependencies of the circle.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import cycles
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "circles of items that wait for one another"
ACTION = "break circles of dependencies"


def check(backlog: tuple[Document[BacklogItem], ...]) -> Iterator[Finding]:
    items = {item.content.id: item for item in backlog}
    for circle in cycles({name: item.content.depends_on for name, item in items.items()}):
        first = items[circle[0]]
        yield first.finding(
            f"{circle[0]} waits for itself: {' -> '.join(circle)}",
            *("depends_on", first.content.depends_on.index(circle[1])),
            remedy="remove one of these dependencies",
        )

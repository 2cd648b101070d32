"""Everything that was handed over is in the backlog.

The backlog merges technical debt, incident follow-ups, security risks, performance work and knowledge gaps.
What is not taken over is forgotten, and what is taken out again leaves no trace. So an item that nobody will
do is closed as `wont-do` with its reason; it is never deleted.

Remedy: take it over with `ray18 intake`; to give it up, close it: `ray18 backlog set ID status=wont-do`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding
from ray18.handover.model import Handover

COUNTED = "handed-over items missing from the backlog"
ACTION = "take over what was handed over"


def check(handover: Handover, backlog: tuple[Document[BacklogItem], ...]) -> Iterator[Finding]:
    known = {item.content.id for item in backlog}
    for item in handover.items:
        if item.id not in known:
            source = " ".join(filter(None, (item.source.artifact, item.source.locator)))
            yield Finding(
                "",
                "error",
                f"{item.id} ({item.title}) is not in the backlog: {source}",
                item=item.id,
                remedy="ray18 intake",
            )

"""The backlog has items.

An empty backlog means that nobody read the hand-over in, or that the folder is not where the settings say. It
never means that there is nothing to do, so it never passes.

Remedy: read the hand-over in with `ray18 intake`, or add items with `ray18 backlog add`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.settings import Settings
from ray18.findings import Finding

COUNTED = "empty backlogs"
ACTION = "consolidate the backlog"


def check(backlog: tuple[Document[BacklogItem], ...], settings: Settings) -> Iterator[Finding]:
    if not backlog:
        folder = settings.locations.backlog
        yield Finding("", "error", f"there is no item in {folder}/", folder, item="backlog", remedy="ray18 intake")

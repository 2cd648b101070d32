"""Every item lies in a file of its own name.

The file's name is how Git, reviewers and other records find an item. A file that says another id than its
name hides one item behind another, so nothing that rests on the backlog can be judged.

Remedy: give the file the name of the id, with `git mv`; ids never change.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

LEVEL = "blocker"
COUNTED = "items in a file of another name"
ACTION = "rename files after their ids"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    if not item.path.endswith(f"/{item.content.id}.yaml"):
        path = PurePosixPath(item.path)
        yield item.finding(
            f"{item.content.id} lies in {path.name}",
            "id",
            remedy=f"git mv {path} {path.with_name(item.content.id)}.yaml",
        )

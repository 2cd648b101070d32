"""Every waiver lies in a file of its own name.

A waiver that hides in a file of another name is not found when somebody asks what is excused, and why.

Remedy: give the file and its signature the name of the id, with `git mv`.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from ray18.documents.document import Document
from ray18.documents.waiver import Waiver
from ray18.findings import Finding

LEVEL = "blocker"
COUNTED = "waivers in a file of another name"
ACTION = "rename files after their ids"


def check(waiver: Document[Waiver]) -> Iterator[Finding]:
    path = PurePosixPath(waiver.path)
    if path.stem != waiver.content.id:
        yield waiver.finding(
            f"{waiver.content.id} lies in {path.name}",
            "id",
            remedy=f"git mv {path} {path.with_name(waiver.content.id)}.yaml, and its .sig with it",
        )

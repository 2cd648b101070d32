"""The backlog items of the program that a command was called in."""

from collections.abc import Sequence

import click

from ray18.commands.place import root
from ray18.documents import kind
from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document, read
from ray18.errors import BlockedError
from ray18.findings import Finding
from ray18.program import read_settings
from ray18.snapshot import WorkTreeSnapshot


def item_documents(ctx: click.Context) -> list[Document[BacklogItem]]:
    """Every item; raises BlockedError when one cannot be read."""
    snapshot = WorkTreeSnapshot(root(ctx))
    folder = read_settings(snapshot).locations.backlog
    entries = [entry for entry in snapshot.paths([folder]) if entry.path.endswith(".yaml")]
    documents: list[Document[BacklogItem]] = []
    for entry, content in snapshot.read_all(entries):
        document, problems = read(kind("backlog-item"), entry.path, content)
        if document is None:
            refuse(problems)
        else:
            documents.append(document)
    return documents


def refuse(problems: Sequence[Finding]) -> None:
    """Raises BlockedError with the first problem of a file."""
    first = problems[0]
    raise BlockedError(f"{first.path}:{first.line}:{first.column}: {first.message}", first.remedy or "ray18 check")

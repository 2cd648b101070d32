"""`ray18 backlog duplicates` and `ray18 backlog merge`: items that may be the same, and two made one on request."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import click

from ray18.commands.items import item_documents
from ray18.commands.output import say
from ray18.commands.place import root, today
from ray18.documents import kind
from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Output, plain
from ray18.documents.document import Document, read
from ray18.errors import BlockedError, UsageError
from ray18.files import write_whole
from ray18.planning.duplicates import NOT_DUPLICATE, Likely, likely_duplicates
from ray18.renderers.inert import json_text
from ray18.terminal import safe
from ray18.yaml import Step, Value, edit

DUPLICATE_OF = "duplicate-of"
"""The annotation of an item that was merged into another: the id of that one."""
_OWN = frozenset(("id", "title", "source", "maintenance_type", "status", "closed", "resolution"))
"""Fields that an item keeps, whatever the one that is merged into it says."""
Way = tuple[str, ...]


class DuplicateOutput(Output):
    """Two items that may be the same."""

    keep: str
    """The id of the item that says more."""
    other: str
    """The id of the other one."""
    reason: str
    """Why they may be the same."""
    merge: str
    """The command that makes them one."""


class DuplicatesOutput(Output):
    """What `ray18 backlog duplicates --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    open_items: int
    """How many items were compared."""
    duplicates: list[DuplicateOutput]
    """The pairs, by their ids."""


@click.command()
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def duplicates(ctx: click.Context, format_: str) -> None:
    """Show open items that may be the same, why, and how to merge them. Nothing is merged by itself.

    Compared are CVE ids, titles, components and wording. Two that are not the same are told apart for good with the
    annotation `not-duplicate-of`.
    """
    items = [document.content for document in item_documents(ctx)]
    found = likely_duplicates(items)
    compared = sum(item.is_open for item in items)
    if format_ == "json":
        entries = [
            DuplicateOutput(keep=one.keep.id, other=one.other.id, reason=one.reason, merge=_merge_command([one]))
            for one in found
        ]
        output = DuplicatesOutput(version=1, open_items=compared, duplicates=entries)
        say(json_text(output) + "\n")
        return
    for _, group in groupby(found, key=lambda one: one.keep.id):
        say("".join(f"{line}\n" for line in _group(list(group))))
    say(f"{len(found):,} possible duplicate{'s' * (len(found) != 1)} among {compared:,} open items\n")
    if found:
        first = found[0]
        say(
            f"If two are not the same: ray18 backlog set {first.other.id} annotations.{NOT_DUPLICATE}={first.keep.id}\n"
        )


def _merge_command(group: Sequence[Likely]) -> str:
    return f"ray18 backlog merge {' '.join([group[0].keep.id, *(one.other.id for one in group)])}"


def _group(group: Sequence[Likely]) -> Iterator[str]:
    """One item, those that may be the same with the reason for each, and the command."""
    yield _line(group[0].keep)
    for one in group:
        yield f"{_line(one.other)}  ({safe(one.reason)})"
    yield f"  to make them one: {_merge_command(group)}"
    yield ""


def _line(item: BacklogItem) -> str:
    due = item.due.isoformat() if item.due else "no date"
    return f"{item.id:28}  {item.severity or 'unrated':8}  {due:10}  {item.owner or '-':16}  {safe(item.title)[:50]}"


@click.command()
@click.argument("keep", metavar="KEEP")
@click.argument("others", nargs=-1, required=True, metavar="OTHER...")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@click.pass_context
def merge(ctx: click.Context, keep: str, others: tuple[str, ...], dry_run: bool) -> None:
    """Make items one: KEEP takes what it lacks from each OTHER, which is closed as its duplicate.

    Where both say something different, KEEP's value stays and the other's is shown. Items that depend on OTHER depend
    on KEEP afterwards. Comments and all else in the files stay.
    """
    documents = {document.item: document for document in item_documents(ctx)}
    for name in (keep, *others):
        if name not in documents:
            raise UsageError(f"there is no item {name!r}", "see: ray18 backlog duplicates")
    if keep in others or len(set(others)) != len(others):
        raise UsageError("an item cannot be merged with itself", "name different items")
    for name in others:
        if not documents[name].content.is_open:
            raise UsageError(f"{name} is closed already", "name open items")
    changed, told = _merged(documents, keep, others, today())
    if not dry_run:
        for path, content in changed.items():
            write_whole(root(ctx) / Path(path), content)
    say("".join(f"{safe(line)}\n" for line in told))


def _merged(
    documents: dict[str, Document[BacklogItem]], keep: str, others: Sequence[str], day: date
) -> tuple[dict[str, bytes], list[str]]:
    """The files to write, the closed ones last, and what to tell. Raises BlockedError before anything would be invalid."""
    told: list[str] = []
    kept = documents[keep]
    for name in others:
        changes, lines = _taken_over(kept.content, documents[name].content)
        told += lines
        kept = _with(kept, changes)
    changed = {kept.path: kept.source}
    for document in documents.values():
        needed = _redirected(document.content.depends_on, keep, others)
        if document.item not in (keep, *others) and needed != document.content.depends_on:
            changed[document.path] = _with(document, {("depends_on",): list(needed)}).source
            told.append(f"{document.item}: depends on {keep} now")
    for name in others:
        closing: dict[tuple[Step, ...], Value] = {
            ("status",): "wont-do",
            ("closed",): day.isoformat(),
            ("resolution",): f"Duplicate of {keep}.",
            ("annotations", DUPLICATE_OF): keep,
        }
        changed[documents[name].path] = _with(documents[name], closing).source
        told.append(f"{name}: closed as duplicate of {keep}")
    return changed, told


def _redirected(needed: Sequence[str], keep: str, others: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keep if name in others else name for name in needed))


def _taken_over(keep: BacklogItem, other: BacklogItem) -> tuple[dict[tuple[Step, ...], Value], list[str]]:
    """What the kept item takes from the other, and what both say differently."""
    ours, theirs = (dict(_fields(plain(item))) for item in (keep, other))
    changes: dict[tuple[Step, ...], Value] = {}
    told = []
    for way, value in theirs.items():
        name, here = ".".join(way), ours.get(way)
        if way[0] in _OWN or here == value:
            continue
        if here is None:
            changes[way] = value
            told.append(f"{keep.id}: {name}: {_shown(value)}, from {other.id}")
        elif isinstance(here, list) and isinstance(value, list):
            more = [entry for entry in value if entry not in here and entry not in (keep.id, other.id)]
            if more:
                changes[way] = [*here, *more]
                told.append(f"{keep.id}: {name}: {_shown(more)} added, from {other.id}")
        elif way == ("created",) and str(value) < str(here):
            changes[way] = value
            told.append(f"{keep.id}: created: {value}, the earlier day, from {other.id}")
        elif way != ("created",):
            told.append(f"{keep.id}: {name} stays {_shown(here)}; {other.id} says {_shown(value)}")
    return changes, told


def _fields(record: Any, way: Way = ()) -> Iterator[tuple[Way, Value]]:
    """The single values of a record that are not blank; commitments, scorings and the like as a whole."""
    for name, value in record.items():
        if name in ("annotations", "security", "kev", "ssvc") and isinstance(value, dict):
            yield from _fields(value, (*way, name))
        elif value not in (None, [], {}):
            yield (*way, name), value


def _shown(value: Value) -> str:
    return str(value)[:60]


def _with(document: Document[BacklogItem], changes: dict[tuple[Step, ...], Value]) -> Document[BacklogItem]:
    """The document with the changes. Raises BlockedError when it would be no valid item."""
    content = edit(document.source, changes) if changes else document.source
    after, problems = read(kind("backlog-item"), document.path, content)
    if after is None:
        raise BlockedError(f"{document.path}: {problems[0].message}", problems[0].remedy or "merge them by hand")
    return after

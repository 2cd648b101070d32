"""`ray18 backlog`: list, show, add and change items; edits keep every comment and the order of fields."""

import re
import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import click

from ray18.commands.automation import automation
from ray18.commands.bridges import export, import_
from ray18.commands.duplicates import duplicates, merge
from ray18.commands.items import item_documents, refuse
from ray18.commands.modelines import header
from ray18.commands.output import say
from ray18.commands.place import root, today
from ray18.commands.prioritize import prioritize, score
from ray18.commands.schedule import schedule_command
from ray18.counting import counted
from ray18.documents import kind
from ray18.documents.backlog import BacklogItem, SourceKind, Status
from ray18.documents.base import Output, Severity, plain
from ray18.documents.document import Document, made, read
from ray18.errors import UsageError
from ray18.files import write_whole
from ray18.handover.words import maintenance_type
from ray18.program import read_settings
from ray18.renderers.inert import json_text
from ray18.snapshot import WorkTreeSnapshot
from ray18.terminal import safe
from ray18.yaml import Step, Value, edit, load, render

_ASSIGNMENT = re.compile(r"(?P<way>[a-z_]+(?:\.[a-z0-9_-]+)*)=(?P<value>.*)\Z", re.DOTALL)


class BacklogListOutput(Output):
    """What `ray18 backlog list --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    items: list[BacklogItem]
    """The items, worst first."""


@click.group()
def command() -> None:
    """List, show, add and change backlog items.

    \b
    Examples:
      ray18 backlog list --severity Critical --no-owner
      ray18 backlog show TD-7f3a2c
      ray18 backlog add "Renew the wildcard certificate" --severity High --owner platform --due 2026-09-01
      ray18 backlog set TD-7f3a2c owner=ana due=2026-09-01 commitment.who=ana
    """


@command.command("list")
@click.option("--severity", type=click.Choice([*get_args(Severity), "none"]), multiple=True, help="Only these.")
@click.option("--status", type=click.Choice(get_args(Status)), multiple=True, help="Only these (default: all).")
@click.option("--owner", metavar="NAME", help="Only what this person or team owns.")
@click.option("--no-owner", is_flag=True, help="Only what nobody owns.")
@click.option("--source", type=click.Choice(get_args(SourceKind)), multiple=True, help="Only from these sources.")
@click.option("--overdue", is_flag=True, help="Only what is open and past its day.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def list_(
    ctx: click.Context,
    severity: Sequence[str],
    status: Sequence[str],
    owner: str | None,
    no_owner: bool,
    source: Sequence[str],
    overdue: bool,
    format_: str,
) -> None:
    """List items, worst first."""
    items = [
        item
        for item in (document.content for document in item_documents(ctx))
        if (not severity or (item.severity or "none") in severity)
        and (not status or item.status in status)
        and (owner is None or item.owner == owner)
        and (not no_owner or item.owner is None)
        and (not source or item.source.kind in source)
        and (not overdue or (item.is_open and item.due is not None and item.due < today()))
    ]
    items.sort(key=_rank)
    if format_ == "json":
        say(json_text(BacklogListOutput(version=1, items=items)) + "\n")
        return
    say("".join(f"{_row(item)}\n" for item in items) + f"{counted(len(items), 'items')}\n")


@command.command()
@click.argument("item_id", metavar="ID")
@click.pass_context
def show(ctx: click.Context, item_id: str) -> None:
    """Print one item as it is written."""
    say("".join(f"{safe(line)}\n" for line in _document(ctx, item_id).source.decode("utf-8-sig").splitlines()))


@command.command()
@click.argument("title")
@click.option("--id", "item_id", metavar="ID", help="Its id (default: a new one that no branch can collide with).")
@click.option("--severity", type=click.Choice(get_args(Severity)))
@click.option("--priority", type=click.Choice(["P1", "P2", "P3", "P4"]))
@click.option("--owner", metavar="NAME", help="A person or team.")
@click.option("--service", metavar="ID", help="The service it belongs to.")
@click.option("--due", metavar="DATE", help="The day by which it must be done.")
@click.option("--source", type=click.Choice(get_args(SourceKind)), default="other", show_default=True)
@click.pass_context
def add(ctx: click.Context, /, title: str, item_id: str | None, source: str, **given: str | None) -> None:
    """Add an item."""
    fields: dict[str, Any] = {
        "id": item_id or f"MB-{secrets.token_hex(5)}",
        "title": title,
        "source": {"kind": source},
        "maintenance_type": maintenance_type(source),
        **{name: value for name, value in given.items() if value is not None},
        "created": today().isoformat(),
    }
    item = made(BacklogItem, fields)
    path = f"{_folder(ctx)}/{item.id}.yaml"
    if (root(ctx) / path).exists():
        raise UsageError(f"{path} exists already", "choose another id, or change it: ray18 backlog set")
    write_whole(root(ctx) / path, render(fields, header("backlog-item", path)))
    say(f"wrote  {path}\n")


@command.command("set")
@click.argument("item_id", metavar="ID")
@click.argument("assignments", nargs=-1, required=True, metavar="FIELD=VALUE...")
@click.pass_context
def set_(ctx: click.Context, item_id: str, assignments: tuple[str, ...]) -> None:
    """Change fields of one item; FIELD= (nothing after it) removes the field.

    Comments, the order of fields and everything else in the file stay as they are.

    \b
    Examples:
      ray18 backlog set TD-7f3a2c severity=High owner=ana
      ray18 backlog set TD-7f3a2c commitment.who=ana commitment.what="split the module" commitment.by=2026-09-01
      ray18 backlog set TD-7f3a2c "depends_on=[TD-1b2c3d]"
    """
    document = _document(ctx, item_id)
    changes = dict(_assigned(text) for text in assignments)
    if ("id",) in changes:
        raise UsageError("an item keeps its id", "add a new item and close this one")
    changed = edit(document.source, changes)
    after, problems = read(kind("backlog-item"), document.path, changed)
    if after is None:
        raise UsageError("; ".join(problem.message for problem in problems), problems[0].remedy)
    if not write_whole(root(ctx) / document.path, changed):
        say(f"{document.path} says that already\n")
        return
    for way in changes:
        name = ".".join(map(str, way))
        say(f"{item_id}: {name}: {_told(document.content, way)} -> {_told(after.content, way)}\n")


def _assigned(text: str) -> tuple[tuple[Step, ...], Value]:
    match = _ASSIGNMENT.match(text)
    if not match:
        raise UsageError(f"{text!r} is not FIELD=VALUE", "as in: owner=ana")
    way = tuple(match["way"].split("."))
    return way, _value(way, match["value"])


def _value(way: tuple[str, ...], text: str) -> Value:
    """The value as YAML would read it, so that numbers, lists and true/false can be given; nothing = remove."""
    if text == "":
        return None
    loaded = load(f"value: {text}".encode())
    if loaded.problems or not isinstance(loaded.value, dict) or "\n" in text:
        return text
    value = loaded.value["value"]
    return text if way[-1] in ("title", "description", "what", "resolution") else value


def _told(content: Any, way: tuple[Step, ...]) -> str:
    value = plain(content)
    for step in way:
        value = value.get(step) if isinstance(value, dict) else None
    return "nothing" if value is None else safe(str(value))[:80]


def _rank(item: BacklogItem) -> tuple[Any, ...]:
    severities = [None, *get_args(Severity)]
    return (not item.is_open, severities.index(item.severity), item.due or date.max, item.id)


def _row(item: BacklogItem) -> str:
    due = item.due.isoformat() if item.due else "no date"
    severity, priority = item.severity or "unrated", item.priority or "--"
    return f"{item.id:24}  {severity:8}  {priority}  {due:10}  {item.status:11}  {item.owner or '-':20}  {safe(item.title)[:70]}"


def _folder(ctx: click.Context) -> str:
    return read_settings(WorkTreeSnapshot(root(ctx))).locations.backlog


def _document(ctx: click.Context, item_id: str) -> Document[BacklogItem]:
    path = f"{_folder(ctx)}/{item_id}.yaml"
    if "/" in item_id or not (root(ctx) / Path(path)).exists():
        raise UsageError(f"there is no item {item_id!r}", "see: ray18 backlog list")
    document, problems = read(kind("backlog-item"), path, WorkTreeSnapshot(root(ctx)).read(path))
    if document is None:
        refuse(problems)
        raise AssertionError("refuse always raises")
    return document


command.add_command(automation)
command.add_command(duplicates)
command.add_command(merge)
command.add_command(export)
command.add_command(import_)
command.add_command(prioritize)
command.add_command(score)
command.add_command(schedule_command)

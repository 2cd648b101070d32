"""`ray18 backlog export|import`: the backlog as a sheet for people who work elsewhere, and back, merged cell by cell."""

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import click

from ray18.commands.modelines import header
from ray18.commands.output import say
from ray18.commands.place import program_repository, root
from ray18.documents import kind
from ray18.documents.backlog import BacklogItem, SourceKind
from ray18.documents.base import Output, Severity
from ray18.documents.document import Document, read
from ray18.documents.people import People
from ray18.errors import BlockedError, EnvironmentProblem, UsageError
from ray18.exchange import csv_sheet, json_sheet, markdown_sheet, xlsx_sheet
from ray18.exchange.columns import BASE, CORE, cells, column, columns
from ray18.exchange.importing import Backlog, Outcome, outcome
from ray18.exchange.merge import Beginning, Change, Conflict, Forgotten, Known
from ray18.exchange.sheet import Row, Sheet, Trouble, table
from ray18.exchange.trackers import TRACKERS
from ray18.exchange.trackers.issue import REMEMBERED
from ray18.exchange.trackers.issue import beginnings as last_imports
from ray18.files import write_whole
from ray18.git import Repository, object_id
from ray18.program import read_settings
from ray18.renderers.inert import json_text
from ray18.snapshot import CommitSnapshot, Snapshot, WorkTreeSnapshot
from ray18.terminal import safe

TYPES = ("csv", "xlsx", "md", "json")
_MAX_BYTES = 64 * 1024 * 1024
_READERS: Mapping[str, Callable[[str, bytes], Sheet]] = {
    "csv": csv_sheet.read,
    "xlsx": xlsx_sheet.read,
    "md": markdown_sheet.read,
    "json": json_sheet.read,
}
_WRITERS = {"csv": csv_sheet.written, "xlsx": xlsx_sheet.written, "md": markdown_sheet.written}
_SUFFIXES = {".csv": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".md": "md", ".markdown": "md", ".json": "json"}


class ChangedCell(Output):
    """A cell that was taken from the sheet."""

    place: str
    """Where it is in the sheet."""
    item: str
    """The item."""
    field: str
    """The field."""
    before: str
    """What the program said."""
    after: str
    """What it says now."""


class ConflictingCell(Output):
    """A cell that sheet and program changed, each otherwise."""

    place: str
    """Where it is in the sheet."""
    item: str
    """The item."""
    field: str
    """The field."""
    base: str | None
    """What both began with; null where nobody knows."""
    sheet: str
    """What the sheet says."""
    program: str
    """What the program says."""


class AddedItem(Output):
    """A row that became a new item."""

    place: str
    """Where it is in the sheet."""
    item: str
    """Its id."""
    title: str
    """Its title."""


class SheetRemark(Output):
    """Something about a place in the sheet."""

    place: str
    """Where."""
    message: str
    """What is the case."""
    remedy: str
    """What to do."""


class BacklogImportOutput(Output):
    """What `ray18 backlog import --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    written: bool
    """Whether anything was written: nothing is where there is a conflict or a problem, or with --dry-run."""
    rows: int
    """The rows of the sheet."""
    changed: list[ChangedCell]
    """The cells that were, or would be, taken over."""
    added: list[AddedItem]
    """The new items."""
    conflicts: list[ConflictingCell]
    """What people must decide."""
    problems: list[SheetRemark]
    """What cannot be taken over as it is."""
    notes: list[SheetRemark]
    """What is worth a look."""


@click.command("export")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--format", "type_", type=click.Choice(TYPES), help="Default: by the end of FILE's name, else csv.")
@click.option("--columns", "names", metavar="NAME,...", help="Only these columns; `help` lists all.")
@click.option("--open", "only_open", is_flag=True, help="Only items that are still to be done.")
@click.option("--owner", metavar="NAME", help="Only what this person or team owns.")
@click.option("--severity", type=click.Choice(get_args(Severity)), multiple=True, help="Only these.")
@click.option("--rev", metavar="REV", help="The backlog of this commit.")
@click.pass_context
def export(
    ctx: click.Context,
    file: Path | None,
    type_: str | None,
    names: str | None,
    only_open: bool,
    owner: str | None,
    severity: tuple[str, ...],
    rev: str | None,
) -> None:
    """Write the backlog to FILE (or the screen) as csv, xlsx, md or json, to be edited and imported again.

    Each row carries Git's id of the file it was made from in the column `base`: leave that column alone, and
    `ray18 backlog import` merges cell by cell, however far the program has moved on.

    \b
    Examples:
      ray18 backlog export backlog.xlsx --open
      ray18 backlog export --format md --columns title,owner,due
    """
    if names == "help":
        say("".join(f"{name}\n" for name in (*columns(), "annotations.NAME")))
        return
    chosen = type_ or (_type(file) if file else "csv")
    if file is None and chosen == "xlsx":
        raise UsageError("a workbook cannot be shown on the screen", "name a file: ray18 backlog export backlog.xlsx")
    repository = program_repository(ctx)
    documents = [
        entry
        for entry in _items(_snapshot(repository, rev))
        if (not only_open or entry.content.is_open)
        and (owner is None or entry.content.owner == owner)
        and (not severity or entry.content.severity in severity)
    ]
    content = _exported(chosen, _with_ids(repository, documents), _wanted(names))
    if file is None:
        say(content.decode())
    else:
        write_whole(file, content)
        say(f"wrote  {safe(str(file))}: {_many(len(documents), 'item')}\n")
    if not _kept(repository, documents):
        message = "Some of these files were never committed, and Git could not keep them: commit, then export again."
        click.echo(message, err=True)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--type", "type_", type=click.Choice(TYPES), help="What FILE is (default: by the end of its name).")
@click.option("--from", "tracker", type=click.Choice(list(TRACKERS)), help="FILE is the issue export of this tracker.")
@click.option(
    "--project", default="", metavar="HOST/NAME", help="The tracker's project, where the export does not name it."
)
@click.option(
    "--source",
    type=click.Choice(get_args(SourceKind)),
    default="other",
    show_default=True,
    help="What a tracker's issues are.",
)
@click.option("--base", metavar="REV", help="The commit a sheet without the column `base` was made from.")
@click.option("--take", type=click.Choice(["sheet", "program"]), help="Who wins where both changed a cell.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    type_: str | None,
    tracker: str | None,
    project: str,
    source: str,
    base: str | None,
    take: Literal["sheet", "program"] | None,
    dry_run: bool,
    format_: str,
) -> None:
    """Take over what people changed in a sheet of `ray18 backlog export`, or a tracker's issues.

    Each cell is merged three-way: against what the row began with, and what the program says now. With one
    conflict (exit code 1) or one cell that cannot be used (3) nothing is written. Rows and columns that are not
    there change nothing; a row without an id becomes a new item. Comments in the files stay.

    With --from, each issue becomes an item with an id that is the same each time; at the next import, fields that
    people did not touch follow the tracker.

    \b
    Examples:
      ray18 backlog import backlog.xlsx --dry-run
      ray18 backlog import backlog.csv --take program
      ray18 backlog import issues.json --from github
    """
    repository = program_repository(ctx)
    place = root(ctx)
    sheet = _sheet(file, type_ or _type(file), tracker, project, source, place)
    documents = _items(WorkTreeSnapshot(place))
    folder = read_settings(WorkTreeSnapshot(place)).locations.backlog
    backlog = Backlog(
        {entry.content.id: entry for entry in documents},
        lambda item_id: f"{folder}/{item_id}.yaml",
        lambda path: header("backlog-item", path),
    )
    began = last_imports(backlog.items) if tracker else _beginnings(repository, sheet.rows, backlog, base)
    finish_import(place, outcome(sheet, backlog, began, take), dry_run=dry_run, format_=format_)


def _sheet(file: Path, type_: str, tracker: str | None, project: str, source: str, place: Path) -> Sheet:
    content = given_bytes(file)
    if tracker is None:
        return _READERS[type_](str(file), content)
    if type_ not in ("csv", "json"):
        raise UsageError(f"{tracker} exports issues as csv or json", "export again, or name the type: --type csv")
    return TRACKERS[tracker](type_, str(file), content, project).sheet(_people(place), source)


def _people(place: Path) -> People | None:
    """The people of the work tree; None where there are none that can be read."""
    snapshot = WorkTreeSnapshot(place)
    path = read_settings(snapshot).locations.people
    if not snapshot.paths([path]):
        return None
    document, _ = read(kind("people"), path, snapshot.read(path))
    return document.content if document else None


def finish_import(place: Path, result: Outcome, *, dry_run: bool, format_: str) -> None:
    """Writes what is to be written, tells about it, and ends with the exit code."""
    clear = not result.conflicts and not result.troubles
    if clear and not dry_run:
        for path, content in result.files.items():
            write_whole(place / path, content)
    if format_ == "json":
        say(json_text(_as_output(result, written=clear and not dry_run)) + "\n")
    else:
        say("".join(f"{safe(line)}\n" for line in _told(result, dry_run=dry_run)))
    if not clear:
        raise click.exceptions.Exit(3 if result.troubles else 1)


def given_bytes(file: Path) -> bytes:
    """The content of a file that somebody named. Raises UsageError for what is none, BlockedError for one too large."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise UsageError(f"{file} is not a regular file", "name a file")
            if found.st_size > _MAX_BYTES:
                raise BlockedError(f"{file} has {found.st_size:,} bytes; at most {_MAX_BYTES:,} are read", "split it")
            return stream.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise UsageError(f"there is no file {file}", "check the path") from error
    except IsADirectoryError as error:
        raise UsageError(f"{file} is a folder", "name a file") from error
    except OSError as error:
        raise EnvironmentProblem(f"cannot read {file}: {error.strerror}", "mend the permissions") from error


def _type(file: Path) -> str:
    found = _SUFFIXES.get(file.suffix.casefold())
    if found is None:
        raise UsageError(f"{file}: its name does not say what it is", f"end it in one of: {', '.join(_SUFFIXES)}")
    return found


def _wanted(names: str | None) -> list[str]:
    wanted = [name.strip() for name in (names or "").split(",") if name.strip()]
    unknown = [name for name in wanted if column(name) is None]
    if unknown:
        raise UsageError(f"there is no column {', '.join(unknown)}", "see: ray18 backlog export --columns help")
    return wanted


def _snapshot(repository: Repository, rev: str | None) -> Snapshot:
    if rev is not None:
        return CommitSnapshot(repository, repository.resolve(rev))
    if repository.work_tree is None:
        return CommitSnapshot(repository, repository.resolve("HEAD"))
    return WorkTreeSnapshot(repository.work_tree)


def _items(snapshot: Snapshot) -> list[Document[BacklogItem]]:
    """Every item, by path. Raises BlockedError with everything that cannot be read."""
    folder = read_settings(snapshot).locations.backlog
    entries = [entry for entry in snapshot.paths([folder]) if entry.path.endswith(".yaml")]
    documents: list[Document[BacklogItem]] = []
    wrong = []
    for entry, content in snapshot.read_all(entries):
        document, problems = read(kind("backlog-item"), entry.path, content)
        documents += [document] if document else []
        wrong += [f"{problem.place}: {problem.message}" for problem in problems]
    if wrong:
        raise BlockedError("\n".join(wrong[:20]), "mend the records first: ray18 check")
    return documents


def _with_ids(repository: Repository, documents: Iterable[Document[BacklogItem]]) -> list[tuple[str, BacklogItem]]:
    return [(object_id("blob", entry.source, repository.object_format), entry.content) for entry in documents]


def _exported(type_: str, entries: list[tuple[str, BacklogItem]], wanted: list[str]) -> bytes:
    if type_ == "json":
        return json_sheet.written(entries)
    rows = [{**cells(item), BASE: base} for base, item in entries]
    return _WRITERS[type_](table(rows, [*CORE[:1], *wanted] if wanted else []))


def _kept(repository: Repository, documents: Iterable[Document[BacklogItem]]) -> bool:
    """Has Git keep the files that it does not have yet, so that a later import knows what rows began with."""
    paths = {object_id("blob", entry.source, repository.object_format): entry.path for entry in documents}
    missing = sorted(_missing(repository, paths))
    if not missing or repository.work_tree is None:
        return not missing
    names = "".join(f"{repository.work_tree / paths[oid]}\n" for oid in missing)
    written = repository.attempt("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=os.fsencode(names))
    return written[:2] == (0, "".join(f"{oid}\n" for oid in missing).encode())


def _missing(repository: Repository, oids: Iterable[str]) -> set[str]:
    """The objects that are not here."""
    wanted = "".join(f"{oid}\n" for oid in sorted(oids))
    output = repository.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=wanted.encode())
    return {line.split()[0] for line in output.decode().splitlines() if not line.endswith(" blob")}


def _beginnings(
    repository: Repository, rows: Iterable[Row], backlog: Backlog, base: str | None
) -> Callable[[Row], Beginning | Trouble]:
    """What tells what each row began with: the file that its `base` names, or that a commit has."""
    now = {object_id("blob", entry.source, repository.object_format): entry for entry in backlog.items.values()}
    named = {row.base for row in rows if _is_id(row.base)} - set(now)
    then = {oid: content for oid, _, content in repository.objects(sorted(named - _missing(repository, named)))}
    at_base = {entry.content.id: entry for entry in _items(_snapshot(repository, base))} if base else {}

    def began(row: Row) -> Beginning | Trouble:
        if not row.base and row.item in at_base:
            return Known(cells(at_base[row.item].content))
        if not row.base:
            return Forgotten()
        place = row.places.get(BASE, row.place)
        if not _is_id(row.base):
            return Trouble(place, "this is no id of Git's", "put back what the export had there")
        if row.base not in now and row.base not in then:
            return Forgotten()
        document = now.get(row.base) or read(kind("backlog-item"), place, then[row.base])[0]
        if document is None or document.content.id != row.item:
            other = document.content.id if document else "no item"
            remedy = "an item keeps its id: put the id back; to add an item, leave both cells blank"
            return Trouble(row.places.get("id", row.place), f"the row was {other} when it was exported", remedy)
        return Known(cells(document.content))

    return began


def _is_id(text: str) -> bool:
    return len(text) in (40, 64) and all(sign in "0123456789abcdef" for sign in text)


def _as_output(result: Outcome, *, written: bool) -> BacklogImportOutput:
    return BacklogImportOutput(
        version=1,
        written=written,
        rows=result.rows,
        changed=[ChangedCell(**_named(change)) for change in result.changes],
        added=[AddedItem(place=new.place, item=new.item, title=new.title) for new in result.added],
        conflicts=[ConflictingCell(**_named(conflict)) for conflict in result.conflicts],
        problems=[SheetRemark(place=t.place, message=t.message, remedy=t.remedy) for t in result.troubles],
        notes=[SheetRemark(place=t.place, message=t.message, remedy=t.remedy) for t in result.notes],
    )


def _named(cell: Change | Conflict) -> dict[str, Any]:
    return {("field" if name == "column" else name): getattr(cell, name) for name in cell.__slots__}


def _told(result: Outcome, *, dry_run: bool) -> Iterable[str]:
    for change in result.changes:
        if change.column == REMEMBERED:
            continue
        yield f"{change.item}: {change.column}: {_quoted(change.before)} -> {_quoted(change.after)}"
    for new in result.added:
        yield f"{new.item}: new: {new.title}"
    for note in result.notes:
        yield f"{note.place}: note: {note.message} ({note.remedy})"
    for trouble in result.troubles:
        yield f"{trouble.place}: error: {trouble.message}"
        yield f"    -> {trouble.remedy}"
    for conflict in result.conflicts:
        yield f"{conflict.place}: conflict: {conflict.item}: {conflict.column}"
        base = "nobody knows" if conflict.base is None else _quoted(conflict.base)
        yield f"    began as {base}; the sheet says {_quoted(conflict.sheet)}, the program {_quoted(conflict.program)}"
    yield _sum(result, done=not (result.conflicts or result.troubles or dry_run))
    yield from _ending(result, dry_run=dry_run)


def _sum(result: Outcome, *, done: bool) -> str:
    changes = [change for change in result.changes if change.column != REMEMBERED]
    items = len({change.item for change in changes})
    parts = [
        f"{_many(len(changes), 'cell')} of {_many(items, 'item')} {'changed' if done else 'to change'}",
        f"{_many(len(result.added), 'item')} new",
        f"{_many(len(result.conflicts), 'conflict')}",
        f"{_many(len(result.troubles), 'error')}",
    ]
    return f"{_many(result.rows, 'row')}: {', '.join(parts)}; {result.same:,} as they were"


def _ending(result: Outcome, *, dry_run: bool) -> Iterable[str]:
    if result.troubles:
        yield "Nothing was written. Mend the cells named above, then import again."
    elif result.conflicts:
        yield "Nothing was written. For each conflict write into the cell what shall stand and say --take sheet, or leave all"
        yield "of them as the program has them: --take program."
    elif not result.files:
        yield "Nothing to change."
    elif dry_run:
        yield "Nothing was written: --dry-run."
    else:
        yield "Next: ray18 check, look at git diff, commit."


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return "nothing" if not line else repr(line if len(line) <= 60 else line[:59] + "…")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"

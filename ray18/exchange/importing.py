"""What a sheet that came back does to the backlog: all of it worked out before anything is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.exchange.changes import applied, edits, new_item
from ray18.exchange.columns import cells
from ray18.exchange.merge import Beginning, Change, Conflict, Forgotten, Side, merged
from ray18.exchange.sheet import Row, Sheet, Trouble
from ray18.handover.identity import short_hash
from ray18.yaml import edit, load, render

PREFIX = "MB"
"""What ids of new rows begin with."""


@dataclass(frozen=True)
class Backlog:
    """The items there are, by id, and how a new one's file is called and begins."""

    items: Mapping[str, Document[BacklogItem]]
    path: Callable[[str], str]
    header: Callable[[str], str]

    def twin(self, item_id: str) -> str:
        """The item whose id differs only in case; empty when there is none."""
        return self._folded.get(item_id.casefold(), "")

    @cached_property
    def _folded(self) -> Mapping[str, str]:
        return {name.casefold(): name for name in self.items}


@dataclass(frozen=True, slots=True)
class Added:
    """A row that becomes a new item."""

    place: str
    item: str
    title: str


@dataclass
class Outcome:
    """What would be written, by path, and everything to tell about it."""

    files: dict[str, bytes] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    notes: list[Trouble] = field(default_factory=list)
    rows: int = 0
    same: int = 0
    """Rows that say what the program says, or what they began with."""


def outcome(
    sheet: Sheet, backlog: Backlog, began: Callable[[Row], Beginning | Trouble], take: Side | None = None
) -> Outcome:
    """What the sheet does. `began` tells what a row of an item that is there began with."""
    result = Outcome(troubles=[*sheet.troubles], notes=[*sheet.notes], rows=len(sheet.rows))
    for row in sheet.rows:
        _take_in(row, backlog, began, take, result)
    return result


def _take_in(
    row: Row,
    backlog: Backlog,
    began: Callable[[Row], Beginning | Trouble],
    take: Side | None,
    result: Outcome,
) -> None:
    item_id = row.item or _new_id(row)
    document = backlog.items.get(item_id)
    twin = backlog.twin(item_id) if document is None else ""
    if not item_id:
        result.troubles.append(Trouble(row.place, "the row has neither an id nor a title", "give it a title"))
    elif twin:
        place = row.places.get("id", row.place)
        result.troubles.append(Trouble(place, f"{item_id} differs from {twin} only in case", "write the id as it is"))
    elif document is not None:
        start = began(row) if row.item else Forgotten()
        if isinstance(start, Trouble):
            result.troubles.append(start)
        else:
            _change(row, item_id, document, list(merged(row, cells(document.content), start, take)), result)
    elif row.base:
        message = f"{item_id} is not in the program any more"
        result.troubles.append(Trouble(row.place, message, "remove the row; or blank its base, to add it again"))
    else:
        _add(row, item_id, backlog, result)


def _new_id(row: Row) -> str:
    """An id that rests on the title: the same row gives the same id each time."""
    title = row.cells.get("title", "").strip()
    return f"{PREFIX}-{short_hash(title)}" if title else ""


def _change(
    row: Row, item_id: str, document: Document[BacklogItem], found: list[Change | Conflict], result: Outcome
) -> None:
    changes = [entry for entry in found if isinstance(entry, Change)]
    conflicts = [entry for entry in found if isinstance(entry, Conflict)]
    result.conflicts += conflicts
    result.same += not found
    if not changes:
        return
    said = load(document.source).value
    after, wrong = applied(said if isinstance(said, dict) else {}, {entry.column: entry.after for entry in changes})
    result.troubles += _told(row, item_id, wrong)
    if not wrong:
        result.changes += changes
        result.files[document.path] = edit(document.source, edits(said, after))  # type: ignore[arg-type]


def _add(row: Row, item_id: str, backlog: Backlog, result: Outcome) -> None:
    said, wrong = new_item(item_id, row.cells)
    result.troubles += _told(row, item_id, wrong)
    if not wrong:
        path = backlog.path(item_id)
        result.added.append(Added(row.place, item_id, said["title"]))
        result.files[path] = render(said, backlog.header(path))


def _told(row: Row, item_id: str, wrong: list[tuple[str, str, str]]) -> list[Trouble]:
    return [
        Trouble(row.places.get(name, row.place), f"{item_id}: {message}", remedy) for name, message, remedy in wrong
    ]

"""`knowledge-transfer-feedback.json`: what the old team knew and the new one does not yet."""

from collections.abc import Mapping

from ray18.handover.draft import Claim, Stream, drafted, note_missing
from ray18.handover.identity import IdBook
from ray18.handover.json_text import lists, passed_over, read_json, rows
from ray18.handover.model import Contents, Reading, Remark, Unusable
from ray18.handover.table import ITEM_COLUMNS, Row

STREAM = Stream("KG", "knowledge-gap")
LISTS = ("gaps", "knowledge_gaps", "open_gaps", "follow_ups", "followups", "open_items")
_SESSIONS = ("sessions", "attendees")


def read(path: str, files: Mapping[str, bytes]) -> Reading:
    """Every gap and follow-up as a backlog item; sessions are history and become none. Raises Unusable."""
    source, notes = read_json(path, files[path])
    found = list(lists(source, LISTS))
    if not found:
        message = "there is no list of knowledge gaps"
        raise Unusable(Remark(path, 1, message, "add `gaps: []` when there are none", True))
    passed_over(source, (*LISTS, *_SESSIONS), notes)
    entries = [entry for way, values in found for entry in rows(source, way, values, ITEM_COLUMNS, notes)]
    drafts = drafted(STREAM, (_claim(entry) for entry in entries), notes, IdBook())
    note_missing(drafts, notes)
    items = tuple(draft.item for draft in drafts)
    total = sum(len(values) for _, values in found)
    return Reading(total, len(items), tuple(notes.remarks), Contents(items=items))


def _claim(row: Row) -> Claim:
    natural = row.get("id")
    return Claim(row, f"id {natural}" if natural else f"line {row.line}", row.get("title"))

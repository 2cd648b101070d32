"""`knowledge-transfer-feedback.json`: what the old team knew and the new one does not yet.

Every gap and follow-up becomes an item; sessions are history and become none.
"""

from ray18.handover.delivery import Delivery
from ray18.handover.draft import Stream
from ray18.handover.item_list import ItemList, read_items
from ray18.handover.model import Reading
from ray18.handover.rows import Shape
from ray18.handover.table import ITEM_COLUMNS

_LISTS = ("gaps", "knowledge_gaps", "open_gaps", "follow_ups", "open_items", "open_questions", "items")
HISTORY = ("sessions", "attendees", "participants", "trainings")
_SHAPE = Shape(ITEM_COLUMNS, "title", _LISTS, "knowledge gaps", HISTORY)
KIND = ItemList(Stream("KG", "knowledge-gap"), _SHAPE, "tree")


def read(delivery: Delivery) -> Reading:
    """Every gap as a backlog item."""
    return read_items(delivery, KIND)

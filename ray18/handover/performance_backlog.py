"""`PERFORMANCE-IMPROVEMENT-BACKLOG.json`: a list of regressions and optimisations."""

from ray18.handover.delivery import Delivery
from ray18.handover.draft import Stream
from ray18.handover.item_list import ItemList, read_items
from ray18.handover.model import Reading
from ray18.handover.rows import Shape
from ray18.handover.table import ITEM_COLUMNS

_LISTS = ("items", "backlog", "regressions", "optimizations", "optimisations", "improvements", "entries", "issues")
KIND = ItemList(Stream("PERF", "performance"), Shape(ITEM_COLUMNS, "title", _LISTS, "items"), "tree")


def read(delivery: Delivery) -> Reading:
    """Every entry as a backlog item."""
    return read_items(delivery, KIND)

"""`TECH-DEBT-REGISTER.md`: one item for each debt."""

from ray18.handover.delivery import Delivery
from ray18.handover.draft import Stream
from ray18.handover.item_list import ItemList, read_items
from ray18.handover.model import Reading
from ray18.handover.rows import Shape
from ray18.handover.table import ITEM_COLUMNS

KIND = ItemList(
    Stream("TD", "technical-debt"),
    Shape(
        ITEM_COLUMNS, "title", ("items", "debts", "debt", "technical_debt", "tech_debt", "register", "entries"), "debt"
    ),
    "markdown",
)


def read(delivery: Delivery) -> Reading:
    """Every debt as a backlog item."""
    return read_items(delivery, KIND)

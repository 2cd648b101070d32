"""Every waiver ends, and is about something.

An exception without an end is a new rule that nobody approved. So a waiver expires, soon enough for how
severe the items are, and names items that exist; one for everything does not exist.

Remedy: record a waiver that ends sooner, for the items it is about: `ray18 waive … --item ID --until DATE`.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.settings import Settings
from ray18.documents.waiver import Waiver
from ray18.findings import Finding
from ray18.waivers import longest_life

COUNTED = "waivers without bounds"
ACTION = "record waivers anew"
_ITEM_ID = re.compile(r"[A-Z][A-Z0-9]{1,9}-[A-Za-z0-9-]+")


def check(
    waivers: tuple[Document[Waiver], ...], backlog: tuple[Document[BacklogItem], ...], settings: Settings
) -> Iterator[Finding]:
    severities = {item.content.id: item.content.severity for item in backlog}
    for waiver in waivers:
        content = waiver.content
        days = longest_life(settings.thresholds.waiver_max_days, (severities.get(name) for name in content.items))
        if content.expires <= content.created:
            yield waiver.finding(
                f"{content.id} expires on {content.expires}, not after it was created",
                "expires",
                remedy="mend the date",
            )
        elif content.expires > content.created + timedelta(days=days):
            yield waiver.finding(
                f"{content.id} stands until {content.expires}, longer than the {days} days its items allow",
                "expires",
                remedy=f"record it anew: ray18 waive … --until {content.created + timedelta(days=days)}",
            )
        for number, name in enumerate(content.items):
            if name == "*" or (_ITEM_ID.fullmatch(name) and name not in severities):
                yield waiver.finding(
                    f"{content.id} is for {name}, which is no item of the backlog",
                    *("items", number),
                    remedy="name the items that it is for",
                )

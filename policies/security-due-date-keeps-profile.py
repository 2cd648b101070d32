"""Security items are due by the day that the profiles give.

The profiles in `policies/due-dates.yaml` say within how many days what is exposed has to be mended; some of them are
obligations to others. A later day is a deviation that somebody must answer for, so it takes a waiver. Days are counted
from when the item was first known; what nobody knows about a vulnerability is taken at its worst.

Remedy: `ray18 backlog set ID due=YYYY-MM-DD`; complete `severity`, `created` and `security.ssvc`; or `ray18 waive backlog`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.planning.due_dates import binding, due, is_security

COUNTED = "security items due later than their profile allows"
ACTION = "bring due dates forward"


def check(item: Document[BacklogItem], settings: Settings) -> Iterator[Finding]:
    content = item.content
    if not content.is_open or not is_security(content):
        return
    rules = settings.prioritization
    allowed = due(content, binding(rules), rules.days)
    ruling = allowed.ruling
    if ruling is not None and ruling.days is not None and ruling.due is None:
        yield item.finding(
            f"nobody says since when {content.id} is known, so nobody can tell by when it is due ({ruling})",
            "created",
            remedy=f"ray18 backlog set {content.id} created=YYYY-MM-DD",
        )
        return
    day = allowed.by_profile
    if day is not None and (content.due is None or content.due > day):
        yield item.finding(
            f"{content.id} is due {content.due or 'on no day'}, but by {day} at the latest ({ruling})",
            "due",
            remedy=f"ray18 backlog set {content.id} due={allowed.day}",
            fix=item.setting(allowed.day, "due") if allowed.day else None,
        )

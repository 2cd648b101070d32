"""Release windows avoid freezes.

Nothing may go live in a freeze, whatever the windows say. A window that repeats simply stays shut on frozen days; one
that opens only once, in a freeze, never opens at all, and somebody counts on it.

Remedy: move the window or the freeze.
"""

from collections.abc import Iterator
from datetime import timedelta

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

LEVEL = "warning"
COUNTED = "release windows that fall into freezes"
ACTION = "move release windows out of freezes"


def check(plan: Document[Plan]) -> Iterator[Finding]:
    for number, window in enumerate(plan.content.release_windows):
        overnight = timedelta(days=window.ends_at < window.starts_at)
        for place, freeze in enumerate(plan.content.freezes):
            if window.rrule is None and freeze.starts - overnight <= window.first <= freeze.ends:
                yield plan.finding(
                    f"{window.id} opens only on {window.first}, in the freeze {freeze.id}",
                    *("release_windows", number, "first"),
                    item=window.id,
                    remedy="move the window or the freeze",
                    related=[plan.related("the freeze", "freezes", place)],
                )

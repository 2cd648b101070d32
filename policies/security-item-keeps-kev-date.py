"""What is known to be exploited is mended by the catalog's date.

CISA's catalog of known exploited vulnerabilities gives a day by which each has to be mended. It caps the
item's own due date: attackers do not wait for a release window.

Remedy: `ray18 backlog set ID due=YYYY-MM-DD`, at the latest the catalog's `dueDate`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "exploited vulnerabilities due too late"
ACTION = "bring due dates forward"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    kev = content.security.kev if content.security else None
    if not content.is_open or kev is None or kev.due_date is None:
        return
    if content.due is None or content.due > kev.due_date:
        yield item.finding(
            f"{content.id} is due {content.due or 'on no day'}, but the KEV catalog says {kev.due_date}",
            "due",
            remedy=f"ray18 backlog set {content.id} due={kev.due_date}",
            related=[item.related("the catalog's day", "security", "kev", "due_date")],
            fix=item.setting(kev.due_date, "due"),
        )

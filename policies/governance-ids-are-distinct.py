"""Nothing in the governance stands twice.

Two dashboards, alerts or templates of one name make checklists lie: one is complete, the other is forgotten.

Remedy: rename one of the two, or remove it.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.findings import Finding

COUNTED = "entries of the governance that stand twice"
ACTION = "keep one entry of each name"


def check(governance: Document[Governance]) -> Iterator[Finding]:
    for section, name in (
        ("kpi_reviews", "metric"),
        ("dashboards", "id"),
        ("alerts", "id"),
        ("report_templates", "id"),
        ("systems", "name"),
    ):
        seen: dict[str, int] = {}
        for number, entry in enumerate(getattr(governance.content, section)):
            value = getattr(entry, name)
            first = seen.setdefault(value, number)
            if first != number:
                yield governance.finding(
                    f"{value} stands twice under {section}",
                    *(section, number, name),
                    item=value,
                    remedy="rename one of the two, or remove it",
                    related=[governance.related("it stands here first", section, first, name)],
                )

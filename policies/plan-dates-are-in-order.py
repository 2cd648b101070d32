"""The dates of the plan follow one another.

A period, a freeze or a window that ends before it begins covers no day at all, and what lies outside the
period was not planned.

Remedy: mend the date in plan.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "dates of the plan out of order"
ACTION = "mend the dates of the plan"


def check(plan: Document[Plan]) -> Iterator[Finding]:
    content = plan.content
    start, end = content.period.start, content.period.end
    if end < start:
        yield plan.finding(
            f"the period ends on {end}, before it begins", "period", "end", item="period", remedy="mend it"
        )
        return
    if content.revisit_date < start:
        yield plan.finding(
            f"the plan is revisited on {content.revisit_date}, before its period begins",
            "revisit_date",
            item="revisit_date",
            remedy="choose a day within the period",
        )
    for number, freeze in enumerate(content.freezes):
        if freeze.ends < freeze.starts:
            yield plan.finding(
                f"the freeze {freeze.id} ends on {freeze.ends}, before it begins",
                *("freezes", number, "ends"),
                item=freeze.id,
                remedy="mend the date",
            )
    for number, window in enumerate(content.release_windows):
        if not start <= window.first <= end:
            yield plan.finding(
                f"the first window {window.id} is on {window.first}, outside the period",
                *("release_windows", number, "first"),
                item=window.id,
                remedy=f"choose a day from {start} to {end}",
            )

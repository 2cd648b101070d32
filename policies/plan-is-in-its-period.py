"""The plan is in force today.

Governance becomes active with the plan. Before its first day and after its last one there is no plan to
govern.

Remedy: wait for the first day, or draw up the plan for the next period: `ray18 plan draft`.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "plans out of their period"
ACTION = "bring the plan's period up to date"


def check(plan: Document[Plan], today: date) -> Iterator[Finding]:
    period = plan.content.period
    if today < period.start:
        yield plan.finding(
            f"the plan begins on {period.start}",
            *("period", "start"),
            item="period",
            remedy="wait, or begin earlier",
        )
    elif today > period.end:
        yield plan.finding(
            f"the plan ended on {period.end}",
            *("period", "end"),
            item="period",
            remedy="draw up the next one",
        )

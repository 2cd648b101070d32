"""The plan is looked at again before it runs out.

A plan grows old: the day on which it is revisited lies ahead, and within its period. Once that day has
passed, what was approved is no longer known to hold.

Remedy: review the plan, set a new `revisit_date`, raise `revision`, and have it approved again.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "plans not revisited in time"
ACTION = "revisit the plan"


def check(plan: Document[Plan], today: date) -> Iterator[Finding]:
    revisit, end = plan.content.revisit_date, plan.content.period.end
    if revisit < today:
        yield plan.finding(
            f"the plan was to be revisited by {revisit}",
            "revisit_date",
            item="revisit_date",
            remedy="review it, set a new revisit_date, and have it approved again",
        )
    elif revisit > end:
        yield plan.finding(
            f"the plan is revisited on {revisit}, after its period ends on {end}",
            "revisit_date",
            item="revisit_date",
            remedy=f"choose a day up to {end}",
        )

"""The plan says whom to call for every serious incident, and who comes next.

Critical and High incidents each have a row in the escalation matrix, and the steps of each row follow one
another in time.

Remedy: add a row under `escalation` in plan.yaml with rising `after_minutes`.
"""

from collections.abc import Iterator
from itertools import pairwise

from ray18.documents.base import SERIOUS
from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "gaps in the escalation matrix"
ACTION = "complete the escalation matrix"


def check(plan: Document[Plan]) -> Iterator[Finding]:
    rows = plan.content.escalation
    for severity in SERIOUS:
        if severity not in {row.severity for row in rows}:
            yield plan.finding(
                f"nobody is called for {severity} incidents",
                "escalation",
                item=severity,
                remedy="add a row for it",
            )
    for number, row in enumerate(rows):
        for place, (before, after) in enumerate(pairwise(row.levels), 1):
            if after.after_minutes <= before.after_minutes:
                yield plan.finding(
                    f"{row.severity}: {after.contact} is called after {after.after_minutes} minutes, "
                    f"not after {before.contact} ({before.after_minutes})",
                    *("escalation", number, "levels", place, "after_minutes"),
                    item=row.severity,
                    remedy="let the minutes rise from step to step",
                )

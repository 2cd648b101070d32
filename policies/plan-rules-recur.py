"""Everything that repeats happens at least once in the plan's period.

A recurrence rule that makes no sense, or that never falls into the period, promises work that nobody will
ever be reminded of. Rules are those of RFC 5545, by day, week, month or year.

Remedy: mend the rule: `FREQ=WEEKLY;BYDAY=MO`, `FREQ=MONTHLY;BYDAY=2TU`, `FREQ=MONTHLY;BYMONTHDAY=-1`.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.documents.recurrence import occurrences
from ray18.findings import Finding

COUNTED = "rules that never recur"
ACTION = "mend recurrence rules"


def check(plan: Document[Plan]) -> Iterator[Finding]:
    start, end = plan.content.period.start, plan.content.period.end
    rules = [
        ("cadence", n, activity.activity, activity.rrule, start) for n, activity in enumerate(plan.content.cadence)
    ] + [
        ("release_windows", n, window.id, window.rrule, window.first)
        for n, window in enumerate(plan.content.release_windows)
        if window.rrule is not None
    ]
    for section, number, name, rule, first in rules:
        try:
            recurs = any(day >= start for day in occurrences(rule, first, end))
            problem = f"{rule} never falls into the period"
        except ValueError as error:
            recurs, problem = False, str(error)
        if not recurs:
            yield plan.finding(
                f"{name}: {problem}",
                *(section, number, "rrule"),
                item=name,
                remedy="mend the rule (RFC 5545)",
            )

"""Every KPI has its next review in the calendar.

A number that nobody looks at steers nothing. So each KPI of the plan has a review whose series stands in the
calendars (`status: Complete`), and whose next day lies ahead, at most `thresholds.kpi_review_max_gap_days`
away.

Remedy: schedule it, then write `next_review` and `status: Complete` into its entry under `kpi_reviews` in
governance.yaml.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.document import Document
from ray18.documents.governance import Governance, KpiReview
from ray18.documents.plan import Plan
from ray18.documents.settings import Settings
from ray18.findings import Finding

COUNTED = "KPIs without a scheduled review"
ACTION = "schedule KPI reviews"


def check(plan: Document[Plan], governance: Document[Governance], settings: Settings, today: date) -> Iterator[Finding]:
    reviews = {review.metric: (number, review) for number, review in enumerate(governance.content.kpi_reviews)}
    for number, kpi in enumerate(plan.content.kpis):
        found = reviews.get(kpi.id) or reviews.get(kpi.name)
        if found is None:
            yield plan.finding(
                f"{kpi.name} has no review",
                *("kpis", number),
                item=kpi.id,
                remedy=f"add a review of {kpi.id} to kpi_reviews in {governance.path}",
            )
            continue
        place, review = found
        problem, field = _problem(review, settings.thresholds.kpi_review_max_gap_days, today)
        if problem:
            yield governance.finding(
                f"the review of {kpi.name} {problem}",
                *("kpi_reviews", place, field),
                item=kpi.id,
                remedy="schedule it, then set next_review and status: Complete",
            )


def _problem(review: KpiReview, longest: int, today: date) -> tuple[str, str]:
    if review.status != "Complete":
        return f"is {review.status}", "status"
    if review.next_review is None:
        return "has no next day", "next_review"
    ahead = (review.next_review - today).days
    if ahead < 0:
        return f"was to be on {review.next_review}, and no next day is set", "next_review"
    return (f"is {ahead:,} days away; at most {longest} are allowed", "next_review") if ahead > longest else ("", "")

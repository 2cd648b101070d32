"""The observability baseline is there and recent.

What is normal for a service can only be said from measurements of how it runs today. Planning pauses while
the baseline is missing, says no date, or is older than `thresholds.baseline_max_age_days`.

Remedy: review dashboards and alert thresholds, and write the day of the review into
OBSERVABILITY-BASELINE.md.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.handover.model import Handover

COUNTED = "outdated baselines"
ACTION = "review the observability baseline"
NAME = "OBSERVABILITY-BASELINE.md"


def check(handover: Handover, settings: Settings, today: date) -> Iterator[Finding]:
    problem = _problem(handover, settings.thresholds.baseline_max_age_days, today)
    if problem:
        path = f"{settings.locations.handover}/{NAME}"
        yield Finding("", "error", problem, path, item=NAME, remedy="review it, and write down the day")


def _problem(handover: Handover, longest: int, today: date) -> str:
    if handover.baseline is None:
        return "there is no observability baseline"
    reviewed = handover.baseline.last_reviewed
    if reviewed is None:
        return "the observability baseline does not say when it was last reviewed"
    if reviewed > today:
        return f"the observability baseline says that it was reviewed on {reviewed}, which is yet to come"
    age = (today - reviewed).days
    return f"the observability baseline is {age:,} days old; at most {longest} are allowed" if age > longest else ""

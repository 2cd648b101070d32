"""Due dates that people moved are no later than the profile's.

Outside security the days by severity are the team's own habit, not an obligation: people may know better, and then the
plan should show that they decided so. A warning does that; an error would only teach everybody to ask for waivers.

Remedy: `ray18 backlog set ID due=YYYY-MM-DD`, or leave it: `ray18 backlog prioritize` shows both days.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.planning.due_dates import binding, due, is_security

LEVEL = "warning"
COUNTED = "items due later than their profile says"
ACTION = "look at due dates that were moved"


def check(item: Document[BacklogItem], settings: Settings) -> Iterator[Finding]:
    content = item.content
    if not content.is_open or content.due is None or is_security(content):
        return
    rules = settings.prioritization
    allowed = due(content, binding(rules), rules.days)
    if allowed.by_profile is not None and content.due > allowed.by_profile:
        later = (content.due - allowed.by_profile).days
        yield item.finding(
            f"{content.id} is due {content.due}, {later} day{'s' * (later != 1)} later than {allowed.by_profile}"
            f" ({allowed.ruling})",
            "due",
            remedy=f"ray18 backlog set {content.id} due={allowed.by_profile}, or leave it as decided",
            fix=item.setting(allowed.by_profile, "due"),
        )

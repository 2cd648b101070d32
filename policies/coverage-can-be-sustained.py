"""Enough people take turns for support around the clock.

With a primary and a secondary on call all the time, and nobody on call more than a quarter of it, one site
needs at least 8 people, and two sites 6 each (Site Reliability Engineering, chapter 11). With fewer, people
leave or stop answering. For three sites and more the book gives no number.

Remedy: add people or a second site, share the rotation with another team, or promise shorter support hours.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

LEVEL = "warning"
COUNTED = "sites with too few people for their hours"
ACTION = "staff the rotation"


def check(plan: Document[Plan]) -> Iterator[Finding]:
    coverage = plan.content.coverage
    members = len(coverage.rotation.members) if coverage.rotation else 0
    sites = [(site.name, site.people) for site in coverage.sites] or [("the rotation", members)]
    if not any(hours.always for hours in coverage.support_hours) or len(sites) > 2:
        return
    needed = 8 if len(sites) == 1 else 6
    for number, (name, people) in enumerate(sites):
        if people < needed:
            yield plan.finding(
                f"{name} has {people} people for support at all hours, {needed - people} fewer than {needed}",
                *(("coverage", "sites", number) if coverage.sites else ("coverage", "rotation")),
                item=name,
                remedy="add people or a site, or promise shorter hours",
            )

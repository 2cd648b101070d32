"""What the schedule names exists.

Hours of somebody who is not there, an item that was renamed, a window that does not open on that day: the planner would
plan without them, and nobody would notice.

Remedy: mend the name or the day, or take the line out.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.documents.plan import Plan
from ray18.documents.schedule import Schedule
from ray18.findings import Finding
from ray18.planning.scheduling.references import strangers

COUNTED = "names in the schedule that do not exist"
ACTION = "mend what the schedule names"


def check(
    schedules: tuple[Document[Schedule], ...],
    plan: Document[Plan],
    people: Document[People],
    backlog: tuple[Document[BacklogItem], ...],
) -> Iterator[Finding]:
    items = {item.content.id for item in backlog}
    for schedule in schedules:
        for way, name, message in strangers(schedule.content, plan.content, people.content, items):
            yield schedule.finding(message, *way, item=name, remedy="mend it, or take the line out")

"""No services need one another in a circle.

Services that cannot run without one another fail together and cannot be restarted in any order. It is a fact
worth knowing, not always one that can be changed at once.

Remedy: remove the dependency that is not needed to start, or write the restart order into the runbook.
"""

from collections.abc import Iterator

from ray18.documents.base import cycles
from ray18.documents.document import Document
from ray18.documents.services import Services
from ray18.findings import Finding

LEVEL = "warning"
COUNTED = "circles of services that need one another"
ACTION = "break circles of services"


def check(services: Document[Services]) -> Iterator[Finding]:
    entries = services.content.services
    numbers = {service.id: number for number, service in enumerate(entries)}
    for circle in cycles({service.id: service.depends_on for service in entries}):
        number = numbers[circle[0]]
        yield services.finding(
            f"{circle[0]} needs itself: {' -> '.join(circle)}",
            *("services", number, "depends_on", entries[number].depends_on.index(circle[1])),
            item=circle[0],
            remedy="remove the dependency that is not needed to start",
        )

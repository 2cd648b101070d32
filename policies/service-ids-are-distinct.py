"""No two services share an id.

Items, alerts and promises name services by id; an id that stands twice makes all of them ambiguous.

Remedy: give one of the services another id in services.yaml, or merge the two entries.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.services import Services
from ray18.findings import Finding

LEVEL = "blocker"
COUNTED = "services that share an id"
ACTION = "give each service its own id"


def check(services: Document[Services]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for number, service in enumerate(services.content.services):
        first = seen.setdefault(service.id, number)
        if first != number:
            yield services.finding(
                f"{service.id} stands twice",
                *("services", number, "id"),
                item=service.id,
                remedy="give one of the two another id, or merge them",
                related=[services.related("it stands here first", "services", first, "id")],
            )

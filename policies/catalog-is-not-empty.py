"""The catalog lists at least one live service.

The rules for critical services hold for every service listed. A catalog without services would satisfy all of
them and say nothing, so it never passes.

Remedy: list the services in services.yaml; `ray18 intake` drafts them from the hand-over.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "empty catalogs"
ACTION = "list the services"


def check(services: Document[Services]) -> Iterator[Finding]:
    if not any(service.live for service in services.content.services):
        yield services.finding("the catalog has no live service", "services", item="services", remedy="ray18 intake")

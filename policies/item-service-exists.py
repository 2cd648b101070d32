"""The service of every item is in the catalog.

An item of an unknown service is in nobody's forecast, window or report.

Remedy: mend the id, or add the service to services.yaml.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "items of unknown services"
ACTION = "name services of the catalog"


def check(item: Document[BacklogItem], services: Document[Services]) -> Iterator[Finding]:
    service = item.content.service
    if service is not None and service not in services.content.ids():
        yield item.finding(
            f"{item.content.id} is for {service}, which the catalog does not have",
            "service",
            remedy=f"mend the id, or add {service} to services.yaml",
            fix=item.guess(service, services.content.ids(), "service"),
        )

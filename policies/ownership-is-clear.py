"""Every service that was handed over is in the catalog, with an owner.

Intake stops while it is unclear who answers for a service. The hand-over record says who did; the catalog
says who does: a name in services.yaml settles what the record leaves open.

Remedy: add the service to services.yaml, and name its owner there; what nobody runs any more is `lifecycle:
retired`.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.services import Services
from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.handover.model import Handover

COUNTED = "services of unclear ownership"
ACTION = "name owners of services"


def check(handover: Handover, services: Document[Services], settings: Settings) -> Iterator[Finding]:
    for number, service in enumerate(services.content.services):
        if service.live and service.owner is None:
            yield services.finding(
                f"{service.id} has no owner",
                *("services", number),
                item=service.id,
                remedy="name its owner: `owner: TEAM`",
            )
    folder, known = settings.locations.handover, services.content.ids()
    for name, path, line in _handed_over(handover):
        if name not in known:
            yield Finding(
                "",
                "error",
                f"{name} was handed over, and the catalog does not have it",
                f"{folder}/{path}",
                line,
                item=name,
                remedy=f"add it to {services.path} with its owner, or as retired",
            )


def _handed_over(handover: Handover) -> Iterator[tuple[str, str, int]]:
    """Every service once, with path and line of where it is named."""
    named = {service.id: ("SERVICE-CATALOG.xlsx", 0) for service in handover.services}
    named |= {row.service: (row.path, row.line) for row in handover.ownership}
    yield from ((name, path, line) for name, (path, line) in named.items())

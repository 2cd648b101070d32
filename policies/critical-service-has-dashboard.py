"""Every critical service has a dashboard that people can reach.

A critical service that nobody can see is flown blind. A service without a tier counts as critical until
somebody rates it.

Remedy: set the dashboard up, and list it under `dashboards` in governance.yaml with `status: Complete`.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "critical services without a dashboard"
ACTION = "configure dashboards"


def check(services: Document[Services], governance: Document[Governance]) -> Iterator[Finding]:
    seen = {entry.service for entry in governance.content.dashboards if entry.status == "Complete"}
    for service in services.content.services:
        if service.critical and service.id not in seen:
            yield governance.finding(
                f"{service.id} has no dashboard that is complete",
                "dashboards",
                item=service.id,
                remedy=f"list one with `service: {service.id}` and `status: Complete`",
            )

"""Every critical service has a service level objective.

Without an objective nobody can say whether the service does well, nor promise anything about it. A service
without a tier counts as critical until somebody rates it.

Remedy: add an entry under `slos` in services.yaml: `name: availability`, `target_percent: 99.9`.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "critical services missing objectives"
ACTION = "set service level objectives"


def check(services: Document[Services]) -> Iterator[Finding]:
    for number, service in enumerate(services.content.services):
        if service.critical and not service.slos:
            yield services.finding(
                f"{service.id} has no service level objective",
                *("services", number, "slos"),
                item=service.id,
                remedy="add one under `slos`: name and target_percent",
            )

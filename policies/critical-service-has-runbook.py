"""Every critical service has a runbook.

Support tooling refers to runbooks, and whoever is called at night knows nothing else. A service without a
tier counts as critical until somebody rates it.

Remedy: write down how to restart, roll back and escalate, and link it: `runbook: https://…` in services.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "critical services missing runbooks"
ACTION = "link runbooks"


def check(services: Document[Services]) -> Iterator[Finding]:
    for number, service in enumerate(services.content.services):
        if service.critical and service.runbook is None:
            yield services.finding(
                f"{service.id} has no runbook",
                *("services", number, "runbook"),
                item=service.id,
                remedy="link it: `runbook: https://…`",
            )

"""Every service level objective has an alert that protects it.

An objective that is broken quietly is no objective. Its alert says which one it protects, so that both change
together.

Remedy: add an alert to governance.yaml with `service` and `objective`, or name the objective in the alert
that is there.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "objectives without an alert"
ACTION = "add alerts for objectives"


def check(services: Document[Services], governance: Document[Governance]) -> Iterator[Finding]:
    protected = {(alert.service, alert.objective) for alert in governance.content.alerts}
    for number, service in enumerate(services.content.services):
        for place, objective in enumerate(service.slos if service.live else ()):
            if (service.id, objective.name) not in protected:
                yield services.finding(
                    f"no alert protects {objective.name} of {service.id}",
                    *("services", number, "slos", place),
                    item=service.id,
                    remedy=f"add an alert to {governance.path} with `objective: {objective.name}`",
                )

"""Every critical service wakes somebody when it breaks.

Users should not be the ones who find out. So each critical service has an alert of severity Critical or High
that is complete: it has a condition, a receiver and a runbook, and was seen to fire.

Remedy: load and route the alert, see it fire, and list it under `alerts` in governance.yaml with `status:
Complete`.
"""

from collections.abc import Iterator

from ray18.documents.base import SERIOUS
from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "critical services without an active alert"
ACTION = "activate alerts"


def check(services: Document[Services], governance: Document[Governance]) -> Iterator[Finding]:
    watched = {alert.service for alert in governance.content.alerts if alert.severity in SERIOUS and not alert.lacks}
    for service in services.content.services:
        if service.critical and service.id not in watched:
            yield governance.finding(
                f"{service.id} has no active Critical or High alert",
                "alerts",
                item=service.id,
                remedy=f"list one with `service: {service.id}`, receiver, runbook and `status: Complete`",
            )

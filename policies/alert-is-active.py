"""Every alert listed can wake somebody.

An alert needs a condition under which it fires, a receiver who is called, a runbook that says what to do, and
somebody who saw it work. Without one of them it only looks like monitoring.

Remedy: complete the entry under `alerts` in governance.yaml, or remove the alert.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.findings import Finding

COUNTED = "alerts that are not active"
ACTION = "complete alerts"


def check(governance: Document[Governance]) -> Iterator[Finding]:
    for number, alert in enumerate(governance.content.alerts):
        if alert.lacks:
            yield governance.finding(
                f"the alert {alert.id} lacks {', '.join(alert.lacks)}",
                *("alerts", number),
                item=alert.id,
                remedy="complete it, or remove it",
            )

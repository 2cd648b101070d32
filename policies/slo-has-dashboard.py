"""The objectives of every critical service can be read from a dashboard.

Error budgets are only kept when everybody sees how much of them is left.

Remedy: show the objectives on a dashboard of the service, and say so: `shows_slos: true` in governance.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "critical services whose objectives no dashboard shows"
ACTION = "show objectives on dashboards"


def check(services: Document[Services], governance: Document[Governance]) -> Iterator[Finding]:
    shown = {
        entry.service for entry in governance.content.dashboards if entry.shows_slos and entry.status == "Complete"
    }
    for service in services.content.services:
        if service.critical and service.slos and service.id not in shown:
            yield governance.finding(
                f"no complete dashboard shows the objectives of {service.id}",
                "dashboards",
                item=service.id,
                remedy=f"set `shows_slos: true` on a dashboard of {service.id}",
            )

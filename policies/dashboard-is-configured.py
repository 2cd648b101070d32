"""Every dashboard listed is set up.

A dashboard that is pending is a plan, not a view.

Remedy: set it up, make sure that people can reach it, then write `status: Complete` in governance.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.findings import Finding

COUNTED = "dashboards not configured"
ACTION = "configure dashboards"


def check(governance: Document[Governance]) -> Iterator[Finding]:
    for number, dashboard in enumerate(governance.content.dashboards):
        if dashboard.status != "Complete":
            yield governance.finding(
                f"the dashboard {dashboard.id} is {dashboard.status}",
                *("dashboards", number, "status"),
                item=dashboard.id,
                remedy="set it up, then write `status: Complete`",
            )

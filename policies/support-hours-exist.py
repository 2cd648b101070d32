"""The support hours that a service names are in the plan.

A service whose hours nobody has written down is answered at no hour.

Remedy: name hours of `coverage.support_hours` in plan.yaml, or add them there.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "services with unknown support hours"
ACTION = "define support hours"


def check(services: Document[Services], plan: Document[Plan]) -> Iterator[Finding]:
    known = {hours.id for hours in plan.content.coverage.support_hours}
    for number, service in enumerate(services.content.services):
        if service.support_hours is not None and service.support_hours not in known:
            yield services.finding(
                f"{service.id} has the support hours {service.support_hours}, which the plan does not define",
                *("services", number, "support_hours"),
                item=service.id,
                remedy=f"add {service.support_hours} to coverage.support_hours in {plan.path}",
            )

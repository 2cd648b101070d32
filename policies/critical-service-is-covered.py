"""The plan covers every critical service.

Drafting stops while the plan lacks coverage for a critical service: it is listed under `coverage.services`,
and has support hours, so that it is known who answers and when. A service without a tier counts as critical
until somebody rates it.

Remedy: add the service to `coverage.services` in plan.yaml, and `support_hours` to its entry in
services.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "critical services not covered"
ACTION = "cover critical services"


def check(plan: Document[Plan], services: Document[Services]) -> Iterator[Finding]:
    covered = set(plan.content.coverage.services)
    for number, service in enumerate(services.content.services):
        if not service.critical:
            continue
        if service.id not in covered:
            yield plan.finding(
                f"{service.id} is critical, and the plan does not cover it",
                *("coverage", "services"),
                item=service.id,
                remedy=f"add {service.id} to coverage.services",
            )
        if service.support_hours is None:
            yield services.finding(
                f"{service.id} is critical, and has no support hours",
                *("services", number, "support_hours"),
                item=service.id,
                remedy="name hours of the plan: `support_hours: ID`",
            )

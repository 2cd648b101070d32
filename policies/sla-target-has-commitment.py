"""Every service level objective is promised by somebody.

The plan is not finalized without an explicit commitment for every target: each objective of the catalog has
an entry under `sla_commitments` with the same service and metric, and a target that is not weaker.

Remedy: add the commitment to plan.yaml, with who is responsible and what is done to keep it.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "objectives that nobody promised"
ACTION = "commit to service level objectives"


def check(services: Document[Services], plan: Document[Plan]) -> Iterator[Finding]:
    promised: dict[tuple[str, str], float] = {}
    for sla in plan.content.sla_commitments:
        if sla.target_percent is not None:
            key = sla.service, sla.metric
            promised[key] = max(sla.target_percent, promised.get(key, 0))
    for number, service in enumerate(services.content.services):
        for place, objective in enumerate(service.slos if service.live else ()):
            target = promised.get((service.id, objective.name))
            if target is None or target < objective.target_percent:
                weaker = "nobody promised it" if target is None else f"the plan promises only {target:g} %"
                yield services.finding(
                    f"{service.id}: {objective.name} of {objective.target_percent:g} %: {weaker}",
                    *("services", number, "slos", place),
                    item=service.id,
                    remedy=f"add it to sla_commitments in {plan.path}",
                )

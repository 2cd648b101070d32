"""Every service level that was handed over is promised again.

Users were promised these levels. The plan keeps each promise, or names what replaces it: an entry under
`sla_commitments` for the service, the metric and the severity, with a target that is not weaker. Retired
services promise nothing.

Remedy: add the commitment to plan.yaml; to give a level up, agree on it with the users and correct the
hand-over record.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan, SlaCommitment
from ray18.documents.services import Services
from ray18.findings import Finding
from ray18.handover.model import Handover, SlaTarget

COUNTED = "handed-over service levels that nobody promised"
ACTION = "commit to handed-over service levels"


def check(handover: Handover, services: Document[Services], plan: Document[Plan]) -> Iterator[Finding]:
    for target in handover.slas:
        service, name = services.content.service(target.service), target.service
        if service is not None and not service.live:
            continue
        if not any(sla.service == name and _keeps(sla, target) for sla in plan.content.sla_commitments):
            yield plan.finding(
                f"{name}: {_words(target)} was handed over, and nobody promises it",
                "sla_commitments",
                item=name,
                remedy="add it to sla_commitments",
            )


def _keeps(sla: SlaCommitment, target: SlaTarget) -> bool:
    if sla.metric != target.metric or sla.severity not in (None, target.severity):
        return False
    if target.target_percent is not None:
        return sla.target_percent is not None and sla.target_percent >= target.target_percent
    if target.target_minutes is not None:
        return sla.target_minutes is not None and sla.target_minutes <= target.target_minutes
    return True


def _words(target: SlaTarget) -> str:
    percent = f" of {target.target_percent:g} %" if target.target_percent is not None else ""
    minutes = f" within {target.target_minutes:,} minutes" if target.target_minutes is not None else ""
    return f"{target.metric}{percent}{minutes}{f' for {target.severity}' if target.severity else ''}"

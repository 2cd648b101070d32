"""Whom and what the governance names exists.

A dashboard of an unknown service watches nothing, an alert to an unknown receiver wakes nobody, and a review
of a KPI that the plan does not have looks at nothing that was promised.

Remedy: mend the name in governance.yaml, or add what it means to the catalog, to people.yaml or to the plan.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.documents.people import People
from ray18.documents.plan import Plan
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "names in the governance that no record knows"
ACTION = "mend names in the governance"

_CONTACT = "person, team or role with a holder"


def check(
    governance: Document[Governance],
    people: Document[People],
    services: Document[Services],
    plan: Document[Plan],
) -> Iterator[Finding]:
    known = {
        _CONTACT: people.content.contacts(),
        "service": services.content.ids(),
        "objective": {f"{service.id}/{slo.name}" for service in services.content.services for slo in service.slos},
        "KPI": {name for kpi in plan.content.kpis for name in (kpi.id, kpi.name)},
        "report template": {template.id for template in governance.content.report_templates},
    }
    for kind, name, item, way in _named(governance.content):
        if name is not None and name not in known[kind]:
            yield governance.finding(
                f"{item}: there is no {kind} named {name}",
                *way,
                item=item,
                remedy="mend the name, or record it",
            )


def _named(governance: Governance) -> Iterator[tuple[str, str | None, str, tuple[str | int, ...]]]:
    """Kind and name of everything named, the entry that names it, and where."""
    for n, review in enumerate(governance.kpi_reviews):
        yield "KPI", review.metric, review.metric, ("kpi_reviews", n, "metric")
        yield _CONTACT, review.owner, review.metric, ("kpi_reviews", n, "owner")
        yield "report template", review.report_template, review.metric, ("kpi_reviews", n, "report_template")
    for n, dashboard in enumerate(governance.dashboards):
        yield "service", dashboard.service, dashboard.id, ("dashboards", n, "service")
    for n, alert in enumerate(governance.alerts):
        yield "service", alert.service, alert.id, ("alerts", n, "service")
        yield _CONTACT, alert.receiver, alert.id, ("alerts", n, "receiver")
        objective = f"{alert.service}/{alert.objective}" if alert.objective else None
        yield "objective", objective, alert.id, ("alerts", n, "objective")
    for n, system in enumerate(governance.systems):
        yield _CONTACT, system.confirmed_by, system.name, ("systems", n, "confirmed_by")

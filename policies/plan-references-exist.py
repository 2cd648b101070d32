"""Whom and what the plan names exists.

A plan that calls an unknown number at three in the morning is worse than none: owners, contacts, services and
items must be those of the other records. A contact may be a person, a team, or a role that somebody holds.

Remedy: mend the name in plan.yaml, or add what it means to people.yaml, services.yaml or the backlog.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.documents.plan import Plan
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "names in the plan that no record knows"
ACTION = "mend names in the plan"

Way = tuple[str | int, ...]
_WORDS = {
    "owner": "person or team",
    "contact": "person, team or role with a holder",
    "support hours": "entry of support hours",
}


def check(
    plan: Document[Plan],
    people: Document[People],
    services: Document[Services],
    backlog: tuple[Document[BacklogItem], ...],
) -> Iterator[Finding]:
    known = {
        "owner": people.content.owners(),
        "person": {person.id for person in people.content.people},
        "contact": people.content.contacts(),
        "service": services.content.ids(),
        "item": {item.content.id for item in backlog},
        "site": {site.name for site in plan.content.coverage.sites},
        "support hours": {hours.id for hours in plan.content.coverage.support_hours},
    }
    for kind, name, way in _named(plan.content):
        if name not in known[kind]:
            yield plan.finding(
                f"there is no {_WORDS.get(kind, kind)} named {name}",
                *way,
                item=name,
                remedy="mend the name, or record it",
            )


def _named(plan: Plan) -> Iterator[tuple[str, str, Way]]:
    """Kind and name of everything named, and where."""
    rows = plan.responsibilities
    for kind, section, field, values in (
        ("contact", "cadence", "owner", [meeting.owner for meeting in plan.cadence]),
        ("service", "release_windows", "services", [window.services for window in plan.release_windows]),
        ("contact", "responsibilities", "responsible", [row.responsible for row in rows]),
        ("contact", "responsibilities", "accountable", [row.accountable for row in rows]),
        ("contact", "responsibilities", "consulted", [row.consulted for row in rows]),
        ("contact", "responsibilities", "informed", [row.informed for row in rows]),
        ("service", "sla_commitments", "service", [sla.service for sla in plan.sla_commitments]),
        ("owner", "sla_commitments", "responsible", [sla.responsible for sla in plan.sla_commitments]),
        ("contact", "kpis", "owner", [kpi.owner for kpi in plan.kpis]),
        ("item", "commitments", "item", [promise.item for promise in plan.commitments]),
        ("owner", "commitments", "who", [promise.who for promise in plan.commitments]),
    ):
        for number, value in enumerate(values):
            yield from _names(kind, value, (section, number, field))
    yield from _names("service", plan.coverage.services, ("coverage", "services"))
    if plan.coverage.rotation:
        yield from _names("person", plan.coverage.rotation.members, ("coverage", "rotation", "members"))
    for number, shift in enumerate(plan.coverage.shifts):
        yield "site", shift.site, ("coverage", "shifts", number, "site")
    for number, holiday in enumerate(plan.coverage.holidays):
        yield from _names("site", holiday.sites, ("coverage", "holidays", number, "sites"))
    for number, queue in enumerate(plan.coverage.queues):
        if queue.support_hours is not None:
            yield "support hours", queue.support_hours, ("coverage", "queues", number, "support_hours")
    for number, row in enumerate(plan.escalation):
        for place, level in enumerate(row.levels):
            yield "contact", level.contact, ("escalation", number, "levels", place, "contact")


def _names(kind: str, value: str | tuple[str, ...], way: Way) -> Iterator[tuple[str, str, Way]]:
    if isinstance(value, str):
        yield kind, value, way
    else:
        yield from ((kind, name, (*way, place)) for place, name in enumerate(value))

"""The plan says everything that a plan has to say.

Objectives, cadence, release windows, coverage, responsibilities, escalation, promised service levels and
KPIs: a section left empty is a question that comes up at the worst moment.

Remedy: fill the section in; `ray18 plan draft` proposes one from the records.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "empty sections of the plan"
ACTION = "fill in the plan"


def check(plan: Document[Plan]) -> Iterator[Finding]:
    content = plan.content
    sections = {
        ("objectives",): content.objectives,
        ("cadence",): content.cadence,
        ("release_windows",): content.release_windows,
        ("coverage", "support_hours"): content.coverage.support_hours,
        ("coverage", "services"): content.coverage.services,
        ("responsibilities",): content.responsibilities,
        ("escalation",): content.escalation,
        ("sla_commitments",): content.sla_commitments,
        ("kpis",): content.kpis,
    }
    for way, entries in sections.items():
        if not entries:
            name = ".".join(way)
            yield plan.finding(f"the plan's `{name}` is empty", *way, item=name, remedy="fill it in")

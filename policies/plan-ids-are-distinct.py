"""Nothing in the plan stands twice.

Two windows, freezes, hours or KPIs of one name, or two promises about the same thing, contradict each other
sooner or later, and nobody knows which one was approved.

Remedy: rename one of the two, or keep only the one that holds.
"""

from collections.abc import Iterable, Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "entries of the plan that stand twice"
ACTION = "keep one entry of each name"


def check(plan: Document[Plan]) -> Iterator[Finding]:
    content = plan.content
    named: dict[tuple[str, ...], Iterable[str]] = {
        ("release_windows",): (window.id for window in content.release_windows),
        ("freezes",): (freeze.id for freeze in content.freezes),
        ("coverage", "support_hours"): (hours.id for hours in content.coverage.support_hours),
        ("coverage", "queues"): (queue.id for queue in content.coverage.queues),
        ("coverage", "shifts"): (shift.id for shift in content.coverage.shifts),
        ("kpis",): (kpi.id for kpi in content.kpis),
        ("escalation",): (row.severity for row in content.escalation),
        ("commitments",): (commitment.item for commitment in content.commitments),
        ("sla_commitments",): (
            " ".join((sla.service, sla.metric, sla.severity or "")).strip() for sla in content.sla_commitments
        ),
    }
    for way, names in named.items():
        seen: dict[str, int] = {}
        for number, name in enumerate(names):
            first = seen.setdefault(name, number)
            if first != number:
                yield plan.finding(
                    f"{name} stands twice under {'.'.join(way)}",
                    *way,
                    number,
                    item=name,
                    remedy="keep one of them",
                    related=[plan.related("it stands here first", *way, first)],
                )

"""All key figures of a program."""

from collections.abc import Iterator, Sequence

from ray18.documents.plan import Kpi, Plan
from ray18.documents.services import Services
from ray18.gates import Judge
from ray18.handover.observations import SloObservation
from ray18.kpis import budgets, decisions, items, tickets
from ray18.kpis.model import KpiOutput, KpiReportOutput
from ray18.stories import Stories

VERSION = 1
_ALSO = {
    "mttr": "time-to-resolve",
    "mean-time-to-resolution": "time-to-resolve",
    "mean-time-to-resolve": "time-to-resolve",
    "mtta": "time-to-acknowledge",
    "mean-time-to-acknowledge": "time-to-acknowledge",
    "mean-time-to-restore": "time-to-restore",
    "error-budget-consumption": "error-budget",
    "sla": "sla-attainment",
    "toil": "toil-share",
    "aging": "ageing",
    "backlog-age": "ageing",
    "overdue-items": "overdue",
    "approval-time": "approval-latency",
}
"""What plans call these figures."""


def kpi_report(judge: Judge, stories: Stories, observed: Sequence[SloObservation]) -> KpiReportOutput:
    """Every figure, with the plan's target where the plan names it."""
    program = judge.program
    plan = program.one("plan")
    targets = dict(_targets(plan.content.kpis if plan else ()))
    made = [
        kpi.model_copy(update={"target": targets.get(kpi.id)})
        for kpi in _figures(judge, stories, observed, plan.content if plan else None)
    ]
    return KpiReportOutput(
        version=VERSION,
        program=program.rules.settings.program.title,
        as_of=program.as_of,
        commit=judge.head,
        steps=stories.steps,
        since=stories.first.date() if stories.first else None,
        kpis=made,
        notes=list(_notes(stories, plan.content if plan else None, made)),
    )


def _figures(
    judge: Judge, stories: Stories, observed: Sequence[SloObservation], plan: Plan | None
) -> Iterator[KpiOutput]:
    as_of, handover = judge.program.as_of, judge.handover
    catalog = judge.program.one("services")
    services: Services | None = catalog.content if catalog else None
    yield from tickets.figures(
        handover.tickets.events if handover.tickets else (), handover.incidents, as_of, plan, services
    )
    yield from items.figures(stories.items, as_of)
    yield items.overdue(stories.items, as_of)
    yield decisions.latency(stories, judge.program.rules.settings, as_of)
    yield budgets.budget(services, observed, as_of)


def _targets(kpis: Sequence[Kpi]) -> Iterator[tuple[str, str]]:
    for kpi in kpis:
        yield _ALSO.get(kpi.id, kpi.id), kpi.target


def _notes(stories: Stories, plan: Plan | None, made: Sequence[KpiOutput]) -> Iterator[str]:
    yield "Times of history are those of the commits: whoever commits can set them."
    if stories.unreadable:
        yield f"{stories.unreadable:,} versions of records cannot be read and count as no change."
    known = {kpi.id for kpi in made}
    for kpi in plan.kpis if plan else ():
        if _ALSO.get(kpi.id, kpi.id) not in known:
            yield f"The plan's figure {kpi.id} ({kpi.name}) is none of these: it is not computed."

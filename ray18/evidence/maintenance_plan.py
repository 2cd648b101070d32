"""`maintenance-plan.md`: the plan as people read it, with sections for cadence, responsibilities and governance."""

from collections.abc import Iterator
from datetime import date, timedelta

from ray18.documents.backlog import BacklogItem
from ray18.documents.governance import Governance
from ray18.documents.plan import Plan, Queue, ReleaseWindow, SupportHours
from ray18.documents.recurrence import occurrences
from ray18.documents.services import Services
from ray18.evidence.markdown import bullets, cell, table
from ray18.gates import Judge


def written(judge: Judge) -> bytes | None:
    """The plan of the program as Markdown."""
    program = judge.program
    plan, services, governance = (program.one(kind) for kind in ("plan", "services", "governance"))
    if plan is None:
        return None
    items = tuple(item.content for item in program.of("backlog-item"))
    text = as_markdown(
        plan.content, services.content if services else None, governance.content if governance else None, items
    )
    return text.encode()


def as_markdown(
    plan: Plan, services: Services | None, governance: Governance | None, backlog: tuple[BacklogItem, ...]
) -> str:
    """The whole document as Markdown."""
    lines = [f"# {cell(plan.title)}", ""]
    lines += [
        f"Revision {plan.revision}, for {plan.period.start} to {plan.period.end}; to be revisited by {plan.revisit_date}.",
        "",
    ]
    lines += ["## Objectives", "", *bullets(plan.objectives)]
    lines += ["## Cadence", "", *_cadence(plan)]
    lines += ["## Release windows", "", *_windows(plan)]
    lines += ["## Coverage", "", *_coverage(plan)]
    lines += ["## Responsibilities", "", *_responsibilities(plan)]
    lines += ["## Escalation matrix", "", *_escalation(plan)]
    lines += ["## Service level commitments", "", *_commitments_by_service(plan, services)]
    lines += ["## Key performance indicators", "", *_kpis(plan)]
    lines += ["## Commitments by item", "", *_commitments_by_item(plan, backlog)]
    lines += ["## Governance", "", *_governance(governance)]
    return "\n".join(lines).rstrip() + "\n"


def window_dates(window: ReleaseWindow, plan: Plan) -> list[date]:
    """The days in the plan's period on which a release window opens, frozen days left out."""
    last = plan.period.end
    days = occurrences(window.rrule, window.first, last) if window.rrule else iter([window.first])
    overnight = timedelta(days=window.ends_at < window.starts_at)
    frozen = [(freeze.starts - overnight, freeze.ends) for freeze in plan.freezes]
    return [
        day
        for day in days
        if plan.period.start <= day <= last and not any(starts <= day <= ends for starts, ends in frozen)
    ]


def _cadence(plan: Plan) -> list[str]:
    rows = [(entry.activity, entry.rrule, entry.owner, entry.hours) for entry in plan.cadence]
    return table(("Activity", "When (RFC 5545)", "Owner", "Hours"), rows)


def _windows(plan: Plan) -> Iterator[str]:
    rows = [
        (
            window.id,
            f"{window.starts_at}-{window.ends_at} {window.time_zone}",
            ", ".join(window.services) or "all",
            ", ".join(map(str, window_dates(window, plan))),
        )
        for window in plan.release_windows
    ]
    yield from table(("Window", "Hours", "Services", "Days"), rows)
    yield from ["### Freezes", ""]
    yield from table(("Freeze", "From", "To", "Reason"), [(f.id, f.starts, f.ends, f.reason) for f in plan.freezes])


def _coverage(plan: Plan) -> Iterator[str]:
    coverage = plan.coverage
    hours = [(entry.id, entry.time_zone, " ".join(entry.days), _clock(entry)) for entry in coverage.support_hours]
    yield from table(("Support hours", "Time zone", "Days", "Hours"), hours)
    yield from table(
        ("Site", "Time zone", "People"), [(site.name, site.time_zone, site.people) for site in coverage.sites]
    )
    if coverage.shifts:
        shifts = [(s.id, s.site, " ".join(s.days), f"{s.starts_at}-{s.ends_at}", s.people) for s in coverage.shifts]
        yield from table(("Shift", "Site", "Days", "Hours", "People"), shifts)
    if coverage.queues:
        yield from table(("Queue", "Tickets", "Hours", "Promise"), [_queue(queue) for queue in coverage.queues])
    if coverage.holidays:
        closed = [(h.day, h.name, ", ".join(h.sites) or "all") for h in coverage.holidays]
        yield from table(("Holiday", "Name", "Sites"), closed)
    if coverage.rotation:
        rotation = coverage.rotation
        standby = "with a secondary" if rotation.secondary else "without a secondary"
        yield f"Rotation: turns of {rotation.turn_days} days {standby}: {', '.join(map(cell, rotation.members))}."
        yield ""
    yield f"Covered services: {', '.join(map(cell, coverage.services)) or 'none'}."
    yield ""


def _queue(queue: Queue) -> tuple[str, str, str, str]:
    promise = f"{queue.answer_percent:g} % answered within {queue.answer_within_minutes:g} minutes"
    return queue.id, ", ".join(queue.categories) or "all others", queue.support_hours or "around the clock", promise


def _clock(entry: SupportHours) -> str:
    return "around the clock" if entry.always else f"{entry.starts_at}-{entry.ends_at}"


def _responsibilities(plan: Plan) -> list[str]:
    rows = [
        (
            row.activity,
            ", ".join(row.responsible),
            row.accountable,
            ", ".join(row.consulted),
            ", ".join(row.informed),
        )
        for row in plan.responsibilities
    ]
    return table(("Activity", "Responsible", "Accountable", "Consulted", "Informed"), rows)


def _escalation(plan: Plan) -> list[str]:
    rows = [(entry.severity, level.after_minutes, level.contact) for entry in plan.escalation for level in entry.levels]
    return table(("Severity", "After minutes", "Contact"), rows)


def _commitments_by_service(plan: Plan, services: Services | None) -> list[str]:
    tiers = {service.id: service.tier for service in services.services} if services else {}
    rows = [
        (
            entry.service,
            tiers.get(entry.service),
            entry.metric,
            f"{entry.target_percent:g} %" if entry.target_percent is not None else f"{entry.target_minutes} min",
            entry.severity or "any",
            entry.responsible,
            entry.what,
        )
        for entry in plan.sla_commitments
    ]
    return table(("Service", "Tier", "Metric", "Target", "Severity", "Responsible", "What is done"), rows)


def _kpis(plan: Plan) -> list[str]:
    rows = [(kpi.name, kpi.definition, kpi.target, kpi.owner) for kpi in plan.kpis]
    return table(("KPI", "Definition", "Target", "Owner"), rows)


def _commitments_by_item(plan: Plan, backlog: tuple[BacklogItem, ...]) -> list[str]:
    promised = {entry.item: (entry.who, entry.what, entry.by) for entry in plan.commitments}
    own = {
        item.id: (item.commitment.who, item.commitment.what, item.commitment.by) for item in backlog if item.commitment
    }
    titles = {item.id: item for item in backlog}
    rows = []
    for item_id, (who, what, by) in sorted({**own, **promised}.items()):
        item = titles.get(item_id)
        rows.append((item_id, item.severity if item else None, item.title if item else None, who, what, by))
    return table(("Item", "Severity", "Title", "Who", "What", "By"), rows)


def _governance(governance: Governance | None) -> Iterator[str]:
    if governance is None:
        yield from ["None.", ""]
        return
    reviews = [(r.metric, r.cadence, r.owner, r.next_review, r.status) for r in governance.kpi_reviews]
    yield from table(("Review of", "Cadence", "Owner", "Next", "Status"), reviews)
    boards = [(board.title, board.service, board.url, board.status) for board in governance.dashboards]
    yield from table(("Dashboard", "Service", "Address", "Status"), boards)
    alerts = [(a.title, a.service, a.severity, a.receiver, a.status) for a in governance.alerts]
    yield from table(("Alert", "Service", "Severity", "Calls", "Status"), alerts)

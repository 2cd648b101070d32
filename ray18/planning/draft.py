"""A first plan from what the records say: nothing is invented, and every gap that is left is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ray18.documents.backlog import BacklogItem
from ray18.documents.people import People
from ray18.documents.services import Objective, Service

_ALL_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Known:
    """What the draft can rest on."""

    title: str
    services: Sequence[Service]
    items: Sequence[BacklogItem]
    people: People
    support_hours: str = ""
    """As the hand-over says it: `24x7`, or anything else, which people must translate."""
    time_zone: str = ""
    """IANA name, as the hand-over says it."""
    restore_minutes: Sequence[tuple[str, int, str]] = ()
    """Promised times to restore: service, minutes, severity."""


@dataclass
class Draft:
    """A plan as plain data, in the order of its file, and what people still have to fill in."""

    plan: dict[str, Any]
    gaps: list[str] = field(default_factory=list)


def draft_plan(known: Known, today: date) -> Draft:
    """A plan for the twelve months from `today`."""
    draft = Draft({})
    live = [service for service in known.services if service.live]
    if not live:
        draft.gaps.append("the catalog has no services: nothing can be covered yet")
    draft.plan.update(
        title=f"{known.title}: plan"[:300],
        revision=1,
        period={"start": today.isoformat(), "end": (_a_year_later(today) - timedelta(days=1)).isoformat()},
        revisit_date=(today + timedelta(days=182)).isoformat(),
        objectives=[
            "Keep every service within its service level objectives.",
            "Close every critical incident follow-up, security risk and performance item by its committed day.",
        ],
        cadence=_cadence(),
        coverage=_coverage(known, live, draft.gaps),
        responsibilities=_responsibilities(),
        escalation=_escalation(),
        sla_commitments=[*_objectives(live, draft.gaps), *_restores(known, draft.gaps)],
        kpis=_kpis(),
        commitments=[*_commitments(known.items, draft.gaps)],
    )
    draft.gaps.append(
        "release windows: say when changes may go live (release_windows), and when they may not (freezes)"
    )
    draft.gaps.extend(_empty_roles(known.people))
    return draft


def _a_year_later(day: date) -> date:
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 3, 1)


def _cadence() -> list[dict[str, Any]]:
    return [
        {"activity": "Backlog review", "rrule": "FREQ=WEEKLY;BYDAY=MO", "owner": "support-lead"},
        {"activity": "Patch and dependency update", "rrule": "FREQ=MONTHLY;BYDAY=2TU", "owner": "support-lead"},
        {"activity": "Security risk review", "rrule": "FREQ=MONTHLY;BYDAY=1WE", "owner": "security-lead"},
        {"activity": "Service review with stakeholders", "rrule": "FREQ=MONTHLY;BYDAY=-1TH", "owner": "operations-director"},
        {"activity": "Restore and failover exercise", "rrule": "FREQ=MONTHLY;INTERVAL=3;BYDAY=3WE", "owner": "support-lead"},
    ]  # fmt: skip


def _coverage(known: Known, live: Sequence[Service], gaps: list[str]) -> dict[str, Any]:
    gaps.append("coverage: name the sites and the rotation (who takes turns)")
    hours: list[dict[str, Any]] = []
    if known.support_hours.replace(" ", "").lower() in ("24x7", "24/7", "24×7"):
        zone = known.time_zone or "UTC"
        around_the_clock = {
            "time_zone": zone,
            "days": list(_ALL_DAYS),
            "starts_at": "00:00",
            "ends_at": "00:00",
        }
        hours.append({"id": "always", **around_the_clock})
    else:
        told = f" (the hand-over says {known.support_hours!r})" if known.support_hours else ""
        gaps.append(f"coverage: say in which hours somebody answers (support_hours){told}")
    covered = [service.id for service in live if service.critical] if hours else []
    return {"support_hours": hours, "services": covered}


def _responsibilities() -> list[dict[str, Any]]:
    rows = (
        ("Incident response", "support-lead", "operations-director", "product-owner"),
        ("Backlog triage", "support-lead", "product-owner", "security-lead"),
        ("Vulnerability remediation", "security-lead", "operations-director", "support-lead"),
        ("Release approval", "product-owner", "operations-director", "support-lead"),
    )
    return [
        {"activity": activity, "responsible": [does], "accountable": answers, "informed": [told]}
        for activity, does, answers, told in rows
    ]


def _escalation() -> list[dict[str, Any]]:
    steps = {"Critical": (0, 15, 60), "High": (0, 60, 240), "Medium": (0, 480, 1440), "Low": (0, 2880, 7200)}
    contacts = ("support-lead", "operations-director", "product-owner")
    return [
        {
            "severity": severity,
            "levels": [{"after_minutes": m, "contact": c} for m, c in zip(minutes, contacts, strict=True)],
        }
        for severity, minutes in steps.items()
    ]


def _objectives(live: Sequence[Service], gaps: list[str]) -> Iterator[dict[str, Any]]:
    for service in live:
        if not service.slos and service.critical:
            gaps.append(f"{service.id}: it is critical and has no service level objective")
        for objective in service.slos:
            if service.owner is None:
                gaps.append(f"{service.id}: nobody owns it, so nobody can promise its {objective.name}")
            else:
                yield _promise(service, objective, service.owner)


def _promise(service: Service, objective: Objective, owner: str) -> dict[str, Any]:
    window = objective.time_window.duration
    return {
        "service": service.id,
        "metric": objective.name,
        "target_percent": objective.target_percent,
        "responsible": owner,
        "what": f"Keep {objective.name} at {objective.target_percent:g} % over {window}; when the error budget is spent, "
        "changes stop except for critical and security fixes.",
    }


def _restores(known: Known, gaps: list[str]) -> Iterator[dict[str, Any]]:
    owners = {service.id: service.owner for service in known.services}
    for service, minutes, severity in known.restore_minutes:
        owner = owners.get(service)
        if owner is None:
            gaps.append(f"{service}: nobody owns it, so nobody can promise to restore it in {minutes} minutes")
            continue
        promise: dict[str, Any] = {"service": service, "metric": "time-to-restore", "target_minutes": minutes}
        if severity:
            promise["severity"] = severity
        yield {**promise, "responsible": owner, "what": f"Restore the service within {minutes} minutes."}


def _kpis() -> list[dict[str, Any]]:
    rows = (
        ("mttr", "Mean Time to Resolution", "Median time from opened to resolved, open ones censored.", "<= 4 hours"),
        ("error-budget", "Error Budget Consumption", "Share of the error budget spent in its window.", "<= 100 %"),
        ("overdue", "Overdue Serious Items", "Open Critical and High items past their due date.", "0"),
        ("exposure", "Known Exploited Vulnerabilities Open", "Open items past their date in the KEV catalog.", "0"),
    )
    owners = ("support-lead", "operations-director", "product-owner", "security-lead")
    return [
        {"id": id_, "name": name, "definition": definition, "target": target, "owner": owner}
        for (id_, name, definition, target), owner in zip(rows, owners, strict=True)
    ]


def _commitments(items: Sequence[BacklogItem], gaps: list[str]) -> Iterator[dict[str, Any]]:
    """The items' own commitments; those that the protocol demands and nobody made are counted as gaps."""
    missing = 0
    for item in sorted(items, key=lambda entry: entry.id):
        if not item.is_open:
            continue
        if item.commitment is not None:
            promise = item.commitment
            yield {"item": item.id, "who": promise.who, "what": promise.what, "by": promise.by.isoformat()}
        elif item.source.kind == "performance" or (item.source.kind == "incident" and item.serious):
            missing += 1
    if missing:
        gaps.append(f"commitments: {missing} incident follow-ups and performance items have none")


def _empty_roles(people: People) -> Iterator[str]:
    for role in ("operations-director", "support-lead", "product-owner", "security-lead"):
        if not people.holders(role):
            yield f"nobody holds the role {role} (people.yaml)"

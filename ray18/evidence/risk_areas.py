"""Which alerts watch which service, and where the risks are: services ranked by points, each with its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ray18.documents.backlog import BacklogItem
from ray18.documents.governance import Governance
from ray18.documents.services import Service
from ray18.gates import Judge
from ray18.handover.model import Alert, Incident
from ray18.planning.likeness import named_in

MATCHING = (
    "An alert of the baseline counts for a service when every word of the service's id or of its name stands in the "
    "heading the alert is under or, where no service is named there, in the alert's own name. Words must be the same."
)


@dataclass(frozen=True, slots=True)
class Watch:
    """What watches one service."""

    service: Service
    baseline: tuple[Alert, ...]
    """Alert rules of the baseline that are matched to it."""
    declared: int
    """Alerts that governance.yaml declares for it."""
    unguarded: tuple[str, ...]
    """Its objectives that no declared alert protects."""

    @property
    def watched(self) -> bool:
        """Whether any alert is there."""
        return bool(self.baseline or self.declared)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for concern, and how much it weighs."""

    points: int
    text: str


@dataclass(frozen=True, slots=True)
class RiskArea:
    """A service with what speaks for looking at it."""

    service: Service
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> int:
        """The sum."""
        return sum(reason.points for reason in self.reasons)


def services_of(judge: Judge) -> tuple[Service, ...]:
    """The live services: of the program's catalog, or of the hand-over while there is none."""
    document = judge.program.one("services")
    services: Sequence[Service] = document.content.services if document else ()
    return tuple(service for service in services or judge.handover.services if service.live)


def watches(judge: Judge) -> tuple[tuple[Watch, ...], tuple[Alert, ...]]:
    """Every live service with its alerts, and the alerts of the baseline that match no service."""
    services, document = services_of(judge), judge.program.one("governance")
    governance = document.content if document else Governance()
    matched: dict[str, list[Alert]] = {service.id: [] for service in services}
    loose = []
    baseline = judge.handover.baseline
    for alert in baseline.alerts if baseline else ():
        ids = _watched(alert, services)
        for service_id in ids:
            matched[service_id].append(alert)
        if not ids:
            loose.append(alert)
    return tuple(_watch(service, matched[service.id], governance) for service in services), tuple(loose)


def _watched(alert: Alert, services: Iterable[Service]) -> tuple[str, ...]:
    every = tuple(services)
    by_heading = tuple(s.id for s in every if named_in(alert.group, s.id, s.name))
    return by_heading or tuple(s.id for s in every if named_in(alert.name, s.id, s.name))


def _watch(service: Service, baseline: Sequence[Alert], governance: Governance) -> Watch:
    own = [alert for alert in governance.alerts if alert.service == service.id]
    protected = {alert.objective for alert in own}
    unguarded = tuple(slo.name for slo in service.slos if slo.name not in protected)
    return Watch(service, tuple(baseline), len(own), unguarded)


def incidents_of(service: Service, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """The incidents whose title or causes name the service."""
    return tuple(
        incident
        for incident in incidents
        if any(named_in(text, service.id, service.name) for text in (incident.title, *incident.causes))
    )


def risk_areas(judge: Judge) -> tuple[RiskArea, ...]:
    """The services with a reason for concern, most points first."""
    found, _ = watches(judge)
    items = [document.content for document in judge.program.of("backlog-item") if document.content.is_open]
    needed: dict[str, int] = {}
    for watch in found:
        for other in watch.service.depends_on:
            needed[other] = needed.get(other, 0) + 1
    areas = [
        RiskArea(
            watch.service,
            (
                *_incidents(watch.service, judge.handover.incidents),
                *_blind_spots(watch),
                *_gaps(watch.service),
                *_backlog(watch.service, items, judge.program.as_of),
                *_needed(needed.get(watch.service.id, 0)),
            ),
        )
        for watch in found
    ]
    return tuple(sorted((a for a in areas if a.reasons), key=lambda area: (-area.points, area.service.id)))


def _incidents(service: Service, incidents: Iterable[Incident]) -> Iterator[Reason]:
    named = incidents_of(service, incidents)
    if named:
        yield Reason(2 * len(named), f"named in {len(named)} post-mortem{'s' * (len(named) != 1)}")


def _blind_spots(watch: Watch) -> Iterator[Reason]:
    if not watch.watched:
        yield Reason(4 if watch.service.critical else 2, "no alert")
    elif watch.unguarded:
        yield Reason(2 if watch.service.critical else 1, f"no alert protects {', '.join(watch.unguarded)}")


def _gaps(service: Service) -> Iterator[Reason]:
    weight = 2 if service.critical else 1
    if service.owner is None:
        yield Reason(2 * weight, "no owner")
    if service.runbook is None:
        yield Reason(weight, "no runbook")
    if not service.slos:
        yield Reason(weight, "no objective")


def _backlog(service: Service, items: Iterable[BacklogItem], as_of: date) -> Iterator[Reason]:
    own = [item for item in items if item.service == service.id and item.serious]
    late = sum(item.due is not None and item.due < as_of for item in own)
    if own:
        yield Reason(len(own) + late, f"{len(own)} open serious item{'s' * (len(own) != 1)}, {late} overdue")


def _needed(count: int) -> Iterator[Reason]:
    if count:
        yield Reason(min(count, 3), f"{count} other service{'s' * (count != 1)} cannot run without it")

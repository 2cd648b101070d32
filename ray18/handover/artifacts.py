"""The artifacts of the protocol: one line each in `ARTIFACTS`, with the reader that knows its form."""

from collections.abc import Callable
from dataclasses import dataclass

from ray18.documents.dialects import ArtifactName
from ray18.handover import (
    closure_package,
    debt_register,
    handover_record,
    knowledge_gaps,
    observability_baseline,
    performance_backlog,
    postmortems,
    risk_log,
    service_catalog,
    ticket_history,
)
from ray18.handover.delivery import Delivery
from ray18.handover.model import Reading

Reader = Callable[[Delivery], Reading]


@dataclass(frozen=True, slots=True)
class ArtifactKind:
    """One artifact: its name (a folder's ends in /), who hands it over, what it is for, who reads it."""

    name: str
    id: ArtifactName
    """What the settings call it: its name without its ending, in lower case."""
    source: str
    purpose: str
    read: Reader
    required: bool = True

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of files."""
        return self.name.endswith("/")

    @property
    def path(self) -> str:
        """Where it is expected, relative to the hand-over."""
        return self.name.rstrip("/")

    def is_named(self, name: str) -> bool:
        """Whether a file or folder of the hand-over is this artifact, or a part of it: by its name up to the first dot."""
        return name.split(".", 1)[0].casefold() == self.id


ARTIFACTS: tuple[ArtifactKind, ...] = (
    ArtifactKind(
        "CLOSURE-PACKAGE.zip",
        "closure-package",
        "Protocol 20",
        "curated operational handover assets",
        closure_package.read,
    ),
    ArtifactKind(
        "operational-handover-record.json",
        "operational-handover-record",
        "Protocol 20",
        "ownership assignments and SLAs",
        handover_record.read,
    ),
    ArtifactKind(
        "knowledge-transfer-feedback.json",
        "knowledge-transfer-feedback",
        "Protocol 19",
        "open knowledge gaps and follow-ups",
        knowledge_gaps.read,
    ),
    ArtifactKind(
        "OBSERVABILITY-BASELINE.md",
        "observability-baseline",
        "Protocol 19",
        "monitoring dashboards and alert thresholds",
        observability_baseline.read,
    ),
    ArtifactKind(
        "INCIDENT-POSTMORTEMS/",
        "incident-postmortems",
        "Protocol 20",
        "outstanding corrective actions",
        postmortems.read,
    ),
    ArtifactKind(
        "PERFORMANCE-IMPROVEMENT-BACKLOG.json",
        "performance-improvement-backlog",
        "Protocol 21",
        "optimization work queue",
        performance_backlog.read,
    ),
    ArtifactKind(
        "TECH-DEBT-REGISTER.md",
        "tech-debt-register",
        "Protocol 21",
        "backlog of technical debt items",
        debt_register.read,
    ),
    ArtifactKind(
        "SECURITY-RISK-LOG.csv", "security-risk-log", "Security Review", "active security obligations", risk_log.read
    ),
    ArtifactKind(
        "SERVICE-CATALOG.xlsx",
        "service-catalog",
        "Operations",
        "service inventory and dependencies",
        service_catalog.read,
    ),
    ArtifactKind(
        "ticket-history.csv",
        "ticket-history",
        "Operations",
        "past tickets, for forecasts",
        ticket_history.read,
        required=False,
    ),
)


def artifact(name: str) -> ArtifactKind:
    """The artifact with this name. Raises KeyError."""
    return next(entry for entry in ARTIFACTS if entry.name == name)

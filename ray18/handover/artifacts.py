"""The artifacts of the protocol: one line each in `ARTIFACTS`, with the reader that knows its form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
from ray18.handover.model import Reading

Reader = Callable[[str, Mapping[str, bytes]], Reading]


@dataclass(frozen=True, slots=True)
class ArtifactKind:
    """One artifact: its name (a folder's ends in /), who hands it over, what it is for, who reads it."""

    name: str
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


ARTIFACTS: tuple[ArtifactKind, ...] = (
    ArtifactKind("CLOSURE-PACKAGE.zip", "Protocol 20", "curated operational handover assets", closure_package.read),
    ArtifactKind(
        "operational-handover-record.json",
        "Protocol 20",
        "ownership assignments and SLAs",
        handover_record.read,
    ),
    ArtifactKind(
        "knowledge-transfer-feedback.json",
        "Protocol 19",
        "open knowledge gaps and follow-ups",
        knowledge_gaps.read,
    ),
    ArtifactKind(
        "OBSERVABILITY-BASELINE.md",
        "Protocol 19",
        "monitoring dashboards and alert thresholds",
        observability_baseline.read,
    ),
    ArtifactKind("INCIDENT-POSTMORTEMS/", "Protocol 20", "outstanding corrective actions", postmortems.read),
    ArtifactKind(
        "PERFORMANCE-IMPROVEMENT-BACKLOG.json",
        "Protocol 21",
        "optimization work queue",
        performance_backlog.read,
    ),
    ArtifactKind("TECH-DEBT-REGISTER.md", "Protocol 21", "backlog of technical debt items", debt_register.read),
    ArtifactKind("SECURITY-RISK-LOG.csv", "Security Review", "active security obligations", risk_log.read),
    ArtifactKind("SERVICE-CATALOG.xlsx", "Operations", "service inventory and dependencies", service_catalog.read),
    ArtifactKind(
        "ticket-history.csv", "Operations", "past tickets, for forecasts", ticket_history.read, required=False
    ),
)


def artifact(name: str) -> ArtifactKind:
    """The artifact with this name. Raises KeyError."""
    return next(entry for entry in ARTIFACTS if entry.name == name)

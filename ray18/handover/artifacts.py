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
from ray18.handover.rows import ENDINGS
from ray18.handover.table import ITEM_COLUMNS, Columns

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
    columns: Columns | None = None
    """The columns of the list it is, where it is one."""
    history: tuple[str, ...] = ()
    """Names of lists in it that tell of the past."""
    required: bool = True

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of files."""
        return self.name.endswith("/")

    @property
    def is_items(self) -> bool:
        """Whether its words have to be ours; those of past tickets are free."""
        return self.required

    @property
    def is_list(self) -> bool:
        """Whether it may come in any of the forms of lists; the closure package is an archive and nothing else."""
        return self.read is not closure_package.read

    @property
    def path(self) -> str:
        """Where it is expected, relative to the hand-over."""
        return self.name.rstrip("/")

    def is_named(self, name: str) -> bool:
        """Whether a file or folder of the hand-over is this artifact, or a part of it.

        Its name up to the first dot tells, and the last ending has to be one that is read: a backup copy is no part.
        """
        stem, *endings = name.casefold().split(".")
        return stem == self.id and (not endings or endings[-1] in (ENDINGS if self.is_list else ("zip",)))


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
        handover_record.OWNERS,
    ),
    ArtifactKind(
        "knowledge-transfer-feedback.json",
        "knowledge-transfer-feedback",
        "Protocol 19",
        "open knowledge gaps and follow-ups",
        knowledge_gaps.read,
        ITEM_COLUMNS,
        knowledge_gaps.HISTORY,
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
        ITEM_COLUMNS,
    ),
    ArtifactKind(
        "TECH-DEBT-REGISTER.md",
        "tech-debt-register",
        "Protocol 21",
        "backlog of technical debt items",
        debt_register.read,
        ITEM_COLUMNS,
    ),
    ArtifactKind(
        "SECURITY-RISK-LOG.csv",
        "security-risk-log",
        "Security Review",
        "active security obligations",
        risk_log.read,
        risk_log.COLUMNS,
    ),
    ArtifactKind(
        "SERVICE-CATALOG.xlsx",
        "service-catalog",
        "Operations",
        "service inventory and dependencies",
        service_catalog.read,
        service_catalog.COLUMNS,
    ),
    ArtifactKind(
        "ticket-history.csv",
        "ticket-history",
        "Operations",
        "past tickets, for forecasts",
        ticket_history.read,
        ticket_history.COLUMNS,
        required=False,
    ),
)


def artifact(name: str) -> ArtifactKind:
    """The artifact with this name. Raises KeyError."""
    return next(entry for entry in ARTIFACTS if entry.name == name)

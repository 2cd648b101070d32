"""Evidence: artifacts derived from the records, one writer for each; the same records and day give the same bytes.

A writer is a module with `written(judge) -> bytes | None`; None means that the records have nothing to derive it from yet.
"""

from dataclasses import dataclass
from importlib import import_module

from ray18.gates import Judge


@dataclass(frozen=True, slots=True)
class Evidence:
    """One evidence file of the protocol."""

    file: str
    """Its name in the evidence folder."""
    module: str
    """The module in this package that writes it."""
    purpose: str
    """What it is for, in the protocol's words where it has some."""
    consumer: str
    """Who reads it."""

    def written(self, judge: Judge) -> bytes | None:
        """Its bytes as the records stand; None when there is nothing to derive it from yet."""
        content: bytes | None = import_module(f"ray18.evidence.{self.module}").written(judge)
        return content


EVIDENCE: tuple[Evidence, ...] = (
    Evidence(
        "handover-validation-report.json", "handover_validation", "Confirm handover completeness", "Internal Audit"
    ),
    Evidence(
        "operational-baseline-analysis.md", "baseline_analysis", "Baselines, incidents and risk areas", "Support Teams"
    ),
    Evidence("support-coverage-plan.json", "coverage_plan", "Ticket volume, coverage and rotation", "Support Lead"),
    Evidence("maintenance-backlog.csv", "backlog_table", "Prioritized maintenance backlog", "Support Teams"),
    Evidence(
        "backlog-prioritization-matrix.json", "prioritization_matrix", "Scores with their rationale", "Product Owner"
    ),
    Evidence("automation-candidates.json", "automation_candidates", "Opportunities for scripting", "Protocol 23"),
    Evidence("maintenance-plan.md", "maintenance_plan", "Operational maintenance strategy", "Protocol 22"),
    Evidence("approval-log.csv", "approval_log", "Approvals, conditions and dates", "Internal Audit"),
    Evidence(
        "governance-cadence-checklist.json", "governance_checklist", "Governance set up or not", "Operations Director"
    ),
    Evidence(
        "maintenance-lessons-input.md", "lessons_input", "Maintenance insights for the retrospective", "Protocol 22"
    ),
    Evidence("manual-validation-log.md", "manual_validation", "Validations done by hand", "Internal Audit"),
)
"""Every derived evidence file, in the order of the protocol."""

"""The kinds of JSON output: name and type of each; schemas and docs follow from it."""

from pydantic import BaseModel

from ray18.commands.backlog import BacklogListOutput
from ray18.commands.bridges import BacklogImportOutput
from ray18.commands.duplicates import DuplicatesOutput
from ray18.commands.hooks import HooksOutput
from ray18.commands.intake import IntakeOutput
from ray18.commands.observe import ObservationsOutput
from ray18.commands.policy import PolicyListOutput
from ray18.commands.policy_explain import PolicyExplanationOutput
from ray18.commands.policy_tests import PolicyTestOutput
from ray18.commands.probe import ProbeOutput
from ray18.commands.rota import RotaOutput
from ray18.commands.schedule import ScheduleOutput
from ray18.commands.status import StatusOutput
from ray18.evidence.automation_candidates import AutomationCandidates
from ray18.evidence.coverage_plan import CoveragePlan
from ray18.evidence.manifest import Manifest
from ray18.evidence.prioritization_matrix import MatrixOutput
from ray18.exchange.json_sheet import BacklogExportOutput
from ray18.handover.validation import ValidationReport
from ray18.kpis.model import KpiReportOutput
from ray18.renderers.json import CheckReportOutput, GateReportOutput
from ray18.renderers.json_audit import AuditOutput
from ray18.renderers.json_comparison import DiffOutput
from ray18.renderers.json_fleet import FleetOutput
from ray18.renderers.json_history import (
    DebtOutput,
    OutlookOutput,
    ReplayOutput,
    RequestOutput,
    WhatIfOutput,
    WhyOutput,
)
from ray18.renderers.jsonl import FindingLine, SummaryLine

OUTPUTS: dict[str, type[BaseModel]] = {
    "gate-report": GateReportOutput,
    "check-report": CheckReportOutput,
    "diff": DiffOutput,
    "jsonl-finding": FindingLine,
    "jsonl-summary": SummaryLine,
    "handover-validation-report": ValidationReport,
    "intake": IntakeOutput,
    "status": StatusOutput,
    "backlog-list": BacklogListOutput,
    "backlog-duplicates": DuplicatesOutput,
    "backlog-export": BacklogExportOutput,
    "backlog-import": BacklogImportOutput,
    "policy-list": PolicyListOutput,
    "policy-explanation": PolicyExplanationOutput,
    "policy-test": PolicyTestOutput,
    "prioritization-matrix": MatrixOutput,
    "release-schedule": ScheduleOutput,
    "on-call-rota": RotaOutput,
    "coverage-plan": CoveragePlan,
    "automation-candidates": AutomationCandidates,
    "kpi": KpiReportOutput,
    "evidence-manifest": Manifest,
    "audit": AuditOutput,
    "replay": ReplayOutput,
    "outlook": OutlookOutput,
    "what-if": WhatIfOutput,
    "why": WhyOutput,
    "approvals-request": RequestOutput,
    "waivers": DebtOutput,
    "hooks": HooksOutput,
    "fleet": FleetOutput,
    "observations": ObservationsOutput,
    "probe": ProbeOutput,
}
"""Every JSON output that has a schema in `schemas/`."""

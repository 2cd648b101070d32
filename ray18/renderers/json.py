"""JSON for programs: version 1 of the contract, with types of its own, whose schemas are shipped."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from ray18.documents.base import Output
from ray18.findings import Finding, Level
from ray18.gates import GateResult
from ray18.patches import hunks
from ray18.renderers.inert import json_text
from ray18.report import VERSION, CheckReport, GateReport
from ray18.sources import Sources
from ray18.waivers import Excuse


def _is_empty(value: list[Any]) -> bool:
    return not value


def _is_absent(value: object) -> bool:
    return value is None


VerdictWord = Literal["passed", "waived", "failed", "blocked"]


class HunkOutput(Output):
    """Lines of a file that become others."""

    path: str
    """The file."""
    first: int
    """The first line that goes, from 1."""
    last: int
    """The last line that goes; `first` - 1 when lines are only added before `first`."""
    text: str
    """The lines that come, each with its end."""


class FixOutput(Output):
    """A mend that a machine can make; it keeps comments and order."""

    title: str
    """What it does."""
    safe: bool
    """Whether it only writes down what was meant; else it decides something, and somebody should look."""
    changes: list[HunkOutput]
    """What it changes."""


class RelatedOutput(Output):
    """A second place that explains a finding."""

    message: str
    """What is there."""
    path: str
    """The file."""
    line: int
    """Starts at 1; 0 = the file as a whole."""
    column: int
    """Starts at 1; 0 = the file as a whole."""


class FindingOutput(Output):
    """One thing that is wrong."""

    policy: str
    """The policy's id."""
    level: Level
    """blocker: could not be judged · error: the rule is broken · warning: never fails a gate."""
    message: str
    """What is wrong."""
    path: str
    """The file, relative to the root of the repository; empty when it concerns none."""
    line: int
    """Starts at 1; 0 = the file as a whole."""
    column: int
    """Starts at 1; 0 = the file as a whole."""
    item: str
    """The id of the record meant, or empty."""
    remedy: str
    """What to do."""
    related: list[RelatedOutput] = Field(default=[], exclude_if=_is_empty)
    """Places that explain it; left out where there are none."""
    fix: FixOutput | None = Field(default=None, exclude_if=_is_absent)
    """A mend; left out where there is none."""


class WaiverOutput(Output):
    """A waiver that excuses findings of a gate."""

    id: str
    """The waiver's id."""
    policy: str
    """The policy it excuses."""
    items: list[str]
    """The items it excuses."""
    reason: str
    """Why."""
    approved_by: str
    """Who accepted it."""
    expires: date
    """The last day on which it counts."""


class GateOutput(Output):
    """One gate, judged."""

    id: str
    """The gate's id."""
    number: int
    """The protocol's number."""
    title: str
    """The protocol's name."""
    verdict: VerdictWord
    """waived = passed by waiver only; blocked = could not be judged."""
    criteria: str
    """What must be true."""
    actual: str
    """What is the case."""
    required_action: str
    """What to do."""
    findings: list[FindingOutput]
    """What is wrong, worst first."""
    waivers: list[WaiverOutput]
    """What excuses findings of this gate."""


class RevisionOutput(Output):
    """What was judged, and by whose rules."""

    id: str
    """A commit id, `worktree` or `index`."""
    base: str | None
    """The trusted commit that supplied the rules; null = unanchored."""


class ProgramOutput(Output):
    """The program that was judged."""

    id: str
    """Its UUID."""
    title: str
    """Its name."""


class GateReportOutput(Output):
    """What `ray18 gate --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    program: ProgramOutput
    """Which one."""
    revision: RevisionOutput
    """What was judged."""
    as_of: date
    """The day it was judged on."""
    verdict: VerdictWord
    """The worst verdict of the gates."""
    gates: list[GateOutput]
    """The gates, in order."""
    notes: list[FindingOutput]
    """Warnings that belong to no gate."""


class CheckReportOutput(Output):
    """What `ray18 check --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    verdict: VerdictWord
    """blocked also when nothing was checked."""
    checked: int
    """How many files were read."""
    findings: list[FindingOutput]
    """What is wrong, worst first."""


def gates(report: GateReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The report on gates."""
    settings = report.program.rules.settings
    output = GateReportOutput(
        version=VERSION,
        program=ProgramOutput(id=settings.program.id, title=settings.program.title),
        revision=RevisionOutput(id=report.program.revision, base=report.program.rules.base),
        as_of=report.program.as_of,
        verdict=report.verdict.value,
        gates=[_gate(result, report.sources) for result in report.results],
        notes=[finding_output(note, report.sources) for note in report.notes],
    )
    return json_text(output) + "\n"


def check(report: CheckReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The report on records."""
    findings = [finding_output(finding, report.sources) for finding in report.findings]
    output = CheckReportOutput(version=VERSION, verdict=report.verdict.value, checked=report.checked, findings=findings)
    return json_text(output) + "\n"


def _gate(result: GateResult, sources: Sources) -> GateOutput:
    gate = result.gate
    return GateOutput(
        id=gate.id,
        number=gate.number,
        title=gate.title,
        verdict=result.verdict.value,
        criteria=gate.criteria,
        actual=result.actual,
        required_action=result.required_action,
        findings=[finding_output(finding, sources) for finding in result.findings],
        waivers=[_waiver(excuse) for excuse in dict.fromkeys(excuse for _, excuse in result.waived)],
    )


def _waiver(excuse: Excuse) -> WaiverOutput:
    record = excuse.record
    return WaiverOutput(
        id=record.id,
        policy=record.policy,
        items=list(record.items),
        reason=record.reason,
        approved_by=record.approved_by,
        expires=record.expires,
    )


def finding_output(finding: Finding, sources: Sources | None = None) -> FindingOutput:
    """A finding as JSON output has it; with its mend, where the files are at hand."""
    return FindingOutput(**finding_fields(finding, sources))


def finding_fields(finding: Finding, sources: Sources | None = None) -> dict[str, Any]:
    """The fields that every JSON output has of a finding."""
    return {
        "policy": finding.policy,
        "level": finding.level,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "item": finding.item,
        "remedy": finding.remedy,
        "related": [
            RelatedOutput(message=one.message, path=one.path, line=one.line, column=one.column)
            for one in finding.related
        ],
        "fix": _fix(finding, sources) if sources is not None else None,
    }


def _fix(finding: Finding, sources: Sources) -> FixOutput | None:
    changes = hunks(finding, sources)
    if finding.fix is None or not changes:
        return None
    listed = [HunkOutput(path=one.path, first=one.first, last=one.last, text=one.text) for one in changes]
    return FixOutput(title=finding.fix.title, safe=finding.fix.safe, changes=listed)

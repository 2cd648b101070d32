"""JSON for programs: the audit. Its steps may be many, so they are written straight from the report."""

import json
from datetime import date
from typing import Literal

from ray18.audit import AuditReport
from ray18.documents.base import Output
from ray18.renderers.json import VerdictWord
from ray18.report import VERSION


class EventOutput(Output):
    """Something that happened at a step."""

    kind: str
    """rules, approval, waiver, delegation, checkpoint, content or order."""
    weight: Literal["note", "warning", "error"]
    """error: out of order."""
    message: str
    """What happened."""
    path: str
    """The record, or empty."""


class StepOutput(Output):
    """One step of the protected branch."""

    number: int
    """Counted from the first commit, or the anchor."""
    commit: str
    """Its commit."""
    claimed_on: str
    """The committer's day as the commit tells it; informative."""
    author: str
    """The author as the commit tells it; anyone can write that."""
    signer: str
    """The person whose key signed it, `unsigned`, or why the signature is nobody's."""
    merged: int
    """How many other commits came with it."""
    subject: str
    """The first line of its message."""
    approved: list[str]
    """The subjects whose seats were filled after it."""
    events: list[EventOutput]
    """What happened to the records."""


class IrregularityOutput(Output):
    """Something that is out of order."""

    step: int
    """The step; 0 = none in particular."""
    message: str
    """What."""
    path: str
    """The record, or empty."""
    standing: bool
    """Whether it has not been put right."""


class InForceOutput(Output):
    """What a subject's seats were last filled for."""

    subject: str
    """The subject."""
    digest: str
    """The digest in force."""
    step: int
    """The step that brought it into force."""


class AuditOutput(Output):
    """Every step of history, judged."""

    version: Literal[1]
    """The version of this format."""
    program: str
    """The program's id."""
    title: str
    """The program's name."""
    verdict: VerdictWord
    """failed while something stands that is out of order."""
    as_of: date
    """The day it was judged on."""
    anchor: str
    """The commit where trust begins."""
    tip: str
    """The newest commit."""
    history: str
    """The digest of all steps, as checkpoints name it."""
    rules: str
    """The digest of the rules in force."""
    in_force: list[InForceOutput]
    """What is in force."""
    irregularities: list[IrregularityOutput]
    """What is out of order; what stands comes first."""
    steps: list[StepOutput]
    """All steps, oldest first."""


def audit(report: AuditReport, *, colour: bool = False) -> str:  # noqa: ARG001 (every view takes it)
    """The whole audit."""
    steps = [
        {
            "number": step.number,
            "commit": step.commit,
            "claimed_on": step.claimed_on,
            "author": step.author,
            "signer": step.signer,
            "merged": step.merged,
            "subject": step.subject,
            "approved": sorted(step.approved),
            "events": [
                {"kind": one.kind, "weight": one.weight, "message": one.message, "path": one.path}
                for one in step.events
            ],
        }
        for step in report.steps
    ]
    value = {
        "version": VERSION,
        "program": report.program,
        "title": report.title,
        "verdict": report.verdict.value,
        "as_of": report.as_of.isoformat(),
        "anchor": report.anchor,
        "tip": report.tip,
        "history": report.history,
        "rules": report.rules,
        "in_force": [
            {"subject": subject, "digest": digest, "step": step} for subject, (digest, step) in report.in_force.items()
        ],
        "irregularities": [
            {"step": one.step, "message": one.message, "path": one.path, "standing": one.standing}
            for one in report.irregularities
        ],
        "steps": steps,
    }
    return json.dumps(value, separators=(",", ":")) + "\n"

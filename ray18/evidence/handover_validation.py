"""`handover-validation-report.json`: whether the hand-over is complete, and what speaks against it."""

from ray18.gates import Judge
from ray18.handover.validation import report_bytes, validation_report


def written(judge: Judge) -> bytes | None:
    """The report; None when nothing was handed over at all."""
    if not any(artifact.present for artifact in judge.handover.artifacts):
        return None
    program = judge.program.rules.settings.program
    return report_bytes(validation_report(judge.handover, {"id": program.id, "title": program.title}))

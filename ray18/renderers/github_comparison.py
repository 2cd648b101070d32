"""Workflow commands of GitHub Actions for a change: annotations at what it made worse, and at nothing that was there before."""

from ray18.comparison import Comparison
from ray18.renderers.github import annotations
from ray18.renderers.inert import log_line
from ray18.renderers.text_comparison import gate_words, summed_up


def diff(report: Comparison, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """What is new or no longer waived, then the verdicts."""
    worse = [shift.told for shift in report.became("new", "no-longer-waived")]
    lines = [*annotations(worse, report.sources)]
    lines += [log_line(f"Gate {gate.number}  {gate.title}: {gate_words(gate)}") for gate in report.gates]
    return "\n".join((*lines, log_line(summed_up(report)))) + "\n"

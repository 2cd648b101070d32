"""SARIF for a change: the findings of the newer state, each with what it was before (`baselineState`).

What is fixed is left out: readers that know no baseline would show it as if it were still there.
"""

from ray18.comparison import Became, Comparison
from ray18.renderers.sarif import log

_STATES: dict[Became, str] = {
    "new": "new",
    "no-longer-waived": "new",
    "newly-waived": "updated",
    "unchanged": "unchanged",
}


def diff(report: Comparison, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The findings of the newer state."""
    shifts = [shift for shift in report.shifts if shift.became != "fixed"]
    states = {shift.finding: _STATES[shift.became] for shift in shifts}
    return log("diff", report, [shift.told for shift in shifts], states)

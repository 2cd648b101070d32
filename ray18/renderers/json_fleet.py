"""JSON for programs: where each program of a fleet stands, the worst first."""

from datetime import date

from ray18.documents.base import Output
from ray18.fleet.portfolio import FleetReport
from ray18.renderers.inert import json_text
from ray18.renderers.json import VerdictWord
from ray18.report import VERSION


class StandingOutput(Output):
    """One repository of a fleet, judged."""

    repository: str
    """The repository as it was named."""
    title: str
    """The title of its program, or empty."""
    commit: str
    """The commit that was judged, or empty."""
    verdict: VerdictWord
    """The worst verdict of its gates; blocked when it could not be judged."""
    gates: dict[str, VerdictWord]
    """The verdict of each gate."""
    errors: int
    """Findings that fail a gate and that no waiver excuses."""
    waived: int
    """Findings that a waiver excuses."""
    open: int
    """Backlog items that are open."""
    overdue: int
    """Those of them whose due date has passed."""
    oldest_overdue: int
    """For how many days the oldest of these is overdue."""
    first: str
    """The first finding, or why it could not be judged."""
    remedy: str
    """What to do about that."""


class FleetOutput(Output):
    """Many programs, the worst first."""

    version: int
    """The version of this format."""
    as_of: date
    """The day that was judged on."""
    verdict: VerdictWord
    """The worst verdict."""
    programs: list[StandingOutput]
    """One for each repository."""


def fleet(report: FleetReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The portfolio."""
    programs = [StandingOutput.model_validate(one.model_dump(mode="json")) for one in report.worst_first]
    output = FleetOutput(version=VERSION, as_of=report.as_of, verdict=report.verdict.value, programs=programs)
    return json_text(output) + "\n"

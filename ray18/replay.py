"""Past verdicts: each step of a range judged as it was merged, by the rules then in force, on one stated day."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ray18.audit import AuditedStep
from ray18.errors import BlockedError
from ray18.gates import Judge, Verdict
from ray18.report import judge_gates


@dataclass(frozen=True, slots=True)
class ReplayedStep:
    """One step and the verdict of each gate after it."""

    step: AuditedStep
    verdicts: Mapping[str, Verdict]
    actual: Mapping[str, str]
    problem: str = ""
    """Why it could not be judged at all."""


@dataclass(frozen=True, slots=True)
class Red:
    """A gate that does not pass at the end: since when, and by whom."""

    gate: str
    since: AuditedStep
    actual: str
    always: bool
    """Whether it did not pass at the first step either."""


@dataclass(frozen=True)
class ReplayReport:
    """The verdicts of a range of steps."""

    title: str
    as_of: date
    steps: tuple[ReplayedStep, ...]

    @property
    def verdict(self) -> Verdict:
        """Replaying is looking, not judging: it passes when every step could be looked at."""
        return Verdict.PASSED

    @property
    def red(self) -> tuple[Red, ...]:
        """Every gate that does not pass at the end."""
        return tuple(self._red())

    def _red(self) -> Iterator[Red]:
        last = self.steps[-1] if self.steps else None
        for gate, verdict in (last.verdicts if last else {}).items():
            if verdict in (Verdict.PASSED, Verdict.WAIVED):
                continue
            since = last
            for earlier in reversed(self.steps):
                if earlier.verdicts.get(gate) in (Verdict.PASSED, Verdict.WAIVED):
                    break
                since = earlier
            if since is not None:
                yield Red(gate, since.step, since.actual.get(gate, ""), since is self.steps[0])


def replayed(
    title: str, as_of: date, steps: Iterable[tuple[AuditedStep, bool]], judge_at: Callable[[str], Judge]
) -> ReplayReport:
    """Judges each step; one that changed nothing governed (False) keeps the verdicts of the step before."""
    found: list[ReplayedStep] = []
    for step, changed in steps:
        if found and not changed and not found[-1].problem:
            found.append(ReplayedStep(step, found[-1].verdicts, found[-1].actual))
            continue
        try:
            report = judge_gates(judge_at(step.commit), ())
        except BlockedError as error:
            found.append(ReplayedStep(step, {}, {}, error.message))
            continue
        verdicts = {result.gate.id: result.verdict for result in report.results}
        found.append(ReplayedStep(step, verdicts, {result.gate.id: result.actual for result in report.results}))
    return ReplayReport(title, as_of, tuple(found))

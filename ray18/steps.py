"""The steps of the protocol: how far the program is, what halts it, and which command comes next."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import Many, Model, Prose, Slug, Title
from ray18.documents.data_file import read_data_file
from ray18.findings import Finding
from ray18.gates import Judge
from ray18.policy import shipped_policy
from ray18.shipped import shipped

State = Literal["done", "halted", "open"]


class Step(Model):
    """One step as `policies/steps.yaml` declares it."""

    id: Slug
    """A short name."""
    number: Annotated[str, Field(pattern=r"^[1-9]\.[1-9]$")]
    """Phase and step."""
    title: Title
    """The protocol's name."""
    must: bool
    """[MUST] or [GUIDELINE]."""
    announcement: Prose | None = None
    """What the protocol says when the step begins."""
    halt: Prose | None = None
    """The protocol's halt condition."""
    command: Title
    """The command that does it."""
    evidence: Title
    """The evidence file it leaves."""
    policies: Many[Slug] = ()
    """The policies whose findings halt it."""


class Steps(Model):
    """`policies/steps.yaml`."""

    steps: Annotated[Many[Step], Field(min_length=1)]
    """The steps, in order."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One step, judged."""

    step: Step
    state: State
    halts: tuple[Finding, ...]
    """What halts it, worst first."""


def read_steps() -> tuple[Step, ...]:
    """The steps as shipped. Raises BlockedError when the file does not read strictly."""
    return read_data_file(shipped("policies") / "steps.yaml", Steps).steps


def standings(judge: Judge) -> Iterator[Standing]:
    """Every step: halted by its policies; else done when they have something to judge or its evidence is there."""
    folder = judge.program.rules.settings.evidence_folder
    evidence = {entry.path for entry in judge.snapshot.paths([folder])}
    for step in read_steps():
        policies = [policy for policy in map(shipped_policy, step.policies) if policy is not None]
        halts = tuple(finding for finding in judge.findings(policies) if finding.level != "warning")
        has_evidence = f"{folder}/{step.evidence}" in evidence
        done = bool(policies) or has_evidence
        yield Standing(step, "halted" if halts else "done" if done else "open", halts)


def next_step(standing: Standing) -> str:
    """What to do about a halted step first: where, and what."""
    first = standing.halts[0]
    if not first.remedy:
        return standing.step.command
    return first.remedy if first.remedy.startswith("ray18 ") or not first.place else f"{first.place}: {first.remedy}"

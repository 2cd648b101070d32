"""`ray18 status`: where the program stands in the protocol, what halts it, and the next step."""

import sys
from typing import Literal

import click

from ray18.commands.output import colourful, say
from ray18.commands.place import judging_options
from ray18.documents.base import Output
from ray18.gates import Judge, Verdict
from ray18.renderers.inert import json_text
from ray18.renderers.json import FindingOutput, VerdictWord, finding_output
from ray18.report import judge_gates
from ray18.steps import Standing, State, next_step, standings
from ray18.terminal import painted, safe


class StepOutput(Output):
    """One step of the protocol."""

    number: str
    """Phase and step."""
    id: str
    """A short name."""
    title: str
    """The protocol's name."""
    must: bool
    """[MUST], or a guideline."""
    state: State
    """done, halted, or open: nothing to judge yet."""
    halt: str | None
    """The protocol's halt condition."""
    halted_by: list[FindingOutput]
    """What halts it."""
    command: str
    """The command that does it."""


class StatusOutput(Output):
    """What `ray18 status --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    steps: list[StepOutput]
    """The steps, in order."""
    gates: dict[str, VerdictWord]
    """The verdict of each gate."""


_COLOURS = {"done": "green", "halted": "red", "open": "dim"}
_SHOWN = 3


@click.command()
@judging_options
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def command(judge: Judge, format_: str) -> None:
    """Show phase and step, what halts the program, and the next command.

    \b
    Examples:
      ray18 status
      ray18 status --rev origin/main
    """
    steps = tuple(standings(judge))
    gates = judge_gates(judge, ())
    halted = next((standing for standing in steps if standing.state == "halted"), None)
    if format_ == "json":
        say(_as_json(steps, {result.gate.id: result.verdict for result in gates.results}))
        return
    colour = colourful(sys.stdout)
    for standing in steps:
        must = "MUST" if standing.step.must else "guideline"
        state = painted(f"{standing.state:6}", _COLOURS[standing.state], colour)
        say(f"{standing.step.number}  {state}  {must:9}  {standing.step.title}\n")
    say("\n" + "".join(f"Gate {r.gate.number}  {r.verdict.value:7}  {r.gate.title}\n" for r in gates.results))
    say("\n" + _next(halted, gates.verdict))


def _next(halted: Standing | None, verdict: Verdict) -> str:
    if halted is not None:
        lines = [f"Halted at step {halted.step.number}: {halted.step.halt or halted.step.title}"]
        lines += [f"  {safe(': '.join(filter(None, (f.place, f.message))))}" for f in halted.halts[:_SHOWN]]
        if len(halted.halts) > _SHOWN:
            lines.append(f"  … and {len(halted.halts) - _SHOWN:,} more: ray18 gate --all")
        lines.append(f"Next: {safe(next_step(halted))}")
        return "\n".join(lines) + "\n"
    if verdict is Verdict.PASSED or verdict is Verdict.WAIVED:
        return "Nothing halts the program: it may go live.\nNext: ray18 run, then ray18 handoff\n"
    return "No step is halted, but a gate is not passed.\nNext: ray18 gate --all\n"


def _as_json(steps: tuple[Standing, ...], gates: dict[str, Verdict]) -> str:
    entries = [
        StepOutput(
            number=standing.step.number,
            id=standing.step.id,
            title=standing.step.title,
            must=standing.step.must,
            state=standing.state,
            halt=standing.step.halt,
            halted_by=[finding_output(finding) for finding in standing.halts],
            command=standing.step.command,
        )
        for standing in steps
    ]
    verdicts = {name: verdict.value for name, verdict in gates.items()}
    return json_text(StatusOutput(version=1, steps=entries, gates=verdicts)) + "\n"

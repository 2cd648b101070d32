"""`ray18 status`: where the program stands in the protocol, what halts it, and the next step."""

import json
import sys

import click

from ray18.commands.output import colourful, say
from ray18.commands.place import judging_options
from ray18.gates import Judge, Verdict
from ray18.report import judge_gates
from ray18.steps import Standing, standings
from ray18.terminal import painted, safe

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
        lines += [
            f"  {safe(f.path)}:{f.line}: {safe(f.message)}" if f.path else f"  {safe(f.message)}"
            for f in halted.halts[:_SHOWN]
        ]
        if len(halted.halts) > _SHOWN:
            lines.append(f"  … and {len(halted.halts) - _SHOWN:,} more")
        lines.append(f"Next: {safe(halted.halts[0].remedy or halted.step.command)}")
        return "\n".join(lines) + "\n"
    if verdict is Verdict.PASSED or verdict is Verdict.WAIVED:
        return "Nothing halts the program: it may go live.\n"
    return "No step is halted, but a gate is not passed.\nNext: ray18 gate --all\n"


def _as_json(steps: tuple[Standing, ...], gates: dict[str, Verdict]) -> str:
    entries = [
        {
            "number": standing.step.number,
            "id": standing.step.id,
            "title": standing.step.title,
            "must": standing.step.must,
            "state": standing.state,
            "halt": standing.step.halt,
            "halted_by": [
                {"policy": f.policy, "message": f.message, "path": f.path, "line": f.line, "remedy": f.remedy}
                for f in standing.halts
            ],
            "command": standing.step.command,
        }
        for standing in steps
    ]
    verdicts = {name: verdict.value for name, verdict in gates.items()}
    return json.dumps({"version": 1, "steps": entries, "gates": verdicts}, indent=2, ensure_ascii=False) + "\n"

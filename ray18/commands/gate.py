"""`ray18 gate`: the verdicts."""

import click

from ray18.commands.output import emit, format_option, statistics_option
from ray18.commands.place import judging_options
from ray18.commands.watch import watch_option
from ray18.errors import UsageError
from ray18.gates import Judge
from ray18.report import judge_gates


@click.command()
@click.argument("gates", nargs=-1, metavar="[GATE]...")
@click.option("--all", "all_gates", is_flag=True, help="Judge every gate.")
@watch_option
@judging_options
@statistics_option
@format_option
def command(judge: Judge, gates: tuple[str, ...], all_gates: bool, formats: tuple[str, ...]) -> None:
    """Judge quality gates: prerequisites, backlog, approvals, governance (or 0, 1, 2, 3).

    Exit code 0: passed or waived; 1: failed; 3: could not be judged, which is never a pass.

    \b
    Examples:
      ray18 gate --all
      ray18 gate backlog
      ray18 gate 2 --rev v1.4 --as-of 2026-06-30
      ray18 gate --all --base origin/main --format json
    """
    if bool(gates) == all_gates:
        raise UsageError("name the gates to judge, or --all", "ray18 gate --all")
    emit("gates", judge_gates(judge, gates), formats)

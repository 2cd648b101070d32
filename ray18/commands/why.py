"""`ray18 why`: the tree of causes."""

import click

from ray18.causes import why
from ray18.commands.output import emit, format_option
from ray18.commands.place import judging_options
from ray18.errors import UsageError
from ray18.gates import Judge
from ray18.report import judge_gates
from ray18.subjects import all_subjects


@click.command()
@click.argument("what", default="approvals")
@judging_options
@format_option
def command(judge: Judge, what: str, formats: tuple[str, ...]) -> None:
    """Say why WHAT stands as it does: approvals, one subject (plan, scope, …), or a gate.

    For approvals: every record, counted or not, with the first check that it fails and the command that mends it.

    \b
    Examples:
      ray18 why approvals
      ray18 why plan --rev main
      ray18 why backlog
    """
    known = [subject.id for subject in all_subjects(judge.program.rules.settings)]
    if what in ("approvals", "2"):
        emit("why", why(judge), formats)
    elif what in known:
        emit("why", why(judge, (what,)), formats)
    elif what in {gate.id for gate in judge.pack.gates} | {str(gate.number) for gate in judge.pack.gates}:
        emit("gates", judge_gates(judge, (what,)), formats)
    else:
        gates = ", ".join(gate.id for gate in judge.pack.gates)
        raise UsageError(f"nothing is called {what!r}", f"a subject ({', '.join(known)}) or a gate ({gates})")

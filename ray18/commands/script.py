"""`ray18 script`: the protocol's scripts, verbatim; `scripts/*.py` in a program are thin doors to it.

Each judges the file it is given *and* that the file is what the records give now.
"""

from collections.abc import Callable
from pathlib import Path

import click

from ray18.commands.output import say
from ray18.commands.place import open_judge, program_repository, today
from ray18.errors import BlockedError, UsageError
from ray18.evidence import approval_log, backlog_table, governance_checklist
from ray18.gates import Judge

Script = Callable[[click.Context, list[str]], None]


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("name")
@click.pass_context
def command(ctx: click.Context, name: str) -> None:
    """Run one of the protocol's scripts by NAME, with its own options.

    \b
    Examples:
      ray18 script validate_prerequisites_18
      ray18 script validate_gate_18_backlog --input .artifacts/protocol-21/maintenance-backlog.csv
      ray18 script run_protocol_18_gates
    """
    if name not in SCRIPTS:
        raise UsageError(f"the protocol has no script {name!r}", f"use one of: {', '.join(SCRIPTS)}")
    SCRIPTS[name](ctx, ctx.args)


def _gate(ctx: click.Context, *gates: str) -> None:
    from ray18.commands.gate import command as gate

    _invoke(ctx, gate, *gates)


def _invoke(ctx: click.Context, command: click.Command, *arguments: str) -> None:
    """Runs another command in this one's place; its exit code becomes ours."""
    status = command.main(
        list(arguments), prog_name=f"ray18 {command.name}", standalone_mode=False, obj=ctx.find_root().obj
    )
    if isinstance(status, int) and status:
        raise click.exceptions.Exit(status)


def _prerequisites(ctx: click.Context, arguments: list[str]) -> None:
    _gate(ctx, "prerequisites", *arguments)


def _backlog(ctx: click.Context, arguments: list[str]) -> None:
    name, rest = _option(arguments, "--input")
    _require_current(ctx, name, backlog_table.written)
    _gate(ctx, "backlog", *rest)


def _approvals(ctx: click.Context, arguments: list[str]) -> None:
    name, rest = _option(arguments, "--log")
    _require_current(ctx, name, approval_log.written)
    _gate(ctx, "approvals", *rest)


def _governance(ctx: click.Context, arguments: list[str]) -> None:
    name, rest = _option(arguments, "--checklist")
    _require_current(ctx, name, governance_checklist.written)
    _gate(ctx, "governance", *rest)


def _aggregate(ctx: click.Context, arguments: list[str]) -> None:
    from ray18.commands.evidence import build_

    _invoke(ctx, build_, *arguments)


def _all_gates(ctx: click.Context, arguments: list[str]) -> None:
    _gate(ctx, "--all", *arguments)


def _candidates(ctx: click.Context, arguments: list[str]) -> None:
    from ray18.commands.automation import automation

    name, rest = _option(arguments, "--input")
    _require_current(ctx, name, backlog_table.written)
    _invoke(ctx, automation, *rest)


def _option(arguments: list[str], name: str) -> tuple[str, list[str]]:
    """The value of the option that the script needs, as `--name VALUE` or `--name=VALUE`, and the other arguments."""
    for number, argument in enumerate(arguments):
        if argument == name and number + 1 < len(arguments):
            return arguments[number + 1], [*arguments[:number], *arguments[number + 2 :]]
        if argument.startswith(f"{name}="):
            return argument.removeprefix(f"{name}="), [*arguments[:number], *arguments[number + 1 :]]
    raise UsageError(f"{name} is missing", f"as in: {name} FILE")


def _require_current(ctx: click.Context, name: str, written: Callable[[Judge], bytes | None]) -> None:
    """Raises BlockedError unless the file is there and says what the records say."""
    path = Path(name)
    if not path.is_file():
        raise BlockedError(f"there is no {name}", "build it: ray18 evidence build")
    judge = open_judge(program_repository(ctx), as_of=today())
    if path.read_bytes() != written(judge):
        raise BlockedError(
            f"{name} is not what the records give: it was edited by hand, or they changed",
            "build it: ray18 evidence build",
        )
    say(f"{name} is current\n")


SCRIPTS: dict[str, Script] = {
    "validate_prerequisites_18": _prerequisites,
    "validate_gate_18_backlog": _backlog,
    "validate_gate_18_approvals": _approvals,
    "validate_gate_18_governance": _governance,
    "aggregate_evidence_18": _aggregate,
    "run_protocol_18_gates": _all_gates,
    "discover_automation_candidates": _candidates,
}
"""The protocol's scripts by name."""


def doors() -> dict[str, bytes]:
    """Path and content of the files that make the protocol's commands work verbatim in a program repository."""
    files = {f"scripts/{name}.py": _DOOR.format(name=name).encode() for name in SCRIPTS}
    return {**files, "maintenance/__init__.py": b"", "maintenance/forecast.py": _FORECAST.encode()}


_DOOR = '''\
"""The protocol's script `{name}.py`: a door to `ray18 script {name}`."""

import sys

sys.path.pop(0)  # this folder: nothing in it may stand in for an installed package

from ray18.cli import run  # noqa: E402

sys.exit(run(["script", "{name}", *sys.argv[1:]]))
'''
_FORECAST = '''\
"""The protocol's import: `from maintenance.forecast import forecast_ticket_volume`."""

from ray18.commands.forecast import forecast_ticket_volume

__all__ = ["forecast_ticket_volume"]
'''

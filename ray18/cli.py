"""The command line: finds the command, imports only that, and turns every error into words and an exit code."""

import contextlib
import errno
import importlib
import os
import sys
from difflib import get_close_matches
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from ray18 import __version__
from ray18.errors import Ray18Error
from ray18.terminal import safe

COMMANDS = {
    "approvals": "Whom to ask, what was decided, stand-ins, minutes.",
    "approve": "Record a decision about a subject, signed with your key.",
    "audit": "Judge every step of history: who did what, and what was out of order.",
    "backlog": "List, show, add and change backlog items.",
    "ci": "Write the CI files for GitHub, GitLab or Gitea.",
    "check": "Check that the records are sound: the pre-commit hook.",
    "completion": "Let the shell complete commands, ids and people.",
    "demo": "Build and run the example program, with a scripted history.",
    "diff": "Compare two states: what is new, fixed, waived, and to be approved.",
    "doctor": "Say what is wrong with the set-up, and how to mend it.",
    "evidence": "Build and verify the evidence files of the protocol.",
    "fleet": "Judge many repositories at once, the worst first.",
    "forecast": "Estimate ticket volume, coverage and rotation.",
    "gate": "Judge the quality gates.",
    "handoff": "Check and pack everything for Protocol 22.",
    "hooks": "Let Git call RAY-18 at commits and pushes.",
    "init": "Start a program in this repository.",
    "intake": "Read a hand-over: report, draft catalog and backlog.",
    "lsp": "Serve an editor: problems while writing, completion, explanations.",
    "kpi": "Key figures from records and history.",
    "manual": "Record a validation done by hand.",
    "outlook": "Say what lapses by a day.",
    "plan": "Draft and show the maintenance and support plan.",
    "policy": "List, explain, start and test policies.",
    "probe": "Ask the live systems whether they work, for gates to read.",
    "publish": "Tell a forge the verdicts: statuses, check runs, a comment.",
    "receive": "Let a bare repository refuse what nobody approved.",
    "replay": "Show past verdicts, and since when a gate is red.",
    "report": "Write one HTML page that shows it all.",
    "rota": "Say who is on call when, fairly, and what nobody can take.",
    "run": "Walk the steps of the protocol, and stop at the first halt.",
    "schema": "List, show and write the JSON Schemas.",
    "script": "Run one of the protocol's scripts.",
    "selftest": "Play the public attacks against this installation.",
    "status": "Show where the program stands in the protocol, and the next step.",
    "waive": "Record an accepted deviation, signed with your key.",
    "waivers": "Show what is excused at the moment, and how that grows.",
    "what-if": "Judge a change that nobody made yet.",
    "why": "Say why approvals or a gate stand as they do.",
}
"""Name and one-line help of every command; the module of the same name holds the rest."""


SECTIONS = {
    "Start": ("init", "intake", "hooks", "demo", "doctor"),
    "Where do we stand": ("status", "check", "gate", "fleet", "why", "report", "run"),
    "Records": ("backlog", "plan", "forecast", "rota", "probe"),
    "Decide and sign": ("approve", "approvals", "waive", "waivers", "manual"),
    "Look back and ahead": ("diff", "audit", "replay", "kpi", "outlook", "what-if"),
    "Hand over": ("evidence", "handoff"),
    "Forges and servers": ("ci", "publish", "receive"),
    "Rules and tools": ("policy", "schema", "script", "selftest", "lsp", "completion"),
}
"""The commands as the help shows them."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's interface)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's interface)
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ray18.commands.{cmd_name.replace('-', '_')}").command
        if "_RAY18_COMPLETE" in os.environ:
            from ray18.commands.completion import completable

            return completable(command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands by the table: nothing is imported to name them."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = get_close_matches(args[0], COMMANDS, 1) if args[0] not in COMMANDS else []
        if near:
            raise click.UsageError(f"there is no command {args[0]!r}; did you mean {near[0]!r}?", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, COMMANDS[name]) for name in names])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ray18", message="%(prog)s %(version)s")
@click.option("-C", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help="Run as if started in FOLDER.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def group(ctx: click.Context, folder: Path | None, debug: bool) -> None:
    """RAY-18: turn a finished project's hand-over into a maintenance and support program, kept and judged in Git.

    \b
    Start here:
      ray18 demo            see a whole program judged
      ray18 init            start one in this repository
      ray18 intake FOLDER   read a hand-over in
      ray18 status          what halts it, and what to do next
      ray18 gate --all      may it go live?
    """
    ctx.obj = {**(ctx.obj or {}), "folder": folder, "debug": debug}


def run(arguments: list[str]) -> int:
    """Runs one command line; its exit code (the contract's)."""
    debug = "--debug" in arguments
    try:
        status = group.main(arguments, prog_name="ray18", standalone_mode=False, obj={"arguments": arguments})
        return status if isinstance(status, int) else 0
    except Ray18Error as error:
        return _report(error.message, error.remedy, error.exit_code, debug)
    except click.UsageError as error:
        with contextlib.suppress(OSError, AttributeError):
            error.show()
        return 2
    except click.ClickException as error:
        return _report(error.format_message(), "", 4, debug)
    except (click.Abort, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
        return 130
    except OSError as error:
        status = 2 if error.errno in (errno.ENAMETOOLONG, errno.EINVAL) else 4
        what = f"{error.strerror or error}" + (f": {str(error.filename)[:200]}" if error.filename else "")
        return _report(what, "check the path, the disk and the permissions", status, debug)
    except RecursionError:
        return _report("the input is nested too deeply", "flatten it", 3, debug)
    except Exception as error:  # no traceback reaches a user
        return _report(
            f"internal error: {type(error).__name__}: {error}",
            "run again with --debug, and report it",
            4,
            debug,
        )


def _report(message: str, remedy: str, status: int, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    text = f"ray18: {safe(message)}\n" + (f"    -> {safe(remedy)}\n" if remedy else "")
    with contextlib.suppress(OSError, AttributeError):  # a closed or full stderr changes no exit code
        sys.stderr.buffer.write(text.encode(sys.stderr.encoding or "utf-8", "backslashreplace"))
        sys.stderr.flush()
    return status

"""The console script: a known answer at once, or the command line."""

import sys


def main() -> None:
    """Runs the command line of this process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs one command line; its exit code (the contract's)."""
    from ray18.quick.answers import COMMANDS, answered

    if arguments and arguments[0] in COMMANDS:
        status = answered(arguments)
        if status is not None:
            return status
    import gc
    import os

    # Reading the metadata of all installed packages, to find plugins that nobody wants here, costs as much as 30 ms.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

    from ray18.cli import run as run_command

    gc.disable()  # a command ends before there is garbage worth looking for, and looking costs an eighth of judging
    return run_command(arguments)

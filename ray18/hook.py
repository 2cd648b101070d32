"""`ray18-hook`: judges what is staged, as Git's pre-commit hook; silent when all is well.

The usual case, an edit whose answer is known, is answered without importing what judging takes. Everything else is what
`ray18 check --staged` does, with its output and exit code.
"""

import os
import sys

NO_CACHE = "--no-cache"
_USAGE = "usage: ray18-hook [--no-cache]\n\nJudge what is staged, as `ray18 check --staged` does; say nothing when all is well.\n"


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Judges the index of the repository in the current folder; the exit code (the contract's)."""
    if arguments not in ([], [NO_CACHE]):
        asked = arguments in (["-h"], ["--help"])
        (sys.stdout if asked else sys.stderr).write(_USAGE)
        return 0 if asked else 2
    if not arguments:
        from ray18.quick.staged import known_to_be_sound

        if known_to_be_sound(os.getcwd()):
            return 0
    from ray18.cli import run as run_command

    return run_command(["check", "--staged", "--quiet", *arguments])

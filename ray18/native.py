"""What the hook files start: a known answer at once, or `ray18 hooks run`.

Python is started without `site`, so nothing is imported here but what a known answer needs; `site` follows with the rest.
"""

import os
import sys

_JUDGED = ("pre-commit", "pre-merge-commit")
_SERVER = ("pre-receive", "update")
_MOST = 1 << 20


def main() -> None:
    """Runs the hook that the command line names."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs one hook of Git with what Git gives it; the exit code (the contract's)."""
    stage = arguments[0] if arguments else ""
    if stage in _JUDGED and _nothing_new():
        return 0
    if stage == "commit-msg" and len(arguments) == 2 and _says_nothing(arguments[1]):
        return 0
    return _in_full(arguments if stage == "--version" else [*_command(stage), *arguments])


def _command(stage: str) -> list[str]:
    """The command that knows a stage (`ray18.native_hooks.scripts`)."""
    return ["receive"] if stage in _SERVER else ["hooks", "run"]


def _nothing_new() -> bool:
    """Whether what is staged in this repository is known to be sound."""
    from ray18.quick.repository import Unclear, find
    from ray18.quick.staged import known_to_be_sound

    told = os.environ.get("GIT_DIR")
    try:
        if told and not os.path.samefile(told, find(os.getcwd()).git_dir):
            return False
    except (Unclear, OSError):
        return False
    return known_to_be_sound(os.getcwd())


def _says_nothing(path: str) -> bool:
    """Whether no word of the message could be a claim (`ray18.native_hooks.claims`)."""
    from ray18.native_hooks.words import speaks_of_decisions

    try:
        with open(path, "rb") as stream:
            message = stream.read(_MOST + 1)
    except OSError:
        return False
    return len(message) <= _MOST and not speaks_of_decisions(message)


def _in_full(arguments: list[str]) -> int:
    try:
        if sys.flags.no_site:
            import site

            site.main()
        from ray18.cli import run as run_command
    except ImportError as error:
        sys.stderr.write(
            f"ray18: RAY-18 cannot be started: {error}\n    -> install it again, then: ray18 hooks install\n"
        )
        return 4
    return run_command(arguments)

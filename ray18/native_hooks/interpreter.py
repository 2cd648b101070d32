"""Which Python the hooks start, and whether it really starts that way."""

import subprocess
import sys
from pathlib import Path

from ray18 import __version__
from ray18.native_hooks.scripts import START, Interpreter

_SECONDS = 60


def fast_interpreter() -> Interpreter | None:
    """The Python that runs this, to be started without `site`; None where RAY-18 does not run when it is started so."""
    package = str(Path(__file__).resolve().parents[2])
    installed = (path for path in sys.path if path.endswith("-packages") and Path(path).is_absolute())
    found = Interpreter(sys.executable, sys.prefix, tuple(dict.fromkeys((package, *installed))))
    return found if Path(found.python or "").is_absolute() and _starts(found) else None


def _starts(interpreter: Interpreter) -> bool:
    command = [interpreter.python, "-I", "-S", "-c", START, interpreter.prefix, *interpreter.library, "--", "--version"]
    try:
        done = subprocess.run(command, capture_output=True, cwd="/", timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.decode("utf-8", "replace").strip() == f"ray18 {__version__}"

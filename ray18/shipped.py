"""Where the folders that come with RAY-18 are: inside the installed package, else beside it in a checkout."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


def shipped(folder: Literal["schemas", "policies", "example-repo"]) -> Path:
    """The folder as this installation has it."""
    inside = _PACKAGE / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder

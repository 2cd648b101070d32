"""Puts the top-level folders that RAY-18 reads at run time inside the wheel.

Editable installs and bare checkouts find them beside the package (`ray18.shipped`), so only a standard build copies them.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("schemas", "policies", "example-repo")


class ShippedFolders(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            for folder in FOLDERS:
                build_data["force_include"][str(Path(self.root, folder))] = f"ray18/{folder}"

"""Exports: what other tools read, one module for each foreign format; the same commit and day give the same bytes.

A format is a module with `written(judge)`, which returns a plain JSON value and raises BlockedError where the records do not
allow an honest one.
"""

import json
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ray18.errors import UsageError
from ray18.gates import Judge


@dataclass(frozen=True, slots=True)
class Export:
    """One foreign format."""

    name: str
    """Its name on the command line."""
    module: str
    """The module in this package that writes it."""
    purpose: str
    """What it says."""
    signable: bool
    """Whether it is an in-toto Statement, which goes into a signed envelope."""

    def written(self, judge: Judge) -> dict[str, Any]:
        """The export as the records stand. Raises BlockedError."""
        value: dict[str, Any] = import_module(f"ray18.exports.{self.module}").written(judge)
        return value


EXPORTS: tuple[Export, ...] = (
    Export("in-toto", "in_toto", "who decided what: an in-toto Statement", signable=True),
    Export("vsa", "vsa", "what the gates came to: a SLSA Verification Summary", signable=True),
    Export("oscal-poam", "oscal_poam", "what is still to be done, by whom and when: an OSCAL plan", signable=False),
)
"""Every format, in the order in which the documentation tells of them."""


def export_named(name: str) -> Export:
    """The format of this name. Raises UsageError."""
    for export in EXPORTS:
        if export.name == name:
            return export
    raise UsageError(f"there is no export {name!r}", f"use one of: {', '.join(export.name for export in EXPORTS)}")


def as_bytes(value: dict[str, Any]) -> bytes:
    """The bytes of an export: ASCII only, so that no text in it does anything to a terminal or an old reader."""
    return (json.dumps(value, indent=2, allow_nan=False) + "\n").encode("ascii")

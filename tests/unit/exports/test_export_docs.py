"""docs/exports.md tells the truth: its commands run in a program's repository, and it names every field and format."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Program
from programs import INTEROP, decided, exported

from ray18.exports import EXPORTS
from ray18.exports.in_toto import PREDICATE_TYPE
from ray18.exports.oscal_poam import OSCAL_VERSION

PAGE = (Path(__file__).parents[3] / "docs/exports.md").read_text()
OTHERS = frozenset({"gitCommit", "sha256", "uri", "ray18", "base", "text", "owner", "due"})
"""Keys that are in-toto's, or plain words inside a condition."""


def test_its_commands_run(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    for name in ("in_toto_attestation", "securesystemslib", "trestle"):
        pytest.importorskip(name, reason=INTEROP)
    if shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH is not installed")
    assert ray18("demo", tmp_path / "demo").status == 0
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path / "demo", env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


def test_it_names_every_format_and_field(program: Program, ray18, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    for export in EXPORTS:
        assert f"| `{export.name}` |" in PAGE
    assert PREDICATE_TYPE in PAGE
    assert f"OSCAL {OSCAL_VERSION}" in PAGE
    decided(program, ray18, tmp_path, monkeypatch)
    named = set(re.findall(r"[A-Za-z]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
    for name in ("in-toto", "vsa"):
        missing = {key for key in keys(exported(ray18, program, name)["predicate"]) if key.isalpha()} - named - OTHERS
        if name == "in-toto":
            assert missing == set()
        else:
            assert missing <= {"blocker", "error", "warning", "number"}


def keys(value: Any) -> Iterator[str]:
    """Every key in a JSON value."""
    if isinstance(value, dict):
        yield from value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for entry in inner:
        yield from keys(entry)

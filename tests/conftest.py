"""Real Git repositories in temporary folders, with pinned people, keys and dates."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ray18 import sshsig
from ray18.approvals import NAMESPACE, record_path
from ray18.cli import run
from ray18.commands.approve import decide
from ray18.commands.place import open_judge
from ray18.git import Repository, discover
from ray18.signing import Signer, in_process
from ray18.subjects import meaning, signed_bytes
from ray18.yaml import render

AS_OF = date(2026, 6, 1)
PROGRAM_ID = "11111111-2222-4333-8444-555555555555"
ROLES = {
    "operations-director": "olga",
    "support-lead": "sam",
    "product-owner": "pia",
    "security-lead": "sven",
}
SETTINGS = f"""\
version: 1
program:
  id: {PROGRAM_ID}
  title: Test program
protected_branch: main
"""
ITEM = """\
id: MB-1
title: Renew the certificate
source:
  kind: other
maintenance_type: preventive
severity: High
priority: P1
owner: sam
created: 2026-05-01
due: 2026-07-01
"""
GIT_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.org",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.org",
    "GIT_AUTHOR_DATE": "2026-05-01T12:00:00Z",
    "GIT_COMMITTER_DATE": "2026-05-01T12:00:00Z",
    "LC_ALL": "C",
}


def signer_of(name: str) -> Signer:
    """The same key for the same name, in every run."""
    return in_process(Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b".")[:32]))


def public_line(name: str) -> str:
    """The key's line as a `.pub` file has it."""
    import base64

    return f"ssh-ed25519 {base64.b64encode(signer_of(name).public_key).decode()}"


def people_yaml(extra: str = "") -> str:
    """Four leads, each with a key and a role, and one developer without a role."""
    people = "".join(
        f"  - id: {name}\n    name: {name.title()}\n    keys:\n      - key: {public_line(name)}\n"
        for name in (*ROLES.values(), "dev")
    )
    roles = "".join(f"  {role}: [{name}]\n" for role, name in ROLES.items())
    return f"people:\n{people}{extra}roles:\n{roles}"


@dataclass
class Program:
    """A program repository under test."""

    root: Path

    @property
    def repository(self) -> Repository:
        return discover(self.root)

    def git(self, *arguments: str, check: bool = True, **environment: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=GIT_ENVIRONMENT | environment, capture_output=True, check=False
        )
        if check and done.returncode != 0:
            raise AssertionError(f"git {arguments}: {done.stderr.decode()}")
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, path: str, content: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def restart(self, path: str, content: str) -> None:
        """Changes what the program began with: its first commit, where trust begins."""
        self.write(path, content)
        self.git("add", "-A")
        self.git("commit", "-q", "--amend", "-m", "start")

    def approve(
        self, subject: str, person: str, role: str, decision: str = "approved", signer: str = "", **said: object
    ) -> str:
        """Writes a signed record of a decision; the path."""
        judge = open_judge(self.repository, as_of=AS_OF)
        _, record = decide(judge, subject, person, role, {"decision": decision, "decided_on": AS_OF, **said})
        path = record_path("approvals", record)
        self.write(path, render(meaning(record)))
        self.write(f"{path}.sig", signer_of(signer or person).sign(signed_bytes(record), NAMESPACE))
        return path

    def seats(self, subject: str = "plan", **where: object) -> dict[str, str]:
        """The state of each seat of a subject."""
        judge = open_judge(self.repository, as_of=AS_OF, **where)  # type: ignore[arg-type]
        return {seat.role: seat.state for seat in judge.approvals.seats if seat.subject.id == subject}

    def why(self, role: str, subject: str = "plan", **where: object) -> str:
        """Why a seat is not filled."""
        judge = open_judge(self.repository, as_of=AS_OF, **where)  # type: ignore[arg-type]
        return next(seat.reason for seat in judge.approvals.seats if (seat.subject.id, seat.role) == (subject, role))


@pytest.fixture(autouse=True)
def outside_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see the same wherever they run: CI systems choose another base and another format."""
    for name in ("GITHUB_ACTIONS", "GITHUB_BASE_REF", "GITHUB_STEP_SUMMARY", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A committed program with four leads and one item."""
    return made_program(tmp_path)


def made_program(folder: Path) -> Program:
    """The same, in a folder of one's own."""
    made = Program(folder / "program")
    made.root.mkdir()
    made.git("init", "-q", "-b", "main")
    made.write("ray18.yaml", SETTINGS)
    made.write("people.yaml", people_yaml())
    made.write("services.yaml", "services: []\n")
    made.write("backlog/MB-1.yaml", ITEM)
    made.commit("start")
    return made


@dataclass
class Ran:
    """What a command line came to."""

    status: int
    out: str
    err: str


@pytest.fixture
def ray18(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ran]:
    """Runs a command line in this process, as the console script would."""

    def call(*arguments: str | Path, folder: Path | None = None) -> Ran:
        capfdbinary.readouterr()
        where = ["-C", str(folder)] if folder else []
        status = run([*where, *map(str, arguments)])
        out, err = capfdbinary.readouterr()
        return Ran(status, out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "surrogateescape"))

    return call


def key_file(folder: Path, name: str) -> Path:
    """A private key file for a name."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b".")[:32])
    path = folder / f"key-{name}"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    assert sshsig.public_blob(key) == signer_of(name).public_key
    return path

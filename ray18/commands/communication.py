"""The protocol's messages: printed as it prints them, and logged with time, person and commit.

The log is append-only: each line holds the digest of the line before, so that a line taken out or changed shows.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ray18.commands.output import say
from ray18.files import write_whole
from ray18.git import Repository
from ray18.terminal import safe
from ray18.yaml import load_json

FILE = "communication-log.jsonl"
PHASE_1_START = (
    "[MASTER RAY™ | PHASE 1 START] - "
    '"Beginning maintenance planning intake using closure outputs and operational baselines."'
)
PHASE_2_COMPLETE = (
    '[MASTER RAY™ | PHASE 2 COMPLETE] - "Maintenance backlog consolidated and prioritized. '
    'Evidence: maintenance-backlog.csv, backlog-prioritization-matrix.json."'
)
VALIDATION_REQUEST = (
    '[RAY VALIDATION REQUEST] - "Please confirm maintenance plan approvals from all stakeholders before activation."'
)
CONFIRMATION = """\
[RAY CONFIRMATION REQUIRED]
> "I have finalized the maintenance & support plan. The following evidence is ready:
> - maintenance-plan.md
> - approval-log.csv
>
> Please review and confirm readiness to proceed to Protocol 22.\""""
COMPLETE = "[MASTER RAY™ | PROTOCOL COMPLETE] Ready for Protocol 22: Implementation Retrospective"
NEXT_PROTOCOL = "@apply .cursor/ai-driven-workflow/22-implementation-retrospective.md"


def error(step: str, reason: str) -> str:
    """The protocol's error message."""
    return f'[RAY ERROR] - "Failed at {step}. Reason: {reason}. Awaiting instructions."'


class Log:
    """The communication log of a program."""

    def __init__(self, repository: Repository, root: Path, folder: str) -> None:
        self.repository = repository
        self.path = root / folder / FILE

    def announce(self, text: str, *, aloud: bool = True) -> None:
        """Adds a message to the log, and prints it unless it was printed already."""
        if aloud:
            say("".join(f"{safe(line)}\n" for line in text.splitlines()))
        lines = self._lines()
        entry = {
            "number": len(lines) + 1,
            "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "person": self._person(),
            "commit": self.repository.head(),
            "text": text,
            "previous": digest(lines[-1]) if lines else None,
        }
        lines.append(json.dumps(entry, ensure_ascii=False))
        write_whole(self.path, ("\n".join(lines) + "\n").encode())

    def _lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines() if self.path.is_file() else []

    def _person(self) -> str:
        """Who Git says runs this; for people, never taken as identity."""
        status, output, _ = self.repository.attempt("config", "--get", "user.name")
        return output.decode("utf-8", "replace").strip() if status == 0 else "unknown"


def digest(line: str) -> str:
    """What the next line says of this one."""
    return hashlib.sha256(line.encode()).hexdigest()


def broken(content: bytes) -> Iterator[str]:
    """What is wrong with a log, in words; nothing when its chain holds."""
    previous: str | None = None
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        loaded = load_json(line.encode())
        entry: Any = loaded.value
        if loaded.problems or not isinstance(entry, dict):
            yield f"line {number} is not JSON"
            return
        if entry.get("number") != number or entry.get("previous") != previous:
            yield f"line {number} does not follow the one before: the log was changed"
            return
        previous = digest(line)


def texts(content: bytes) -> list[str]:
    """The messages of a log."""
    entries = (load_json(line.encode()).value for line in content.decode("utf-8", "replace").splitlines())
    return [str(entry.get("text")) for entry in entries if isinstance(entry, dict)]

"""`evidence-manifest.json`: every evidence file with its digest, and what all of them were derived from.

The records' digest covers path and content of every governed file, so it says exactly which records evidence rests on, also
before they are committed; the commit is named when it holds these very records.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from ray18 import __version__
from ray18.documents import KINDS
from ray18.documents.base import Day, Many, Model
from ray18.errors import BlockedError
from ray18.evidence import EVIDENCE
from ray18.evidence.json_text import as_json
from ray18.findings import Finding
from ray18.gates import Judge
from ray18.snapshot import Snapshot
from ray18.subjects import rules_digest
from ray18.yaml import load_json

FILE = "evidence-manifest.json"
POLICY = "evidence-is-current"
"""The policy id under which evidence that does not hold is reported."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class EvidenceFile(Model):
    """One evidence file."""

    file: str
    """Its name in the evidence folder."""
    sha256: Sha256
    """The digest of its bytes."""
    bytes: int
    """Its size."""
    purpose: str
    """What it is for."""
    consumer: str
    """Who reads it."""


class GateVerdict(Model):
    """What a gate came to when the evidence was derived."""

    gate: str
    """The gate's id."""
    verdict: Literal["passed", "waived", "failed", "blocked"]
    """Its verdict."""


class Manifest(Model):
    """What the evidence consists of, and what it was derived from."""

    version: Annotated[int, Field(ge=1, le=1)]
    """The version of this format."""
    tool: str
    """The program that derived it, with its version."""
    program: str
    """The program's id."""
    as_of: Day
    """The day it was derived for."""
    commit: str | None
    """The commit that holds the records; null when they were not committed."""
    records: Sha256
    """The digest over path and content of every governed file."""
    rules: str
    """The digest of the settings and people that judged."""
    verdicts: Many[GateVerdict]
    """What the gates came to."""
    files: Many[EvidenceFile]
    """The evidence files."""


@dataclass(frozen=True)
class Built:
    """Evidence as the records and the day give it."""

    files: Mapping[str, bytes]
    manifest: bytes
    missing: tuple[str, ...]
    """Files that cannot be derived yet."""


def build(judge: Judge, commit: str | None) -> Built:
    """All evidence of a program, with its manifest. `commit`: where the records are committed, if they are."""
    written = {entry.file: entry.written(judge) for entry in EVIDENCE}
    files = {name: content for name, content in written.items() if content is not None}
    rules = judge.program.rules
    manifest = Manifest(
        version=1,
        tool=f"ray18 {__version__}",
        program=rules.settings.program.id,
        as_of=judge.program.as_of,
        commit=commit,
        records=records_digest(judge.snapshot, judge),
        rules=rules_digest(rules.settings, rules.people),
        verdicts=tuple(GateVerdict(gate=gate.id, verdict=judge.gate(gate).verdict.value) for gate in judge.pack.gates),
        files=tuple(
            EvidenceFile(
                file=e.file,
                sha256=_sha256(files[e.file]),
                bytes=len(files[e.file]),
                purpose=e.purpose,
                consumer=e.consumer,
            )
            for e in EVIDENCE
            if e.file in files
        ),
    )
    missing = tuple(name for name, content in written.items() if content is None)
    return Built(files, as_json(manifest.model_dump(mode="json")), missing)


def records_digest(snapshot: Snapshot, judge: Judge) -> str:
    """SHA-256 over the lines `<sha256 of content>  <path>` of all governed files, by path."""
    locations = judge.program.rules.settings.locations
    places = sorted({*(kind.location(locations) for kind in KINDS), locations.handover})
    entries = snapshot.paths(places)
    lines = [f"{_sha256(content)}  {entry.path}\n" for entry, content in snapshot.read_all(entries)]
    return _sha256("".join(lines).encode("utf-8", "surrogateescape"))


def read_manifest(snapshot: Snapshot, folder: str) -> Manifest | None:
    """The manifest in the evidence folder; None when there is none. Raises BlockedError when it cannot be used."""
    path = f"{folder}/{FILE}"
    if not snapshot.paths([path]):
        return None
    loaded = load_json(snapshot.read(path))
    if loaded.problems:
        first = loaded.problems[0]
        raise BlockedError(f"{path}:{first.place.line}: {first.message}", "build it again: ray18 evidence build")
    try:
        return Manifest.model_validate(loaded.value)
    except ValidationError as error:
        raise BlockedError(f"{path}: {error.errors()[0]['msg']}", "build it again: ray18 evidence build") from error


def compare(judge: Judge, manifest: Manifest) -> tuple[Finding, ...]:
    """What is wrong with the evidence in the snapshot. `judge` must judge the day that the manifest names."""
    folder = judge.program.rules.settings.evidence_folder
    rebuilt = build(judge, manifest.commit)
    stale = manifest.records != records_digest(judge.snapshot, judge)
    found: list[Finding] = []
    for entry in manifest.files:
        path = f"{folder}/{entry.file}"
        content = judge.snapshot.read(path) if judge.snapshot.paths([path]) else None
        found.extend(_differences(path, entry, content, rebuilt.files.get(entry.file), stale))
    listed = {entry.file for entry in manifest.files}
    found.extend(
        _finding(f"{folder}/{name}", "it is not in the manifest") for name in rebuilt.files if name not in listed
    )
    if not stale and judge.snapshot.read(f"{folder}/{FILE}") != rebuilt.manifest:
        found.append(
            _finding(f"{folder}/{FILE}", "it is not what the records give: it was edited, or the rules changed")
        )
    if stale:
        found.append(_finding(f"{folder}/{FILE}", "the records changed since it was derived"))
    return tuple(found)


def _differences(
    path: str, entry: EvidenceFile, content: bytes | None, rebuilt: bytes | None, stale: bool
) -> Iterable[Finding]:
    if content is None:
        yield _finding(path, "it is in the manifest, but not in the folder")
    elif _sha256(content) != entry.sha256:
        yield _finding(path, "it was edited by hand: its bytes are not those in the manifest")
    elif content != rebuilt and not stale:
        yield _finding(path, "it is not what the records give, although they did not change")
    elif content != rebuilt:
        yield _finding(path, "it is stale: the records give something else now")


def _finding(path: str, message: str) -> Finding:
    return Finding(POLICY, "error", message, path, remedy="build it again: ray18 evidence build")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

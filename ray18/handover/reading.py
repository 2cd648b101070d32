"""Reads a whole hand-over: which artifacts are there, what each says, and what only shows across them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from ray18.handover.artifacts import ARTIFACTS, ArtifactKind, artifact
from ray18.handover.json_text import MAX_BYTES
from ray18.handover.model import Artifact, Contents, Handover, Reading, Remark, Team, Unusable, worst_first
from ray18.handover.ownership import completed

T = TypeVar("T")

_RECORD = artifact("operational-handover-record.json").path
_CATALOG = artifact("SERVICE-CATALOG.xlsx").path
_EXPECTED_BESIDE = frozenset((".gitkeep", "README.md"))


def read_handover(files: Mapping[str, bytes]) -> Handover:
    """What a hand-over says. `files`: content by path relative to its folder, parts joined by `/`.

    Never raises, whatever the bytes: what cannot be read is named by blocking remarks.
    """
    found = {kind.name: _locate(kind, files) for kind in ARTIFACTS}
    read = [_read(kind, found[kind.name], files) for kind in ARTIFACTS]
    artifacts = tuple(entry for entry, _ in read)
    contents = _merged(part for _, part in read)
    services, across = completed(contents, found[_RECORD] or _RECORD, found[_CATALOG] or _CATALOG)
    remarks = [*(remark for entry in artifacts for remark in entry.remarks), *across, *_unknown(files, found)]
    return Handover(
        artifacts,
        contents.items,
        services,
        contents.ownership,
        contents.slas,
        contents.support,
        contents.baseline,
        contents.incidents,
        contents.tickets,
        worst_first(remarks),
        _teams(contents.teams),
    )


def _locate(kind: ArtifactKind, files: Mapping[str, bytes]) -> str:
    """The path the artifact really has: its own name, else one that differs only in case; empty = missing."""
    names = {path.split("/")[0] for path in files if ("/" in path) == kind.is_folder}
    if kind.path in names:
        return kind.path
    return min((name for name in names if name.casefold() == kind.path.casefold()), default="")


def _read(kind: ArtifactKind, path: str, files: Mapping[str, bytes]) -> tuple[Artifact, Contents]:
    if not path:
        gone = Remark(kind.path, 0, _missing_text(kind), "hand it over", True)
        remarks = (gone,) if kind.required else ()
        return Artifact(kind.name, kind.path, False, False, "", 0, 0, remarks, kind.required), Contents()
    reading, readable = _attempt(kind, path, files)
    noted = (*_named_otherwise(kind, path), *reading.remarks)
    digest = _digest(kind, path, files)
    entry = Artifact(kind.name, path, True, readable, digest, reading.rows, reading.items, noted, kind.required)
    return entry, reading.contents


def _missing_text(kind: ArtifactKind) -> str:
    return f"the artifact is missing: {kind.purpose} (from {kind.source})"


def _named_otherwise(kind: ArtifactKind, path: str) -> tuple[Remark, ...]:
    if path == kind.path:
        return ()
    return (Remark(path, 0, f"the artifact is named {path}; read as {kind.path}", f"rename it to {kind.path}"),)


def _attempt(kind: ArtifactKind, path: str, files: Mapping[str, bytes]) -> tuple[Reading, bool]:
    """The reading, and whether the artifact could be used in full."""
    try:
        _refuse_large(path, files)
        reading = kind.read(path, files)
    except Unusable as stop:
        return Reading(0, 0, tuple(replace(remark, stands_for=0) for remark in stop.remarks)), False
    except Exception as error:  # a reader's defect must not hide the other artifacts, nor reach the user as a traceback
        message = f"the artifact cannot be read: {type(error).__name__}: {error}"[:300]
        remark = Remark(path, 0, message, "save it again in its usual form, or report a defect of ray18", True)
        return Reading(0, 0, (remark,)), False
    return reading, not any(remark.blocking for remark in reading.remarks)


def _parts(path: str, files: Mapping[str, bytes]) -> list[str]:
    return sorted(name for name in files if name == path or name.startswith(f"{path}/"))


def _refuse_large(path: str, files: Mapping[str, bytes]) -> None:
    for name in _parts(path, files):
        if len(files[name]) > MAX_BYTES:
            message = f"the file has more than {MAX_BYTES:,} bytes; larger ones are not read"
            raise Unusable(Remark(name, 0, message, "split it", True))


def _digest(kind: ArtifactKind, path: str, files: Mapping[str, bytes]) -> str:
    """SHA-256 of the file; of a folder, that of its sorted `<sha256>  <path inside>` lines."""
    if not kind.is_folder:
        return hashlib.sha256(files[path]).hexdigest()
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name[len(path) + 1 :]}\n" for name in _parts(path, files))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _merged(parts: Iterable[Contents]) -> Contents:
    every = list(parts)
    return Contents(
        items=tuple(entry for part in every for entry in part.items),
        services=tuple(entry for part in every for entry in part.services),
        ownership=tuple(entry for part in every for entry in part.ownership),
        slas=tuple(entry for part in every for entry in part.slas),
        teams=tuple(entry for part in every for entry in part.teams),
        incidents=tuple(entry for part in every for entry in part.incidents),
        baseline=_only(part.baseline for part in every),
        tickets=_only(part.tickets for part in every),
        support=_only(part.support for part in every),
    )


def _only(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _unknown(files: Mapping[str, bytes], found: Mapping[str, str]) -> Iterator[Remark]:
    """Files that are none of the artifacts: said once for each file or folder."""
    known = set(found.values()) | _EXPECTED_BESIDE
    for name in sorted({path.split("/")[0] for path in files} - known):
        remedy = "remove it, or name it as the artifact that it is"
        yield Remark(name, 0, "not one of the artifacts; it is not read", remedy)


def _teams(named: Iterable[Team]) -> tuple[Team, ...]:
    """Each team or person once, with a contact where any artifact gives one; sorted by name."""
    result: dict[str, Team] = {}
    for team in named:
        known = result.get(team.name)
        if not known or (team.contact and not known.contact):
            result[team.name] = team
    return tuple(result[name] for name in sorted(result))

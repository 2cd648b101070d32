"""Reads a whole hand-over: which artifacts are there, what each says, and what only shows across them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ray18.documents.dialects import Intake
from ray18.handover.archive import Limits, read_members
from ray18.handover.artifacts import ARTIFACTS, ArtifactKind, artifact
from ray18.handover.delivery import Delivery, Part
from ray18.handover.json_text import MAX_BYTES
from ray18.handover.model import Artifact, Contents, Handover, Notebook, Remark, Team, Unusable, worst_first
from ray18.handover.ownership import completed
from ray18.handover.rows import ENDINGS

_RECORD = artifact("operational-handover-record.json")
_CATALOG = artifact("SERVICE-CATALOG.xlsx")
_EXPECTED_BESIDE = frozenset((".gitkeep", "README.md"))
_ASIDE = frozenset((".gitkeep", "README.md", "LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE"))
"""Files in the folder of an artifact that are none of its parts."""
_UNPACKED = Limits(members=5_000, total=64 * 1024 * 1024)


def read_handover(files: Mapping[str, bytes], intake: Intake | None = None) -> Handover:
    """What a hand-over says. `files`: content by path relative to its folder, parts joined by `/`.

    `intake` says how it is written. Never raises, whatever the bytes: what cannot be read is named by blocking remarks.
    """
    manner = intake or Intake()
    found = {kind.name: _located(kind, files) for kind in ARTIFACTS}
    read = [_read(kind, found[kind.name], files, manner) for kind in ARTIFACTS]
    artifacts = tuple(entry for entry, _ in read)
    contents = Contents.merged([part for _, part in read])
    services, across = completed(contents, _first(found, _RECORD), _first(found, _CATALOG))
    remarks = [*(remark for entry in artifacts for remark in entry.remarks), *across, *_unknown(files, found)]
    return Handover(
        artifacts,
        contents.drafts,
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


def _located(kind: ArtifactKind, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The files and folders at the top that are the artifact, whichever their form; its own name first, if it is there."""
    names = {path.split("/")[0] for path in files if kind.is_named(path.split("/")[0])}
    return tuple(sorted(names, key=lambda name: (name != kind.path, name.casefold() != kind.path.casefold(), name)))


def _first(found: Mapping[str, tuple[str, ...]], kind: ArtifactKind) -> str:
    return next(iter(found[kind.name]), kind.path)


def _read(
    kind: ArtifactKind, names: tuple[str, ...], files: Mapping[str, bytes], manner: Intake
) -> tuple[Artifact, Contents]:
    paths = sorted(path for path in files if path.split("/")[0] in names)
    if not paths:
        gone = Remark(
            kind.path, 0, f"the artifact is missing: {kind.purpose} (from {kind.source})", "hand it over", True
        )
        missed = (gone,) if kind.required else ()
        return Artifact(kind.name, kind.path, False, False, "", 0, 0, missed, kind.required), Contents()
    noted = list(_named_otherwise(kind, names))
    parts = tuple(_parts(kind, paths, files, noted))
    reading = kind.read(Delivery(names[0], parts, manner.dialect(kind.id), files))
    remarks = (*noted, *reading.remarks)
    entry = Artifact(
        kind.name,
        names[0],
        True,
        not any(remark.blocking for remark in remarks),
        _digest(names, paths, files),
        reading.rows,
        reading.items,
        remarks,
        kind.required,
    )
    return _balanced(entry), reading.contents


def _balanced(entry: Artifact) -> Artifact:
    """The artifact; should the sum not hold, a blocking remark says so: nothing may be lost in silence."""
    if entry.accounted:
        return entry
    message = f"the sum does not hold: {entry.sum}"
    lost = Remark(entry.path, 0, message, "report it as a defect of ray18", True)
    return replace(entry, readable=False, remarks=(*entry.remarks, lost))


def _named_otherwise(kind: ArtifactKind, names: tuple[str, ...]) -> Iterator[Remark]:
    for name in names:
        if name != kind.path and name.casefold() == kind.path.casefold():
            yield Remark(name, 0, f"the artifact is named {name}; read as {kind.path}", f"rename it to {kind.path}")
    if len(names) > 1:
        message = f"{len(names)} files or folders are the artifact, and all of them are read: {', '.join(names)}"
        yield Remark(names[0], 0, message[:300], "remove those that are out of date")


def _parts(kind: ArtifactKind, paths: Iterable[str], files: Mapping[str, bytes], noted: list[Remark]) -> Iterator[Part]:
    """Every file of the artifact; those in an archive as if they lay in a folder of its name."""
    for path in paths:
        name = path.rsplit("/", 1)[-1]
        if "/" in path and name in _ASIDE and not kind.is_folder:
            noted.append(Remark(path, 0, "not a part of the artifact; it is not read", ""))
        elif "/" in path and not kind.is_folder and name.rsplit(".", 1)[-1].casefold() not in ENDINGS:
            noted.append(Remark(path, 0, "its ending is none that is read", f"known: {', '.join(sorted(ENDINGS))}"))
        elif len(files[path]) > MAX_BYTES:
            message = f"the file has more than {MAX_BYTES:,} bytes; larger ones are not read"
            noted.append(Remark(path, 0, message, "split it", True))
        elif name.casefold().endswith(".zip") and kind.id != "closure-package":
            yield from _unpacked(path, files[path], noted)
        else:
            yield Part(path, files[path])


def _unpacked(path: str, content: bytes, noted: list[Remark]) -> Iterator[Part]:
    notes = Notebook(path)
    try:
        members = read_members(content, notes, _UNPACKED, keep=("",), keep_limit=MAX_BYTES).members
    except Unusable as stop:
        noted.extend(stop.remarks)
        return
    noted.extend(replace(remark, stands_for=0) for remark in notes.remarks)
    yield from (Part(f"{path}/{member.name}", member.content) for member in members)


def _digest(names: tuple[str, ...], paths: Iterable[str], files: Mapping[str, bytes]) -> str:
    """SHA-256 of the only file; of a folder, that of its sorted `<sha256>  <path inside>` lines; of several, of full paths."""
    if names[0] in files and len(names) == 1:
        return hashlib.sha256(files[names[0]]).hexdigest()
    cut = len(names[0]) + 1 if len(names) == 1 else 0
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path[cut:]}\n" for path in paths)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _unknown(files: Mapping[str, bytes], found: Mapping[str, tuple[str, ...]]) -> Iterator[Remark]:
    """Files that are none of the artifacts: said once for each file or folder."""
    known = {name for names in found.values() for name in names} | _EXPECTED_BESIDE
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

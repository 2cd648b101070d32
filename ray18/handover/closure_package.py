"""`CLOSURE-PACKAGE.zip`: listed, hashed, held against its manifest and the files beside; never extracted."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence

from ray18.findings import shown
from ray18.handover.archive import Limits, Member, read_members
from ray18.handover.delivery import Delivery, Part, read_parts
from ray18.handover.model import Notebook, Reading

MANIFEST = "MANIFEST.sha256"
_LINE = re.compile(r"([0-9a-fA-F]{64}) [ *](\S.*)\Z")


def read(delivery: Delivery) -> Reading:
    """Every member counts; a refused one has a blocking remark."""
    return read_parts(delivery, lambda part, notes: _read_part(part, notes, delivery.beside))


def _read_part(part: Part, notes: Notebook, files: Mapping[str, bytes]) -> Reading:
    contents = read_members(part.content, notes, Limits(), keep=(MANIFEST,))
    members = contents.members
    if not contents.listed:
        notes.block(0, "the archive is empty", "pack the hand-over into it")
    manifests = [member for member in members if member.name.rsplit("/", 1)[-1] == MANIFEST]
    if not manifests:
        notes.note(0, f"the archive has no {MANIFEST}", "add one, so that a changed file shows")
    for manifest in manifests:
        _compare_with_manifest(manifest, members, notes)
    _compare_with_folder(part.path, members, files, notes)
    return Reading(contents.listed, len(members), ())


def _compare_with_manifest(manifest: Member, members: Sequence[Member], notes: Notebook) -> None:
    folder = manifest.name[: -len(MANIFEST)]
    digests = {member.name: member.sha256 for member in members}
    named = dict(_promised(manifest, notes))
    for name, promised in named.items():
        found = digests.get(folder + name)
        if found is None:
            notes.block(0, f"{manifest.name} names {shown(name)}, which is not there", "pack the archive again")
        elif found != promised:
            message = f"{shown(folder + name)} is not what {manifest.name} says: SHA-256 {found[:12]}…"
            notes.block(0, message, "find out which of the two was changed")
    for member in members:
        inside = member.name.removeprefix(folder)
        if member.name.startswith(folder) and member is not manifest and inside not in named:
            notes.note(0, f"{shown(member.name)} is not in {manifest.name}", "add it there")


def _promised(manifest: Member, notes: Notebook) -> Iterator[tuple[str, str]]:
    text = manifest.content.decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.match(line)
        if match:
            yield match[2].removeprefix("./"), match[1].lower()
        elif line.strip() and not line.startswith("#"):
            message = f"line {number} of {manifest.name} is not `<sha256>  <name>`"
            notes.block(0, message, "write it with sha256sum")
    if not text.strip():
        notes.block(0, f"{manifest.name} is empty, or too large to be read", "write it with sha256sum")


def _compare_with_folder(path: str, members: Sequence[Member], files: Mapping[str, bytes], notes: Notebook) -> None:
    """A member that also lies beside the archive must be the same file."""
    for member in members:
        for name in sorted({member.name, member.name.partition("/")[2]}):
            beside = files.get(name) if name != path else None
            if beside is not None and hashlib.sha256(beside).hexdigest() != member.sha256:
                message = f"{shown(member.name)} differs from {name} beside the archive"
                notes.note(0, message, "find out which of the two is in force")

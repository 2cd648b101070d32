"""Zip archives, read without ever being extracted: names are judged, then bytes are streamed within a budget.

Python's zipfile hides some of what is dangerous here: it cuts names at NUL, and lets names stand twice.
"""

import hashlib
import io
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ray18.findings import shown
from ray18.handover.model import Notebook, Remark, Unusable

_CHUNK = 256 * 1024
_LOCAL_HEADER = struct.Struct("<4s22sHH")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold; sizes in bytes, inflated."""

    members: int = 10_000
    total: int = 256 * 1024 * 1024
    ratio: int = 200
    ratio_from: int = 1024 * 1024
    """Below this size the ratio does not matter."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive; `content` only where it was asked for."""

    name: str
    size: int
    sha256: str
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Contents:
    """The members that could be read, and how many files the archive lists."""

    members: tuple[Member, ...]
    listed: int


def read_members(
    content: bytes, notes: Notebook, limits: Limits, keep: Sequence[str] = (), keep_limit: int = 1024 * 1024
) -> Contents:
    """Every file with its SHA-256, and the content of small ones whose name ends in one of `keep`.

    A member that is refused gets a blocking remark that stands for it. Raises Unusable when all are.
    """
    path = notes.path
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
        raise Unusable(Remark(path, 0, f"not a usable zip archive: {error}", "pack it again", True)) from error
    with archive:
        infos = [info for info in archive.infolist() if not _is_folder(info) or info.file_size]
        _refuse_bombs(path, archive.infolist(), limits)
        refused = dict(_refused(archive.infolist()))
        overlapping = set(_overlapping(archive.infolist(), content))
        members = []
        budget = limits.total
        for at, info in enumerate(infos):
            reason = refused.get(id(info)) or ("it overlaps another member" if id(info) in overlapping else "")
            member = None if reason else _member(archive, info, notes, budget, _kept(info, keep, keep_limit))
            if reason:
                _refuse(info, at, reason, notes)
            if member:
                members.append(member)
                budget -= member.size
        _note_refused_folders(archive.infolist(), refused, notes)
    return Contents(tuple(members), len(infos))


def _is_folder(info: zipfile.ZipInfo) -> bool:
    """As ZipInfo.is_dir, which in Python 3.11 breaks on a member without a name."""
    return info.filename.endswith("/")


def _kept(info: zipfile.ZipInfo, keep: Sequence[str], limit: int) -> bool:
    return info.file_size <= limit and info.filename.endswith(tuple(keep))


def _refuse(info: zipfile.ZipInfo, at: int, reason: str, notes: Notebook) -> None:
    message = f"member {at + 1}, {shown(info.orig_filename)}, is refused: {reason}"
    notes.block(0, message, "pack the archive again without it", stands_for=1)


def _note_refused_folders(infos: Sequence[zipfile.ZipInfo], refused: dict[int, str], notes: Notebook) -> None:
    for info in infos:
        if _is_folder(info) and not info.file_size and id(info) in refused:
            message = f"the folder {shown(info.orig_filename)} is refused: {refused[id(info)]}"
            notes.block(0, message, "pack the archive again without it")


def _refuse_bombs(path: str, infos: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    """By what the archive declares, before anything is inflated."""
    if len(infos) > limits.members:
        message = f"the archive has {len(infos):,} members; at most {limits.members:,} are read"
        raise Unusable(Remark(path, 0, message, "split it", True))
    total = sum(info.file_size for info in infos)
    if total > limits.total:
        message = f"the archive would inflate to {total:,} bytes; at most {limits.total:,} are read"
        raise Unusable(Remark(path, 0, message, "split it", True))
    for info in infos:
        if info.file_size > limits.ratio_from and info.file_size > limits.ratio * max(info.compress_size, 1):
            message = f"{shown(info.filename)} would inflate more than {limits.ratio} times"
            raise Unusable(Remark(path, 0, message, "pack it without such a member", True))


def _refused(infos: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[int, str]]:
    """Every member that must not be read, by identity, with the reason."""
    seen: dict[str, str] = {}
    folders = {_folded(parent) for info in infos for parent in _parents(info.filename)}
    for info in infos:
        name = _folded(info.filename.rstrip("/"))
        if name in seen:
            same = seen[name] == info.filename
            yield (
                id(info),
                "another member has its name" if same else "another member's name differs only in case",
            )
        elif name in folders and not _is_folder(info):
            yield id(info), "another member has it as its folder"
        else:
            reason = _bad_name(info.orig_filename) or _bad_kind(info)
            if reason:
                yield id(info), reason
        seen.setdefault(name, info.filename)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _parents(name: str) -> list[str]:
    parts = name.rstrip("/").split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]


def _bad_name(name: str) -> str:
    parts = name.rstrip("/").split("/")
    rules = (
        ("\x00" in name, "its name holds a NUL"),
        (not name.strip("/"), "it has no name"),
        (name.startswith("/"), "its name is an absolute path"),
        ("\\" in name, "its name holds a backslash"),
        (len(name) > 1 and name[1] == ":", "its name begins with a drive"),
        (".." in parts or "." in parts, "its name leads out of its folder"),
        ("" in parts, "its name has an empty part"),
        (not name.isprintable(), "its name holds a character that does not show"),
        (len(name.encode("utf-8", "replace")) > 1000, "its name is too long"),
    )
    return next((reason for broken, reason in rules if broken), "")


def _bad_kind(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if stat.S_ISLNK(kind):
        return "it is a symbolic link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is not a regular file"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    return "" if info.compress_type in _METHODS else "its compression is not read here"


def _overlapping(infos: Sequence[zipfile.ZipInfo], content: bytes) -> Iterator[int]:
    """Members whose bytes begin before those of the one before them end (quoted-overlap bombs)."""
    ends = -1
    for info in sorted(infos, key=lambda entry: entry.header_offset):
        if info.header_offset < ends:
            yield id(info)
        start = max(info.header_offset, 0)
        header = content[start : start + _LOCAL_HEADER.size]
        lengths = _LOCAL_HEADER.unpack(header)[2:] if len(header) == _LOCAL_HEADER.size else (0, 0)
        ends = max(ends, info.header_offset + _LOCAL_HEADER.size + sum(lengths) + info.compress_size)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, notes: Notebook, budget: int, keep: bool) -> Member | None:
    digest, size, kept = hashlib.sha256(), 0, bytearray()
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > min(budget, info.file_size):
                    raise zipfile.BadZipFile("it inflates to more than it declares")
                digest.update(chunk)
                if keep:
                    kept += chunk
    except Exception as error:  # zlib.error, EOFError, RuntimeError, struct.error: zipfile lets all of them through
        notes.block(0, f"{shown(info.filename)} cannot be read: {error}", "pack it again", stands_for=1)
        return None
    return Member(info.filename, size, digest.hexdigest(), bytes(kept))

"""The repository as it reads at one place: the work tree, the index or a commit; nothing is ever checked out or stashed."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import time_ns
from typing import Protocol

from ray18.errors import BlockedError, EnvironmentProblem
from ray18.files import TEMPORARY
from ray18.git import EXECUTABLE_FILE, REGULAR_FILE, Entry, Repository, blob_id
from ray18.quick.answers import COARSE_TICK, TICK, told

WORK_TREE = "worktree"
"""The id of the snapshot that is the files on disk."""
MAX_FILE_BYTES = 64 * 1024 * 1024


class Snapshot(Protocol):
    """What every place offers: its name, which paths it has, and their exact bytes."""

    @property
    def id(self) -> str:
        """`worktree`, `index`, or the id of a commit."""

    def paths(self, under: Sequence[str]) -> tuple[Entry, ...]:
        """All files at or below the given paths, sorted. Modes are Git's; anything but a regular file shows as such."""

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises BlockedError when it is no regular file, or cannot be read."""

    def read_all(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """The bytes of many files, in the order given."""

    def named(self, path: str, content: bytes) -> str:
        """The object id of a content that was read from a file whose entry has none; empty when none is wanted."""


@dataclass(frozen=True)
class _GitSnapshot:
    """What index and commit share: entries have object ids, and bytes come from the object database."""

    repository: Repository

    def _entry(self, path: str) -> Entry:
        raise NotImplementedError

    def named(self, path: str, content: bytes) -> str:  # noqa: ARG002 (entries of Git have ids)
        return ""

    def read(self, path: str) -> bytes:
        ((_, content),) = self.read_all([self._entry(path)])
        return content

    def read_all(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        wanted = list(entries)
        for entry in wanted:
            require_regular(entry)
        objects = self.repository.objects(entry.oid for entry in wanted)
        for entry, (_, kind, content) in zip(wanted, objects, strict=True):
            if kind != "blob":
                raise BlockedError(f"{entry.path} is a {kind}, not a file", "the repository is damaged or forged")
            yield entry, content


@dataclass(frozen=True)
class CommitSnapshot(_GitSnapshot):
    """A commit, read from the object database."""

    commit: str

    @property
    def id(self) -> str:
        return self.commit

    def paths(self, under: Sequence[str]) -> tuple[Entry, ...]:
        key = tuple(under)
        if key not in self._listed:
            self._listed[key] = _sorted(self.repository.tree(self.commit, under))
        return self._listed[key]

    @cached_property
    def _listed(self) -> dict[tuple[str, ...], tuple[Entry, ...]]:
        return {}

    def _entry(self, path: str) -> Entry:
        return _only(self.paths([path]), path)


@dataclass(frozen=True)
class IndexSnapshot(_GitSnapshot):
    """What is staged; `index_file` is GIT_INDEX_FILE where Git runs us as a hook of a partial commit."""

    index_file: str | None = None

    @property
    def id(self) -> str:
        return "index"

    def paths(self, under: Sequence[str]) -> tuple[Entry, ...]:
        entries = self.repository.index(under, self.index_file)
        unmerged = sorted({entry.path for entry, merge_stage in entries if merge_stage != 0})
        if unmerged:
            raise BlockedError(f"{unmerged[0]} has an unresolved merge conflict", "resolve it and `git add` the file")
        return _sorted(entry for entry, _ in entries)

    def _entry(self, path: str) -> Entry:
        return _only(self.paths([path]), path)


@dataclass
class Sightings:
    """What the file system said of files when their contents were read: while it says the same, they hold the same.

    As Git does it: size, times, inode and mode. A file that changed a moment before it was read could change again within
    one tick of the file system's clock; such sightings are not kept.
    """

    known: dict[str, tuple[tuple[int, ...], str]] = field(default_factory=dict)
    """Path to what was said and the id of the content."""
    listed_at: int = 0
    """When files were listed last, in nanoseconds."""
    now: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """What was said of each file when it was first listed."""
    changed: int = 0
    """How many contents were read anew."""

    def id_of(self, path: str, said: os.stat_result) -> str:
        """The id of the content, if it must still be what was read; else an empty text."""
        found = told(said)
        self.now.setdefault(path, found)
        then = self.known.get(path)
        return then[1] if then is not None and then[0] == found else ""

    def note(self, path: str, oid: str) -> None:
        """A content was read and has this id."""
        found = self.now.get(path)
        if found is not None:
            self.known[path] = (found, oid)
            self.changed += 1

    def lasting(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """Those that may be kept for another run."""
        newest = max((max(seen[0][2:4]) for seen in self.known.values()), default=0)
        tick = TICK if newest % 1_000_000_000 else COARSE_TICK
        return {
            path: seen
            for path, seen in self.known.items()
            if path in self.now and max(seen[0][2:4]) + tick < self.listed_at
        }


@dataclass(frozen=True)
class WorkTreeSnapshot:
    """The files on disk, also those that Git does not track yet; links are never followed."""

    root: Path
    sightings: Sightings = field(default_factory=Sightings)

    @property
    def id(self) -> str:
        return WORK_TREE

    def named(self, path: str, content: bytes) -> str:
        oid = blob_id(content)
        self.sightings.note(path, oid)
        return oid

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)

    def _inside(self, folder: str) -> bool:
        """Whether a folder, links followed, lies in the work tree."""
        if folder not in self._seen:
            real = os.path.realpath(folder)
            self._seen[folder] = real == self._real_root or real.startswith(f"{self._real_root}{os.sep}")
        return self._seen[folder]

    @cached_property
    def _seen(self) -> dict[str, bool]:
        return {}

    def paths(self, under: Sequence[str]) -> tuple[Entry, ...]:
        self.sightings.listed_at = time_ns()
        return _sorted(entry for name in under for entry in self._walk(os.path.normpath(name)))

    def _walk(self, name: str) -> Iterator[Entry]:
        path = os.path.join(self.root, name)
        try:
            found = os.lstat(path)
            if stat.S_ISDIR(found.st_mode):
                yield from self._below(path, name)
            else:
                yield Entry(name, _git_mode(found.st_mode), self.sightings.id_of(name, found))
        except FileNotFoundError:
            return
        except OSError as error:
            raise EnvironmentProblem(f"cannot look at {path}: {error.strerror}", "mend the permissions") from error

    def _below(self, folder: str, name: str) -> Iterator[Entry]:
        for entry in os.scandir(folder):
            if entry.name == ".git" or TEMPORARY.fullmatch(entry.name):
                continue
            path = f"{name}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(entry.path, path)
            else:
                found = entry.stat(follow_symlinks=False)
                yield Entry(path, _git_mode(found.st_mode), self.sightings.id_of(path, found))

    def read(self, path: str) -> bytes:
        full = os.path.join(self.root, path)
        if not self._inside(os.path.dirname(full)):
            raise BlockedError(f"{path} leads outside the repository", "keep the file itself in the repository")
        try:
            descriptor = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise BlockedError(
                f"{path} cannot be read: {error.strerror}", "it must be a regular file that you may read"
            ) from error
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise BlockedError(f"{path} is not a regular file", "put a regular file there")
            if found.st_size > MAX_FILE_BYTES:
                raise BlockedError(f"{path} is larger than {MAX_FILE_BYTES:,} bytes", "keep large files elsewhere")
            content = stream.read(
                found.st_size + 1
            )  # a buffer of the limit's size for each file would use up memory maps
            if len(content) != found.st_size:
                raise BlockedError(f"{path} was changed while it was read", "run again")
            return content

    def read_all(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        for entry in entries:
            require_regular(entry)
            yield entry, self.read(entry.path)


@dataclass(frozen=True)
class OverlaySnapshot:
    """Another snapshot with some files as they might be; None = taken away."""

    under: Snapshot
    changes: Mapping[str, bytes | None]

    @property
    def id(self) -> str:
        return self.under.id

    def paths(self, under: Sequence[str]) -> tuple[Entry, ...]:
        kept = (entry for entry in self.under.paths(under) if entry.path not in self.changes)
        new = (
            Entry(path, REGULAR_FILE, "")
            for path, content in self.changes.items()
            if content is not None and any(path == place or path.startswith(f"{place}/") for place in under)
        )
        return _sorted((*kept, *new))

    def read(self, path: str) -> bytes:
        if path not in self.changes:
            return self.under.read(path)
        content = self.changes[path]
        if content is None:
            raise BlockedError(f"there is no {path}", "check the path")
        return content

    def read_all(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        wanted = list(entries)
        below = self.under.read_all(entry for entry in wanted if entry.path not in self.changes)
        for entry in wanted:
            if entry.path in self.changes:
                yield entry, self.read(entry.path)
            else:
                yield next(below)

    def named(self, path: str, content: bytes) -> str:
        return "" if path in self.changes else self.under.named(path, content)


def require_regular(entry: Entry) -> None:
    """Raises BlockedError unless the entry is an ordinary file: no link, no submodule, no device."""
    if entry.mode not in (REGULAR_FILE, EXECUTABLE_FILE):
        kind = {"120000": "a symbolic link", "160000": "a submodule"}.get(entry.mode, "not a regular file")
        raise BlockedError(f"{entry.path} is {kind}", "put a regular file there")


def _git_mode(mode: int) -> str:
    if stat.S_ISREG(mode):
        return EXECUTABLE_FILE if mode & 0o100 else REGULAR_FILE
    return "120000" if stat.S_ISLNK(mode) else "000000"


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(set(entries), key=lambda entry: entry.path))


def _only(entries: tuple[Entry, ...], path: str) -> Entry:
    for entry in entries:
        if entry.path == path:
            return entry
    raise BlockedError(f"there is no {path}", "check the path")

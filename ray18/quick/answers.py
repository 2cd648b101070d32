"""Answers that were given before to the same question about the same files: what `check` and `gate` printed, and how they ended.

A question is the command line, where it was asked, and how its answer is shown. An answer rests on the day, the commits that
supply the rules, and every governed file; it is given again only while all of them are what they were. For the work tree that
is told by what the file system says of each file, as Git tells it (size, times, inode); files that changed a moment before
they were read might change again within one tick of its clock, so nothing is noted then.

Where the files differ only by edits of records that have no effect (`ray18.quick.edits`), the answer is the same.
"""

import marshal
import os
import sys
from time import gmtime, time_ns

from ray18.cache import Cache, digest
from ray18.quick.repository import Repository, Unclear, find, references_behind
from ray18.quick.staged import CI

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Files = dict[str, tuple[int, ...]]
    """Path to what the file system says of it."""

COMMANDS = ("check", "gate")
_OPTIONS = ("--all", "--as-of", "--format", "--quiet", "-q", "--statistics")
"""Options that ask about the work tree, for nothing but an answer. With any other, nothing is taken up."""
_WITH_VALUE = ("--as-of=", "--format=")
_SHOWN_BY = (
    "NO_COLOR",
    "TERM",
    "COLUMNS",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "PYTHONIOENCODING",
    "PYTHONUTF8",
    "GIT_INDEX_FILE",
)
TICK = 50_000_000
COARSE_TICK = 2_100_000_000
"""Nanoseconds; file systems that keep whole seconds only may keep two at a time."""


_KIND, _FOLDER, _REGULAR = 0o170000, 0o040000, 0o100000
_MOST_STATES = 20


class Question:
    """One command line, asked in one place."""

    __slots__ = ("asked_at", "before", "cache", "name", "repository")

    def __init__(self, arguments: list[str], folder: str) -> None:
        """Raises Unclear when its answer cannot be known from here."""
        if not arguments or arguments[0] not in COMMANDS or not _about_this_place(arguments):
            raise Unclear
        if any(os.environ.get(name) for name in CI) or sys.stdout is None:
            raise Unclear
        self.asked_at = time_ns()
        self.repository = find(folder)
        self.cache = Cache(self.repository.common_dir)
        shown = [os.environ.get(name) for name in _SHOWN_BY]
        asked = [
            arguments,
            os.path.abspath(folder),
            self.repository.git_dir,
            shown,
            sys.stdout.isatty(),
            sys.stdout.encoding,
        ]
        self.before = self.repository.references(["HEAD", *references_behind(self.repository, "")])
        self.name = f"answer {digest(repr(asked).encode('utf-8', 'surrogateescape')).hex()}"

    def known(self) -> "tuple[int, bytes] | None":
        """Exit code and output, if everything that they rest on is what it was, or differs by edits without an effect."""
        kept = self.cache.get(self.name)
        if kept is None:
            return None
        answer: dict[str, Any] = marshal.loads(kept)
        files = _files(self.repository.root, answer["places"])
        state = self.state(files, answer["references"])
        if state not in answer["states"]:
            if not self._edited(answer, state, files):
                return None
            if _settled(files, self.asked_at):
                answer["states"] = [*answer["states"], state][-_MOST_STATES:]
                self.cache.put(self.name, marshal.dumps(answer))
        return answer["status"], answer["output"]

    def _edited(self, answer: "dict[str, Any]", state: "dict[str, Any]", files: "Files") -> bool:
        """Whether nothing but files differs from what was judged, and those by edits without an effect. Raises Unclear."""
        judged = answer["states"][0]
        if {**state, "files": judged["files"]} != judged:
            return False
        kept = self.cache.get(f"{self.name} edits")
        if kept is None or digest(kept) != answer["edits"]:
            return False
        noted: dict[str, Any] = marshal.loads(kept)
        before: Files = noted["files"]
        if before.keys() != files.keys():
            return False
        changed = [path for path, told in files.items() if before[path] != told]
        if any(path not in noted["oids"] or before[path][0] != files[path][0] for path in changed):
            return False
        from ray18.quick.edits import LARGEST, MOST, blobs, have_no_effect

        if len(changed) > MOST:
            return False
        recent: dict[str, bytes] = noted["recent"]
        old = blobs(self.repository, [noted["oids"][path] for path in changed if path not in recent])
        edits = [
            (path, recent[path] if path in recent else old[noted["oids"][path]], self._now(path, files[path], LARGEST))
            for path in changed
        ]
        return have_no_effect(noted["kinds"], edits)

    def _now(self, path: str, said: tuple[int, ...], most: int) -> bytes:
        """The content of a regular file in the work tree that is still what the file system said. Raises Unclear."""
        root = os.path.realpath(self.repository.root)
        full = os.path.join(root, path)
        if os.path.realpath(os.path.dirname(full)) != os.path.dirname(full):
            raise Unclear
        descriptor = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as stream:
            content = stream.read(most)
            if told(os.fstat(stream.fileno())) != said or said[0] & _KIND != _REGULAR or len(content) != said[1]:
                raise Unclear
        return content

    def state(self, files: "Files", references: list[str]) -> "dict[str, Any]":
        """What the answer rests on, as it is now: with these files. Raises Unclear."""
        repository = self.repository
        return {
            "day": tuple(gmtime()[:3]),
            "head": repository.head(),
            "references": repository.references(["HEAD", *references]),
            "disguises": _disguises(repository),
            "configuration": [_content(path) for path in _configuration(repository)],
            "time zones": _changed("/usr/share/zoneinfo"),
            "files": digest(marshal.dumps(sorted(files.items()))),
        }

    def note(
        self,
        places: list[str],
        files: "Files",
        branch: str,
        status: int,
        output: bytes,
        edits: "Callable[[], dict[str, Any]]",
    ) -> None:
        """Keeps an answer with what it rests on, unless any of that may have changed since the question was asked.

        `files` is every file in these places, as they were when they were read; `edits` tells which edits have no effect
        (`ray18.harmless.edits_of_answer`).
        """
        references = references_behind(self.repository, branch)
        state = self.state(files, references)
        if branch and f"refs/heads/{branch}" not in self.before:
            return
        if any(state["references"][name] != said for name, said in self.before.items() if name in state["references"]):
            return
        if not _settled(files, self.asked_at):
            return
        noted = marshal.dumps({**edits(), "files": files})
        self.cache.put(f"{self.name} edits", noted)
        answer = {
            "states": [state],
            "places": places,
            "references": references,
            "status": status,
            "output": output,
            "edits": digest(noted),
        }
        self.cache.put(self.name, marshal.dumps(answer))


def answered(arguments: list[str]) -> int | None:
    """Prints the known answer and gives its exit code; None when there is none."""
    try:
        known = Question(arguments, os.getcwd()).known()
    except (Unclear, OSError, KeyError, TypeError, ValueError, EOFError):
        return None
    if known is None:
        return None
    status, output = known
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(output)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # nobody reads on; the verdict still decides the exit code
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _settled(files: "Files", asked_at: int) -> bool:
    """Whether all files changed so long before the question that the clock would show another change."""
    newest = max(max(told[2], told[3]) for told in files.values())
    return newest + (TICK if newest % 1_000_000_000 else COARSE_TICK) <= asked_at


def _about_this_place(arguments: list[str]) -> bool:
    return all(
        argument.startswith(_WITH_VALUE) and argument.count("=") == 1
        if "=" in argument
        else not argument.startswith("-") or argument in _OPTIONS
        for argument in arguments
    )


def _disguises(repository: Repository) -> "list[Any]":
    """What would show another history: replace refs, grafts, a shallow boundary."""
    common = repository.common_dir
    packed = _content(os.path.join(common, "packed-refs"))
    replaced = os.path.join(common, "refs", "replace")
    loose = sorted(os.listdir(replaced)) if os.path.isdir(replaced) else []
    return [
        loose,
        b" refs/replace/" in packed,
        _content(os.path.join(common, "shallow")),
        _changed(os.path.join(common, "info", "grafts")),
    ]


def _configuration(repository: Repository) -> "list[str]":
    return [os.path.join(repository.common_dir, "config"), os.path.join(repository.git_dir, "config.worktree")]


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise Unclear from error


def _changed(path: str) -> int:
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:
        return 0


def _files(root: str, places: list[str]) -> "Files":
    """What the file system says of every file in these places. Links are not followed."""
    found: Files = {}
    for place in places:
        path = os.path.join(root, place)
        try:
            said = os.lstat(path)
        except FileNotFoundError:
            continue
        if said.st_mode & _KIND == _FOLDER:
            found.update(_below(path, place))
        else:
            found[place] = told(said)
    return found


def _below(folder: str, place: str) -> "Iterator[tuple[str, tuple[int, ...]]]":
    for entry in os.scandir(folder):
        said = entry.stat(follow_symlinks=False)
        path = f"{place}/{entry.name}"
        if said.st_mode & _KIND == _FOLDER:
            yield from _below(entry.path, path)
        else:
            yield path, told(said)


def told(found: os.stat_result) -> tuple[int, ...]:
    """What is compared of a file: mode, size, times of content and of inode (nanoseconds), inode."""
    return found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino

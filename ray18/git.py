"""The only door to Git: plumbing commands, answered in bytes, that run nothing a repository configures.

Every child gets a scrubbed environment (`ray18.scrubbed`; of all GIT_* variables only GIT_INDEX_FILE is passed on, and only
to commands about the index) and configuration that switches off hooks, file-system monitors, pagers, replace refs, grafts,
lazy fetching and every external program. Objects are hashed again after reading.
"""

import hashlib
import os
import re
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import IO, NamedTuple, NoReturn, cast

from ray18.errors import BlockedError, EnvironmentProblem, UsageError
from ray18.scrubbed import command, environment

_REVISION = re.compile(r"(?P<name>[A-Za-z0-9_][A-Za-z0-9_./+-]*)(?P<steps>(?:[~^][0-9]{0,4}){0,8})\Z", re.ASCII)
_FULL_ID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_SHORT_ID = re.compile(r"[0-9a-f]{7,64}\Z")
REGULAR_FILE = "100644"
EXECUTABLE_FILE = "100755"


class Entry(NamedTuple):
    """One path of a tree or of the index: its mode as Git writes it and the id of its content."""

    path: str
    mode: str
    oid: str


@dataclass(frozen=True)
class Repository:
    """A Git repository as found from a folder; `work_tree` is None for a bare one."""

    git_dir: Path
    common_dir: Path
    work_tree: Path | None
    object_format: str
    """The name of the hash that names objects: sha1 or sha256."""
    shallow: bool
    """Whether history was cut off when this clone was made."""
    incoming: Path | None = None
    """Where the objects of a push lie that is not taken yet (git-receive-pack(1), quarantine environment)."""

    def __getstate__(self) -> dict[str, object]:
        """What is kept for later runs knows nothing of one push."""
        return {**self.__dict__, "incoming": None}

    def command(self, *arguments: str) -> list[str]:
        """The full argument list for one plumbing command."""
        return command(f"--git-dir={self.git_dir}", *arguments)

    def run(self, *arguments: str, stdin: bytes = b"", index_file: str | None = None) -> bytes:
        """Standard output of one command. Raises EnvironmentProblem with Git's own words when it fails."""
        status, output, errors = self.attempt(*arguments, stdin=stdin, index_file=index_file)
        if status != 0:
            _fail(arguments, errors)
        return output

    def attempt(self, *arguments: str, stdin: bytes = b"", index_file: str | None = None) -> tuple[int, bytes, str]:
        """Exit status, standard output and standard error of one command."""
        env = self._environment(**({"GIT_INDEX_FILE": index_file} if index_file else {}))
        return _run(self.command(*arguments), stdin, env, self.work_tree or self.git_dir)

    def _environment(self, **extra: str) -> dict[str, str]:
        """What every child gets; with the objects of a push that is being received, if there is one."""
        if self.incoming is not None:
            kept = os.fspath(self.common_dir / "objects")
            extra |= {
                "GIT_OBJECT_DIRECTORY": os.fspath(self.incoming),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": _listed(kept),
            }
        return environment(**extra)

    def text(self, *arguments: str) -> str:
        """Standard output as text, without the last line end."""
        return os.fsdecode(self.run(*arguments)).removesuffix("\n")

    def resolve(self, revision: str) -> str:
        """The id of the commit that `revision` names. Branches win over tags of the same name.

        Only names, ids and the steps `~N` and `^N` are understood: expressions that search or read reflogs would make
        a verdict depend on more than the commit. Raises UsageError or BlockedError.
        """
        match = _REVISION.match(revision)
        if not match or ".." in revision:
            raise BlockedError(
                f"{revision!r} is not a plain revision",
                "name a branch, a tag or a commit id, with ~N if needed",
            )
        name, steps = match["name"], match["steps"]
        for candidate in _candidates(name):
            status, output, _ = self.attempt(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{candidate}{steps}^{{commit}}"
            )
            if status == 0:
                return output.decode().strip()
        raise BlockedError(f"there is no commit {revision!r} here", self._why_missing())

    def _why_missing(self, oid: str = "") -> str:
        if oid:
            return "the repository is damaged or forged: clone it again"
        if self.shallow:
            return "history is shallow: fetch it whole (fetch-depth: 0, or git fetch --unshallow)"
        return "check the name, or fetch it first"

    def head(self) -> str | None:
        """The commit that HEAD names; None before the first commit."""
        return self.reference("HEAD")

    def tree(self, commit: str, under: Sequence[str]) -> list[Entry]:
        """Every entry of the commit's tree below the given paths, recursively. Raises BlockedError if the commit is damaged."""
        question = ("ls-tree", "-r", "-z", "--full-tree", commit, "--", *under)
        status, output, errors = self.attempt(*question)
        if status != 0:
            list(self.objects([commit]))  # says what is wrong with it, if it is the commit
            _fail(question, errors)
        return [_tree_entry(line) for line in output.split(b"\0") if line]

    def index(self, under: Sequence[str], index_file: str | None = None) -> list[tuple[Entry, int]]:
        """Every entry of the index below the given paths, with its merge stage (0 = merged)."""
        output = self.run("ls-files", "-s", "-z", "--full-name", "--", *under, index_file=index_file)
        return [_index_entry(line) for line in output.split(b"\0") if line]

    def objects(self, oids: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
        """Type and exact bytes of each object, in the order asked for; each is hashed again.

        Raises BlockedError where an object is missing or its bytes do not match its id.
        """
        wanted = list(oids)
        if not wanted:
            return
        process = subprocess.Popen(
            self.command("cat-file", "--batch", "--buffer"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
        )
        feeder = threading.Thread(target=_feed, args=(process.stdin, wanted), daemon=True)
        feeder.start()
        try:
            for oid in wanted:
                yield oid, *self._next_object(cast(IO[bytes], process.stdout), oid)
        finally:
            process.kill()
            feeder.join()
            cast(IO[bytes], process.stdout).close()
            process.wait()

    def _next_object(self, stream: IO[bytes], oid: str) -> tuple[str, bytes]:
        header = stream.readline().split()
        if len(header) != 3 or not header[2].isdigit():
            remedy = self._why_missing("" if self.shallow else oid)
            raise BlockedError(f"object {oid} is missing or unreadable", remedy)
        size = int(header[2])
        content = stream.read(size)
        stream.read(1)
        kind = header[1].decode()
        if len(content) != size or object_id(kind, content, self.object_format) != oid:
            raise BlockedError(f"object {oid} does not hold what its id says", "the repository is damaged or forged")
        return kind, content

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, named by their ids; None when they share no history."""
        if one == other:
            return one
        status, output, errors = self.attempt("merge-base", one, other)
        if status == 1:
            return None
        if status != 0:
            _fail(("merge-base",), errors)
        return output.decode().strip()

    def parents(self, commit: str) -> tuple[str, ...]:
        """The parents that the commit's own bytes name, first parent first."""
        ((_, _, content),) = self.objects([commit])
        head = content.split(b"\n\n", 1)[0]
        return tuple(line[7:].decode() for line in head.split(b"\n") if line.startswith(b"parent "))

    def has(self, oid: str) -> bool:
        """Whether the object is here."""
        status, _, _ = self.attempt("cat-file", "-e", oid)
        return status == 0

    def disguises(self) -> tuple[str, ...]:
        """What would show another history to other Git commands: replace refs and grafts. Nothing here follows them."""
        replaced = self.text("for-each-ref", "--format=%(refname)", "refs/replace").split()
        grafts = self.common_dir / "info" / "grafts"
        return (*replaced, *(("info/grafts",) if grafts.exists() else ()))

    def references(self, names: Sequence[str]) -> dict[str, str | None]:
        """The commits that full reference names point to, as `reference` gives them, in one go where all is well."""
        question = ("for-each-ref", "--format=%(objecttype) %(objectname) %(refname)", *names)
        status, output, _ = self.attempt(*question)
        lines = (line.split(" ", 2) for line in os.fsdecode(output).splitlines())
        found = {name: (kind, oid) for kind, oid, name in lines}
        if status != 0 or any(found[name][0] != "commit" for name in names if name in found):
            return {name: self.reference(name) for name in names}
        return {name: found[name][1] if name in found else None for name in names}

    def reference(self, name: str) -> str | None:
        """The commit that a full reference name points to; None when it does not exist.

        Raises BlockedError when it exists and what it points to cannot be read: that is damage, not absence.
        """
        status, output, _ = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if status == 0:
            return output.decode().strip()
        status, output, _ = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        if status == 0:
            oid = output.decode().strip()
            list(self.objects([oid]))
            raise BlockedError(f"{name} points to {oid}, which is no commit", self._why_missing(oid))
        return None


def receiving(repository: Repository, told: str | None) -> Repository:
    """The same repository with the objects of the push that is being received, which lie in the folder that Git told of.

    Git keeps them apart, in its own folder of objects, until every hook has agreed. Raises BlockedError for another folder.
    """
    if not told:
        return repository
    folder = Path(os.path.realpath(repository.git_dir / told))
    if folder.parent != Path(os.path.realpath(repository.common_dir / "objects")):
        raise BlockedError(f"{told} is no place of this repository for the objects of a push", "let Git start the hook")
    return replace(repository, incoming=folder)


def discover(start: Path) -> Repository:
    """The repository that holds the folder `start`. Raises EnvironmentProblem when there is none or Git refuses it."""
    if not start.is_dir():
        raise UsageError(f"{start} is not a folder", "name the folder of a Git repository")
    questions = (
        *("--absolute-git-dir", "--path-format=absolute", "--git-common-dir", "--is-bare-repository"),
        *("--show-object-format", "--is-shallow-repository"),
    )
    status, output, errors = _run(command("rev-parse", *questions), b"", environment(), start)
    if status != 0:
        _fail_discovery(start, errors)
    answers = os.fsdecode(output).splitlines()
    if len(answers) != len(questions) - 1:
        raise EnvironmentProblem("the repository's path holds a line break", "move it to a folder with a plain name")
    git_dir, common_dir, bare, object_format, shallow = answers
    work_tree = None
    if bare == "false":
        _, top, _ = _run(command("rev-parse", "--show-toplevel"), b"", environment(), start)
        work_tree = Path(os.fsdecode(top).removesuffix("\n")) if top else None
    return Repository(Path(git_dir), Path(common_dir), work_tree, object_format, shallow == "true")


def create(folder: Path, branch: str) -> Repository:
    """A new repository in an existing folder, without any template's hooks."""
    status, _, errors = _run(
        command("init", "--quiet", "--template=", f"--initial-branch={branch}"), b"", environment(), folder
    )
    if status != 0:
        _fail(("init",), errors)
    return discover(folder)


_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}


def object_id(kind: str, content: bytes, object_format: str = "sha1") -> str:
    """The id that Git gives to an object of this kind and content."""
    digest = _HASHES[object_format](f"{kind} {len(content)}\0".encode(), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def blob_id(content: bytes) -> str:
    """The id of a file's content by SHA-1: what it is remembered by where no object of a repository is meant."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@cache
def empty_tree(object_format: str) -> str:
    """The id of a tree without entries."""
    return object_id("tree", b"", object_format)


def _listed(path: str) -> str:
    """A path as a list separated by colons can hold it (gitenvironment, GIT_ALTERNATE_OBJECT_DIRECTORIES)."""
    if ":" not in path and not path.startswith('"'):
        return path
    quoted = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _run(command: list[str], stdin: bytes, env: dict[str, str], folder: Path) -> tuple[int, bytes, str]:
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, env=env, cwd=folder, check=False)
    except FileNotFoundError as error:
        raise EnvironmentProblem("git was not found", "install Git 2.31 or newer and put it on PATH") from error
    except OSError as error:
        raise EnvironmentProblem(f"git could not be started: {error.strerror}", "see `ray18 doctor`") from error
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "backslashreplace").strip()


def _fail(arguments: Sequence[str], errors: str) -> NoReturn:
    if "missing blob" in errors or "promisor" in errors:
        remedy = "this is a partial clone: fetch everything (git fetch --refetch), or clone without --filter"
    else:
        remedy = "see `ray18 doctor`"
    last = errors.splitlines()[-1] if errors else "no reason given"
    raise EnvironmentProblem(f"git {arguments[0]} failed: {last}", remedy)


def _fail_discovery(start: Path, errors: str) -> NoReturn:
    if "dubious ownership" in errors:
        raise EnvironmentProblem(
            f"Git refuses {start}: it belongs to another user",
            f"if you trust it: git config --global --add safe.directory {start}",
        )
    if "not a git repository" in errors:
        raise EnvironmentProblem(f"{start} is not in a Git repository", "run `git init` here, or change folder")
    _fail(("rev-parse",), errors)


def _candidates(name: str) -> Iterator[str]:
    if name == "HEAD" or name.startswith("refs/") or _FULL_ID.match(name):
        yield name
        return
    yield from (f"refs/heads/{name}", f"refs/remotes/{name}", f"refs/tags/{name}")
    if _SHORT_ID.match(name):
        yield name


def _tree_entry(line: bytes) -> Entry:
    meta, _, path = line.partition(b"\t")
    mode, _, oid = meta.split(b" ")
    return Entry(os.fsdecode(path), mode.decode(), oid.decode())


def _index_entry(line: bytes) -> tuple[Entry, int]:
    meta, _, path = line.partition(b"\t")
    mode, oid, stage = meta.split(b" ")
    return Entry(os.fsdecode(path), mode.decode(), oid.decode()), int(stage)


def _feed(stream: IO[bytes] | None, oids: Sequence[str]) -> None:
    if stream is None:
        return
    try:
        stream.write("".join(f"{oid}\n" for oid in oids).encode())
        stream.close()
    except (BrokenPipeError, ValueError):
        return

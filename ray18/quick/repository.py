"""The repository around a folder, and what its references say, read from its files; one Git child at most for a question."""

import os

from ray18.scrubbed import command, environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_BRANCHES = ("main", "master", "trunk")
"""What the default branch is called where no remote says it."""
_MOST = 16 * 1024 * 1024


class Unclear(Exception):
    """This cannot be answered quickly; the full judge has to look."""


class Repository:
    """Where a repository keeps things."""

    __slots__ = ("common_dir", "git_dir", "root")

    def __init__(self, root: str, git_dir: str, common_dir: str) -> None:
        self.root, self.git_dir, self.common_dir = root, git_dir, common_dir

    def git(self, *arguments: str, stdin: bytes = b"", index_file: str = "") -> bytes:
        """Standard output of one Git command, run in the work tree. Raises Unclear when it fails."""
        extra = {"GIT_INDEX_FILE": index_file} if index_file else {}
        argv = command("-C", self.root, f"--git-dir={self.git_dir}", *arguments)
        status, output = _run(argv, environment(**extra), stdin)
        if status != 0:
            raise Unclear
        return output

    def references(self, names: "Iterable[str]") -> dict[str, str]:
        """What each full reference name says now: an id, `ref: NAME`, or nothing."""
        if os.path.lexists(os.path.join(self.common_dir, "reftable")):
            raise Unclear
        packed: list[bytes] = []
        return {name: self._loose(name) or self._packed(name, packed) for name in names}

    def head(self) -> str:
        """The commit that HEAD names. Raises Unclear before the first commit."""
        said = self.references(["HEAD"])["HEAD"]
        if said.startswith("ref: "):
            name = said[5:]
            said = self.references([name])[name]
        if not said or said.startswith("ref: "):
            raise Unclear
        return said

    def _loose(self, name: str) -> str:
        folder = self.git_dir if name == "HEAD" else self.common_dir
        try:
            with open(os.path.join(folder, *name.split("/")), "rb") as stream:
                return stream.read(1024).strip().decode("ascii", "replace")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return ""
        except OSError as error:
            raise Unclear from error

    def _packed(self, name: str, cache: list[bytes]) -> str:
        if not cache:
            try:
                with open(os.path.join(self.common_dir, "packed-refs"), "rb") as stream:
                    cache.append(b"\n" + stream.read(_MOST))
            except FileNotFoundError:
                cache.append(b"")
            except OSError as error:
                raise Unclear from error
        at = cache[0].find(f" {name}\n".encode("utf-8", "surrogateescape"))
        return cache[0][cache[0].rfind(b"\n", 0, at) + 1 : at].decode("ascii", "replace") if at >= 0 else ""


def find(start: str) -> Repository:
    """The repository with a work tree that holds the folder. Raises Unclear where Git itself should be asked."""
    root = os.path.abspath(start)
    while not os.path.lexists(os.path.join(root, ".git")):
        above = os.path.dirname(root)
        if above == root:
            raise Unclear
        root = above
    git_dir = os.path.join(root, ".git")
    try:
        if os.path.isfile(git_dir):
            git_dir = _named_in(git_dir, "gitdir: ", root)
        own = os.stat(git_dir).st_uid == os.getuid() == os.stat(root).st_uid
        common = os.path.join(git_dir, "commondir")
        common_dir = _named_in(common, "", git_dir) if os.path.lexists(common) else git_dir
    except OSError as error:
        raise Unclear from error
    if not own:
        raise Unclear
    return Repository(root, git_dir, common_dir)


def references_behind(repository: Repository, branch: str) -> list[str]:
    """Every reference that has a say in where the rules come from, when `branch` is protected (`ray18.history`)."""
    remote = "refs/remotes/origin/HEAD"
    told = repository.references([remote])[remote].removeprefix("ref: refs/remotes/origin/")
    branches = sorted({name for name in (told, branch, *DEFAULT_BRANCHES) if name})
    return [remote, *(f"{space}/{name}" for name in branches for space in ("refs/remotes/origin", "refs/heads"))]


def _named_in(path: str, label: str, folder: str) -> str:
    with open(path, "rb") as stream:
        said = os.fsdecode(stream.read(8192)).strip()
    if not said.startswith(label) or "\n" in said:
        raise Unclear
    return os.path.normpath(os.path.join(folder, said[len(label) :]))


def _run(argv: list[str], env: dict[str, str], stdin: bytes) -> tuple[int, bytes]:
    """Exit status and standard output. What is written to the child must fit a pipe; nothing waits for anything else."""
    read_end, write_end = os.pipe()
    in_read, in_write = os.pipe()
    try:
        null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        actions = [
            (os.POSIX_SPAWN_DUP2, in_read, 0),
            (os.POSIX_SPAWN_DUP2, write_end, 1),
            (os.POSIX_SPAWN_DUP2, null, 2),
        ]
        try:
            child = os.posix_spawnp(argv[0], argv, env, file_actions=actions)
        except OSError as error:
            raise Unclear from error
        finally:
            os.close(null)
        os.close(write_end)
        write_end = -1
        if len(stdin) > 4096:
            raise Unclear
        os.write(in_write, stdin)
        os.close(in_write)
        in_write = -1
        output = _all_of(read_end)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), output
    finally:
        for descriptor in (read_end, write_end, in_read, in_write):
            if descriptor >= 0:
                os.close(descriptor)


def _all_of(descriptor: int) -> bytes:
    parts = []
    while part := os.read(descriptor, 1 << 16):
        parts.append(part)
    return b"".join(parts)

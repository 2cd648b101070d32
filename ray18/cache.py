"""Answers kept beside a repository, believed only when this user's own machine wrote them.

Files lie in `ray18/` of the Git common directory. Each is sealed with a secret that lives in the user's cache folder and
never leaves it, so that a file which came with an archive, a clone or another user is not even opened. Everything here may
be deleted at any time; without a secret or a place to write, nothing is kept. The commit hook waits for this module, so it
imports little.
"""

import os
import stat
import sys

try:
    from _blake2 import blake2b
except ImportError:  # another Python than CPython
    from hashlib import blake2b

from ray18 import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SECRET_BYTES = 32
_SEAL_BYTES = 32
_NO_PART = ("__pycache__", "examples")
"""Folders that take no part in an answer."""
_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def digest(content: bytes) -> bytes:
    """The name of a content, as caches use it (BLAKE2b)."""
    return blake2b(content, digest_size=32).digest()


class Cache:
    """The kept answers of one repository."""

    def __init__(self, common_dir: "os.PathLike[str] | str") -> None:
        self.folder = os.path.join(common_dir, "ray18")
        self._secret = _secret()

    def get(self, name: str) -> bytes | None:
        """What was kept under a name by this version of the program; None when there is nothing to believe."""
        if self._secret is None:
            return None
        try:
            with open(self._path(name), "rb") as stream:
                content = stream.read()
        except OSError:
            return None
        kept = content[_SEAL_BYTES:]
        return kept if self._seal(name, kept) == content[:_SEAL_BYTES] else None

    def put(self, name: str, content: bytes) -> None:
        """Keeps something under a name, whole or not at all."""
        if self._secret is None:
            return
        path = self._path(name)
        temporary = f"{path}.{os.urandom(6).hex()}"
        try:
            os.makedirs(self.folder, exist_ok=True)
            if os.path.islink(self.folder):
                return
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "wb") as stream:
                stream.write(self._seal(name, content) + content)
            os.replace(temporary, path)
        except OSError:  # a cache that cannot be written costs time, never an answer
            _forget(temporary)

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, blake2b(name.encode(), digest_size=16).hexdigest())

    def _seal(self, name: str, content: bytes) -> bytes:
        sealed = blake2b(key=self._secret or b"", digest_size=_SEAL_BYTES)
        sealed.update(f"{name}\0{version()}\0{self.folder}\0".encode("utf-8", "surrogateescape"))
        sealed.update(content)
        return sealed.digest()


def version() -> str:
    """What answers depend on apart from the repository: the program's own files, and the interpreter and its libraries."""
    if not _known_version:
        seen = blake2b(f"{sys.version}\0{sys.prefix}\0".encode(), digest_size=16)
        for line in sorted(_own_files()):
            seen.update(line.encode("utf-8", "surrogateescape"))
        _known_version.append(seen.hexdigest())
    return _known_version[0]


_known_version: list[str] = []


def _own_files() -> "Iterator[str]":
    """One line for each file that takes part in an answer, and for each folder that libraries are installed in.

    An installed package is what its RECORD says (PEP 376); in a checkout, each file may have been edited.
    """
    beside = os.path.dirname(_PACKAGE)
    record = os.path.join(beside, f"ray18-{__version__}.dist-info", "RECORD")
    if beside.endswith("-packages") and (changed := _changed(record)):
        yield f"{record} {changed} {_changed(_PACKAGE)}\n"
    else:
        for folder in (_PACKAGE, os.path.join(beside, "policies"), os.path.join(beside, "schemas")):
            yield from _below(folder)
    for folder in {path for path in sys.path if path.endswith("-packages")}:
        yield f"{folder} {_changed(folder)}\n"


def _below(folder: str) -> "Iterator[str]":
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name in ("__pycache__", "examples"):  # no answer rests on what policies are shown on
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path)
        elif entry.name.endswith((".py", ".yaml", ".json")):
            found = entry.stat()
            yield f"{entry.path} {found.st_size} {found.st_mtime_ns}\n"


def _changed(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass


def _secret() -> bytes | None:
    """This user's secret, made on first use; None where there is no place for one."""
    home = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("HOME", "") and f"{os.environ['HOME']}/.cache")
    if not home or not os.path.isabs(home):
        return None
    path = os.path.join(home, "ray18", "secret")
    try:
        return _read_secret(path)
    except FileNotFoundError:
        pass
    except OSError:
        return None
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(os.urandom(_SECRET_BYTES))
        return _read_secret(path)
    except OSError:
        return None


def _read_secret(path: str) -> bytes | None:
    """The secret, if nobody else could have written or read it."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as stream:
        found = os.fstat(stream.fileno())
        content = stream.read(_SECRET_BYTES + 1)
    own = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return content if own and len(content) == _SECRET_BYTES else None

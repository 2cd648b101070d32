"""Answers kept beside a repository, believed only when this user's own machine wrote them.

Files lie in `ray18/` of the Git common directory. Each is sealed with a secret that lives in the user's cache folder and
never leaves it, so that a file which came with an archive, a clone or another user is not even opened. Everything here may
be deleted at any time; without a secret or a place to write, nothing is kept.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

_SECRET_BYTES = 32
_MAC_BYTES = 32


class Cache:
    """The kept answers of one repository."""

    def __init__(self, common_dir: Path) -> None:
        self.folder = common_dir / "ray18"
        self._secret = _secret()

    def get(self, name: str) -> bytes | None:
        """What was kept under a name by this version of the program; None when there is nothing to believe."""
        if self._secret is None:
            return None
        try:
            content = self._path(name).read_bytes()
        except OSError:
            return None
        seal, kept = content[:_MAC_BYTES], content[_MAC_BYTES:]
        return kept if hmac.compare_digest(seal, self._seal(name, kept)) else None

    def put(self, name: str, content: bytes) -> None:
        """Keeps something under a name, whole or not at all."""
        if self._secret is None:
            return
        path = self._path(name)
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
        with contextlib.suppress(OSError):  # a cache that cannot be written costs time, never an answer
            self.folder.mkdir(exist_ok=True)
            if self.folder.is_symlink():
                return
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(self._seal(name, content) + content)
            temporary.replace(path)

    def _path(self, name: str) -> Path:
        return self.folder / hashlib.sha256(name.encode()).hexdigest()[:32]

    def _seal(self, name: str, content: bytes) -> bytes:
        stamped = f"{name}\0{_version()}\0{self.folder}\0".encode("utf-8", "surrogateescape")
        return hmac.new(self._secret or b"", stamped + content, hashlib.sha256).digest()


def _secret() -> bytes | None:
    """This user's secret, made on first use; None where there is no place for one."""
    home = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("HOME", "") and f"{os.environ['HOME']}/.cache")
    if not home or not Path(home).is_absolute():
        return None
    path = Path(home, "ray18", "secret")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            found = path.lstat()
            content = path.read_bytes()
            own = found.st_uid == os.getuid() and not found.st_mode & 0o077
            return content if own and len(content) == _SECRET_BYTES else None
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(_SECRET_BYTES))
        return path.read_bytes()
    except OSError:
        return None


_known_version: list[str] = []


def _version() -> str:
    """The version of the program's own files: another program's answers are not this one's."""
    if not _known_version:
        root = Path(__file__).parent
        seen = hashlib.sha256()
        for path in sorted(root.rglob("*.py")):
            found = path.stat()
            seen.update(f"{path.relative_to(root)} {found.st_size} {found.st_mtime_ns}\n".encode())
        _known_version.append(seen.hexdigest())
    return _known_version[0]

"""Whole-file writes: a reader sees the old file or the new one, never a torn one, also after a crash or a full disk."""

import os
import re
import secrets
import stat
from pathlib import Path

from ray18.errors import EnvironmentProblem, UsageError

TEMPORARY = re.compile(r"\..+\.[0-9a-f]{12}\.tmp")
"""The names of files that are being written, here or by another process at the same time."""


def write_whole(path: Path, content: bytes) -> bool:
    """Puts `content` at `path` (temporary file, fsync, rename); False when it already held exactly that.

    Refuses to write through a symbolic link and into `.git`. Raises EnvironmentProblem where the disk refuses.
    """
    if ".git" in [part.casefold() for part in path.absolute().parts]:
        raise UsageError(f"{path} is inside .git", "choose a path in the work tree")
    _refuse_links(path)
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot write {path}: {error.strerror}", "free space or mend the permissions, then run again"
        ) from error
    return True


def write_new(path: Path, content: bytes) -> bool:
    """Puts `content` at `path`, whole, unless something is there already; False then. Two writers never both succeed."""
    _refuse_links(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(temporary, content)
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot write {path}: {error.strerror}", "free space or mend the permissions, then run again"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return True


def append(path: Path, content: bytes) -> None:
    """Adds `content` to a file that others write to as well, in one write. Raises OSError; links are not followed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o666)
    with os.fdopen(descriptor, "ab") as stream:
        stream.write(content)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_links(path: Path) -> None:
    if path.is_symlink():
        raise UsageError(f"{path} is a symbolic link", "name the real file, or remove the link")
    if path.is_dir():
        raise UsageError(f"{path} is a folder", "name a file")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not a regular file", "name a file, or leave the =FILE out and use the shell's >")
    for folder in path.absolute().parents:
        if (folder / ".git").exists():
            return
        if folder.is_symlink() and _inside_repository(folder):
            raise UsageError(f"{folder} is a symbolic link", "keep the folder itself in the repository")


def _inside_repository(folder: Path) -> bool:
    return any((parent / ".git").exists() for parent in folder.parents)

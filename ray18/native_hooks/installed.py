"""Putting hook files into a folder, and taking them away so that nobody sees they were there.

What somebody else put there is renamed, never rewritten: it keeps its bytes, its mode and whatever it links to, runs first
while ours is there, and gets its name back afterwards.
"""

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ray18.errors import EnvironmentProblem
from ray18.native_hooks.scripts import BEFORE, Stage, advice, is_edited, is_ours, manager_of, version_of

State = Literal["none", "installed", "edited", "other"]
"""none: no hook · installed: ours, as written · edited: ours, changed by hand · other: somebody else's."""
Outcome = Literal["installed", "updated", "kept", "removed", "absent", "refused"]
LEGACY = ".legacy"
"""What pre-commit and prek append to the name of a hook that was there before them, which they go on to run."""
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """What is there for one stage."""

    state: State
    version: str = ""
    """Of ours: the version of RAY-18 that wrote it."""
    manager: str = ""
    """Of another's: the hook manager that wrote it, where it is known by its file."""
    before: bool = False
    """Whether there is a hook of somebody else that ours runs first."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one stage."""

    stage: Stage
    outcome: Outcome
    message: str = ""
    remedy: str = ""


def look(folder: Path, stage: Stage) -> Found:
    """What is in the folder for a stage."""
    path, before = folder / stage, os.path.lexists(folder / f"{stage}{BEFORE}")
    if not os.path.lexists(path):
        return Found("none", before=before)
    content = _content(path)
    if path.is_symlink() or not is_ours(content):
        return Found("other", manager=manager_of(content) or _manager_by_place(folder), before=before)
    return Found("edited" if is_edited(content) else "installed", version_of(content), before=before)


def put(folder: Path, stage: Stage, content: bytes, *, force: bool) -> Done:
    """Puts our hook in place; with `force`, also over what was edited and beside a hook manager's."""
    found = look(folder, stage)
    path = folder / stage
    if found.state == "other" and found.manager and not force:
        return Done(stage, "refused", f"{found.manager} runs the hooks here", advice(found.manager, stage))
    if found.state == "edited" and not force:
        message = f"{path} was changed by hand"
        return Done(stage, "refused", message, "keep it, or write it anew with --force")
    if found.state == "other" and found.before:
        message = f"{path} is not RAY-18's, and {stage}{BEFORE} is there too"
        return Done(stage, "refused", message, "remove the one that is not wanted, then run again")
    try:
        return Done(stage, *_written(path, found, content))
    except OSError as error:
        raise _in_the_way(path, error) from error


def take_away(folder: Path, stage: Stage, *, force: bool) -> Done:
    """Removes our hook and gives the one that was there before its name back."""
    found = look(folder, stage)
    path, before = folder / stage, folder / f"{stage}{BEFORE}"
    try:
        if found.state in ("none", "other"):
            return _without_ours(folder, stage, found)
        if found.state == "edited" and not force:
            return Done(stage, "refused", f"{path} was changed by hand", "keep it, or remove it with --force")
        if found.before:
            before.replace(path)
            return Done(stage, "removed", "what was there before is back")
        path.unlink()
    except OSError as error:
        raise _in_the_way(path, error) from error
    return Done(stage, "removed")


def _without_ours(folder: Path, stage: Stage, found: Found) -> Done:
    """A hook manager that came after us may have moved our file aside."""
    legacy = folder / f"{stage}{LEGACY}"
    if is_ours(_content(legacy)):
        legacy.unlink()
        if found.before:
            (folder / f"{stage}{BEFORE}").replace(legacy)
        return Done(stage, "removed", f"it had been moved to {stage}{LEGACY}")
    return Done(stage, "absent", "the hook there is not RAY-18's" if found.state == "other" else "")


def _written(path: Path, found: Found, content: bytes) -> tuple[Outcome, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    if found.state == "installed" and _content(path) == content and os.access(path, os.X_OK):
        return "kept", ""
    if found.state != "other":
        _replace(path, content)
        return ("installed" if found.state == "none" else "updated"), ""
    before = path.with_name(f"{path.name}{BEFORE}")
    path.rename(before)
    try:
        _replace(path, content)
    except OSError:
        before.rename(path)
        raise
    return "installed", f"what was there runs first, as {before.name}"


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o777)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _content(path: Path) -> bytes:
    """What a hook file says; nothing for what is no readable file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as stream:
            return stream.read(_LARGEST)
    except OSError:
        return b""


def _manager_by_place(folder: Path) -> str:
    return "husky" if ".husky" in folder.parts else ""


def _in_the_way(path: Path, error: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(f"cannot write {path}: {error.strerror}", "mend the permissions, then run again")

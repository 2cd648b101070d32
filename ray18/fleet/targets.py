"""Which repositories make up a fleet: folders, bare mirrors and URLs, named one by one or in a file."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ray18.errors import UsageError

SCHEMES = ("https", "ssh", "file")
"""What may be fetched from: transports that say who answers, or that stay on this machine."""
_SCP_LIKE = re.compile(r"(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9][\w.-]*:(?!//)[^:]")
_LONGEST = 4096


@dataclass(frozen=True)
class Target:
    """One repository: its name as the user wrote it, and where it is."""

    name: str
    location: str
    """An absolute path, or a URL."""
    remote: bool

    @property
    def mirror(self) -> str:
        """The name of the folder that holds the mirror of a URL: readable, and different for different URLs."""
        last = re.sub(r"[^A-Za-z0-9._-]+", "-", self.location.rstrip("/").rsplit("/", 1)[-1]).removesuffix(".git")
        digest = hashlib.sha256(self.location.encode("utf-8", "surrogateescape")).hexdigest()
        return f"{last.strip('.-')[:60] or 'repository'}-{digest[:12]}.git"


def targets(names: Iterable[str], listed: Iterable[str], beside: Path) -> tuple[Target, ...]:
    """The repositories named on the command line, then those of a list; each once.

    Paths of the list are relative to the folder `beside` that it lies in. Raises UsageError.
    """
    here = Path.cwd()
    found = [*(_target(name, here) for name in names), *(_target(name, beside) for name in _lines(listed))]
    once: dict[str, Target] = {}
    for target in found:
        once.setdefault(target.location, target)
    return tuple(once.values())


def _lines(listed: Iterable[str]) -> Iterator[str]:
    """One repository a line; empty lines and comments count for nothing."""
    for line in listed:
        name = line.strip()
        if name and not name.startswith("#"):
            yield name


def _target(name: str, beside: Path) -> Target:
    if len(name) > _LONGEST or "\0" in name or name.startswith("-"):
        raise UsageError(f"{name[:60]!r} names no repository", "give paths or URLs")
    scheme = urlsplit(name).scheme if "://" in name else ""
    if scheme and scheme not in SCHEMES:
        raise UsageError(
            f"{_without_password(name)}: {scheme} is not fetched from", f"use one of: {', '.join(SCHEMES)}"
        )
    if scheme:
        if urlsplit(name).password is not None:
            raise UsageError(
                f"{_without_password(name)} holds a password, which would be kept and shown",
                "leave it out, and let Git's credential helper supply it",
            )
        return Target(name, name, remote=True)
    if "::" in name.split("/", 1)[0]:
        raise UsageError(f"{name}: remote helpers are not run", f"use one of: {', '.join(SCHEMES)}")
    path = beside / Path(name).expanduser()
    if _SCP_LIKE.match(name) and not path.exists():
        return Target(name, name, remote=True)
    return Target(name, os.path.realpath(path), remote=False)


def _without_password(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)

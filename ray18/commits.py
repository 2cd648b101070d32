"""Commits made without touching the work tree or the user's index: a private index, an object, a compare-and-swap.

Parallel writers lose nothing: whoever finds the branch moved builds on the new tip and tries again. No hook runs, and
nothing that the repository configures. A commit can be signed in process with an SSH key.
"""

import os
import secrets
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ray18.errors import EnvironmentProblem
from ray18.git import REGULAR_FILE, Repository
from ray18.signing import Signer

NAMESPACE = "git"
"""The namespace of SSH signatures over commits (git's gpg-interface.c)."""
_ATTEMPTS = 200
_PAUSE = 0.05
"""Seconds to wait at most after a lost race."""


class PathTaken(Exception):
    """Somebody else has committed a file of this name in the meantime."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who commits, and when; text for people, never taken as identity."""

    name: str
    email: str
    when: datetime
    """With a time zone."""

    def line(self) -> str:
        """As a commit object has it."""
        zone = self.when.strftime("%z")
        return f"{_plain(self.name)} <{_plain(self.email)}> {int(self.when.timestamp())} {zone}"


def commit_files(  # noqa: PLR0913 (what a commit is made of)
    repository: Repository,
    branch: str,
    files: Mapping[str, bytes | None],
    author: Author,
    message: str,
    signer: Signer | None = None,
    *,
    new: bool = False,
) -> str:
    """Adds a commit with these files (None = removed) to a branch; its id.

    With `new`, raises PathTaken when the branch has one of them already. Raises EnvironmentProblem after 200 lost races.
    """
    blobs = {
        path: _stored(repository, "blob", content) if content is not None else None for path, content in files.items()
    }
    reference = f"refs/heads/{branch}"
    errors = ""
    for _ in range(_ATTEMPTS):
        parent = repository.reference(reference)
        if new and parent and repository.tree(parent, list(files)):
            raise PathTaken(next(iter(files)))
        tree = _tree(repository, parent, blobs)
        commit = _stored(repository, "commit", _commit(tree, parent, author, message, signer))
        before = parent or "0" * len(commit)
        status, _, errors = repository.attempt("update-ref", "-m", "ray18", reference, commit, before)
        if status == 0:
            return commit
        time.sleep(secrets.randbelow(1000) / 1000 * _PAUSE)
    raise EnvironmentProblem(f"{branch} kept moving: {errors}", "try again when others have finished")


def current_branch(repository: Repository) -> str | None:
    """The branch that HEAD names; None when it is detached."""
    status, output, _ = repository.attempt("symbolic-ref", "--quiet", "HEAD")
    name = os.fsdecode(output).strip()
    return name.removeprefix("refs/heads/") if status == 0 and name.startswith("refs/heads/") else None


def stage(repository: Repository, files: Mapping[str, bytes]) -> bool:
    """Puts files into the user's own index, waiting for its lock; whether that worked."""
    lines = b"".join(_index_line(path, _stored(repository, "blob", content)) for path, content in files.items())
    for _ in range(_ATTEMPTS):
        status, _, errors = repository.attempt("update-index", "--add", "-z", "--index-info", stdin=lines)
        if status == 0:
            return True
        if "index.lock" not in errors:
            return False
        time.sleep(secrets.randbelow(1000) / 1000 * _PAUSE)
    return False


def _tree(repository: Repository, parent: str | None, blobs: Mapping[str, str | None]) -> str:
    with tempfile.TemporaryDirectory(prefix="ray18-") as folder:
        index = str(Path(folder, "index"))
        if parent:
            repository.run("read-tree", parent, index_file=index)
        else:
            repository.run("read-tree", "--empty", index_file=index)
        lines = b"".join(_index_line(path, oid) for path, oid in blobs.items())
        repository.run("update-index", "-z", "--index-info", stdin=lines, index_file=index)
        return repository.run("write-tree", index_file=index).decode().strip()


def _index_line(path: str, oid: str | None) -> bytes:
    mode, name = (REGULAR_FILE, oid) if oid else ("0", "0" * 40)
    return f"{mode} {name}\t".encode() + os.fsencode(path) + b"\0"


def _commit(tree: str, parent: str | None, author: Author, message: str, signer: Signer | None) -> bytes:
    head = [
        f"tree {tree}",
        *([f"parent {parent}"] if parent else []),
        f"author {author.line()}",
        f"committer {author.line()}",
    ]
    body = f"\n\n{message.rstrip()}\n"
    unsigned = ("\n".join(head) + body).encode()
    if signer is None:
        return unsigned
    armored = signer.sign(unsigned, NAMESPACE).decode().rstrip("\n")
    head.append("gpgsig " + armored.replace("\n", "\n "))
    return ("\n".join(head) + body).encode()


def _stored(repository: Repository, kind: str, content: bytes) -> str:
    return repository.run("hash-object", "-t", kind, "-w", "--stdin", stdin=content).decode().strip()


def _plain(text: str) -> str:
    """A name or address as a commit can hold it."""
    return "".join(character for character in text if character.isprintable() and character not in "<>").strip()

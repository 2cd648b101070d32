"""Writing signed records: who the key says you are, and the two files and the commit that a decision becomes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ray18.commands.modelines import header
from ray18.commands.output import say
from ray18.commits import Author, PathTaken, commit_files, current_branch, stage
from ray18.documents.people import People
from ray18.errors import UsageError
from ray18.files import write_new
from ray18.git import Repository
from ray18.keyring import owners
from ray18.program import SIGNATURE_SUFFIX
from ray18.signing import Signer, find_key, open_gpg, open_key
from ray18.subjects import meaning, signed_bytes
from ray18.yaml import render

_RACES = 100


def signing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --key, --gpg, --yes and --no-commit."""
    for option in (
        click.option("--no-commit", is_flag=True, help="Only write the files; commit them yourself."),
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--gpg", metavar="KEYID", help="Sign with this OpenPGP key instead, through gpg."),
        click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="The SSH key to sign with."),
    ):
        command = option(command)
    return command


def your_signer(repository: Repository, key: Path | None, gpg: str | None = None) -> Signer:
    """The signer for the key to use."""
    if gpg is not None:
        return open_gpg(gpg)
    path = find_key(key, repository, Path.home())
    return open_key(path, lambda: str(click.prompt(f"Passphrase of {path}", hide_input=True, err=True)))


def your_id(people: People | None, signer: Signer) -> str:
    """The person whose key this is. Raises UsageError when it is nobody's."""
    found = owners(people, signer.fingerprint)
    if len(found) != 1:
        raise UsageError(
            f"the key {signer.fingerprint} belongs to {' and '.join(found) or 'nobody'} in people.yaml",
            "add its .pub line to you in people.yaml (and have that merged), or name another with --key",
        )
    return found[0]


def signed_files(path: str, kind_name: str, record: Any, signer: Signer, namespace: str) -> dict[str, bytes]:
    """The record and its signature, as files."""
    return {
        path: render(meaning(record), header(kind_name, path)),
        f"{path}{SIGNATURE_SUFFIX}": signer.sign(signed_bytes(record), namespace),
    }


def put(
    repository: Repository,
    made: Callable[[int], Mapping[str, bytes]],
    message: str,
    author: Author,
    signer: Signer,
    *,
    commit: bool = True,
) -> None:
    """Writes new files and commits them to the current branch, and says what it did.

    `made` gives the files for the n-th attempt: whoever else took the name first, this writer takes the next. Nothing is
    lost when several do so at once.
    """
    root = repository.work_tree
    if root is None:
        raise UsageError("this is a bare repository; there is no work tree to write to", "run it in a clone")
    branch = current_branch(repository) if commit else None
    for attempt in range(_RACES):
        files = made(attempt)
        if not _claimed(root, files):
            continue
        try:
            oid = commit_files(repository, branch, files, author, message, signer, new=True) if branch else ""
        except PathTaken:
            _given_back(root, files)
            continue
        except BaseException:
            _given_back(root, files)
            raise
        staged = stage(repository, files) if oid else True
        say("".join(f"wrote  {path}\n" for path in files))
        say(f"commit {oid[:12]} on {branch}: {message}\n" if oid else how_to_commit(message, files))
        if not staged:
            say(f"your index could not be brought up to date; do it: git add {' '.join(files)}\n")
        return
    raise UsageError(f"{next(iter(files))} exists already", "records are never overwritten")


def _claimed(root: Path, files: Mapping[str, bytes]) -> bool:
    """Writes all files or none: the signature first, so that nobody ever reads a record that has none yet."""
    done: dict[str, bytes] = {}
    for path, content in sorted(files.items(), key=lambda entry: entry[0].endswith(".yaml")):
        if not write_new(root / path, content):
            _given_back(root, done)
            return False
        done[path] = content
    return True


def _given_back(root: Path, files: Mapping[str, bytes]) -> None:
    for path in files:
        (root / path).unlink(missing_ok=True)


def yourself(people: People | None, person_id: str) -> Author:
    """A person as author of a commit, now."""
    person = people.person(person_id) if people else None
    email = person.email if person and person.email else f"{person_id}@localhost"
    return Author(person.name if person else person_id, email, datetime.now(UTC))


def how_to_commit(message: str, paths: Mapping[str, bytes]) -> str:
    """The commands that make a written record count."""
    return f'Commit it:\n  git add {" ".join(paths)}\n  git commit -m "{message}"\n'

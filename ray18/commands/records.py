"""Writing signed records: who the key says you are, and the two files that a decision becomes."""

from pathlib import Path

import click

from ray18 import sshsig
from ray18.approvals import keys
from ray18.commands.modelines import header
from ray18.documents.approval import Approval
from ray18.documents.people import People
from ray18.documents.waiver import Waiver
from ray18.errors import UsageError
from ray18.files import write_whole
from ray18.git import Repository
from ray18.program import SIGNATURE_SUFFIX
from ray18.signing import Signer, find_key, open_key
from ray18.subjects import meaning, signed_bytes
from ray18.yaml import render


def your_signer(repository: Repository, key: Path | None) -> Signer:
    """The signer for the key to use."""
    path = find_key(key, repository, Path.home())
    return open_key(path, lambda: str(click.prompt(f"Passphrase of {path}", hide_input=True, err=True)))


def your_id(people: People | None, signer: Signer) -> str:
    """The person whose key this is. Raises UsageError when it is nobody's."""
    owners = [person.id for person in people.people if signer.public_key in keys(person)] if people else []
    if len(owners) != 1:
        raise UsageError(
            f"the key {sshsig.fingerprint(signer.public_key)} belongs to {' and '.join(owners) or 'nobody'} in people.yaml",
            "add its .pub line to you in people.yaml (and have that merged), or name another with --key",
        )
    return owners[0]


def write_signed(
    root: Path, path: str, kind_name: str, record: Approval | Waiver, signer: Signer, namespace: str
) -> None:
    """Writes the record and its signature."""
    if (root / path).exists():
        raise UsageError(f"{path} exists already", "records are never overwritten")
    content = render(meaning(record), header(kind_name, path))
    signature = signer.sign(signed_bytes(record), namespace)
    write_whole(root / path, content)
    write_whole(root / f"{path}{SIGNATURE_SUFFIX}", signature)


def how_to_commit(message: str, *paths: str) -> str:
    """The commands that make a written record count."""
    named = " ".join(entry for path in paths for entry in (path, f"{path}{SIGNATURE_SUFFIX}"))
    return f'Commit it:\n  git add {named}\n  git commit -m "{message}"'

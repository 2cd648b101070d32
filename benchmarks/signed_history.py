"""A program with a long history of signed commits: most change one of 500 backlog items, one in ten touches no record at
all, one in a hundred is a signed decision.

    python benchmarks/signed_history.py COMMITS FOLDER
"""

import base64
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ray18.approvals import NAMESPACE, record_path
from ray18.documents.approval import Approval
from ray18.git import Repository, create, object_id
from ray18.signing import in_process
from ray18.subjects import digest, meaning, signed_bytes
from ray18.yaml import render

ITEMS = 500
ROLES = {"operations-director": "olga", "support-lead": "sam", "product-owner": "pia", "security-lead": "sven"}
SIGNERS = {
    name: in_process(Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b".")[:32]))
    for name in (*ROLES.values(), "dev")
}
ALLOWED = ".git/allowed"
"""The file that tells git whose signatures to believe."""
PROGRAM = "11111111-2222-4333-8444-555555555555"


def item(number: int, version: int) -> bytes:
    """One backlog item as some commit has it."""
    return (
        f"id: MB-{number}\ntitle: Renew certificate {number}\nsource: {{kind: security-risk}}\n"
        f"maintenance_type: preventive\nseverity: High\npriority: P{version % 4 + 1}\nowner: sam\n"
        f"created: 2026-05-01\ndue: 2026-07-{version % 28 + 1:02}\n"
    ).encode()


def build(folder: Path, commits: int) -> None:
    """The repository: trees by fast-import, then the same commits again with signatures. Done already when it is there."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    repository = create(folder, "main")
    stream: list[bytes] = []
    people = "".join(
        f"  - id: {name}\n    name: {name.title()}\n    keys:\n      - key: ssh-ed25519 "
        f"{base64.b64encode(signer.public_key).decode()}\n"
        for name, signer in SIGNERS.items()
    )
    roles = "".join(f"  {role}: [{name}]\n" for role, name in ROLES.items())
    files: dict[str, bytes] = {
        "ray18.yaml": f"version: 1\nprogram:\n  id: {PROGRAM}\n  title: Bench\n".encode(),
        "people.yaml": f"people:\n{people}roles:\n{roles}".encode(),
        "services.yaml": b"services: []\n",
        **{f"backlog/MB-{number}.yaml": item(number, 0) for number in range(ITEMS)},
    }
    for number in range(commits):
        if number:
            files = change(number)
        stream.append(entry(number, files))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=b"".join(stream), check=True)
    trees = subprocess.run(
        ["git", "log", "--reverse", "--format=%T", "build"], cwd=folder, capture_output=True, check=True, text=True
    ).stdout.split()
    sign(repository, folder, trees)


def change(number: int) -> dict[str, bytes]:
    """What one commit changes."""
    if number % 100 == 99:
        person = list(ROLES.values())[number // 100 % 4]
        sections = {"plan": f"{number:064x}"}
        record = Approval(
            program=PROGRAM,
            subject="staffing",
            digest=digest("staffing", sections),
            sections=sections,
            role="support-lead",
            person=person,
            decision="approved",
            decided_on="2026-05-01",
        )
        path = record_path("approvals", record)
        return {path: render(meaning(record)), f"{path}.sig": SIGNERS[person].sign(signed_bytes(record), NAMESPACE)}
    if number % 10 == 3:
        return {"src/main.py": f"# {number}\n".encode()}
    return {f"backlog/MB-{number * 7 % ITEMS}.yaml": item(number * 7 % ITEMS, number)}


def entry(number: int, files: dict[str, bytes]) -> bytes:
    """One commit of a fast-import stream."""
    message = b"change"
    parts = [f"commit refs/heads/build\ncommitter Dev <dev@example.org> {1770000000 + number} +0000\n".encode()]
    parts.append(b"data %d\n%s\n" % (len(message), message))
    for path, content in files.items():
        parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))
    return b"".join(parts)


def sign(repository: Repository, folder: Path, trees: list[str]) -> None:
    """The same trees as signed commits, each on the one before."""
    with tempfile.TemporaryDirectory() as place:
        parent, names = "", []
        for number, tree in enumerate(trees):
            line = f"Dev <dev@example.org> {1770000000 + number} +0000"
            head = [f"tree {tree}", *([f"parent {parent}"] if parent else []), f"author {line}", f"committer {line}"]
            body = f"\n\nchange {number}\n"
            armored = SIGNERS["dev"].sign(("\n".join(head) + body).encode(), "git").decode().rstrip("\n")
            content = ("\n".join([*head, "gpgsig " + armored.replace("\n", "\n ")]) + body).encode()
            parent = object_id("commit", content)
            name = Path(place, str(number))
            name.write_bytes(content)
            names.append(str(name))
        command = ["git", "hash-object", "-t", "commit", "-w", "--stdin-paths"]
        subprocess.run(command, cwd=folder, input="\n".join(names), text=True, capture_output=True, check=True)
    repository.run("update-ref", "refs/heads/main", parent)
    repository.run("update-ref", "-d", "refs/heads/build")
    subprocess.run(["git", "gc", "--quiet", "--prune=now"], cwd=folder, check=True)
    key = base64.b64encode(SIGNERS["dev"].public_key).decode()
    (folder / ALLOWED).write_text(f"dev@example.org ssh-ed25519 {key}\n")


if __name__ == "__main__":
    build(Path(sys.argv[2]), int(sys.argv[1]))

"""Times 1,000 SSH signatures beside `ssh-keygen -Y verify`, and counts what 8 writers x 20 approvals at once lose.

    python benchmarks/deciding.py

CPU seconds; the second part prints how many commands ended with 0 and how many of their records are in history.
"""

import base64
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from measure import Job, run
from signed_history import ROLES, SIGNERS, build

from ray18.signatures import verify

WRITERS, EACH = 8, 20
PLAN = "title: Plan\nrevision: 1\nperiod: {start: 2026-01-01, end: 2026-12-31}\nrevisit_date: 2026-09-01\n"


def signatures(folder: Path) -> dict[str, float]:
    """1,000 in process, and 50 by ssh-keygen, scaled to 1,000."""
    people = list(ROLES.values())
    messages = [f"message {number}".encode() for number in range(1000)]
    signed = [SIGNERS[people[number % 4]].sign(message, "bench") for number, message in enumerate(messages)]
    before = time.process_time()
    for armored, message in zip(signed, messages, strict=True):
        verify(armored, message, "bench")
    ours = time.process_time() - before
    allowed, one, content = folder / "allowed", folder / "one.sig", folder / "one"
    allowed.write_text(f"olga ssh-ed25519 {base64.b64encode(SIGNERS['olga'].public_key).decode()}\n")
    one.write_bytes(signed[0])
    content.write_bytes(messages[0])
    script = f"for i in $(seq 50); do ssh-keygen -Y verify -f {allowed} -I olga -n bench -s {one} < {content}; done"
    return {
        "1,000 here": round(ours, 3),
        "1,000 by ssh-keygen": round(run(Job("ssh-keygen", ["sh", "-c", script], folder)).cpu * 20, 1),
    }


def writers(folder: Path) -> dict[str, int]:
    """Everybody approves the same plan, again and again, at once."""
    root = folder / "program"
    build(root, 1)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=root, check=True)
    (root / "plan.yaml").write_text(PLAN)
    identity = ["-c", "user.name=Dev", "-c", "user.email=dev@example.org"]
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    subprocess.run(["git", *identity, "commit", "-q", "-m", "plan"], cwd=root, check=True)
    keys = {name: key_file(folder, name) for name in ROLES.values()}
    jobs = [(role, keys[name]) for role, name in ROLES.items()] * (WRITERS * EACH // 4)
    ray18 = str(Path(sys.executable).with_name("ray18"))

    def once(job: tuple[str, Path]) -> int:
        command = [ray18, "-C", str(root), "approve", "plan", "--as", job[0], "--key", str(job[1]), "--yes"]
        return subprocess.run(command, capture_output=True, check=False).returncode

    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = list(pool.map(once, jobs))
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", "HEAD"], cwd=root, capture_output=True, text=True, check=True
    )
    records = [name for name in listed.stdout.split() if name.startswith("approvals/") and name.endswith(".yaml")]
    return {"commands": len(jobs), "ended with 0": statuses.count(0), "records in history": len(records)}


def key_file(folder: Path, name: str) -> Path:
    """A private key file for a name."""
    key = Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b".")[:32])
    path = folder / f"key-{name}"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    return path


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps({**signatures(Path(place)), **writers(Path(place))}))

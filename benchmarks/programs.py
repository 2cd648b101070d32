"""Programs of any size to measure with: the example's rules, people, plan and hand-over, and as many items as asked for."""

import shutil
import subprocess
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "example-repo"
OWNERS = ("port-operations", "tomas-vik")
SERVICES = ("boarding", "payments", "booking-api")
SEVERITIES = ("Critical", "High", "Medium", "Low")
GIT = ("git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")


def item(number: int, note: str = "") -> str:
    """One backlog item of about 450 bytes."""
    severity = SEVERITIES[number % len(SEVERITIES)]
    depends = f"depends_on: [MB-{number - 1:06}]\n" if number % 10 == 1 else ""
    return (
        f"id: MB-{number:06}\ntitle: Renew certificate number {number}{note}\n"
        "description: >-\n  The certificate of this host runs out; renew it, roll it out on every node, and show that the\n"
        "  old one is refused.\n"
        f"source:\n  kind: technical-debt\n  artifact: TECH-DEBT-REGISTER.md\n  locator: row {number}\n"
        f"maintenance_type: preventive\nseverity: {severity}\npriority: P{number % 4 + 1}\n"
        f"owner: {OWNERS[number % len(OWNERS)]}\nservice: {SERVICES[number % len(SERVICES)]}\n"
        f"created: 2026-02-{number % 28 + 1:02}\ndue: 2026-12-{number % 28 + 1:02}\n{depends}"
        f"tags: [certificate, node-{number % 50}]\n"
    )


def build(folder: Path, items: int) -> None:
    """A repository with one commit; done already when the folder is there."""
    if folder.exists():
        return
    shutil.copytree(EXAMPLE, folder)
    shutil.rmtree(folder / "rankings")
    shutil.rmtree(folder / "backlog")
    (folder / "backlog").mkdir()
    for number in range(items):
        (folder / "backlog" / f"MB-{number:06}.yaml").write_text(item(number))
    subprocess.run([*GIT, "init", "--quiet", "--initial-branch=main"], cwd=folder, check=True)
    commit(folder, f"Start with {items} items")


def commit(folder: Path, message: str) -> None:
    """Everything as it lies there, committed."""
    subprocess.run([*GIT, "add", "--all"], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "--quiet", f"--message={message}"], cwd=folder, check=True)

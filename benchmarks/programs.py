"""Programs of any size to measure with: the example program, filled up to as many items as asked for."""

import shutil
import subprocess
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "example-repo"
OWNERS = ("port-operations", "tomas-vik")
SERVICES = ("boarding", "payments", "booking-api")
SEVERITIES = ("Critical", "High", "Medium", "Low")
SCORING = """\
scoring:
  inputs:
    - {name: risk, value: 3, rationale: The host is reached from outside.}
    - {name: impact, value: 2, rationale: One service of three is hit.}
    - {name: effort, value: 1, rationale: It was done before in an hour.}
  scored_by: tomas-vik
  scored_on: 2026-11-20
"""
GIT = ("git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")


def item(number: int, note: str = "") -> str:
    """One backlog item of about 450 bytes."""
    severity = ("Critical", "High")[number % 2] if number % 20 < 2 else ("Medium", "Low")[number % 2]
    depends = f"depends_on: [MB-{number - 10:06}]\n" if number % 100 == 10 else ""
    scoring = SCORING if severity in ("Critical", "High") else ""
    return (
        f"id: MB-{number:06}\ntitle: Renew certificate number {number}{note}\n"
        "description: >-\n  The certificate of this host runs out; renew it, roll it out on every node, and show that the\n"
        "  old one is refused.\n"
        f"source:\n  kind: technical-debt\n  artifact: TECH-DEBT-REGISTER.md\n  locator: row {number}\n"
        f"maintenance_type: preventive\nseverity: {severity}\npriority: P{1 + SEVERITIES.index(severity)}\n"
        f"owner: {OWNERS[number % len(OWNERS)]}\nservice: {SERVICES[number % len(SERVICES)]}\n"
        f"created: 2026-11-{number % 19 + 1:02}\ndue: 2027-01-{number % 10 // 5 * 9 + 1:02}\n{depends}{scoring}"
        f"tags: [certificate, node-{number % 50}]\n"
    )


def build(folder: Path, items: int) -> None:
    """A repository with one commit; done already when the folder is there."""
    if folder.exists():
        return
    shutil.copytree(EXAMPLE, folder)
    backlog = folder / "backlog"
    for number in range(items - len(list(backlog.iterdir()))):
        (backlog / f"MB-{number:06}.yaml").write_text(item(number))
    subprocess.run([*GIT, "init", "--quiet", "--initial-branch=main"], cwd=folder, check=True)
    commit(folder, f"Start with {items} items")


def commit(folder: Path, message: str) -> None:
    """Everything as it lies there, committed."""
    subprocess.run([*GIT, "add", "--all"], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "--quiet", f"--message={message}"], cwd=folder, check=True)

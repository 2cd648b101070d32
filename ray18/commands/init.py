"""`ray18 init`: the files of a new program; what is there already is kept."""

import uuid
from pathlib import Path

import click

from ray18.commands.modelines import FOLDER, header
from ray18.commands.output import say
from ray18.commands.place import program_root, root
from ray18.commands.script import doors
from ray18.documents.document import made
from ray18.documents.settings import Settings
from ray18.files import write_whole
from ray18.git import Repository
from ray18.schema import shipped_schemas
from ray18.yaml import render

_PEOPLE = """\
# Who is who. A decision counts when it is signed with a key that this file, on the protected branch, gives to a holder of
# the role. Roles that must be filled: operations-director, support-lead, product-owner, security-lead.
people: []
#  - id: ana
#    name: Ana Lima
#    keys:
#      - key: ssh-ed25519 AAAA… (one line of a .pub file)
teams: []
roles: {}
"""
_SERVICES = """\
# The service catalog. `ray18 intake` drafts it from a hand-over.
services: []
"""
_GOVERNANCE = """\
# What keeps the program honest: each entry is `status: Complete` once it is really set up.
kpi_reviews: []
dashboards: []
alerts: []
report_templates: []
systems: []
"""
_FOLDERS = {
    "backlog": "One backlog item for each file; the file's name is the item's id.\n",
    "rankings": "One file for each stakeholder role: the items in order of preference, and disagreements settled.\n",
    "approvals": "One append-only record for each decision, written by `ray18 approve`.\n",
    "waivers": "One record for each accepted deviation, written by `ray18 waive`.\n",
    "live-states": "What live systems said, one record for each day, written by `ray18 probe`.\n",
    "manual": "One record for each validation done by hand, written by `ray18 manual`.\n",
}
_HOOK = """\
repos:
  - repo: local
    hooks:
      - id: ray18
        name: RAY-18 records
        entry: ray18-hook
        language: system
        pass_filenames: false
        files: >-
          ^(ray18|people|services|plan|governance|schedule|rota)\\.yaml$|^(backlog|manual|live-states|rankings)/|^(approvals|waivers|delegations|checkpoints)/
"""


@click.command()
@click.option("--title", metavar="TEXT", help="The program's name (default: the folder's name).")
@click.option("--branch", metavar="NAME", help="The protected branch (default: the branch you are on).")
@click.pass_context
def command(ctx: click.Context, title: str | None, branch: str | None) -> None:
    """Start a maintenance and support program in this repository.

    Writes ray18.yaml, people.yaml, services.yaml, governance.yaml, the folders for records, and the schemas that editors
    use. Files that exist are kept as they are, so it can be run again.

    \b
    Example:
      git init && ray18 init --title "Harbor Booking: maintenance and support"
    """
    repository = program_root(ctx)
    folder = root(ctx)
    settings = {
        "version": 1,
        "program": {"id": str(uuid.uuid4()), "title": title or folder.name},
        "protected_branch": branch or _branch(repository),
    }
    made(Settings, settings)
    files = {
        "ray18.yaml": render(settings, header("settings")),
        "people.yaml": (header("people") + _PEOPLE).encode(),
        "services.yaml": (header("services") + _SERVICES).encode(),
        "governance.yaml": (header("governance") + _GOVERNANCE).encode(),
        ".pre-commit-config.yaml": _HOOK.encode(),
        **doors(),
        **{f"{name}/README.md": text.encode() for name, text in _FOLDERS.items()},
    }
    changed = [path for path, content in files.items() if _write_new(folder / path, content)]
    changed += [
        f"{FOLDER}/{name}"
        for name, content in shipped_schemas().items()
        if write_whole(folder / FOLDER / name, content)
    ]
    _tell(changed, len(files) + len(shipped_schemas()))


def _write_new(path: Path, content: bytes) -> bool:
    return not path.exists() and write_whole(path, content)


def _branch(repository: Repository) -> str:
    status, output, _ = repository.attempt("symbolic-ref", "--short", "HEAD")
    return output.decode().strip() if status == 0 else "main"


def _tell(changed: list[str], total: int) -> None:
    lines = [f"wrote  {path}" for path in changed]
    kept = total - len(changed)
    if kept:
        lines.append(f"kept   {kept} files that were there")
    lines += [
        "",
        "Next:",
        "  1. name people, their keys and their roles in people.yaml",
        "  2. ray18 intake FOLDER    read the hand-over in",
        "  3. ray18 gate --all       see what is missing",
    ]
    say("\n".join(lines) + "\n")

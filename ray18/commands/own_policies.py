"""The team's own policies, as they lie in the work tree."""

from pathlib import Path

import click

from ray18.commands.place import root
from ray18.errors import UsageError
from ray18.policy import Policy, describe
from ray18.program import read_settings
from ray18.snapshot import WorkTreeSnapshot


def own_folder(ctx: click.Context) -> Path:
    """The folder that the settings name. Raises Ray18Error where there is no program."""
    return root(ctx) / own_place(ctx)


def own_place(ctx: click.Context) -> str:
    """The same, from the root of the repository."""
    settings = read_settings(WorkTreeSnapshot(root(ctx)))
    return settings.policies.folder if settings.policies else "policies"


def own_policy(ctx: click.Context, policy_id: str) -> Policy:
    """One policy of the team's. Raises UsageError when there is none, BlockedError when it cannot be understood."""
    path = own_folder(ctx) / f"{policy_id}.py"
    if not path.is_file():
        raise UsageError(f"there is no policy {policy_id!r}", "see: ray18 policy list")
    return describe(policy_id, path.read_bytes(), "team")


def own_policies(ctx: click.Context) -> list[Policy]:
    """All policies of the team's, by id."""
    return [own_policy(ctx, path.stem) for path in sorted(own_folder(ctx).glob("*.py"))]


def own_gates(ctx: click.Context) -> dict[str, list[str]]:
    """Policy to the gates that the settings give it to."""
    settings = read_settings(WorkTreeSnapshot(root(ctx)))
    found: dict[str, list[str]] = {}
    for gate, names in (settings.policies.gates if settings.policies else {}).items():
        for name in names:
            found.setdefault(name, []).append(gate)
    return found

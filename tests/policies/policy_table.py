"""The lists of policies in the docs, made from the policies and from gates.yaml.

`python tests/policies/policy_table.py` writes them between their markers; a test fails while they differ.
"""

import re
from pathlib import Path

from ray18.gates import Gate, Pack, read_pack
from ray18.policy import Policy, shipped_policies
from ray18.shipped import shipped

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- policies:begin -->", "<!-- policies:end -->"


def pack() -> Pack:
    """The gates and records that come with RAY-18."""
    return read_pack(shipped("policies") / "gates.yaml")


def pages() -> dict[Path, str]:
    """Each page that has a list of policies, and what the list must be."""
    policies = shipped_policies()
    lists = {DOCS / "gates" / f"{gate.id}.md": gate_list(gate, policies) for gate in pack().gates}
    return {DOCS / "policies.md": table(policies), **lists}


def table(policies: dict[str, Policy]) -> str:
    """Every policy with what it wishes, its level, and where it runs."""
    rows = ["| policy | wish | level | runs in |", "|---|---|---|---|"]
    for policy in policies.values():
        where = ["check"] if policy.id in pack().records else []
        where += [gate.id for gate in pack().gates if policy.id in gate.policies]
        rows.append(
            f"| [{policy.id}](../policies/{policy.id}.py) | {policy.title} | {policy.level} | {', '.join(where)} |"
        )
    return "\n".join(rows)


def gate_list(gate: Gate, policies: dict[str, Policy]) -> str:
    """The policies of one gate, in its order; those that no waiver excuses are marked."""
    rows = ["| policy | wish | level | waivable |", "|---|---|---|---|"]
    for policy in map(policies.__getitem__, gate.policies):
        waivable = "yes" if gate.waived_by and policy.id not in gate.locked else "no"
        waivable = "-" if policy.level == "warning" else waivable
        rows.append(f"| [{policy.id}](../../policies/{policy.id}.py) | {policy.title} | {policy.level} | {waivable} |")
    return "\n".join(rows)


def with_list(page: str, made: str) -> str:
    """The page with the list between its markers."""
    return re.sub(f"(?s){BEGIN}.*{END}", lambda _: f"{BEGIN}\n{made}\n{END}", page)


if __name__ == "__main__":
    for path, made in pages().items():
        path.write_text(with_list(path.read_text(encoding="utf-8"), made), encoding="utf-8")

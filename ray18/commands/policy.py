"""`ray18 policy`: what the policies are, and how a team starts and tests its own."""

from typing import Literal

import click

from ray18.commands.output import say
from ray18.commands.place import root
from ray18.documents.base import Output
from ray18.errors import BlockedError, UsageError
from ray18.files import write_whole
from ray18.findings import Level
from ray18.gates import read_pack
from ray18.policy import Policy, describe, shipped_policies, shipped_policy
from ray18.program import read_settings
from ray18.shipped import shipped
from ray18.snapshot import WorkTreeSnapshot
from ray18.terminal import safe

_TEMPLATE = '''\
"""Every item says which customer it serves.

Why: say in one or two sentences what goes wrong when the rule is broken.

Remedy: say what to do: `ray18 backlog set ID annotations.customer=NAME`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "items without a customer"
ACTION = "name the customers"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    if item.content.is_open and "customer" not in item.content.annotations:
        yield item.finding(f"{item.content.id} names no customer", "annotations", remedy="add annotations.customer")
'''
_GOOD_EXAMPLE = """\
id: EX-1
title: An item that names its customer
source:
  kind: other
maintenance_type: corrective
annotations:
  customer: harbor
"""
_EXPECTED = "backlog/EX-1.yaml:1:1: error: EX-1 names no customer -> add annotations.customer\n"


class PolicyOutput(Output):
    """One policy."""

    id: str
    """Its id."""
    title: str
    """The wish that it states."""
    level: Level
    """The level of its findings."""
    gates: list[str]
    """The gates that run it; check = it judges records at every commit."""
    reads: list[str]
    """What it reads."""


class PolicyListOutput(Output):
    """What `ray18 policy list --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    policies: list[PolicyOutput]
    """Every shipped policy, by id."""


@click.group()
def command() -> None:
    """What the policies are, and how to write your own.

    \b
    Examples:
      ray18 policy list
      ray18 policy explain serious-item-has-owner
      ray18 policy new item-names-its-customer
      ray18 policy test
    """


@command.command("list")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def list_(format_: str) -> None:
    """List every policy with the gates that run it."""
    gates = _gates_by_policy()
    rows = [(policy, gates.get(policy.id, ["-"])) for policy in shipped_policies().values()]
    if format_ == "json":
        entries = [
            PolicyOutput(id=p.id, title=p.title, level=p.level, gates=gate, reads=list(p.reads)) for p, gate in rows
        ]
        say(PolicyListOutput(version=1, policies=entries).model_dump_json(indent=2) + "\n")
        return
    width = max(len(policy.id) for policy, _ in rows)
    say(
        "".join(
            f"{policy.id:{width}}  {policy.level:7}  {', '.join(gate):30}  {policy.title}\n" for policy, gate in rows
        )
    )


@command.command()
@click.argument("policy_id", metavar="POLICY")
@click.pass_context
def explain(ctx: click.Context, policy_id: str) -> None:
    """Say what POLICY demands, why, and what to do when it is broken."""
    policy = shipped_policy(policy_id) or _own(ctx, policy_id)
    gates = ", ".join(_gates_by_policy().get(policy.id, ["the team's own, see ray18.yaml"]))
    say(f"{policy.id}  ({policy.level}; {gates})\n\n{safe_lines(policy.doc)}\n\nReads: {', '.join(policy.reads)}\n")


@command.command()
@click.argument("policy_id", metavar="POLICY")
@click.pass_context
def new(ctx: click.Context, policy_id: str) -> None:
    """Start a policy of your own, with a passing and a failing example."""
    folder = root(ctx) / _folder(ctx)
    path = folder / f"{policy_id}.py"
    if not policy_id.replace("-", "").isalnum() or policy_id != policy_id.lower():
        raise UsageError(f"{policy_id!r} is not a policy id", "use lower-case words with hyphens, as item-has-customer")
    if path.exists() or shipped_policy(policy_id):
        raise UsageError(f"there is a policy {policy_id!r} already", "choose another name")
    examples = folder / "examples" / policy_id
    files = {
        path: _TEMPLATE,
        examples / "pass" / "backlog" / "EX-1.yaml": _GOOD_EXAMPLE,
        examples / "fail" / "backlog" / "EX-1.yaml": _GOOD_EXAMPLE.split("annotations:", maxsplit=1)[0],
        examples / "fail" / "expected.txt": _EXPECTED,
    }
    for target, text in files.items():
        write_whole(target, text.encode())
        say(f"wrote  {target.relative_to(root(ctx))}\n")
    say(
        f"\nTest it:   ray18 policy test {policy_id}\nSwitch it on in ray18.yaml:\n  policies:\n"
        f"    folder: {_folder(ctx)}\n    gates:\n      backlog: [{policy_id}]\n"
    )


@command.command()
@click.argument("policy_ids", nargs=-1, metavar="[POLICY]...")
@click.pass_context
def test(ctx: click.Context, policy_ids: tuple[str, ...]) -> None:
    """Run your policies on their examples: `pass` must find nothing, `fail` exactly what its `expected.txt` says.

    Examples are judged on 2026-06-01, unless a file `as_of.txt` in their folder names another day.
    """
    from ray18.testing import problems

    folder = root(ctx) / _folder(ctx)
    names = policy_ids or tuple(sorted(path.stem for path in folder.glob("*.py")))
    if not names:
        raise BlockedError(f"there are no policies in {_folder(ctx)}", "start one: ray18 policy new NAME")
    wrong = 0
    for name in names:
        found = list(problems(_own(ctx, name), folder / "examples" / name))
        wrong += bool(found)
        say(f"{'WRONG' if found else 'ok':5}  {name}\n" + "".join(f"       {safe_lines(text)}\n" for text in found))
    if wrong:
        raise click.exceptions.Exit(1)


def _folder(ctx: click.Context) -> str:
    settings = read_settings(WorkTreeSnapshot(root(ctx)))
    return settings.policies.folder if settings.policies else "policies"


def _own(ctx: click.Context, policy_id: str) -> Policy:
    path = root(ctx) / _folder(ctx) / f"{policy_id}.py"
    if not path.is_file():
        raise UsageError(f"there is no policy {policy_id!r}", "see: ray18 policy list")
    return describe(policy_id, path.read_bytes(), "team")


def _gates_by_policy() -> dict[str, list[str]]:
    pack = read_pack(shipped("policies") / "gates.yaml")
    gates: dict[str, list[str]] = {policy: ["check"] for policy in pack.records}
    for gate in pack.gates:
        for policy in gate.policies:
            gates.setdefault(policy, []).append(gate.id)
    return gates


def safe_lines(text: str) -> str:
    """A text of several lines, safe to print."""
    return "\n".join(safe(line) for line in text.splitlines())

"""`ray18 policy`: what the policies are, and how a team starts and tests its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import click

from ray18.commands.output import say
from ray18.commands.own_policies import own_folder, own_gates, own_place
from ray18.commands.place import root
from ray18.commands.policy_explain import explain, own_folder_or_none
from ray18.commands.policy_tests import test
from ray18.documents import SETTINGS_PATH
from ray18.documents.base import Output
from ray18.errors import BlockedError, UsageError
from ray18.files import write_whole
from ray18.findings import Level
from ray18.gates import read_pack
from ray18.policy import Policy, describe, shipped_policies, shipped_policy
from ray18.program import read_settings
from ray18.renderers.inert import json_text
from ray18.shipped import shipped
from ray18.snapshot import WorkTreeSnapshot
from ray18.terminal import safe
from ray18.yaml import edit

_SAMPLES = {
    "item": """\
from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "items without a {what}"
ACTION = "say the {what} of each item"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    if item.content.is_open and "{what}" not in item.content.annotations:
        yield item.finding(f"{{item.content.id}} has no {what}", "annotations", remedy="add annotations.{what}")
""",
    "service": """\
from ray18.documents.document import Document
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "services without a {what}"
ACTION = "say the {what} of each service"


def check(services: Document[Services]) -> Iterator[Finding]:
    for number, service in enumerate(services.content.services):
        if service.live and "{what}" not in service.annotations:
            yield services.finding(
                f"{{service.id}} has no {what}",
                *("services", number, "annotations"),
                item=service.id,
                remedy="add annotations.{what}",
            )
""",
}
"""A rule to begin with, for each thing that a policy may be about."""
_RIGHT = {
    "item": (
        "backlog/EX-1.yaml",
        "id: EX-1\ntitle: An item that is right\nsource:\n  kind: other\nmaintenance_type: corrective\n"
        "annotations:\n  {what}: something\n",
    ),
    "service": (
        "services.yaml",
        "services:\n  - id: booking\n    name: Booking\n    annotations:\n      {what}: something\n",
    ),
}
_DOC = '''\
"""{title}.

Say in one or two sentences what goes wrong when this rule is broken.

Remedy: say what to do, best as a command: `ray18 backlog set ID annotations.{what}=…`.
"""

from collections.abc import Iterator

'''


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
    origin: Literal["shipped", "team"]
    """Whether it comes with RAY-18 or is the team's own."""
    problem: str = ""
    """Why it cannot be understood; empty when it can."""


class PolicyListOutput(Output):
    """What `ray18 policy list --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    policies: list[PolicyOutput]
    """Every policy: the team's own first, then by id."""


@click.group()
def command() -> None:
    """What the policies are, and how to write your own.

    \b
    Examples:
      ray18 policy list
      ray18 policy explain serious-item-has-owner
      ray18 policy new item-names-its-customer --gate backlog
      ray18 policy test
    """


command.add_command(explain)
command.add_command(test)


@command.command("list")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def list_(ctx: click.Context, format_: str) -> None:
    """List every policy with the gates that run it, your own first."""
    entries = [*_own(ctx), *_shipped()]
    if format_ == "json":
        say(json_text(PolicyListOutput(version=1, policies=entries)) + "\n")
        return
    width = max(len(entry.id) for entry in entries)
    for entry in entries:
        gates = ", ".join(entry.gates) or "-"
        own = "(own) " if entry.origin == "team" else ""
        say(f"{safe(entry.id):{width}}  {entry.level:7}  {gates:30}  {own}{safe(entry.problem or entry.title)}\n")


def _shipped() -> Iterator[PolicyOutput]:
    pack = read_pack(shipped("policies") / "gates.yaml")
    for policy in shipped_policies().values():
        gates = [gate.id for gate in pack.gates if policy.id in gate.policies]
        yield _entry(policy, [*(["check"] if policy.id in pack.records else []), *gates])


def _own(ctx: click.Context) -> Iterator[PolicyOutput]:
    """The team's own, those that cannot be understood too; nothing outside a program."""
    folder = own_folder_or_none(ctx)
    if folder is None:
        return
    gates = own_gates(ctx)
    there = {path.stem for path in folder.glob("*.py")}
    for name in sorted(there | set(gates)):
        try:
            policy = describe(name, (folder / f"{name}.py").read_bytes(), "team")
        except (BlockedError, OSError) as error:
            problem = (
                str(error) if name in there else f"{SETTINGS_PATH} names it, but there is no {folder.name}/{name}.py"
            )
            yield PolicyOutput(
                id=name, title="", level="blocker", gates=gates.get(name, []), reads=[], origin="team", problem=problem
            )
        else:
            yield _entry(policy, gates.get(name, []))


def _entry(policy: Policy, gates: list[str]) -> PolicyOutput:
    return PolicyOutput(
        id=policy.id,
        title=policy.title,
        level=policy.level,
        gates=gates,
        reads=list(policy.reads),
        origin=policy.origin,
    )


@command.command()
@click.argument("policy_id", metavar="POLICY")
@click.option(
    "--about", type=click.Choice(sorted(_SAMPLES)), help="What it is about (default: what its name begins with)."
)
@click.option("--gate", metavar="GATE", help="Switch it on: this gate runs it.")
@click.pass_context
def new(ctx: click.Context, policy_id: str, about: str | None, gate: str | None) -> None:
    """Start a policy of your own: the rule, its documentation, a right and a wrong example.

    What is written passes `ray18 policy test` at once; change the rule, then the examples.

    \b
    Examples:
      ray18 policy new item-names-its-customer
      ray18 policy new service-has-contact --gate prerequisites
    """
    _require_free(ctx, policy_id)
    if gate is not None:
        read_pack(shipped("policies") / "gates.yaml").gate(gate)
    for path, content in _scaffold(
        ctx, policy_id, about or ("service" if policy_id.startswith("service-") else "item")
    ):
        write_whole(path, content.encode())
        say(f"wrote  {safe(str(path.relative_to(root(ctx))))}\n")
    if gate is not None:
        _switch_on(ctx, policy_id, gate)
    say(f"\nTest it:  ray18 policy test {policy_id}\n")
    if gate is None:
        say(
            f"Switch it on in {SETTINGS_PATH}:\n  policies:\n    folder: {own_place(ctx)}\n    gates:\n"
            f"      backlog: [{policy_id}]\n"
        )
    say("It judges from the merge on: a change is judged by the policies of the trusted commit.\n")


def _require_free(ctx: click.Context, policy_id: str) -> None:
    if not policy_id.replace("-", "").isalnum() or not policy_id.isascii() or policy_id != policy_id.lower():
        raise UsageError(f"{policy_id!r} is not a policy id", "use lower-case words with hyphens, as item-has-customer")
    if (own_folder(ctx) / f"{policy_id}.py").exists() or shipped_policy(policy_id):
        raise UsageError(f"there is a policy {policy_id!r} already", "choose another name")


def _scaffold(ctx: click.Context, policy_id: str, about: str) -> Iterator[tuple[Path, str]]:
    """Every file of a new policy, with what stands in it."""
    from ray18.testing import run_policy_on, transcript

    folder = own_folder(ctx)
    what = policy_id.rpartition("-")[2]
    title = policy_id.replace("-", " ").capitalize()
    rule = (_DOC + _SAMPLES[about]).format(title=title, what=what)
    path, text = _RIGHT[about]
    right = text.format(what=what)
    wrong = right[: right.rindex("annotations:")].rstrip(" ")
    said = transcript(run_policy_on(describe(policy_id, rule.encode(), "team"), {path: wrong.encode()}))
    examples = folder / "examples" / policy_id
    yield folder / f"{policy_id}.py", rule
    yield folder / "README.md", _listed(folder / "README.md", policy_id, title)
    yield examples / "pass" / path, right
    yield examples / "fail" / path, wrong
    yield examples / "fail" / "expected.txt", said


def _listed(page: Path, policy_id: str, title: str) -> str:
    """The page of the team's policies with one more of them."""
    head = "# Our policies\n\n`ray18 policy explain POLICY` says more about each.\n"
    text = page.read_text(encoding="utf-8") if page.is_file() else head
    between = "\n" if text.rstrip().rpartition("\n")[2].startswith("* ") else "\n\n"
    return f"{text.rstrip()}{between}* [{policy_id}]({policy_id}.py): {title}\n"


def _switch_on(ctx: click.Context, policy_id: str, gate_id: str) -> None:
    gate = read_pack(shipped("policies") / "gates.yaml").gate(gate_id).id
    snapshot = WorkTreeSnapshot(root(ctx))
    own = read_settings(snapshot).policies
    named = list(own.gates.get(gate, ())) if own else []
    changed = edit(snapshot.read(SETTINGS_PATH), {("policies", "gates", gate): [*named, policy_id]})
    write_whole(root(ctx) / SETTINGS_PATH, changed)
    say(f"wrote  {SETTINGS_PATH}: the gate {gate} runs it\n")

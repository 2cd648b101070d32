"""`ray18 policy explain`: what a policy demands, why, what to do, and what is right and wrong by it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import click

from ray18.commands.output import say
from ray18.commands.own_policies import own_folder, own_gates, own_policy
from ray18.documents.base import Output
from ray18.errors import Ray18Error, UsageError
from ray18.findings import Level
from ray18.gates import read_pack
from ray18.policy import Policy, shipped_policies, shipped_policy
from ray18.renderers.inert import json_text
from ray18.shipped import shipped
from ray18.terminal import safe


class ExampleFileOutput(Output):
    """One file of an example."""

    path: str
    """Its path in the program."""
    text: str | None
    """What it says; null when it is no text."""


class ExampleOutput(Output):
    """A small program that is right or wrong by a policy."""

    name: str
    """Its folder."""
    good: bool
    """Whether the policy has nothing to say about it."""
    files: list[ExampleFileOutput]
    """Its files."""
    says: list[str]
    """What the policy says about it, line by line."""


class PolicyExplanationOutput(Output):
    """What `ray18 policy explain --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    id: str
    """The policy."""
    title: str
    """The wish that it states."""
    level: Level
    """The level of its findings."""
    origin: Literal["shipped", "team"]
    """Whether it comes with RAY-18 or is the team's own."""
    gates: list[str]
    """The gates that run it; check = it judges records at every commit."""
    waived_by: list[str]
    """Roles that may accept a deviation from it, in a gate that can be waived."""
    reads: list[str]
    """What it reads."""
    rule: str
    """The rule and the reason."""
    remedy: str
    """What to do."""
    examples: list[ExampleOutput]
    """Good ones first; all of them are run as tests."""


@click.command()
@click.argument("policy_id", metavar="[POLICY]", required=False)
@click.option("--all", "every", is_flag=True, help="Every policy that comes with RAY-18.")
@click.option("--format", "format_", type=click.Choice(["text", "markdown", "json"]), default="text")
@click.pass_context
def explain(ctx: click.Context, policy_id: str | None, every: bool, format_: str) -> None:
    """Say what POLICY demands, why, what to do when it is broken, with a good and a bad example.

    The examples are those that `ray18 policy test` runs, and what is said about the bad one is what
    the policy says.

    \b
    Examples:
      ray18 policy explain serious-item-has-owner
      ray18 policy explain serious-item-has-owner --format markdown > serious-item-has-owner.md
    """
    if every is bool(policy_id):
        raise UsageError("name one policy, or give --all", "see: ray18 policy list")
    chosen = list(shipped_policies().values()) if every else [_policy(ctx, policy_id or "")]
    told = [explained(ctx, policy) for policy in chosen]
    if format_ == "json":
        say("".join(f"{json_text(one)}\n" for one in told))
        return
    lines = _markdown if format_ == "markdown" else _text
    say("\n".join("".join(f"{line}\n" for line in lines(one)) for one in told))


def explained(ctx: click.Context, policy: Policy) -> PolicyExplanationOutput:
    """A policy with its gates and examples."""
    _, *paragraphs = policy.doc.split("\n\n")
    gates, waived_by = _gates(ctx, policy)
    return PolicyExplanationOutput(
        version=1,
        id=policy.id,
        title=policy.title,
        level=policy.level,
        origin=policy.origin,
        gates=gates,
        waived_by=waived_by,
        reads=list(policy.reads),
        rule="\n\n".join(part for part in paragraphs if not part.startswith("Remedy:")),
        remedy="\n\n".join(part for part in paragraphs if part.startswith("Remedy:")).removeprefix("Remedy:").strip(),
        examples=list(_examples(_folder(ctx, policy), policy)),
    )


def _policy(ctx: click.Context, policy_id: str) -> Policy:
    found = shipped_policy(policy_id)
    if found is not None:
        return found
    if own_folder_or_none(ctx) is None:
        raise UsageError(f"no policy {policy_id!r} comes with RAY-18, and here is no program", "see: ray18 policy list")
    return own_policy(ctx, policy_id)


def own_folder_or_none(ctx: click.Context) -> Path | None:
    """The folder of the team's policies; None outside a program."""
    try:
        return own_folder(ctx)
    except Ray18Error:
        return None


def _folder(ctx: click.Context, policy: Policy) -> Path:
    from ray18.testing import examples_of_shipped

    return (examples_of_shipped() if policy.origin == "shipped" else own_folder(ctx) / "examples") / policy.id


def _gates(ctx: click.Context, policy: Policy) -> tuple[list[str], list[str]]:
    """The gates that run a policy, and the roles that may waive what it finds there."""
    pack = read_pack(shipped("policies") / "gates.yaml")
    own = own_gates(ctx).get(policy.id, []) if policy.origin == "team" else []
    running = [gate for gate in pack.gates if policy.id in gate.policies or gate.id in own]
    waiving = dict.fromkeys(role for gate in running if policy.id not in gate.locked for role in gate.waived_by)
    return [*(["check"] if policy.id in pack.records else []), *(gate.id for gate in running)], list(waiving)


def _examples(folder: Path, policy: Policy) -> Iterator[ExampleOutput]:
    from ray18.testing import run_policy, transcript

    for name in ("pass", "fail"):
        example = folder / name
        if example.is_dir():
            said = transcript(run_policy(policy, example)).splitlines()
            files = [path for path in sorted(example.rglob("*")) if path.is_file() and path.name != "expected.txt"]
            yield ExampleOutput(
                name=name, good=name == "pass", files=[_file(example, path) for path in files], says=said
            )


def _file(folder: Path, path: Path) -> ExampleFileOutput:
    try:
        text: str | None = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        text = None
    return ExampleFileOutput(path=path.relative_to(folder).as_posix(), text=text)


def _text(told: PolicyExplanationOutput) -> Iterator[str]:
    yield f"{told.id}  ({told.level}; {', '.join(told.gates) or 'run by no gate'})"
    yield ""
    yield from map(safe, f"{told.title}.\n\n{told.rule}\n\nRemedy: {told.remedy}".splitlines())
    yield ""
    yield f"Reads: {', '.join(told.reads)}"
    if told.gates and told.gates != ["check"]:
        waivers = f"by waiver of {' or '.join(told.waived_by)}" if told.waived_by else "no"
        yield f"Can be excused: {waivers}"
    for example in told.examples:
        yield ""
        yield "Right:" if example.good else "Wrong:"
        for file in example.files:
            yield f"  {safe(file.path)}"
            yield from (f"    {safe(line)}" for line in _lines(file))
        if not example.good:
            yield "  It says:"
            yield from (f"    {safe(line)}" for line in example.says)


def _markdown(told: PolicyExplanationOutput) -> Iterator[str]:
    yield f"# {told.id}"
    yield from ("", f"{told.title}.", "", told.rule, "", f"**Remedy:** {told.remedy}", "")
    yield "| level | runs in | reads | excused by |"
    yield "|---|---|---|---|"
    yield f"| {told.level} | {', '.join(told.gates)} | {', '.join(told.reads)} | {' or '.join(told.waived_by)} |"
    for example in told.examples:
        yield from ("", f"## {'Right' if example.good else 'Wrong'}")
        for file in example.files:
            lines = list(_lines(file))
            yield from ("", f"`{file.path}`", "", *_fenced("yaml" if file.path.endswith(".yaml") else "text", lines))
        if not example.good:
            yield from ("", "It says:", "", *_fenced("text", example.says))


def _fenced(language: str, lines: list[str]) -> Iterator[str]:
    """A block that none of its lines can end."""
    longest = max((len(line) - len(line.lstrip("`")) for line in map(str.strip, lines)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}{language}", *map(safe, lines), fence)


def _lines(file: ExampleFileOutput) -> list[str]:
    return ["(no text)"] if file.text is None else file.text.splitlines()

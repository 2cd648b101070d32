"""`ray18 policy test`: policies on their examples, and how much the examples show."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ray18.commands.output import say
from ray18.commands.own_policies import own_folder, own_policies, own_policy
from ray18.counting import counted
from ray18.documents.base import Output
from ray18.errors import BlockedError, UsageError
from ray18.policy import Policy, shipped_policies, shipped_policy
from ray18.renderers.inert import json_text
from ray18.terminal import safe

if TYPE_CHECKING:
    from ray18.strength import Strength

_SHOWN = 5


class PolicyStrengthOutput(Output):
    """What the examples of one policy come to."""

    id: str
    """The policy."""
    wrong: list[str]
    """What is wrong with its examples."""
    lines: int
    """Lines of its functions."""
    missed_lines: list[int]
    """Those of them that no example reaches."""
    mutants: int
    """Passing examples with one thing changed."""
    noticed: int
    """Those of them about which it has something to say."""
    crashes: list[str]
    """Changed examples on which it gives no answer."""
    variants: int
    """Policies that differ from it by one operator."""
    survivors: list[str]
    """Those of them that every example takes for the real one."""


class PolicyTestOutput(Output):
    """What `ray18 policy test --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    policies: list[PolicyStrengthOutput]
    """The policies, by id."""
    score_percent: float | None
    """The share of changed policies that an example tells from the real one; null when there are none."""
    silent: list[str]
    """Policies that no changed example makes speak."""


@click.command()
@click.argument("policy_ids", nargs=-1, metavar="[POLICY]...")
@click.option("--shipped", is_flag=True, help="The policies that come with RAY-18, not your own.")
@click.option("--quick", is_flag=True, help="Run the examples only; change nothing in them.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="Fail when the score is below.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def test(
    ctx: click.Context,
    policy_ids: tuple[str, ...],
    shipped: bool,
    quick: bool,
    fail_under: float | None,
    format_: str,
) -> None:
    """Run policies on their examples, and say how much the examples show.

    `pass` must find nothing, `fail` exactly what its `expected.txt` says. Examples are judged on
    2026-06-01, unless a file `as_of.txt` in their folder names another day.

    Then one thing is changed in each passing example (an owner dropped, a day moved, a severity
    bumped): a policy that says nothing about any of them is named. And one operator is changed in
    the policy (`<` for `<=`): what no example tells from the real one is named with its line.
    """
    chosen = [_shipped(name) for name in policy_ids or shipped_policies()] if shipped else _own(ctx, policy_ids)
    if quick:
        _quick(chosen)
        return
    from ray18.strength import measured

    found = [_output(measured(policy, examples)) for policy, examples in chosen]
    variants, survivors = sum(one.variants for one in found), sum(len(one.survivors) for one in found)
    score = 100 * (variants - survivors) / variants if variants else None
    silent = [one.id for one in found if not one.noticed]
    report = PolicyTestOutput(version=1, policies=found, score_percent=score, silent=silent)
    say(json_text(report) + "\n" if format_ == "json" else "".join(f"{line}\n" for line in _text(report)))
    too_low = fail_under is not None and (score is None or score < fail_under)
    if too_low or any(one.wrong or one.crashes for one in found):
        raise click.exceptions.Exit(1)


def _own(ctx: click.Context, names: tuple[str, ...]) -> list[tuple[Policy, Path]]:
    chosen = [own_policy(ctx, name) for name in names] if names else own_policies(ctx)
    if not chosen:
        raise BlockedError("there are no policies of your own here", "start one: ray18 policy new NAME")
    return [(policy, own_folder(ctx) / "examples" / policy.id) for policy in chosen]


def _shipped(name: str) -> tuple[Policy, Path]:
    from ray18.testing import examples_of_shipped

    policy = shipped_policy(name)
    if policy is None:
        raise UsageError(f"no policy {name!r} comes with RAY-18", "see: ray18 policy list")
    return policy, examples_of_shipped() / name


def _quick(chosen: Iterable[tuple[Policy, Path]]) -> None:
    from ray18.testing import problems

    failed = False
    for policy, examples in chosen:
        wrong = list(problems(policy, examples))
        failed |= bool(wrong)
        say("".join(f"{line}\n" for line in (f"{'WRONG' if wrong else 'ok':5}  {policy.id}", *_indented(wrong))))
    if failed:
        raise click.exceptions.Exit(1)


def _output(strength: "Strength") -> PolicyStrengthOutput:
    return PolicyStrengthOutput(
        id=strength.policy.id,
        wrong=list(strength.wrong),
        lines=strength.lines,
        missed_lines=list(strength.missed),
        mutants=strength.mutants,
        noticed=strength.noticed,
        crashes=list(strength.crashes),
        variants=strength.variants,
        survivors=list(strength.survivors),
    )


def _text(report: PolicyTestOutput) -> Iterator[str]:
    width = max(len(one.id) for one in report.policies)
    yield f"{'':5}  {'':{width}}  {'lines':>7}  {'changed examples':>17}  {'changed rules':>14}"
    yield f"{'':5}  {'':{width}}  {'reached':>7}  {'noticed':>17}  {'told apart':>14}"
    for one in report.policies:
        lines_reached = f"{one.lines - len(one.missed_lines)}/{one.lines}"
        killed = f"{one.variants - len(one.survivors)}/{one.variants}"
        state = "WRONG" if one.wrong or one.crashes else "ok"
        yield f"{state:5}  {one.id:{width}}  {lines_reached:>7}  {f'{one.noticed}/{one.mutants}':>17}  {killed:>14}"
        yield from _indented([*one.wrong, *(f"gives no answer: {crash}" for crash in one.crashes[:_SHOWN])])
        if one.missed_lines:
            yield from _indented([f"no example reaches line {', '.join(map(str, one.missed_lines))}"])
        yield from _indented(f"no example shows the difference: {survivor}" for survivor in one.survivors)
    wrong = sum(bool(one.wrong or one.crashes) for one in report.policies)
    lines, missed = sum(one.lines for one in report.policies), sum(len(one.missed_lines) for one in report.policies)
    yield ""
    for name in report.silent:
        yield f"{name} says nothing about any changed example: nothing shows that it notices what goes wrong"
    score = report.score_percent
    apart = "no rule to change" if score is None else f"{score:.0f} % of changed rules told apart"
    reached = 100 * (lines - missed) / max(lines, 1)
    yield f"{counted(len(report.policies), 'policies')}, {wrong or 'none'} wrong; {reached:.0f} % of lines reached, {apart}"


def _indented(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (f"       {safe(line)}" for line in text.splitlines())

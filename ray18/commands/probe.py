"""`ray18 probe`: looks at the live systems that the governance names, and writes down what it saw."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal

import click

from ray18.commands.modelines import header
from ray18.commands.output import say
from ray18.commands.place import open_judge, program_root, root, today
from ray18.documents.base import Output
from ray18.documents.governance import Governance
from ray18.documents.live_state import LiveState
from ray18.documents.settings import Probe
from ray18.errors import BlockedError, UsageError
from ray18.files import write_whole
from ray18.probe.asking import Asker
from ray18.probe.observing import observed, record
from ray18.renderers.inert import json_text
from ray18.subjects import meaning
from ray18.terminal import safe
from ray18.web import Limits, Rules
from ray18.yaml import render


class ProbeOutput(Output):
    """What `ray18 probe --format json` prints."""

    version: Literal[1]
    """The version of this format."""
    path: str | None
    """The record that was written; null with --dry-run."""
    state: LiveState
    """What was seen."""


@click.command()
@click.option("--dry-run", is_flag=True, help="Ask, tell, and write nothing.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(ctx: click.Context, dry_run: bool, format_: str) -> None:
    """Ask the live systems that governance.yaml names, and record the answers; gates read the record.

    What says how it is asked (`check` of systems and dashboards, `rule` of alerts) is asked once. An alert is
    active when its rule is loaded, healthy and evaluated within two intervals, Prometheus has an Alertmanager,
    the route resolves to its receiver, and its runbook answers. Exit code 1: something does not work.

    This is the only command that asks the network for such things, and only public addresses and those that
    `probe.allow` in ray18.yaml names, as it is at the trusted base.

    \b
    Examples:
      ray18 probe --dry-run
      ray18 probe && git add live-states && git commit -m "What the systems say today"
    """
    judge = open_judge(program_root(ctx), as_of=today())
    settings = judge.program.rules.settings
    document = judge.program.one("governance")
    if document is None:
        problem = next((f for f in judge.program.problems if f.path == settings.locations.governance), None)
        if problem:
            raise BlockedError(f"{problem.place}: {problem.message}", problem.remedy)
        raise UsageError("there is no governance document", "write governance.yaml: systems, dashboards, alerts")
    seen = tuple(observed(document.content, _asker(settings.probe, os.environ)))
    if not seen:
        raise UsageError(
            f"nothing in {document.path} says how it is asked",
            "add `check: {kind: http}` to a system or dashboard, `rule: {name: …}` to an alert",
        )
    state = record(settings.program.id, seen, datetime.now(UTC))
    path = f"{settings.locations.live_states}/{state.id}.yaml"
    if not dry_run:
        write_whole(root(ctx) / path, render(meaning(state), header("live-state", path)))
    if format_ == "json":
        output = ProbeOutput(version=1, path=None if dry_run else path, state=state)
        say(json_text(output) + "\n")
    else:
        say("".join(f"{safe(line)}\n" for line in _told(document.content, state, None if dry_run else path)))
    if not all(entry.works for entry in seen):
        raise click.exceptions.Exit(1)


def _asker(probe: Probe, environment: Mapping[str, str]) -> Asker:
    """Whom the trusted settings let be asked, and with which tokens."""
    try:
        rules = Rules.allowing(probe.allow)
    except ValueError as error:
        raise BlockedError(f"ray18.yaml: probe.allow: {error}", "write an address, a network or a host name") from error
    missing = sorted({name for name in probe.tokens.values() if not environment.get(name)})
    if missing:
        raise UsageError(
            f"the environment has no {', '.join(missing)}", "set it to the token that `probe.tokens` asks for"
        )
    tokens = {host.casefold(): environment[name] for host, name in probe.tokens.items()}
    return Asker(rules, Limits(seconds=probe.seconds), tokens)


def _told(governance: Governance, state: LiveState, path: str | None) -> Iterator[str]:
    for seen in state.observations:
        yield f"{'works' if seen.works else 'FAULTY':6}  {seen.subject:9}  {seen.id}"
        for fault in seen.faults:
            yield f"        {fault.code}: {fault.text}"
    works = sum(seen.works for seen in state.observations)
    yield f"{works} of {len(state.observations)} work"
    unasked = list(_unasked(governance))
    if unasked:
        more = f" and {len(unasked) - 5} more" if len(unasked) > 5 else ""
        yield f"not asked, since nothing says how: {', '.join(unasked[:5])}{more}"
    yield f"wrote  {path}" if path else "Nothing was written: --dry-run."
    if path:
        yield f'Next: git add {path} && git commit -m "What the systems said on {state.observed_on}"; ray18 gate --all'


def _unasked(governance: Governance) -> Iterator[str]:
    yield from (f"system {entry.name}" for entry in governance.systems if entry.check is None)
    yield from (f"dashboard {entry.id}" for entry in governance.dashboards if entry.check is None)
    yield from (f"alert {entry.id}" for entry in governance.alerts if entry.rule is None)

"""`ray18 publish`: the verdicts where people review: a status or check run for each gate, and one comment."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace

import click

from ray18.causes import request
from ray18.commands.diff import before_of
from ray18.commands.forge_place import ForgePlace, forge_options, forge_place, run_url
from ray18.commands.output import say, summarize
from ray18.commands.place import judging_options, program_repository
from ray18.comparison import compared
from ray18.errors import EnvironmentProblem, UsageError
from ray18.forges.github_checks import CheckRun, Conclusion, tell_checks
from ray18.forges.github_suggestions import Mend, tell_suggestions
from ray18.forges.http import Client
from ray18.forges.table import Forge, forge
from ray18.forges.telling import Outcome, Spot, Status, StatusState, tell_comment, tell_statuses
from ray18.gates import GateResult, Judge, Verdict
from ray18.renderers import markdown
from ray18.renderers.markdown_change import comment
from ray18.renderers.suggestions import suggestions
from ray18.report import GateReport, judge_gates
from ray18.snapshot import WORK_TREE
from ray18.terminal import safe

_STATES: Mapping[Verdict, StatusState] = {
    Verdict.PASSED: "success",
    Verdict.WAIVED: "success",
    Verdict.FAILED: "failure",
    Verdict.BLOCKED: "error",
}
_CONCLUSIONS: Mapping[Verdict, Conclusion] = {
    Verdict.PASSED: "success",
    Verdict.WAIVED: "neutral",
    Verdict.FAILED: "failure",
    Verdict.BLOCKED: "failure",
}
_LONGEST_DESCRIPTION = 140


@click.command()
@click.option(
    "--checks", is_flag=True, help="Check runs with findings at the lines, instead of statuses (GitHub apps only)."
)
@click.option(
    "--suggest", is_flag=True, help="Suggest mends at their lines, to be committed with one click (GitHub only)."
)
@click.option("--no-comment", is_flag=True, help="Leave the pull or merge request without a comment.")
@click.option("--url", metavar="URL", help="Where to read more (default: the run that CI tells of).")
@click.option("--dry-run", is_flag=True, help="Print the comment, and tell the forge nothing.")
@forge_options
@judging_options
def command(
    judge: Judge,
    checks: bool,
    suggest: bool,
    no_comment: bool,
    url: str | None,
    dry_run: bool,
    number: int | None,
    forge_name: str | None,
    repo: str | None,
    api: str | None,
) -> None:
    """Tell a forge the verdicts of a commit: one status or check run for each gate, and a comment kept up to date.

    The comment says what is new, fixed, unchanged and newly waived, and what each reviewer still has to approve, and why.
    Publishing again changes nothing. The exit code says whether it was published, not what the verdicts are.

    \b
    Examples:
      ray18 publish --rev HEAD --pr 7
      ray18 publish --rev HEAD --pr 7 --observed observed --checks
      ray18 publish --rev HEAD --pr 7 --suggest
      ray18 publish --rev HEAD --dry-run
    """
    repository = program_repository(click.get_current_context())
    commit = judge.snapshot.id if judge.snapshot.id not in (WORK_TREE, "index") else None
    report = judge_gates(judge, ())
    text = comment(report, request(judge), compared(before_of(repository, judge), judge), judge.approvals)
    if dry_run:
        say(text)
        return
    summarize(text)
    if commit is None:
        raise UsageError("only a commit can be published", "name one with --rev, as --rev HEAD")
    place = forge_place(repository, number=number, forge_name=forge_name, repo=repo, api=api)
    if place.forge != "github":
        for given, option, lacks in (
            (checks, "--checks", "check runs"),
            (suggest, "--suggest", "suggestions from here"),
        ):
            if given:
                raise UsageError(f"{place.forge} has no {lacks}", f"leave {option} out")
    if not place.token:
        raise EnvironmentProblem(
            "there is no token for the forge", f"set one of {', '.join(forge(place.forge).TOKENS)}"
        )
    module = forge(place.forge)
    client = module.client(place.api, place.token)
    link = url or run_url(os.environ)
    if checks:
        done = _checks(client, place, commit, report, link)
    else:
        spot = Spot(place.repository, commit, place.number)
        done = tell_statuses(module, client, spot, (_status(one, link) for one in report.results))
    if place.number is not None and not no_comment:
        done["comment"] = _comment(module, client, place, text)
    if suggest:
        done["suggestions"] = _suggestions(client, place, commit, report)
    say("".join(f"{outcome:8} {safe(name)}\n" for name, outcome in done.items()))


def _checks(client: Client, place: ForgePlace, commit: str, report: GateReport, link: str) -> dict[str, Outcome]:
    return tell_checks(client, place.repository, commit, _runs(report, link))


def _suggestions(client: Client, place: ForgePlace, commit: str, report: GateReport) -> Outcome:
    mends = (Mend(one.path, one.first, one.last, one.body) for one in suggestions(report))
    return tell_suggestions(client, place.repository, place.change, commit, mends)


def _runs(report: GateReport, link: str) -> Iterable[CheckRun]:
    for one in report.results:
        alone = markdown.gates(replace(report, results=(one,), notes=()))
        yield CheckRun(name(one), _CONCLUSIONS[one.verdict], described(one), alone, link, one.findings)


def _status(result: GateResult, link: str) -> Status:
    return Status(name(result), _STATES[result.verdict], described(result), link)


def name(result: GateResult) -> str:
    """What the status of a gate is called; branch protection names it."""
    return f"ray18/{result.gate.id}"


def described(result: GateResult) -> str:
    """Verdict and count in one short line."""
    text = safe(f"{result.verdict.value}: {result.actual}")
    return text if len(text) <= _LONGEST_DESCRIPTION else f"{text[: _LONGEST_DESCRIPTION - 1]}…"


def _comment(module: Forge, client: Client, place: ForgePlace, text: str) -> Outcome:
    return tell_comment(module, client, place.repository, place.change, "<!-- ray18: verdicts -->", text)

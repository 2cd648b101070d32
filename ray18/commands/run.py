"""`ray18 run`: walks the steps of the protocol, announces each, leaves its evidence, and stops at the first halt."""

from datetime import date

import click

from ray18.commands.communication import CONFIRMATION, PHASE_1_START, PHASE_2_COMPLETE, VALIDATION_REQUEST, Log, error
from ray18.commands.evidence import built_evidence, write_evidence
from ray18.commands.output import finish, say
from ray18.commands.place import Day, open_judge, program_root, root, today
from ray18.gates import Verdict
from ray18.renderers import text
from ray18.report import judge_gates
from ray18.steps import Standing, next_step, standings
from ray18.terminal import safe

_BEFORE = {"1.1": PHASE_1_START, "3.1": PHASE_2_COMPLETE, "3.2": VALIDATION_REQUEST}
"""Status announcements of the protocol that stand before a step."""
_SHOWN = 5


@click.command()
@click.option("--as-of", type=Day(), metavar="DATE", help="The day to judge on (default: today in UTC).")
@click.pass_context
def command(ctx: click.Context, as_of: date | None) -> None:
    """Walk the steps of Protocol 18: announce each, write its evidence, and stop at the first halt.

    Announcements go to the communication log in the evidence folder. Exit code 1 when a step halts or a gate fails, 3 when
    one cannot be judged.

    \b
    Example:
      ray18 run
    """
    repository = program_root(ctx)
    judge = open_judge(repository, as_of=as_of or today())
    folder = judge.program.rules.settings.evidence_folder
    log = Log(repository, root(ctx), folder)
    write_evidence(built_evidence(repository, judge), root(ctx) / folder)
    for standing in standings(judge):
        step = standing.step
        for announcement in (_BEFORE.get(step.number), step.announcement):
            if announcement:
                log.announce(announcement)
        say(f"  {step.number} {step.title}: {standing.state}; evidence: {folder}/{step.evidence}\n")
        if standing.state == "halted" and step.must:
            _halt(log, standing)
    report = judge_gates(judge, ())
    say("\n" + text.gates(report, limit=_SHOWN))
    if report.verdict is Verdict.PASSED or report.verdict is Verdict.WAIVED:
        log.announce(CONFIRMATION)
        say("Next: ray18 handoff\n")
    else:
        for result in report.results:
            if result.verdict is Verdict.FAILED or result.verdict is Verdict.BLOCKED:
                log.announce("\n".join(text.failure_block(result)), aloud=False)
        failed = next(r for r in report.results if r.verdict is report.verdict)
        log.announce(error(failed.gate.title, failed.actual))
    finish(report.verdict)


def _halt(log: Log, standing: Standing) -> None:
    first = standing.halts[0]
    log.announce(error(standing.step.title, first.message))
    say(f"\nHalted: {standing.step.halt or standing.step.title}\n")
    for finding in standing.halts[:_SHOWN]:
        say(f"  {safe(': '.join(filter(None, (finding.place, finding.message))))}\n")
    if len(standing.halts) > _SHOWN:
        say(f"  … and {len(standing.halts) - _SHOWN:,} more: ray18 gate --all\n")
    say(f"Next: {safe(next_step(standing))}\n")
    finish(Verdict.BLOCKED if first.level == "blocker" else Verdict.FAILED)

"""`ray18 replay`: past verdicts, and since when a gate is red."""

import gc
from datetime import date

import click

from ray18.audit import audit
from ray18.commands.output import emit, format_option
from ray18.commands.place import Day, audited_ledger, open_judge, program_repository, today
from ray18.errors import UsageError
from ray18.gates import Judge
from ray18.recall import Recall
from ray18.replay import replayed


@click.command()
@click.argument("steps", metavar="[A..B]", required=False)
@click.option("--as-of", type=Day(), metavar="DATE", help="The day to judge every step on (default: today in UTC).")
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last N steps.")
@format_option
@click.pass_context
def command(
    ctx: click.Context, steps: str | None, as_of: date | None, last: int | None, formats: tuple[str, ...]
) -> None:
    """Judge every step of the protected branch after A up to B as it was merged: red since when, by whom.

    \b
    Examples:
      ray18 replay v1.0..main
      ray18 replay --last 20 --format markdown=verdicts.md
    """
    repository = program_repository(ctx)
    begin, dots, end = (steps or "").partition("..")
    if steps is not None and not dots:
        raise UsageError(f"{steps!r} is not a range", "write it as A..B, or A.. up to the tip")
    ledger = audited_ledger(repository, end or None, None, cached=True)
    day = as_of or today()
    report = audit(ledger, day)
    after = ledger.step_of(repository.resolve(begin)) if begin else ledger.first - 1
    if after is None:
        raise UsageError(f"{begin!r} is not on the branch", "name a commit that was merged")
    chosen = [step for step in report.steps if step.number > after][-(last or 0) :]
    changed = ledger.governed_steps
    wanted = ((step, step.number in changed) for step in chosen)
    title = ledger.rules.settings.program.title

    recalled: list[Recall | None] = [None]

    def judge_at(commit: str) -> Judge:
        gc.collect()  # `start` switches it off; a judge and its ledger refer to each other, and each step has its own
        judge = open_judge(repository, as_of=day, rev=commit, before=recalled[0])
        recalled[0] = judge.recall
        return judge

    emit("replay", replayed(title, day, wanted, judge_at), formats)

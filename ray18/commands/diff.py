"""`ray18 diff`: what a change makes of findings, verdicts and approvals."""

from datetime import date

import click

from ray18.commands.output import emit, format_option
from ray18.commands.place import Day, open_judge, program_repository, today
from ray18.comparison import compared
from ray18.documents import SETTINGS_PATH
from ray18.errors import UsageError
from ray18.gates import Judge
from ray18.git import Repository
from ray18.snapshot import CommitSnapshot


@click.command()
@click.argument("states", metavar="[A..B]", default="")
@click.option("--staged", is_flag=True, help="B is what is staged.")
@click.option("--base", metavar="REV", help="The trusted commit that supplies the rules for both.")
@click.option("--as-of", type=Day(), metavar="DATE", help="The day to judge both on (default: today in UTC).")
@click.option("--no-cache", is_flag=True, help="Take up nothing that this machine judged before.")
@format_option
@click.pass_context
def command(
    ctx: click.Context,
    states: str,
    staged: bool,
    base: str | None,
    as_of: date | None,
    no_cache: bool,
    formats: tuple[str, ...],
) -> None:
    """Compare two states: findings that are new, fixed or newly waived, verdicts, and what changed for whoever approves.

    A..B compares two commits, A...B what happened on B since it left A; without B, the work tree is
    compared; without anything, the work tree with the trusted base. Findings are matched by record
    and field, so that moving, renaming and reformatting count for nothing.

    Exit code 0: nothing got worse; 1: something did; 3: something cannot be judged.

    \b
    Examples:
      ray18 diff
      ray18 diff origin/main...HEAD
      ray18 diff v1.3..v1.4 --format markdown
    """
    repository, day = program_repository(ctx), as_of or today()
    one, other = _ends(repository, states, staged)
    after = open_judge(repository, rev=other, staged=staged, base=base, as_of=day, cached=not no_cache)
    commit = one or _base(after)
    emit("diff", compared(_before(repository, commit, after, base, cached=not no_cache), after), formats)


def _ends(repository: Repository, states: str, staged: bool) -> tuple[str | None, str | None]:
    """The commits to compare; None for A = the trusted base, for B = the work tree or the index."""
    one, dots, other = states.partition("...") if "..." in states else states.partition("..")
    if staged and other:
        raise UsageError("--staged and a second commit exclude each other", "leave one of them out")
    if dots and not (one and other):
        one, other = one or "HEAD", other or "HEAD"
    commit = repository.resolve(one) if one else None
    if dots == "..." and commit is not None:
        fork = repository.merge_base(commit, repository.resolve(other))
        if fork is None:
            raise UsageError(f"{one} and {other} share no history", "compare them with two dots: A..B")
        commit = fork
    return commit, other or None


def before_of(repository: Repository, after: Judge) -> Judge | None:
    """The state that a proposal is compared with: the trusted base, by its own rules."""
    return _before(repository, _base(after), after, None, cached=True) if after.ledger else None


def _base(after: Judge) -> str:
    if after.ledger is None:
        raise UsageError("there is no trusted commit to compare with", "name one: ray18 diff REV")
    return after.ledger.tip


def _before(repository: Repository, commit: str, after: Judge, base: str | None, *, cached: bool) -> Judge | None:
    """The older state, by the rules that judge the newer one where that is what they rest on; None: no program yet."""
    if not CommitSnapshot(repository, commit).paths([SETTINGS_PATH]):
        return None
    same = after.ledger is not None and after.ledger.tip == commit
    return open_judge(
        repository, rev=commit, base=base or (commit if same else None), as_of=after.program.as_of, cached=cached
    )

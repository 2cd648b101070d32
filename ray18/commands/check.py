"""`ray18 check`: schemas and policies on the records; the pre-commit hook."""

import os
from pathlib import Path

import click

from ray18.commands.mend import mended
from ray18.commands.output import emit, format_option, statistics_option
from ray18.commands.place import judging_options, program_repository
from ray18.commands.watch import watch_option
from ray18.gates import Judge
from ray18.report import check_records


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--diff", "show", is_flag=True, help="Print what --fix would change, as a patch; change nothing.")
@click.option("--fix", "mend", is_flag=True, help="Mend in the work tree what can be mended safely, then check.")
@click.option("--unsafe-fixes", "unsafe", is_flag=True, help="With --fix or --diff: also mends that decide something.")
@watch_option
@judging_options
@statistics_option
@format_option
def command(
    judge: Judge, paths: tuple[str, ...], show: bool, mend: bool, unsafe: bool, formats: tuple[str, ...]
) -> None:
    """Check that every record reads strictly, fits its schema and agrees with the others.

    With PATHS (files or folders), findings about single records are shown for those only; what
    concerns several records is always shown.

    \b
    Examples:
      ray18 check
      ray18 check --staged
      ray18 check backlog/TD-7f3a2c.yaml
      ray18 check --diff
      ray18 check --fix
      ray18 check --watch
      ray18 check --rev origin/main --format json=check.json --format text
    """
    wanted = tuple(_from_root(path) for path in paths)
    if show or mend or unsafe:
        judge = mended(judge, wanted, show=show, unsafe=unsafe, write=mend)
    report = check_records(judge, wanted)
    if not wanted and not report.findings and judge.snapshot.id == "index":
        from ray18.note import leave_note

        leave_note(judge)
    emit("check", report, formats)


def _from_root(path: str) -> str:
    """A path as the repository names it; one that exists where the command was called is meant from there."""
    context = click.get_current_context()
    work_tree = program_repository(context).work_tree
    here = Path(path).absolute()
    if (
        work_tree
        and not (context.find_root().obj or {}).get("folder")
        and here.exists()
        and here.is_relative_to(work_tree)
    ):
        return here.relative_to(work_tree).as_posix()
    return os.path.normpath(path).replace(os.sep, "/")

"""`ray18 check`: schemas and policies on the records; the pre-commit hook."""

import os

import click

from ray18.commands.output import emit, format_option
from ray18.commands.place import judging_options
from ray18.gates import Judge
from ray18.report import check_records


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@judging_options
@format_option
def command(judge: Judge, paths: tuple[str, ...], formats: tuple[str, ...]) -> None:
    """Check that every record reads strictly, fits its schema and agrees with the others.

    With PATHS (relative to the root of the repository), findings about single records are shown for those only; what
    concerns several records is always shown.

    \b
    Examples:
      ray18 check
      ray18 check --staged
      ray18 check backlog/TD-7f3a2c.yaml
      ray18 check --rev origin/main --format json=check.json --format text
    """
    wanted = tuple(os.path.normpath(path).replace(os.sep, "/") for path in paths)
    emit("check", check_records(judge, wanted), formats)

"""Mends at the command line: shown as a patch, or written into the work tree, whole file by whole file."""

import click

from ray18.commands.output import finish, say
from ray18.commands.place import program_root
from ray18.errors import UsageError
from ray18.files import write_whole
from ray18.gates import Judge
from ray18.report import check_records
from ray18.snapshot import WORK_TREE
from ray18.terminal import safe


def mended(judge: Judge, paths: tuple[str, ...], *, show: bool, unsafe: bool, write: bool) -> Judge:
    """Prints the patch and ends, or writes the mends and gives the judge of what is there then.

    Only what can be taken back with Git is written: nothing but the files of the work tree.
    """
    from ray18.mending import mending
    from ray18.outlook import with_files
    from ray18.patches import unified

    if show == write:
        raise UsageError("--fix, --diff and --unsafe-fixes: it takes one of the first two", "ray18 check --diff")
    if write and judge.snapshot.id != WORK_TREE:
        raise UsageError("only the work tree can be mended", "leave --rev and --staged out, or use --diff")
    made = mending(judge, paths, unsafe=unsafe)
    for finding, why in made.refused:
        click.echo(f"not mended: {safe(finding.place)}: {safe(finding.message)}: {safe(why)}", err=True)
    if made.unsafe:
        click.echo(f"{made.unsafe:,} more with --unsafe-fixes: they decide something, so look at them", err=True)
    if show:
        say("".join(unified(path, made.before[path], content) for path, content in made.after.items()))
        finish(check_records(judge, paths).verdict)
        raise click.exceptions.Exit(0)
    root = program_root(click.get_current_context()).work_tree
    for path, content in made.after.items():
        if root is not None:
            write_whole(root / path, content)
    for finding in made.made:
        click.echo(f"mended  {safe(finding.place)}: {safe(finding.fix.title if finding.fix else '')}", err=True)
    return with_files(judge, dict(made.after)) if made.after else judge

"""`ray18 report`: one self-contained HTML page."""

from pathlib import Path

import click

from ray18.commands.output import say
from ray18.commands.place import judging_options
from ray18.files import write_whole
from ray18.gates import Judge


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to (default: on the screen)."
)
@judging_options
def command(judge: Judge, output: Path | None) -> None:
    """Write one HTML page with verdicts, findings, approvals, waivers, steps and the backlog.

    It needs nothing else: no script, no request, one file. The same commit and day give the same page.

    Exit code 0: it is written, also when gates fail, which it then shows.

    \b
    Examples:
      ray18 report -o report.html
      ray18 report --rev v1.4 --as-of 2026-06-30 > report.html
    """
    from ray18.overview import overview
    from ray18.renderers.html import overview as page

    text = page(overview(judge))
    if output is None:
        say(text)
    else:
        write_whole(output, text.encode())

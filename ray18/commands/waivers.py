"""`ray18 waivers`: the debt report."""

import click

from ray18.commands.output import emit, format_option
from ray18.commands.place import judging_options
from ray18.debt import debt
from ray18.gates import Judge


@click.command()
@judging_options
@format_option
def command(judge: Judge, formats: tuple[str, ...]) -> None:
    """Show what is excused at the moment: how old it is, how often renewed, and how it grew in the last twelve months.

    \b
    Examples:
      ray18 waivers
      ray18 waivers --format markdown=waivers.md
    """
    emit("debt", debt(judge), formats)

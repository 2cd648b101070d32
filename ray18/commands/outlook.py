"""`ray18 outlook`: what lapses by a day."""

from datetime import date

import click

from ray18.commands.output import emit, format_option
from ray18.commands.place import Day, judging_options
from ray18.errors import UsageError
from ray18.gates import Judge
from ray18.outlook import outlook


@click.command()
@click.option("--until", type=Day(), required=True, metavar="DATE", help="The last day to look at.")
@judging_options
@format_option
def command(judge: Judge, until: date, formats: tuple[str, ...]) -> None:
    """Say what lapses until DATE if nobody does anything: approvals, conditions, delegations, waivers, due dates, reviews.

    Exit code: that of the verdict on the last day.

    \b
    Example:
      ray18 outlook --until 2027-03-31
    """
    if until < judge.program.as_of:
        raise UsageError(f"{until} is before {judge.program.as_of}", "name a day to come with --until")
    emit("outlook", outlook(judge, until), formats)

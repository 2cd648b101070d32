"""`ray18 manual`: the protocol's manual fallback: a validation done by hand, with witnesses."""

import secrets
from datetime import date
from typing import Any

import click

from ray18.commands.modelines import header
from ray18.commands.output import say
from ray18.commands.place import Day, open_judge, program_root, root, today
from ray18.documents.document import made
from ray18.documents.manual_validation import ManualValidation
from ray18.errors import UsageError
from ray18.files import write_whole
from ray18.subjects import meaning
from ray18.yaml import render


@click.command()
@click.argument("gate")
@click.option("--by", "performed_by", required=True, metavar="PERSON", help="Who did it.")
@click.option(
    "--witness", "witnesses", multiple=True, required=True, metavar="PERSON", help="Who saw it; may be repeated."
)
@click.option("--method", type=click.Choice(["workshop", "recorded-meeting", "e-mail"]), required=True)
@click.option("--checked", required=True, metavar="TEXT", help="What was looked at, and how.")
@click.option("--outcome", type=click.Choice(["passed", "failed", "partly"]), required=True)
@click.option("--on", "performed_on", type=Day(), metavar="DATE", help="The day (default: today in UTC).")
@click.option("--notes", metavar="TEXT", help="Where the recording or the e-mail is.")
@click.pass_context
def command(
    ctx: click.Context, /, gate: str, witnesses: tuple[str, ...], performed_on: date | None, **said: Any
) -> None:
    """Record that GATE was validated by hand, when automation was not available.

    It is attested evidence: shown in manual-validation-log.md, and never a pass of the gate.

    \b
    Example:
      ray18 manual backlog --by tomas-vik --witness amara-osei --method workshop \\
        --checked "every Critical item read aloud, owner and date confirmed" --outcome passed
    """
    judge = open_judge(program_root(ctx), as_of=today())
    settings = judge.program.rules.settings
    if said["performed_by"] in witnesses:
        raise UsageError("who did it cannot be the witness", "name somebody else with --witness")
    given = {name: value for name, value in said.items() if value is not None}
    fields = {
        "id": f"MV-{secrets.token_hex(4)}",
        "program": settings.program.id,
        "gate": judge.pack.gate(gate).id,
        "performed_on": performed_on or today(),
        "witnesses": witnesses,
        **given,
    }
    record = made(ManualValidation, fields)
    path = f"{settings.locations.manual}/{record.id}.yaml"
    write_whole(root(ctx) / path, render(meaning(record), header("manual-validation", path)))
    say(f"wrote  {path}\nNext: ray18 evidence build\n")

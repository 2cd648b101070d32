"""`ray18 waive`: an accepted deviation, signed by the one who accepts it."""

import secrets
from datetime import date
from pathlib import Path

import click

from ray18.commands.output import say
from ray18.commands.place import Day, open_judge, program_root, today
from ray18.commands.records import put, signed_files, signing_options, your_id, your_signer, yourself
from ray18.documents.document import made
from ray18.documents.waiver import Waiver
from ray18.errors import UsageError
from ray18.gates import Judge
from ray18.terminal import safe
from ray18.waivers import NAMESPACE, longest_life


@click.command()
@click.argument("gate")
@click.option("--policy", required=True, metavar="POLICY", help="The policy whose findings are excused.")
@click.option("--item", "items", multiple=True, required=True, metavar="ID", help="An item it is for; may be repeated.")
@click.option("--reason", required=True, metavar="TEXT", help="Why, in at least 20 characters.")
@click.option(
    "--until",
    "expires",
    type=Day(),
    required=True,
    metavar="DATE",
    help="The last day on which it counts (UTC).",
)
@click.option("--requested-by", required=True, metavar="PERSON", help="Who asked for it; never the one who signs.")
@click.option("--as", "role", metavar="ROLE", help="The role in which you accept it.")
@click.option("--compensation", metavar="TEXT", help="What is done instead.")
@click.option("--second", metavar="PERSON", help="A second person who accepts it; what is severe needs one.")
@signing_options
@click.pass_context
def command(
    ctx: click.Context,
    gate: str,
    policy: str,
    items: tuple[str, ...],
    reason: str,
    expires: date,
    requested_by: str,
    role: str | None,
    compensation: str | None,
    second: str | None,
    key: Path | None,
    gpg: str | None,
    yes: bool,
    no_commit: bool,
) -> None:
    """Accept, for a while, that POLICY finds something wrong with the ITEMs in GATE.

    A gate that passes by a waiver is shown as waived, never as passed.

    \b
    Example:
      ray18 waive backlog --policy serious-item-has-due-date --item TD-7f3a2c \\
        --reason "the vendor names a date on 1 March" --until 2026-03-05 --requested-by ben
    """
    repository = program_root(ctx)
    judge = open_judge(repository, as_of=today())
    chosen = judge.pack.gate(gate)
    if not chosen.waived_by:
        raise UsageError(f"gate {chosen.id} cannot be waived", "mend what it finds")
    if policy not in {entry.id for entry in judge.policies_of(chosen)} - set(chosen.locked):
        raise UsageError(f"{policy} cannot be waived in gate {chosen.id}", f"see: ray18 policy explain {policy}")
    rules = judge.program.rules
    signer = your_signer(repository, key, gpg)
    person = your_id(rules.people, signer)
    held = [entry for entry in chosen.waived_by if rules.people and person in rules.people.holders(entry)]
    if (role or "") not in held and (role is not None or len(held) != 1):
        raise UsageError(
            f"{person} may not waive gate {chosen.id}", f"it takes the role {' or '.join(chosen.waived_by)}"
        )
    if person == requested_by:
        raise UsageError("who asks for a waiver cannot accept it", "let somebody else accept it")
    if second is not None and not any(second in held for held in (rules.people.roles.values() if rules.people else ())):
        raise UsageError(f"{second} holds no role", "let a holder of a role accept it too")
    fields = {
        "id": f"WV-{secrets.token_hex(4)}",
        "program": rules.settings.program.id,
        "gate": chosen.id,
        "policy": policy,
        "items": items,
        "reason": reason,
        "compensation": compensation,
        "requested_by": requested_by,
        "approved_by": person,
        "second": second,
        "role": role or held[0],
        "created": today(),
        "expires": expires,
    }
    record = made(Waiver, fields)
    _require_sense(judge, record)
    say(_asked(record))
    if not yes:
        click.confirm("Sign this?", abort=True, err=True)
    path = f"{rules.settings.locations.waivers}/{record.id}.yaml"
    message = f"Waive {record.policy} for {', '.join(record.items)}"
    files = signed_files(path, "waiver", record, signer, NAMESPACE)
    put(repository, lambda _: files, message, yourself(rules.people, person), signer, commit=not no_commit)
    if second is not None:
        say(f"It counts once {second} has signed as well: ray18 approvals countersign {path}\n")


def _require_sense(judge: Judge, record: Waiver) -> None:
    """Raises UsageError for a waiver that could never count."""
    program = judge.program
    severities = {item.content.id: item.content.severity for item in program.of("backlog-item")}
    people = program.one("people")
    if people is None or people.content.person(record.requested_by) is None:
        raise UsageError(f"people.yaml does not know {record.requested_by}", "name the person who asked for it")
    if record.expires < record.created:
        raise UsageError(f"{record.expires} is past", "name a day to come with --until")
    limit = longest_life(
        program.rules.settings.thresholds.waiver_max_days, (severities.get(item) for item in record.items)
    )
    if (record.expires - record.created).days > limit:
        raise UsageError(
            f"{record.expires} is more than {limit} days away, the longest that its items' severity allows",
            "name an earlier day with --until",
        )


def _asked(record: Waiver) -> str:
    return (
        f"{record.policy} in gate {record.gate}\n"
        f"  for       {', '.join(record.items)}\n"
        f"  until     {record.expires} (end of the day, UTC)\n"
        f"  because   {safe(record.reason)}\n"
        f"  instead   {safe(record.compensation or 'nothing')}\n"
        f"  accepted  by {record.approved_by} as {record.role}, asked for by {record.requested_by}\n"
        f"  second    {record.second or 'nobody'}\n"
    )

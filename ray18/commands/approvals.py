"""`ray18 approvals`: whom to ask, what was decided, stand-ins, countersignatures, minutes."""

import secrets
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import click

from ray18.approvals import ATTESTATION, COUNTERSIGNATURE, DELEGATION, record_path
from ray18.causes import request, why
from ray18.commands.approve import asked, decide
from ray18.commands.approve import command as approve
from ray18.commands.observe import command as observe
from ray18.commands.output import emit, format_option, say
from ray18.commands.place import Day, judging_options, open_judge, program_root, today
from ray18.commands.records import put, signed_files, signing_options, your_id, your_signer, yourself
from ray18.documents.approval import Approval
from ray18.documents.base import Decision
from ray18.documents.delegation import Delegation
from ray18.documents.document import made
from ray18.documents.waiver import Waiver
from ray18.errors import UsageError
from ray18.gates import Judge
from ray18.program import COUNTERSIGNATURE_SUFFIX
from ray18.subjects import all_subjects, signed_bytes
from ray18.terminal import safe
from ray18.waivers import SECOND


@click.group()
def command() -> None:
    """Whom to ask, what was decided, stand-ins, countersignatures, minutes."""


@command.command("request")
@click.argument("subjects", nargs=-1, metavar="[SUBJECT]...")
@judging_options
@format_option
def request_(judge: Judge, subjects: tuple[str, ...], formats: tuple[str, ...]) -> None:
    """Say whom to ask: the smallest set of people that fills every open seat.

    Exit code 0: nobody; 1: somebody.
    """
    _known(judge, subjects)
    emit("request", request(judge, subjects), formats)


@command.command("list")
@click.argument("subjects", nargs=-1, metavar="[SUBJECT]...")
@judging_options
@format_option
def list_(judge: Judge, subjects: tuple[str, ...], formats: tuple[str, ...]) -> None:
    """List every decision, counted or not, with the reason: the same as `ray18 why approvals`."""
    _known(judge, subjects)
    emit("why", why(judge, subjects), formats)


@command.command()
@click.argument("subject")
@click.option("--as", "role", metavar="ROLE", help="The role in which you decided.")
@click.option("--comment", metavar="TEXT", help="Why.")
@signing_options
@click.pass_context
def withdraw(ctx: click.Context, /, subject: str, **rest: Any) -> None:
    """Take your approval of SUBJECT back: a new record that stands against it. Nothing is deleted."""
    ctx.invoke(
        approve,
        subject=subject,
        decision="withdrawn",
        valid_until=None,
        on_behalf_of=None,
        sections=(),
        conditions=(),
        **rest,
    )


@command.command()
@click.argument("delegate")
@click.option("--role", required=True, metavar="ROLE", help="Your role that is lent.")
@click.option("--subject", "subjects", multiple=True, required=True, metavar="SUBJECT", help="For what; repeatable.")
@click.option("--from", "begins", type=Day(), metavar="DATE", help="The first day (default: today).")
@click.option("--until", "ends", type=Day(), required=True, metavar="DATE", help="The last day.")
@click.option("--reason", metavar="TEXT", help="Why.")
@signing_options
@click.pass_context
def delegate(
    ctx: click.Context,
    delegate: str,
    role: str,
    subjects: tuple[str, ...],
    begins: date | None,
    ends: date,
    reason: str | None,
    key: Path | None,
    gpg: str | None,
    yes: bool,
    no_commit: bool,
) -> None:
    """Let DELEGATE decide in your role for a while. What a delegate approved stands until the last day."""
    repository = program_root(ctx)
    judge = open_judge(repository, as_of=today())
    rules = judge.program.rules
    _known(judge, subjects)
    signer = your_signer(repository, key, gpg)
    person = your_id(rules.people, signer)
    if rules.people is None or person not in rules.people.holders(role):
        raise UsageError(f"{person} does not hold {role}", "roles are given in people.yaml")
    other = rules.people.person(delegate)
    if other is None or other.kind != "human" or delegate == person:
        raise UsageError(f"{delegate} cannot stand in for {person}", "name another human of people.yaml")
    if ends < (begins or today()):
        raise UsageError(f"{ends} is before the first day", "name a later day with --until")
    record = made(
        Delegation,
        {
            "id": f"DG-{secrets.token_hex(4)}",
            "program": rules.settings.program.id,
            "delegator": person,
            "delegate": delegate,
            "role": role,
            "subjects": subjects,
            "begins": begins or today(),
            "ends": ends,
            "reason": reason,
        },
    )
    say(f"{delegate} decides as {role} about {', '.join(subjects)} from {record.begins} to {ends}\n")
    if not yes:
        click.confirm("Sign this?", abort=True, err=True)
    files = signed_files(
        f"{rules.settings.locations.delegations}/{record.id}.yaml", "delegation", record, signer, DELEGATION
    )
    message = f"Delegate {role} to {delegate} until {ends}"
    put(repository, lambda _: files, message, yourself(rules.people, person), signer, commit=not no_commit)


@command.command()
@click.argument("subject")
@click.option("--person", required=True, metavar="PERSON", help="Who decided.")
@click.option("--as", "role", metavar="ROLE", help="In which role.")
@click.option("--decision", type=click.Choice(get_args(Decision)), default="approved", show_default=True)
@click.option("--source", required=True, metavar="TEXT", help="Where it was said: the meeting and day, the message.")
@click.option(
    "--minutes",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The minutes, to be hashed.",
)
@click.option("--countersigned-by", required=True, metavar="PERSON", help="Who confirms it; never you.")
@click.option("--comment", metavar="TEXT", help="Why.")
@signing_options
@click.pass_context
def attest(
    ctx: click.Context,
    subject: str,
    person: str,
    role: str | None,
    decision: Decision,
    source: str,
    minutes: Path | None,
    countersigned_by: str,
    comment: str | None,
    key: Path | None,
    gpg: str | None,
    yes: bool,
    no_commit: bool,
) -> None:
    """Enter a decision from minutes or an e-mail; it counts once a second person has countersigned it.

    It is the weakest evidence, is always shown as such, and counts only for roles whose `evidence` is `attested`.
    """
    repository = program_root(ctx)
    judge = open_judge(repository, as_of=today())
    rules = judge.program.rules
    signer = your_signer(repository, key, gpg)
    clerk = your_id(rules.people, signer)
    if clerk == countersigned_by:
        raise UsageError("who enters it cannot confirm it", "name somebody else with --countersigned-by")
    other = rules.people.person(countersigned_by) if rules.people else None
    if other is None or other.kind != "human":
        raise UsageError(f"{countersigned_by} cannot confirm it", "name another human of people.yaml")
    told = {
        "source": source,
        "source_digest": sha256(minutes.read_bytes()).hexdigest() if minutes else None,
        "clerk": clerk,
        "countersigned_by": countersigned_by,
    }
    said = {
        "decision": decision,
        "comment": comment,
        "decided_on": today(),
        "evidence": "attested",
        "attestation": told,
    }
    chosen, record = decide(judge, subject, person, role, said)
    say(asked(judge, chosen, record))
    if not yes:
        click.confirm("Sign this as the clerk?", abort=True, err=True)
    folder = rules.settings.locations.approvals

    def files(attempt: int) -> dict[str, bytes]:
        numbered = record.model_copy(update={"sequence": record.sequence + attempt})
        return signed_files(record_path(folder, numbered), "approval", numbered, signer, ATTESTATION)

    message = f"Enter from minutes: {person} {decision} {chosen.id}"
    put(repository, files, message, yourself(rules.people, clerk), signer, commit=not no_commit)
    say(f"It counts once {countersigned_by} has signed as well: ray18 approvals countersign FILE\n")


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@signing_options
@click.pass_context
def countersign(ctx: click.Context, file: Path, key: Path | None, gpg: str | None, yes: bool, no_commit: bool) -> None:
    """Sign, as the second person, a record from minutes or a waiver that needs two."""
    repository = program_root(ctx)
    judge = open_judge(repository, as_of=today())
    path = file.as_posix()
    document = next((one for one in judge.program.documents if one.path == path), None)
    record = document.content if document else None
    wanted, namespace = _second(record)
    if record is None or wanted is None:
        raise UsageError(f"{path} is no record that needs a second signature", "name the record's .yaml file")
    signer = your_signer(repository, key, gpg)
    person = your_id(judge.program.rules.people, signer)
    if person != wanted:
        raise UsageError(f"{path} is for {wanted} to confirm, and you are {person}", f"ask {wanted}")
    say(f"{safe(path)}\n{safe(signed_bytes(record).decode())}\n")
    if not yes:
        click.confirm("Sign this?", abort=True, err=True)
    files = {f"{path}{COUNTERSIGNATURE_SUFFIX}": signer.sign(signed_bytes(record), namespace)}
    author = yourself(judge.program.rules.people, person)
    put(repository, lambda _: files, f"Countersign {file.name}", author, signer, commit=not no_commit)


command.add_command(observe)


def _second(record: Any) -> tuple[str | None, str]:
    """Who has to sign a record besides its first signer, and in which namespace."""
    if isinstance(record, Approval) and record.attestation is not None:
        return record.attestation.countersigned_by, COUNTERSIGNATURE
    if isinstance(record, Waiver):
        return record.second, SECOND
    return None, ""


def _known(judge: Judge, names: tuple[str, ...]) -> None:
    known = [subject.id for subject in all_subjects(judge.program.rules.settings)]
    for name in names:
        if name not in known:
            raise UsageError(f"there is no subject {name!r}", f"use one of: {', '.join(known)}")

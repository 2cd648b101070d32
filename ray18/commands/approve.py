"""`ray18 approve`: a decision about a subject, signed with the person's own key."""

from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from ray18.approvals import NAMESPACE, Approvals, record_path, short
from ray18.commands.output import say
from ray18.commands.place import Day, open_judge, program_root, root, today
from ray18.commands.records import how_to_commit, write_signed, your_id, your_signer
from ray18.documents.approval import Approval
from ray18.documents.base import Decision
from ray18.documents.document import made
from ray18.errors import BlockedError, UsageError
from ray18.gates import Judge
from ray18.subjects import Subject, rules_digest, subjects


@click.command()
@click.argument("subject")
@click.option("--as", "role", metavar="ROLE", help="The role in which you decide (needed when you hold several).")
@click.option("--decision", type=click.Choice(get_args(Decision)), default="approved", show_default=True)
@click.option("--comment", metavar="TEXT", help="Why, in your own words.")
@click.option("--valid-until", type=Day(), metavar="DATE", help="The last day on which the decision counts.")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="The SSH key to sign with.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(
    ctx: click.Context,
    subject: str,
    role: str | None,
    decision: Decision,
    comment: str | None,
    valid_until: date | None,
    key: Path | None,
    yes: bool,
) -> None:
    """Record your decision about SUBJECT: scope, staffing, priorities, remediation or plan.

    The record is bound to the subject's meaning as it stands in the work tree, and signed with your key; who you are is
    what people.yaml says about that key.

    \b
    Examples:
      ray18 approve plan --as security-lead
      ray18 approve staffing --decision rejected --comment "nobody covers the nights"
    """
    judge = open_judge(program_root(ctx), as_of=today())
    _subject(subjects(judge.program.rules.settings), subject)
    if valid_until is not None and valid_until < today():
        raise UsageError(f"{valid_until} is past", "name a day to come with --valid-until")
    signer = your_signer(program_root(ctx), key)
    person = your_id(judge.program.rules.people, signer)
    said = {"decision": decision, "comment": comment, "valid_until": valid_until, "decided_on": today()}
    chosen, record = decide(judge, subject, person, role, said)
    say(_asked(chosen, record))
    if not yes:
        click.confirm("Sign this?", abort=True, err=True)
    path = record_path(judge.program.rules.settings.locations.approvals, record)
    write_signed(root(ctx), path, "approval", record, signer, NAMESPACE)
    message = f"{record.decision.capitalize()}: {chosen.id} as {record.role}"
    say(f"wrote  {path}\n{how_to_commit(message, path)}\n")


def decide(judge: Judge, subject: str, person: str, role: str | None, said: dict[str, Any]) -> tuple[Subject, Approval]:
    """The record of a person's decision about a subject as it stands now. Raises BlockedError when it cannot be read."""
    rules, approvals = judge.program.rules, judge.approvals
    if judge.program.problems:
        first = judge.program.problems[0]
        raise BlockedError(
            f"{first.path}:{first.line}: {first.message}", "mend the records before deciding: ray18 check"
        )
    chosen = _subject(subjects(rules.settings), subject)
    missing = [name for name in chosen.needs if not judge.program.of(name)]
    if missing:
        raise BlockedError(
            f"there is no {' and no '.join(missing)} to decide about", "ray18 status says what to do first"
        )
    fields = {
        "program": rules.settings.program.id,
        "subject": chosen.id,
        "digest": approvals.digests[chosen.id],
        "previous": _previous(approvals, chosen),
        "rules": rules_digest(rules.settings, rules.people),
        "role": _role(approvals, chosen, person, role),
        "person": person,
        **said,
    }
    record = made(Approval, fields)
    return chosen, record.model_copy(update={"sequence": _next(approvals, record)})


def _subject(known: tuple[Subject, ...], name: str) -> Subject:
    for subject in known:
        if subject.id == name:
            return subject
    raise UsageError(f"there is no subject {name!r}", f"use one of: {', '.join(subject.id for subject in known)}")


def _role(approvals: Approvals, subject: Subject, person: str, named: str | None) -> str:
    people = approvals.rules.people
    held = [role for role in subject.roles if people and person in people.holders(role)]
    if named is not None and named in held:
        return named
    if named is None and len(held) == 1:
        return held[0]
    if named is not None or not held:
        wanted = named or " or ".join(subject.roles)
        raise UsageError(f"{person} does not hold {wanted} for {subject.id}", "roles are given in people.yaml")
    raise UsageError(f"{person} holds {' and '.join(held)}", f"say which: --as {held[0]}")


def _previous(approvals: Approvals, subject: Subject) -> str | None:
    """The digest that was approved before this one: by the day that the records state, then by digest."""
    records = [
        document.content for document in approvals.program.of("approval") if document.content.subject == subject.id
    ]
    other = [
        record for record in records if record.digest != approvals.digests[subject.id] and record.decision == "approved"
    ]
    return max(other, key=lambda record: (record.decided_on, record.digest)).digest if other else None


def _next(approvals: Approvals, record: Approval) -> int:
    same = (
        document.content.sequence
        for document in approvals.program.of("approval")
        if (document.content.subject, document.content.digest, document.content.role, document.content.person)
        == (record.subject, record.digest, record.role, record.person)
    )
    return max(same, default=0) + 1


def _asked(subject: Subject, record: Approval) -> str:
    return (
        f"{subject.title} ({subject.id})\n"
        f"  made of   {subject.covers}\n"
        f"  digest    {short(record.digest)}\n"
        f"  before    {short(record.previous) if record.previous else 'nothing was approved before'}\n"
        f"  decision  {record.decision} by {record.person} as {record.role}\n"
    )

"""`ray18 approve`: a decision about a subject, signed with the person's own key and committed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from ray18.approvals import NAMESPACE, record_path
from ray18.commands.output import say
from ray18.commands.place import Day, open_judge, program_root, today
from ray18.commands.records import put, signed_files, signing_options, your_id, your_signer, yourself
from ray18.differences import field_changes
from ray18.docket import Approvals
from ray18.documents.approval import Approval
from ray18.documents.base import Decision
from ray18.documents.document import Document, made
from ray18.errors import BlockedError, UsageError
from ray18.gates import Judge
from ray18.program import load
from ray18.snapshot import CommitSnapshot
from ray18.subjects import Subject, all_subjects, digest, rules_digest, short
from ray18.terminal import safe
from ray18.yaml import load as load_yaml

_SHOWN_CHANGES = 40


@click.command()
@click.argument("subject")
@click.option("--as", "role", metavar="ROLE", help="The role in which you decide (needed when you hold several).")
@click.option("--decision", type=click.Choice(get_args(Decision)), default="approved", show_default=True)
@click.option("--comment", metavar="TEXT", help="Why, in your own words.")
@click.option("--valid-until", type=Day(), metavar="DATE", help="The last day on which the decision counts.")
@click.option("--for", "on_behalf_of", metavar="PERSON", help="Decide for PERSON, who delegated the role to you.")
@click.option(
    "--section", "sections", multiple=True, metavar="NAME", help="Decide about this section only; repeatable."
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="YAML",
    help="A condition, as {id: …, text: …, owner: …, due: DATE, closes_when: {document: …, pointer: …}}; repeatable.",
)
@signing_options
@click.pass_context
def command(
    ctx: click.Context,
    subject: str,
    role: str | None,
    decision: Decision,
    comment: str | None,
    valid_until: date | None,
    on_behalf_of: str | None,
    sections: tuple[str, ...],
    conditions: tuple[str, ...],
    key: Path | None,
    gpg: str | None,
    yes: bool,
    no_commit: bool,
) -> None:
    """Record your decision about SUBJECT: scope, staffing, priorities, remediation, plan or rules.

    The record is bound to the subject's meaning as it stands in the work tree, signed with your key, and committed to the
    current branch; nothing else is. Who you are is what people.yaml says about that key.

    \b
    Examples:
      ray18 approve plan --as security-lead
      ray18 approve staffing --decision rejected --comment "nobody covers the nights"
      ray18 approve plan --decision approved-with-conditions \\
        --condition '{id: runbook, text: write it, owner: ana, due: 2026-12-01}'
    """
    repository = program_root(ctx)
    judge = open_judge(repository, as_of=today())
    _subject(judge.approvals, subject)
    if valid_until is not None and valid_until < today():
        raise UsageError(f"{valid_until} is past", "name a day to come with --valid-until")
    told = _conditions(decision, conditions)
    signer = your_signer(repository, key, gpg)
    person = your_id(judge.program.rules.people, signer)
    said = {
        "decision": decision,
        "comment": comment,
        "valid_until": valid_until,
        "decided_on": today(),
        "conditions": told,
        **_delegation(judge.approvals, person, on_behalf_of, role, subject),
    }
    chosen, record = decide(judge, subject, person, role, said, sections)
    say(asked(judge, chosen, record))
    if not yes:
        click.confirm("Sign this?", abort=True, err=True)
    folder = judge.program.rules.settings.locations.approvals

    def files(attempt: int) -> dict[str, bytes]:
        numbered = record.model_copy(update={"sequence": record.sequence + attempt})
        return signed_files(record_path(folder, numbered), "approval", numbered, signer, NAMESPACE)

    message = f"{record.decision.capitalize()}: {chosen.id} as {record.role}"
    put(repository, files, message, yourself(judge.program.rules.people, person), signer, commit=not no_commit)


def decide(
    judge: Judge,
    subject: str,
    person: str,
    role: str | None,
    said: dict[str, Any],
    sections: tuple[str, ...] = (),
) -> tuple[Subject, Approval]:
    """The record of a person's decision about a subject as it stands now. Raises BlockedError when it cannot be read."""
    rules, approvals = judge.program.rules, judge.approvals
    if judge.program.problems:
        first = judge.program.problems[0]
        raise BlockedError(
            f"{first.path}:{first.line}: {first.message}", "mend the records before deciding: ray18 check"
        )
    chosen = _subject(approvals, subject)
    missing = [name for name in chosen.needs if not judge.program.of(name)]
    if missing:
        raise BlockedError(
            f"there is no {' and no '.join(missing)} to decide about", "ray18 status says what to do first"
        )
    held = _role(approvals, chosen, said.get("on_behalf_of") or person, role)
    unknown = [name for name in sections if name not in chosen.sections]
    if unknown:
        raise UsageError(
            f"{chosen.id} has no section {' and no '.join(unknown)}", f"it has {', '.join(chosen.sections)}"
        )
    covered = {
        name: approvals.sections[chosen.id][name] for name in (sections or chosen.sections_of(held, rules.settings))
    }
    fields = {
        "program": rules.settings.program.id,
        "subject": chosen.id,
        "digest": digest(chosen.id, covered),
        "sections": covered,
        "previous": approvals.case.previous(chosen, covered),
        "rules": rules_digest(rules.settings, rules.people),
        "role": held,
        "person": person,
        **said,
    }
    record = made(Approval, fields)
    return chosen, record.model_copy(update={"sequence": _next(approvals, record)})


def asked(judge: Judge, subject: Subject, record: Approval) -> str:
    """What a person is about to sign, and what changed since they last approved it."""
    who = f"{record.person} for {record.on_behalf_of}" if record.on_behalf_of else record.person
    lines = [
        f"{subject.title} ({subject.id})",
        f"  made of   {subject.covers}",
        f"  digest    {short(record.digest)}",
        f"  before    {short(record.previous) if record.previous else 'nothing was in force before'}",
        f"  decision  {record.decision} by {who} as {record.role}",
        *(
            f"  condition {entry.id}: {safe(entry.text)} ({entry.owner}, until {entry.due})"
            for entry in record.conditions
        ),
        *_changes(judge, subject, record.person),
    ]
    banned = judge.approvals.case.authors(subject.id)
    if record.person in banned and not judge.program.rules.settings.approvals.authors_may_approve:
        lines.append(f"  note      this will not count: you worked on the change ({banned[record.person]})")
    return "\n".join(lines) + "\n"


def _changes(judge: Judge, subject: Subject, person: str) -> Iterator[str]:
    ledger = judge.ledger
    mine = [
        held
        for held in judge.approvals.records
        if held.record.person == person and held.record.subject == subject.id and held.step is not None
        and held.record.decision.startswith("approved")
    ]  # fmt: skip
    if ledger is None or not mine:
        yield "  you       have not approved it before"
        return
    last = max(mine, key=lambda held: held.step or 0)
    commit = ledger.commits[(last.step or 1) - 1]
    before = load(CommitSnapshot(ledger.repository, commit), judge.program.rules, judge.program.as_of)
    found = list(field_changes(subject.id, before.documents, judge.program.documents))
    yield f"  since you approved {short(last.record.digest)} (step {last.step}), {len(found):,} fields changed"
    for change in found[:_SHOWN_CHANGES]:
        was, now = (
            safe(str(value))[:60] if value is not None else "nothing" for value in (change.before, change.after)
        )
        yield f"    {safe(change.path)} {safe(change.field)}: {was} -> {now}"
    if len(found) > _SHOWN_CHANGES:
        yield f"    … and {len(found) - _SHOWN_CHANGES:,} more"


def _conditions(decision: str, texts: tuple[str, ...]) -> list[Any]:
    if bool(texts) != (decision == "approved-with-conditions"):
        raise UsageError("conditions and --decision approved-with-conditions go together", "give both, or neither")
    values = [load_yaml(text.encode()) for text in texts]
    for loaded in values:
        if loaded.problems or not isinstance(loaded.value, dict):
            raise UsageError(
                "this condition cannot be read", "write it as '{id: a, text: b, owner: c, due: 2026-12-01}'"
            )
    return [loaded.value for loaded in values]


def _delegation(
    approvals: Approvals, person: str, on_behalf_of: str | None, role: str | None, subject: str
) -> dict[str, str]:
    """The delegation by which somebody decides for another. Raises UsageError when there is none."""
    if on_behalf_of is None:
        return {}
    for name, held in sorted(approvals.delegations.items()):
        lent = held.document.content
        fits = (lent.delegator, lent.delegate) == (on_behalf_of, person) and subject in lent.subjects
        if fits and role in (None, lent.role):
            return {"on_behalf_of": on_behalf_of, "delegation": name}
    raise UsageError(
        f"{on_behalf_of} has not delegated {role or 'any role'} for {subject} to {person}",
        f"{on_behalf_of} runs: ray18 approvals delegate {person} --role ROLE --subject {subject} --until DATE",
    )


def _subject(approvals: Approvals, name: str) -> Subject:
    found = approvals.subject(name)
    if found is None:
        known = ", ".join(subject.id for subject in all_subjects(approvals.rules.settings))
        raise UsageError(f"there is no subject {name!r}", f"use one of: {known}")
    return found


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


def _next(approvals: Approvals, record: Approval) -> int:
    def key(one: Approval) -> tuple[str, str, str, str]:
        return (one.subject, one.digest, one.role, one.person)

    documents: list[Document[Approval]] = [held.document for held in approvals.records]
    same = (document.content.sequence for document in documents if key(document.content) == key(record))
    return max(same, default=0) + 1

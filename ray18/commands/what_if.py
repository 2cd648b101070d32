"""`ray18 what-if`: the verdict of a change that nobody made yet."""

from datetime import date
from pathlib import Path

import click

from ray18.approvals import Held, record_path
from ray18.commands.approve import decide
from ray18.commands.output import emit, format_option
from ray18.commands.place import Day, judging_options
from ray18.documents.document import Document
from ray18.errors import UsageError
from ray18.gates import Judge
from ray18.outlook import Assumed, assuming, what_if, with_files, without
from ray18.program import read_rules
from ray18.snapshot import CommitSnapshot


@click.command()
@click.option("--leaves", multiple=True, metavar="PERSON", help="Somebody leaves; repeatable.")
@click.option("--on", "day", type=Day(), metavar="DATE", help="It is another day.")
@click.option("--file", "files", multiple=True, metavar="PATH=FILE", help="A record or document is FILE; repeatable.")
@click.option("--gone", multiple=True, metavar="PATH", help="A record or document is not there; repeatable.")
@click.option("--rules", "rules_rev", metavar="REV", help="Settings, people and policies are those of another commit.")
@click.option(
    "--decides",
    multiple=True,
    metavar="PERSON:ROLE:SUBJECT[:DECISION]",
    help="Somebody decides about the subject as it stands; repeatable.",
)
@judging_options
@format_option
def command(
    judge: Judge,
    leaves: tuple[str, ...],
    day: date | None,
    files: tuple[str, ...],
    gone: tuple[str, ...],
    rules_rev: str | None,
    decides: tuple[str, ...],
    formats: tuple[str, ...],
) -> None:
    """Judge what is not there yet: another record, other rules, another day, somebody gone. Nothing is written.

    Exit code: that of the verdict as it would be.

    \b
    Examples:
      ray18 what-if --leaves ana
      ray18 what-if --file plan.yaml=draft.yaml
      ray18 what-if --decides ana:security-lead:plan --on 2027-01-31
    """
    supposed, other = [], judge
    if files or gone or rules_rev:
        changes = dict.fromkeys(gone) | dict(_file(entry) for entry in files)
        rules = None
        if rules_rev:
            repository = _repository(judge)
            commit = repository.resolve(rules_rev)
            rules = read_rules(CommitSnapshot(repository, commit), commit, f"supposed: {rules_rev}")
            supposed.append(f"the rules are those of {rules_rev}")
        other = with_files(other, changes, rules)
        supposed += [f"{path} is {'not there' if content is None else 'another'}" for path, content in changes.items()]
    for person in leaves:
        _require_known(judge, person)
        other = without(other, person)
        supposed.append(f"{person} leaves")
    if day is not None:
        other = other.on(day)
        supposed.append(f"it is {day}")
    for entry in decides:
        held = _decision(other, entry)
        other = assuming(other, [held])
        supposed.append(f"{held.record.person} as {held.record.role}: {held.record.decision} {held.record.subject}")
    if not supposed:
        raise UsageError("nothing is supposed", "ray18 what-if --help shows what can be")
    emit("what_if", what_if(judge, supposed, other), formats)


def _file(entry: str) -> tuple[str, bytes]:
    path, _, file = entry.partition("=")
    if not file or not Path(file).is_file():
        raise UsageError(f"{entry!r} names no file", "write it as PATH=FILE")
    return path, Path(file).read_bytes()


def _decision(judge: Judge, entry: str) -> Held:
    person, role, subject, *rest = [*entry.split(":"), "", ""]
    said = {"decision": rest[0] or "approved", "decided_on": judge.program.as_of}
    _require_known(judge, person)
    _, record = decide(judge, subject, person, role or None, said)
    path = record_path(judge.program.rules.settings.locations.approvals, record)
    return Assumed(Document("approval", path, record, b""), None, None, None, judge.program.rules)


def _require_known(judge: Judge, person: str) -> None:
    people = judge.program.rules.people
    if people is None or people.person(person) is None:
        raise UsageError(f"nobody is called {person!r}", "see people.yaml")


def _repository(judge: Judge):  # type: ignore[no-untyped-def]
    if judge.ledger is None:
        raise UsageError("there is no trusted commit here", "name one with --base")
    return judge.ledger.repository

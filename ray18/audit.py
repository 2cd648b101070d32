"""The audit: every step of the protected branch, who made it by what evidence, and what was out of order."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ray18.documents.checkpoint import Checkpoint
from ray18.documents.people import People
from ray18.gates import Verdict
from ray18.keyring import fingerprints, signed_by_human
from ray18.ledger import Event, HeldCheckpoint, Ledger, StepRow
from ray18.signatures import SignatureProblem
from ray18.subjects import ALGORITHM, digest_of, meaning, rules_digest, short, signed_bytes

CHECKPOINT = "ray18-checkpoint-v1"
"""The namespace of signatures over checkpoints."""
UNSIGNED = "unsigned"
_LAST_SECOND = 253_402_300_800
"""The end of the year 9999, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class AuditedStep:
    """One step of the branch."""

    number: int
    commit: str
    claimed_on: str
    """The committer's day as the commit tells it; informative."""
    author: str
    """The author as the commit tells it; anyone can write that."""
    signer: str
    """The person whose key signed the commit; `unsigned`, or why the signature does not hold."""
    merged: int
    """How many other commits came with it."""
    subject: str
    """The first line of its message."""
    events: tuple[Event, ...]
    approved: frozenset[str]
    """The subjects whose seats were filled after it."""


@dataclass(frozen=True, slots=True)
class Irregularity:
    """Something that is out of order: `standing` = it still is."""

    step: int
    message: str
    standing: bool
    path: str = ""


@dataclass(frozen=True)
class AuditReport:
    """The history of a program, judged."""

    program: str
    title: str
    tip: str
    anchor: str
    """The commit where trust begins."""
    as_of: date
    steps: tuple[AuditedStep, ...]
    irregularities: tuple[Irregularity, ...]
    in_force: Mapping[str, tuple[str, int]]
    """Subject to the digest in force and the step that brought it."""
    people: People | None
    history: str
    """The digest of all steps, as checkpoints name it."""
    rules: str

    @property
    def verdict(self) -> Verdict:
        """Failed while anything that is out of order has not been put right."""
        return Verdict.FAILED if any(entry.standing for entry in self.irregularities) else Verdict.PASSED


def audit(
    ledger: Ledger, as_of: date, disguises: Sequence[str] = (), elsewhere: Sequence[Checkpoint] = ()
) -> AuditReport:
    """The audit of a ledger; `elsewhere` has checkpoints that were kept outside of the repository."""
    names = _owners(ledger.rules.people)
    by_step: dict[int, list[Event]] = {}
    for event in ledger.events:
        by_step.setdefault(event.step, []).append(event)
    steps, found = [], [*_standing(ledger)]
    for row, approved in zip(ledger.rows, ledger.standings, strict=True):
        signer = _signer(row.signer, names)
        events = tuple(by_step.get(row.number, ()))
        steps.append(
            AuditedStep(
                row.number, row.commit, _day(row.when), row.author, signer, row.merged, row.subject, events, approved
            )
        )
        found.extend(_of_step(row, signer, as_of))
    told = {(entry.step, entry.path) for entry in found if entry.path}
    for event in ledger.events:
        if event.weight == "error" and (event.step, event.path) not in told:
            found.append(Irregularity(event.step, event.message, standing=False, path=event.path))
    found.extend(Irregularity(0, f"{name} would show other programs another history", False) for name in disguises)
    digests = list(history_digests(ledger))
    found.extend(_checkpoints(ledger, digests, elsewhere))
    return AuditReport(
        ledger.rules.settings.program.id,
        ledger.rules.settings.program.title,
        ledger.tip,
        ledger.commits[ledger.first - 1],
        as_of,
        tuple(steps),
        tuple(sorted(found, key=lambda entry: (not entry.standing, entry.step, entry.path, entry.message))),
        {subject: (held.digest, held.step) for subject, held in sorted(ledger.in_force.items())},
        ledger.rules.people,
        digests[-1],
        rules_digest(ledger.rules.settings, ledger.rules.people),
    )


def history_digests(ledger: Ledger) -> Iterator[str]:
    """After each step from `first` on: the digest of all steps so far, each with the subjects that were approved."""
    before = b""
    for number, approved in enumerate(ledger.standings, ledger.first):
        line = f"{number} {ledger.commits[number - 1]} {','.join(sorted(approved))}\n"
        before = hashlib.sha256(before + line.encode()).digest()
        yield f"{ALGORITHM}:sha256:{before.hex()}"


def red_since(report: AuditReport, subject: str) -> AuditedStep | None:
    """The step since which a subject is not approved; None when it is, or never was."""
    last: AuditedStep | None = None
    for step in report.steps:
        if subject in step.approved:
            last = None
        elif last is None:
            last = step
    return last


def _owners(people: People | None) -> dict[str, list[str]]:
    """Who has each key that the people file knows, revoked ones too."""
    found: dict[str, list[str]] = {}
    for person in people.people if people else ():
        for key in fingerprints(person, lambda _: True):
            found.setdefault(key, []).append(person.id)
    return found


def _signer(key: str, names: Mapping[str, Sequence[str]]) -> str:
    if not key:
        return UNSIGNED
    if key.startswith("!"):
        return f"signature does not hold: {key[1:]}"
    return " and ".join(names.get(key, ())) or f"unknown key {key}"


def _day(when: int | None) -> str:
    if when is None or not 0 <= when < _LAST_SECOND:
        return ""
    return datetime.fromtimestamp(when, UTC).date().isoformat()


def _of_step(row: StepRow, signer: str, as_of: date) -> Iterator[Irregularity]:
    if signer.startswith("signature"):
        yield Irregularity(row.number, signer, standing=False)
    for oddity in row.odd:
        yield Irregularity(row.number, oddity, standing=False)
    latest, commit = row.latest
    if latest > (as_of - date(1970, 1, 1)).days * 86_400 + 2 * 86_400:
        day = _day(latest) or "no day at all"
        yield Irregularity(row.number, f"commit {commit[:12]} claims to be of {day}", standing=False)


def _standing(ledger: Ledger) -> Iterator[Irregularity]:
    """What has not been put right."""
    for path, oid in sorted(ledger.kept.items()):
        now = ledger.records_now.get(path)
        if now != oid:
            what = "is gone" if now is None else "was changed"
            step = max((event.step for event in ledger.events if event.path == path), default=0)
            yield Irregularity(step, f"a record that was merged {what}", True, path)
    for subject, message in sorted(ledger.dropped.items()):
        number = message.partition(":")[0].removeprefix("step ")
        yield Irregularity(int(number), f"{subject}: {message.partition(': ')[2]}", standing=True)
    if ledger.forgotten:
        message = (
            f"the tip seen here before, {ledger.forgotten[:12]}, is not on the branch any more: history was rewritten"
        )
        yield Irregularity(0, message, standing=True)
    for problem in ledger.unaccepted:
        yield Irregularity(ledger.steps, f"the rules are not in force: {problem}", standing=True)


def _checkpoints(ledger: Ledger, digests: Sequence[str], elsewhere: Sequence[Checkpoint]) -> Iterator[Irregularity]:
    held = sorted(ledger.checkpoints.values(), key=lambda one: one.document.content.steps)
    before: str | None = None
    for one in held:
        record = one.document.content
        for problem in (*_signature(one), *_rewritten(ledger, digests, record)):
            yield Irregularity(one.step, f"checkpoint {record.id}: {problem}", True, one.document.path)
        if record.previous != before:
            yield Irregularity(
                one.step, f"checkpoint {record.id} does not follow the one before it", True, one.document.path
            )
        before = checkpoint_digest(record)
    for record in elsewhere:
        for problem in _rewritten(ledger, digests, record):
            yield Irregularity(0, f"checkpoint {record.id}, kept elsewhere: {problem}", standing=True)


def checkpoint_digest(record: Checkpoint) -> str:
    """The digest by which the next checkpoint names this one."""
    return digest_of(meaning(record))


def _signature(held: HeldCheckpoint) -> Iterator[str]:
    record = held.document.content
    try:
        signed_by_human(held.rules.people, record.person, held.signature, signed_bytes(record), CHECKPOINT)
    except SignatureProblem as problem:
        yield str(problem)


def _rewritten(ledger: Ledger, digests: Sequence[str], record: Checkpoint) -> Iterator[str]:
    if record.program != ledger.rules.settings.program.id:
        yield "it is another program's"
    elif record.steps > len(ledger.commits) or ledger.commits[record.steps - 1] != record.tip:
        yield (
            f"{record.person} saw {record.tip[:12]} as step {record.steps}; "
            "it is not there any more: history was rewritten, or merged in the wrong direction"
        )
    elif record.steps < ledger.first or digests[record.steps - ledger.first] != record.history:
        yield "what was judged then is judged differently now, or this audit begins elsewhere: name the same --anchor"


def state_line(report: AuditReport, subject: str) -> str:
    """How a subject stands, in a few words."""
    held = report.in_force.get(subject)
    since = red_since(report, subject)
    approved = bool(report.steps) and subject in report.steps[-1].approved
    if held is None:
        return "never approved"
    if approved:
        return f"{short(held[0])} in force since step {held[1]}"
    told = f"{short(held[0])} was in force from step {held[1]}"
    return told + (f"; not any more since step {since.number} ({since.commit[:12]})" if since else "")

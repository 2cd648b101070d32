"""Which approvals count: each record is verified, and each seat (a role of a subject) is filled or says why not.

A record counts when it is for this program and subject, its digest is the subject's digest now, the person holds the
role and owns the key that signed it by the *trusted* people file, it has not run out, and no later decision of that
person stands against it. Distinct people fill the seats of one subject: a maximum matching decides (Berge 1957).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ray18 import sshsig
from ray18.documents.approval import Approval
from ray18.documents.document import Document
from ray18.documents.people import People, Person
from ray18.program import Program, Rules
from ray18.subjects import ROLES, Subject, contents, digest, in_force, signed_bytes, subjects

NAMESPACE = "ray18-approval-v1"
SeatState = Literal["approved", "rejected", "missing"]


@dataclass(frozen=True, slots=True)
class Checked:
    """One record and the first thing that keeps it from counting; an empty reason = it counts as what it says."""

    document: Document[Approval]
    reason: str
    remedy: str
    current: bool
    """Whether it is about the subject as it stands now."""
    authentic: bool
    """Whether it really is this person's decision in this role, whatever else may be wrong with it."""

    @property
    def record(self) -> Approval:
        """The record itself."""
        return self.document.content


@dataclass(frozen=True, slots=True)
class Seat:
    """One role that must approve one subject."""

    subject: Subject
    digest: str
    role: str
    role_title: str
    state: SeatState
    person: str
    """Who fills it, or who stands against it; empty when nobody does."""
    evidence: str
    """The class of the evidence."""
    considered: tuple[Checked, ...]
    """Every record for this seat, the rejected ones with their reason."""
    reason: str
    """Why it is not filled."""


@dataclass(frozen=True)
class Approvals:
    """The approval records of a program, judged by the trusted people file."""

    program: Program

    @property
    def rules(self) -> Rules:
        """The rules they are judged by."""
        return self.program.rules

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """The digest of every subject as the program stands now."""
        content = contents(self.program)
        return {subject.id: digest(subject, content) for subject in subjects(self.rules.settings)}

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """Every seat of every subject."""
        found = [seat for subject in subjects(self.rules.settings) for seat in self._seats(subject)]
        return tuple(found)

    def _seats(self, subject: Subject) -> Iterator[Seat]:
        documents = self.program.of("approval")
        checked = tuple(self._checked(document) for document in documents if document.content.subject == subject.id)
        against = {role: entry for role in subject.roles for entry in _against(checked, role)}
        standing = {role: _standing(checked, role) for role in subject.roles if role not in against}
        filled = matching(standing)
        for role in subject.roles:
            considered = tuple(entry for entry in checked if entry.record.role == role)
            yield self._seat(subject, role, filled.get(role, ""), against.get(role), considered)

    def _seat(
        self,
        subject: Subject,
        role: str,
        person: str,
        against: Checked | None,
        considered: tuple[Checked, ...],
    ) -> Seat:
        state: SeatState = "approved" if person else "rejected" if against else "missing"
        reason = "" if person else self._why_not(role, against, considered)
        evidence = "signed" if person else ""
        who = person or (against.record.person if against else "")
        return Seat(
            subject,
            self.digests[subject.id],
            role,
            self.role_title(role),
            state,
            who,
            evidence,
            considered,
            reason,
        )

    def role_title(self, role: str) -> str:
        """The role's name for people."""
        own = self.rules.settings.roles.get(role)
        return own.title if own else ROLES.get(role, role)

    def _why_not(self, role: str, against: Checked | None, considered: Sequence[Checked]) -> str:
        if against is not None:
            return f"{against.record.person} decided: {against.record.decision}"
        people = self.rules.people
        if people is None or not people.holders(role):
            return "nobody holds the role"
        rejected = [f"{entry.document.path}: {entry.reason}" for entry in considered if entry.reason]
        if rejected:
            return rejected[-1]
        undecided = [entry for entry in considered if entry.record.decision != "approved"]
        if undecided:
            return f"{undecided[-1].record.person} decided: {undecided[-1].record.decision}"
        if considered:
            return "whoever approved in this role fills another seat of the subject"
        return f"{' or '.join(people.holders(role))} has not decided yet"

    def _checked(self, document: Document[Approval]) -> Checked:
        record = document.content
        forged = list(self._forgery(document))
        reason, remedy = next(iter((*forged, *self._lapse(record))), ("", ""))
        ours = record.program == self.rules.settings.program.id
        current = ours and record.digest == self.digests.get(record.subject)
        return Checked(document, reason, remedy, current, not forged)

    def _forgery(self, document: Document[Approval]) -> Iterator[tuple[str, str]]:
        """Why a record is not what it says: this person's decision, in this role, for this program."""
        record, settings = document.content, self.rules.settings
        again = f"approve again: ray18 approve {record.subject} --as {record.role}"
        if record.program != settings.program.id:
            yield "it was made for another program", again
        if document.path != record_path(settings.locations.approvals, record):
            yield (
                "its file is not where its content belongs",
                f"move it to {record_path(settings.locations.approvals, record)}",
            )
        people = self.rules.people
        if people is None or record.person not in people.holders(record.role):
            yield f"{record.person} does not hold the role {record.role}", "let a holder of the role decide"
        yield from (
            (problem, again)
            for problem in signature_problems(
                people, record.person, self.program.signature(document.path), signed_bytes(record), NAMESPACE
            )
        )

    def _lapse(self, record: Approval) -> Iterator[tuple[str, str]]:
        """Why a genuine record counts no more, or not enough."""
        again = f"approve again: ray18 approve {record.subject} --as {record.role}"
        wanted = self.rules.settings.roles.get(record.role)
        if wanted is not None and wanted.evidence == "observed":
            yield "the role needs a forge's review as evidence", "approve in the forge"
        now = self.digests.get(record.subject, "")
        if record.digest != now:
            yield f"stale: it approved {short(record.digest)}, now it is {short(now)}", again
        if not in_force(record, self.program.as_of):
            yield f"it ran out on {record.valid_until}", again


def signature_problems(
    people: People | None, person_id: str, armored: bytes | None, message: bytes, namespace: str
) -> Iterator[str]:
    """Why a signature is not this person's over this message; nothing when it is."""
    person = people.person(person_id) if people else None
    if person is None:
        yield f"{person_id} is not in the trusted people file"
        return
    if person.kind != "human":
        yield f"{person_id} is a bot"
        return
    if armored is None:
        yield "it is not signed (no .sig file beside it)"
        return
    try:
        signer = sshsig.verify(armored, message, namespace)
    except sshsig.SignatureProblem as problem:
        yield f"its signature does not hold: {problem}"
        return
    owners = [owner.id for owner in people.people if signer in keys(owner)] if people else []
    if owners != [person_id]:
        whose = " and ".join(owners) if owners else "nobody here"
        yield f"the key that signed it ({sshsig.fingerprint(signer)}) belongs to {whose}, not to {person_id} alone"


def keys(person: Person) -> tuple[bytes, ...]:
    """The wire forms of a person's usable SSH keys."""
    usable = []
    for key in person.keys:
        if key.type == "ssh":
            try:
                usable.append(sshsig.key_of(key.key))
            except sshsig.SignatureProblem:
                continue
    return tuple(usable)


def record_path(folder: str, record: Approval) -> str:
    """Where an approval record lives: `<folder>/<subject>/<digest12>/<role>--<person>--<n>.yaml`."""
    return f"{folder}/{record.subject}/{short(record.digest)}/{record.role}--{record.person}--{record.sequence}.yaml"


def short(digest_text: str) -> str:
    """The first 12 hex digits of a digest: enough for people to tell two apart."""
    return digest_text.rsplit(":", 1)[-1][:12]


def matching(candidates: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Seats to people, as many seats as possible, each person at most once (augmenting paths)."""
    taken: dict[str, str] = {}

    def place(seat: str, tried: set[str]) -> bool:
        for person in candidates[seat]:
            if person not in tried:
                tried.add(person)
                if person not in taken or place(taken[person], tried):
                    taken[person] = seat
                    return True
        return False

    for seat in candidates:
        place(seat, set())
    return {seat: person for person, seat in taken.items()}


def _latest(checked: Iterable[Checked], role: str) -> list[Checked]:
    """The last decision of each person in a role, by sequence."""
    latest: dict[str, Checked] = {}
    for entry in checked:
        held = latest.get(entry.record.person)
        if entry.record.role == role and (held is None or entry.record.sequence > held.record.sequence):
            latest[entry.record.person] = entry
    return list(latest.values())


def _standing(checked: Iterable[Checked], role: str) -> list[str]:
    """Who approves in a role: their last genuine decision about the subject as it is now counts, and is approval."""
    genuine = [entry for entry in checked if entry.authentic and entry.current]
    return [
        entry.record.person
        for entry in _latest(genuine, role)
        if not entry.reason and entry.record.decision == "approved"
    ]


def _against(checked: Iterable[Checked], role: str) -> list[Checked]:
    """Whose decision stands against: every current one that no later *genuine* decision of that person replaced.

    It stands even when it cannot be verified: taking a signature away from a rejection, or putting a record without one
    after it, must not bring an older approval back.
    """
    current = [entry for entry in checked if entry.current and entry.record.role == role]
    genuine = {e.record.person: e.record.sequence for e in _latest((e for e in current if e.authentic), role)}
    return [
        entry
        for entry in current
        if entry.record.decision in ("rejected", "deferred", "withdrawn")
        and entry.record.sequence >= genuine.get(entry.record.person, 0)
    ]

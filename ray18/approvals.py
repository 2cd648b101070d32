"""Which approvals count: each record is verified, and each seat (a role of a subject) is filled or says why not.

Two questions are kept apart. Whether a record is *authentic* (this person's decision, in this role) is judged by the rules
in force when it entered the branch, and never changes, unless its key turns out to be compromised. Whether it *counts* is
judged for one case: the subject as it stands, what was in force before it, who worked on the change, and the day.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from ray18.documents.approval import Approval, Closing
from ray18.documents.base import EvidenceClass
from ray18.documents.delegation import Delegation
from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.documents.settings import Settings
from ray18.keyring import compromised, signed_by_human, signer_of
from ray18.program import Rules
from ray18.seating import seated
from ray18.signatures import SignatureProblem
from ray18.subjects import ROLES, Sections, Subject, digest, short, signed_bytes

NAMESPACE = "ray18-approval-v1"
OBSERVATION = "ray18-observation-v1"
ATTESTATION = "ray18-attestation-v1"
COUNTERSIGNATURE = "ray18-countersignature-v1"
DELEGATION = "ray18-delegation-v1"
STRENGTH: Mapping[EvidenceClass, int] = {"attested": 0, "observed": 1, "signed": 2}
"""The classes of evidence, the weakest first."""
_DECIDED = {
    "approved": "approved",
    "changes-requested": "rejected",
    "commented": "abstained",
    "dismissed": "abstained",
}
"""What a forge's review may be recorded as. A dismissed one is no decision any more, and takes an earlier one with it."""

SeatState = Literal["approved", "rejected", "missing"]
Objection = tuple[str, str]
"""Why a record does not count, and what mends it."""


@dataclass(frozen=True)
class Held:
    """A record of a decision, and how it came to be there."""

    document: Document[Approval]
    signature: bytes | None
    countersignature: bytes | None
    step: int | None
    """The step of the protected branch that brought it; None = it is only proposed."""
    rules: Rules
    """The rules in force when it entered."""

    @property
    def record(self) -> Approval:
        """The record itself."""
        return self.document.content

    @cached_property
    def signers(self) -> tuple[str, ...]:
        """The fingerprints of the keys that vouch for it, by the people file of its entry. Raises SignatureProblem."""
        record, people = self.record, self.rules.people
        message = signed_bytes(record)
        if record.evidence == "observed":
            observer = _observer(record, self.rules.settings)
            return (signer_of(people, observer, self.signature, message, OBSERVATION),)
        if record.evidence == "attested":
            return self._attested(people, message)
        return (signed_by_human(people, record.person, self.signature, message, NAMESPACE),)

    def _attested(self, people: People | None, message: bytes) -> tuple[str, ...]:
        told = self.record.attestation
        if told is None:
            raise SignatureProblem("it says `attested`, and does not say by whom")
        if told.clerk == told.countersigned_by:
            raise SignatureProblem(f"{told.clerk} entered it and confirmed it; that takes two")
        signer = signed_by_human(people, told.clerk, self.signature, message, ATTESTATION)
        if self.countersignature is None:
            raise SignatureProblem(f"{told.countersigned_by} has not countersigned it (no .countersig file beside it)")
        second = signed_by_human(people, told.countersigned_by, self.countersignature, message, COUNTERSIGNATURE)
        return (signer, second)


@dataclass(frozen=True)
class HeldDelegation:
    """A delegation, and how it came to be there."""

    document: Document[Delegation]
    signature: bytes | None
    step: int | None
    rules: Rules

    @cached_property
    def signer(self) -> str:
        """The fingerprint of the key that signed it. Raises SignatureProblem."""
        record = self.document.content
        return signed_by_human(self.rules.people, record.delegator, self.signature, signed_bytes(record), DELEGATION)

    @cached_property
    def objection(self) -> str:
        """Why nobody may decide by it, whatever the day; empty = it is good."""
        record, people = self.document.content, self.rules.people
        if record.program != self.rules.settings.program.id:
            return "it was made for another program"
        if record.delegator == record.delegate:
            return f"{record.delegator} delegates to themselves"
        if people is None or record.delegator not in people.holders(record.role):
            return f"{record.delegator} does not hold {record.role}, and a delegate cannot delegate further"
        try:
            return "" if self.signer else "it is not signed"
        except SignatureProblem as problem:
            return str(problem)


@dataclass(frozen=True, slots=True)
class InForce:
    """What a subject's seats were last filled for."""

    digest: str
    step: int
    authors: frozenset[str]
    """The commits that made it out of what was in force before."""
    past: tuple[Sections, ...]
    """The sections of everything that ever was in force, itself last."""


@dataclass(frozen=True)
class Case:
    """The state of a program that approvals are judged against."""

    rules: Rules
    sections: Mapping[str, Sections]
    """The sections of every subject as they stand."""
    in_force: Mapping[str, InForce]
    as_of: date | None
    """The day; None = without regard to days and conditions."""
    authors: Callable[[str], Mapping[str, str]] = lambda _: {}
    """Subject to the people who worked on its change, and how."""
    delegations: Mapping[str, HeldDelegation] | None = None
    met: Callable[[Closing], bool] = lambda _: False
    """Whether the records say what closes a condition."""
    step_of: Callable[[str], int | None] = lambda _: None
    """The step that brought a commit."""
    sections_at: Callable[[str], Mapping[str, Sections] | None] = lambda _: None
    """The sections of every subject at a commit; None where it is not here any more."""
    anchored: bool = True
    proposed_people: People | None = None
    """The people file under judgement: only its marks of compromised keys count, since they make judging stricter."""

    def digest(self, subject: Subject) -> str:
        """The digest of a subject as it stands."""
        return digest(subject.id, self.sections[subject.id])

    def previous(self, subject: Subject, names: Iterable[str] = ()) -> str | None:
        """The digest that a decision about these sections (default: all) must name as the one in force before.

        It is the last that differs from the sections as they stand; so a section that did not change keeps its approvals.
        """
        held = self.in_force.get(subject.id)
        chosen = tuple(names) or subject.sections
        now = {name: self.sections[subject.id].get(name, "") for name in chosen}
        for past in reversed(held.past if held else ()):
            then = {name: past.get(name, "") for name in chosen}
            if then != now:
                return digest(subject.id, then)
        return None


@dataclass(frozen=True, slots=True)
class Checked:
    """One record and the first thing that keeps it from counting; an empty reason = it counts as what it says."""

    held: Held
    reason: str
    remedy: str
    current: bool
    """Whether it is about the subject as it stands now."""
    authentic: bool
    """Whether it really is this person's decision in this role, whatever else may be wrong with it."""

    @property
    def document(self) -> Document[Approval]:
        """The record's file."""
        return self.held.document

    @property
    def record(self) -> Approval:
        """The record itself."""
        return self.held.record

    @property
    def approves(self) -> bool:
        """Whether it is an approval that counts."""
        return not self.reason and self.record.decision in ("approved", "approved-with-conditions")


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
    """The class of the evidence: signed, observed or attested."""
    considered: tuple[Checked, ...]
    """Every record for this seat, the rejected ones with their reason."""
    reason: str
    """Why it is not filled."""

    @property
    def counted(self) -> Checked | None:
        """The record that fills it."""
        if self.state != "approved":
            return None
        return next(
            entry for entry in reversed(self.considered) if entry.approves and entry.record.person == self.person
        )


def seats(case: Case, subject: Subject, records: Iterable[Held]) -> tuple[Seat, ...]:
    """Every seat of a subject, filled by distinct people where settings ask for that."""
    own = sorted((held for held in records if held.record.subject == subject.id), key=_order)
    checked = tuple(_checked(case, subject, held) for held in own)
    against = {role: entry for role in subject.roles for entry in _against(checked, role)}
    standing = {role: _standing(checked, role) for role in subject.roles if role not in against}
    filled = seated(standing, case.rules.settings.approvals.distinct_people)
    found = []
    for role in subject.roles:
        considered = tuple(entry for entry in checked if entry.record.role == role)
        found.append(_seat(case, subject, role, filled.get(role, ""), against.get(role), considered))
    return tuple(found)


def candidates(case: Case, subject: Subject, records: Iterable[Held]) -> dict[str, tuple[str, ...]]:
    """For each seat that is not filled yet: who could fill it, given who sits elsewhere and who worked on the change."""
    people = case.rules.people
    filled = seats(case, subject, records)
    taken = {seat.person for seat in filled if seat.state == "approved"}
    distinct = case.rules.settings.approvals.distinct_people
    banned = {} if case.rules.settings.approvals.authors_may_approve else case.authors(subject.id)
    return {
        seat.role: tuple(
            holder
            for holder in (people.holders(seat.role) if people else ())
            if holder not in banned and not (distinct and holder in taken)
        )
        for seat in filled
        if seat.state != "approved"
    }


def role_title(settings: Settings, role: str) -> str:
    """The role's name for people."""
    own = settings.roles.get(role)
    return own.title if own else ROLES.get(role, role)


def record_path(folder: str, record: Approval) -> str:
    """Where an approval record lives: `<folder>/<subject>/<digest12>/<role>--<person>--<n>.yaml`."""
    return f"{folder}/{record.subject}/{short(record.digest)}/{record.role}--{record.person}--{record.sequence}.yaml"


def _order(held: Held) -> tuple[int, float, str]:
    """By the number that the person signed; a record that was held back does not come later by being merged later."""
    return (held.record.sequence, float("inf") if held.step is None else held.step, held.document.path)


def _checked(case: Case, subject: Subject, held: Held) -> Checked:
    forged = next(_forgery(case, subject, held), None)
    ours = held.record.program == case.rules.settings.program.id
    stale = next(_staleness(case, subject, held.record), None)
    reason, remedy = forged or stale or next(_lapse(case, subject, held), ("", ""))
    return Checked(held, reason, remedy, ours and stale is None, forged is None)


def _forgery(case: Case, subject: Subject, held: Held) -> Iterator[Objection]:
    """Why a record is not what it says: this person's decision, in this role, for this program."""
    record, then = held.record, held.rules
    again = _again(record)
    if record.program != case.rules.settings.program.id:
        yield "it was made for another program", again
    right = record_path(then.settings.locations.approvals, record)
    if held.document.path != right:
        yield "its file is not where its content belongs", f"move it to {right}"
    if record.sections and record.digest != digest(record.subject, record.sections):
        yield "its sections do not make its digest", again
    holder = record.on_behalf_of or record.person
    if then.people is None or holder not in then.people.holders(record.role):
        when = "" if held.step is None else f" when it entered (step {held.step})"
        yield (
            f"{holder} {'does' if held.step is None else 'did'} not hold the role {record.role}{when}",
            "let a holder of the role decide",
        )
    try:
        signers = held.signers
    except SignatureProblem as problem:
        yield str(problem), again
        return
    yield from _stolen(case, held.step, signers, again)
    if record.on_behalf_of is not None:
        yield from _not_delegated(case, held)
    if record.evidence == "observed":
        yield from _not_observed(case, subject, held)


def _stolen(case: Case, step: int | None, signers: Iterable[str], again: str) -> Iterator[Objection]:
    """Keys that fell into other hands before the record entered, as far as anybody has said so."""
    for signer in signers:
        marks = (*compromised(case.rules.people, signer), *compromised(case.proposed_people, signer))
        for since in marks:
            first = None if since is None else case.step_of(since)
            if first is None or step is None or step >= first:
                yield f"the key that signed it ({signer}) is compromised", again


def _not_delegated(case: Case, held: Held) -> Iterator[Objection]:
    record = held.record
    known = (case.delegations or {}).get(record.delegation or "")
    again = f"let {record.on_behalf_of} decide, or delegate: ray18 approvals delegate"
    if known is None:
        yield f"there is no delegation {record.delegation}", again
        return
    lent = known.document.content
    if known.objection:
        yield f"the delegation {lent.id} does not count: {known.objection}", again
        return
    for problem, remedy in _stolen(case, known.step, [known.signer], again):
        yield f"the delegation {lent.id} does not count: {problem}", remedy
    if (lent.delegator, lent.delegate, lent.role) != (record.on_behalf_of, record.person, record.role):
        yield f"the delegation {lent.id} is not from {record.on_behalf_of} to {record.person} for {record.role}", again
    if record.subject not in lent.subjects:
        yield f"the delegation {lent.id} is not for {record.subject}", again
    if held.step is not None and (known.step is None or known.step > held.step):
        yield f"the delegation {lent.id} came after the decision", again
    if not lent.begins <= record.decided_on <= lent.ends:
        yield f"the delegation {lent.id} runs from {lent.begins} to {lent.ends}, not on {record.decided_on}", again


def _not_observed(case: Case, subject: Subject, held: Held) -> Iterator[Objection]:
    record, seen = held.record, held.record.observation
    if seen is None:  # the signer could not have been found without it
        return
    again = "let the reviewer approve again, and have that recorded"
    people = held.rules.people
    mapped = [
        person.id
        for person in (people.people if people else ())
        if any((one.forge, one.id) == (seen.forge, seen.account) for one in person.forges)
    ]
    if mapped != [record.person]:
        whose = " and ".join(mapped) or "nobody here"
        yield f"the account {seen.account} on {seen.forge} belongs to {whose}, not to {record.person} alone", again
    person = people.person(record.person) if people else None
    if seen.bot or person is None or person.kind != "human":
        yield "the review is a bot's", again
    mine = {one.id for one in person.forges if one.forge == seen.forge} if person else set()
    if mine & {seen.opened_by, *seen.pushed_by} and not held.rules.settings.approvals.authors_may_approve:
        yield f"{record.person} opened or pushed the change that was reviewed", "let somebody else approve"
    if record.decision != _DECIDED[seen.state]:
        yield f"the review is {seen.state}, not {record.decision}", again
    there = case.sections_at(seen.commit)
    if there is not None and {name: there[subject.id].get(name) for name in record.sections} != dict(record.sections):
        yield f"the reviewed commit {seen.commit[:12]} does not hold what the record says", again


def _observer(record: Approval, settings: Settings) -> str:
    if record.observation is None:
        raise SignatureProblem("it says `observed`, and does not say what was observed")
    if record.observation.observer not in settings.approvals.observers:
        raise SignatureProblem(f"{record.observation.observer} is not an observer (approvals.observers in ray18.yaml)")
    return record.observation.observer


def _staleness(case: Case, subject: Subject, record: Approval) -> Iterator[Objection]:
    """Why a record is not about the subject as it stands now, and comes after what is in force."""
    now, again = case.sections[subject.id], _again(record)
    wanted = subject.sections_of(record.role, case.rules.settings)
    missing = [name for name in wanted if name not in record.sections]
    changed = [name for name in wanted if name in record.sections and record.sections[name] != now[name]]
    if changed:
        yield (
            f"stale: it approved {short(record.digest)}, now it is {short(case.digest(subject))} "
            f"({', '.join(changed)} changed)",
            again,
        )
    elif missing:
        yield f"it does not cover {' and '.join(missing)}", again
    elif case.anchored and record.previous != case.previous(subject, record.sections):
        was = short(record.previous) if record.previous else "nothing"
        now_is = case.previous(subject, record.sections)
        yield (
            f"it was decided when {was} was in force before; now that is {short(now_is) if now_is else 'nothing'}",
            again,
        )


def _lapse(case: Case, subject: Subject, held: Held) -> Iterator[Objection]:
    """Why a genuine record about the subject as it is counts no more, or not enough."""
    record, settings, people = held.record, case.rules.settings, case.rules.people
    again = _again(record)
    role = settings.roles.get(record.role)
    weakest: EvidenceClass = role.evidence if role else "signed"
    if STRENGTH[record.evidence] < STRENGTH[weakest]:
        yield f"the role needs evidence that is {weakest}, and this is {record.evidence}", again
    holder = record.on_behalf_of or record.person
    if settings.approvals.on_role_loss == "reapprove" and (people is None or holder not in people.holders(record.role)):
        yield f"{holder} holds the role {record.role} no more", "let a holder of the role decide"
    if case.as_of is not None:
        yield from _out_of_time(case, held, case.as_of)
    if not settings.approvals.authors_may_approve and record.decision.startswith("approved"):
        banned = case.authors(subject.id)
        for person in filter(None, (record.person, record.on_behalf_of)):
            if person in banned:
                yield f"{person} worked on this change ({banned[person]})", "let somebody else approve"


def _out_of_time(case: Case, held: Held, today: date) -> Iterator[Objection]:
    record = held.record
    if record.valid_until is not None and today > record.valid_until:
        yield f"it ran out on {record.valid_until}", _again(record)
    lent = (case.delegations or {}).get(record.delegation or "")
    if lent is not None and today > lent.document.content.ends:
        yield (
            f"the delegation {lent.document.content.id} ended on {lent.document.content.ends}",
            f"let {record.on_behalf_of} confirm it: ray18 approve {record.subject}",
        )
    if record.decision == "approved-with-conditions":
        yield from _open_conditions(case, record, today)


def _open_conditions(case: Case, record: Approval, today: date) -> Iterator[Objection]:
    if not record.conditions:
        yield "it names no condition", _again(record)
    tolerant = case.rules.settings.approvals.open_conditions == "until-due"
    for condition in record.conditions:
        if condition.met_on is not None or (condition.closes_when and case.met(condition.closes_when)):
            continue
        if today > condition.due:
            yield (
                f"condition {condition.id} was due on {condition.due} and is not met: {condition.text}",
                f"{condition.owner} meets it, or {record.person} decides again",
            )
        elif not tolerant:
            yield (
                f"condition {condition.id} is open until {condition.due}: {condition.text}",
                f"{condition.owner} meets it, or {record.person} decides again",
            )


def _again(record: Approval) -> str:
    return f"approve again: ray18 approve {record.subject} --as {record.role}"


def _seat(
    case: Case, subject: Subject, role: str, person: str, against: Checked | None, considered: tuple[Checked, ...]
) -> Seat:
    state: SeatState = "approved" if person else "rejected" if against else "missing"
    counted = next((e for e in reversed(considered) if e.approves and e.record.person == person), None)
    return Seat(
        subject,
        case.digest(subject),
        role,
        role_title(case.rules.settings, role),
        state,
        person or (against.record.person if against else ""),
        counted.record.evidence if counted else "",
        considered,
        "" if person else _why_not(case.rules.people, role, against, considered),
    )


def _why_not(people: People | None, role: str, against: Checked | None, considered: Sequence[Checked]) -> str:
    if against is not None:
        return f"{against.record.person} decided: {against.record.decision}"
    if people is None or not people.holders(role):
        return "nobody holds the role"
    rejected = [entry for entry in considered if entry.reason]
    if rejected:
        nearest = max(rejected, key=lambda entry: (not entry.reason.startswith("stale"), _order(entry.held)))
        return f"{nearest.document.path}: {nearest.reason}"
    undecided = [entry for entry in considered if not entry.approves]
    if undecided:
        return f"{undecided[-1].record.person} decided: {undecided[-1].record.decision}"
    if considered:
        return "whoever approved in this role fills another seat of the subject"
    return f"{' or '.join(people.holders(role))} has not decided yet"


def _latest(checked: Iterable[Checked]) -> dict[str, Checked]:
    """The last decision of each person: by the number that the person signed, then in graph order."""
    return {entry.record.person: entry for entry in checked}


def _standing(checked: Iterable[Checked], role: str) -> list[str]:
    """Who approves in a role: their last genuine decision about the subject as it is now counts, and is approval."""
    genuine = [entry for entry in checked if entry.authentic and entry.current and entry.record.role == role]
    return [person for person, entry in _latest(genuine).items() if entry.approves]


def _against(checked: Sequence[Checked], role: str) -> list[Checked]:
    """Whose decision stands against: every current one that no later *genuine* decision of that person replaced.

    A proposed one stands even when it cannot be verified: taking a signature away from a rejection must not bring an older
    approval back. One that was merged without a good signature never was a decision.
    """
    mine = [entry for entry in checked if entry.current and entry.record.role == role]
    believed = [entry for entry in mine if entry.authentic or entry.held.step is None]
    later = _latest(entry for entry in mine if entry.authentic)
    return [
        entry
        for entry in believed
        if entry.record.decision in ("rejected", "deferred", "withdrawn")
        and not _replaced(entry, later.get(entry.record.person))
    ]


def _replaced(entry: Checked, later: Checked | None) -> bool:
    """Whether a genuine decision with a higher number followed; of two with one number, the one against stands."""
    return later is not None and later.record.sequence > entry.record.sequence

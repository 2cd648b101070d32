"""Which waivers count: each is verified like an approval, and excuses only the findings that it names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ray18.documents.base import Severity
from ray18.documents.document import Document
from ray18.documents.settings import WaiverLife
from ray18.documents.waiver import Waiver
from ray18.findings import Finding
from ray18.keyring import compromised, signed_by_human
from ray18.ledger import HeldWaiver
from ray18.program import Program
from ray18.signatures import SignatureProblem
from ray18.subjects import signed_bytes

NAMESPACE = "ray18-waiver-v1"
SECOND = "ray18-waiver-second-v1"
"""The namespace of the second person's signature."""
ACTIVE = "waiver-counts"
"""The policy id under which a waiver that does not count is reported."""


@dataclass(frozen=True, slots=True)
class Waivable:
    """What may be waived: for each gate, the roles that may do so and the policies that may be excused."""

    roles: Mapping[str, tuple[str, ...]]
    policies: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Excuse:
    """A waiver and the first thing that keeps it from counting; an empty reason = it counts."""

    held: HeldWaiver
    reason: str
    remedy: str = ""
    renewals: int = 0
    """How often the same deviation had been waived before."""

    @property
    def document(self) -> Document[Waiver]:
        """The waiver's file."""
        return self.held.document

    @property
    def record(self) -> Waiver:
        """The waiver itself."""
        return self.document.content

    def covers(self, gate: str, finding: Finding) -> bool:
        """Whether it excuses this finding of this gate."""
        record = self.record
        return (
            not self.reason and record.gate == gate and record.policy == finding.policy and finding.item in record.items
        )


def excuses(
    program: Program, waivers: Sequence[HeldWaiver], ever: Sequence[Waiver], waivable: Waivable
) -> tuple[Excuse, ...]:
    """Every waiver that is there, verified; `ever` has all that were ever merged, so that renewals can be counted."""
    named = {item for held in waivers for item in held.document.content.items}
    severities = {item.content.id: item.content.severity for item in program.of("backlog-item") if named}
    found = []
    for held in waivers:
        renewals = earlier(held.document.content, ever)
        objections = _objections(program, held, waivable, severities, renewals)
        reason, remedy = next(objections, ("", ""))
        found.append(Excuse(held, reason, remedy, renewals))
    return tuple(found)


def earlier(record: Waiver, ever: Iterable[Waiver]) -> int:
    """How many waivers there were before this one for any of the same findings."""
    key = (record.gate, record.policy)
    return sum(
        1
        for other in ever
        if other.id != record.id
        and (other.gate, other.policy) == key
        and set(other.items) & set(record.items)
        and (other.created, other.id) < (record.created, record.id)
    )


def reported(excused: Iterable[Excuse]) -> Iterator[Finding]:
    """A finding for every waiver that does not count."""
    for excuse in excused:
        if excuse.reason:
            finding = excuse.document.finding(f"this waiver does not count: {excuse.reason}", remedy=excuse.remedy)
            yield finding.stamped(ACTIVE, "warning")


def longest_life(life: WaiverLife, severities: Iterable[Severity | None]) -> int:
    """Days that a waiver for items of these severities may stand; an item without one counts as Critical."""
    days = {"Critical": life.Critical, "High": life.High, "Medium": life.Medium, "Low": life.Low}
    return min((days[severity or "Critical"] for severity in severities), default=life.Critical)


def _objections(
    program: Program,
    held: HeldWaiver,
    waivable: Waivable,
    severities: Mapping[str, Severity | None],
    renewals: int,
) -> Iterator[tuple[str, str]]:
    record, thresholds = held.document.content, program.rules.settings.thresholds
    again = "record a new one: ray18 waive"
    if record.program != program.rules.settings.program.id:
        yield "it was made for another program", again
    yield from _out_of_scope(record, waivable)
    excused = {severities.get(item) or "Critical" for item in record.items}
    yield from _not_authorised(program, held, waivable, second=bool(excused & set(thresholds.waiver_second_signature)))
    if record.created > program.as_of:
        yield f"it begins on {record.created}", "wait, or record a new one"
    if record.expires < program.as_of:
        yield f"it expired on {record.expires}", "mend what it excused, or renew it: ray18 waive"
    limit = longest_life(thresholds.waiver_max_days, (severities.get(item) for item in record.items))
    if record.expires > record.created + timedelta(days=limit):
        yield f"it stands longer than the {limit} days that its items' severity allows", again
    if renewals > thresholds.waiver_max_renewals:
        yield (
            f"the same was waived {renewals} times before, and {thresholds.waiver_max_renewals} renewals are allowed",
            "mend what it excuses",
        )


def _out_of_scope(record: Waiver, waivable: Waivable) -> Iterator[tuple[str, str]]:
    if record.gate not in waivable.policies:
        yield f"there is no gate {record.gate!r} that can be waived", "see `waived_by` in the gates"
    elif record.policy not in waivable.policies[record.gate]:
        yield f"{record.policy} cannot be waived in gate {record.gate}", "mend what the policy finds"
    if "*" in record.items:
        yield "it is for everything", "name the items it is for"


def _not_authorised(
    program: Program, held: HeldWaiver, waivable: Waivable, *, second: bool
) -> Iterator[tuple[str, str]]:
    """Who asked, who accepted, and whether they could: by the people file of the waiver's entry."""
    record, people = held.document.content, held.rules.people
    roles = waivable.roles.get(record.gate, ())
    if record.requested_by in (record.approved_by, record.second):
        yield "who asked for it accepted it", "let somebody else accept it"
    if record.role not in roles:
        yield (
            f"the role {record.role} may not waive gate {record.gate}",
            f"ask {', '.join(roles) or 'nobody: it cannot'}",
        )
    if people is None or record.approved_by not in people.holders(record.role):
        yield f"{record.approved_by} does not hold the role {record.role}", "let a holder of the role accept it"
    asked = people.person(record.requested_by) if people else None
    if asked is None or asked.kind != "human":
        yield f"nobody named {record.requested_by} is in the trusted people file", "name the person who asked for it"
    yield from _not_signed(program, held)
    if second and record.second is None:
        yield (
            "it excuses something severe, and only one person accepted it",
            "record a new one: ray18 waive --second PERSON",
        )


def _not_signed(program: Program, held: HeldWaiver) -> Iterator[tuple[str, str]]:
    """Why the signatures do not prove that it was accepted."""
    record, people, again = held.document.content, held.rules.people, "record a new one: ray18 waive"
    message = signed_bytes(record)
    try:
        signers = [signed_by_human(people, record.approved_by, held.signature, message, NAMESPACE)]
        if record.second is not None:
            yield from _second(held)
        if record.second is not None and held.countersignature is not None:
            signers.append(signed_by_human(people, record.second, held.countersignature, message, SECOND))
    except SignatureProblem as problem:
        yield str(problem), again
        return
    proposed = program.one("people")
    for file in (people, program.rules.people, proposed.content if proposed else None):
        for signer in signers:
            if list(compromised(file, signer)):
                yield f"the key that signed it ({signer}) is compromised", again


def _second(held: HeldWaiver) -> Iterator[tuple[str, str]]:
    """Why the second person cannot be one."""
    record, people = held.document.content, held.rules.people
    second = record.second or ""
    if second == record.approved_by:
        yield f"{second} accepted it twice; that takes two", "record a new one: ray18 waive"
    if people is None or not any(second in holders for holders in people.roles.values()):
        yield f"{second} holds no role", "let a holder of a role accept it too"
    if held.countersignature is None:
        yield f"{second} has not signed it yet (no .countersig file beside it)", "ray18 approvals countersign FILE"


def unused(excused: Iterable[Excuse], used: Iterable[Excuse]) -> Iterator[Finding]:
    """A finding for every waiver that counts and excuses nothing any more."""
    needed = {excuse.document.path for excuse in used}
    for excuse in excused:
        if not excuse.reason and excuse.document.path not in needed:
            finding = excuse.document.finding("this waiver excuses nothing any more", remedy="remove it")
            yield finding.stamped(ACTIVE, "warning")

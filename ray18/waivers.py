"""Which waivers count: each is verified like an approval, and excuses only the findings that it names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ray18.approvals import signature_problems
from ray18.documents.base import Severity
from ray18.documents.document import Document
from ray18.documents.settings import WaiverLife
from ray18.documents.waiver import Waiver
from ray18.findings import Finding
from ray18.program import Program
from ray18.subjects import signed_bytes

NAMESPACE = "ray18-waiver-v1"
ACTIVE = "waiver-counts"
"""The policy id under which a waiver that does not count is reported."""


@dataclass(frozen=True, slots=True)
class Waivable:
    """What may be waived: for each gate, the roles that may do so and the policies that may be excused."""

    roles: Mapping[str, tuple[str, ...]]
    policies: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Excuse:
    """A waiver and the first thing that keeps it from counting; an empty reason = it counts."""

    document: Document[Waiver]
    reason: str
    remedy: str = ""

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


def excuses(program: Program, waivable: Waivable) -> tuple[Excuse, ...]:
    """Every waiver of the program, verified."""
    severities = {item.content.id: item.content.severity for item in program.of("backlog-item")}
    found = []
    for document in program.of("waiver"):
        reason, remedy = next(_objections(program, document, waivable, severities), ("", ""))
        found.append(Excuse(document, reason, remedy))
    return tuple(found)


def reported(excused: Iterable[Excuse]) -> Iterator[Finding]:
    """A finding for every waiver that does not count."""
    for excuse in excused:
        if excuse.reason:
            finding = excuse.document.finding(f"this waiver does not count: {excuse.reason}", remedy=excuse.remedy)
            yield finding.stamped(ACTIVE, "warning")


def longest_life(life: WaiverLife, severities: Iterable[Severity | None]) -> int:
    """Days that a waiver for items of these severities may stand; an item without one counts as Critical."""
    return min((getattr(life, severity or "Critical") for severity in severities), default=life.Critical)


def _objections(
    program: Program, document: Document[Waiver], waivable: Waivable, severities: Mapping[str, Severity | None]
) -> Iterator[tuple[str, str]]:
    record = document.content
    again = "record a new one: ray18 waive"
    if record.program != program.rules.settings.program.id:
        yield "it was made for another program", again
    yield from _out_of_scope(record, waivable)
    yield from _not_authorised(program, document, waivable)
    if record.created > program.as_of:
        yield f"it begins on {record.created}", "wait, or record a new one"
    if record.expires < program.as_of:
        yield f"it expired on {record.expires}", "mend what it excused, or renew it: ray18 waive"
    life = program.rules.settings.thresholds.waiver_max_days
    limit = longest_life(life, (severities.get(item) for item in record.items))
    if record.expires > record.created + timedelta(days=limit):
        yield f"it stands longer than the {limit} days that its items' severity allows", again


def _out_of_scope(record: Waiver, waivable: Waivable) -> Iterator[tuple[str, str]]:
    if record.gate not in waivable.policies:
        yield f"there is no gate {record.gate!r} that can be waived", "see `waived_by` in the gates"
    elif record.policy not in waivable.policies[record.gate]:
        yield f"{record.policy} cannot be waived in gate {record.gate}", "mend what the policy finds"
    if "*" in record.items:
        yield "it is for everything", "name the items it is for"


def _not_authorised(program: Program, document: Document[Waiver], waivable: Waivable) -> Iterator[tuple[str, str]]:
    record, people = document.content, program.rules.people
    roles = waivable.roles.get(record.gate, ())
    if record.approved_by == record.requested_by:
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
    signature = program.signature(document.path)
    problems = signature_problems(people, record.approved_by, signature, signed_bytes(record), NAMESPACE)
    yield from ((problem, "record a new one: ray18 waive") for problem in problems)


def unused(excused: Iterable[Excuse], used: Iterable[Excuse]) -> Iterator[Finding]:
    """A finding for every waiver that counts and excuses nothing any more."""
    needed = {excuse.document.path for excuse in used}
    for excuse in excused:
        if not excuse.reason and excuse.document.path not in needed:
            finding = excuse.document.finding("this waiver excuses nothing any more", remedy="remove it")
            yield finding.stamped(ACTIVE, "warning")

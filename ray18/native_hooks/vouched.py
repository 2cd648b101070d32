"""Whether the records bear out what a commit message claims.

A claim is borne out by a record of that person, in the commit itself or before it, that counts for what is judged. A review
is no decision: naming one is never wrong, only no evidence.
"""

from collections.abc import Iterable

from ray18.approvals import Seat
from ray18.documents.people import People, Person
from ray18.findings import Finding
from ray18.gates import Judge
from ray18.native_hooks.claims import Claim
from ray18.subjects import rules_subject

POLICY = "message-claims-only-what-is-recorded"
_MESSAGE = "commit message"


def unfounded(judge: Judge, found: Iterable[Claim]) -> tuple[Finding, ...]:
    """A finding for each claim that no record bears out; reviews are only noted."""
    return tuple(finding for claim in found for finding in _judged(judge, claim))


def _judged(judge: Judge, claim: Claim) -> tuple[Finding, ...]:
    if claim.kind == "review":
        why = "a review that is only named here decides nothing"
        return (_finding(claim, "warning", why, "decisions are recorded with `ray18 approve`"),)
    if claim.kind == "decision":
        why = _undecided(judge, claim)
        mend = f"ray18 approve {claim.subject} --as {claim.role}, or say something else"
    elif claim.kind == "waiver":
        why, mend = _unwaived(judge, claim), "ray18 waive, or take the line out"
    else:
        why, mend = _unapproved(judge, claim), "let that person run `ray18 approve`, or take the line out"
    return (_finding(claim, "error", why, mend),) if why else ()


def _finding(claim: Claim, level: str, why: str, remedy: str) -> Finding:
    message = f'"{claim.text[:200]}": {why}'
    return Finding(POLICY, level, message, path=_MESSAGE, line=claim.line, column=1, remedy=remedy)  # type: ignore[arg-type]


def _unapproved(judge: Judge, claim: Claim) -> str:
    person = _person(judge.program.rules.people, claim)
    if person is None:
        return f"people.yaml knows nobody called {claim.name or claim.email or 'nothing'}"
    entries = [entry for seat in _seats(judge) for entry in seat.considered if entry.record.person == person.id]
    if any(entry.approves for entry in entries):
        return ""
    told = next((f"; {entry.document.path} does not count: {entry.reason}" for entry in reversed(entries)), "")
    return f"no approval of {person.id} counts{told}"


def _unwaived(judge: Judge, claim: Claim) -> str:
    excuses = [excuse for excuse in judge.excuses if not excuse.reason]
    if claim.subject:
        wanted = set(claim.items)
        covered = {item for excuse in excuses if excuse.record.policy == claim.subject for item in excuse.record.items}
        return "" if wanted and wanted <= covered else f"no waiver of {claim.subject} for that counts"
    person = _person(judge.program.rules.people, claim)
    if person is None:
        return f"people.yaml knows nobody called {claim.name or claim.email or 'nothing'}"
    mine = (excuse for excuse in excuses if person.id in (excuse.record.approved_by, excuse.record.second))
    return "" if any(mine) else f"no waiver accepted by {person.id} counts"


def _undecided(judge: Judge, claim: Claim) -> str:
    """A decision stands in the records if it is what its maker last decided, whether or not it fills a seat."""
    records = (held.record for held in judge.approvals.records)
    said = {(record.decision, record.subject, record.role) for record in records}
    if (claim.decision, claim.subject, claim.role) in said:
        return ""
    return f"no record says so (nobody {claim.decision} {claim.subject} as {claim.role})"


def _seats(judge: Judge) -> tuple[Seat, ...]:
    approvals = judge.approvals
    return (*approvals.seats, *approvals.seats_of(rules_subject(judge.program.rules.settings)))


def _person(people: People | None, claim: Claim) -> Person | None:
    """Who is meant, by address, id or name; an address that people.yaml knows goes before a name."""
    known = people.people if people else ()
    name, email = claim.name.casefold().removeprefix("@"), claim.email.casefold()
    by_email = [one for one in known if one.email and one.email.casefold() in (email, name)]
    by_name = [one for one in known if name and name in (one.id.casefold(), one.name.casefold())]
    return next(iter(by_email or by_name), None)

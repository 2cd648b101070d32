"""The decisions of people as an in-toto Statement: each seat with its person, decision, evidence and record."""

from collections.abc import Iterator
from typing import Any

from ray18.approvals import Seat
from ray18.documents.approval import Approval
from ray18.exports.judged import (
    VERIFIER,
    Decided,
    counting,
    decided,
    deciding,
    hexadecimal,
    program_id,
    record,
    require_readable,
    rules,
    version,
)
from ray18.exports.statement import statement, subject
from ray18.gates import Judge
from ray18.terminal import safe
from ray18.waivers import Excuse

PREDICATE_TYPE = "urn:ray18:predicate:decisions:1"
"""docs/exports.md has every field of it."""


def written(judge: Judge) -> dict[str, Any]:
    """The Statement. Raises BlockedError when a file cannot be read: a rejection could be missing."""
    require_readable(judge)
    found = decided(judge)
    approved = [entry for thing in found if thing.approved for entry in _subjects(judge, thing)]
    return statement(judge, PREDICATE_TYPE, _predicate(judge, found), approved)


def _predicate(judge: Judge, found: tuple[Decided, ...]) -> dict[str, Any]:
    program = judge.program
    return {
        "program": {"id": program_id(judge), "title": program.rules.settings.program.title},
        "revision": program.revision,
        "asOf": program.as_of.isoformat(),
        "verifier": {"id": VERIFIER, "version": {"ray18": version()}},
        "rules": rules(judge),
        "decisions": [_decision(judge, thing) for thing in found],
        "waivers": [_waiver(judge, excuse) for excuse in counting(judge)],
    }


def _subjects(judge: Judge, thing: Decided) -> Iterator[dict[str, Any]]:
    """What was approved, as subjects; more than one where roles approved different parts."""
    name = f"{program_id(judge)}/{thing.id}"
    if len(thing.digests) == 1:
        yield subject(name, sha256=thing.digests[0])
    else:
        yield from (subject(f"{name}/{seat.role}", sha256=hexadecimal(seat.digest)) for seat in thing.seats)


def _decision(judge: Judge, thing: Decided) -> dict[str, Any]:
    return {
        "subject": thing.id,
        "title": thing.title,
        "approved": thing.approved,
        "seats": [_seat(judge, seat) for seat in thing.seats],
    }


def _seat(judge: Judge, seat: Seat) -> dict[str, Any]:
    found: dict[str, Any] = {
        "role": seat.role,
        "roleTitle": seat.role_title,
        "state": seat.state,
        "digest": {"sha256": hexadecimal(seat.digest)},
    }
    if seat.reason:
        found["reason"] = safe(seat.reason)
    if seat.person:
        found["person"] = _person(judge, seat.person)
    if seat.evidence:
        found["evidence"] = seat.evidence
    document = deciding(seat)
    return found | (_said(judge, document.content) | {"record": record(judge, document)} if document else {})


def _said(judge: Judge, approval: Approval) -> dict[str, Any]:
    """What the record says beyond the seat."""
    found: dict[str, Any] = {"decision": approval.decision, "decidedOn": approval.decided_on.isoformat()}
    if approval.on_behalf_of:
        found |= {"onBehalfOf": _person(judge, approval.on_behalf_of), "delegation": approval.delegation}
    if approval.valid_until:
        found["validUntil"] = approval.valid_until.isoformat()
    if approval.conditions:
        found["conditions"] = [
            {"id": entry.id, "text": entry.text, "owner": entry.owner, "due": entry.due.isoformat()}
            for entry in approval.conditions
        ]
    return found


def _waiver(judge: Judge, excuse: Excuse) -> dict[str, Any]:
    waiver = excuse.record
    return {
        "id": waiver.id,
        "gate": waiver.gate,
        "policy": waiver.policy,
        "items": list(waiver.items),
        "reason": waiver.reason,
        "requestedBy": _person(judge, waiver.requested_by),
        "approvedBy": [_person(judge, who) for who in (waiver.approved_by, waiver.second) if who],
        "role": waiver.role,
        "created": waiver.created.isoformat(),
        "expires": waiver.expires.isoformat(),
        "record": record(judge, excuse.document),
    }


def _person(judge: Judge, person_id: str) -> dict[str, str]:
    people = judge.program.rules.people
    person = people.person(person_id) if people else None
    return {"id": person_id} | ({"name": person.name} if person else {})

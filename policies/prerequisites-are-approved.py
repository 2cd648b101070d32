"""Scope, staffing, priorities and remediation are approved.

Before the plan is drawn up, the Operations Director endorses its scope, the Support Lead confirms staffing
and coverage, the Product Owner acknowledges the priorities, and the Security Lead approves the remediation
commitments.

Remedy: let a holder of the role decide: `ray18 approve SUBJECT --as ROLE`.
"""

from collections.abc import Iterator

from ray18.approvals import Seat
from ray18.findings import Finding

COUNTED = "prerequisite approvals missing"
ACTION = "obtain the prerequisite approvals"


def check(seats: tuple[Seat, ...]) -> Iterator[Finding]:
    for seat in seats:
        if seat.subject.id == "plan" or seat.state == "approved":
            continue
        said = f"{seat.subject.title}: the {seat.role_title} has not approved: {seat.reason}"
        item, remedy = seat.subject.id, f"ray18 approve {seat.subject.id} --as {seat.role}"
        if seat.considered:
            yield seat.considered[-1].document.finding(said, "decision", item=item, remedy=remedy)
        else:
            yield Finding("", "error", said, item=item, remedy=remedy)

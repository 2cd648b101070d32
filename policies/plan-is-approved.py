"""Operations, support, product and security leads approve the plan.

Each role that must approve has done so for the plan, the catalog and the governance as they stand now, with
evidence that can be verified. A rejection, a deferral or an approval with open conditions stands against it
until that person decides again.

Remedy: address the feedback, then `ray18 approve plan --as ROLE`; `ray18 why approvals` shows what each
record lacks.
"""

from collections.abc import Iterator

from ray18.approvals import Seat
from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "stakeholders who have not approved the plan"
ACTION = "address feedback and obtain approvals"


def check(seats: tuple[Seat, ...], plan: Document[Plan]) -> Iterator[Finding]:
    for seat in seats:
        if seat.subject.id == "plan" and seat.state != "approved":
            yield plan.finding(
                f"the {seat.role_title} has not approved the plan: {seat.reason}",
                "revision",
                item=seat.role,
                remedy=f"ray18 approve plan --as {seat.role}",
            )

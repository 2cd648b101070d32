"""Every role that must approve can be filled, each by somebody else.

An approval counts when a human holder of the role signs it with a key of their own, or gives it on a forge
with an account of their own; and nobody fills two seats of the plan. A program whose roles nobody can fill
never goes live.

Remedy: name a holder under `roles` in people.yaml, with the line of their `.pub` file under `keys`, or their
forge account.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.seating import unfillable

COUNTED = "roles that nobody can fill"
ACTION = "name holders of roles, with keys"


def check(people: Document[People], settings: Settings) -> Iterator[Finding]:
    for role, problem in unfillable(settings, people.content):
        yield people.finding(
            f"{role} cannot be filled: {problem}",
            *("roles", role),
            item=role,
            remedy="name another holder of the role, with a key of their own",
        )

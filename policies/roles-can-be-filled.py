"""Every role that must approve can be filled, each by somebody else.

An approval counts when a human holder of the role signs it with a key of their own, or gives it on a forge
with an account of their own; and nobody fills two seats of the plan. A program whose roles nobody can fill
never goes live.

Remedy: name a holder under `roles` in people.yaml, with the line of their `.pub` file under `keys`, or their
forge account.
"""

from collections.abc import Iterator

from ray18.approvals import keys, matching
from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.subjects import subjects

COUNTED = "roles that nobody can fill"
ACTION = "name holders of roles, with keys"


def check(people: Document[People], settings: Settings) -> Iterator[Finding]:
    roles = dict.fromkeys(role for subject in subjects(settings) for role in subject.roles)
    able = {
        role: [holder for holder in people.content.holders(role) if _able(people.content, holder)] for role in roles
    }
    filled = matching(able)
    for role in roles:
        if role in filled:
            continue
        holders = people.content.holders(role)
        if not holders:
            problem = "nobody holds it"
        elif not able[role]:
            problem = f"{' and '.join(holders)} can give no evidence: no usable key, no forge account"
        else:
            problem = f"{' and '.join(able[role])} is needed for another role, and nobody fills two"
        yield people.finding(
            f"{role} cannot be filled: {problem}",
            *("roles", role),
            item=role,
            remedy="name another holder of the role, with a key of their own",
        )


def _able(people: People, holder: str) -> bool:
    person = people.person(holder)
    return person is not None and person.kind == "human" and bool(keys(person) or person.forges)

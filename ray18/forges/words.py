"""What a reviewer may write for RAY-18, on a line of its own: which of the reviewed subjects is meant, and in which role.

    /ray18 plan staffing              only these subjects
    /ray18 plan as security-lead      in this role
    /ray18 3f2a9c04d1be               only the subject with this digest

Words only ever narrow what a review says: whoever may edit other people's texts on a forge gains nothing by it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

_LINE = re.compile(r"^[ \t]*/ray18\b(.*)$", re.MULTILINE)
_DIGEST = re.compile(r"[0-9a-f]{12}\Z")
_LEADING = ("approve", "approved")


@dataclass(frozen=True, slots=True)
class Said:
    """What the lines of a review ask for; empty = nothing in particular."""

    subjects: frozenset[str] = frozenset()
    role: str = ""
    digests: frozenset[str] = frozenset()
    problem: str = ""
    """Why they cannot be understood; the review then decides nothing."""


def said(body: str, subjects: Collection[str]) -> Said:
    """Reads the `/ray18` lines of a review; `subjects` are those that there are."""
    found: set[str] = set()
    digests: set[str] = set()
    roles: set[str] = set()
    for line in _LINE.findall(body):
        words, _, role = line.partition(" as ")
        roles.update(role.split()[:1])
        if len(role.split()) > 1:
            return Said(problem=f"a role is one word, not {role.strip()[:60]!r}")
        for number, word in enumerate(words.split()):
            if word in subjects:
                found.add(word)
            elif _DIGEST.match(word):
                digests.add(word)
            elif number > 0 or word not in _LEADING:
                return Said(problem=f"there is no subject {word[:60]!r}")
    if len(roles) > 1:
        return Said(problem=f"it names the roles {' and '.join(sorted(roles))}")
    return Said(frozenset(found), next(iter(roles), ""), frozenset(digests))

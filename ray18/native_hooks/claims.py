"""What a commit message claims about decisions: trailers, and subject lines in the manner of RAY-18's own commits.

Everything is read that a person would read as a claim: any line, any case, letters that only look like others. Comment lines
and what follows Git's scissors line are not part of the message.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Claimed = Literal["approval", "waiver", "decision", "review"]
"""approval, waiver: a trailer says that somebody gave one · decision: the subject line says what was decided · review: a
trailer says that somebody looked at it, which is no decision."""
_TRAILER = re.compile(r"^[\s>*-]*(approved|acked|accepted|waived|reviewed)[-_ ]by\s*:\s*(.*?)\s*$", re.IGNORECASE)
_TRAILERS: dict[str, Claimed] = {"waived": "waiver", "reviewed": "review"}
_DECISION = re.compile(
    r"^(approved|approved-with-conditions|deferred|rejected|withdrawn|abstained): ([a-z][a-z-]*) as ([a-z0-9-]+)$",
    re.IGNORECASE,
)
_WAIVE = re.compile(r"^waive ([a-z0-9-]+) for (\S.*)$", re.IGNORECASE)
_SCISSORS = re.compile(r"^. -{8,} ?>8 ?-{8,}$")
_PERSON = re.compile(r"^(.*?)\s*<([^<>]*)>$")


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of a message that claims a decision."""

    line: int
    """Starts at 1."""
    text: str
    kind: Claimed
    name: str = ""
    """Of a trailer: the person's name, as written."""
    email: str = ""
    """Of a trailer: the address, if there is one."""
    decision: str = ""
    subject: str = ""
    """What was decided about; for a waiver in a subject line, the policy."""
    role: str = ""
    items: tuple[str, ...] = ()
    """Of a waiver in a subject line: what it is for."""


def claims(message: str) -> tuple[Claim, ...]:
    """Every claim of a message, in order."""
    lines = list(_said(message))
    first = next((number for number, line in lines if line.strip()), 0)
    found = [_claim(number, line, number == first) for number, line in lines]
    return tuple(claim for claim in found if claim is not None)


def _said(message: str) -> Iterator[tuple[int, str]]:
    """The lines that Git would record, letters made plain (Unicode form NFKC)."""
    for number, line in enumerate(message.split("\n"), 1):
        if _SCISSORS.match(line):
            return
        if not line.startswith("#"):
            yield number, unicodedata.normalize("NFKC", line.rstrip("\r"))


def _claim(number: int, line: str, first: bool) -> Claim | None:
    trailer = _TRAILER.match(line)
    if trailer:
        kind = _TRAILERS.get(trailer[1].lower(), "approval")
        person = _PERSON.match(trailer[2])
        name, email = (person[1], person[2]) if person else (trailer[2], "")
        return Claim(number, line.strip(), kind, name.strip(" \"'"), email.strip())
    decision = _DECISION.match(line.strip()) if first else None
    if decision:
        text, about, role = decision[0], decision[2].lower(), decision[3].lower()
        return Claim(number, text, "decision", decision=decision[1].lower(), subject=about, role=role)
    waive = _WAIVE.match(line.strip()) if first else None
    if waive:
        items = tuple(part.strip() for part in waive[2].split(",") if part.strip())
        return Claim(number, waive[0], "waiver", subject=waive[1].lower(), items=items)
    return None

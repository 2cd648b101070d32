"""What the exports read of a judged program: the only place here that knows how decisions are kept."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from ray18 import __version__
from ray18.approvals import Seat
from ray18.documents import KINDS
from ray18.documents.document import Document
from ray18.errors import BlockedError
from ray18.evidence.manifest import records_digest
from ray18.gates import GateResult, Judge
from ray18.report import judge_gates
from ray18.subjects import rules_digest
from ray18.terminal import safe
from ray18.waivers import Excuse

VERIFIER = "urn:ray18:verifier:1"
"""Who judged: RAY-18, by the rules that the export names."""
_COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")


@dataclass(frozen=True, slots=True)
class Decided:
    """One thing that people decide about, with every seat that it needs."""

    id: str
    title: str
    seats: tuple[Seat, ...]

    @property
    def approved(self) -> bool:
        """Whether every seat is filled."""
        return all(seat.state == "approved" for seat in self.seats)

    @property
    def digests(self) -> tuple[str, ...]:
        """The distinct digests that its seats decide about, in hexadecimal digits."""
        return tuple(dict.fromkeys(hexadecimal(seat.digest) for seat in self.seats))


def require_readable(judge: Judge) -> None:
    """Raises BlockedError when a file cannot be read: what it says would be missing from the export without a trace."""
    for finding in judge.program.problems:
        raise BlockedError(f"{safe(finding.place)}: {finding.message}", finding.remedy or "mend it: ray18 check")


def program_id(judge: Judge) -> str:
    """The program's id."""
    return judge.program.rules.settings.program.id


def commit(judge: Judge) -> str | None:
    """The commit that was judged; None for the work tree and the index."""
    revision = judge.program.revision
    return revision if _COMMIT.match(revision) else None


def records(judge: Judge) -> str:
    """SHA-256 over path and content of every governed file, as the evidence manifest has it."""
    return records_digest(judge.snapshot, judge)


def rules(judge: Judge) -> dict[str, Any]:
    """The settings and people that judged, as a resource descriptor of in-toto."""
    trusted = judge.program.rules
    return {
        "uri": f"urn:ray18:rules:{program_id(judge)}",
        "digest": {"sha256": hexadecimal(rules_digest(trusted.settings, trusted.people))},
        "annotations": {"base": trusted.base or "none: the judged revision supplied its own rules"},
    }


def version() -> str:
    """The version of RAY-18 that judged."""
    return __version__


def decided(judge: Judge) -> tuple[Decided, ...]:
    """Everything that people decide about, in the order of the program."""
    seats = judge.approvals.seats
    subjects = dict.fromkeys(seat.subject.id for seat in seats)
    return tuple(_decided(tuple(seat for seat in seats if seat.subject.id == subject)) for subject in subjects)


def _decided(seats: Sequence[Seat]) -> Decided:
    return Decided(seats[0].subject.id, seats[0].subject.title, tuple(seats))


def deciding(seat: Seat) -> Document[Any] | None:
    """The record that fills a seat or stands against it; None when there is none."""
    if seat.counted is not None:
        return seat.counted.document
    against = [entry for entry in seat.considered if entry.record.person == seat.person and entry.current]
    return next((entry.document for entry in reversed(against) if not entry.approves), None)


def counting(judge: Judge) -> tuple[Excuse, ...]:
    """The waivers that count."""
    return tuple(excuse for excuse in judge.excuses if not excuse.reason)


def gates(judge: Judge) -> tuple[GateResult, ...]:
    """Every gate, judged."""
    return judge_gates(judge, ()).results


def signed_records(judge: Judge) -> tuple[Document[Any], ...]:
    """Every record of a kind that is signed, by path, whether it counts or not."""
    signed = {kind.name for kind in KINDS if kind.signed}
    return tuple(sorted((d for d in judge.program.documents if d.kind in signed), key=lambda d: d.path))


def record(judge: Judge, document: Document[Any]) -> dict[str, Any]:
    """A record as a resource descriptor of in-toto, with the signatures beside it."""
    found: dict[str, Any] = {
        "name": safe(document.path),
        "uri": uri(judge, document.path),
        "digest": {"sha256": _sha256(document.source)},
    }
    beside = {
        "signatureDigest": judge.program.signature(document.path),
        "countersignatureDigest": judge.program.countersignature(document.path),
    }
    digests = {name: {"sha256": _sha256(content)} for name, content in beside.items() if content is not None}
    return found | ({"annotations": digests} if digests else {})


def uri(judge: Judge, path: str = "") -> str:
    """The program as a URN (RFC 9562); with a path, one file of it as its fragment (RFC 8141)."""
    fragment = f"#{quoted(path)}" if path else ""
    return f"urn:uuid:{program_id(judge)}{fragment}"


def quoted(path: str) -> str:
    """A path as part of a URI, also one whose name is not UTF-8."""
    return quote(path, safe="/", errors="surrogateescape")


def midnight(day: date) -> str:
    """The day's first moment in UTC (RFC 3339)."""
    return f"{day.isoformat()}T00:00:00Z"


def end(day: date) -> str:
    """The day's last second in UTC (RFC 3339): what counts until a day counts for the whole of it."""
    return f"{day.isoformat()}T23:59:59Z"


def hexadecimal(digest: str) -> str:
    """The digits of a digest that names its algorithms."""
    return digest.rsplit(":", 1)[-1]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

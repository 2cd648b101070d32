"""The debt of waivers: what is excused, for how long already, how often renewed, and how it grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ray18.documents.waiver import Waiver
from ray18.gates import Judge, Verdict


@dataclass(frozen=True, slots=True)
class DebtEntry:
    """One waiver that is there."""

    id: str
    gate: str
    policy: str
    items: tuple[str, ...]
    because: str
    requested_by: str
    approved_by: str
    created: date
    expires: date
    age: int
    """Days since it was accepted."""
    renewals: int
    reason: str
    """Why it does not count; empty when it does."""


@dataclass(frozen=True, slots=True)
class Month:
    """How the debt moved in one month."""

    month: str
    begun: int
    ended: int
    standing: int
    """How many stood on its last day, by their own dates."""


@dataclass(frozen=True)
class DebtReport:
    """What is excused at the moment."""

    title: str
    as_of: date
    entries: tuple[DebtEntry, ...]
    """The oldest first."""
    trend: tuple[Month, ...]

    @property
    def verdict(self) -> Verdict:
        """A gate that passes by a waiver is waived, never passed."""
        return Verdict.WAIVED if self.counting else Verdict.PASSED

    @property
    def counting(self) -> int:
        """How many waivers count."""
        return sum(1 for entry in self.entries if not entry.reason)

    @property
    def items(self) -> int:
        """How many findings are excused."""
        return sum(len(entry.items) for entry in self.entries if not entry.reason)

    @property
    def days(self) -> int:
        """Days for which the counting waivers have been carried, in all."""
        return sum(entry.age for entry in self.entries if not entry.reason)

    @property
    def renewals(self) -> int:
        """How often the counting waivers had been given before."""
        return sum(entry.renewals for entry in self.entries if not entry.reason)


def debt(judge: Judge) -> DebtReport:
    """The debt of a program on its day."""
    today = judge.program.as_of
    entries = []
    for excuse in judge.excuses:
        record = excuse.record
        entries.append(
            DebtEntry(
                record.id,
                record.gate,
                record.policy,
                tuple(record.items),
                record.reason,
                record.requested_by,
                record.approved_by,
                record.created,
                record.expires,
                max(0, (today - record.created).days),
                excuse.renewals,
                excuse.reason,
            )
        )
    entries.sort(key=lambda entry: (entry.created, entry.id))
    title = judge.program.rules.settings.program.title
    return DebtReport(title, today, tuple(entries), _trend(judge.approvals.waivers_ever, today))


def _trend(waivers: Sequence[Waiver], today: date) -> tuple[Month, ...]:
    """The last twelve months up to today, by the dates of every waiver that was ever merged."""
    months = []
    year, month = today.year, today.month
    for _ in range(12):
        begin = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        begun = sum(begin <= one.created < after for one in waivers)
        ended = sum(begin <= one.expires < min(after, today) for one in waivers)
        standing = sum(one.created < after and one.expires >= min(after, today) for one in waivers)
        months.append(Month(f"{year}-{month:02}", begun, ended, standing))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return tuple(reversed(months))

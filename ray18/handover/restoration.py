"""How long incidents took: the claims of their reports, held against the timelines in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ray18.handover.model import Incident, TimelineEntry


@dataclass(frozen=True, slots=True)
class Restoration:
    """How long one incident took: as claimed, and as its timeline gives it."""

    incident: Incident
    claimed: float | None
    """Minutes, where the claim is a number with a unit."""
    recomputed: float | None
    """Minutes from the first entry to the one that marks the recovery, else to the last."""
    basis: str
    """Between which lines, or why nothing can be computed."""
    fits: str
    """Where the claim differs: the entries that it does fit, if exactly one pair does."""

    @property
    def difference(self) -> float | None:
        """Claimed less recomputed, in minutes."""
        return None if self.claimed is None or self.recomputed is None else self.claimed - self.recomputed


def restoration(incident: Incident) -> Restoration:
    """The times of one incident. Only whole, unambiguous moments are used."""
    claimed = incident.claimed_recovery
    begin, end, problem = _ends(incident.timeline)
    if begin is None or end is None or begin.at is None or end.at is None:
        return Restoration(incident, claimed, None, problem, "")
    spent = (end.at - begin.at).total_seconds() / 60
    last = "the entry marked as recovery" if end.mark == "restored" else "the last entry"
    basis = f"line {begin.line} to {end.line}, {last}"
    fits = _fitting(incident.timeline, claimed) if claimed is not None and claimed != spent else ""
    return Restoration(incident, claimed, spent, basis, fits)


def _ends(entries: Sequence[TimelineEntry]) -> tuple[TimelineEntry | None, TimelineEntry | None, str]:
    if not entries:
        return None, None, "there is no timeline"
    begin = next((entry for entry in entries if entry.mark == "begin"), entries[0])
    end = next((entry for entry in reversed(entries) if entry.mark == "restored"), entries[-1])
    for entry, which in ((begin, "first"), (end, "last")):
        if entry.at is None:
            return begin, end, f"the {which} time, {entry.stamp!r} on line {entry.line}: {entry.unclear}"
    moments = [entry.at for entry in entries if entry.at]
    if begin.at != min(moments) or (end.mark != "restored" and end.at != max(moments)):
        return None, None, "the entries are out of order"
    if begin is end:
        return None, None, "the timeline has one entry only"
    return begin, end, ""


def _fitting(entries: Sequence[TimelineEntry], claimed: float) -> str:
    pairs = [
        (one, other)
        for at, one in enumerate(entries)
        for other in entries[at + 1 :]
        if one.at and other.at and (other.at - one.at).total_seconds() / 60 == claimed
    ]
    return f"lines {pairs[0][0].line} to {pairs[0][1].line}" if len(pairs) == 1 else ""

"""Text for people: what a change makes of verdicts, findings and approvals."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from ray18.comparison import Became, Comparison, GateShift, Shift, SubjectShift
from ray18.differences import Change
from ray18.gates import Verdict
from ray18.program import shown_id
from ray18.renderers.text import finding_line, waived_line
from ray18.terminal import painted, safe

SHOWN = 50
HEADINGS: dict[Became, str] = {
    "new": "New",
    "no-longer-waived": "No longer waived",
    "newly-waived": "Newly waived",
    "fixed": "Fixed",
}
_COLOURS = {Verdict.PASSED: "green", Verdict.WAIVED: "yellow", Verdict.FAILED: "red", Verdict.BLOCKED: "red"}


def diff(report: Comparison, *, colour: bool = False) -> str:
    """What changed for whoever approves, the findings by what became of them, the verdicts, and one line that sums it up."""
    lines = [f"{safe(report.after.rules.settings.program.title)}: {states(report)}", ""]
    for subject in report.subjects:
        lines += [*_subject(subject, colour), ""]
    if report.other:
        lines += [painted("Changed, with nobody's approval needed", "bold", colour), *_changes(report.other), ""]
    for became, heading in HEADINGS.items():
        shifts = report.became(became)
        if shifts:
            lines += [painted(f"{heading} ({len(shifts):,})", "bold", colour), *_shifts(shifts, colour), ""]
    lines += [_gate(gate, colour) for gate in report.gates]
    lines.append(summed_up(report))
    return "\n".join(lines) + "\n"


def states(report: Comparison) -> str:
    """Which states are compared, and on which day."""
    before = shown_id(report.before.revision) if report.before else "nothing"
    return f"{before} -> {shown_id(report.after.revision)}, as of {report.after.as_of}"


def summed_up(report: Comparison) -> str:
    """How many findings became what."""
    words = ("new", "no longer waived", "newly waived", "fixed", "unchanged")
    counts = [(len(report.became(word.replace(" ", "-"))), word) for word in words]  # type: ignore[arg-type]
    told = ", ".join(f"{count:,} {word}" for count, word in counts if count or word in ("new", "fixed", "unchanged"))
    return f"{told}: {'nothing got worse' if report.verdict.exit_code == 0 else report.verdict.value}"


def change_words(change: Change) -> str:
    """A change as whoever approves would say it: `due: 2026-09-01 -> 2026-10-01, 30 days later`."""
    if not change.field:
        return "was added" if change.before is None else "was taken away"
    return f"{change.field}: {value(change.before)} -> {value(change.after)}{_by(change.before, change.after)}"


def value(given: Any) -> str:
    """A value on one line."""
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return str(given).lower()
    text = ", ".join(map(str, given)) if isinstance(given, list) else str(given)
    return text if len(text) <= 80 else f"{text[:79]}…"


_SEVERITIES = ("Low", "Medium", "High", "Critical")
_PRIORITIES = ("P4", "P3", "P2", "P1")


def _by(before: Any, after: Any) -> str:
    """How far a value moved, where that can be said."""
    for scale in (_SEVERITIES, _PRIORITIES):
        if before in scale and after in scale:
            return ", raised" if scale.index(after) > scale.index(before) else ", lowered"
    days = _days(before), _days(after)
    if days[0] and days[1]:
        moved = (days[1] - days[0]).days
        return f", {abs(moved)} day{'s' * (abs(moved) != 1)} {'later' if moved > 0 else 'earlier'}"
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (before, after))
    return f" ({after - before:+g})" if numbers else ""


def _days(given: Any) -> date | None:
    try:
        return date.fromisoformat(given) if isinstance(given, str) and len(given) == 10 else None
    except ValueError:
        return None


def _subject(shift: SubjectShift, colour: bool) -> Iterator[str]:
    yield painted(f"{shift.subject.title} ({shift.subject.id})", "bold", colour)
    yield from _changes(shift.changes)
    for seat in shift.seats:
        reason = f": {safe(seat.reason)}" if seat.reason and seat.after != "approved" else ""
        yield f"  {seat.role_title}: {seat.before} -> {painted(seat.after, _seat_colour(seat.after), colour)}{reason}"


def _seat_colour(state: str) -> str:
    return "green" if state == "approved" else "red"


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    for name, group in groupby(changes[:SHOWN], key=lambda change: change.name):
        told = list(group)
        title = f"  {safe(told[0].title)}" if told[0].title and told[0].item else ""
        yield f"  {safe(name)}{title}"
        yield from (f"      {safe(change_words(change))}" for change in told)
    if len(changes) > SHOWN:
        yield f"  … and {len(changes) - SHOWN:,} more (all of them: --format json)"


def _shifts(shifts: Sequence[Shift], colour: bool) -> Iterable[str]:
    for shift in shifts[:SHOWN]:
        excuse = shift.told.excuse
        waived = excuse is not None and shift.became != "fixed"
        yield f"  {waived_line(shift.finding, excuse, colour) if waived and excuse else finding_line(shift.finding, colour)}"
        if shift.finding.remedy and shift.became in ("new", "no-longer-waived"):
            yield painted(f"      -> {safe(shift.finding.remedy)}", "dim", colour)
    if len(shifts) > SHOWN:
        yield f"  … and {len(shifts) - SHOWN:,} more (all of them: --format json)"


def _gate(gate: GateShift, colour: bool) -> str:
    return f"Gate {gate.number}  {safe(gate.title):34}  {gate_words(gate, colour)}"


def gate_words(gate: GateShift, colour: bool = False) -> str:
    """How a verdict turned."""
    after = painted(gate.after.value, _COLOURS[gate.after], colour)
    before = gate.before.value if gate.before is not None else "nothing"
    return f"still {after}" if gate.before is gate.after else f"{before} -> {after}"

"""Which words of an artifact mean which standard value. What is not in these tables is never guessed."""

from ray18.documents.backlog import Status
from ray18.documents.base import MaintenanceType, Priority, Severity

SEVERITIES: dict[str, Severity] = {
    "critical": "Critical",
    "high": "High",
    "medium": "Medium",
    "moderate": "Medium",
    "low": "Low",
}
PRIORITIES: dict[str, Priority] = {"p1": "P1", "p2": "P2", "p3": "P3", "p4": "P4"}
STATUSES: dict[str, Status] = {
    "open": "open",
    "new": "open",
    "todo": "open",
    "to do": "open",
    "not started": "open",
    "in progress": "in-progress",
    "in-progress": "in-progress",
    "in_progress": "in-progress",
    "investigating": "in-progress",
    "remediating": "in-progress",
    "blocked": "blocked",
    "on hold": "blocked",
    "done": "done",
    "closed": "done",
    "completed": "done",
    "resolved": "done",
    "fixed": "done",
    "won't fix": "wont-do",
    "wont-do": "wont-do",
    "won't do": "wont-do",
}
RISK_STATES = frozenset(("open", "investigating", "remediating", "deviation-requested", "deviation-approved", "closed"))
"""OSCAL's states of a risk; only these very words are taken."""
TIERS = {form.format(number): number for number in (1, 2, 3, 4) for form in ("{}", "tier {}", "tier-{}", "t{}")}
MAINTENANCE: dict[str, MaintenanceType] = {
    "technical-debt": "perfective",
    "incident": "preventive",  # follow-ups keep the next incident from happening; the repair is past
    "security-risk": "corrective",
    "performance": "perfective",
    "knowledge-gap": "preventive",
}
"""Maintenance type (ISO/IEC/IEEE 14764) of what each stream of the hand-over brings."""


def maintenance_type(source: str) -> MaintenanceType:
    """The kind of maintenance that a source of items mostly asks for; a person may know better."""
    return MAINTENANCE.get(source, "perfective")

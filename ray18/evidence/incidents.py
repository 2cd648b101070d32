"""What the post-mortems have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ray18.handover.model import Incident
from ray18.planning.likeness import alike


@dataclass(frozen=True, slots=True)
class Repeat:
    """Something that several incidents say."""

    text: str
    incidents: tuple[str, ...]


def day_of(incident: Incident) -> date | None:
    """The day of its first moment that is whole."""
    return next((entry.at.date() for entry in incident.timeline if entry.at), None)


def repeated_causes(incidents: Sequence[Incident]) -> tuple[Repeat, ...]:
    """Causes that two or more incidents name in (nearly) the same words."""
    return _repeats([(cause, incident.id) for incident in incidents for cause in incident.causes])


def repeated_titles(incidents: Sequence[Incident]) -> tuple[Repeat, ...]:
    """Incidents that have (nearly) the same title."""
    return _repeats([(incident.title, incident.id) for incident in incidents])


def _repeats(said: Sequence[tuple[str, str]]) -> tuple[Repeat, ...]:
    found = []
    for group in alike([text for text, _ in said]):
        who = tuple(sorted({said[at][1] for at in group}))
        if len(who) > 1:
            found.append(Repeat(said[group[0]][0], who))
    return tuple(sorted(found, key=lambda repeat: (-len(repeat.incidents), repeat.incidents, repeat.text)))

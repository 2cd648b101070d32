"""How long people take to decide."""

from datetime import UTC, date, datetime, time, timedelta

from ray18.documents.settings import Settings
from ray18.kpis.model import KpiOutput, Named
from ray18.kpis.times import kpi_of_times
from ray18.planning.survival import Observation
from ray18.stories import Stories
from ray18.subjects import subjects


def latency(stories: Stories, settings: Settings, as_of: date) -> KpiOutput:
    """Days from the last change of what is decided to each decision; seats that nobody filled since are open."""
    groups: dict[str, list[Observation]] = {"all": []}
    decided: dict[tuple[str, str], datetime] = {}
    for entry in stories.decisions:
        decided[entry.record.subject, entry.record.role] = entry.when
        if entry.since is not None:
            _add(groups, entry.record.role, Observation(_days(entry.since, entry.when), True))
    now = datetime.combine(as_of + timedelta(days=1), time(), UTC)
    for subject in subjects(settings):
        changed = stories.changed.get(subject.id)
        for role in subject.roles:
            last = decided.get((subject.id, role))
            if changed is not None and (last is None or last < changed):
                _add(groups, role, Observation(_days(changed, now), False))
    return kpi_of_times(
        Named("approval-latency", "Time to decide", "days"), groups, empty="nothing was put up for a decision yet"
    )


def _add(groups: dict[str, list[Observation]], role: str, observation: Observation) -> None:
    groups["all"].append(observation)
    groups.setdefault(role, []).append(observation)


def _days(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start) / timedelta(days=1))

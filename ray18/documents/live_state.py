"""`live-states/<day>.yaml`: what live systems said when `ray18 probe` asked them. Gates read it; judging asks nobody."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from ray18.documents.base import Day, ItemId, Many, Model, Prose, Sha256
from ray18.documents.governance import Alert, Dashboard, Governance, SystemAccess
from ray18.documents.settings import Settings, Uuid

SubjectKind = Literal["system", "dashboard", "alert"]
FaultCode = Literal[
    "unreachable", "wrong-answer", "unknown-dashboard", "empty-dashboard",
    "not-set-up", "not-loaded", "unhealthy", "stale", "disconnected", "unrouted", "silent-receiver", "no-runbook",
]  # fmt: skip
Moment = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]


class Fault(Model):
    """One thing that does not work."""

    code: FaultCode
    """What is wrong, in one word."""
    text: Prose
    """What was seen."""


class Question(Model):
    """One question to a server, and its answer."""

    url: Annotated[str, Field(max_length=2000)]
    """Where it was asked, without query."""
    status: Annotated[int, Field(ge=100, le=999)] | None = None
    """The status of the answer; absent = there was none."""
    sha256: Sha256 | None = None
    """The digest of the answer, byte for byte."""


class Observed(Model):
    """What was seen of one system, dashboard or alert."""

    subject: SubjectKind
    """What it is."""
    id: Annotated[str, Field(min_length=1, max_length=300)]
    """Its id, or its name, in the governance."""
    basis: Sha256
    """The digest of what the governance said of it then: of another one, this observation says nothing."""
    works: bool
    """Whether everything about it was as it must be."""
    faults: Many[Fault] = ()
    """What was not."""
    asked: Many[Question] = ()
    """Which answers that rests on."""


class LiveState(Model):
    """What live systems said on one day, when they were asked."""

    id: Annotated[ItemId, Field(examples=["LS-2026-11-27"])]
    """`LS-` and the day; the same as the file's name without `.yaml`."""
    program: Uuid
    """The program's id: what was seen for another program does not count."""
    observed_on: Day
    """The day, in UTC."""
    observed_at: Moment
    """The moment, in UTC, by the clock of the machine that asked."""
    tool: Annotated[str, Field(min_length=1, max_length=100, examples=["ray18 0.1.0"])]
    """What asked."""
    observations: Many[Observed] = ()
    """What was seen."""
    digest: Sha256
    """The digest of all of the above: an edited record does not count."""

    @property
    def is_whole(self) -> bool:
        """Whether nobody changed it after it was written."""
        rest = self.model_dump(mode="json", exclude_defaults=True, exclude={"digest"})
        return self.digest == digest(rest)


def digest(value: Any) -> str:
    """SHA-256 of plain data, whatever the order of its fields."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def basis(governance: Governance, entry: SystemAccess | Dashboard | Alert) -> str:
    """The digest of what the governance says of a thing and of the systems that are asked about it; not of its status."""
    said = [_without_status(entry)]
    if isinstance(entry, Dashboard):
        said += [_asked(governance, "grafana")]
    if isinstance(entry, Alert):
        said += [_asked(governance, "prometheus"), _asked(governance, "alertmanager")]
    return digest(said)


def latest(
    states: Iterable[LiveState], program: str, today: date
) -> dict[tuple[SubjectKind, str], tuple[date, Observed]]:
    """What was seen last of each thing up to a day, and when; records that were changed or are another program's are left out."""
    found: dict[tuple[SubjectKind, str], tuple[date, Observed]] = {}
    for state in sorted(states, key=lambda state: state.observed_at):
        if state.observed_on <= today and state.program == program and state.is_whole:
            found |= {(seen.subject, seen.id): (state.observed_on, seen) for seen in state.observations}
    return found


def shortcomings(
    states: Iterable[LiveState],
    governance: Governance,
    entry: SystemAccess | Dashboard | Alert,
    settings: Settings,
    today: date,
) -> tuple[str, ...]:
    """Why it cannot be said on a day that a thing works; empty when it can."""
    subject, name = named(entry)
    found = latest(states, settings.program.id, today).get((subject, name))
    if found is None:
        return ("nobody looked whether it works",)
    day, seen = found
    if seen.basis != basis(governance, entry):
        return (f"it was looked at on {day}, and what is said of it here has changed since",)
    age, longest = (today - day).days, settings.thresholds.live_state_max_age_days
    if age > longest:
        return (f"it was looked at {age:,} days ago; at most {longest} are allowed",)
    faults = tuple(f"on {day}: {fault.text} ({fault.code})" for fault in seen.faults)
    return faults or (() if seen.works else (f"on {day} it did not work",))


def named(entry: SystemAccess | Dashboard | Alert) -> tuple[SubjectKind, str]:
    """What a thing is, and what it is called in records."""
    if isinstance(entry, SystemAccess):
        return "system", entry.name
    return ("dashboard" if isinstance(entry, Dashboard) else "alert"), entry.id


def _without_status(entry: Model) -> Any:
    said = entry.model_dump(mode="json", exclude_defaults=True)
    return {name: value for name, value in said.items() if name not in ("status", "confirmed_by", "confirmed_on")}


def _asked(governance: Governance, kind: Literal["prometheus", "alertmanager", "grafana"]) -> Any:
    system = governance.system(kind)
    return _without_status(system) if system else None

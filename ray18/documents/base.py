"""What every kind of document is made of: frozen models, strict scalars, and words for the field's standard values."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, Strict, WithJsonSchema

T = TypeVar("T")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


class Model(BaseModel):
    """A frozen value; unknown fields and loosely typed values are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)


class Output(BaseModel):
    """A value that is printed or written as JSON; every kind of output has a schema in `schemas/`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _day(value: object) -> object:
    """A date from its one allowed spelling, YYYY-MM-DD (RFC 3339 full-date)."""
    if isinstance(value, date) or not isinstance(value, str):
        return value
    if not _DAY.match(value):
        raise ValueError("write the date as YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"there is no such day ({error})") from error


Many = Annotated[tuple[T, ...], Strict(False)]
"""A list in YAML, a tuple here."""

Day = Annotated[
    date,
    BeforeValidator(_day),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
]
Title = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^\S(?:[^\n]*\S)?$")]
Prose = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"\S")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]
"""Lower-case letters, digits and hyphens: an id that is also safe as a file name."""
ItemId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,9}-[A-Za-z0-9](?:[A-Za-z0-9-]{0,70}[A-Za-z0-9])?$")]
Url = Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s/?#]+[^\s]*$")]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^\s@<>]+@[^\s@<>]+$")]
RelativePath = Annotated[
    str,
    Field(max_length=300, pattern=r"^\.?[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/\.?[A-Za-z0-9_][A-Za-z0-9_.-]*)*$"),
]
Clock = Annotated[str, Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$")]
CommitId = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
Digest = Annotated[str, Field(pattern=r"^ray18-c14n-v1:sha256:[0-9a-f]{64}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Percent = Annotated[float, Field(ge=0, le=100)]
Annotations = Annotated[Mapping[str, str], Field(default_factory=dict)]


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a text that names what another record declares: the things that it may be.

    It judges nothing (policies do); editors complete, explain and follow what is marked.
    """

    things: tuple[str, ...]

    def __init__(self, *things: str) -> None:
        object.__setattr__(self, "things", things)


PersonId = Annotated[Slug, Names("person")]
OwnerId = Annotated[Slug, Names("person", "team")]
ContactId = Annotated[Slug, Names("person", "team", "role")]
RoleId = Annotated[Slug, Names("role")]
ServiceId = Annotated[Slug, Names("service")]
ObjectiveName = Annotated[Slug, Names("objective")]
SupportHoursId = Annotated[Slug, Names("support hours")]
TemplateId = Annotated[Slug, Names("report template")]
KpiName = Annotated[Title, Names("KPI")]
KnownItemId = Annotated[ItemId, Names("item")]
GateId = Annotated[Slug, Names("gate")]
PolicyId = Annotated[Slug, Names("policy")]
SkillName = Annotated[Slug, Names("skill")]
WindowId = Annotated[Slug, Names("release window")]
ShiftId = Annotated[Slug, Names("shift")]
Tag = Annotated[Slug, Names("tag")]

Severity = Literal["Critical", "High", "Medium", "Low"]
SERIOUS: tuple[Severity, ...] = ("Critical", "High")
Priority = Literal["P1", "P2", "P3", "P4"]
MaintenanceType = Literal["corrective", "preventive", "adaptive", "additive", "perfective"]
"""The maintenance types of ISO/IEC/IEEE 14764:2022."""
Decision = Literal["approved", "approved-with-conditions", "deferred", "rejected", "withdrawn", "abstained"]
EvidenceClass = Literal["signed", "observed", "attested"]

WORDS = {
    r"^\S+(?: \S+)*$": "one name, without blanks around it",
    r"^\S(?:[^\n]*\S)?$": "one line without blanks around it",
    r"\S": "not blank",
    r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$": "lower-case letters, digits and hyphens, at most 63",
    r"^[A-Z][A-Z0-9]{1,9}-[A-Za-z0-9](?:[A-Za-z0-9-]{0,70}[A-Za-z0-9])?$": (
        "an id: capital letters, a hyphen, then letters, digits and hyphens, as MB-7f3a2c"
    ),
    r"^https?://[^\s/?#]+[^\s]*$": "an address that begins with https:// or http://",
    r"^[^\s@<>]+@[^\s@<>]+$": "an e-mail address",
    r"^\.?[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/\.?[A-Za-z0-9_][A-Za-z0-9_.-]*)*$": "a path inside the repository",
    r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$": "a time of day between 00:00 and 23:59",
    r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$": "a full commit id",
    r"^[0-9a-f]{64}$": "a SHA-256 in hexadecimal digits",
    r"^(?:/[^/\s]+)+$": "a path into the document, as /services/payments/runbook",
    r"^ray18-c14n-v1:sha256:[0-9a-f]{64}$": "a digest as `ray18 approve` writes it",
}
"""What the patterns above ask for, in words for the person who got one wrong."""


def plain(value: object) -> Any:
    """The typed value as JSON-ready data: the form that is digested, compared and shown."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def cycles(needs: Mapping[str, Iterable[str]], limit: int = 20) -> Iterator[tuple[str, ...]]:
    """Circles of things that need one another, each from its smallest member back to itself; at most `limit`."""
    from graphlib import CycleError, TopologicalSorter

    waiting = {name: tuple(other for other in others if needs.get(other)) for name, others in needs.items()}
    graph = {name: others for name, others in waiting.items() if others}  # what needs nothing is in no circle
    for _ in range(limit):
        try:
            TopologicalSorter(graph).prepare()
            return
        except CycleError as error:
            circle = error.args[1][:0:-1]  # it names what is needed first; the closing repetition is dropped
        start = circle.index(min(circle))
        yield (*circle[start:], *circle[: start + 1])
        graph = {name: others for name, others in graph.items() if name not in circle}

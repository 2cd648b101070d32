"""`services.yaml`: the service catalog. Names follow Backstage's catalog and OpenSLO v1."""

from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import (
    Annotations,
    Many,
    Model,
    OwnerId,
    Percent,
    Prose,
    ServiceId,
    Slug,
    SupportHoursId,
    Title,
    Url,
)


class TimeWindow(Model):
    """Over which time an objective is counted (OpenSLO `timeWindow`)."""

    duration: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}[hdwMQY]$", examples=["30d"])]
    """A number and a unit: h, d, w, M, Q or Y."""
    is_rolling: bool = True
    """Rolling, or aligned to the calendar."""


class Objective(Model):
    """One service level objective (OpenSLO `objectives`)."""

    name: Annotated[Slug, Field(examples=["availability"])]
    """What is promised, in one word."""
    indicator: Annotated[Title, Field(examples=["requests answered without a 5xx status"])] | None = None
    """How it is measured (OpenSLO `indicator`)."""
    target_percent: Annotated[Percent, Field(examples=[99.9])]
    """The share that must be good, in percent (OpenSLO `targetPercent`)."""
    time_window: TimeWindow = TimeWindow(duration="30d")
    """Over which time it is counted."""
    budgeting_method: Literal["Occurrences", "Timeslices", "RatioTimeslices"] = "Occurrences"
    """How the error budget is spent (OpenSLO `budgetingMethod`)."""


class Service(Model):
    """One service that the program keeps running."""

    id: Annotated[Slug, Field(examples=["booking-api"])]
    """A short name, used everywhere else in the records."""
    name: Title
    """The name that people use."""
    description: Prose | None = None
    """What it does and for whom."""
    owner: OwnerId | None = None
    """The person or team that answers for it."""
    tier: Annotated[int, Field(ge=1, le=4, examples=[1])] | None = None
    """How critical it is: 1 (the business stops without it) to 4."""
    lifecycle: Literal["experimental", "production", "deprecated", "retired"] = "production"
    """Backstage `spec.lifecycle`; a retired service is judged no more."""
    slos: Many[Objective] = ()
    """Its service level objectives."""
    depends_on: Many[ServiceId] = ()
    """Services it cannot run without."""
    runbook: Url | None = None
    """What to do when it breaks."""
    support_hours: SupportHoursId | None = None
    """Which of the plan's support hours apply."""
    annotations: Annotations
    """The team's own fields: name to text."""

    @property
    def live(self) -> bool:
        """Whether it is judged at all: everything but retired services."""
        return self.lifecycle != "retired"

    @property
    def critical(self) -> bool:
        """Whether the rules for critical services apply: tier 1, or not yet rated."""
        return self.live and self.tier in (None, 1)


class Services(Model):
    """The service catalog of this program."""

    services: Many[Service] = ()
    """Every service that the program keeps running."""

    def service(self, service_id: str) -> Service | None:
        """The service with this id."""
        return next((service for service in self.services if service.id == service_id), None)

    def ids(self) -> frozenset[str]:
        """The ids of all services."""
        return frozenset(service.id for service in self.services)

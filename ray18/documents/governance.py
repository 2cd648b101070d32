"""`governance.yaml`: KPI reviews, dashboards, alerts, report templates, and the systems the program rests on."""

from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import (
    ContactId,
    Day,
    KpiName,
    Many,
    Model,
    ObjectiveName,
    PersonId,
    Prose,
    ServiceId,
    Severity,
    Slug,
    TemplateId,
    Title,
    Url,
)

ChecklistStatus = Literal["Complete", "Pending"]
Cadence = Literal["Daily", "Weekly", "Biweekly", "Monthly", "Quarterly", "Yearly"]
SystemKind = Literal["monitoring", "ticketing", "knowledge-base", "escalation", "slo-dashboards"]


CheckKind = Literal["http", "prometheus", "alertmanager", "grafana"]


class LiveCheck(Model):
    """How `ray18 probe` asks whether something works."""

    kind: CheckKind = "http"
    """What answers there: any web server, or one whose API is known."""
    url: Url | None = None
    """Where it is asked (for the known ones the address of the API); absent = the `url` that people use."""
    status: Annotated[int, Field(ge=100, le=599)] = 200
    """The status that a web server must answer with."""
    pointer: Annotated[str, Field(max_length=300, pattern=r"^(?:/[^/\s]+)+$", examples=["/status"])] | None = None
    """Where in its JSON answer to look (RFC 6901)."""
    equals: Annotated[str, Field(max_length=300, examples=["success"])] | None = None
    """What must stand there, as text; absent = anything."""


class AlertRule(Model):
    """The rule behind an alert, as Prometheus and Alertmanager know it."""

    name: Annotated[str, Field(min_length=1, max_length=300, examples=["BookingErrorShareHigh"])]
    """The rule's name in Prometheus."""
    receiver: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    """The receiver's name in Alertmanager; absent = as the alert's `receiver`."""


class KpiReview(Model):
    """A meeting in which a KPI is looked at."""

    metric: Annotated[KpiName, Field(examples=["Mean Time to Resolution"])]
    """The KPI, by its id or its name in the plan."""
    cadence: Annotated[Cadence, Field(examples=["Weekly"])]
    """How often."""
    owner: ContactId
    """The person, team or role that calls the meeting."""
    next_review: Day | None = None
    """The next day it is looked at."""
    report_template: TemplateId | None = None
    """The template its report follows."""
    status: ChecklistStatus = "Pending"
    """Complete once the series stands in the calendars."""


class Dashboard(Model):
    """A dashboard that people look at."""

    id: Slug
    """A short name."""
    title: Title
    """The name that people use."""
    service: ServiceId
    """The service it shows."""
    url: Url
    """Where it is."""
    shows_slos: bool = False
    """Whether the service's objectives can be read from it."""
    status: ChecklistStatus = "Pending"
    """Complete once it is set up and people can reach it."""
    check: LiveCheck | None = None
    """How it is asked for; with `grafana` by the uid in `url`."""


class Alert(Model):
    """An alert that calls somebody."""

    id: Slug
    """A short name."""
    title: Title
    """The name that people see."""
    service: ServiceId
    """The service it watches."""
    severity: Severity
    """How bad it is when it fires."""
    condition: Prose | None = None
    """When it fires: the rule's expression or its words."""
    objective: ObjectiveName | None = None
    """The objective of the service that it protects."""
    receiver: ContactId | None = None
    """The person, team or role that it calls."""
    runbook: Url | None = None
    """What to do when it fires."""
    status: ChecklistStatus = "Pending"
    """Complete once it is loaded, routed and was seen to fire."""
    rule: AlertRule | None = None
    """The rule behind it, so that `ray18 probe` can see whether it is active."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """What it needs before it can wake anybody, and does not have: empty for an active alert."""
        needs = {"condition": self.condition, "receiver": self.receiver, "runbook": self.runbook}
        missing = [name for name, value in needs.items() if value is None]
        return (*missing, *(["status Complete"] if self.status != "Complete" else []))


class ReportTemplate(Model):
    """The form that a report follows."""

    id: Slug
    """A short name."""
    title: Title
    """The name that people use."""
    location: Annotated[str, Field(min_length=1, max_length=400)]
    """A path in the repository, or an address."""
    status: ChecklistStatus = "Pending"
    """Complete once it can be used."""


class SystemAccess(Model):
    """A system that the program rests on, and who made sure that people can reach it."""

    kind: SystemKind
    """What it is for."""
    name: Title
    """The name that people use."""
    url: Url | None = None
    """Where it is."""
    status: ChecklistStatus = "Pending"
    """Complete once the people who need it can use it."""
    confirmed_by: PersonId | None = None
    """Who made sure."""
    confirmed_on: Day | None = None
    """When."""
    check: LiveCheck | None = None
    """How it is asked whether it works."""


class Governance(Model):
    """What keeps the program honest once it runs."""

    kpi_reviews: Many[KpiReview] = ()
    """When which KPI is looked at."""
    dashboards: Many[Dashboard] = ()
    """The dashboards."""
    alerts: Many[Alert] = ()
    """The alerts."""
    report_templates: Many[ReportTemplate] = ()
    """The forms that reports follow."""
    systems: Many[SystemAccess] = ()
    """The systems that must be reachable before the plan is drawn up."""

    def system(self, kind: CheckKind) -> SystemAccess | None:
        """The first system that answers as `kind`."""
        return next((entry for entry in self.systems if entry.check and entry.check.kind == kind), None)

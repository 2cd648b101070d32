"""`ray18.yaml`: what this program is called, where its documents live, and how strictly it is judged."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import (
    CommitId,
    EvidenceClass,
    GateId,
    Many,
    Model,
    PersonId,
    RelativePath,
    RoleId,
    Severity,
    Slug,
    Title,
)
from ray18.documents.dialects import Intake

Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Days = Annotated[int, Field(ge=1, le=3660)]
Weight = Annotated[float, Field(ge=0, le=1000)]
MethodName = Literal["weighted", "wsjf", "rice"]
"""The scoring methods by name; `ray18.planning.scoring` has their formulas."""


class ProgramIdentity(Model):
    """Which program this repository keeps."""

    id: Annotated[Uuid, Field(examples=["6f1c2d0e-8f55-4f2c-9d3a-0d5f0f4f7b11"])]
    """A UUID made by `ray18 init`; every approval is bound to it, so that none can be copied from another program."""
    title: Annotated[Title, Field(examples=["Harbor Freight Booking: maintenance and support"])]
    """The name that people use."""


class Locations(Model):
    """Where the documents live, relative to the root of the repository."""

    people: RelativePath = "people.yaml"
    """The trust file: people, keys, roles, teams."""
    services: RelativePath = "services.yaml"
    """The service catalog."""
    backlog: RelativePath = "backlog"
    """The folder with one file for each backlog item."""
    plan: RelativePath = "plan.yaml"
    """The maintenance and support plan."""
    governance: RelativePath = "governance.yaml"
    """KPI reviews, dashboards, alerts, report templates, systems."""
    rankings: RelativePath = "rankings"
    """The folder with one ranking for each stakeholder."""
    schedule: RelativePath = "schedule.yaml"
    """Hours for the backlog, and its plan by release window."""
    rota: RelativePath = "rota.yaml"
    """Who is on call when, leave and wishes."""
    approvals: RelativePath = "approvals"
    """The folder with the approval records."""
    waivers: RelativePath = "waivers"
    """The folder with the waivers."""
    delegations: RelativePath = "delegations"
    """The folder with the delegations."""
    checkpoints: RelativePath = "checkpoints"
    """The folder with the checkpoints of audits."""
    manual: RelativePath = "manual"
    """The folder with the validations done by hand."""
    live_states: RelativePath = "live-states"
    """The folder with what live systems said when they were asked."""
    handover: RelativePath = "handover"
    """The folder with the artifacts as they were handed over."""


class WaiverLife(Model):
    """For how many days at most a waiver may stand, by the severity of what it excuses."""

    Critical: Days = 30
    """Days, for Critical."""
    High: Days = 60
    """Days, for High."""
    Medium: Days = 120
    """Days, for Medium."""
    Low: Days = 180
    """Days, for Low."""


class Thresholds(Model):
    """The numbers that policies judge by."""

    baseline_max_age_days: Days = 180
    """How old the observability baseline may be before it counts as outdated."""
    kpi_review_max_gap_days: Days = 100
    """How far ahead the next review of a KPI may lie."""
    waiver_max_days: WaiverLife = WaiverLife()
    """The longest life of a waiver."""
    waiver_max_renewals: Annotated[int, Field(ge=0, le=100)] = 2
    """How often the same deviation may be waived again."""
    waiver_second_signature: Many[Severity] = ("Critical",)
    """Waivers for items of these severities need a second person who accepts them."""
    systems_confirmed_within_days: Days = 180
    """How old the confirmation that a required system can be reached may be."""
    live_state_max_age_days: Days = 7
    """How old what `ray18 probe` saw of a system, a dashboard or an alert may be."""


class Weights(Model):
    """How much each rating counts in the method `weighted`."""

    risk: Weight = 3.0
    """Times the risk of leaving the item undone."""
    impact: Weight = 2.0
    """Times the impact of having it done."""
    effort: Weight = 1.0
    """Times the effort, which is taken off."""


class DaysBySeverity(Model):
    """How many days an item of each severity may take, from the day it was first known."""

    Critical: Days = 30
    """Days, for Critical, and for what nobody has rated yet."""
    High: Days = 90
    """Days, for High."""
    Medium: Days = 180
    """Days, for Medium."""
    Low: Days = 365
    """Days, for Low."""

    def of(self, severity: Severity) -> int:
        """The days of one severity."""
        return {"Critical": self.Critical, "High": self.High, "Medium": self.Medium, "Low": self.Low}[severity]


class Prioritization(Model):
    """How the backlog is scored, ranked and given due dates."""

    method: MethodName = "weighted"
    """The scoring method that counts."""
    weights: Weights = Weights()
    """The weights of the method `weighted`."""
    profiles: Annotated[Many[Slug], Field(min_length=1, examples=[["severity", "cisa-bod-26-04"]])] = ("severity",)
    """The due-date profiles that bind this program, by the ids of policies/due-dates.yaml; the earliest date counts."""
    days: DaysBySeverity = DaysBySeverity()
    """The days of the profile `severity`."""
    top: Annotated[int, Field(ge=1, le=1000)] = 10
    """How many of the first items sensitivity and conflicts are looked at for."""
    conflict_distance: Annotated[int, Field(ge=1, le=10_000)] = 5
    """By how many ranks two stakeholders may place an item apart before it is a conflict."""
    stakeholders: Annotated[Many[RoleId], Field(examples=[["product-owner", "security-lead"]])] = ()
    """Roles whose ranking must be there."""
    decider: RoleId = "operations-director"
    """The role that may settle what the stakeholders cannot."""


class RoleSettings(Model):
    """One role that must approve."""

    title: Title
    """The name that people use."""
    evidence: EvidenceClass = "signed"
    """The weakest class of evidence that counts for this role: signed, then observed, then attested."""
    sections: Many[Slug] = ()
    """The sections of the plan that this role must approve (plan, services, governance); empty = all of them."""


class ApprovalRules(Model):
    """How approvals are counted."""

    distinct_people: bool = True
    """Whether each seat of a subject must be filled by somebody else."""
    authors_may_approve: bool = False
    """Whether somebody who worked on a change may approve it."""
    on_role_loss: Literal["keep", "reapprove"] = "keep"
    """Whether an approval stays good when its person loses the role later."""
    open_conditions: Literal["block", "until-due"] = "block"
    """Whether an approval with open conditions counts until they are due, or only once they are met."""
    observers: Many[PersonId] = ()
    """The people (bots, mostly) whose records of reviews on a forge count."""


class Amendments(Model):
    """Who must agree when people, keys, settings or policies are changed so that more could pass."""

    roles: Annotated[Many[RoleId], Field(min_length=1)] = ("operations-director", "security-lead")
    """One from each of these roles, each somebody else."""


Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?$", max_length=254)]


class Probe(Model):
    """What `ray18 probe` may ask, and what must be probed. It is read where trust is, never from a proposal."""

    allow: Many[Annotated[str, Field(pattern=r"^[A-Za-z0-9.:/-]+$", max_length=254, examples=["10.0.0.0/8"])]] = ()
    """Addresses, networks and host names that may be asked although they are not public."""
    tokens: Annotated[
        Mapping[Host, Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]],
        Field(examples=[{"grafana.example.org": "GRAFANA_TOKEN"}]),
    ] = {}
    """Host -> the environment variable whose token it is sent, as `Authorization: Bearer`."""
    seconds: Annotated[int, Field(ge=1, le=120)] = 10
    """How long one question may take, redirects included."""
    required: Many[Literal["systems", "dashboards", "alerts"]] = ()
    """What must have been seen to work; without it, only what says how it is asked."""


class TeamPolicies(Model):
    """The team's own policies; they are run in a child process with limits."""

    folder: RelativePath = "policies"
    """The folder with one Python file for each policy."""
    gates: Annotated[Mapping[GateId, Many[Slug]], Field(examples=[{"backlog": ["item-names-its-customer"]}])] = {}
    """Which of the team's policies each gate runs."""


class TeamSchemas(Model):
    """The team's own JSON Schemas, which documents must satisfy besides RAY-18's."""

    folder: RelativePath = "schemas"
    """The folder with the schemas, named `<kind>.schema.json`."""
    kinds: Many[Literal["services", "backlog-item", "plan", "governance"]] = ()
    """The kinds that have one."""


class Settings(Model):
    """Settings of a maintenance and support program."""

    version: Annotated[int, Field(ge=1, le=1)] = 1
    """The version of this file's format."""
    program: ProgramIdentity
    """Which program this is."""
    protected_branch: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./+-]*$", max_length=200)] = "main"
    """The branch on which a merged change is in force; changes are judged against where they left it."""
    anchor: CommitId | None = None
    """The commit where trust begins, when the protected branch is not there to say so."""
    evidence_folder: RelativePath = ".artifacts/protocol-21"
    """Where evidence files are written."""
    locations: Locations = Locations()
    """Where the documents live."""
    intake: Intake = Intake()
    """How the hand-over is written; `ray18 intake --propose-mapping` proposes what is missing."""
    thresholds: Thresholds = Thresholds()
    """How strict the policies are."""
    prioritization: Prioritization = Prioritization()
    """Scores, due-date profiles, and when stakeholders are in conflict."""
    roles: Annotated[
        Mapping[RoleId, RoleSettings],
        Field(examples=[{"data-protection-officer": {"title": "Data Protection Officer"}}]),
    ] = {}
    """Roles besides the four of the protocol; a title or an evidence class given here for one of the four replaces ours."""
    approvals: ApprovalRules = ApprovalRules()
    """Who may approve what, and when an approval counts."""
    amendments: Amendments = Amendments()
    """Who must agree when the rules themselves are loosened."""
    plan_roles: Many[RoleId] = ()
    """Roles that must approve the plan besides the four of the protocol."""
    probe: Probe = Probe()
    """What is asked of live systems."""
    policies: TeamPolicies | None = None
    """The team's own policies; nothing in `policies/` runs unless it is named here."""
    schemas: TeamSchemas | None = None
    """The team's own schemas; nothing in `schemas/` is read unless it is named here."""

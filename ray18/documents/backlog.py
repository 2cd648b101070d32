"""`backlog/<id>.yaml`: one backlog item for each file. Names follow ISO/IEC/IEEE 14764, CVSS, EPSS, SSVC, KEV and OSCAL."""

from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import (
    SERIOUS,
    Annotations,
    Day,
    ItemId,
    KnownItemId,
    MaintenanceType,
    Many,
    Model,
    OwnerId,
    Priority,
    Prose,
    ServiceId,
    Severity,
    SkillName,
    Tag,
    Title,
)

SourceKind = Literal[
    "technical-debt", "incident", "security-risk", "performance", "knowledge-gap", "service-request", "other"
]
Status = Literal["open", "in-progress", "blocked", "done", "wont-do"]
OPEN: tuple[Status, ...] = ("open", "in-progress", "blocked")
ScoringName = Literal[
    "risk", "impact", "effort", "reach", "confidence",
    "business_value", "time_criticality", "risk_reduction", "job_size",
]  # fmt: skip


class Source(Model):
    """Where the item comes from."""

    kind: SourceKind
    """Which stream of the hand-over it belongs to."""
    artifact: Annotated[str, Field(min_length=1, max_length=400, examples=["TECH-DEBT-REGISTER.md"])] | None = None
    """The artifact that names it."""
    locator: Annotated[str, Field(min_length=1, max_length=400, examples=["## 3. Duplicated SQL", "row 17"])] | None = (
        None
    )
    """Where in the artifact: a heading, an id, a row."""


class Commitment(Model):
    """An explicit promise: who does what by when."""

    who: OwnerId
    """The person or team that promises."""
    what: Prose
    """What will be done."""
    by: Day
    """The day by which it is done."""


class ScoringInput(Model):
    """One input of the score, with the reason for its value."""

    name: ScoringName
    """What is rated."""
    value: Annotated[float, Field(ge=0, le=1_000_000)]
    """The rating; which scale is used depends on the scoring method."""
    rationale: Prose | None = None
    """Why this value and no other."""


class Scoring(Model):
    """What the priority rests on. The score itself is never stored: it is computed."""

    inputs: Many[ScoringInput]
    """The ratings."""
    scored_by: OwnerId | None = None
    """Who rated."""
    scored_on: Day | None = None
    """The day of the rating."""


class Ssvc(Model):
    """Decision points of SSVC (CERT/CC) as CISA uses them."""

    exploitation: Literal["none", "poc", "active"] | None = None
    """State of exploitation."""
    automatable: bool | None = None
    """Whether an attacker can automate the exploitation."""
    technical_impact: Literal["partial", "total"] | None = None
    """How much control an attacker gains."""
    publicly_exposed: bool | None = None
    """Whether the vulnerable part can be reached from the internet."""
    decision: Literal["Defer", "Scheduled", "Out-of-Cycle", "Immediate", "Track", "Track*", "Attend", "Act"] | None = (
        None
    )
    """The outcome that people settled on."""


class Kev(Model):
    """Entry in CISA's catalog of known exploited vulnerabilities."""

    date_added: Day | None = None
    """`dateAdded` of the catalog."""
    due_date: Day | None = None
    """`dueDate` of the catalog: a cap for the item's own due date."""
    required_action: Prose | None = None
    """`requiredAction` of the catalog."""
    known_ransomware_campaign_use: Literal["Known", "Unknown"] | None = None
    """`knownRansomwareCampaignUse` of the catalog."""


class Security(Model):
    """What is known of the vulnerability behind an item."""

    cve: Many[Annotated[str, Field(pattern=r"^CVE-[0-9]{4}-[0-9]{4,}$", examples=["CVE-2025-48384"])]] = ()
    """CVE ids."""
    cwe: Many[Annotated[str, Field(pattern=r"^CWE-[0-9]{1,5}$")]] = ()
    """CWE ids."""
    cvss: Annotated[str, Field(max_length=300, examples=["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"])] | None = None
    """The CVSS vector string; the score is computed from it."""
    epss: Annotated[float, Field(ge=0, le=1)] | None = None
    """Probability of exploitation in the next 30 days."""
    ssvc: Ssvc | None = None
    """SSVC decision points."""
    kev: Kev | None = None
    """Entry in the KEV catalog; absent = not in it."""
    product: Title | None = None
    """The affected product or component."""
    risk_state: (
        Literal["open", "investigating", "remediating", "deviation-requested", "deviation-approved", "closed"] | None
    ) = None
    """State of the risk by OSCAL's plan of action and milestones."""


class SkillHours(Model):
    """Work of one more skill."""

    skill: SkillName
    """The skill."""
    hours: Annotated[float, Field(gt=0, le=100_000)]
    """Estimated working hours."""


class Effort(Model):
    """How much work the item is."""

    hours: Annotated[float, Field(gt=0, le=100_000)]
    """Estimated working hours."""
    skill: SkillName | None = None
    """The skill it needs."""
    besides: Many[SkillHours] = ()
    """What it needs of other skills, besides those hours."""


class BacklogItem(Model):
    """One thing that the program must do, or has decided about."""

    id: Annotated[ItemId, Field(examples=["TD-7f3a2c", "SEC-CVE-2025-48384"])]
    """The same as the file's name without `.yaml`."""
    title: Title
    """One line that tells it from all others."""
    description: Prose | None = None
    """What is wrong, and how one knows that it is done."""
    source: Source
    """Where it comes from."""
    maintenance_type: MaintenanceType
    """The kind of maintenance (ISO/IEC/IEEE 14764)."""
    severity: Severity | None = None
    """How bad it is when nothing is done."""
    priority: Priority | None = None
    """In which order it is done; P1 first."""
    owner: OwnerId | None = None
    """The person or team that answers for it."""
    service: ServiceId | None = None
    """The service it belongs to."""
    created: Day | None = None
    """The day it was first known."""
    due: Day | None = None
    """The day by which it must be done."""
    status: Status = "open"
    """How far it is."""
    closed: Day | None = None
    """The day it was done or given up."""
    resolution: Prose | None = None
    """What was done, or why nothing will be."""
    commitment: Commitment | None = None
    """Who promised what by when."""
    scoring: Scoring | None = None
    """What its priority rests on."""
    security: Security | None = None
    """What is known of the vulnerability behind it."""
    depends_on: Many[KnownItemId] = ()
    """Items that must be done before."""
    effort: Effort | None = None
    """How much work it is."""
    tags: Many[Tag] = ()
    """Words to find it by."""
    annotations: Annotations
    """The team's own fields: name to text."""

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.status in OPEN

    @property
    def serious(self) -> bool:
        """Whether the rules for Critical and High items apply. An item nobody has rated yet counts as serious."""
        return self.severity is None or self.severity in SERIOUS

"""`approvals/**/*.yaml`: one append-only record for each decision, with its signature in a file beside it (`.sig`)."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import (
    CommitId,
    Day,
    Decision,
    Digest,
    EvidenceClass,
    ItemId,
    Many,
    Model,
    OwnerId,
    PersonId,
    Prose,
    RelativePath,
    RoleId,
    Sha256,
    Slug,
    Title,
)
from ray18.documents.settings import Uuid


class Closing(Model):
    """What the records must say for a condition to be met; looked up each time the approval is judged."""

    document: Annotated[RelativePath, Field(examples=["services.yaml"])]
    """The file to look into."""
    pointer: Annotated[str, Field(pattern=r"^(?:/[^/\s]+)+$", max_length=300, examples=["/services/payments/runbook"])]
    """Where in it (RFC 6901); an entry of a list is named by its number or by its id."""
    present: bool = True
    """Whether there must be something, or nothing."""
    equals: str | int | bool | None = None
    """What the value must be, if one value is asked for."""


class Condition(Model):
    """Something that must happen for the approval to stay good."""

    id: Slug
    """A short name."""
    text: Prose
    """What must happen."""
    owner: OwnerId
    """Who sees to it."""
    due: Day
    """By which day."""
    closes_when: Closing | None = None
    """What the records say once it is met; without it, only a new decision closes the condition."""
    met_on: Day | None = None
    """The day it was met, when it was met before the record was signed."""


class Observation(Model):
    """A review on a forge as an observer found it; the observer signs it, not the reviewer."""

    forge: Literal["github", "gitlab", "gitea", "reviewboard"]
    """Which forge."""
    repository: Title
    """The repository there, as owner/name."""
    change: Annotated[int, Field(ge=1)]
    """The number of the pull or merge request."""
    review: Annotated[str, Field(min_length=1, max_length=100)]
    """The review's id."""
    account: Annotated[int, Field(ge=1)]
    """The reviewer's account number."""
    login: Title
    """The reviewer's account name then, only a label."""
    bot: bool = False
    """Whether the forge says that the account is a machine's."""
    state: Literal["approved", "changes-requested", "commented", "dismissed"]
    """What the reviewer decided, as the forge tells it now."""
    commit: CommitId
    """The commit that was reviewed; the digest is computed from it."""
    opened_by: Annotated[int, Field(ge=1)]
    """The account number of who opened the change."""
    pushed_by: Many[Annotated[int, Field(ge=1)]] = ()
    """The account numbers of who pushed to it."""
    submitted_at: Annotated[str, Field(max_length=40)]
    """When it was submitted, as the forge tells it."""
    fetched_on: Day
    """The day it was read."""
    raw: Sha256
    """SHA-256 of the forge's answer, byte for byte."""
    observer: PersonId
    """Who read it, and signed this record."""


class Attestation(Model):
    """Minutes or an e-mail entered by a clerk; a second person signs that it is so."""

    source: Prose
    """What it was taken from: the meeting and its day, the message and its sender."""
    source_digest: Sha256 | None = None
    """SHA-256 of the minutes or the message, where they are kept."""
    clerk: PersonId
    """Who entered it, and signed this record."""
    countersigned_by: PersonId
    """Who confirms it, with a signature of their own beside the record (`.countersig`)."""


class Approval(Model):
    """One decision of one person in one role about one subject."""

    program: Uuid
    """The program's id: a record of another program does not count."""
    subject: Annotated[Slug, Field(examples=["plan"])]
    """What was decided about."""
    digest: Digest
    """The meaning of what was decided about, as it was then."""
    sections: Mapping[Slug, Sha256] = {}
    """The digest of each section that the decision covers; together they make `digest`."""
    previous: Digest | None = None
    """The digest that was in force before, if any: it shows which difference was read, and stops a return to it."""
    rules: Digest | None = None
    """The digest of the people and settings in force when the decision was made."""
    role: Annotated[RoleId, Field(examples=["security-lead"])]
    """The role in which the person decided."""
    person: PersonId
    """The person who decided."""
    on_behalf_of: PersonId | None = None
    """Whose role it is, when the person decided as a delegate."""
    delegation: ItemId | None = None
    """The delegation that allows it."""
    decision: Decision
    """What was decided."""
    conditions: Many[Condition] = ()
    """What must happen for it to stay good."""
    comment: Prose | None = None
    """In the person's own words."""
    sequence: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """Counts the decisions of one person in one role about one digest; the highest stands."""
    decided_on: Day
    """The day, as the person's machine told it; informative."""
    valid_until: Day | None = None
    """The last day on which it counts; absent = as long as the subject stays the same."""
    evidence: EvidenceClass = "signed"
    """signed: by the person's own key; observed: a review on a forge; attested: minutes, entered and countersigned."""
    observation: Observation | None = None
    """The review, for `observed`."""
    attestation: Attestation | None = None
    """The minutes, for `attested`."""

"""`approvals/**/*.yaml`: one append-only record for each decision, with its signature in a file beside it (`.sig`)."""

from typing import Annotated

from pydantic import Field

from ray18.documents.base import Day, Decision, Digest, Many, Model, Prose, Slug
from ray18.documents.settings import Uuid


class Condition(Model):
    """Something that must happen for the approval to stay good."""

    id: Slug
    """A short name."""
    text: Prose
    """What must happen."""
    owner: Slug
    """Who sees to it."""
    due: Day
    """By which day."""
    met_on: Day | None = None
    """The day it was met, when it was met before the record was signed."""


class Approval(Model):
    """One decision of one person in one role about one subject."""

    program: Uuid
    """The program's id: a record of another program does not count."""
    subject: Annotated[Slug, Field(examples=["plan"])]
    """What was decided about."""
    digest: Digest
    """The subject's meaning as it was when decided about."""
    previous: Digest | None = None
    """The digest that was approved before, if any: it shows which difference was read."""
    rules: Digest | None = None
    """The digest of the people and settings in force when the decision was made."""
    role: Annotated[Slug, Field(examples=["security-lead"])]
    """The role in which the person decided."""
    person: Slug
    """The person who decided."""
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

"""`checkpoints/*.yaml`: what an auditor saw, signed and chained, so that a rewritten history is found out."""

from typing import Annotated

from pydantic import Field

from ray18.documents.base import CommitId, Day, Digest, ItemId, Model, PersonId
from ray18.documents.settings import Uuid


class Checkpoint(Model):
    """The protected branch as somebody audited it."""

    id: Annotated[ItemId, Field(examples=["CP-000001"])]
    """The same as the file's name without `.yaml`."""
    program: Uuid
    """The program's id."""
    tip: CommitId
    """The newest commit that was audited."""
    steps: Annotated[int, Field(ge=1)]
    """How many first-parent steps there were up to it."""
    history: Digest
    """The digest of all these steps and of what was found in each."""
    rules: Digest
    """The digest of the people and settings in force."""
    previous: Digest | None = None
    """The digest of the checkpoint before this one."""
    person: PersonId
    """Who audited, and signs this."""
    made_on: Day
    """The day, as the person's machine told it; informative."""

"""`manual/<id>.yaml`: a validation done by hand when automation was not available (the protocol's manual fallback)."""

from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import Day, GateId, ItemId, Many, Model, PersonId, Prose
from ray18.documents.settings import Uuid


class ManualValidation(Model):
    """A validation done by hand: who did it, who saw it, what was checked. Its evidence class is `attested`."""

    id: Annotated[ItemId, Field(examples=["MV-3f9a2c"])]
    """The same as the file's name without `.yaml`."""
    program: Uuid
    """The program's id."""
    gate: Annotated[GateId, Field(examples=["backlog"])]
    """The gate it stands in for."""
    method: Literal["workshop", "recorded-meeting", "e-mail"]
    """How it was done: the protocol's three ways."""
    performed_on: Day
    """The day."""
    performed_by: PersonId
    """Who did it."""
    witnesses: Annotated[Many[PersonId], Field(min_length=1)]
    """Who saw it; never the one who did it."""
    checked: Prose
    """What was looked at, and how."""
    outcome: Literal["passed", "failed", "partly"]
    """What came of it."""
    notes: Prose | None = None
    """What somebody should know who reads it later: where the recording or the e-mail is."""

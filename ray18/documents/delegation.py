"""`delegations/*.yaml`: one record for each stand-in, signed by the person who gives the role away for a while."""

from typing import Annotated

from pydantic import Field

from ray18.documents.base import Day, ItemId, Many, Model, PersonId, Prose, RoleId, Slug
from ray18.documents.settings import Uuid


class Delegation(Model):
    """Somebody decides in another's role for a while; a delegate cannot delegate further."""

    id: Annotated[ItemId, Field(examples=["DG-3f9a2c"])]
    """The same as the file's name without `.yaml`."""
    program: Uuid
    """The program's id: a delegation of another program does not count."""
    delegator: PersonId
    """Who holds the role, and signs this."""
    delegate: PersonId
    """Who decides instead."""
    role: RoleId
    """The role that is lent."""
    subjects: Annotated[Many[Slug], Field(min_length=1, max_length=20, examples=[["plan", "staffing"]])]
    """The subjects that it is lent for."""
    begins: Day
    """The first day."""
    ends: Day
    """The last day, until the end of that day in UTC; what the delegate approved stands until then."""
    reason: Prose | None = None
    """Why."""

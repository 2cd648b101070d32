"""`waivers/*.yaml`: one record for each deviation that was accepted for a while, with its signature beside it (`.sig`)."""

from typing import Annotated

from pydantic import Field

from ray18.documents.base import Day, GateId, ItemId, Many, Model, Names, PersonId, PolicyId, Prose, RoleId
from ray18.documents.settings import Uuid

Named = Annotated[str, Field(pattern=r"^\S+(?: \S+)*$", max_length=200)]


class Waiver(Model):
    """An accepted deviation: what, why, who answers for it, until when."""

    id: Annotated[ItemId, Field(examples=["WV-3f9a2c"])]
    """The same as the file's name without `.yaml`."""
    program: Uuid
    """The program's id: a waiver of another program does not count."""
    gate: Annotated[GateId, Field(examples=["backlog"])]
    """The gate it is for."""
    policy: Annotated[PolicyId, Field(examples=["serious-item-has-due-date"])]
    """The policy whose findings it excuses."""
    items: Annotated[
        Many[Annotated[Named, Names("item")]], Field(min_length=1, max_length=200, examples=[["TD-7f3a2c"]])
    ]
    """The items whose findings it excuses, by id; a waiver for everything does not exist."""
    reason: Annotated[str, Field(min_length=20, max_length=4000, pattern=r"\S")]
    """Why the deviation is acceptable, in at least 20 characters."""
    compensation: Prose | None = None
    """What is done instead, to keep the risk small."""
    requested_by: PersonId
    """Who asked for it."""
    approved_by: PersonId
    """Who accepted it; never the one who asked."""
    role: RoleId
    """The role in which it was accepted."""
    second: PersonId | None = None
    """A second person who accepts it, with a signature of their own (`.countersig`); what is severe needs one."""
    created: Day
    """The day it was accepted."""
    expires: Day
    """The last day on which it counts, until the end of that day in UTC."""
    ticket: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    """Where it is followed up."""

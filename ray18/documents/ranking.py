"""`rankings/<role>.yaml`: in which order one stakeholder would do the items, and which disagreements were settled how."""

from typing import Annotated

from pydantic import Field

from ray18.documents.base import Day, KnownItemId, Many, Model, PersonId, Prose, RoleId


class Resolution(Model):
    """How a disagreement was settled: the items in the order that was decided, by whom, and why."""

    order: Annotated[Many[KnownItemId], Field(min_length=2, max_length=200, examples=[["SEC-1b2c3d", "TD-7f3a2c"]])]
    """The items that were at issue, in the order decided: it settles every pair among them."""
    by: Annotated[Many[PersonId], Field(min_length=1, max_length=20, examples=[["ana", "ben"]])]
    """Who decided: both sides, or a holder of the settings' `decider` role who is neither."""
    reason: Annotated[str, Field(min_length=20, max_length=4000, pattern=r"\S")]
    """Why in this order, in at least 20 characters."""
    decided_on: Day
    """The day of the decision; it settles rankings of that day and before, not later ones."""


class Ranking(Model):
    """One stakeholder's order of the backlog."""

    role: Annotated[RoleId, Field(examples=["security-lead"])]
    """The role that ranks; the same as the file's name without `.yaml`."""
    person: PersonId
    """Who ranked, in that role."""
    decided_on: Day
    """The day of the ranking."""
    items: Annotated[Many[KnownItemId], Field(max_length=10_000)] = ()
    """Items in order of preference, the most important first. What is left out is no opinion."""
    comment: Prose | None = None
    """What the order rests on."""
    resolutions: Many[Resolution] = ()
    """Disagreements that were settled; kept in the file of any of those who took part."""

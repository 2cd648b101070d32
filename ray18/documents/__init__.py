"""The kinds of governed documents: one line each in `KINDS`; schemas, loading, docs and tests follow from it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from ray18.documents.base import Model
from ray18.documents.settings import Locations

SETTINGS_PATH = "ray18.yaml"


@cache
def _type(type_name: str) -> type[Model]:
    module, _, name = type_name.partition(":")
    found: type[Model] = getattr(import_module(f"ray18.documents.{module}"), name)
    return found


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document: its name, its type, and where the settings say that it lives."""

    name: str
    type_name: str
    """Module and class of its type. It is imported when a document of this kind is looked at: most runs look at few kinds."""
    location: Callable[[Locations], str]
    many: bool = False
    """Whether the location is a folder with one record in each file."""
    signed: bool = False
    """Whether a record has its signature in a file beside it."""

    @property
    def model(self) -> type[Model]:
        """Its type."""
        return _type(self.type_name)

    @property
    def title(self) -> str:
        """What it is, in a sentence."""
        return (self.model.__doc__ or self.name).strip().splitlines()[0]


KINDS: tuple[Kind, ...] = (
    Kind("settings", "settings:Settings", lambda _: SETTINGS_PATH),
    Kind("people", "people:People", lambda at: at.people),
    Kind("services", "services:Services", lambda at: at.services),
    Kind("backlog-item", "backlog:BacklogItem", lambda at: at.backlog, many=True),
    Kind("plan", "plan:Plan", lambda at: at.plan),
    Kind("governance", "governance:Governance", lambda at: at.governance),
    Kind("ranking", "ranking:Ranking", lambda at: at.rankings, many=True),
    Kind("schedule", "schedule:Schedule", lambda at: at.schedule),
    Kind("rota", "rota:Rota", lambda at: at.rota),
    Kind("approval", "approval:Approval", lambda at: at.approvals, many=True, signed=True),
    Kind("waiver", "waiver:Waiver", lambda at: at.waivers, many=True, signed=True),
    Kind("delegation", "delegation:Delegation", lambda at: at.delegations, many=True, signed=True),
    Kind("checkpoint", "checkpoint:Checkpoint", lambda at: at.checkpoints, many=True, signed=True),
    Kind("manual-validation", "manual_validation:ManualValidation", lambda at: at.manual, many=True),
    Kind("live-state", "live_state:LiveState", lambda at: at.live_states, many=True),
)


def kind(name: str) -> Kind:
    """The kind with this name. Raises KeyError."""
    return next(entry for entry in KINDS if entry.name == name)

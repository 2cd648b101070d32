"""The kinds of governed documents: one line each in `KINDS`; schemas, loading, docs and tests follow from it."""

from collections.abc import Callable
from dataclasses import dataclass

from ray18.documents.approval import Approval
from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Model
from ray18.documents.checkpoint import Checkpoint
from ray18.documents.delegation import Delegation
from ray18.documents.governance import Governance
from ray18.documents.live_state import LiveState
from ray18.documents.manual_validation import ManualValidation
from ray18.documents.people import People
from ray18.documents.plan import Plan
from ray18.documents.ranking import Ranking
from ray18.documents.rota import Rota
from ray18.documents.schedule import Schedule
from ray18.documents.services import Services
from ray18.documents.settings import Locations, Settings
from ray18.documents.waiver import Waiver

SETTINGS_PATH = "ray18.yaml"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document: its name, its type, and where the settings say that it lives."""

    name: str
    model: type[Model]
    location: Callable[[Locations], str]
    many: bool = False
    """Whether the location is a folder with one record in each file."""
    signed: bool = False
    """Whether a record has its signature in a file beside it."""

    @property
    def title(self) -> str:
        """What it is, in a sentence."""
        return (self.model.__doc__ or self.name).strip().splitlines()[0]


KINDS: tuple[Kind, ...] = (
    Kind("settings", Settings, lambda _: SETTINGS_PATH),
    Kind("people", People, lambda at: at.people),
    Kind("services", Services, lambda at: at.services),
    Kind("backlog-item", BacklogItem, lambda at: at.backlog, many=True),
    Kind("plan", Plan, lambda at: at.plan),
    Kind("governance", Governance, lambda at: at.governance),
    Kind("ranking", Ranking, lambda at: at.rankings, many=True),
    Kind("schedule", Schedule, lambda at: at.schedule),
    Kind("rota", Rota, lambda at: at.rota),
    Kind("approval", Approval, lambda at: at.approvals, many=True, signed=True),
    Kind("waiver", Waiver, lambda at: at.waivers, many=True, signed=True),
    Kind("delegation", Delegation, lambda at: at.delegations, many=True, signed=True),
    Kind("checkpoint", Checkpoint, lambda at: at.checkpoints, many=True, signed=True),
    Kind("manual-validation", ManualValidation, lambda at: at.manual, many=True),
    Kind("live-state", LiveState, lambda at: at.live_states, many=True),
)


def kind(name: str) -> Kind:
    """The kind with this name. Raises KeyError."""
    return next(entry for entry in KINDS if entry.name == name)

"""What the ledger holds: the state of the protected branch after a step, and what was found on the way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ray18.amendments import RuleSet
from ray18.approvals import Held, HeldDelegation, InForce
from ray18.documents.checkpoint import Checkpoint
from ray18.documents.document import Document
from ray18.documents.waiver import Waiver
from ray18.git import Repository
from ray18.ledger.authorship import Authorship, people_behind
from ray18.program import Rules

Weight = Literal["note", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a step."""

    step: int
    kind: str
    """rules, approval, waiver, delegation, checkpoint, content or order."""
    weight: Weight
    message: str
    path: str = ""
    subject: str = ""


class StepRow(NamedTuple):
    """What an audit says of one step, without its records. There are as many as steps, and a tuple is taken up quickly."""

    number: int
    commit: str
    when: int | None
    """The committer's time as the commit tells it; informative."""
    author: str
    """The author as the commit tells it; anyone can write that."""
    signer: str
    """The fingerprint of the key that signed it; empty when unsigned; after `!`: why the signature does not hold."""
    merged: int
    """How many other commits came with it."""
    subject: str
    odd: tuple[str, ...]
    """What about its commits is not as Git writes it."""
    latest: tuple[int, str]
    """The latest time that any of its commits claims, and that commit."""


@dataclass(frozen=True)
class HeldWaiver:
    """A waiver, and how it came to be there."""

    document: Document[Waiver]
    signature: bytes | None
    countersignature: bytes | None
    step: int | None
    rules: Rules


@dataclass(frozen=True)
class HeldCheckpoint:
    """A checkpoint, and how it came to be there."""

    document: Document[Checkpoint]
    signature: bytes | None
    step: int
    rules: Rules


@dataclass
class Ledger:
    """The state of the protected branch after a step, with everything that was found on the way."""

    repository: Repository
    tip: str
    rules: Rules
    """The rules in force."""
    ruleset: RuleSet
    first: int = 1
    """The number of the step where trust begins."""
    steps: int = 0
    """The number of the last step."""
    records: dict[str, Held] = field(default_factory=dict)
    """Every approval that was ever merged, by path."""
    delegations: dict[str, HeldDelegation] = field(default_factory=dict)
    """The delegations that are there, by id."""
    waivers: dict[str, HeldWaiver] = field(default_factory=dict)
    """Every waiver that was ever merged, by path."""
    checkpoints: dict[str, HeldCheckpoint] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    """Path and object id of every file that must never change again."""
    in_force: dict[str, InForce] = field(default_factory=dict)
    known_as: dict[str, set[str]] = field(default_factory=dict)
    """Every e-mail address and key that the people file ever had, and whose."""
    pending: dict[str, dict[str, Authorship]] = field(default_factory=dict)
    """Subject to the commits that touched it since it was last approved."""
    authorships: dict[str, Authorship] = field(default_factory=dict)
    """What made the subjects that are in force."""
    unaccepted: tuple[str, ...] = ()
    """Why the rules at the tip are not the rules in force; empty when they are."""
    dropped: dict[str, str] = field(default_factory=dict)
    """Subject to what was said when a merge undid what had been approved."""
    events: list[Event] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    """The commit of each step, from the first."""
    rows: list[StepRow] = field(default_factory=list)
    """What an audit says of each step, from `first` on."""
    forgotten: str = ""
    """The tip that an audit on this machine saw before, when it is not on the branch any more."""
    governed_steps: set[int] = field(default_factory=set)
    """The numbers of the steps that changed any governed file."""
    records_now: Mapping[str, str] = field(default_factory=dict)
    """Path and object id of those records of `kept` that are there at the tip."""
    standings: list[frozenset[str]] = field(default_factory=list)
    """The subjects whose seats were filled after each step, from `first` on."""

    def authors(self, subject: str, now: str, more: Iterable[Authorship] = ()) -> dict[str, str]:
        """The people who worked on a subject since what was in force before it, and how."""
        held = self.in_force.get(subject)
        if held is not None and held.digest == now:
            chosen: Iterable[Authorship] = [self.authorships[oid] for oid in sorted(held.authors)]
        else:
            chosen = (*self.pending.get(subject, {}).values(), *more)
        return people_behind(self.known_as, chosen)

    def step_of(self, commit: str) -> int | None:
        """The step that brought a commit to the branch; None when it did not come."""
        numbers = {oid: number for number, oid in enumerate(self.commits, 1)}
        if commit in numbers:
            return numbers[commit]
        if not self.repository.has(commit):
            return None
        later = self.repository.text("rev-list", "--first-parent", "--ancestry-path", f"{commit}..{self.tip}").split()
        return next((numbers[oid] for oid in reversed(later) if oid in numbers), None)

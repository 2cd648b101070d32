"""What a script is: an id, a title, what it tries, and what RAY-18 must answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ray18.attacks.stage import REJECTION, Stage, Tale

Group = Literal["keys", "people", "records", "decisions", "rules", "history", "objects", "machine", "harmless"]
"""What a script turns against."""
Line = tuple[str, ...]
"""The arguments of one command line."""
WORK_TREE: Line = ("gate", "approvals")
COMMITTED: Line = ("gate", "approvals", "--rev", "HEAD")
STAGED: Line = ("gate", "approvals", "--staged")
BACKLOG: Line = ("gate", "backlog")
EVERYTHING: Line = ("gate", "--all")


@dataclass(frozen=True)
class Asked:
    """How RAY-18 is asked after a script has played."""

    lines: tuple[Line, ...] = (WORK_TREE, COMMITTED)
    """The command lines; an attack must be refused by each, a disturbance must pass each."""
    folder: Path | None = None
    """Where it is asked; None = at the root of the stage."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the environment holds besides."""
    at_stake: str = ""
    """The commit that plain git is asked about; empty = git has no answer to this."""


Play = Callable[[Stage], Asked]


@dataclass(frozen=True)
class Case:
    """One script."""

    id: str
    group: Group
    title: str
    """What it tries, in one line for people."""
    source: tuple[str, ...]
    """The rows of the catalogue of threats that it comes from."""
    cause: str
    """Words that RAY-18's answer must hold; empty for a disturbance."""
    git: str
    """What plain git says of the commit at stake: G good, B bad, U good by a key it does not know, N nothing; else empty."""
    play: Play
    on: Tale
    """The story it plays on: "rejected" is F0, "approved" F1; "open" lacks the security lead's decision."""

    @property
    def attack(self) -> bool:
        """Whether it must be refused; else it must stay approved."""
        return self.group != "harmless"


CASES: dict[str, Case] = {}
"""Every script by id, in the order in which they are told."""


def attack(
    group: Group, *source: str, cause: str = REJECTION, git: str = "", on: Tale = "rejected"
) -> Callable[[Play], Play]:
    """Registers an attack; its id is the function's name, its title the docstring."""
    return _registered(group, source, cause, git, on)


def harmless(*source: str, git: str = "") -> Callable[[Play], Play]:
    """Registers a disturbance of F1 that must cost nothing."""
    return _registered("harmless", source, "", git, "approved")


def _registered(group: Group, source: tuple[str, ...], cause: str, git: str, on: Tale) -> Callable[[Play], Play]:
    def register(play: Play) -> Play:
        name = getattr(play, "__name__", "").replace("_", "-")
        if name in CASES:
            raise AssertionError(f"there are two scripts {name}")
        title = " ".join((play.__doc__ or "").split()).removesuffix(".")
        CASES[name] = Case(name, group, title, source, cause, git, play, on)
        return play

    return register

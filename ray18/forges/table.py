"""The forges by name."""

from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, cast

from ray18.errors import UsageError
from ray18.forges.http import Client
from ray18.forges.model import Answer, Change, ForgeName
from ray18.forges.telling import Board

FORGES: tuple[ForgeName, ...] = ("github", "gitlab", "gitea", "reviewboard")


class Forge(Board, Protocol):
    """What the module of every forge offers."""

    API: str
    """The usual address of the API; empty where there is none."""
    TOKENS: tuple[str, ...]
    """Names of environment variables that may hold a token, the first that is set counts."""

    PROPOSALS: str
    """The reference under which the forge keeps the head of a change; `{number}` stands for its number."""

    def client(self, api: str, token: str) -> Client:
        """The API at an address, asked with a token (empty = none)."""

    def fetch(self, api: Client, repository: str, number: int) -> tuple[Answer, ...]:
        """Everything that the forge tells about a change and its reviews."""

    def numbers(self, api: Client, repository: str, branch: str, *, merged: bool) -> list[int]:
        """The open changes for a branch, or those that were merged and moved last."""

    def change(self, answers: Iterable[Answer]) -> Change:
        """What these answers tell."""

    def from_webhook(self, payload: bytes) -> Change:
        """What the payload of a webhook about a review tells."""


def forge(name: str) -> Forge:
    """The module of a forge. Raises UsageError."""
    if name not in FORGES:
        raise UsageError(f"there is no forge {name!r}", f"use one of: {', '.join(FORGES)}")
    return cast(Forge, import_module(f"ray18.forges.{name}"))

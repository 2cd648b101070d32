"""The errors that reach a user, each with its exit code and a remedy in words (contract: exit codes 2, 3 and 4)."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass
class Ray18Error(Exception):
    """Something to tell the person at the terminal: what happened, and what to do about it."""

    message: str
    remedy: str = ""

    exit_code: ClassVar[int] = 4

    def __str__(self) -> str:
        return self.message


class UsageError(Ray18Error):
    """The command line asks for something that makes no sense here."""

    exit_code = 2


class BlockedError(Ray18Error):
    """The input cannot be judged: unreadable, inconsistent or tampered with."""

    exit_code = 3


class EnvironmentProblem(Ray18Error):
    """This machine, not the program, is in the way: no Git, a shallow clone, a full disk."""

    exit_code = 4

"""What is told to a forge: a status for each gate, and one comment that is kept up to date. Telling it twice changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from ray18.forges.http import Client

StatusState = Literal["success", "failure", "error"]
"""error: it could not be judged."""
Outcome = Literal["posted", "updated", "kept"]


@dataclass(frozen=True, slots=True)
class Status:
    """One line at a commit."""

    name: str
    state: StatusState
    description: str
    """At most 140 characters."""
    url: str
    """Where to read more; empty = nowhere."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where statuses are shown."""

    repository: str
    commit: str
    number: int | None
    """Of the change, where there is one."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment at a pull or merge request."""

    id: int
    body: str
    trusted: bool
    """Whether whoever wrote it may write to the repository, or is a bot: a stranger's words are never taken for ours."""


class Board(Protocol):
    """What the module of every forge offers for telling."""

    LONGEST_COMMENT: int
    """Characters."""
    KNOWS_ERRORS: bool
    """Whether it tells what could not be judged from what failed; else the words have to."""

    def statuses(self, api: Client, spot: Spot) -> Mapping[str, Status]:
        """The newest status of each name."""

    def post_status(self, api: Client, spot: Spot, status: Status) -> None:
        """Adds a status."""

    def comments(self, api: Client, repository: str, number: int) -> Iterator[Comment]:
        """The comments, oldest first."""

    def post_comment(self, api: Client, repository: str, number: int, body: str) -> None:
        """Adds a comment."""

    def edit_comment(self, api: Client, repository: str, number: int, comment: int, body: str) -> None:
        """Writes a comment anew."""


def tell_statuses(board: Board, api: Client, spot: Spot, wanted: Iterable[Status]) -> dict[str, Outcome]:
    """Posts the statuses that are not there yet as they are wanted; name to outcome."""
    there = board.statuses(api, spot)
    done: dict[str, Outcome] = {}
    for told in wanted:
        status = told if board.KNOWS_ERRORS or told.state != "error" else replace(told, state="failure")
        before = there.get(status.name)
        if before == status:
            done[status.name] = "kept"
            continue
        board.post_status(api, spot, status)
        done[status.name] = "updated" if before else "posted"
    return done


def tell_comment(board: Board, api: Client, repository: str, number: int, marker: str, text: str) -> Outcome:
    """Keeps the one comment that begins with the marker up to date; writes it where there is none."""
    body = shortened(f"{marker}\n{text}", board.LONGEST_COMMENT)
    ours = [one for one in board.comments(api, repository, number) if one.trusted and one.body.startswith(marker)]
    if not ours:
        board.post_comment(api, repository, number, body)
        return "posted"
    if ours[0].body.replace("\r\n", "\n").strip() == body.strip():
        return "kept"
    board.edit_comment(api, repository, number, ours[0].id, body)
    return "updated"


def shortened(text: str, longest: int) -> str:
    """Text that fits, cut at the end of a line; says so."""
    if len(text) <= longest:
        return text
    note = "\n\n…\n\nThis is not all of it: the run has the rest.\n"
    head = text[: longest - len(note) - len("</details>\n") * 2]
    head = head[: head.rfind("\n")]
    open_folds = head.count("<details>") - head.count("</details>")
    return head + "\n\n</details>" * max(0, open_folds) + note

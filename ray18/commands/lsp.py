"""`ray18 lsp`: the language server, on standard input and output."""

import gc
import importlib.util
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ray18.commands.place import Day, open_judge, today
from ray18.errors import EnvironmentProblem
from ray18.git import discover
from ray18.quick.repository import Unclear, find, references_behind

if TYPE_CHECKING:
    from ray18.language.server import Opened


@click.command()
@click.option("--stdio", is_flag=True, help="Speak on standard input and output; there is no other way.")
@click.option("--as-of", type=Day(), metavar="DATE", help="The day to judge on (default: today in UTC).")
def command(stdio: bool, as_of: date | None) -> None:  # noqa: ARG001 (editors give it)
    """Serve an editor: what is wrong while it is being written, completion, explanations, go to definition.

    An editor starts it; docs/editors.md shows how in VS Code, Neovim and others.
    """
    if importlib.util.find_spec("pygls") is None:
        raise EnvironmentProblem("the language server needs pygls", "pip install 'ray18[lsp]'")
    from ray18.language.server import server

    gc.enable()  # `start` switches it off for commands that end soon
    server(partial(_open, (lambda: as_of) if as_of else today)).start_io()


def _open(day: Callable[[], date], folder: Path) -> "Opened":
    """The program in a folder, judged by the rules of its trusted commit."""
    from ray18.language.live import LiveProgram
    from ray18.language.server import Opened

    judge = open_judge(discover(folder), as_of=day())
    return Opened(LiveProgram(judge), day, _state(folder, judge.branch, day))


def _state(folder: Path, branch: str, day: Callable[[], date]) -> Callable[[], object]:
    """What the rules and the day rest on: the day, and every reference that says where rules come from."""

    def state() -> object:
        try:
            repository = find(str(folder))
            return day(), repository.references([*references_behind(repository, branch), "HEAD"])
        except Unclear:
            return day(), None

    return state

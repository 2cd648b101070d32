"""`--watch`: judges again whenever something changes that a verdict rests on."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ray18.commands.output import say
from ray18.commands.place import program_repository
from ray18.errors import Ray18Error
from ray18.facts import Map
from ray18.program import read_settings
from ray18.snapshot import WorkTreeSnapshot
from ray18.terminal import safe

_PAUSE = 0.5
"""Seconds between two looks, at least."""
_SHARE = 20
"""A look takes at most one part in so many of the time."""
_CLEAR = "\x1b[2J\x1b[H"

Seen = frozenset[tuple[str, int, int, int]]
"""Path, size, time and inode of every file that was looked at."""


def watch_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --watch; it stands above the options that open what is judged, so that each round opens it anew."""

    @click.option("--watch", is_flag=True, help="Judge again whenever a record changes, until it is interrupted.")
    @wraps(command)
    def wrapped(*, watch: bool, **given: Any) -> Any:
        return _watched(lambda: command(**given)) if watch else command(**given)

    return wrapped


def _watched(judge: Callable[[], Any]) -> None:
    """Judges again and again; only an interruption ends it."""
    gc.enable()  # `start` switches it off for commands that end soon
    folder = program_repository(click.get_current_context()).work_tree
    if folder is None:
        raise click.UsageError("this is a bare repository; there is no work tree to watch")
    while True:
        before = _seen(folder)
        if sys.stdout is not None and sys.stdout.isatty():
            say(_CLEAR)
        _once(judge)
        click.echo("waiting for changes; Ctrl-C ends", err=True)
        _wait(folder, before)


def _once(judge: Callable[[], Any]) -> None:
    """One round; what keeps it from judging is said, and the next change is waited for."""
    try:
        judge()
    except click.exceptions.Exit:
        pass
    except Ray18Error as error:
        remedy = f"\n    -> {safe(error.remedy)}" if error.remedy else ""
        click.echo(f"ray18: {safe(error.message)}{remedy}", err=True)


def _wait(folder: Path, before: Seen) -> None:
    while True:
        began = time.monotonic()
        if _seen(folder) != before:
            return
        time.sleep(max(_PAUSE, _SHARE * (time.monotonic() - began)))


def _seen(folder: Path) -> Seen:
    """What the file system says of everything that a verdict rests on: records, hand-over, team rules, references, index."""
    return frozenset(entry for place in _places(folder) for entry in _below(place))


def _places(folder: Path) -> Iterator[Path]:
    yield folder / "ray18.yaml"
    git = folder / ".git"
    yield from (git / name for name in ("HEAD", "index", "packed-refs", "refs"))
    try:
        settings = read_settings(WorkTreeSnapshot(folder))
    except Ray18Error:
        return
    yield from (folder / place for place in (*Map.of(settings).places(), settings.locations.handover))


def _below(place: Path) -> Iterator[tuple[str, int, int, int]]:
    try:
        found = place.lstat()
    except OSError:
        return
    yield str(place), found.st_size, found.st_mtime_ns, found.st_ino
    if place.is_dir() and not place.is_symlink():
        with os.scandir(place) as entries:
            for entry in entries:
                yield from _below(Path(entry.path))

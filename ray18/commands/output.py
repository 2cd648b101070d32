"""How a command's report reaches people and programs: formats, files, colour, and the exit code."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from ray18.errors import UsageError
from ray18.files import append, write_whole
from ray18.gates import Verdict
from ray18.renderers import FORMATS, offers, renderer, statistics

_QUIET = "quiet"
_STATISTICS = "statistics"
_FOR_PEOPLE = ("text", "concise", "github")
ANSWERED = "answered"
"""What to do with an answer that was given on the screen: keep it, if it may be given again."""


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --format, which may be given several times, and --quiet."""
    quiet = click.option(
        *("-q", "--quiet", _QUIET),
        is_flag=True,
        expose_value=False,
        callback=lambda ctx, _, value: ctx.meta.__setitem__(_QUIET, value),
        help="Say nothing when there is nothing to mend.",
    )
    formats = click.option(
        "--format",
        "formats",
        multiple=True,
        metavar="FORMAT[=FILE]",
        help=f"{', '.join(FORMATS)}; with =FILE it is written there. May be given several times.",
    )
    return formats(quiet(command))


def statistics_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --statistics, for the views that can be counted."""
    return click.option(
        "--statistics",
        is_flag=True,
        expose_value=False,
        callback=lambda ctx, _, value: ctx.meta.__setitem__(_STATISTICS, value),
        help="Count the findings of each policy, instead of listing them.",
    )(command)


def emit(view: str, report: Any, formats: tuple[str, ...]) -> None:
    """Prints or writes the report in every format asked for, then ends with its verdict's exit code."""
    wanted = [(name, target, _renderer(name, view)) for name, target in _wanted(formats, view)]
    for name, target, render in wanted:
        if target is not None:
            write_whole(Path(target), render(report).encode("utf-8", "surrogateescape"))
            continue
        if name == "github":
            _summarize(view, report)
        if name in _FOR_PEOPLE and _hushed(report):
            continue
        text = render(report, colour=name in _FOR_PEOPLE and colourful(sys.stdout))
        say(text)
        _keep(text, report.verdict.exit_code)
    finish(report.verdict)


def _renderer(name: str, view: str) -> Callable[..., str]:
    counting = click.get_current_context().meta.get(_STATISTICS, False)
    return statistics(view) if counting and name in ("text", "concise") else renderer(name, view)


def _summarize(view: str, report: Any) -> None:
    from ray18.renderers.github import summary

    if os.environ.get("GITHUB_STEP_SUMMARY"):
        summarize(summary(renderer("markdown", view)(report)))


def summarize(text: str) -> None:
    """Adds Markdown to the job summary, where the runner of GitHub or Gitea names a file for it; that decides nothing."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        append(Path(path), text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        click.echo(f"the job summary cannot be written: {error.strerror}", err=True)


def _keep(text: str, status: int) -> None:
    """Lets the command keep its answer, if it asked for that."""
    keep = click.get_current_context().meta.get(ANSWERED)
    if keep is not None and sys.stdout is not None:
        keep(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"), status)


def _hushed(report: Any) -> bool:
    """Whether --quiet was given and there is nothing to mend."""
    quiet = click.get_current_context().meta.get(_QUIET, False)
    return bool(quiet) and report.verdict.exit_code == 0 and not getattr(report, "findings", ())


def finish(verdict: Verdict) -> None:
    """Ends the command with the verdict's exit code."""
    if verdict.exit_code:
        raise click.exceptions.Exit(verdict.exit_code)


def say(text: str) -> None:
    """Prints text that ends with a line end, whatever the locale can encode."""
    stream = sys.stdout
    if stream is None:  # closed by the caller: nobody reads, the verdict still counts
        return
    encoded = text.encode(stream.encoding or "utf-8", "backslashreplace")
    try:
        stream.flush()
        stream.buffer.write(encoded)
        stream.buffer.flush()
    except BrokenPipeError:  # nobody reads on; the verdict still decides the exit code
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def colourful(stream: Any) -> bool:
    """Whether colour is wanted: on a terminal, unless NO_COLOR says otherwise (no-color.org)."""
    return (
        stream is not None
        and bool(stream.isatty())
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def _unnamed(view: str) -> str:
    """The format when none is named: GitHub's runner turns workflow commands into annotations; all else shows text."""
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" and offers(view, "github") else "text"


def _wanted(formats: tuple[str, ...], view: str) -> Iterator[tuple[str, str | None]]:
    on_screen = 0
    for entry in formats or (_unnamed(view),):
        name, _, target = entry.partition("=")
        on_screen += not target
        if on_screen > 1:
            raise UsageError("two formats cannot share the screen", f"write one to a file: --format {name}=FILE")
        yield name, target or None

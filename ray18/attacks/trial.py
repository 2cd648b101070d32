"""One script played and judged, from an empty folder to what it proved."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ray18.attacks.case import Case, Line
from ray18.attacks.stage import story

Answer = tuple[int, str]
"""Exit code, and everything that was printed."""
Ask = Callable[[Path, Line, Mapping[str, str]], Answer]
"""Runs RAY-18 in a folder with these arguments and these variables in the environment."""
_VERDICTS = {0: "passed", 1: "failed", 2: "usage", 3: "blocked", 4: "environment"}
_CRASHED = ("internal error", "Traceback (most recent call last)")


@dataclass(frozen=True)
class Outcome:
    """What came of one script."""

    id: str
    attack: bool
    title: str
    verdicts: tuple[str, ...]
    """RAY-18's verdict to each question."""
    cause: str
    """The words its answer had to hold."""
    git_says: str
    problems: tuple[str, ...]
    """What was not as promised; empty = everything was."""
    answer: str
    """What RAY-18 printed, for whoever has to find out why."""


def tried(case: Case, kept: Path, folder: Path, ask: Ask) -> Outcome:
    """Plays a script in `folder`, which must not exist yet, and judges it; copies of the stories are kept in `kept`."""
    stage = story(kept, folder / "program", case.on)
    asked = case.play(stage)
    answers = [ask(asked.folder or stage.root, line, asked.environment) for line in asked.lines]
    text = "\n".join(answer for _, answer in answers)
    problems = list(_problems(case, [status for status, _ in answers], text))
    if os.path.lexists(stage.marker):
        problems.append("foreign code ran")
    return Outcome(
        case.id,
        case.attack,
        case.title,
        tuple(dict.fromkeys(_VERDICTS.get(status, str(status)) for status, _ in answers)),
        case.cause,
        stage.git_says(asked.at_stake) if asked.at_stake else "",
        tuple(problems),
        text,
    )


def _problems(case: Case, statuses: list[int], text: str) -> list[str]:
    found = [f"it crashed: {line.strip()}" for line in text.splitlines() if any(word in line for word in _CRASHED)]
    if not statuses:
        found.append("nothing was asked")
    if case.attack and 0 in statuses:
        found.append("it passed")
    if case.attack and 2 in statuses:
        found.append("the question itself was wrong")
    if case.attack and case.cause not in text:
        found.append(f"the cause is not named: {case.cause}")
    if not case.attack and set(statuses) != {0}:
        found.append("a harmless disturbance was refused")
    return found

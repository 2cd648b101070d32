"""Where one repository of a fleet stands."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import Field

from ray18.cache import version
from ray18.documents.base import Model
from ray18.gates import Judge, Verdict
from ray18.git import Repository
from ray18.report import judge_gates


class Standing(Model):
    """One repository of a fleet, judged."""

    repository: str
    """The repository as it was named."""
    title: str = ""
    """The title of its program."""
    commit: str = ""
    """The commit that was judged."""
    verdict: Verdict
    """The worst verdict of its gates; blocked when it could not be judged."""
    gates: Mapping[str, Verdict] = Field(default_factory=dict)
    """The verdict of each gate."""
    errors: int = 0
    """Findings that fail a gate and that no waiver excuses."""
    waived: int = 0
    """Findings that a waiver excuses."""
    open: int = 0
    """Backlog items that are open."""
    overdue: int = 0
    """Those of them whose due date has passed."""
    oldest_overdue: int = 0
    """For how many days the oldest of these is overdue."""
    first: str = ""
    """The first finding, or why it could not be judged."""
    remedy: str = ""
    """What to do about that."""


_ORDER = (Verdict.BLOCKED, Verdict.FAILED, Verdict.WAIVED, Verdict.PASSED)


def worst_first(standings: Iterable[Standing]) -> list[Standing]:
    """By verdict, then by what fails, then by what is overdue, then by name."""
    return sorted(
        standings,
        key=lambda one: (_ORDER.index(one.verdict), -one.errors, -one.overdue, -one.oldest_overdue, one.repository),
    )


def blocked(repository: str, reason: str, remedy: str = "") -> Standing:
    """A repository that could not be judged."""
    return Standing(repository=shown(repository), verdict=Verdict.BLOCKED, first=shown(reason), remedy=shown(remedy))


def standing(repository: str, judge: Judge) -> Standing:
    """Where a repository stands on the day of the judge."""
    report = judge_gates(judge, ())
    day = judge.program.as_of
    failing = {finding for result in report.results for finding in result.findings if finding.level != "warning"}
    first = next((f for result in report.results for f in result.findings if f.level != "warning"), None)
    items = [document.content for document in judge.program.of("backlog-item") if document.content.is_open]
    late = [(day - item.due).days for item in items if item.due is not None and item.due < day]
    return Standing(
        repository=shown(repository),
        title=judge.program.rules.settings.program.title,
        commit=judge.head or "",
        verdict=report.verdict,
        gates={result.gate.id: result.verdict for result in report.results},
        errors=len(failing),
        waived=sum(len(result.waived) for result in report.results),
        open=len(items),
        overdue=len(late),
        oldest_overdue=max(late, default=0),
        first=shown(": ".join(filter(None, (first.place, first.message)))) if first else "",
        remedy=shown(first.remedy) if first else "",
    )


def fingerprint(repository: Repository, commit: str, day: date) -> str:
    """What a standing follows from: when this is the same, so is the standing.

    That is the commit, every other place that its trusted base can be taken from, the day, and this program.
    """
    references = repository.run("for-each-ref", "--format=%(objectname) %(refname) %(symref)")
    parts = (commit, str(day), version(), *repository.disguises(), str(repository.shallow))
    return hashlib.sha256("\0".join(parts).encode() + references).hexdigest()


def shown(text: str) -> str:
    """The text as JSON can hold it: names of files need not be UTF-8."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")

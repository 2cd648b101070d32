"""Mends as suggestion blocks, which GitHub, GitLab and Gitea offer to commit with one click where they stand on the lines meant.

A block replaces the lines that its comment is attached to. A forge client posts each to its file and lines; a mend that only adds
lines, or touches several places, has none.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ray18.patches import hunks
from ray18.renderers.inert import cell, code
from ray18.report import CheckReport, GateReport


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A comment on lines `first` to `last` of a file."""

    path: str
    first: int
    last: int
    body: str
    """Markdown: what is wrong, and the block."""
    safe: bool
    """Whether the mend only writes down what was meant."""


def suggestions(report: GateReport | CheckReport) -> tuple[Suggestion, ...]:
    """A suggestion for every finding that stands and whose mend changes one place, the worst finding first."""
    found = []
    for told in report.told:
        changes = hunks(told.finding, report.sources) if told.excuse is None else ()
        if len(changes) == 1 and changes[0].last >= changes[0].first:
            (change,) = changes
            fix = told.finding.fix
            decides = "" if fix and fix.safe else "\n\nThis decides something: look before you take it."
            body = f"{cell(told.finding.message)} ({code(told.finding.policy)}){decides}\n\n{block(change.text)}"
            found.append(Suggestion(change.path, change.first, change.last, body, bool(fix and fix.safe)))
    return tuple(found)


def block(text: str) -> str:
    """Lines as a suggestion block, in a fence that nothing in them can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines: Iterable[str] = text.splitlines()
    return "\n".join((f"{fence}suggestion", *lines, fence))

"""Mends that are proven before anybody is offered them: each takes its finding away, and nothing that was well gets worse."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ray18.comparison import Shift, everything, matched
from ray18.documents.document import VALID
from ray18.errors import Ray18Error
from ray18.findings import Edit, Finding, Replacement
from ray18.gates import Judge
from ray18.outlook import with_files
from ray18.patches import patched
from ray18.report import Told, judge_gates, under


@dataclass(frozen=True)
class Mending:
    """What can be mended here, and what it makes of the files."""

    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    """Path to content, of the files that change."""
    made: tuple[Finding, ...]
    """The findings that are mended."""
    refused: tuple[tuple[Finding, str], ...]
    """Findings whose mend would do harm, or does not fit, and why."""
    unsafe: int
    """Findings left aside because their mend decides something."""


def mending(judge: Judge, paths: tuple[str, ...] = (), *, unsafe: bool = False) -> Mending:
    """The mends of everything that is wrong here, proven together, or one by one where they do harm together.

    With `paths`, only files at or below them change. Mends that decide something are only made when `unsafe` says so.
    Nothing is written.
    """
    told = everything(judge, judge_gates(judge, ()))
    mendable = list(dict.fromkeys(one.finding for one in told if one.finding.fix is not None and one.excuse is None))
    mendable = [finding for finding in mendable if not paths or under(finding.path, paths)]
    chosen = [finding for finding in mendable if unsafe or (finding.fix and finding.fix.safe)]
    files = _sources(judge, chosen)
    made, refused, after = _together(judge, told, files, chosen)
    changed = {path: content for path, content in after.items() if content != files[path]}
    return Mending(
        {path: files[path] for path in changed}, changed, tuple(made), tuple(refused), len(mendable) - len(chosen)
    )


def _sources(judge: Judge, chosen: Iterable[Finding]) -> dict[str, bytes]:
    paths = sorted({edit.path for finding in chosen if finding.fix for edit in finding.fix.edits})
    return {path: judge.snapshot.read(path) for path in paths}


_Outcome = tuple[list[Finding], list[tuple[Finding, str]], dict[str, bytes]]


def _together(judge: Judge, told: tuple[Told, ...], files: dict[str, bytes], chosen: list[Finding]) -> _Outcome:
    try:
        after = _applied(files, chosen)
        if not _harm(judge, told, after, chosen):
            return chosen, [], after
    except Ray18Error:
        pass  # one of them does not fit; below it is told which
    return _one_by_one(judge, told, files, chosen)


def _one_by_one(judge: Judge, told: tuple[Told, ...], files: dict[str, bytes], chosen: list[Finding]) -> _Outcome:
    made: list[Finding] = []
    refused: list[tuple[Finding, str]] = []
    for finding in chosen:
        try:
            harm = _harm(judge, told, _applied(files, [*made, finding]), [*made, finding])
        except Ray18Error as error:
            harm = error.message
        if harm:
            refused.append((finding, harm))
        else:
            made.append(finding)
    return made, refused, _applied(files, made)


def _applied(files: Mapping[str, bytes], chosen: Iterable[Finding]) -> dict[str, bytes]:
    edits: dict[str, list[Edit | Replacement]] = {path: [] for path in files}
    for finding in chosen:
        for one in finding.fix.edits if finding.fix else ():
            edits[one.path].append(one)
    return {path: patched(source, edits[path]) for path, source in files.items()}


def _harm(judge: Judge, told: tuple[Told, ...], after: Mapping[str, bytes], chosen: list[Finding]) -> str:
    """Why these mends should not be made; empty when each takes its finding away and none adds one."""
    other = with_files(judge, dict(after))
    shifts = matched(told, everything(other, judge_gates(other, ())))
    fixed = {_about(shift.finding) for shift in shifts if shift.became == "fixed"}
    for finding in chosen:
        if _about(finding) not in fixed:
            return f"it does not take away: {finding.message}"
    readable = {finding.path for finding in chosen if finding.policy == VALID}
    worse = [shift for shift in shifts if shift.became == "new" and not _revealed(shift, readable)]
    return f"it adds: {worse[0].finding.message}" if worse else ""


def _about(finding: Finding) -> tuple[str, str, str, str]:
    return finding.policy, finding.item or finding.path, finding.field, finding.message


def _revealed(shift: Shift, readable: set[str]) -> bool:
    """Whether a finding was there all along, in a file that could not be read before."""
    return shift.finding.path in readable

"""Runs policies on small example folders, as `ray18 policy test` and the tests of the shipped pack do.

An example is a tiny program folder with only the documents that the policy reads. Without a `ray18.yaml`
default settings apply. It is judged as anchored, on one fixed day; two files in it say otherwise:

* `as_of.txt`: the day to judge on, as YYYY-MM-DD;
* `unanchored.txt`: there is no trusted commit (the content is for people).

`history/1/`, `history/2/` and so on are the protected branch before it, each the whole content of one commit.

A policy's examples are two such folders or more: `pass/` and `pass-<why>/` yield nothing, `fail/` and
`fail-<why>/` yield the lines of their `expected.txt`.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import MappingProxyType

from ray18.commits import Author, commit_files
from ray18.documents import SETTINGS_PATH
from ray18.documents.settings import ProgramIdentity, Settings
from ray18.errors import BlockedError, UsageError
from ray18.findings import Finding, ordered
from ray18.gates import Judge
from ray18.git import create
from ray18.ledger import Ledger, read_ledger
from ray18.policy import Policy, run, shipped_policy
from ray18.program import Rules, load, read_settings
from ray18.shipped import shipped
from ray18.snapshot import OverlaySnapshot, Snapshot, WorkTreeSnapshot

DAY = date(2026, 6, 1)
"""The day on which examples are judged."""
SETTINGS = Settings(program=ProgramIdentity(id="00000000-0000-4000-8000-000000000000", title="Example of a policy"))
"""The settings of an example without its own: every default."""
_ANCHOR = "0" * 40


def run_policy(policy: Policy | str, folder: Path, as_of: date | None = None) -> tuple[Finding, ...]:
    """What a policy finds in an example folder, together with whatever keeps the folder from being read.

    `policy` is a Policy, or the id of a shipped one; `as_of` overrides the folder's own day. Raises
    UsageError when there is no such policy or folder, BlockedError when the folder's settings cannot be used.
    """
    judge = judge_of(folder, as_of)
    return ordered((*judge.program.problems, *run([_found(policy)], judge.inputs)))


def run_policy_on(policy: Policy, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """What a policy finds in an example that lies nowhere yet: path to content."""
    with tempfile.TemporaryDirectory(prefix="ray18-") as place:
        return ordered(run([policy], judge_of(Path(place), changes=files).inputs))


def judge_of(
    folder: Path,
    as_of: date | None = None,
    changes: Mapping[str, bytes | None] = MappingProxyType({}),
    ledger: Ledger | None = None,
) -> Judge:
    """An example folder, loaded and ready to be judged by any policy or gate.

    `changes` are files as they might be instead (None = taken away); `ledger` is its history, if it was read before.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", "make it, with the documents that the policy reads")
    snapshot: Snapshot = WorkTreeSnapshot(folder)
    if changes:
        snapshot = OverlaySnapshot(snapshot, changes)
    settings = read_settings(snapshot) if snapshot.paths([SETTINGS_PATH]) else SETTINGS
    base = None if "unanchored.txt" in changes or (folder / "unanchored.txt").exists() else _ANCHOR
    ledger = ledger or ledger_of(folder)
    if ledger is not None:
        rules = replace(ledger.rules, base=_ANCHOR, reason="an example")
        return Judge(load(snapshot, rules, as_of or day_of(folder)), snapshot, ledger)
    rules = Rules(settings, None, snapshot, base, "an example")
    program = load(snapshot, rules, as_of or day_of(folder))
    people = program.one("people")
    trusted = replace(rules, people=people.content if people else None)
    return Judge(replace(program, rules=trusted), snapshot)


def ledger_of(folder: Path) -> Ledger | None:
    """The commits of an example's protected branch, made for real and replayed; None when it has no history."""
    history = folder / "history"
    if not history.is_dir():
        return None
    with tempfile.TemporaryDirectory(prefix="ray18-") as place:
        repository = create(Path(place), "main")
        tip = ""
        for step in sorted(history.iterdir(), key=lambda path: int(path.name)):
            files: dict[str, bytes | None] = {
                path.relative_to(step).as_posix(): path.read_bytes() for path in step.rglob("*") if path.is_file()
            }
            gone = {entry.path: None for entry in repository.tree(tip, [])} if tip else {}
            author = Author("Example", "example@localhost", datetime.combine(DAY, time(), UTC))
            tip = commit_files(repository, "main", gone | files, author, f"step {step.name}")
        return read_ledger(repository, tip, None)


def examples_of_shipped() -> Path:
    """The folder with the examples of the policies that come with RAY-18."""
    return shipped("policies") / "examples"


def transcript(findings: Iterable[Finding]) -> str:
    """The findings as `expected.txt` holds them, one a line: `path:line:column: level: message -> remedy`."""
    return "".join(f"{_line(finding)}\n" for finding in findings)


def problems(policy: Policy | str, examples: Path) -> Iterator[str]:
    """What is wrong with a policy's examples, in words; nothing when they show what they should."""
    for name in ("pass", "fail"):
        if not (examples / name).is_dir():
            yield f"{examples / name}/ is missing: every policy has an example that passes and one that fails"
    for folder in sorted(path for path in examples.glob("*") if path.is_dir()):
        found = transcript(run_policy(policy, folder))
        kind = folder.name.partition("-")[0]
        if kind == "pass" and found:
            yield f"{folder} does not pass:\n{found}"
        elif kind == "fail":
            yield from _unlike(folder / "expected.txt", found)
        elif kind != "pass":
            yield f"{folder} is neither an example that passes nor one that fails: name it pass-… or fail-…"


def _unlike(expected: Path, found: str) -> Iterator[str]:
    wanted = expected.read_text(encoding="utf-8") if expected.is_file() else ""
    if not found:
        yield f"{expected.parent} passes: an example that cannot fail shows nothing"
    elif found != wanted:
        yield f"{expected} should be:\n{found}but is:\n{wanted}"


def _found(policy: Policy | str) -> Policy:
    found = shipped_policy(policy) if isinstance(policy, str) else policy
    if found is None:
        raise UsageError(f"there is no policy {policy!r}", "see them all: ray18 policy list")
    return found


def day_of(folder: Path) -> date:
    """The day on which an example is judged."""
    path = folder / "as_of.txt"
    if not path.is_file():
        return DAY
    text = path.read_text(encoding="utf-8").strip()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BlockedError(f"{path}: {text[:40]!r} is not a day", "write it as YYYY-MM-DD") from error


def _line(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}:{finding.column}: " if finding.path else ""
    remedy = f" -> {finding.remedy}" if finding.remedy else ""
    return f"{place}{finding.level}: {finding.message}{remedy}"

"""`ray18 handoff`: the seven checks before Protocol 22, the quality metrics with real figures, and the evidence package."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from ray18.commands import communication
from ray18.commands.communication import COMPLETE, NEXT_PROTOCOL, Log
from ray18.commands.evidence import verified
from ray18.commands.output import finish, say
from ray18.commands.place import Day, open_judge, program_root, root, today
from ray18.commands.script import doors
from ray18.errors import Ray18Error
from ray18.evidence import EVIDENCE
from ray18.evidence.json_text import as_json
from ray18.evidence.manifest import FILE as MANIFEST
from ray18.evidence.manifest import Manifest, read_manifest
from ray18.evidence.package import governed_places, history, packed
from ray18.files import write_whole
from ray18.findings import Finding
from ray18.gates import GateResult, Judge, Verdict
from ray18.git import Repository
from ray18.report import judge_gates
from ray18.steps import standings
from ray18.terminal import safe

OUTPUTS = ("maintenance-plan.md", "maintenance-lessons-input.md", "automation-candidates.json")
"""What other protocols and teams take from this one."""
CONTEXT_KIT = ".cursor/context-kit/protocol-18.json"
_MESSAGES = ("PHASE 1 START", "PHASE 2 START", "PHASE 2 COMPLETE", "PHASE 3 START", "RAY VALIDATION REQUEST")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the hand-off checklist."""

    title: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """One quality metric: its target and what it is, in percent."""

    title: str
    target: float
    actual: float


@dataclass(frozen=True)
class _State:
    """Everything that the checks look at."""

    results: tuple[GateResult, ...]
    halted: tuple[str, ...]
    evidence: tuple[Finding, ...] | None
    """None = there is no evidence to verify."""
    manifest: Manifest | None
    files: dict[str, bytes]
    scripts: tuple[str, ...]
    items: int


@click.command()
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="The package (default: handoff.zip).")
@click.option("--as-of", type=Day(), metavar="DATE", help="The day to judge on (default: today in UTC).")
@click.pass_context
def command(ctx: click.Context, output: Path | None, as_of: date | None) -> None:
    """Check that everything is in place for Protocol 22, and pack the evidence.

    The package holds the evidence, its manifest, a Git bundle of the history, and verify.py, which needs only Python and
    Git. Exit code 1 when a check fails; then nothing is packed.

    \b
    Example:
      ray18 evidence build && git add -A && git commit -m "Evidence" && ray18 handoff
    """
    repository, folder = program_root(ctx), root(ctx)
    judge = open_judge(repository, as_of=as_of or today())
    settings = judge.program.rules.settings
    state = _state(repository, folder, judge)
    checks, metrics = list(_checks(state)), list(_metrics(state))
    for check in checks:
        say(f"[{' ' if check.problems else 'x'}] {check.title}\n")
        say("".join(f"      {safe(problem)}\n" for problem in check.problems[:5]))
    say("\n")
    for metric in metrics:
        status = "met" if metric.actual >= metric.target else "missed"
        say(f"{metric.title:24}  target {metric.target:5.1f} %  actual {metric.actual:5.1f} %  {status}\n")
    if any(check.problems for check in checks) or state.manifest is None or state.manifest.commit is None:
        say("\nNot ready for Protocol 22.\n")
        finish(Verdict.FAILED)
        return
    log = Log(repository, folder, settings.evidence_folder)
    if not state.files.get(communication.FILE, b"").rstrip().endswith(b"}") or COMPLETE not in _said(state)[-1:]:
        log.announce(COMPLETE)
        state.files[communication.FILE] = log.path.read_bytes()
    said = {
        "version": 1,
        "program": {"id": settings.program.id, "title": settings.program.title},
        "next_protocol": NEXT_PROTOCOL,
        "governed_places": governed_places(settings.locations),
        "checks": [{"title": check.title, "ok": not check.problems} for check in checks],
        "metrics": [{"title": m.title, "target": m.target, "actual": round(m.actual, 1)} for m in metrics],
    }
    target = output or folder / "handoff.zip"
    write_whole(target, packed(state.files, said, history(repository, state.manifest.commit)))
    write_whole(
        folder / CONTEXT_KIT, as_json({**said, "package": target.name, "evidence_folder": settings.evidence_folder})
    )
    say(f"\nwrote  {target}\nwrote  {CONTEXT_KIT}\n\nNext protocol:\n{NEXT_PROTOCOL}\n")


def _state(repository: Repository, root: Path, judge: Judge) -> _State:
    folder = judge.program.rules.settings.evidence_folder
    names = {entry.path.rsplit("/", 1)[-1]: entry for entry in judge.snapshot.paths([folder])}
    wanted = {MANIFEST, communication.FILE, *(entry.file for entry in EVIDENCE)}
    files = {name: judge.snapshot.read(entry.path) for name, entry in names.items() if name in wanted}
    try:
        evidence: tuple[Finding, ...] | None = verified(repository).findings
        manifest = read_manifest(judge.snapshot, folder)
    except Ray18Error:
        evidence = manifest = None
    halted = tuple(
        f"{s.step.number} {s.step.title}: {s.halts[0].message}" for s in standings(judge) if s.halts and s.step.must
    )
    missing = (path for path, content in doors().items() if not _holds(root / path, content))
    items = len(judge.program.of("backlog-item"))
    return _State(judge_gates(judge, ()).results, halted, evidence, manifest, files, tuple(missing), items)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _checks(state: _State) -> Iterator[Check]:
    """The seven lines of the protocol's hand-off checklist."""
    failed = [r for r in state.results if r.verdict is Verdict.FAILED or r.verdict is Verdict.BLOCKED]
    first = tuple(r.actual for r in failed if r.gate.number == 0)
    yield Check("All prerequisites were met", first)
    yield Check("All workflow steps completed successfully", state.halted)
    gates = tuple(f"gate {r.gate.number}, {r.gate.title}: {r.actual}" for r in failed if r.gate.number)
    yield Check("All quality gates passed (or waivers documented)", gates)
    yield Check("All evidence artifacts captured and stored", _evidence_problems(state))
    absent = tuple(f"{name} is missing" for name in OUTPUTS if name not in state.files)
    yield Check("All integration outputs generated", absent)
    hooks = tuple(f"{path} is missing, or not the protocol's" for path in state.scripts)
    yield Check("All automation hooks executed successfully", (*hooks, *(r.actual for r in failed)))
    yield Check("Communication log complete", tuple(_log_problems(state)))


def _evidence_problems(state: _State) -> tuple[str, ...]:
    if state.evidence is None or state.manifest is None:
        return ("there is no evidence yet: ray18 evidence build",)
    found = [f"{finding.path}: {finding.message}" for finding in state.evidence]
    found += [f"{entry.file} cannot be derived yet" for entry in EVIDENCE if entry.file not in state.files]
    if state.manifest.commit is None:
        found.append(
            "the records were not committed when the evidence was built: commit them, then ray18 evidence build"
        )
    return tuple(found)


def _log_problems(state: _State) -> Iterator[str]:
    content = state.files.get(communication.FILE)
    if content is None:
        yield "there is no communication log: ray18 run"
        return
    yield from communication.broken(content)
    said = "\n".join(communication.texts(content))
    yield from (f"it lacks the announcement {name}" for name in _MESSAGES if name not in said)


def _said(state: _State) -> list[str]:
    return communication.texts(state.files.get(communication.FILE, b""))


def _metrics(state: _State) -> Iterator[Metric]:
    backlog = next(result for result in state.results if result.gate.number == 1)
    bad = {finding.item for finding in backlog.findings if finding.level != "warning" and finding.item}
    yield Metric(
        "Gate 1 Pass Rate", 95.0, 100.0 * (1 - min(len(bad), state.items) / state.items) if state.items else 0.0
    )
    broken = {finding.path.rsplit("/", 1)[-1] for finding in state.evidence or ()}
    current = [entry for entry in EVIDENCE if entry.file in state.files and entry.file not in broken]
    complete = 100.0 * len(current) / len(EVIDENCE) if state.evidence is not None else 0.0
    yield Metric("Evidence Completeness", 100.0, complete)
    yield Metric("Integration Integrity", 100.0, 100.0 * sum(name in state.files for name in OUTPUTS) / len(OUTPUTS))

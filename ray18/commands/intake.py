"""`ray18 intake`: reads a hand-over, reports on it and drafts records; never changes what people wrote."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ray18.commands.mapping import is_foreign, proposal_lines
from ray18.commands.modelines import header
from ray18.commands.output import say
from ray18.commands.place import root
from ray18.commands.reintake import DRAFTED, DifferenceOutput, Update, differences, lines, plain, record_bytes, updated
from ray18.documents import kind
from ray18.documents.document import read
from ray18.documents.people import People
from ray18.documents.services import Services
from ray18.documents.settings import Settings
from ray18.errors import BlockedError, EnvironmentProblem, UsageError
from ray18.files import write_whole
from ray18.handover import Handover, Remark, read_handover
from ray18.handover.json_text import MAX_BYTES
from ray18.handover.model import Artifact, Team
from ray18.handover.text import is_slug, slug
from ray18.handover.validation import REPORT_NAME, ValidationReport, halts, report_bytes, validation_report
from ray18.planning.duplicates import likely_duplicates
from ray18.program import read_settings
from ray18.snapshot import WorkTreeSnapshot
from ray18.terminal import safe
from ray18.yaml import Value, render

ANNOUNCEMENT = (
    "[MASTER RAY™ | PHASE 1 START] - Reviewing handover package and operational assignments for maintenance planning..."
)
_EXIT = {"complete": 0, "incomplete": 1, "unreadable": 3}
_SHOWN_REMARKS = 20
_MAX_FILES = 5_000
_MAX_TOTAL = 512 * 1024 * 1024
_IGNORED = frozenset((".git", ".DS_Store", "Thumbs.db"))


@dataclass(frozen=True)
class Plan:
    """What one run would write, by path relative to the repository, and what it leaves alone."""

    copies: Mapping[str, bytes]
    services: Mapping[str, bytes]
    items: Mapping[str, bytes]
    update: Update
    """What changes in records that exist already."""
    report: Mapping[str, bytes]
    notes: tuple[str, ...]

    def writes(self) -> Mapping[str, bytes]:
        """Everything, in the order of writing: the report comes last."""
        return {**self.copies, **self.services, **self.items, **self.update.writes, **self.report}


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--copy/--no-copy", default=True, help="Copy FOLDER into the program when it lies elsewhere.")
@click.option("--replace", is_flag=True, help="Let copies replace files that differ.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option(
    "--propose-mapping", is_flag=True, help="Only propose what foreign columns and words mean; write nothing."
)
@click.option("--settle", is_flag=True, help="Show no more where people's records differ from this hand-over.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(
    ctx: click.Context,
    folder: Path | None,
    copy: bool,
    replace: bool,
    dry_run: bool,
    settle: bool,
    propose_mapping: bool,
    format_: str,
) -> None:
    """Read a hand-over: report whether it is complete, draft the service catalog and the backlog.

    FOLDER holds the artifacts (default: the program's own hand-over folder). Fields that nobody changed since
    they were drafted follow a newer hand-over; what people changed stays, and nothing is closed. Exit code 1: an
    artifact is missing, or ownership unclear; 3: one unreadable.

    \b
    Examples:
      ray18 intake ../handover-from-project
      ray18 intake --dry-run
      ray18 intake ../handover-from-project --propose-mapping
    """
    place = root(ctx)
    settings = read_settings(WorkTreeSnapshot(place))
    _require_hand_over(place, settings, folder)
    if propose_mapping:
        files, _ = _read_folder(_source(place, settings, folder))
        say("".join(f"{safe(line)}\n" for line in proposal_lines(files, settings.intake, _people(place, settings))))
        return
    files, copies, troubles = _gathered(place, settings, folder, copy, replace)
    handover = read_handover(files, settings.intake)
    program = {"id": settings.program.id, "title": settings.program.title}
    report = validation_report(handover, program)
    plan = _planned(place, settings, handover, copies, report, settle)
    changed = _changed(place, plan) if dry_run else _written(place, plan)
    outcome = _Outcome(handover, plan, report, changed, dry_run, troubles)
    if format_ == "json":
        say(report_bytes(_output(outcome)).decode())
    else:
        say("".join(f"{safe(line)}\n" for line in _text(outcome, _people(place, settings))))
    status = max(_EXIT[handover.verdict], 3 if troubles else 0)
    if status:
        raise click.exceptions.Exit(status)


def _require_hand_over(place: Path, settings: Settings, folder: Path | None) -> None:
    """Raises UsageError for a folder that is the program itself, its Git folder, or one of its own records."""
    if folder is None:
        return
    given, here = folder.resolve(), place.resolve()
    own = [here / ".git", here / settings.evidence_folder]
    own += [here / path for name, path in settings.locations.model_dump().items() if name != "handover"]
    if here.is_relative_to(given) or any(given.is_relative_to(path) for path in own):
        raise UsageError(f"{folder} belongs to the program itself", "name the folder with the hand-over")


@dataclass(frozen=True)
class _Outcome:
    handover: Handover
    plan: Plan
    report: ValidationReport
    changed: tuple[str, ...]
    dry_run: bool
    troubles: tuple[Remark, ...]


def _gathered(
    place: Path, settings: Settings, folder: Path | None, copy: bool, replace: bool
) -> tuple[dict[str, bytes], dict[str, bytes], tuple[Remark, ...]]:
    """The files to judge, those to copy into the program by path there, and what cannot be taken."""
    home, source = place / settings.locations.handover, _source(place, settings, folder)
    files, troubles = _read_folder(source)
    if source.resolve() == home.resolve() or not copy:
        return files, {}, troubles
    present, more = _read_folder(home) if home.is_dir() else ({}, ())
    differing = sorted(name for name, content in files.items() if present.get(name, content) != content)
    if differing and not replace:
        raise UsageError(
            f"{settings.locations.handover} holds other versions of: {', '.join(differing)[:200]}",
            "compare them; then run with --replace to take the new ones, or with --no-copy to leave both",
        )
    copies = {
        f"{settings.locations.handover}/{name}": content
        for name, content in files.items()
        if present.get(name) != content and len(content) <= MAX_BYTES
    }
    return {**present, **files}, copies, (*troubles, *more)


def _source(place: Path, settings: Settings, folder: Path | None) -> Path:
    """The folder to read. Raises UsageError where there is none."""
    source = folder or place / settings.locations.handover
    if not source.is_dir():
        raise UsageError(f"there is no folder {source}", "name the folder with the artifacts")
    return source


def _read_folder(folder: Path) -> tuple[dict[str, bytes], tuple[Remark, ...]]:
    """Content by path relative to the folder; links and other odd files are remarked upon, never followed."""
    files: dict[str, bytes] = {}
    troubles: list[Remark] = []
    total = 0
    for name, path in _walk(folder):
        if path.is_symlink() or not path.is_file():
            troubles.append(Remark(name, 0, "a link, or not a file; it is not read", "put the file there", True))
            continue
        files[name] = _bytes(path)
        total += len(files[name])
        if len(files) > _MAX_FILES or total > _MAX_TOTAL:
            raise BlockedError(
                f"{folder} holds more than {_MAX_FILES:,} files or {_MAX_TOTAL:,} bytes",
                "name the folder with the artifacts, not one above it",
            )
    return files, tuple(troubles)


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if entry.name in _IGNORED:
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from ((f"{entry.name}/{name}", path) for name, path in _walk(entry))
        else:
            yield entry.name, entry


def _bytes(path: Path) -> bytes:
    """The content; of a file that is too large only so much that its size shows."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise EnvironmentProblem(f"cannot read {path}: {error.strerror}", "mend the permissions") from error


def _planned(
    place: Path,
    settings: Settings,
    handover: Handover,
    copies: Mapping[str, bytes],
    report: ValidationReport,
    settle: bool,
) -> Plan:
    services, notes = _services(place, settings, handover)
    items = _items(place, settings, handover)
    fresh = frozenset(Path(path).stem for path in items)
    update = updated(place, settings, handover, fresh, settle)
    evidence = {
        f"{settings.evidence_folder}/{REPORT_NAME}": report_bytes(report),
        f"{settings.evidence_folder}/{DRAFTED}": record_bytes(update),
    }
    return Plan(copies, services, items, update, evidence, notes)


def _services(place: Path, settings: Settings, handover: Handover) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The drafted catalog where there is none yet; else which services it lacks."""
    path = settings.locations.services
    if not handover.services:
        return {}, ()
    known = _document(place, path, "services")
    if known is None and (place / path).exists():
        return {}, (f"{path} cannot be read and was left alone; `ray18 check` says why",)
    if isinstance(known, Services) and known.services:
        lacking = [service.id for service in handover.services if service.id not in known.ids()]
        return {}, tuple(f"{path} lacks the service {name}, which the hand-over names" for name in lacking)
    drafted = Services(services=handover.services)
    return {path: render(plain(drafted), header("services", path))}, ()


def _items(place: Path, settings: Settings, handover: Handover) -> dict[str, bytes]:
    """The drafts of items that are not there yet."""
    folder = settings.locations.backlog
    present = {path.name.casefold() for path in (place / folder).glob("*")}
    fresh = [item for item in handover.items if f"{item.id}.yaml".casefold() not in present]
    paths = {f"{folder}/{item.id}.yaml": item for item in fresh}
    return {path: render(plain(item), header("backlog-item", path)) for path, item in paths.items()}


def _document(place: Path, path: str, kind_name: str) -> Any:
    """The content of a governed file, or None when it is not there or cannot be used."""
    snapshot = WorkTreeSnapshot(place)
    if not snapshot.paths([path]):
        return None
    document, _ = read(kind(kind_name), path, snapshot.read(path))
    return document.content if document else None


def _people(place: Path, settings: Settings) -> People | None:
    found = _document(place, settings.locations.people, "people")
    return found if isinstance(found, People) else None


def _changed(place: Path, plan: Plan) -> tuple[str, ...]:
    """Paths whose content would change."""
    return tuple(path for path, content in plan.writes().items() if _differs(place / path, content))


def _differs(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != content


def _written(place: Path, plan: Plan) -> tuple[str, ...]:
    """Paths whose content was changed."""
    writes = plan.writes()
    for path in writes:
        _refuse_way_out(place, path)
    return tuple(path for path, content in writes.items() if write_whole(place / path, content))


def _refuse_way_out(place: Path, path: str) -> None:
    if not (place / path).parent.resolve().is_relative_to(place.resolve()):
        raise UsageError(f"{path} leads outside the repository", "replace the symbolic link by a real folder")


class IntakeOutput(ValidationReport):
    """What reading a hand-over in came to: the report on it, and what was or would be written."""

    dry_run: bool
    """Whether nothing was written."""
    report: str
    """Where the report is kept."""
    changed: tuple[str, ...]
    """The files that were, or would be, written."""
    kept: int
    """How many items are as they were."""
    updated: tuple[str, ...]
    """The records that follow the newer hand-over."""
    differences: tuple[DifferenceOutput, ...]
    """What people changed, and the hand-over has otherwise."""
    no_longer_handed_over: tuple[str, ...]
    """Open items that this hand-over does not have."""
    notes: tuple[str, ...]
    """What else people should know."""


def _output(outcome: _Outcome) -> IntakeOutput:
    plan, troubles = outcome.plan, (f"{entry.path}: {entry.message}" for entry in outcome.troubles)
    return IntakeOutput(
        **dict(outcome.report),
        dry_run=outcome.dry_run,
        report=next(iter(plan.report)),
        changed=tuple(sorted(outcome.changed)),
        kept=plan.update.kept,
        updated=tuple(plan.update.updated),
        differences=differences(plan.update),
        no_longer_handed_over=tuple(plan.update.gone),
        notes=(*plan.notes, *plan.update.notes, *troubles),
    )


def _text(outcome: _Outcome, people: People | None) -> Iterator[str]:
    handover = outcome.handover
    yield ANNOUNCEMENT
    yield ""
    yield from _table(handover.artifacts)
    yield ""
    yield from _remark_lines((*outcome.troubles, *handover.remarks), next(iter(outcome.plan.report)))
    yield from _drafted(outcome)
    pairs = len(likely_duplicates(handover.items))
    if pairs:
        yield f"{pairs:,} pairs of items may be the same: `ray18 backlog duplicates` says which, and why."
    if is_foreign(handover):
        yield ""
        yield "Some columns or words are foreign: `ray18 intake --propose-mapping` proposes what they may mean."
    yield from _unknown_owners(handover.teams_named, people)
    yield ""
    yield from _ending(outcome)


def _table(artifacts: Sequence[Artifact]) -> Iterator[str]:
    width = max(len(entry.name) for entry in artifacts)
    for entry in artifacts:
        yield f"{entry.name:{width}}  {entry.sum if entry.present else ''}{_state(entry)}".rstrip()


def _state(entry: Artifact) -> str:
    if not entry.present:
        return "MISSING" if entry.required else "not handed over"
    return "" if entry.readable else "; UNREADABLE, in whole or in part"


def _remark_lines(remarks: Sequence[Remark], report: str) -> Iterator[str]:
    for remark in remarks[:_SHOWN_REMARKS]:
        place = f"{remark.path}:{remark.line}" if remark.line else remark.path
        yield f"{'!' if remark.blocking else ' '} {place}: {remark.message}" + (
            f" ({remark.remedy})" if remark.remedy else ""
        )
    if remarks:
        shown = min(len(remarks), _SHOWN_REMARKS)
        yield f"{shown} of {len(remarks):,} remarks, worst first (! = keeps it incomplete); all in {report}"
        yield ""


def _drafted(outcome: _Outcome) -> Iterator[str]:
    plan, changed = outcome.plan, set(outcome.changed)
    would = "would be " if outcome.dry_run else ""
    if not changed:
        yield "Nothing changed: everything is as the last run left it."
    for what, paths in (("copied", plan.copies), ("drafted", plan.services), ("written", plan.report)):
        done = sorted(changed & set(paths))
        if done:
            yield f"{would}{what}: {', '.join(done[:3])}" + (f" and {len(done) - 3} more" * (len(done) > 3))
    fresh = sorted(changed & set(plan.items))
    if fresh:
        yield f"{would}drafted: {len(fresh):,} backlog items, {Path(fresh[0]).name} to {Path(fresh[-1]).name}"
    if plan.update.kept:
        yield f"kept: {plan.update.kept:,} records that exist already and need no change"
    yield from lines(plan.update, outcome.dry_run)
    yield from plan.notes


def _unknown_owners(named: Sequence[Team], people: People | None) -> Iterator[str]:
    """What to add to people.yaml, which is never written from here: it is the trust file."""
    owners = people.owners() if people else frozenset[str]()
    addresses = {person.email for person in people.people if person.email} if people else set()
    teams = [team for team in named if "@" not in team.name and team.name not in owners]
    persons = [team for team in named if "@" in team.name and team.name not in addresses]
    if not teams and not persons:
        return
    yield ""
    yield "Owners that people.yaml does not know yet; look at each, then add it by hand:"
    value = {"people": [_person(entry) for entry in persons], "teams": [_team(entry) for entry in teams]}
    snippet = render({name: entries for name, entries in value.items() if entries})
    yield from (f"  {line}" for line in snippet.decode().splitlines())


def _person(entry: Team) -> Value:
    name = entry.name.partition("@")[0]
    return {"id": slug(name) or "someone", "name": name, "email": entry.name}


def _team(entry: Team) -> Value:
    team_id = entry.name if is_slug(entry.name) else slug(entry.name) or "some-team"
    contact: dict[str, Value] = {"contact": entry.contact} if entry.contact else {}
    return {"id": team_id, "name": entry.name, "members": [], **contact}


def _ending(outcome: _Outcome) -> Iterator[str]:
    reasons = [*halts(outcome.handover), *(f"{entry.path}: {entry.message}" for entry in outcome.troubles)]
    if reasons:
        yield "halted: the hand-over is not complete"
        yield from (f"  - {reason}" for reason in reasons)
        yield "Next: ask the project for what is missing, then run `ray18 intake` again."
    else:
        yield "The hand-over is complete."
        yield "Next: give each item its owner, severity and due date (`ray18 backlog list --no-owner`)."

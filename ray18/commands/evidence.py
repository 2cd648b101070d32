"""`ray18 evidence`: build the evidence files from the records, and verify them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from ray18.commands.output import emit, format_option, say
from ray18.commands.place import Day, judging_options, open_judge, program_repository, program_root, root, today
from ray18.counting import counted
from ray18.errors import BlockedError, Ray18Error, UsageError
from ray18.evidence import EVIDENCE
from ray18.evidence.manifest import FILE, POLICY, Built, Manifest, build, compare, read_manifest, records_digest
from ray18.exports import EXPORTS, Export, as_bytes, export_named
from ray18.files import write_whole
from ray18.findings import Finding, ordered
from ray18.gates import Judge
from ray18.git import Repository
from ray18.report import CheckReport
from ray18.snapshot import CommitSnapshot
from ray18.sources import Sources


@click.group()
def command() -> None:
    """Build the evidence files of the protocol from the records, and verify that they hold.

    \b
    Examples:
      ray18 evidence list
      ray18 evidence build
      ray18 evidence verify
      ray18 evidence verify --rev origin/main
      ray18 evidence export vsa --rev main
    """


@command.command("list")
def list_() -> None:
    """List the evidence files."""
    width = max(len(entry.file) for entry in EVIDENCE)
    say("".join(f"{entry.file:{width}}  {entry.purpose} (for {entry.consumer})\n" for entry in EVIDENCE))


@command.command("build")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FOLDER", help="Where to (default: as settings say)."
)
@click.option("--as-of", type=Day(), metavar="DATE", help="The day to derive it for (default: today in UTC).")
@click.pass_context
def build_(ctx: click.Context, output: Path | None, as_of: date | None) -> None:
    """Write every evidence file and the manifest. The same records and day give the same bytes."""
    judge = open_judge(program_root(ctx), as_of=as_of or today())
    folder = output or root(ctx) / judge.program.rules.settings.evidence_folder
    built = built_evidence(program_root(ctx), judge)
    changed = write_evidence(built, folder)
    say("".join(f"wrote  {folder / name}\n" for name in changed))
    say("".join(f"not yet  {name}: the records have nothing to derive it from\n" for name in built.missing))
    say(f"{len(built.files)} of {len(EVIDENCE)} evidence files, {counted(len(changed), 'files')} changed\n")


@command.command()
@click.option("--rev", metavar="REV", help="Verify this commit, without checking it out.")
@click.option("--base", metavar="REV", help="The trusted commit that supplies the rules.")
@format_option
@click.pass_context
def verify(ctx: click.Context, rev: str | None, base: str | None, formats: tuple[str, ...]) -> None:
    """Derive the evidence again, for the day in its manifest, and compare it byte for byte.

    A file that was edited by hand, is missing or does not follow from the records fails.
    """
    report = verified(program_repository(ctx), rev, base)
    emit("check", report, formats)


@command.command()
@click.argument("name", metavar="FORMAT")
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Your SSH private key: the Statement is written into a DSSE envelope signed with it. Without, it is not signed.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to (default: on the screen)."
)
@judging_options
def export(judge: Judge, name: str, key: Path | None, output: Path | None) -> None:
    """Write what other tools read: in-toto, vsa (SLSA) or oscal-poam.

    Exit code 0: it is written, also when gates fail, which it then says; 3: it cannot be written honestly.

    \b
    Examples:
      ray18 evidence export in-toto --rev main --key ~/.ssh/id_ed25519 -o decisions.dsse.json
      ray18 evidence export vsa --rev main
      ray18 evidence export oscal-poam --as-of 2026-06-30 -o poam.json
    """
    chosen = export_named(name)
    content = as_bytes(chosen.written(judge)) if key is None else _enveloped(chosen, judge, key)
    if output is None:
        say(content.decode())
    else:
        write_whole(output, content)


def _enveloped(chosen: Export, judge: Judge, key: Path) -> bytes:
    """The export in a signed envelope. Raises UsageError when it has none, or the key cannot sign it."""
    from ray18.exports import dsse

    if not chosen.signable:
        signable = " and ".join(entry.name for entry in EXPORTS if entry.signable)
        raise UsageError(f"{chosen.name} has no signed envelope", f"leave --key out; {signable} can be signed")
    if not key.is_file():
        raise UsageError(f"there is no key {key}", "name your private key with --key")
    signer = dsse.private_key(
        key.read_bytes(), lambda: str(click.prompt(f"Passphrase of {key}", hide_input=True, err=True))
    )
    return as_bytes(dsse.envelope(as_bytes(chosen.written(judge)), signer))


def verified(repository: Repository, rev: str | None = None, base: str | None = None) -> CheckReport:
    """The report on the evidence of one snapshot. Raises BlockedError when there is no manifest."""
    judge = open_judge(repository, as_of=today(), rev=rev, base=base)
    folder = judge.program.rules.settings.evidence_folder
    manifest = read_manifest(judge.snapshot, folder)
    if manifest is None:
        raise BlockedError(f"there is no {folder}/{FILE}", "build the evidence: ray18 evidence build")
    on_its_day = open_judge(repository, as_of=manifest.as_of, rev=rev, base=base)
    findings = ordered((*compare(on_its_day, manifest), *_commit_problems(repository, on_its_day, manifest)))
    return CheckReport(on_its_day.program, len(manifest.files) + 1, findings, (), Sources(on_its_day.snapshot))


def _commit_problems(repository: Repository, judge: Judge, manifest: Manifest) -> Iterator[Finding]:
    """What is wrong with the commit that the manifest names."""
    if manifest.commit is None:
        return
    path = f"{judge.program.rules.settings.evidence_folder}/{FILE}"
    try:
        there = CommitSnapshot(repository, repository.resolve(manifest.commit))
        holds = records_digest(there, judge) == manifest.records
    except Ray18Error:
        holds = False
    if not holds:
        message = f"commit {manifest.commit[:12]} does not hold the records that it was derived from"
        yield Finding(POLICY, "error", message, path, remedy="build it again: ray18 evidence build")


def built_evidence(repository: Repository, judge: Judge) -> Built:
    """All evidence, with the commit named when it holds these very records."""
    head = repository.head()
    same = head and records_digest(CommitSnapshot(repository, head), judge) == records_digest(judge.snapshot, judge)
    return build(judge, head if same else None)


def write_evidence(built: Built, folder: Path) -> list[str]:
    """Writes evidence into a folder; the names of the files that changed."""
    files = {**built.files, FILE: built.manifest}
    return [name for name, content in files.items() if write_whole(folder / name, content)]

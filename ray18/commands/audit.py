"""`ray18 audit`: every governed step of history judged, and checkpoints of it."""

from datetime import date
from pathlib import Path

import click

from ray18.audit import CHECKPOINT, AuditReport, audit, checkpoint_digest
from ray18.commands.output import emit, finish, format_option, say
from ray18.commands.place import Day, audited_ledger, forgotten_tip, program_repository, today
from ray18.commands.records import put, signed_files, signing_options, your_id, your_signer, yourself
from ray18.documents import kind
from ray18.documents.checkpoint import Checkpoint
from ray18.documents.document import made, read
from ray18.errors import BlockedError
from ray18.ledger import Ledger


@click.command()
@click.option("--rev", metavar="REV", help="Audit the branch that ends here (default: the protected branch).")
@click.option("--anchor", metavar="REV", help="The commit where trust begins, as you know it from elsewhere.")
@click.option("--as-of", type=Day(), metavar="DATE", help="The day to judge on (default: today in UTC).")
@click.option("--checkpoint", is_flag=True, help="Sign what was found, as the next checkpoint in the chain.")
@click.option(
    "--against",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="A checkpoint that you kept elsewhere; repeatable.",
)
@click.option(
    "--accept-tip", is_flag=True, help="What an earlier audit here saw last is gone, and that is as it should be."
)
@click.option("--no-cache", is_flag=True, help="Read everything anew; the answer is the same.")
@signing_options
@format_option
@click.pass_context
def command(
    ctx: click.Context,
    rev: str | None,
    anchor: str | None,
    as_of: date | None,
    checkpoint: bool,
    against: tuple[Path, ...],
    accept_tip: bool,
    no_cache: bool,
    key: Path | None,
    gpg: str | None,
    yes: bool,
    no_commit: bool,
    formats: tuple[str, ...],
) -> None:
    """Judge every step of the protected branch: who did what, by what evidence, and what was out of order.

    Exit code 0: nothing stands that is out of order; 1: something does; 3: history cannot be read.

    \b
    Examples:
      ray18 audit
      ray18 audit --anchor 3f2c9ab --format markdown=audit.md
      ray18 audit --checkpoint
      ray18 audit --against ~/checkpoints/CP-000007.yaml
    """
    repository = program_repository(ctx)
    ledger = audited_ledger(repository, rev, anchor, cached=not no_cache)
    if rev is None:
        ledger.forgotten = forgotten_tip(repository, ledger, accept=accept_tip)
    elsewhere = [_checkpoint(path) for path in against]
    report = audit(ledger, as_of or today(), repository.disguises(), elsewhere)
    if checkpoint:
        signer = your_signer(repository, key, gpg)
        person = your_id(ledger.rules.people, signer)
        record = _next(ledger, report, person)
        say(f"checkpoint {record.id}: {record.steps:,} steps up to {record.tip[:12]}, as {person}\n")
        if report.verdict.exit_code:
            say(
                "note: something stands that is out of order; the checkpoint says what was found, not that it is well\n"
            )
        if not yes:
            click.confirm("Sign this?", abort=True, err=True)
        path = f"{ledger.rules.settings.locations.checkpoints}/{record.id}.yaml"
        files = signed_files(path, "checkpoint", record, signer, CHECKPOINT)
        author = yourself(ledger.rules.people, person)
        put(repository, lambda _: files, f"Audit up to {record.tip[:12]}", author, signer, commit=not no_commit)
        finish(report.verdict)
        return
    emit("audit", report, formats)


def _next(ledger: Ledger, report: AuditReport, person: str) -> Checkpoint:
    held = sorted((one.document.content for one in ledger.checkpoints.values()), key=lambda one: one.steps)
    return made(
        Checkpoint,
        {
            "id": f"CP-{len(held) + 1:06}",
            "program": report.program,
            "tip": report.tip,
            "steps": ledger.steps,
            "history": report.history,
            "rules": report.rules,
            "previous": checkpoint_digest(held[-1]) if held else None,
            "person": person,
            "made_on": today(),
        },
    )


def _checkpoint(path: Path) -> Checkpoint:
    document, findings = read(kind("checkpoint"), str(path), path.read_bytes())
    if document is None:
        raise BlockedError(f"{path}:{findings[0].line}: {findings[0].message}", findings[0].remedy)
    found: Checkpoint = document.content
    return found

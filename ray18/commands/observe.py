"""`ray18 approvals observe`: the reviews of a pull or merge request as approval records, signed by whoever observed them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click
from pydantic import Field

from ray18.approvals import record_path
from ray18.commands.forge_place import ForgePlace, forge_options, forge_place
from ray18.commands.output import say
from ray18.commands.place import program_repository, protection, today
from ray18.commands.records import put, your_signer, yourself
from ray18.commands.reviews import Outcome, Watch
from ray18.commits import current_branch
from ray18.documents.base import Output
from ray18.errors import EnvironmentProblem, UsageError
from ray18.files import write_whole
from ray18.forges import export
from ray18.forges.model import Change, ForgeName, ReviewState
from ray18.forges.table import FORGES, forge
from ray18.git import Repository
from ray18.renderers.inert import json_text
from ray18.signing import Signer, key_in
from ray18.subjects import short
from ray18.terminal import safe

KEY = "RAY18_OBSERVER_KEY"
"""The environment variable that may hold the observer's private key, for CI systems that keep secrets there."""
SECRET = "RAY18_WEBHOOK_SECRET"  # noqa: S105 (the name of a variable)
REPORT = "observations.json"
_LOOKS = 4


class ReviewOutput(Output):
    """One review, and what came of it."""

    id: str = Field(description="The review's id on the forge.")
    account: int = Field(description="The reviewer's account number; 0 where the forge does not tell.")
    login: str = Field(description="The account's name then, only a label.")
    person: str = Field(description="Whose account it is, by the people file in force; empty when nobody's.")
    state: ReviewState = Field(description="What the forge tells that the reviewer decided.")
    commit: str = Field(description="The commit that was reviewed; empty where the forge does not tell.")
    submitted_at: str = Field(description="When, as the forge tells it.")
    raw: str = Field(description="SHA-256 of the forge's answer, byte for byte.")
    records: list[str] = Field(description="The records made of it.")
    reasons: list[str] = Field(description="Why it says nothing, or nothing more; one for each subject or review.")


class ObservationsOutput(Output):
    """The reviews of one pull or merge request, as an observer found them."""

    version: Literal[1] = Field(description="The version of this format.")
    program: str = Field(description="The program's id.")
    forge: ForgeName = Field(description="Which forge.")
    repository: str = Field(description="The repository there.")
    change: int = Field(description="The number of the pull or merge request.")
    state: Literal["open", "merged", "closed"] = Field(description="Whether it is merged.")
    head: str = Field(description="Its newest commit when this was read.")
    observer: str = Field(description="Who read it, and signed the records.")
    fetched_on: str = Field(description="The day it was read, as YYYY-MM-DD.")
    reviews: list[ReviewOutput] = Field(description="Every review, oldest first, counted or not.")


@click.command("observe")
@forge_options
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Read an export, or a webhook's payload, instead of asking the forge.",
)
@click.option("--signature", metavar="TEXT", help=f"The signature that came with a webhook; ${SECRET} has the secret.")
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE", help="Keep what the forge told, for --from.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the records there, for `--observed FOLDER` of other commands.",
)
@click.option(
    "--list",
    "listed",
    type=click.Choice(["open", "merged"]),
    help="Only print the numbers of the changes for the protected branch, for a loop in CI.",
)
@click.option("--commit", is_flag=True, help="Commit the records to the protected branch; only once it is merged.")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help=f"The observer's key (default: ${KEY}).")
@click.pass_context
def command(
    ctx: click.Context,
    number: int | None,
    forge_name: str | None,
    repo: str | None,
    api: str | None,
    source: Path | None,
    signature: str | None,
    save: Path | None,
    out: Path | None,
    listed: str | None,
    commit: bool,
    key: Path | None,
) -> None:
    """Record the reviews of a pull or merge request, signed by you as their observer.

    A review counts for the subjects that the change alters, in the role that its author holds, as they are at the commit
    that was reviewed. Nothing is pushed, and nothing is written to the branch under review: use the records with
    `--observed FOLDER`, and commit them once it is merged.

    \b
    Examples:
      ray18 approvals observe --pr 7 --out observed
      ray18 gate approvals --rev HEAD --observed observed
      ray18 approvals observe --pr 7 --commit               (after the merge, on the protected branch)
      ray18 approvals observe --forge github --from payload.json --out observed
    """
    repository = program_repository(ctx)
    if listed is not None:
        where = forge_place(repository, number=None, forge_name=forge_name, repo=repo, api=api)
        say("".join(f"{one}\n" for one in _numbers(repository, where, merged=listed == "merged")))
        return
    if out is None and not commit and save is None:
        raise UsageError("where shall the records go?", "--out FOLDER, or --commit after the merge")
    place = None
    if source is None:
        place = forge_place(repository, number=number, forge_name=forge_name, repo=repo, api=api)
    look = _Look(place, source, signature, forge_name)
    change = look.now()
    if number is not None and change.number != number:
        raise UsageError(f"{source} is about change {change.number}, not {number}", "name that one with --pr")
    if save is not None:
        write_whole(save, export.exported(change.forge, change.answers))
        say(f"wrote  {save}\n")
    if out is None and not commit:
        return
    watch, outcomes = _settled(repository, look, change, _signer(repository, key))
    _tell(watch, outcomes)
    if out is not None:
        _write(watch, outcomes, out)
    if commit:
        _commit(watch, outcomes)


def _numbers(repository: Repository, place: ForgePlace, *, merged: bool) -> list[int]:
    """The changes for the protected branch, the oldest first."""
    module, guarded = forge(place.forge), protection(repository, cached=True)
    if guarded is None:
        raise UsageError("there is no protected branch here", "fetch it, or clone the whole repository")
    client = module.client(place.api, place.token)
    return sorted(module.numbers(client, place.repository, guarded[0], merged=merged))


@dataclass(frozen=True)
class _Look:
    """Where the forge's word comes from; looked at again before it is used."""

    place: ForgePlace | None
    source: Path | None
    signature: str | None
    forge_name: str | None

    def now(self) -> Change:
        """What the forge, or the file, tells now."""
        if self.place is not None:
            module = forge(self.place.forge)
            client = module.client(self.place.api, self.place.token)
            return module.change(module.fetch(client, self.place.repository, self.place.change))
        if self.source is None:
            raise AssertionError("either a forge or a file")
        content = self.source.read_bytes()
        secret = os.environ.get(SECRET, "")
        if secret:
            export.require_vouched(content, self.signature or "", secret)
        elif self.signature:
            raise UsageError("there is no secret to check the signature with", f"put it into ${SECRET}")
        return export.read(content, next((name for name in FORGES if name == self.forge_name), None))


def _settled(repository: Repository, look: _Look, change: Change, signer: Signer) -> tuple[Watch, list[Outcome]]:
    """What comes of the reviews, once the forge tells the same before and after it was worked out."""
    for _ in range(_LOOKS):
        watch = Watch(repository, change, signer)
        outcomes = watch.outcomes()
        again = look.now()
        if again == change:
            return watch, outcomes
        change = again
    raise EnvironmentProblem("the reviews keep changing while they are read", "try again in a moment")


def _signer(repository: Repository, key: Path | None) -> Signer:
    content = os.environ.get(KEY, "")
    if key is None and content:
        return key_in(content.encode(), f"${KEY}")
    return your_signer(repository, key)


def _tell(watch: Watch, outcomes: Iterable[Outcome]) -> None:
    change = watch.change
    say(f"{change.forge} {safe(change.repository)} {change.number} ({change.state}), head {change.head[:12]}\n")
    for outcome in outcomes:
        review = outcome.sorted.review
        who = outcome.person or (f"{review.account.login} ({review.account.id})" if review.account else "nobody")
        say(f"  {safe(review.id):12} {review.state:17} {(review.commit or 'no commit')[:12]:12} {safe(who)}\n")
        for record in outcome.records:
            say(f"{'':15}{record.decision}: {record.subject} {short(record.digest)} as {record.role}\n")
        for reason in outcome.reasons:
            say(f"{'':15}not counted: {safe(reason)}\n")


def _write(watch: Watch, outcomes: list[Outcome], out: Path) -> None:
    """The records and the report; records of an earlier look that do not hold any more are taken away."""
    files = watch.files(outcomes)
    folder = watch.judge.program.rules.settings.locations.approvals
    if (out / folder).exists() and not (out / REPORT).is_file():
        raise UsageError(f"{out} holds records that no earlier look left there", "name a new folder with --out")
    for old in sorted((out / folder).rglob("*")) if watch.change.whole else ():
        if old.is_file() and old.relative_to(out).as_posix() not in files:
            old.unlink()
    for path, content in files.items():
        write_whole(out / path, content)
    for digest, body in watch.change.raw.items():
        write_whole(out / "raw" / f"{digest}.json", body)
    write_whole(out / REPORT, _report(watch, outcomes).encode())
    say(f"wrote  {sum(len(one.records) for one in outcomes)} records to {out}\n")


def _report(watch: Watch, outcomes: Iterable[Outcome]) -> str:
    change, rules = watch.change, watch.judge.program.rules
    output = ObservationsOutput(
        version=1,
        program=rules.settings.program.id,
        forge=change.forge,
        repository=change.repository,
        change=change.number,
        state=change.state,
        head=change.head,
        observer=watch.observer,
        fetched_on=today().isoformat(),
        reviews=[_told(outcome, rules.settings.locations.approvals) for outcome in outcomes],
    )
    return f"{json_text(output)}\n"


def _told(outcome: Outcome, folder: str) -> ReviewOutput:
    review = outcome.sorted.review
    return ReviewOutput(
        id=review.id,
        account=review.account.id if review.account else 0,
        login=review.account.login if review.account else "",
        person=outcome.person,
        state=review.state,
        commit=review.commit or "",
        submitted_at=review.submitted_at,
        raw=review.raw,
        records=[record_path(folder, record) for record in outcome.records],
        reasons=outcome.reasons,
    )


def _commit(watch: Watch, outcomes: list[Outcome]) -> None:
    if watch.change.state != "merged":
        raise UsageError(
            f"change {watch.change.number} is {watch.change.state}, not merged",
            "use the records with --out and --observed until it is; a commit on its branch would reset its reviews",
        )
    if current_branch(watch.repository) != watch.branch:
        raise UsageError(f"this is not the protected branch {watch.branch}", f"git switch {watch.branch}")
    files = watch.files(outcomes)
    if not files:
        say("nothing to commit\n")
        return
    author = yourself(watch.people, watch.observer)
    message = f"Record the reviews of {watch.change.forge} {watch.change.repository} {watch.change.number}"
    put(watch.repository, lambda _: files, message, author, watch.signer)

"""`ray18 ci init`: the files that make a forge judge every change."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files as packaged
from pathlib import Path
from typing import Literal

import click

from ray18 import __version__
from ray18.commands.output import say
from ray18.commands.place import program_root, root
from ray18.errors import UsageError
from ray18.files import write_whole
from ray18.forges.model import ForgeName
from ray18.gates import read_pack
from ray18.program import read_settings
from ray18.shipped import shipped
from ray18.snapshot import WorkTreeSnapshot

Part = Literal["gates", "reviews"]
_TARGETS: Mapping[tuple[ForgeName, Part], tuple[str, str]] = {
    ("github", "gates"): ("github-gates.yml", ".github/workflows/ray18.yml"),
    ("github", "reviews"): ("github-reviews.yml", ".github/workflows/ray18-reviews.yml"),
    ("gitea", "gates"): ("gitea-gates.yml", ".gitea/workflows/ray18.yml"),
    ("gitea", "reviews"): ("gitea-reviews.yml", ".gitea/workflows/ray18-reviews.yml"),
    ("gitlab", "gates"): ("gitlab.yml", ".gitlab/ray18.yml"),
    ("gitlab", "reviews"): ("gitlab-reviews.yml", ".gitlab/ray18-reviews.yml"),
}
"""Forge and part to the file that is shipped and where it goes."""
_ON_REVIEWS = ("prerequisites", "approvals")
"""Gates that rest on reviews: where reviews are observed, their verdict on a proposal is a status of the observer."""
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*\Z")
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=/:@\[\]~<>!,-]*\Z")
_NEXT: Mapping[ForgeName, tuple[str, ...]] = {
    "github": (
        "commit the files, and let a ruleset keep others from changing .github/",
        "make an environment ray18-observer for the protected branch only, with the secret RAY18_OBSERVER_KEY",
        "require the statuses {statuses} on the protected branch",
    ),
    "gitea": (
        "commit the files",
        "add the secret RAY18_OBSERVER_KEY, and RAY18_PUSH_TOKEN of an account that may push to the protected branch",
        "require the statuses {statuses} on the protected branch",
    ),
    "gitlab": (
        "commit the files, and include them in .gitlab-ci.yml",
        "add the protected variables RAY18_OBSERVER_KEY and RAY18_FORGE_TOKEN, and a schedule of pipelines",
        "let the project remove approvals at every push, and require that pipelines succeed",
    ),
}


@click.group()
def command() -> None:
    """Write the files with which a forge's CI judges every change."""


@command.command()
@click.argument("forge", type=click.Choice(sorted(_NEXT)))
@click.option("--no-reviews", is_flag=True, help="Without observing reviews: approvals are files that people sign.")
@click.option("--branch", metavar="NAME", help="The protected branch (default: what ray18.yaml says).")
@click.option(
    "--package",
    default=f"ray18[forges]=={__version__}",
    show_default=True,
    metavar="REQUIREMENT",
    help="What pip installs there.",
)
@click.option("--force", is_flag=True, help="Also over files that were changed.")
@click.pass_context
def init(ctx: click.Context, forge: ForgeName, no_reviews: bool, branch: str | None, package: str, force: bool) -> None:
    """Write the CI files for FORGE: github, gitlab or gitea (Forgejo too).

    Every gate is a check of its own, findings and evidence are kept, and reviews are observed by a job that only ever runs as
    the protected branch has it. Safe for forks: nothing of a proposal is run with secrets.

    \b
    Examples:
      ray18 ci init github
      ray18 ci init gitlab --no-reviews
    """
    settings = read_settings(WorkTreeSnapshot(root(ctx)))
    name = branch or settings.protected_branch
    for text, form, what in ((name, _BRANCH, "branch"), (package, _PACKAGE, "package")):
        if not form.match(text):
            raise UsageError(f"{text!r} cannot stand in these files", f"name another --{what}")
    every, proposed = _gates(reviews=not no_reviews)
    values = {
        "BRANCH": name,
        "PACKAGE": package,
        "VERSION": __version__,
        "EVIDENCE": settings.evidence_folder,
        "GATES": json.dumps(every),
        "PROPOSED": json.dumps(proposed),
    }
    parts: tuple[Part, ...] = ("gates",) if no_reviews else ("gates", "reviews")
    done = [_write(root(ctx), forge, part, values, force=force) for part in parts]
    _tell(program_root(ctx).work_tree or Path(), done, forge, no_reviews)
    if any(outcome == "refused" for outcome, _ in done):
        raise click.exceptions.Exit(1)


def _gates(*, reviews: bool) -> tuple[list[str], list[str]]:
    """The gates that are judged on the protected branch, and those on a proposal."""
    every = [gate.id for gate in read_pack(shipped("policies") / "gates.yaml").gates]
    return every, [gate for gate in every if gate not in _ON_REVIEWS] if reviews else every


def _write(folder: Path, forge: ForgeName, part: Part, values: Mapping[str, str], *, force: bool) -> tuple[str, str]:
    source, target = _TARGETS[forge, part]
    text = (packaged("ray18.forges") / "files" / source).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    path = folder / target
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text and not force:
        return "refused", target
    return ("wrote" if write_whole(path, text.encode()) else "kept"), target


def _tell(folder: Path, done: list[tuple[str, str]], forge: ForgeName, no_reviews: bool) -> None:
    lines = [f"{outcome:8} {path}" for outcome, path in done]
    if any(outcome == "refused" for outcome, _ in done):
        lines.append("         they say something else; look at them, then use --force")
    elif forge == "gitlab" and not (folder / ".gitlab-ci.yml").exists():
        lines.append("         there is no .gitlab-ci.yml yet: include: [{local: .gitlab/ray18.yml}, …]")
    statuses = ", ".join(f"ray18/{gate.id}" for gate in read_pack(shipped("policies") / "gates.yaml").gates)
    steps = [step.format(statuses=statuses) for step in _NEXT[forge] if not (no_reviews and "RAY18_" in step)]
    lines += ["", "Next:", *(f"  {number}. {step}" for number, step in enumerate(steps, 1))]
    say("\n".join(lines) + "\n")

"""`ray18 doctor`: what is wrong with the set-up, and how to mend it."""

import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import click

from ray18.commands.output import say
from ray18.commands.place import open_judge, program_repository, today
from ray18.errors import Ray18Error
from ray18.git import Repository
from ray18.native_hooks.folders import hooks_folder
from ray18.terminal import safe
from ray18.yaml import fast

_OLDEST_GIT = (2, 31)


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing looked at."""

    state: Literal["ok", "hint", "wrong"]
    message: str
    remedy: str = ""


@click.command()
@click.pass_context
def command(ctx: click.Context) -> None:
    """Look at this machine, this repository and this program; say what is wrong and how to mend it.

    Exit code 4 when something must be mended, 0 otherwise.

    \b
    Example:
      ray18 doctor
    """
    symptoms = list(_machine())
    try:
        repository = program_repository(ctx)
        symptoms.extend(_repository(repository))
        symptoms.extend(_program(repository))
    except Ray18Error as error:
        symptoms.append(Symptom("wrong", error.message, error.remedy))
    for symptom in symptoms:
        say(f"{symptom.state:5}  {safe(symptom.message)}\n")
        if symptom.state != "ok":
            say(f"       -> {safe(symptom.remedy)}\n")
    if any(symptom.state == "wrong" for symptom in symptoms):
        raise click.exceptions.Exit(4)


def _machine() -> Iterator[Symptom]:
    yield Symptom("ok", f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}")
    if fast():
        yield Symptom("ok", "PyYAML with libyaml")
    else:
        yield Symptom("hint", "PyYAML has no libyaml: reading is 8 times slower", "install a PyYAML wheel with libyaml")
    if importlib.util.find_spec("jsonschema_rs") is None:
        yield Symptom("hint", "jsonschema-rs is not installed", "for large repositories: pip install 'ray18[fast]'")
    if shutil.which("ssh-keygen") is None:
        yield Symptom("hint", "ssh-keygen is not installed", "needed only to sign with an agent or a security key")


def _repository(repository: Repository) -> Iterator[Symptom]:
    _, output, _ = repository.attempt("version")
    version = re.search(rb"(\d+)\.(\d+)", output)
    numbers = (int(version[1]), int(version[2])) if version else (0, 0)
    told = f"Git {numbers[0]}.{numbers[1]}"
    if numbers < _OLDEST_GIT:
        yield Symptom("wrong", f"{told} is too old", "install Git 2.31 or newer")
    else:
        yield Symptom("ok", told)
    if repository.shallow:
        yield Symptom("wrong", "history is shallow", "git fetch --unshallow (in CI: fetch-depth: 0)")
    if repository.attempt("config", "--get-regexp", r"^remote\..*\.promisor$")[0] == 0:
        yield Symptom(
            "hint", "this is a partial clone", "git fetch --refetch, so that everything can be judged offline"
        )
    if repository.run("for-each-ref", "refs/replace", "--count=1"):
        yield Symptom(
            "wrong",
            "replace refs exist; RAY-18 ignores them, other tools do not",
            "git replace --delete NAME",
        )
    if (repository.common_dir / "info" / "grafts").exists():
        yield Symptom("wrong", "a grafts file exists; RAY-18 ignores it, other tools do not", "remove .git/info/grafts")
    yield from _remotes(repository)


def _remotes(repository: Repository) -> Iterator[Symptom]:
    """GitPython reads the configuration here; it starts no program for that."""
    import git

    try:
        with git.Repo(repository.git_dir) as repo:
            names = [remote.name for remote in repo.remotes]
    except git.exc.GitError as error:
        yield Symptom("hint", f"GitPython cannot open this repository: {error}", "RAY-18 itself does not need it to")
        return
    if not names:
        yield Symptom("hint", "no remote: approvals can be judged here only", "git remote add origin ADDRESS")


def _program(repository: Repository) -> Iterator[Symptom]:
    judge = open_judge(repository, as_of=today())
    rules = judge.program.rules
    yield Symptom("ok", f"program {rules.settings.program.title}")
    if rules.base is None:
        remedy = f"commit the program on {rules.settings.protected_branch}, or set `anchor` in ray18.yaml"
        yield Symptom("hint", "unanchored: no trusted commit supplies the rules", remedy)
    else:
        yield Symptom("ok", f"rules of {rules.base[:12]} ({rules.reason})")
    for problem in judge.program.problems[:10]:
        yield Symptom("wrong", f"{problem.path}:{problem.line}: {problem.message}", problem.remedy)
    roles = judge.policies_of(judge.pack.gate("prerequisites"))
    for finding in judge.findings(policy for policy in roles if policy.id == "roles-can-be-filled"):
        yield Symptom("hint", finding.message, finding.remedy)
    if repository.work_tree is not None and not (hooks_folder(repository).path / "pre-commit").exists():
        yield Symptom("hint", "no pre-commit hook is installed here", "ray18 hooks install")

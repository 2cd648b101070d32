"""Which forge, repository and change is meant: from options, from what CI tells, from the remote's address. Tokens come from the
environment alone."""

import json
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import click

from ray18.errors import UsageError
from ray18.forges.model import ForgeName
from ray18.forges.table import FORGES, forge
from ray18.git import Repository

_HOSTS: Mapping[str, tuple[ForgeName, str]] = {
    "github.com": ("github", "https://api.github.com"),
    "gitlab.com": ("gitlab", "https://gitlab.com/api/v4"),
    "codeberg.org": ("gitea", "https://codeberg.org/api/v1"),
}
_REMOTE = re.compile(r"(?:https?://|ssh://)?(?:[^@/\s]+@)?([A-Za-z0-9.-]+)(?::\d+)?[:/](.+?)(?:\.git)?/?\Z")
_NAME = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+\Z")


@dataclass(frozen=True)
class ForgePlace:
    """A change on a forge, and how to ask about it."""

    forge: ForgeName
    api: str
    repository: str
    number: int | None
    token: str

    def __repr__(self) -> str:
        """Without the token."""
        return f"{self.forge} {self.repository} {self.number or ''} at {self.api}"

    @property
    def change(self) -> int:
        """The number of the change. Raises UsageError when none is known."""
        if self.number is None:
            raise UsageError("which pull or merge request is meant?", "name it with --pr N")
        return self.number


def forge_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --pr, --forge, --repo and --api."""
    for option in (
        click.option("--api", metavar="URL", help="The address of the API (default: what CI tells, or the usual one)."),
        click.option("--repo", metavar="OWNER/NAME", help="The repository (default: what CI or the remote tells)."),
        click.option("--forge", "forge_name", type=click.Choice(FORGES), help="Which forge (default: likewise)."),
        click.option("--pr", "number", type=click.IntRange(min=1), metavar="N", help="The pull or merge request."),
    ):
        command = option(command)
    return command


def forge_place(
    repository: Repository, *, number: int | None, forge_name: str | None, repo: str | None, api: str | None
) -> ForgePlace:
    """What is meant. Raises UsageError when it cannot be told."""
    told = _told(repository, cast(ForgeName | None, forge_name))
    name = cast(ForgeName | None, forge_name) or (told.forge if told else None)
    if name is None:
        raise UsageError("which forge is meant?", f"name it with --forge {'|'.join(FORGES)}")
    known = told if told and told.forge == name else None
    path = repo or (known.repository if known else "")
    if not _NAME.match(path):
        raise UsageError(f"{path!r} names no repository", "name it with --repo OWNER/NAME")
    address = api or (known.api if known else "") or forge(name).API
    if not address:
        raise UsageError(f"where is the API of this {name}?", "name it with --api https://HOST/api/v1")
    return ForgePlace(name, address, path, number or (known.number if known else None), _token(name))


def _token(name: ForgeName) -> str:
    return next((os.environ[key] for key in forge(name).TOKENS if os.environ.get(key)), "")


def _told(repository: Repository, name: ForgeName | None) -> ForgePlace | None:
    return by_ci(os.environ) or _by_remote(repository, name)


def by_ci(environment: Mapping[str, str]) -> ForgePlace | None:
    """What a CI system tells about the change that it runs for. Gitea and Forgejo speak as GitHub does, so they come first."""
    get = environment.get
    if get("GITEA_ACTIONS") == "true" or get("FORGEJO_ACTIONS") == "true":
        api = get("GITHUB_API_URL") or f"{get('GITHUB_SERVER_URL', '')}/api/v1"
        return ForgePlace("gitea", api, get("GITHUB_REPOSITORY", ""), _number(environment), "")
    if get("GITHUB_ACTIONS") == "true":
        api = get("GITHUB_API_URL", "https://api.github.com")
        return ForgePlace("github", api, get("GITHUB_REPOSITORY", ""), _number(environment), "")
    if get("GITLAB_CI") == "true":
        iid = get("CI_MERGE_REQUEST_IID", "")
        number = int(iid) if iid.isascii() and iid.isdigit() else None
        return ForgePlace("gitlab", get("CI_API_V4_URL", ""), get("CI_PROJECT_PATH", ""), number, "")
    return None


def run_url(environment: Mapping[str, str]) -> str:
    """The address of the run of CI; empty where none is told."""
    get = environment.get
    if get("GITHUB_RUN_ID") and get("GITHUB_SERVER_URL") and get("GITHUB_REPOSITORY"):
        return f"{get('GITHUB_SERVER_URL')}/{get('GITHUB_REPOSITORY')}/actions/runs/{get('GITHUB_RUN_ID')}"
    return get("CI_JOB_URL", "")


def _number(environment: Mapping[str, str]) -> int | None:
    """The pull request that an event is about."""
    path = environment.get("GITHUB_EVENT_PATH")
    if path:
        with suppress(OSError, ValueError, TypeError, KeyError):
            event = json.loads(Path(path).read_bytes())
            return int((event.get("pull_request") or event)["number"])
    found = re.match(r"refs/pull/([0-9]+)/", environment.get("GITHUB_REF", ""))
    return int(found[1]) if found else None


def _by_remote(repository: Repository, name: ForgeName | None) -> ForgePlace | None:
    status, output, _ = repository.attempt("config", "--get", "remote.origin.url")
    found = _REMOTE.match(output.decode("utf-8", "replace").strip()) if status == 0 else None
    if found is None:
        return None
    if found[1] in _HOSTS:
        forge_name, api = _HOSTS[found[1]]
        return ForgePlace(forge_name, api, found[2], None, "")
    return ForgePlace(name, "", found[2], None, "") if name else None

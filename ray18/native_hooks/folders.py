"""Where Git looks for hooks, and whose folder that is."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ray18.errors import BlockedError, EnvironmentProblem, UsageError
from ray18.git import Repository

Owner = Literal["repository", "team", "machine"]
"""repository: only clones and work trees on this machine share it · team: it lies in the work tree, so commits carry it to
everybody · machine: it lies outside, and other repositories use it too."""
_SCOPES = ("system", "global", "local", "worktree")
"""Git's scopes of configuration, the weakest first (git-config, SCOPES)."""


@dataclass(frozen=True, slots=True)
class HooksFolder:
    """The folder that Git runs hooks from."""

    path: Path
    owner: Owner
    setting: str = ""
    """The scope that sets core.hooksPath; empty when nothing does."""


def hooks_folder(repository: Repository) -> HooksFolder:
    """The folder from which Git would run hooks here. Raises UsageError where they are switched off."""
    scope, value = _configured(repository)
    if not scope:
        return HooksFolder(repository.common_dir / "hooks", _owner(repository, repository.common_dir / "hooks"))
    path = (repository.work_tree or repository.git_dir) / value
    if not value or value == os.devnull:
        raise UsageError(
            f"hooks are switched off here: core.hooksPath is {value or 'empty'} ({scope})",
            f"git config --{scope} --unset core.hooksPath",
        )
    return HooksFolder(path, _owner(repository, path), scope)


def _owner(repository: Repository, path: Path) -> Owner:
    """By the real place of the folder: a link may lead anywhere."""
    real = Path(os.path.realpath(path))
    for folder in (repository.common_dir, repository.git_dir):
        if real.is_relative_to(os.path.realpath(folder)):
            return "repository"
    if real.is_relative_to(os.path.realpath(repository.work_tree or repository.common_dir)):
        return "team"
    return "machine"


def _configured(repository: Repository) -> tuple[str, str]:
    """The strongest setting of core.hooksPath, with its scope; two empty texts when there is none.

    Our own Git children switch hooks off by the same setting, in the scope `command`, which is left out. They are not told
    GIT_CONFIG_GLOBAL and the like either, so what these name is asked for apart.
    """
    found = dict(_values(repository, "--show-scope"))
    found.pop("command", None)
    if os.environ.get("GIT_CONFIG_NOSYSTEM", "").lower() in ("1", "true", "yes", "on"):
        found.pop("system", None)
    for scope in ("system", "global"):
        named = os.environ.get(f"GIT_CONFIG_{scope.upper()}")
        if named is not None:
            found.pop(scope, None)
            found.update((scope, value) for _, value in _values(repository, "--file", named))
    return next(((scope, found[scope]) for scope in reversed(_SCOPES) if scope in found), ("", ""))


def _values(repository: Repository, *source: str) -> list[tuple[str, str]]:
    """Every value that a source gives, with its scope (empty unless scopes are asked for), the strongest last."""
    question = ("config", *source, "--includes", "--null", "--type=path", "--get-all", "core.hooksPath")
    status, output, errors = repository.attempt(*question)
    if status == 1 or (status != 0 and re.search("unable to read|No such file", errors)):
        return []
    if status != 0:
        raise EnvironmentProblem(f"core.hooksPath cannot be read: {errors}", "git config --show-origin core.hooksPath")
    parts = os.fsdecode(output).split("\0")[:-1]
    if "--show-scope" not in source:
        return [("", value) for value in parts]
    if len(parts) % 2:
        raise BlockedError("core.hooksPath cannot be understood", "git config --show-scope core.hooksPath")
    return list(zip(parts[::2], parts[1::2], strict=True))

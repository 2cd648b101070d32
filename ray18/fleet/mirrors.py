"""Bare mirrors of repositories that are named by URL: fetched, never checked out, and nothing of theirs is run.

What a remote has as branches and tags is what the mirror has afterwards, deletions and rewritten branches included. The
user's own configuration of Git supplies credentials; a question at the terminal is never asked.
"""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from ray18.errors import EnvironmentProblem
from ray18.fleet.targets import SCHEMES, Target
from ray18.scrubbed import command, environment

_NETWORK = (
    *("SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"),
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
)
_ALLOWED = (
    *(f"protocol.{scheme}.allow=always" for scheme in SCHEMES),
    "core.sshCommand=ssh -oBatchMode=yes",
    "http.followRedirects=initial",
    "fetch.recurseSubmodules=false",
)


def refreshed(target: Target, folder: Path) -> Path:
    """The mirror of a URL below `folder`, as the remote is now. Raises EnvironmentProblem."""
    mirror = folder / target.mirror
    if not mirror.exists():
        _clone(target.location, mirror)
        return mirror
    git_dir = f"--git-dir={mirror}"
    said = _git(folder, "ls-remote", "--symref", "--", target.location, "HEAD")
    refs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    _git(folder, git_dir, "fetch", "--quiet", "--prune", "--no-write-fetch-head", "--", target.location, *refs)
    line = said.split("\n", 1)[0]
    if line.startswith("ref: refs/heads/") and line.endswith("\tHEAD"):
        _git(folder, git_dir, "symbolic-ref", "HEAD", line[5:-5])
    return mirror


def _clone(url: str, mirror: Path) -> None:
    """A new mirror, whole or not at all."""
    mirror.parent.mkdir(parents=True, exist_ok=True)
    unfinished = mirror.with_name(f"{mirror.name}.{secrets.token_hex(6)}")
    try:
        _git(mirror.parent, "clone", "--quiet", "--bare", "--template=", "--no-hardlinks", "--", url, str(unfinished))
        unfinished.rename(mirror)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _git(folder: Path, *arguments: str) -> str:
    options = [part for setting in _ALLOWED for part in ("-c", setting)]
    base = command()
    env = environment(GIT_ALLOW_PROTOCOL=":".join(SCHEMES), GIT_SSH_VARIANT="ssh", GIT_ASKPASS="", SSH_ASKPASS="")
    env |= {name: os.environ[name] for name in _NETWORK if name in os.environ}
    done = subprocess.run([*base, *options, *arguments], capture_output=True, env=env, cwd=folder, check=False)
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
        said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "")
        raise EnvironmentProblem(
            f"cannot be fetched: {said or 'git gave no reason'}", "try `git ls-remote` with this URL"
        )
    return done.stdout.decode("utf-8", "backslashreplace")

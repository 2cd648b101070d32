"""The environment and the options that every Git child gets: nothing that a repository configures is ever run."""

import os

_KEPT = (
    "PATH",
    "HOME",
    "XDG_CONFIG_HOME",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "USERPROFILE",
    "LD_LIBRARY_PATH",
)
_FIXED = {
    "LC_ALL": "C",
    "TZ": "UTC",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "GIT_ATTR_NOSYSTEM": "1",
}
_CONFIG = (
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.sshCommand=false",
    "core.useReplaceRefs=false",
    "log.mailmap=false",
    "log.showSignature=false",
    "gpg.program=false",
    "gpg.ssh.program=false",
    "diff.external=",
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
)


def environment(**extra: str) -> dict[str, str]:
    """The environment: of all GIT_* variables of the caller, none is passed on."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_FIXED, **extra}


def command(*arguments: str) -> list[str]:
    """The argument list of one Git command."""
    options = [part for setting in _CONFIG for part in ("-c", setting)]
    return ["git", "--no-pager", "--no-replace-objects", *options, *arguments]

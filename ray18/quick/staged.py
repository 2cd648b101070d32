"""Whether what is staged is known to be sound: as it was judged, or different from that in ways that change no verdict.

The full judge leaves a note when it found nothing to say about the index: the commit that the index was compared with, the
difference, and which commits its rules rest on. While the rules rest on the same, the same difference has the same answer.
A difference that only adds edits whose effect is nil (`ray18.quick.edits`) has it too. No date is in any of this.

An index file that is known by its own checksum is not even compared: then the answer needs no Git child.
"""

import marshal
import os

from ray18.cache import Cache, digest
from ray18.quick.repository import Repository, Unclear, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Change = tuple[str, str, str, str, str, str]
    """Path, mode before and after, object id before and after, status letter."""
    Changes = tuple[Change, ...]

NOTE = "staged"
CI = ("GITHUB_ACTIONS", "GITLAB_CI")
_MOST_STEPS = 200
_MOST_NOTED = 20
_CHECKSUM = 20
_LONGEST_CHECKSUM = 32


def known_to_be_sound(start: str) -> bool:
    """Whether nothing needs to be said about the index of the repository around `start`."""
    try:
        return _known(find(start))
    except (Unclear, KeyError, TypeError, ValueError, EOFError):
        return False


def staged_changes(repository: Repository, commit: str, places: list[str]) -> "Changes":
    """How the index differs from a commit, in the governed places. Raises Unclear."""
    index_file = _index_file(repository) if os.environ.get("GIT_INDEX_FILE") else ""
    arguments = ("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", commit, "--", *places)
    return raw_changes(repository.git(*arguments, index_file=index_file))


def index_mark(repository: Repository) -> "tuple[int, bytes] | None":
    """Size and last bytes of the index file, which are its checksum (gitformat-index); None when it has none."""
    try:
        with open(_index_file(repository), "rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(-min(size, _LONGEST_CHECKSUM), os.SEEK_END)
            last = stream.read()
    except OSError:
        return None
    return (size, last) if any(last[-_CHECKSUM:]) else None  # zeros: index.skipHash


def _index_file(repository: Repository) -> str:
    named = os.environ.get("GIT_INDEX_FILE", "")
    return os.path.join(repository.root, named) if named else os.path.join(repository.git_dir, "index")


def raw_changes(output: bytes) -> "Changes":
    """The changes in the answer of a `--raw -z --no-abbrev` command. Raises Unclear."""
    parts = os.fsdecode(output).split("\0")
    if len(parts) % 2 != 1:
        raise Unclear
    changes = []
    for meta, path in zip(parts[:-1:2], parts[1::2], strict=True):
        mode, new_mode, oid, new_oid, status = meta.split(" ")
        changes.append((path, mode[1:], new_mode, oid, new_oid, status))
    return tuple(changes)


def _known(repository: Repository) -> bool:
    if any(os.environ.get(name) for name in CI):
        return False
    cache = Cache(repository.common_dir)
    name = note_name(repository)
    kept = cache.get(name)
    if kept is None:
        return False
    note: dict[str, Any] = marshal.loads(kept)
    moved = _rests_on_the_same(repository, note)
    mark = index_mark(repository)
    if moved:
        note["indexes"] = []
    elif mark in note["indexes"]:
        return True
    changes = staged_changes(repository, note["commit"], note["places"])
    if changes not in note["sound"]:
        if not _adds_nothing(repository, cache, note, changes):
            return False
        note["sound"] = [*note["sound"], changes][-_MOST_NOTED:]
    if mark is not None and mark == index_mark(repository):
        note["indexes"] = [*note["indexes"], mark][-_MOST_NOTED:]
    cache.put(name, marshal.dumps(note))
    return True


def _adds_nothing(repository: Repository, cache: Cache, note: "dict[str, Any]", changes: "Changes") -> bool:
    """Whether the changes are others that are known to be sound, and edits without an effect."""
    kinds = cache.get(kinds_name(repository))
    if kinds is None or digest(kinds) != note["kinds"]:
        return False
    from ray18.quick.edits import have_no_effect, staged_edits

    read = marshal.loads(kinds)
    for rest in _beyond(changes, note["sound"]):
        try:
            if have_no_effect(read, staged_edits(repository, rest)):
                return True
        except Unclear:  # it holds more than edits
            continue
    return False


def note_name(repository: Repository) -> str:
    """Each work tree has an index, and a note, of its own."""
    return f"{NOTE} {repository.git_dir}"


def kinds_name(repository: Repository) -> str:
    """What an edit of each kind of record may change is noted apart: most runs need not read it."""
    return f"{NOTE} kinds {repository.git_dir}"


def _beyond(changes: "Changes", sound: "list[Changes]") -> "list[Changes]":
    """What is left of the changes beyond each difference that is known to be sound, the newest first."""
    found = []
    for known in reversed(sound):
        paths = {change[0] for change in known}
        rest = tuple(change for change in changes if change not in known)
        if len(rest) + len(known) == len(changes) and not any(change[0] in paths for change in rest):
            found.append(rest)
    return found


def _rests_on_the_same(repository: Repository, note: "dict[str, Any]") -> bool:
    """Whether HEAD moved since; raises Unclear when the rules may not be those that judged."""
    head = repository.head()
    said = repository.references(note["references"])
    expected = dict(note["references"])
    own = note["own"]
    if head == note["head"] and said == expected:
        return False
    if own and said[own] == head and expected[own] == note["head"]:
        _require_plain_steps(repository, note["head"], head, note["rules"])
        expected[own] = note["tip"] = note["fork"] = head
    elif note["tip"] and repository.git("merge-base", head, note["tip"]).decode().strip() != note["fork"]:
        raise Unclear
    if said != expected:
        raise Unclear
    committed = raw_changes(
        repository.git(
            *("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", note["commit"], head, "--"),
            *note["places"],
        )
    )
    if committed in note["sound"]:
        note["commit"], note["sound"] = head, [()]
    note["head"], note["references"] = head, expected
    return True


def _require_plain_steps(repository: Repository, old: str, new: str, rules: list[str]) -> None:
    """Raises Unclear unless `new` follows `old` on its first-parent line and no step between them touched a rule or a record."""
    arguments = ("--first-parent", "--diff-merges=first-parent", "--raw", "--no-abbrev", "--no-renames", "-z")
    output = repository.git("log", *arguments, f"--max-count={_MOST_STEPS}", "--format=%H %P", f"{old}..{new}")
    parts = iter(os.fsdecode(output).split("\0"))
    expected = new
    for part in parts:
        if part.lstrip("\n").startswith(":"):
            path = next(parts)
            if any(path == place or path.startswith(f"{place}/") for place in rules):
                raise Unclear
        elif part.strip():
            commit, _, parents = part.strip().partition(" ")
            if commit != expected:
                raise Unclear
            expected = parents.split(" ")[0]
    if expected != old:
        raise Unclear

"""The note that the full judge leaves for the commit hook when it has nothing to say about what is staged.

It says what the index was compared with, what its rules rest on, and for each kind of record what an edit may change
without changing a verdict (`ray18.harmless`; `ray18.quick` reads it). Nothing in it is a date or a document.
"""

from __future__ import annotations

import marshal
import os
from typing import TYPE_CHECKING, Any

from ray18.cache import Cache, digest
from ray18.facts import Map
from ray18.gates import Judge
from ray18.git import Repository
from ray18.harmless import kinds_of_edits
from ray18.history import protected_tip
from ray18.quick.repository import Repository as QuickRepository
from ray18.quick.repository import Unclear, find, references_behind
from ray18.quick.staged import index_mark, kinds_name, note_name, staged_changes
from ray18.snapshot import IndexSnapshot

if TYPE_CHECKING:
    from ray18.quick.staged import Changes

_RULES = ("settings", "people", "approval", "waiver", "delegation", "checkpoint")


def leave_note(judge: Judge) -> None:
    """Notes that the index, as this judge read it, has nothing wrong with it."""
    snapshot = judge.snapshot
    if not isinstance(snapshot, IndexSnapshot) or snapshot.repository.work_tree is None:
        return
    try:
        quick = find(os.fspath(snapshot.repository.work_tree))
        note = _note(judge, snapshot.repository, quick)
        kinds = marshal.dumps(kinds_of_edits(judge, judge.pack.records))
    except Unclear:
        return
    cache = Cache(quick.common_dir)
    cache.put(kinds_name(quick), kinds)
    cache.put(note_name(quick), marshal.dumps({**note, "kinds": digest(kinds)}))


def _note(judge: Judge, repository: Repository, quick: QuickRepository) -> dict[str, Any]:
    head = quick.head()
    drawn = Map.of(judge.program.rules.settings)
    places = sorted(drawn.kinds)
    mark = index_mark(quick)
    changes = staged_changes(quick, head, places)
    if mark != index_mark(quick):
        raise Unclear
    _require_what_was_judged(judge, repository, head, changes)
    branch = judge.branch
    names = references_behind(quick, branch)
    tip = protected_tip(repository, branch) if branch else None
    here = f"refs/heads/{branch}"
    own = here if tip == head and quick.references(["HEAD"])["HEAD"] == f"ref: {here}" else ""
    return {
        "commit": head,
        "head": head,
        "places": places,
        "sound": [changes],
        "indexes": [mark] if mark else [],
        "references": quick.references(names),
        "own": "" if quick.references([f"refs/remotes/origin/{branch}"]).popitem()[1] else own,
        "tip": tip or "",
        "fork": (tip and repository.merge_base(head, tip)) or "",
        "rules": [*(place for place, kind in drawn.kinds.items() if kind.name in _RULES), *drawn.team],
    }


def _require_what_was_judged(judge: Judge, repository: Repository, head: str, changes: Changes) -> None:
    """Raises Unclear when the index is not what was judged: somebody staged something meanwhile."""
    there = {
        entry.path: entry.oid for entry in repository.tree(head, sorted(Map.of(judge.program.rules.settings).kinds))
    }
    for path, _, _, _, oid, status in changes:
        if status == "D":
            there.pop(path, None)
        else:
            there[path] = oid
    judged = {document.path: document.oid for document in judge.program.documents}
    if judged != {path: oid for path, oid in there.items() if path.endswith(".yaml")}:
        raise Unclear

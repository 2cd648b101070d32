"""The note that the full judge leaves for the commit hook when it has nothing to say about what is staged.

It says what the index was compared with, what its rules rest on, and for each kind of record what an edit may change
without changing a verdict (`ray18.quick` reads it). Nothing in it is a date or a document.
"""

from __future__ import annotations

import marshal
import os
import types
from datetime import date
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic_core import PydanticUndefined

from ray18.cache import Cache, digest
from ray18.documents import KINDS, Kind
from ray18.documents.base import Model
from ray18.facts import Map
from ray18.gates import Judge
from ray18.git import Repository
from ray18.history import protected_tip
from ray18.policy import ALL, EACH, ONE, Policy, shipped_policy
from ray18.quick.repository import Repository as QuickRepository
from ray18.quick.repository import Unclear, find, references_behind
from ray18.quick.staged import kinds_name, note_name, staged_changes
from ray18.reads import fields_deciding, is_plain
from ray18.schema import schema_of
from ray18.shipped import shipped
from ray18.snapshot import IndexSnapshot

if TYPE_CHECKING:
    from ray18.quick.staged import Changes

_RULES = ("settings", "people", "approval", "waiver", "delegation", "checkpoint")
_EDITED = ("backlog-item", "plan", "services", "governance", "schedule", "rota", "ranking", "manual-validation")
"""Kinds whose edits the hook looks at: neither rules nor signed records."""


def leave_note(judge: Judge) -> None:
    """Notes that the index, as this judge read it, has nothing wrong with it."""
    snapshot = judge.snapshot
    if not isinstance(snapshot, IndexSnapshot) or snapshot.repository.work_tree is None:
        return
    try:
        quick = find(os.fspath(snapshot.repository.work_tree))
        note = _note(judge, snapshot.repository, quick)
        kinds = marshal.dumps(_kinds(judge))
    except Unclear:
        return
    cache = Cache(quick.common_dir)
    cache.put(kinds_name(quick), kinds)
    cache.put(note_name(quick), marshal.dumps({**note, "kinds": digest(kinds)}))


def _note(judge: Judge, repository: Repository, quick: QuickRepository) -> dict[str, Any]:
    head = quick.head()
    drawn = Map.of(judge.program.rules.settings)
    places = sorted(drawn.kinds)
    changes = staged_changes(quick, head, places)
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
        "references": quick.references(names),
        "own": "" if quick.references([f"refs/remotes/origin/{branch}"]).popitem()[1] else own,
        "tip": tip or "",
        "fork": (tip and repository.merge_base(head, tip)) or "",
        "rules": [*(place for place, kind in drawn.kinds.items() if kind.name in _RULES), *drawn.team],
    }


def _kinds(judge: Judge) -> dict[str, Any]:
    """Place to what the hook has to know about edits of the records there."""
    locations = judge.program.rules.settings.locations
    return {kind.location(locations): _record(judge, kind) for kind in KINDS if _noted(judge, kind)}


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


def _noted(judge: Judge, kind: Kind) -> bool:
    team = judge.program.rules.settings.schemas
    return kind.name in _EDITED and not (team and kind.name in team.kinds)


def _record(judge: Judge, kind: Kind) -> dict[str, Any]:
    chosen = [policy for policy in map(shipped_policy, judge.pack.records) if policy is not None]
    used = [policy for policy in chosen if kind.name in policy.kinds and not judge.inputs.missing(policy)]
    return {
        "schema": schema_of(kind),
        "shape": _shape(kind.model),
        "policies": [_entry(judge, policy, kind) for policy in used],
    }


def _entry(judge: Judge, policy: Policy, kind: Kind) -> dict[str, Any]:
    inputs = {**EACH, **ALL, **ONE}
    own = [name for name in policy.reads if inputs.get(name) == kind.name]
    others = [name for name in policy.reads if name not in own]
    path = shipped("policies") / f"{policy.id}.py"
    alone = len(own) == 1 and own[0] not in ALL and all(name in ONE for name in others) and is_plain(policy)
    return {
        "id": policy.id,
        "fields": fields_deciding(policy, kind.name, judge.inputs),
        "alone": own[0] if alone else "",
        "others": {name: _answers(judge.inputs.value(name).content) for name in others} if alone else {},
        "path": os.fspath(path),
    }


def _shape(model: type[Model]) -> dict[str, Any]:
    """Field to (form, default), for the fields whose default can be noted."""
    shape = {}
    for name, field in model.model_fields.items():
        default = (
            None
            if field.default is PydanticUndefined and not field.default_factory
            else field.get_default(call_default_factory=True)
        )
        if _can_be_noted(default):
            shape[name] = (_form(field.annotation), default)
    return shape


def _form(annotation: Any) -> Any:
    """How a value is shown: as it is, as a day, as a record of its own, or each of many so."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return ("record", _shape(annotation))
    if annotation is date:
        return "day"
    inner = [_form(part) for part in get_args(annotation)]
    if get_origin(annotation) is tuple:
        return ("many", inner[0])
    return next((form for form in inner if form != "plain"), "plain")


def _answers(content: Model) -> dict[str, Any]:
    """What a document answers to each of its own questions that needs nothing more to be known."""
    asked = {
        name: value
        for name, value in vars(type(content)).items()
        if isinstance(value, types.FunctionType) and not name.startswith("_") and value.__code__.co_argcount == 1
    }
    answers = {name: value(content) for name, value in asked.items()}
    return {name: answer for name, answer in answers.items() if _can_be_noted(answer)}


def _can_be_noted(value: Any) -> bool:
    try:
        marshal.dumps(value)
    except ValueError:
        return False
    return True

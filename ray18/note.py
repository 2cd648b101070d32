"""The note that the full judge leaves for the commit hook when it has nothing to say about what is staged.

It says what the index was compared with, what its rules rest on, and for each kind of record what an edit may change
without changing a verdict (`ray18.quick` reads it). Nothing in it is a date or a document.
"""

from __future__ import annotations

import builtins
import dis
import marshal
import os
import types
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic_core import PydanticUndefined

from ray18.cache import Cache, digest
from ray18.documents import KINDS, Kind
from ray18.documents.base import Model
from ray18.facts import Map
from ray18.gates import Judge
from ray18.git import Repository
from ray18.history import protected_tip
from ray18.policy import ALL, EACH, ONE, Inputs, Policy, called, function, shipped_policy
from ray18.quick.repository import Repository as QuickRepository
from ray18.quick.repository import Unclear, find, references_behind
from ray18.quick.staged import kinds_name, note_name, staged_changes
from ray18.schema import schema_of
from ray18.shipped import shipped
from ray18.snapshot import IndexSnapshot

if TYPE_CHECKING:
    from ray18.quick.staged import Changes

_RULES = ("settings", "people", "approval", "waiver", "delegation", "checkpoint")
_WHOLE = frozenset({"model_dump", "model_dump_json", "model_copy", "model_fields_set", "__dict__", "vars"})
"""With one of these a policy may read any field."""
_EDITED = ("backlog-item", "plan", "services", "governance", "ranking", "manual-validation")
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
        "fields": fields_read(policy, kind, judge.inputs),
        "alone": own[0] if alone else "",
        "others": {name: _answers(judge.inputs.value(name).content) for name in others} if alone else {},
        "path": os.fspath(path),
    }


def is_plain(policy: Policy) -> bool:
    """Whether the function `check` of a shipped policy uses no name of its module."""
    code = function(policy).__code__
    loads = (step for part in _nested(code) for step in dis.get_instructions(part))
    return all(step.argval in vars(builtins) for step in loads if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"))


def fields_read(policy: Policy, kind: Kind, inputs: Inputs) -> frozenset[str]:
    """The fields of a kind of record that decide what a shipped policy says about these inputs.

    Those that its code, or code that it calls, mentions at all; where it asks for fields by computed names, those that it
    asked for when it was run on these inputs: what it did not look at cannot have made a difference.
    """
    check = function(policy)
    names = _mentioned(check.__code__, check.__globals__, frozenset())
    if "getattr" in names:
        names = _asked_for(policy, kind, inputs)
    fields = frozenset(kind.model.model_fields)
    return fields if names & _WHOLE else fields & names


def _asked_for(policy: Policy, kind: Kind, inputs: Inputs) -> frozenset[str]:
    seen: set[str] = set()
    watched = tuple(
        document.with_content(_Watched(document.content, seen)) if document.kind == kind.name else document
        for document in inputs.documents
    )
    for _ in called(policy, function(policy), replace(inputs, documents=watched)):
        pass
    below = (
        _mentioned(part.__code__, part.__globals__, frozenset()) for name in seen for part in _methods().get(name, ())
    )
    return frozenset(seen).union(*below)


class _Watched:
    """A record that remembers what it was asked for."""

    def __init__(self, content: Any, seen: set[str]) -> None:
        self._content, self._seen = content, seen

    def __getattr__(self, name: str) -> Any:
        self._seen.add(name)
        return getattr(self._content, name)


def _mentioned(code: types.CodeType, known: dict[str, Any], seen: frozenset[types.CodeType]) -> frozenset[str]:
    if code in seen:
        return frozenset()
    names = {name for part in _nested(code) for name in (*part.co_names, *part.co_consts) if isinstance(name, str)}
    found = set(names)
    for name in names:
        for below in (*_functions(known.get(name), names), *_methods().get(name, ())):
            found |= _mentioned(below.__code__, below.__globals__, seen | {code})
    return frozenset(found)


def _functions(value: Any, names: set[str]) -> Iterator[types.FunctionType]:
    """The functions of RAY-18 that a global name leads to."""
    if isinstance(value, types.FunctionType) and value.__module__.startswith("ray18"):
        yield value
    elif isinstance(value, types.ModuleType) and value.__name__.startswith("ray18"):
        for name in names:
            yield from _functions(getattr(value, name, None), set())


@cache
def _methods() -> dict[str, tuple[types.FunctionType, ...]]:
    """Methods and properties of all models, by name."""
    found: dict[str, tuple[types.FunctionType, ...]] = {}
    for model in _models(Model):
        for name, value in vars(model).items():
            function_ = value.fget if isinstance(value, property) else value
            if isinstance(function_, types.FunctionType):
                found[name] = (*found.get(name, ()), function_)
    return found


def _models(model: type[Model]) -> Iterator[type[Model]]:
    for below in model.__subclasses__():
        yield below
        yield from _models(below)


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _nested(const)


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

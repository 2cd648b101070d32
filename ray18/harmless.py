"""What an edit of a record may change without changing an answer: by kind, in a form that needs no models to be read.

`ray18.quick.edits` decides by it. It holds schemas, the names of fields, and what other documents answer; no date.
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from ray18.documents import KINDS, Kind
from ray18.documents.base import Model
from ray18.documents.document import Document
from ray18.documents.shape import can_be_noted, shape_of
from ray18.gates import Judge
from ray18.policy import ALL, EACH, ONE, RUNS, Policy
from ray18.quick.edits import MOST
from ray18.reads import fields_asked, fields_named, is_plain
from ray18.schema import schema_of
from ray18.shipped import shipped
from ray18.subjects import fields_approved

_EDITED = frozenset(
    ("backlog-item", "plan", "services", "governance", "schedule", "rota", "ranking", "manual-validation")
)  # fmt: skip
"""Neither rules nor signed records."""
_RESTS_ON_SUBJECTS = frozenset(("seats", "rule_changes", "anomalies"))


def kinds_of_edits(judge: Judge, policies: Iterable[str]) -> dict[str, Any]:
    """Place to what has to be known of edits of the records there, where these policies are all that looks at them."""
    program = judge.program
    settings = program.rules.settings
    chosen = [judge.shipped(name) for name in policies]
    approved = any(_RESTS_ON_SUBJECTS & set(policy.reads) for policy in chosen)
    own = settings.schemas.kinds if settings.schemas else {}
    there = {document.kind for document in program.documents}
    found = {}
    for kind in KINDS:
        guarded = fields_approved(kind.name) if approved else frozenset[str]()
        if kind.name in _EDITED & there and kind.name not in own and guarded is not None:
            found[kind.location(settings.locations)] = _record(judge, kind, chosen, guarded)
    return found


def edits_of_answer(judge: Judge) -> dict[str, Any]:
    """What has to be known of edits of the files behind an answer that this judge gave.

    Nothing may be edited where files could not be read, or a policy gave no answer, or where the team's own policies look.
    """
    found = [finding for some in judge.ran.values() for finding in some]
    unsettled = judge.program.problems or any(finding.policy == RUNS for finding in found)
    documents = [] if unsettled else [one for one in judge.program.documents if one.kind in _EDITED]
    paths, items = {path for finding in found for path in finding.paths}, {finding.item for finding in found}
    own = judge.program.rules.settings.policies
    names = {name for named in own.gates.values() for name in named} if own else set[str]()
    seen = {kind for name in names & judge.ran.keys() for kind in judge.team_policy(name).kinds}
    editable = [
        document
        for document in documents
        if document.path not in paths and document.kind not in seen and document.item not in items - {""}
    ]
    return {
        "kinds": kinds_of_edits(judge, sorted(judge.ran.keys() - names)) if editable else {},
        "oids": {document.path: document.oid for document in editable},
        "recent": _recent(judge, editable),
    }


def _recent(judge: Judge, documents: list[Document[Any]]) -> dict[str, bytes]:
    """The contents that Git may not have yet: of the files that changed last."""
    sightings = getattr(judge.snapshot, "sightings", None)
    if sightings is None:
        return {}
    newest = sorted(documents, key=lambda document: sightings.now[document.path][2], reverse=True)[:MOST]
    return {document.path: document.source for document in newest}


def _record(judge: Judge, kind: Kind, chosen: Iterable[Policy], guarded: frozenset[str]) -> dict[str, Any]:
    used = [policy for policy in chosen if kind.name in policy.kinds and not judge.inputs.missing(policy)]
    form = _constant(judge, ("form", kind.name), lambda: {"schema": schema_of(kind), "shape": shape_of(kind.model)})
    return {**form, "guarded": guarded, "policies": [_entry(judge, policy, kind) for policy in used]}


def _entry(judge: Judge, policy: Policy, kind: Kind) -> dict[str, Any]:
    entry = _constant(judge, ("effect", policy.id, kind.name), lambda: _effect(policy, kind))
    if entry["fields"] is None:  # its code does not tell
        entry = {**entry, "fields": fields_asked(policy, kind.name, judge.inputs)}
    others = [name for name in policy.reads if name in ONE and ONE[name] != kind.name] if entry["alone"] else []
    return {**entry, "others": {name: _answers(judge.inputs.value(name).content) for name in others}}


def _effect(policy: Policy, kind: Kind) -> dict[str, Any]:
    """Which fields decide what a shipped policy says about records of a kind, and whether it can be run on one alone."""
    inputs = {**EACH, **ALL, **ONE}
    own = [name for name in policy.reads if inputs.get(name) == kind.name]
    others = [name for name in policy.reads if name not in own]
    alone = len(own) == 1 and own[0] not in ALL and all(name in ONE for name in others) and is_plain(policy)
    return {
        "id": policy.id,
        "fields": fields_named(policy, kind.name),
        "alone": own[0] if alone else "",
        "path": os.fspath(shipped("policies") / f"{policy.id}.py"),
    }


def _constant(judge: Judge, name: Hashable, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return judge.recall.constant(name, make) if judge.recall else make()


def _answers(content: Model) -> dict[str, Any]:
    """What a document answers to each of its own questions that needs nothing more to be known."""
    asked = {
        name: value
        for name, value in vars(type(content)).items()
        if isinstance(value, types.FunctionType) and not name.startswith("_") and value.__code__.co_argcount == 1
    }
    answers = {name: value(content) for name, value in asked.items()}
    return {name: answer for name, answer in answers.items() if can_be_noted(answer)}

"""What policies found before, taken up where nothing that they read has changed.

A policy is a function of its inputs. What one found is kept together with a digest of its inputs that are not files, and
with the object ids of the files that it read. A policy about one record at a time is run again on the records that changed.
One that reads all records of a kind is run again when a record came, went, or changed in a field that the policy asked for.
"""

import pickle
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from ray18.cache import Cache, digest
from ray18.documents import kind as kind_named
from ray18.documents.document import Document
from ray18.documents.memory import MEMORY, WORTH_SAVING
from ray18.documents.shape import shape_of
from ray18.errors import Ray18Error
from ray18.findings import Finding, ordered
from ray18.policy import ALL, EACH, ONE, Inputs, Policy, run, run_on, run_whole, shipped_policy
from ray18.reads import Watch, fields_behind, fields_named
from ray18.subjects import digest_of, meaning

_NAME = "findings"
_UNKEPT = frozenset({"seats", "rule_changes", "anomalies"})
"""Facts that rest on all of history: what reads them is run each time."""

Ids = Mapping[str, Mapping[str, str]]
"""Kind to path to object id."""


@dataclass(frozen=True)
class _Kept:
    """What one policy found."""

    ids: Ids
    """Of all documents, when it was run."""
    rest: bytes
    """The digest of its other inputs."""
    fields: Mapping[str, frozenset[str]]
    """Of the kinds that it read all records of: the fields that it asked for."""
    found: Mapping[str, tuple[Finding, ...]]
    """By the path of the record that it was about; all under an empty path when it reads everything at once."""


@dataclass
class _State:
    """What is kept between runs. The cache forgets it when this program changes."""

    policies: dict[str, Policy] = field(default_factory=dict)
    """Shipped policies, as they were described."""
    constants: dict[Hashable, Any] = field(default_factory=dict)
    """What rests on nothing but this program."""
    kept: dict[str, _Kept] = field(default_factory=dict)
    """Policy to what it found."""


T = TypeVar("T")


class Recall:
    """What the policies of one run found, and those of the run before."""

    def __init__(
        self,
        cache: Cache,
        documents: tuple[Document[Any], ...],
        handover: Callable[[], bytes],
        before: "Recall | None" = None,
    ) -> None:
        """`handover` gives the digest of the hand-over's files; `before` is what an earlier judge of this run recalls."""
        self._state: _State = before._state if before is not None else _kept_state(cache)
        self._cache, self._documents, self._read_handover = cache, documents, handover
        self._by_path = {document.path: document for document in documents}
        self._ids: Ids = _ids(documents)
        self._changes: dict[int, dict[str, frozenset[str]]] = {}
        self._settings_digest: str | None = None
        self._new = 0

    def policy(self, policy_id: str) -> Policy | None:
        """A shipped policy, as it was described before."""
        if policy_id not in self._state.policies:
            found = shipped_policy(policy_id)
            if found is None:
                return None
            self._state.policies[policy_id] = found
            self._new = WORTH_SAVING
        return self._state.policies[policy_id]

    def constant(self, name: Hashable, make: Callable[[], T]) -> T:
        """What rests on nothing but this program, its policies and schemas, so that it is made once."""
        if name not in self._state.constants:
            self._state.constants[name] = make()
            self._new = WORTH_SAVING
        found: T = self._state.constants[name]
        return found

    def findings(self, policy: Policy, inputs: Inputs) -> tuple[Finding, ...]:
        """What `policy.run` would find."""
        if inputs.documents is not self._documents or _UNKEPT & set(policy.reads) or inputs.missing(policy):
            return run([policy], inputs)
        try:
            rest = self._rest(policy, inputs)
        except Ray18Error:  # the full run says what cannot be read
            return run([policy], inputs)
        kept = self._state.kept.get(policy.id)
        known = kept if kept is not None and kept.rest == rest and self._reads_the_same(policy, kept) else None
        all_of = frozenset(ALL[name] for name in policy.reads if name in ALL and policy.origin == "shipped")
        try:
            by_record = self._found(policy, self._watch.inputs(inputs, all_of) if all_of else inputs, known)
        except Exception:  # the full run says which, and what it means
            return run([policy], inputs)
        found = ordered(finding for some in by_record.values() for finding in some)
        if all(finding.policy == policy.id for finding in found):  # else it gave no answer, which is never kept
            fields = {kind: self._asked(kind, known) for kind in all_of}
            self._state.kept[policy.id] = _Kept(self._ids, rest, fields, by_record)
        return found

    def save(self) -> None:
        """Keeps what was found, when enough of it is new."""
        if self._new >= WORTH_SAVING:
            self._cache.put(_NAME, pickle.dumps(self._state))
            every = {id(kept.ids): kept.ids for kept in self._state.kept.values()}
            used = {(kind, oid) for ids in every.values() for kind, named in ids.items() for oid in named.values()}
            MEMORY.save(self._cache, used, least=1)
            self._new = 0

    def _found(self, policy: Policy, inputs: Inputs, known: _Kept | None) -> dict[str, tuple[Finding, ...]]:
        """By record, as `_Kept` has it. Raises whatever the policy raises."""
        each = policy.about_one if policy.origin == "shipped" else None
        if each is None:
            if known is not None:
                return dict(known.found)
            self._new = WORTH_SAVING
            return {"": run([policy], inputs) if policy.origin == "team" else run_whole(policy, inputs)}
        kind = EACH[each]
        changed = self._changed(kind, known.ids) if known else self._by_path.keys()
        documents = [self._by_path[path] for path in changed if path in self._by_path]
        documents = [document for document in documents if document.kind == kind]
        if known is not None:
            documents = [document for document in documents if not self._untouched(policy, document, known)]
        self._new += len(documents)
        fresh = run_on(policy, inputs, documents)
        same = {path: found for path, found in known.found.items() if path not in changed} if known else {}
        return {**same, **fresh}

    def _rest(self, policy: Policy, inputs: Inputs) -> bytes:
        parts: list[Any] = [digest(policy.source)]
        for name in policy.reads:
            if name in ONE:
                parts.append(sorted(self._ids.get(ONE[name], {}).items()))
            elif name == "settings":
                parts.append(self._settings(inputs))
            elif name == "handover":
                parts.append(self._handover)
            elif name not in EACH and name not in ALL:
                parts.append(str(inputs.value(name)))
        return digest(repr(parts).encode("utf-8", "surrogateescape"))

    def _untouched(self, policy: Policy, document: Document[Any], known: _Kept) -> bool:
        """Whether a record in which nothing was found differs only in fields that the policy does not read."""
        path, kind = document.path, document.kind
        before = known.ids.get(kind, {}).get(path)
        if before is None or path in known.found:
            return False
        fields = self._named(policy, kind)
        return fields is not None and _equal((kind, before), (kind, document.oid), fields)

    def _reads_the_same(self, policy: Policy, kept: _Kept) -> bool:
        """Whether the documents that it reads all at once are, in what it reads of them, what they were."""
        names = ALL if policy.origin == "shipped" else {**ALL, **EACH}
        return all(self._same(policy, names[name], kept) for name in policy.reads if name in names)

    def _same(self, policy: Policy, kind: str, kept: _Kept) -> bool:
        changed = self._changed(kind, kept.ids)
        if not changed:
            return True
        shown = {path for some in kept.found.values() for finding in some for path in finding.paths}
        if policy.origin == "team" or not shown.isdisjoint(changed):
            return False
        before, now = kept.ids.get(kind, {}), self._ids.get(kind, {})
        return all(
            _equal((kind, before.get(path, "")), (kind, now.get(path, "")), kept.fields[kind]) for path in changed
        )

    @cached_property
    def _watch(self) -> Watch:
        return Watch(self._documents, self._shape)

    def _shape(self, kind: str) -> Mapping[str, tuple[Any, Any]]:
        return self.constant(("shape", kind), lambda: shape_of(kind_named(kind).model))

    def _asked(self, kind: str, known: _Kept | None) -> frozenset[str]:
        """The fields of a kind that the policy run last asked for, now or when it found what is known."""
        names = self._watch.asked(kind)
        fields = self.constant(("behind", names, kind), lambda: fields_behind(names, kind))
        return fields | known.fields[kind] if known is not None else fields

    def _named(self, policy: Policy, kind: str) -> frozenset[str] | None:
        """The fields of a kind that a shipped policy's code mentions at all; None where its code does not tell."""
        return self.constant(("fields", policy.id, kind), lambda: fields_named(policy, kind))

    def _settings(self, inputs: Inputs) -> str:
        """The digest of the settings, which are the same for all policies of a run."""
        if self._settings_digest is None:
            self._settings_digest = digest_of(meaning(inputs.value("settings")))
        return self._settings_digest

    @cached_property
    def _handover(self) -> bytes:
        return self._read_handover()

    def _changed(self, kind: str, ids: Ids) -> frozenset[str]:
        """The paths of a kind that were added, changed or taken away since."""
        known = self._changes.setdefault(id(ids), {})
        if kind not in known:
            before, now = ids.get(kind, {}).items(), self._ids.get(kind, {}).items()
            known[kind] = frozenset(path for path, _ in before ^ now)
        return known[kind]


def _kept_state(cache: Cache) -> _State:
    kept = cache.get(_NAME)
    found: _State = pickle.loads(kept) if kept else _State()  # noqa: S301 (sealed)
    return found


def _ids(documents: Iterable[Document[Any]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for document in documents:
        found.setdefault(document.kind, {})[document.path] = document.oid or digest(document.source).hex()
    return found


def _equal(before: tuple[str, str], now: tuple[str, str], fields: frozenset[str]) -> bool:
    """Whether two contents, both known, agree in these fields. Texts tell apart what compares equal: 1, 1.0 and true."""
    old, new = MEMORY.value(before), MEMORY.value(now)
    if old is None or new is None:
        return False
    return all((name in old) == (name in new) and repr(old.get(name)) == repr(new.get(name)) for name in fields)

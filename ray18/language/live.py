"""A program that follows its editor: every text as it is being written, and what is wrong with it, within a keystroke.

After an edit only that is judged again which the edit can have changed: policies about one record look at that record
alone, at once; policies about many run again, one `step` each, when a field that they read (`ray18.reads`) changed. What
needs history, the hand-over or verified approvals is left to `ray18 gate`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from ray18.documents import kind
from ray18.documents.document import VALID, Document, read
from ray18.documents.draft import draft
from ray18.errors import BlockedError
from ray18.facts import TEAM, Map
from ray18.findings import Finding, Fix, ordered
from ray18.gates import Judge
from ray18.patches import Hunk, hunks
from ray18.policy import ALL, EACH, ONE, Inputs, Policy, run, run_on_drafts, shipped_policies
from ray18.program import is_as_merged, rewritten, team_schema_problems
from ray18.reads import fields_named
from ray18.snapshot import OverlaySnapshot, WorkTreeSnapshot
from ray18.sources import Sources

Weight = Literal["error", "warning", "information"]
"""error: no commit passes · warning: a gate does not pass · information: worth knowing."""
_TOO_MUCH = frozenset({"handover", "seats", "rule_changes", "anomalies"})
"""What an editor does not wait for."""


@dataclass
class _Known:
    """What one policy found, by path."""

    policy: Policy
    found: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    seconds: float = 0.0
    """How long it took the last time: what is quick is told first."""


@dataclass(frozen=True)
class Mend:
    """A mend of one finding, and the lines that it changes."""

    finding: Finding
    fix: Fix
    hunks: tuple[Hunk, ...]


class LiveProgram:
    """The documents of a work tree with the texts of an editor over them. Only one thread may use it."""

    def __init__(self, judge: Judge) -> None:
        """Judges everything once: about a second for 10,000 records."""
        self._judge = judge
        self._map = Map.of(judge.program.rules.settings)
        self._documents = {document.path: document for document in judge.program.documents}
        self._problems = _by_path(judge.program.problems)
        self._records = frozenset(judge.pack.records)
        self._inputs = self._inputs_of(judge.program.documents)
        self._known = {policy.id: self._judged(policy) for policy in self._policies()}
        self._due: dict[str, None] = {}
        self.news = 0
        """How often a step found something else than before."""
        self._texts: dict[str, bytes | None] = {}

    def documents(self, kind_name: str) -> tuple[Document[Any], ...]:
        """All documents of a kind, as they last could be read."""
        return self._inputs.of(kind_name)

    def kind(self, path: str) -> str:
        """The kind of document at a path; empty when RAY-18 does not govern it."""
        found = self._map.kind(path) if path.endswith(".yaml") else ""
        return "" if found == TEAM else found

    def change(self, path: str, content: bytes | None) -> None:
        """Takes up what a file says now; None = it is gone. A text that cannot be read leaves the last one in force."""
        name = self.kind(path)
        if not name:
            return
        self._texts[path] = content
        before = self._documents.get(path)
        after, problems = read(kind(name), path, content) if content is not None else (None, ())
        self._problems[path] = (*problems, *self._rewritten(path, content))
        if content is not None and after is None:
            self._problems[path] += self._of_draft(draft(kind(name), path, content))
            return
        if after is None:
            self._documents.pop(path, None)
        elif before is None:
            self._documents = dict(sorted([*self._documents.items(), (path, after)]))
        else:
            self._documents[path] = after
        self._inputs = self._inputs_of(tuple(self._documents.values()))
        self._judge_again(name, path, before, after)

    def step(self) -> bool:
        """Judges some more of what the edits can have changed; whether anything was left to judge."""
        if not self._due:
            return False
        policy_id = min(self._due, key=lambda name: self._known[name].seconds)
        del self._due[policy_id]
        known = self._judged(self._known[policy_id].policy)
        if known.found != self._known[policy_id].found:
            self.news += 1
        self._known[policy_id] = known
        return True

    def read_again(self, path: str) -> None:
        """Takes up what is on disk."""
        snapshot = self._judge.snapshot
        there = isinstance(snapshot, WorkTreeSnapshot) and snapshot.paths([path])
        try:
            self.change(path, snapshot.read(path) if there else None)
        except BlockedError as error:
            self._problems[path] = (Finding(VALID, "blocker", error.message, path, remedy=error.remedy),)

    def findings(self, path: str) -> tuple[Finding, ...]:
        """What is wrong with a file; while it cannot be read, why not."""
        problems = self._problems.get(path, ())
        if any(finding.line for finding in problems):
            return ordered(problems)
        return ordered({*problems, *(one for known in self._known.values() for one in known.found.get(path, ()))})

    def mends(self, path: str, first: int, last: int) -> tuple[Mend, ...]:
        """What a machine can mend about the lines `first` to `last` of a file, from 1, as the texts are now."""
        sources = Sources(OverlaySnapshot(self._judge.snapshot, self._texts))
        here = (finding for finding in self.findings(path) if first <= max(finding.line, 1) <= last)
        found = (Mend(finding, finding.fix, hunks(finding, sources)) for finding in here if finding.fix)
        return tuple(mend for mend in found if mend.hunks)

    def weight(self, finding: Finding) -> Weight:
        """How much a finding matters to whoever writes."""
        if finding.level == "warning":
            return "information"
        return "error" if finding.policy in {*self._records, VALID} else "warning"

    def team_question(self, path: str) -> Callable[[], tuple[Finding, ...]] | None:
        """What the team's own schemas and policies say of a file, to be asked in another thread: it takes child processes.

        None when there are none, or the file cannot be read.
        """
        settings, document, inputs = self._judge.program.rules.settings, self._documents.get(path), self._inputs
        if document is None or not (settings.policies or settings.schemas) or self._problems.get(path):
            return None
        return lambda: ordered({one for one in self._team_findings(document, inputs) if one.path == path})

    def _team_findings(self, document: Document[Any], inputs: Inputs) -> Iterable[Finding]:
        for _, finding in team_schema_problems(self._judge.program.rules, [document]):
            yield finding
        own = self._judge.program.rules.settings.policies
        for name in dict.fromkeys(name for names in (own.gates if own else {}).values() for name in names):
            try:
                policy = self._judge.team_policy(name)
            except BlockedError:  # `ray18 gate` says so; it is nobody's file here
                continue
            yield from run([policy], _narrowed(policy, document, inputs))

    def _of_draft(self, document: Document[Any] | None) -> tuple[Finding, ...]:
        """What policies about single records say of as much of a file as can be read."""
        about_one = (known.policy for known in self._known.values())
        drafts = [document] if document is not None else []
        return tuple(finding for policy in about_one for finding in run_on_drafts(policy, self._inputs, drafts))

    def _policies(self) -> tuple[Policy, ...]:
        named = {*self._records, *(name for gate in self._judge.pack.gates for name in gate.policies)}
        chosen = (one for name, one in shipped_policies().items() if name in named and not _TOO_MUCH & set(one.reads))
        slow_last = sorted(chosen, key=lambda one: ("backlog-item" in one.kinds, one.id not in self._records))
        return tuple(slow_last)

    def _inputs_of(self, documents: tuple[Document[Any], ...]) -> Inputs:
        return Inputs(documents, self._judge.inputs.facts)

    def _judged(self, policy: Policy) -> _Known:
        began = perf_counter()
        found = _by_path(run([policy], self._inputs))
        return _Known(policy, found, perf_counter() - began)

    def _judge_again(self, name: str, path: str, before: Document[Any] | None, after: Document[Any] | None) -> None:
        for known in self._known.values():
            if name not in known.policy.kinds:
                continue
            if _is_about_one(known.policy, name):
                found = run([known.policy], _narrowed(known.policy, after, self._inputs)) if after else ()
                known.found[path] = tuple(finding for finding in found if finding.path == path)
            elif known.found.get(path) or _may_differ(known.policy, name, before, after):
                self._due[known.policy.id] = None

    def _rewritten(self, path: str, content: bytes | None) -> tuple[Finding, ...]:
        kept = self._judge.ledger.kept if self._judge.ledger else {}
        if path not in kept or content is None or is_as_merged(content, kept[path]):
            return ()
        return (rewritten(path),)


def _by_path(findings: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    found: dict[str, tuple[Finding, ...]] = {}
    for finding in findings:
        found[finding.path] = (*found.get(finding.path, ()), finding)
    return found


def _is_about_one(policy: Policy, name: str) -> bool:
    """Whether what a policy says of a record of this kind rests on no other record of the kind."""
    each = policy.about_one
    others: Mapping[str, str] = {**ALL, **ONE}
    return each is not None and EACH[each] == name and name not in {others.get(read_) for read_ in policy.reads}


def _narrowed(policy: Policy, document: Document[Any], inputs: Inputs) -> Inputs:
    """What a policy needs to judge one document: the document, and all of the other kinds that it reads."""
    if not _is_about_one(policy, document.kind):
        return inputs
    others = (other for name in policy.kinds - {document.kind} for other in inputs.of(name))
    return Inputs((document, *others), inputs.facts)


def _may_differ(policy: Policy, name: str, before: Document[Any] | None, after: Document[Any] | None) -> bool:
    """Whether what a policy says can have changed with this document: a field that it may read has another value."""
    if before is None or after is None:
        return True
    if before.content == after.content:
        return False
    fields = _fields(policy, name)
    return fields is None or any(getattr(before.content, one) != getattr(after.content, one) for one in fields)


_fields_of: dict[tuple[str, str], frozenset[str] | None] = {}


def _fields(policy: Policy, name: str) -> frozenset[str] | None:
    if (policy.id, name) not in _fields_of:
        _fields_of[policy.id, name] = fields_named(policy, name)
    return _fields_of[policy.id, name]

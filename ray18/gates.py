"""The gates: which policies each runs, and the verdict that follows from their findings and the waivers."""

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ray18 import policy as policies
from ray18.approvals import Held
from ray18.counting import counted
from ray18.docket import Approvals
from ray18.documents.base import Many, Model, Prose, Slug, Title
from ray18.documents.data_file import read_data_file
from ray18.documents.document import VALID
from ray18.errors import BlockedError, UsageError
from ray18.findings import Finding, ordered
from ray18.ledger import Ledger
from ray18.program import Program
from ray18.recall import Recall
from ray18.shipped import shipped
from ray18.snapshot import Snapshot
from ray18.waivers import Excuse, Waivable, excuses, reported, unused

if TYPE_CHECKING:
    from ray18.handover import Handover


class Verdict(enum.Enum):
    """What judging comes to. It has no truth value on purpose: compare it with `is`."""

    PASSED = "passed"
    WAIVED = "waived"
    FAILED = "failed"
    BLOCKED = "blocked"

    def __bool__(self) -> bool:
        raise TypeError("a verdict is neither true nor false; compare it with `is`")

    @property
    def exit_code(self) -> int:
        """The exit code of a command that ends with this verdict."""
        return {Verdict.PASSED: 0, Verdict.WAIVED: 0, Verdict.FAILED: 1, Verdict.BLOCKED: 3}[self]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict over several: blocked beats failed beats waived beats passed; nothing judged is blocked."""
    order = (Verdict.PASSED, Verdict.WAIVED, Verdict.FAILED, Verdict.BLOCKED)
    return max(verdicts, key=order.index, default=Verdict.BLOCKED)


class Gate(Model):
    """One gate as `policies/gates.yaml` declares it."""

    id: Slug
    """The name used on the command line and as status check."""
    number: Annotated[int, Field(ge=0)]
    """The protocol's number; 0 for the prerequisites."""
    title: Title
    """The protocol's name."""
    criteria: Prose
    """What must be true."""
    threshold: Prose
    """What counts as true."""
    failure_handling: Prose
    """What to do when it fails."""
    evidence: Many[str] = ()
    """Evidence files that it rests on."""
    waived_by: Many[Slug] = ()
    """Roles that may accept a deviation; empty = the gate cannot be waived."""
    policies: Annotated[Many[Slug], Field(min_length=1)]
    """The policies it runs."""
    locked: Many[Slug] = ()
    """Those of its policies that cannot be waived."""


class Pack(Model):
    """`policies/gates.yaml`."""

    records: Annotated[Many[Slug], Field(min_length=1)]
    """Policies that every record must satisfy at every commit: what `ray18 check` runs."""
    gates: Annotated[Many[Gate], Field(min_length=1)]
    """The gates, in order."""

    def gate(self, gate_id: str) -> Gate:
        """The gate with this id or number. Raises UsageError."""
        for gate in self.gates:
            if gate_id in (gate.id, str(gate.number)):
                return gate
        known = ", ".join(gate.id for gate in self.gates)
        raise UsageError(f"there is no gate {gate_id!r}", f"the gates are: {known}")


@dataclass(frozen=True)
class GateResult:
    """One gate, judged."""

    gate: Gate
    verdict: Verdict
    findings: tuple[Finding, ...]
    """What is not excused, worst first."""
    waived: tuple[tuple[Finding, Excuse], ...]
    """What is excused, and by what."""
    actual: str
    required_action: str
    ran: tuple[policies.Policy, ...]
    """The policies of the gate."""


@dataclass(frozen=True)
class Judge:
    """A program with everything that judging it needs."""

    program: Program
    snapshot: Snapshot
    ledger: Ledger | None = None
    """The trusted branch, replayed; None when there is none."""
    head: str | None = None
    """The newest commit of what is judged."""
    disguises: tuple[str, ...] = ()
    """Replace refs and grafts in the repository; nothing here follows them."""
    diverged: str = ""
    """How the protected branch here and the one of the remote have parted, if they have."""
    branch: str = ""
    """The protected branch; empty when there is none."""
    assumed: tuple[Held, ...] = ()
    """Decisions that nobody made: what would be if they were made."""
    recall: Recall | None = None
    """What policies found before; None when everything is to be judged anew."""

    @cached_property
    def pack(self) -> Pack:
        """The gates and the policies that they run."""
        return read_pack(shipped("policies") / "gates.yaml")

    @cached_property
    def approvals(self) -> Approvals:
        """The approval records, verified."""
        return Approvals(self.program, self.snapshot, self.ledger, self.head, self.assumed)

    @cached_property
    def handover(self) -> "Handover":
        """The hand-over as the snapshot holds it."""
        from ray18.handover import read_handover

        folder = self.program.rules.settings.locations.handover
        entries = self.snapshot.paths([folder])
        contents = self.snapshot.read_all(entries)
        files = {entry.path.removeprefix(f"{folder}/"): content for entry, content in contents}
        return read_handover(files, self.program.rules.settings.intake)

    @cached_property
    def inputs(self) -> policies.Inputs:
        """What policies may ask for."""
        rules = self.program.rules
        facts = {
            "settings": lambda: rules.settings,
            "today": lambda: self.program.as_of,
            "handover": lambda: self.handover,
            "seats": lambda: self.approvals.seats,
            "anchored": lambda: rules.base is not None,
            "rule_changes": lambda: self.approvals.rule_changes,
            "anomalies": lambda: (*self.approvals.anomalies, *((self.diverged,) if self.diverged else ())),
        }
        return policies.Inputs(self.program.documents, facts)

    @cached_property
    def _found(self) -> dict[str, tuple[Finding, ...]]:
        return {}

    @property
    def ran(self) -> Mapping[str, tuple[Finding, ...]]:
        """The policies that were run so far, and what they found."""
        return self._found

    def findings(self, chosen: Iterable[policies.Policy]) -> tuple[Finding, ...]:
        """What these policies find; each policy runs once, however many gates share it."""
        found: list[Finding] = []
        for policy in chosen:
            if policy.id not in self._found:
                self._found[policy.id] = self._findings(policy)
            found.extend(self._found[policy.id])
        return ordered(set(found))

    def _findings(self, policy: policies.Policy) -> tuple[Finding, ...]:
        inputs, drafts = self.inputs, self.program.drafts
        found = self.recall.findings(policy, inputs) if self.recall else policies.run([policy], inputs)
        return ordered((*found, *policies.run_on_drafts(policy, inputs, drafts))) if drafts else found

    def shipped(self, policy_id: str) -> policies.Policy:
        """A policy that comes with RAY-18. Raises BlockedError when it does not."""
        found = self.recall.policy(policy_id) if self.recall else policies.shipped_policy(policy_id)
        if found is None:
            raise BlockedError(f"there is no policy {policy_id!r}", "check the installation: ray18 doctor")
        return found

    def policies_of(self, gate: Gate) -> tuple[policies.Policy, ...]:
        """The policies of a gate: shipped ones, then the team's own from the trusted commit."""
        own = self.program.rules.settings.policies
        named = own.gates.get(gate.id, ()) if own else ()
        return (
            *(self.shipped(policy_id) for policy_id in gate.policies),
            *(self.team_policy(name) for name in named),
        )

    def team_policy(self, policy_id: str) -> policies.Policy:
        """One of the team's own policies. Raises BlockedError when it is not there or cannot be understood."""
        rules = self.program.rules
        folder = rules.settings.policies.folder if rules.settings.policies else "policies"
        return policies.describe(policy_id, rules.snapshot.read(f"{folder}/{policy_id}.py"), "team")

    @cached_property
    def excuses(self) -> tuple[Excuse, ...]:
        """The waivers, verified."""
        gates = self.pack.gates
        roles = {gate.id: gate.waived_by for gate in gates if gate.waived_by}
        own = self.program.rules.settings.policies
        team = own.gates if own else {}
        open_ = {
            gate.id: frozenset((*gate.policies, *team.get(gate.id, ()))) - set(gate.locked)
            for gate in gates
            if gate.waived_by
        }
        approvals = self.approvals
        return excuses(self.program, approvals.waivers, approvals.waivers_ever, Waivable(roles, open_))

    def gate(self, gate: Gate) -> GateResult:
        """The verdict of one gate."""
        chosen, broken = self._usable(gate)
        kinds = frozenset(kind for policy in chosen for kind in policy.kinds)
        found = [*self.findings(chosen), *broken, *self._unreadable(kinds)]
        waived = [(finding, excuse) for finding in found for excuse in self.excuses if excuse.covers(gate.id, finding)]
        excused = {finding for finding, _ in waived}
        left = ordered(finding for finding in found if finding not in excused)
        waived_once = tuple({finding: (finding, excuse) for finding, excuse in waived}.values())
        verdict = _verdict(left, waived_once)
        actual, action = _actual(left, chosen, verdict), _action(left, chosen, gate)
        return GateResult(gate, verdict, left, waived_once, actual, action, chosen)

    def _usable(self, gate: Gate) -> tuple[tuple[policies.Policy, ...], list[Finding]]:
        try:
            self._require_known_gates()
            return self.policies_of(gate), []
        except BlockedError as error:
            chosen = tuple(self.shipped(policy_id) for policy_id in gate.policies)
            return chosen, [Finding(policies.RUNS, "blocker", error.message, remedy=error.remedy)]

    def _require_known_gates(self) -> None:
        """Raises BlockedError when settings give policies to a gate that does not exist: they would never run."""
        own = self.program.rules.settings.policies
        for name in own.gates if own else ():
            if name not in {gate.id for gate in self.pack.gates}:
                raise BlockedError(
                    f"ray18.yaml gives policies to the gate {name!r}, which does not exist", "mend its name"
                )

    def _unreadable(self, kinds: frozenset[str]) -> tuple[Finding, ...]:
        """Why documents that the gate reads cannot be used; settings and people concern every gate."""
        if self.program.problem_kinds & (kinds | {"settings", "people"}):
            return self.program.problems
        return ()

    def waiver_findings(self, results: Iterable[GateResult]) -> tuple[Finding, ...]:
        """Warnings about waivers that do not count, or excuse nothing in these results (of all gates)."""
        used = [excuse for result in results for _, excuse in result.waived]
        return ordered((*reported(self.excuses), *unused(self.excuses, used), *self._disguised()))

    def _disguised(self) -> Iterator[Finding]:
        for name in self.disguises:
            message = f"{name} shows other Git commands another history; nothing here follows it"
            yield Finding(
                "history-is-plain", "warning", message, remedy="look at it, then take it away: git replace -d"
            )

    def on(self, day: date) -> "Judge":
        """The same program on another day; what does not depend on the day is not judged again."""
        other = replace(self, program=replace(self.program, as_of=day))
        for name in ("pack", "handover"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        other.__dict__["_found"] = {key: found for key, found in self._found.items() if key in self._timeless}
        return other

    @cached_property
    def _timeless(self) -> frozenset[str]:
        """The policies that give the same answer on any day."""
        known = policies.shipped_policies()
        return frozenset(name for name, policy in known.items() if not {"today", "seats"} & set(policy.reads))


def read_pack(path: Path) -> Pack:
    """The gates file. Raises BlockedError when it does not read strictly or names no such policy."""
    return read_data_file(path, Pack)


def _verdict(left: tuple[Finding, ...], waived: tuple[Any, ...]) -> Verdict:
    levels = {finding.level for finding in left}
    if "blocker" in levels:
        return Verdict.BLOCKED
    if "error" in levels:
        return Verdict.FAILED
    return Verdict.WAIVED if waived else Verdict.PASSED


def _actual(left: tuple[Finding, ...], chosen: Iterable[policies.Policy], verdict: Verdict) -> str:
    """What is the case, in the protocol's manner: "4 critical items missing owners, …"."""
    counts = Counter(finding.policy for finding in left if finding.level != "warning")
    if counts[VALID]:
        counts[VALID] = len({finding.path for finding in left if finding.policy == VALID})
    words: Mapping[str, str] = {policy.id: policy.counted for policy in chosen}
    built_in = {policies.EXISTS: "missing documents", policies.RUNS: "policies without an answer"}
    parts = [
        counted(count, words.get(name) or built_in.get(name, "files that cannot be read"))
        for name, count in counts.most_common()
    ]
    if parts:
        return "; ".join(parts)
    return (
        "everything required is there, some of it by waiver"
        if verdict is Verdict.WAIVED
        else "everything required is there"
    )


def _action(left: tuple[Finding, ...], chosen: Iterable[policies.Policy], gate: Gate) -> str:
    failing = {finding.policy for finding in left if finding.level != "warning"}
    actions = list(dict.fromkeys(policy.action for policy in chosen if policy.id in failing))
    if not failing:
        return "none"
    text = ", ".join(actions) or "mend the files named below"
    return f"{text[:1].upper()}{text[1:]}, rerun: ray18 gate {gate.id}."

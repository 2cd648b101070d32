"""The verdicts of one run and everything they rest on: all that renderers and forges ever see."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ray18.documents.document import VALID
from ray18.findings import Finding, ordered
from ray18.gates import GateResult, Judge, Verdict, worst
from ray18.policy import EXISTS, Policy
from ray18.program import Program
from ray18.sources import Sources
from ray18.waivers import Excuse

VERSION = 1


@dataclass(frozen=True, slots=True)
class Told:
    """One finding of a report, told once however many gates it concerns."""

    finding: Finding
    gates: tuple[str, ...]
    """The gates that found it; none for a note that belongs to no gate, and for checks of records."""
    excuse: Excuse | None = None
    """What excuses it, when every gate that found it excuses it."""


@dataclass(frozen=True)
class GateReport:
    """The gates of one run."""

    program: Program
    results: tuple[GateResult, ...]
    notes: tuple[Finding, ...]
    """Warnings that belong to no gate: waivers that do not count, or are not needed."""
    sources: Sources

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy that ran, by id."""
        return _by_id(policy for result in self.results for policy in result.ran)

    @property
    def told(self) -> tuple[Told, ...]:
        """Every finding once, worst first; those that are excused last."""
        gates: dict[Finding, list[str]] = {}
        excuses: dict[Finding, Excuse] = {}
        standing = {finding for result in self.results for finding in result.findings} | set(self.notes)
        for result in self.results:
            for finding, excuse in (*((one, None) for one in result.findings), *result.waived):
                gates.setdefault(finding, []).append(result.gate.id)
                if excuse is not None:
                    excuses.setdefault(finding, excuse)
        return tuple(
            Told(finding, tuple(gates.get(finding, ())), None if finding in standing else excuses[finding])
            for finding in (*ordered(standing), *ordered(set(gates) - standing))
        )

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the gates."""
        return worst(result.verdict for result in self.results)


@dataclass(frozen=True)
class CheckReport:
    """The documents of one run."""

    program: Program
    checked: int
    findings: tuple[Finding, ...]
    policies: tuple[Policy, ...]
    """Every policy that ran, by id."""
    sources: Sources

    @property
    def told(self) -> tuple[Told, ...]:
        """Every finding, worst first."""
        return tuple(Told(finding, ()) for finding in self.findings)

    @property
    def verdict(self) -> Verdict:
        """Blocked when nothing was checked, or something could not be read."""
        levels = {finding.level for finding in self.findings}
        if "blocker" in levels or not self.checked:
            return Verdict.BLOCKED
        return Verdict.FAILED if "error" in levels else Verdict.PASSED


def judge_gates(judge: Judge, gate_ids: tuple[str, ...]) -> GateReport:
    """The report on the gates named, or on all."""
    gates = tuple(judge.pack.gate(gate_id) for gate_id in gate_ids) or judge.pack.gates
    results = tuple(judge.gate(gate) for gate in gates)
    notes = judge.waiver_findings(results) if len(results) == len(judge.pack.gates) else ()
    return GateReport(judge.program, results, notes, Sources(judge.snapshot))


def check_records(judge: Judge, paths: tuple[str, ...]) -> CheckReport:
    """The report on the records: readable, and consistent with one another.

    A document that is not there yet is the gates' business. With `paths`, findings about single records are kept only for
    those; what concerns several records is always kept.
    """
    chosen = [judge.shipped(policy_id) for policy_id in judge.pack.records]
    asked = tuple(_asked_by_gates(judge))
    single = {policy.id for policy in chosen if policy.about_one} | {VALID} | {finding.policy for finding in asked}
    here = (finding for finding in judge.findings(chosen) if finding.policy != EXISTS)
    found = ordered({*judge.program.problems, *here, *asked})
    kept = [finding for finding in found if not paths or finding.policy not in single or under(finding.path, paths)]
    checked = [document for document in judge.program.documents if not paths or under(document.path, paths)]
    unread = {finding.path for finding in judge.program.problems if not paths or under(finding.path, paths)}
    count = len(checked) + len(unread)
    return CheckReport(judge.program, count, tuple(kept), _by_id(chosen), Sources(judge.snapshot))


def _asked_by_gates(judge: Judge) -> Iterable[Finding]:
    """What gates will find in files that have to be mended anyway: whoever mends them should see all of it at once."""
    if not judge.program.drafts:
        return
    names = {name for gate in judge.pack.gates for name in gate.policies} - set(judge.pack.records)
    paths = {draft.path for draft in judge.program.drafts}
    asking = [policy for policy in map(judge.shipped, sorted(names)) if policy.about_one]
    yield from (replace(one, level="warning") for one in judge.findings(asking) if one.path in paths)


def _by_id(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    return tuple(policy for _, policy in sorted({policy.id: policy for policy in policies}.items()))


def under(path: str, places: tuple[str, ...]) -> bool:
    """Whether a path is one of the places, or lies in one."""
    return any(path == place or path.startswith(f"{place.rstrip('/')}/") for place in places)

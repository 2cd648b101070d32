"""How many findings of each policy there are, and how many of them a machine can mend: `--statistics`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ray18.documents.document import VALID
from ray18.findings import Finding
from ray18.policy import EXISTS, RUNS, Policy, shipped_policy
from ray18.renderers.text import check_lines, gate_lines
from ray18.report import CheckReport, GateReport
from ray18.terminal import painted

_BUILT_IN = {
    VALID: "Every record reads strictly and fits its schema",
    EXISTS: "Every document that a gate needs is there",
    RUNS: "Every policy gives an answer",
}
_COLOURS = {"blocker": "red", "error": "red", "warning": "yellow"}


def gates(report: GateReport, *, colour: bool = False) -> str:
    """The findings of gates by policy, each counted once, then the verdicts."""
    standing = [one.finding for one in report.told if one.excuse is None]
    waived = sum(one.excuse is not None for one in report.told)
    lines = [*_table(standing, _titles(report.policies), colour)]
    if waived:
        lines.append(f"{waived:>7,}  waived")
    return "".join(f"{line}\n" for line in [*lines, *gate_lines(report, colour)])


def check(report: CheckReport, *, colour: bool = False) -> str:
    """The findings about records by policy, then the verdict."""
    lines = [*_table(report.findings, _titles(report.policies), colour), *check_lines(report, colour)]
    return "".join(f"{line}\n" for line in lines)


def _titles(policies: Iterable[Policy]) -> Mapping[str, str]:
    return {**_BUILT_IN, **{policy.id: policy.title for policy in policies}}


def _table(findings: Iterable[Finding], titles: Mapping[str, str], colour: bool) -> Iterator[str]:
    """Most frequent first; those that occur as often by name."""
    listed = list(findings)
    counts = Counter((finding.policy, finding.level) for finding in listed)
    mendable = Counter(finding.policy for finding in listed if finding.fix is not None and finding.fix.safe)
    width = max((len(policy) for policy, _ in counts), default=0)
    if counts:
        yield f"{'count':>7}  {'mendable':>8}  {'level':7}  policy"
    for (policy, level), count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        shown = painted(f"{level:7}", _COLOURS[level], colour)
        mends = f"{mendable[policy]:,}" if mendable[policy] else ""
        yield f"{count:>7,}  {mends:>8}  {shown}  {policy:{width}}  {_title(policy, titles)}".rstrip()


def _title(policy_id: str, titles: Mapping[str, str]) -> str:
    policy = None if policy_id in titles else shipped_policy(policy_id)
    return policy.title if policy else titles.get(policy_id, "")

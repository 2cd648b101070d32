"""What a format says of the rules behind its findings: the policies that ran, and those that are built in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ray18.documents.document import VALID
from ray18.findings import Finding, Level
from ray18.policy import EXISTS, RUNS, Policy
from ray18.waivers import ACTIVE

Built = tuple[str, str]
_BUILT_IN: Mapping[str, Built] = {
    VALID: (
        "Every governed file reads strictly and fits its schema",
        "A file that two readers could take differently, or whose fields are unknown, misspelt or impossible, judges "
        "nothing and nobody.\n\nRemedy: mend the place named; `ray18 schema show KIND` has every field.",
    ),
    EXISTS: (
        "Every document that a policy needs is there",
        "A policy without its document has nothing to judge, and nothing passes by absence.\n\n"
        "Remedy: write the document; the finding names the command.",
    ),
    RUNS: (
        "Every policy gives an answer",
        "A policy that crashes, runs too long or cannot be loaded has judged nothing, so its gate cannot pass.\n\n"
        "Remedy: mend the policy, or report it as a defect.",
    ),
    ACTIVE: (
        "Every waiver counts",
        "A waiver that does not count, or excuses nothing any more, should not be taken for one that does.\n\n"
        "Remedy: record a new one with `ray18 waive`, or remove it.",
    ),
    "history-is-plain": (
        "History is shown as it is",
        "Replace refs and grafts make other Git commands show another history; nothing here follows them.\n\n"
        "Remedy: look at them, then take them away: `git replace -d`.",
    ),
    "evidence-is-current": (
        "Evidence follows from the records",
        "An evidence file that was edited by hand, is missing or is out of date proves nothing.\n\n"
        "Remedy: build it again: `ray18 evidence build`.",
    ),
}
"""Title and explanation of the rules that are no policies."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as formats tell of it."""

    id: str
    title: str
    doc: str
    """The explanation, in several paragraphs; the last begins with `Remedy:`."""
    level: Level

    @property
    def why(self) -> str:
        """The explanation without the title in front."""
        head, _, rest = self.doc.partition("\n")
        return rest.strip() if head.rstrip(".") == self.title else self.doc


def rules(policies: Iterable[Policy], findings: Iterable[Finding]) -> tuple[Rule, ...]:
    """The rules of these policies and of these findings, by id."""
    known = {policy.id: Rule(policy.id, policy.title, policy.doc, policy.level) for policy in policies}
    for finding in findings:
        if finding.policy not in known:
            known[finding.policy] = _other(finding)
    return tuple(rule for _, rule in sorted(known.items()))


def _other(finding: Finding) -> Rule:
    title, doc = _BUILT_IN.get(finding.policy, ("", ""))
    title = title or finding.policy.replace("-", " ").capitalize()
    return Rule(finding.policy, title, doc or title, finding.level)

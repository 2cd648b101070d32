"""Rules are loosened only with the agreement of those whom the rules in force name.

People, keys, settings, policies and schemas decide what can pass. A change of them that lets more pass, gives
somebody a voice, or leaves a role that nobody can fill is judged by the rules before it: one from each role of
`amendments.roles` must approve the subject `rules`. Until then it does not come into force, however it was
merged.

Remedy: `ray18 approvals request rules` says whom to ask; they approve with `ray18 approve rules --as ROLE`.
"""

from collections.abc import Iterator

from ray18.docket import RuleChange
from ray18.findings import Finding

COUNTED = "changes of the rules that nobody agreed to"
ACTION = "have the change of rules agreed to"


def check(rule_changes: tuple[RuleChange, ...]) -> Iterator[Finding]:
    for change in rule_changes:
        if not change.agreed:
            yield Finding(
                "", "error", change.message, item="rules", remedy="ray18 approve rules, or take the change back"
            )

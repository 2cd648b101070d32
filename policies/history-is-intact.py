"""Nothing in the history of the protected branch speaks against its approvals.

The branch is replayed on its first-parent chain. A merge that undoes what was approved, and rules on the branch
that nobody agreed to, mean that what the files say and what people decided are no longer the same.

Remedy: `ray18 audit` shows the step and who made it; bring back what was approved, or decide about it anew.
"""

from collections.abc import Iterator

from ray18.findings import Finding

COUNTED = "breaks in the history"
ACTION = "mend the history"


def check(anomalies: tuple[str, ...]) -> Iterator[Finding]:
    for message in anomalies:
        yield Finding("", "error", message, item="history", remedy="ray18 audit")

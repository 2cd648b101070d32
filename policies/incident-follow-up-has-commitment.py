"""Every serious incident follow-up has a commitment.

The plan is not finalized without an explicit commitment for every critical incident follow-up: who does what
by when, in the item itself or under `commitments` in the plan. Otherwise the next incident is the last one
again.

Remedy: agree on it, then write `commitment: {who, what, by}` into the item, or an entry under `commitments`
in plan.yaml.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "incident follow-ups without a commitment"
ACTION = "commit to incident follow-ups"


def check(backlog: tuple[Document[BacklogItem], ...], plan: Document[Plan]) -> Iterator[Finding]:
    promised = {commitment.item for commitment in plan.content.commitments}
    for item in backlog:
        content = item.content
        if not (content.is_open and content.serious and content.source.kind == "incident"):
            continue
        if content.commitment is None and content.id not in promised:
            severity = content.severity or "not yet rated"
            yield item.finding(
                f"{content.id} ({severity}) follows up an incident, and nobody promised it",
                *("source", "kind"),
                remedy=f"write commitment: {{who, what, by}} into it, or into commitments of {plan.path}",
            )

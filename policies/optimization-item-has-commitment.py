"""Every optimization item has a commitment.

The plan is not finalized without an explicit commitment for every item of the performance backlog: who does
what by when, in the item itself or under `commitments` in the plan. What nobody will do is closed as
`wont-do`, with its reason.

Remedy: agree on it, then write `commitment: {who, what, by}` into the item, or an entry under `commitments`
in plan.yaml.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "optimization items without a commitment"
ACTION = "commit to optimization items"


def check(backlog: tuple[Document[BacklogItem], ...], plan: Document[Plan]) -> Iterator[Finding]:
    promised = {commitment.item for commitment in plan.content.commitments}
    for item in backlog:
        content = item.content
        if not content.is_open or content.source.kind != "performance":
            continue
        if content.commitment is None and content.id not in promised:
            yield item.finding(
                f"{content.id} optimizes performance, and nobody promised it",
                *("source", "kind"),
                remedy=f"write commitment: {{who, what, by}} into it, or into commitments of {plan.path}",
            )

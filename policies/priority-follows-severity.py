"""Priority and severity agree, or the scores say why not.

A Critical item that comes last, or a Low one that comes first, is a conflict between stakeholders that nobody
has settled, unless the reasons are written down with the scores.

Remedy: settle it with the stakeholders; change the priority, or add `scoring` with rationales.
"""

from collections.abc import Iterator
from typing import get_args

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Priority, Severity
from ray18.documents.document import Document
from ray18.findings import Finding

LEVEL = "warning"
COUNTED = "priorities at odds with severities"
ACTION = "settle conflicts over priorities"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if not content.is_open or content.severity is None or content.priority is None:
        return
    apart = get_args(Severity).index(content.severity) - get_args(Priority).index(content.priority)
    reasons = content.scoring is not None and any(rating.rationale for rating in content.scoring.inputs)
    if abs(apart) > 1 and not reasons:
        yield item.finding(
            f"{content.id} is {content.severity}, yet {content.priority}, and no score says why",
            "priority",
            remedy="settle it with the stakeholders, or add scoring with rationales",
        )

"""Nobody accepts a deviation of their own.

Whoever asks for an exception wants it; somebody else has to answer for it.

Remedy: let another holder of the role accept it: `ray18 waive`.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.waiver import Waiver
from ray18.findings import Finding

COUNTED = "waivers that their own requesters accepted"
ACTION = "let somebody else accept waivers"


def check(waiver: Document[Waiver]) -> Iterator[Finding]:
    content = waiver.content
    if content.approved_by == content.requested_by:
        yield waiver.finding(
            f"{content.id} was asked for and accepted by {content.approved_by}",
            "approved_by",
            remedy=f"let another holder of {content.role} accept it: ray18 waive",
        )

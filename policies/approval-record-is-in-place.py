"""Every approval record lies where its content says.

The path of a record names its subject, the state that was decided about, the role and the person. A record
that was moved or copied elsewhere pretends to be another decision; it never counts.

Remedy: move the file, and its signature, to the path named.
"""

from collections.abc import Iterator

from ray18.approvals import record_path
from ray18.documents.approval import Approval
from ray18.documents.document import Document
from ray18.documents.settings import Settings
from ray18.findings import Finding

COUNTED = "approval records out of place"
ACTION = "move approval records back"


def check(approval: Document[Approval], settings: Settings) -> Iterator[Finding]:
    content = approval.content
    right = record_path(settings.locations.approvals, content)
    if approval.path != right:
        yield approval.finding(
            f"the decision of {content.person} about {content.subject} is not where it belongs",
            item=content.subject,
            remedy=f"git mv {approval.path} {right}, and its .sig with it",
        )

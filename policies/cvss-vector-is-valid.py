"""Every CVSS vector can be scored.

The score is always computed from the vector, by CVSS 2, 3.0, 3.1 or 4.0. A vector with a metric missing or
misspelt has no score, and a priority that rests on it is a guess.

Remedy: paste the vector again from its source, whole: `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H`.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "CVSS vectors without a score"
ACTION = "mend CVSS vectors"


def check(item: Document[BacklogItem]) -> Iterator[Finding]:
    content = item.content
    if content.security is None or content.security.cvss is None:
        return
    from cvss import CVSS2, CVSS3, CVSS4, CVSSError

    vector = content.security.cvss
    scored = next((kind for start, kind in (("CVSS:3.", CVSS3), ("CVSS:4.", CVSS4)) if vector.startswith(start)), CVSS2)
    try:
        scored(vector)
    except CVSSError as error:
        yield item.finding(
            f"{content.id}: the CVSS vector has no score: {error}",
            *("security", "cvss"),
            remedy="paste the whole vector from its source",
        )

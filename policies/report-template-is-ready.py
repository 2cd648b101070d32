"""Every report template listed can be used.

Reports that are written anew each time cannot be compared with one another.

Remedy: write the template, check that its location opens, then set `status: Complete` in governance.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.findings import Finding

COUNTED = "report templates not ready"
ACTION = "complete report templates"


def check(governance: Document[Governance]) -> Iterator[Finding]:
    for number, template in enumerate(governance.content.report_templates):
        if template.status != "Complete":
            yield governance.finding(
                f"the report template {template.id} is {template.status}",
                *("report_templates", number, "status"),
                item=template.id,
                remedy="write it, then set `status: Complete`",
            )

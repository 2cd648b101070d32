"""Reviews, dashboards, alerts and report templates are all there.

The rules of governance hold for every entry. A list without entries would satisfy all of them and govern
nothing, so it never passes.

Remedy: fill in the list in governance.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.findings import Finding

COUNTED = "empty lists in the governance"
ACTION = "set up reviews, dashboards, alerts and templates"


def check(governance: Document[Governance]) -> Iterator[Finding]:
    for name in ("kpi_reviews", "dashboards", "alerts", "report_templates"):
        if not getattr(governance.content, name):
            yield governance.finding(f"the governance has no {name}", name, item=name, remedy="fill it in")

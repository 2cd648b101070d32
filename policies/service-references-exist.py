"""Whom and what a service names exists.

A service owned by a misspelt team is owned by nobody, and one that needs an unknown service cannot be planned
for.

Remedy: mend the name in services.yaml, or add what is missing to people.yaml or the catalog.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.documents.services import Services
from ray18.findings import Finding

COUNTED = "names in the catalog that no record knows"
ACTION = "mend names in the catalog"


def check(services: Document[Services], people: Document[People]) -> Iterator[Finding]:
    owners, known = people.content.owners(), services.content.ids()
    for number, service in enumerate(services.content.services):
        if service.owner is not None and service.owner not in owners:
            yield services.finding(
                f"{service.id} is owned by {service.owner}, whom people.yaml does not know",
                *("services", number, "owner"),
                item=service.id,
                remedy=f"mend the name, or add {service.owner} to people.yaml",
            )
        for place, needed in enumerate(service.depends_on):
            if needed not in known:
                yield services.finding(
                    f"{service.id} needs {needed}, which the catalog does not have",
                    *("services", number, "depends_on", place),
                    item=service.id,
                    remedy=f"mend the id, or add {needed} to services.yaml",
                )

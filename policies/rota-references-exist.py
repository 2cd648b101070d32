"""What the rota names exists.

Leave of somebody whom nobody knows keeps nobody from being called, and a shift that is not there is covered by nobody.

Remedy: mend the name or the days, or take the line out.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.documents.rota import Rota
from ray18.findings import Finding
from ray18.planning.rostering.references import strangers

COUNTED = "names in the rota that do not exist"
ACTION = "mend what the rota names"


def check(rotas: tuple[Document[Rota], ...], people: Document[People]) -> Iterator[Finding]:
    for rota in rotas:
        for way, name, message in strangers(rota.content, people.content):
            yield rota.finding(message, *way, item=name, remedy="mend it, or take the line out")

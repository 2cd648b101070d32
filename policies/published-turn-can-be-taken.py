"""Whoever has a published turn can take it.

Leave that is written down after a rota was published, or somebody who left: the pager would ring with nobody there.

Turns that are over are not looked at, so a day that passes only takes findings away.

Remedy: `ray18 rota --write` makes a rota that changes as little as possible.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.documents.rota import Rota
from ray18.findings import Finding
from ray18.planning.rostering.references import conflicts

COUNTED = "published turns that cannot be taken"
ACTION = "change the rota"


def check(rotas: tuple[Document[Rota], ...], plan: Document[Plan], today: date) -> Iterator[Finding]:
    rotation = plan.content.coverage.rotation
    for rota in rotas:
        if rotation is not None:
            for way, person, message in conflicts(rota.content, rotation, today):
                yield rota.finding(message, *way, item=person, remedy="ray18 rota --write")

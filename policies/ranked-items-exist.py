"""Rankings name items of the backlog, each once.

A misspelt id ranks nothing: the item that was meant stands nowhere, and a conflict about it goes unseen.

Remedy: mend the id, or take the line out.
"""

from collections.abc import Iterator

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.ranking import Ranking
from ray18.findings import Finding

COUNTED = "ranks of items that do not exist"
ACTION = "mend the ids in rankings"


def check(rankings: tuple[Document[Ranking], ...], backlog: tuple[Document[BacklogItem], ...]) -> Iterator[Finding]:
    known = {item.content.id for item in backlog}
    for ranking in rankings:
        content = ranking.content
        lists = [(("items",), content.items)]
        lists += [(("resolutions", n, "order"), entry.order) for n, entry in enumerate(content.resolutions)]
        for way, names in lists:
            for number, name in enumerate(names):
                if name not in known:
                    yield ranking.finding(
                        f"{content.role}: {name} is no item of the backlog",
                        *(*way, number),
                        item=name,
                        remedy="mend the id, or take the line out",
                    )
                elif name in names[:number]:
                    yield ranking.finding(
                        f"{content.role}: {name} stands here a second time",
                        *(*way, number),
                        item=name,
                        remedy="keep one of the two",
                    )

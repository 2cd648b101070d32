"""Mends at the lines of a pull request on GitHub: a review whose comments hold suggestion blocks, each made once.

GitHub takes comments only on lines that the difference shows. Which mends were suggested before is said in a marker at the head
of our own reviews, so that suggesting again changes nothing, also after somebody resolved or deleted a comment.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ray18.forges.github import Words
from ray18.forges.http import Client
from ray18.forges.model import Told
from ray18.forges.reading import read
from ray18.forges.telling import Outcome

MOST = 30
"""Comments of one review; people who have more to mend run `ray18 check --fix`."""
_MARKER = "<!-- ray18: suggestions"
_MARKED = re.compile(rf"\A{re.escape(_MARKER)}((?: [0-9a-f]{{16}})*) -->")
_HUNK = re.compile(r"@@ -[0-9]+(?:,[0-9]+)? \+([0-9]+)(?:,[0-9]+)? @@")


@dataclass(frozen=True, slots=True)
class Mend:
    """A comment with a suggestion block on lines `first` to `last` of a file."""

    path: str
    first: int
    last: int
    body: str
    """Markdown."""

    @property
    def id(self) -> str:
        """The same wherever the lines move to."""
        return sha256(f"{self.path}\0{self.body}".encode("utf-8", "backslashreplace")).hexdigest()[:16]


class _File(Told):
    filename: str
    patch: str | None = None


def tell_suggestions(api: Client, repository: str, number: int, commit: str, wanted: Iterable[Mend]) -> Outcome:
    """Suggests what was not suggested before, on lines that the pull request shows, in one review."""
    pull = f"repos/{repository}/pulls/{number}"
    known = set(_known(api, pull))
    fresh = [mend for mend in wanted if mend.id not in known]
    shown = dict(_shown(api, pull)) if fresh else {}
    chosen = [mend for mend in fresh if {*range(mend.first, mend.last + 1)} <= shown.get(mend.path, frozenset())][:MOST]
    if not chosen:
        return "kept"
    marker = f"{_MARKER} {' '.join(mend.id for mend in chosen)} -->"
    what = "a mend" if len(chosen) == 1 else f"{len(chosen)} mends"
    body = f"{marker}\n`ray18` suggests {what}. Each says what is wrong; none is made unless you commit it."
    comments = [_comment(mend) for mend in chosen]
    api.send("POST", f"{pull}/reviews", {"commit_id": commit, "event": "COMMENT", "body": body, "comments": comments})
    return "posted"


def _comment(mend: Mend) -> dict[str, Any]:
    start = {"start_line": mend.first, "start_side": "RIGHT"} if mend.first < mend.last else {}
    return {"path": mend.path, "line": mend.last, "side": "RIGHT", "body": mend.body, **start}


def _known(api: Client, pull: str) -> Iterator[str]:
    """The ids of everything that was suggested, by us: a stranger's words are never taken for ours."""
    for answer in api.pages("reviews", f"{pull}/reviews", per_page=100):
        for review in read(list[Words], answer):
            if review.trusted and (marked := _MARKED.match(review.body or "")):
                yield from marked[1].split()


def _shown(api: Client, pull: str) -> Iterator[tuple[str, frozenset[int]]]:
    """File to the lines of its new version that the difference shows; none where GitHub shows no difference."""
    for answer in api.pages("files", f"{pull}/files", per_page=100):
        for file in read(list[_File], answer):
            yield file.filename, frozenset(_lines(file.patch or ""))


def _lines(patch: str) -> Iterator[int]:
    number = 0
    for line in patch.split("\n"):
        if hunk := _HUNK.match(line):
            number = int(hunk[1])
        elif number and line[:1] in ("+", " "):
            yield number
            number += 1

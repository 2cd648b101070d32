"""The commits of any repository as a list of who said what when, newest first: for counting what people do again and again.

Authors and dates are what the commits tell; nothing here is for trust. Merges are left out.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from ray18.git import Repository


class Said(NamedTuple):
    """One commit."""

    oid: str
    day: date
    """The author's day, in UTC."""
    author: str
    """Name and address."""
    subject: str


def commits_of(repository: Repository, tip: str, since: date | None = None) -> Iterator[Said]:
    """Every commit of one parent that can be reached from a commit id, by an author's day on or after `since`."""
    form = "--format=%H%x00%at%x00%an <%ae>%x00%s%x00"
    output = repository.run("log", "--no-merges", "--no-show-signature", "--no-color", form, tip, "--")
    for line in output.decode("utf-8", "replace").split("\0\n"):
        oid, when, author, subject = (line.split("\0") + [""] * 4)[:4]
        if not when.isdecimal() or len(when) > 11:
            continue
        day = datetime.fromtimestamp(int(when), UTC).date()
        if since is None or day >= since:
            yield Said(oid, day, author, subject)

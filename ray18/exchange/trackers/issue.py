"""One issue of a tracker, and the row it becomes.

What a tracker supplied is remembered in the item, as fingerprints of the cells: at the next import, a cell that people did not
touch follows the tracker, one that they changed stays, and one that both changed is a conflict.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ray18.documents.backlog import BacklogItem, Status
from ray18.documents.base import Priority, Severity
from ray18.documents.dialects import PLAIN
from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.errors import BlockedError
from ray18.exchange.merge import Beginning, Fingerprints, Forgotten, fingerprint
from ray18.exchange.sheet import Row, Sheet, Trouble, twice, unreadable
from ray18.handover.days import Unclear, read_day
from ray18.handover.delivery import Part
from ray18.handover.identity import short_hash
from ray18.handover.json_text import JsonText, read_tree
from ray18.handover.model import Notebook, Unusable
from ray18.handover.text import cleaned, one_line, prose, slug

REMEMBERED = "annotations.imported"
"""The column with the fingerprints of what the tracker said last."""
_MARK = re.compile(r"([a-z_.-]+)=([0-9a-f]{8})")
_LONGEST = 20_000
_LONGEST_TITLE = 300
_SEVERITY = re.compile(r"(?:severity|sev)(?:::|[:/ -]+)\s*(\w+)\Z", re.IGNORECASE)
_RANKED = re.compile(r"p[1-4]\Z|prio", re.IGNORECASE)
_PRIORITY = re.compile(r"(?:(?:priority|prio)(?:::|[:/ -]+)\s*)?(p?[1-4]|\w+)\Z", re.IGNORECASE)
_SEVERITIES: Mapping[str, Severity] = {
    "critical": "Critical", "blocker": "Critical", "high": "High", "major": "High", "medium": "Medium", "moderate": "Medium",
    "low": "Low", "minor": "Low", "1": "Critical", "2": "High", "3": "Medium", "4": "Low",
}  # fmt: skip
PRIORITIES: Mapping[str, Priority] = {
    "blocker": "P1", "critical": "P1", "highest": "P1", "urgent": "P1", "p1": "P1", "1": "P1",
    "high": "P2", "major": "P2", "p2": "P2", "2": "P2",
    "medium": "P3", "normal": "P3", "p3": "P3", "3": "P3",
    "low": "P4", "lowest": "P4", "minor": "P4", "trivial": "P4", "p4": "P4", "4": "P4",
}  # fmt: skip
_KINDS = {
    "bug": "corrective", "incident": "corrective", "defect": "corrective", "new feature": "additive", "feature": "additive",
    "story": "additive", "enhancement": "perfective", "improvement": "perfective",
}  # fmt: skip
"""Words for what an issue is, and the kind of maintenance (ISO/IEC/IEEE 14764)."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What a tracker says of one issue. Days are as the tracker writes them."""

    place: str
    id: str
    """The id of the item: the same at each import."""
    key: str
    """How people call it there."""
    title: str
    body: str = ""
    status: Status | None = None
    closing: str = ""
    """In which words it was closed there."""
    created: str = ""
    closed: str = ""
    due: str = ""
    assignees: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    kind: str = ""
    priority: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """The issues of one export, and what of it is no issue."""

    tracker: str
    path: str
    issues: tuple[Issue, ...]
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[Trouble, ...] = ()

    def sheet(self, people: People | None, source: str) -> Sheet:
        """The rows; `source` is the kind of source that new items get."""
        told = Counter[str]()
        rows = [_row(self, issue, people, source, told) for issue in self.issues]
        return Sheet(tuple(rows), (*self.troubles, *twice(rows)), (*self.notes, *self._told(told)))

    def _told(self, told: Counter[str]) -> Iterable[Trouble]:
        for name, count in sorted((+told).items()):
            remedy = "add them to people.yaml, then set the owner" if name.startswith("assigned") else "look at them"
            yield Trouble(self.path, f"{count:,} of {len(self.issues):,} issues: {name}", remedy)


def beginnings(items: Mapping[str, Document[BacklogItem]]) -> Callable[[Row], Beginning | Trouble]:
    """What tells how the tracker's cells were at the last import."""

    def began(row: Row) -> Beginning | Trouble:
        kept = items[row.item].content.annotations.get("imported", "")
        marks = dict(_MARK.findall(kept))
        return Fingerprints(marks | {REMEMBERED: fingerprint(REMEMBERED, kept)}) if marks else Forgotten()

    return began


def project_id(prefix: str, project: str, number: str) -> str:
    """The id of a numbered issue: project names that look alike differ by a hash of all of the name."""
    name = slug(project.rsplit("/", 1)[-1])[:30].strip("-") or "x"
    return f"{prefix}-{name}-{short_hash(project)[:6]}-{number}"


def json_of(path: str, content: bytes) -> JsonText:
    """The JSON of an export. Raises BlockedError."""
    try:
        return read_tree(Part(path if path.casefold().endswith(".json") else f"{path}.json", content), Notebook(path))
    except Unusable as error:
        raise unreadable(error) from error


def listed(source: JsonText, path: str, name: str = "issues") -> list[tuple[str, Mapping[str, Any]]]:
    """Place and content of each issue of a list, bare or under `name`. Raises BlockedError."""
    value = source.value
    inner = value.get(name) if isinstance(value, dict) else value
    if not isinstance(inner, list):
        raise BlockedError(f"{path}:1: this is no list of issues", "export the issues again, as JSON or CSV")
    way = (name,) if isinstance(value, dict) else ()
    return [
        (f"{path}:{source.line(*way, at)}", entry if isinstance(entry, dict) else {}) for at, entry in enumerate(inner)
    ]


def words(value: Any, *names: str) -> str:
    """A text, a number, or the text under one of the names of a mapping; else nothing."""
    if isinstance(value, Mapping):
        return next((words(value.get(name)) for name in names if words(value.get(name))), "")
    if isinstance(value, bool) or value is None or isinstance(value, list):
        return ""
    return str(value)


def many(value: Any, *names: str) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(text for entry in value if (text := words(entry, *names))) if isinstance(value, list) else ()


def _row(export: Export, issue: Issue, people: People | None, source: str, told: Counter[str]) -> Row:
    cells = {
        "title": _title(issue.title) or issue.key,
        "description": _prose(issue.body),
        "status": issue.status or "open",
        "tags": ", ".join(sorted({tag for label in issue.labels if (tag := slug(label))})),
        **{f"annotations.{name}": _prose(text) for name, text in issue.extra.items()},
    }
    _set_owner(cells, issue, people, told)
    _set_rank(cells, issue)
    for name, given in (("created", issue.created), ("due", issue.due), ("closed", issue.closed)):
        day = _day(given)
        cells[name] = day.isoformat() if day else ""
        if given and not day:
            cells[f"annotations.{name}-as-exported"] = _prose(given)
            told[f"without a `{name}` day that can be read"] += 1
    if issue.status in ("done", "wont-do"):
        cells["resolution"] = f"Closed in {export.tracker}" + (f": {one_line(issue.closing)}" if issue.closing else "")
    else:
        cells["closed"] = ""
    told["confidential there; whoever reads this repository reads them"] += issue.confidential
    cells |= {"source.kind": source, "source.artifact": export.tracker, "source.locator": issue.key}
    marks = " ".join(f"{name}={fingerprint(name, text)}" for name, text in sorted(cells.items()) if text)
    kept = {name: text for name, text in cells.items() if text or not name.startswith("annotations.")}
    return Row(issue.place, {"id": issue.id, **kept, REMEMBERED: marks}, {})


def _set_owner(cells: dict[str, str], issue: Issue, people: People | None, told: Counter[str]) -> None:
    owners = [_known(name, people) for name in issue.assignees]
    cells["owner"] = next((owner for owner in owners if owner), "")
    unknown = [name for name, owner in zip(issue.assignees, owners, strict=True) if not owner]
    if unknown:
        cells["annotations.assignee"] = ", ".join(_prose(name) for name in unknown)
        told["assigned to people whom people.yaml does not know"] += 1


def _known(name: str, people: People | None) -> str:
    """The person or team that a tracker's name means, by id, e-mail, full name or account; else nothing."""
    wanted = name.casefold().strip()
    for person in people.people if people else ():
        own = [person.id, person.email or "", person.name, *(account.login or "" for account in person.forges)]
        if wanted in [text.casefold() for text in own if text]:
            return person.id
    return wanted if people and wanted in people.owners() else ""


def _set_rank(cells: dict[str, str], issue: Issue) -> None:
    """Severity and priority, by the tracker's own field or by labels as `severity::2` and `priority/high`."""
    severities = [_SEVERITIES.get(m[1].casefold()) for label in issue.labels if (m := _SEVERITY.match(label))]
    labelled = [m[1] for label in issue.labels if _RANKED.match(label) and (m := _PRIORITY.match(label))]
    priorities = [PRIORITIES.get(word.casefold()) for word in (issue.priority, *labelled)]
    cells["severity"] = next(filter(None, severities), "")
    cells["priority"] = next(filter(None, priorities), "")
    kinds = [_KINDS[word.casefold()] for word in (issue.kind, *issue.labels) if word.casefold() in _KINDS]
    cells["maintenance_type"] = kinds[0] if kinds else "perfective"


def _day(text: str) -> date | None:
    if not text:
        return None
    found = read_day(text, PLAIN)
    return None if isinstance(found, Unclear) else found


def _title(text: str) -> str:
    title = one_line(cleaned(text)[0])
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"


def _prose(text: str) -> str:
    mended = prose(cleaned(text)[0])[0]
    return mended if len(mended) <= _LONGEST else mended[: _LONGEST - 1].rstrip() + "…"

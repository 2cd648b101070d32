"""What history tells of items and decisions, in one pass over the first-parent chain: every version of every item, when each
subject last changed its meaning, and when each decision entered.

A step's time is its committer's, as the commit tells it, where it fits those of the other steps: good for figures, not for
trust.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from ray18.chain import Change, Step, differences, first_parent_chain
from ray18.documents.approval import Approval
from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.settings import Settings
from ray18.facts import Map, document_of, is_file
from ray18.git import Entry, Repository
from ray18.subjects import leaves_of

_READ = frozenset({"backlog-item", "plan", "services", "governance", "approval"})


_LAST_SECOND = 7_258_118_400
"""The year 2200: a later time is a wrong clock."""


class Version(NamedTuple):
    """What an item was from a moment on; None = it was taken away."""

    when: datetime
    item: BacklogItem | None


@dataclass(frozen=True, slots=True)
class Story:
    """One item through all of its versions, oldest first."""

    id: str
    versions: tuple[Version, ...]

    @property
    def first_seen(self) -> datetime:
        """When it entered the branch."""
        return self.versions[0].when

    @property
    def now(self) -> BacklogItem | None:
        """What it is at the end."""
        return self.versions[-1].item

    @property
    def states(self) -> tuple[tuple[datetime, BacklogItem], ...]:
        """Its versions, without the times it was not there."""
        return tuple((when, item) for when, item in self.versions if item is not None)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and when it entered."""

    record: Approval
    when: datetime
    since: datetime | None
    """When what it decides about last changed its meaning; None = never before."""


@dataclass(frozen=True, slots=True)
class Stories:
    """The history of a program."""

    steps: int
    first: datetime | None
    items: tuple[Story, ...]
    decisions: tuple[Decided, ...]
    changed: Mapping[str, datetime]
    """Subject to the last change of its meaning."""
    unreadable: int
    """Versions of governed files that cannot be read; they count as no change."""


def read_stories(repository: Repository, tip: str, settings: Settings, as_of: date) -> Stories:
    """The history that ends in a commit, as known on a day (in UTC). Raises what walking history raises."""
    chain = first_parent_chain(repository, tip)
    drawn = Map.of(settings)
    places = [place for place, kind in drawn.kinds.items() if kind.name in _READ]
    steps = [(step, when) for step, when in _dated(chain.steps if chain else ()) if when.date() <= as_of]
    changes = differences(repository, (step.trees for step, _ in steps), places)
    reader = _Reader(repository, drawn)
    reader.fetch(change for step, _ in steps for change in changes.get(step.trees, ()))
    told = _Told()
    for step, when in steps:
        for change in changes.get(step.trees, ()):
            reader.tell(change, when, told)
        told.settle()
    return Stories(
        len(steps),
        steps[0][1] if steps else None,
        tuple(Story(item, tuple(versions)) for item, versions in sorted(told.versions.items())),
        tuple(told.decisions),
        told.changed,
        reader.unreadable,
    )


def _dated(steps: Sequence[Step]) -> Iterator[tuple[Step, datetime]]:
    """Each step with its time: the committer's where it fits the others, else that of the last step before that does."""
    claimed = [min(max(0, step.commit.committer.when or 0), _LAST_SECOND) for step in steps]
    fitting = rising(claimed)
    last = min((claimed[at] for at in fitting), default=0)
    for at, step in enumerate(steps):
        last = claimed[at] if at in fitting else last
        yield step, datetime.fromtimestamp(last, UTC)


def rising(values: Sequence[int]) -> frozenset[int]:
    """The places of a longest part that never falls: a few wrong clocks, ahead or behind, do not fit into it."""
    tails: list[int] = []
    places: list[int] = []
    before: list[int | None] = []
    for place, value in enumerate(values):
        at = bisect_right(tails, value)
        before.append(places[at - 1] if at else None)
        tails[at : at + 1] = [value]
        places[at : at + 1] = [place]
    found, here = set(), places[-1] if places else None
    while here is not None:
        found.add(here)
        here = before[here]
    return frozenset(found)


@dataclass
class _Told:
    """What was told so far; the decisions of a step are about what its other files say."""

    versions: dict[str, list[Version]] = field(default_factory=dict)
    decisions: list[Decided] = field(default_factory=list)
    changed: dict[str, datetime] = field(default_factory=dict)
    _entered: list[tuple[Approval, datetime]] = field(default_factory=list)

    def enter(self, record: Approval, when: datetime) -> None:
        """A decision that this step brought."""
        self._entered.append((record, when))

    def settle(self) -> None:
        """The end of a step."""
        self.decisions += [Decided(record, when, self.changed.get(record.subject)) for record, when in self._entered]
        self._entered.clear()


class _Reader:
    """Reads each content once."""

    def __init__(self, repository: Repository, drawn: Map) -> None:
        self._repository, self._map = repository, drawn
        self._known: dict[tuple[str, str], Document[Any] | None] = {}
        self.unreadable = 0

    def fetch(self, changes: Iterable[Change]) -> None:
        wanted: dict[tuple[str, str], Entry] = {}
        for change in changes:
            kind = self._map.kind(change.path)
            for entry in (change.before, change.after):
                if entry and kind in _READ and entry.path.endswith(".yaml") and is_file(entry):
                    wanted.setdefault((kind, entry.oid), entry)
        contents = self._repository.objects(oid for _, oid in wanted)
        for (key, entry), (_, type_, content) in zip(wanted.items(), contents, strict=True):
            document = document_of(key[0], entry, content) if type_ == "blob" else None
            self.unreadable += document is None
            self._known[key] = document

    def tell(self, change: Change, when: datetime, told: _Told) -> None:
        """What one change of a file means."""
        kind = self._map.kind(change.path)
        before, after = self._document(kind, change.before), self._document(kind, change.after)
        if kind == "approval":
            if before is None and after is not None:
                told.enter(after.content, when)
            return
        if kind == "backlog-item":
            self._item(change, before, after, when, told)
        old, new = (leaves_of(each) if each else {} for each in (before, after))
        for place in {*old, *new}:
            if old.get(place) != new.get(place):
                told.changed[place[0]] = when

    def _item(
        self, change: Change, before: Document[Any] | None, after: Document[Any] | None, when: datetime, told: _Told
    ) -> None:
        if after is not None:
            told.versions.setdefault(after.content.id, []).append(Version(when, after.content))
        elif before is not None and change.after is None:
            told.versions.setdefault(before.content.id, []).append(Version(when, None))

    def _document(self, kind: str, entry: Entry | None) -> Document[Any] | None:
        return self._known.get((kind, entry.oid)) if entry else None

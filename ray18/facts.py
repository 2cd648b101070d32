"""What governed files said at any point of history: each content is read once, however many commits have it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ray18.documents import KINDS, Kind
from ray18.documents.document import Document, read
from ray18.documents.memory import MEMORY
from ray18.documents.settings import Locations, Settings
from ray18.git import EXECUTABLE_FILE, REGULAR_FILE, Entry, Repository
from ray18.program import SIGNATURE_SUFFIXES
from ray18.subjects import RULES, TEAM_SECTION, leaves_of, places_of

Place = tuple[str, str]
"""Subject and section."""
_RECORDS = frozenset({"settings", "people", "approval", "waiver", "delegation", "checkpoint"})
"""Kinds whose whole content matters to history, not only their leaves."""
_LEAVES = frozenset({"settings", "people", "services", "backlog-item", "plan", "governance"})
TEAM = "team"
"""What a team's own policies and schemas are called among kinds."""


@dataclass(frozen=True)
class Map:
    """Where the governed files of one version of the settings lie."""

    locations: Locations
    team: tuple[str, ...]

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Place to the kind of document that lives there."""
        return {kind.location(self.locations): kind for kind in KINDS}

    def __getstate__(self) -> dict[str, object]:
        """Its two fields; the table follows from them."""
        return {"locations": self.locations, "team": self.team}

    @staticmethod
    def of(settings: Settings) -> "Map":
        """The map that these settings draw."""
        return Map(settings.locations, team_files(settings))

    def kind(self, path: str) -> str:
        """The kind of document at a path; "team" for a team's own rules, empty for what is not governed."""
        if path in self.team:
            return TEAM
        parts = path.split("/")
        for length in range(len(parts), 0, -1):
            found = self.kinds.get("/".join(parts[:length]))
            if found is not None:
                return found.name if found.many or length == len(parts) else ""
        return ""

    def places(self) -> tuple[str, ...]:
        """Every governed place."""
        return (*self.kinds, *self.team)


def team_files(settings: Settings) -> tuple[str, ...]:
    """The team's own policies and schemas that these settings name."""
    own, schemas = settings.policies, settings.schemas
    policies = {name for names in own.gates.values() for name in names} if own else set()
    return (
        *(f"{own.folder}/{name}.py" for name in sorted(policies) if own),
        *(f"{schemas.folder}/{name}.schema.json" for name in (schemas.kinds if schemas else ()) if schemas),
    )


@dataclass
class Facts:
    """Contents by object id, and what follows from them."""

    repository: Repository
    contents: dict[str, bytes] = field(default_factory=dict)
    """Bytes of what matters whole: records, signatures, rules."""
    known: dict[tuple[str, str], Mapping[Place, str]] = field(default_factory=dict)
    """(kind, object id) to leaves."""

    def fetch(self, wanted: Iterable[tuple[str, Entry]]) -> None:
        """Reads what is not known yet, in one go."""
        missing = {
            (kind, entry.oid): entry
            for kind, entry in wanted
            if kind and is_file(entry) and self._lacks(kind, entry) and not self._remembered(kind, entry)
        }
        for (kind, oid), (_, type_, content) in zip(
            missing, self.repository.objects(oid for _, oid in missing), strict=True
        ):
            if type_ == "blob":
                self._keep(kind, missing[kind, oid], content)

    def _lacks(self, kind: str, entry: Entry) -> bool:
        """Whether anything about a file is still to be read."""
        whole = kind in _RECORDS or kind == TEAM
        return entry.oid not in self.contents if whole else (kind, entry.oid) not in self.known

    def _remembered(self, kind: str, entry: Entry) -> bool:
        """Whether the leaves of a file, which are all that is wanted of it, are known from another run."""
        found = None if kind in _RECORDS or kind == TEAM else MEMORY.leaves.get((kind, entry.oid))
        if found is None or entry.path.endswith(SIGNATURE_SUFFIXES):
            return False
        self.known[kind, entry.oid] = found
        return True

    def _keep(self, kind: str, entry: Entry, content: bytes) -> None:
        if kind in _RECORDS or kind == TEAM:
            self.contents[entry.oid] = content
        if kind in _LEAVES and not entry.path.endswith(SIGNATURE_SUFFIXES):
            document = document_of(kind, entry, content)
            self.known[kind, entry.oid] = leaves_of(document) if document else _unreadable(kind, entry.oid)

    def leaves(self, kind: str, entry: Entry | None) -> Mapping[Place, str]:
        """What a file gives to each section; something unlike anything readable when it cannot be read."""
        if entry is None or not kind:
            return {}
        if kind == TEAM:
            content = self.content(kind, entry)
            return {} if content is None else {(RULES, TEAM_SECTION): hashlib.sha256(content).hexdigest()}
        if kind not in _LEAVES or not entry.path.endswith(".yaml"):
            return {}
        if not is_file(entry):
            return _unreadable(kind, f"{entry.mode} {entry.oid}")
        if (kind, entry.oid) not in self.known:
            self.fetch([(kind, entry)])
        return self.known[kind, entry.oid]

    def content(self, kind: str, entry: Entry) -> bytes | None:
        """The bytes of a record, a signature or a rule; None when it is no regular file."""
        if not is_file(entry):
            return None
        if entry.oid not in self.contents:
            self.fetch([(kind, entry)])
        return self.contents.get(entry.oid)

    def document(self, kind: str, entry: Entry) -> Document[Any] | None:
        """The document in a file; None when it cannot be read."""
        content = self.content(kind, entry)
        return None if content is None else document_of(kind, entry, content)


def document_of(kind_name: str, entry: Entry, content: bytes) -> Document[Any] | None:
    """The document that these bytes are at this path; None when they are none."""
    document, _ = read(_KINDS[kind_name], entry.path, content, entry.oid)
    return document


def is_file(entry: Entry) -> bool:
    """Whether it is an ordinary file: no link, no submodule."""
    return entry.mode in (REGULAR_FILE, EXECUTABLE_FILE)


def _unreadable(kind: str, oid: str) -> Mapping[Place, str]:
    return dict.fromkeys(places_of(kind), f"unreadable {oid}")


_KINDS = {kind.name: kind for kind in KINDS}


def every_place(maps: Iterable[Map]) -> Iterator[str]:
    """Every place that any of these maps governs."""
    yield from dict.fromkeys(place for drawn in maps for place in drawn.places())

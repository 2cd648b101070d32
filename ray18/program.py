"""All documents of one snapshot, with the rules that judge them and the day they are judged on.

Rules from the base, data from the proposal: settings are those of the trusted commit; the proposal supplies documents.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from ray18.documents import KINDS, SETTINGS_PATH, Kind, kind
from ray18.documents.base import Model
from ray18.documents.document import VALID, Document, KnownDocument, read
from ray18.documents.draft import draft
from ray18.documents.memory import MEMORY
from ray18.documents.people import People
from ray18.documents.settings import Locations, Settings
from ray18.errors import BlockedError
from ray18.findings import Finding, ordered
from ray18.git import Entry, blob_id, object_id
from ray18.schema import read_team_schema, violations
from ray18.snapshot import WORK_TREE, Snapshot, require_regular

M = TypeVar("M", bound=Model)

SIGNATURE_SUFFIX = ".sig"
COUNTERSIGNATURE_SUFFIX = ".countersig"
SIGNATURE_SUFFIXES = (SIGNATURE_SUFFIX, COUNTERSIGNATURE_SUFFIX)
_UNGOVERNED_NAMES = frozenset({"README.md", ".gitkeep"})


@dataclass(frozen=True)
class Rules:
    """What judges: the settings and the people of the trusted commit, and a way to read the team's own rules there."""

    settings: Settings
    people: People | None
    snapshot: Snapshot
    base: str | None
    """The trusted commit; None = unanchored: the proposal's own rules had to be taken."""
    reason: str


@dataclass(frozen=True)
class Program:
    """What is judged."""

    revision: str
    as_of: date
    rules: Rules
    documents: tuple[Document[Any], ...]
    signatures: Mapping[str, bytes]
    """Path and content of every signature file."""
    problems: tuple[Finding, ...]
    """Why some files could not be read; whatever needs them is blocked."""
    problem_kinds: frozenset[str]
    """The kinds that those files belong to."""
    drafts: tuple[Document[Any], ...] = ()
    """What those files seem to say: only to tell more problems of them, never to judge."""

    def of(self, kind_name: str) -> tuple[Document[Any], ...]:
        """All documents of a kind, by path."""
        return tuple(document for document in self.documents if document.kind == kind_name)

    def one(self, kind_name: str) -> Document[Any] | None:
        """The only document of a kind."""
        return next(iter(self.of(kind_name)), None)

    def signature(self, path: str) -> bytes | None:
        """The signature beside a record."""
        return self.signatures.get(f"{path}{SIGNATURE_SUFFIX}")

    def countersignature(self, path: str) -> bytes | None:
        """The second person's signature beside a record."""
        return self.signatures.get(f"{path}{COUNTERSIGNATURE_SUFFIX}")


class _Claimed(NamedTuple):
    """A file in a governed place and what it is there."""

    entry: Entry
    kind: Kind
    problem: str = ""
    remedy: str = ""

    @property
    def is_signature(self) -> bool:
        return self.kind.signed and self.entry.path.endswith(SIGNATURE_SUFFIXES)


def read_settings(snapshot: Snapshot) -> Settings:
    """The settings of one snapshot. Raises BlockedError when there are none that can be used."""
    if not snapshot.paths([SETTINGS_PATH]):
        raise BlockedError(f"there is no {SETTINGS_PATH} in {shown_id(snapshot.id)}", "run `ray18 init`")
    document, findings = read(kind("settings"), SETTINGS_PATH, snapshot.read(SETTINGS_PATH))
    if document is None:
        first = findings[0]
        raise BlockedError(f"{first.path}:{first.line}:{first.column}: {first.message}", first.remedy)
    require_apart(document.content)
    return document.content  # type: ignore[no-any-return]


def read_rules(snapshot: Snapshot, base: str | None, reason: str) -> Rules:
    """The rules of one snapshot. Raises BlockedError when its settings or its people cannot be used."""
    settings = read_settings(snapshot)
    path = settings.locations.people
    people = None
    if snapshot.paths([path]):
        document, findings = read(kind("people"), path, snapshot.read(path))
        if document is None and base is not None:
            raise BlockedError(f"{path}:{findings[0].line}: {findings[0].message} (at the base)", findings[0].remedy)
        people = document.content if document else None
    return Rules(settings, people, snapshot, base, reason)


def load(
    snapshot: Snapshot,
    rules: Rules,
    as_of: date,
    kept: Mapping[str, str] = MappingProxyType({}),
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Program:
    """Every governed document of the snapshot; what cannot be read is named in `problems`, never passed over.

    `kept` has path and object id of every record that was ever merged: each must still be there, as it was. `tell` is
    called with the number of files read and of all files, for people who wait.
    """
    locations = rules.settings.locations
    claimed = list(_claims(snapshot, locations))
    problems = [(claim.kind.name, _problem(claim)) for claim in claimed if claim.problem]
    usable = [claim for claim in claimed if not claim.problem]
    remembered = _remembered(snapshot, usable)
    documents = [_known(snapshot, claim) for claim in usable if claim.entry.path in remembered]
    unread = [claim for claim in usable if claim.entry.path not in remembered]
    signatures: dict[str, bytes] = {}
    drafts: list[Document[Any] | None] = []
    kinds = {claim.entry.path: claim for claim in unread}
    for number, (entry, content) in enumerate(_contents(snapshot, unread, problems), 1):
        tell(number, len(unread))
        claim = kinds[entry.path]
        if claim.is_signature:
            signatures[entry.path] = content
            continue
        document, findings = read(claim.kind, entry.path, content, entry.oid or snapshot.named(entry.path, content))
        problems.extend((claim.kind.name, finding) for finding in findings)
        if document is not None:
            documents.append(document)
        else:
            drafts.append(draft(claim.kind, entry.path, content))
    problems.extend(team_schema_problems(rules, documents))
    problems.extend(_rewritten(snapshot, kept))
    return Program(
        snapshot.id,
        as_of,
        rules,
        tuple(sorted(documents, key=attrgetter("path"))),
        signatures,
        ordered(finding for _, finding in problems),
        frozenset(name for name, _ in problems),
        tuple(document for document in drafts if document is not None),
    )


def shown_id(snapshot_id: str) -> str:
    """The snapshot's name for people."""
    return {WORK_TREE: "the work tree", "index": "the index"}.get(snapshot_id, f"commit {snapshot_id[:12]}")


def require_apart(settings: Settings) -> None:
    """Raises BlockedError when two kinds of files would live in one place: one of them would not be read."""
    for place in (*settings.locations.model_dump().values(), settings.evidence_folder):
        if ".git" in place.casefold().split("/"):
            raise BlockedError(f"{SETTINGS_PATH}: {place} lies in .git", "choose a place in the work tree")
    places = {name: getattr(settings.locations, name) for name in type(settings.locations).model_fields}
    places |= {"evidence_folder": settings.evidence_folder, "settings": SETTINGS_PATH}
    for name, place in places.items():
        for other, elsewhere in places.items():
            if name < other and (f"{place}/".startswith(f"{elsewhere}/") or f"{elsewhere}/".startswith(f"{place}/")):
                raise BlockedError(
                    f"{SETTINGS_PATH}: {name} ({place}) and {other} ({elsewhere}) are one place, or one within the other",
                    "give each a place of its own",
                )


def _remembered(snapshot: Snapshot, claims: Iterable[_Claimed]) -> frozenset[str]:
    """The files on disk that are known to hold what was read before; an object of Git is read, for it may be damaged."""
    if snapshot.id != WORK_TREE:
        return frozenset()
    return frozenset(
        claim.entry.path for claim in claims if (claim.kind.name, claim.entry.oid) in MEMORY and not claim.is_signature
    )


def _known(snapshot: Snapshot, claim: _Claimed) -> Document[Any]:
    path, oid = claim.entry.path, claim.entry.oid

    def source() -> bytes:
        content = snapshot.read(path)
        if blob_id(content) != oid:
            raise BlockedError(f"{path} was changed while it was judged", "run again")
        return content

    return KnownDocument(claim.kind, path, oid, source)


def _claims(snapshot: Snapshot, locations: Locations) -> Iterator[_Claimed]:
    by_location = {entry.location(locations): entry for entry in KINDS}
    entries = snapshot.paths(sorted(by_location))
    twins = _twins(entry.path for entry in entries)
    for entry in entries:
        location = _location(entry.path, by_location)
        claimed = by_location[location]
        name = entry.path.rsplit("/", 1)[-1]
        if name in _UNGOVERNED_NAMES and claimed.many:
            continue
        yield _judged(entry, location, claimed, twins)


def _location(path: str, by_location: Mapping[str, Kind]) -> str:
    """The longest place that the path is, or lies in."""
    while path not in by_location:
        path = path.rpartition("/")[0]
    return path


def _judged(entry: Entry, location: str, claimed: Kind, twins: dict[str, str]) -> _Claimed:
    if entry.path in twins:
        other = twins[entry.path]
        return _Claimed(entry, claimed, f"its name differs from {other} only in case or form", "rename one of them")
    try:
        require_regular(entry)
    except BlockedError as error:
        return _Claimed(entry, claimed, error.message, error.remedy)
    if not claimed.many and entry.path != location:
        return _Claimed(entry, claimed, f"{location} is a folder; it must be a file", "put the file itself there")
    suffixes = (".yaml", *SIGNATURE_SUFFIXES) if claimed.signed else (".yaml",)
    if claimed.many and not entry.path.endswith(suffixes):
        return _Claimed(entry, claimed, "only .yaml files are read here", "rename it to end in .yaml, or move it")
    return _Claimed(entry, claimed)


def _twins(paths: Iterable[str]) -> dict[str, str]:
    """Paths that a file system without case, or with another Unicode form, would take for one another."""
    seen: dict[str, str] = {}
    twins: dict[str, str] = {}
    for path in paths:
        key = path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()
        if key in seen:
            twins[path], twins[seen[key]] = seen[key], path
        seen[key] = path
    return twins


def _contents(
    snapshot: Snapshot, claims: Sequence[_Claimed], problems: list[tuple[str, Finding]]
) -> Iterator[tuple[Entry, bytes]]:
    """All contents; where one cannot be read, the others still are."""
    entries = [claim.entry for claim in claims]
    done = 0
    try:
        for entry, content in snapshot.read_all(entries):
            done += 1
            yield entry, content
    except BlockedError as error:
        broken = claims[done]
        problems.append((broken.kind.name, _blocked(broken.entry.path, error)))
        yield from _contents(snapshot, claims[done + 1 :], problems)


def is_as_merged(content: bytes, oid: str) -> bool:
    """Whether a file of the work tree holds what was merged; line ends as a checkout may have made them do not count."""
    object_format = "sha256" if len(oid) == 64 else "sha1"
    return any(object_id("blob", form, object_format) == oid for form in (content, content.replace(b"\r\n", b"\n")))


def _problem(claim: _Claimed) -> Finding:
    return Finding(VALID, "blocker", claim.problem, claim.entry.path, remedy=claim.remedy)


def _blocked(path: str, error: BlockedError) -> Finding:
    return Finding(VALID, "blocker", error.message, path, remedy=error.remedy)


def _rewritten(snapshot: Snapshot, kept: Mapping[str, str]) -> Iterator[tuple[str, Finding]]:
    """Records that were merged and are gone or changed: they are append-only."""
    folders = sorted({path.split("/", 1)[0] for path in kept})
    now = {entry.path: entry for entry in snapshot.paths(folders)} if kept else {}
    for path, oid in kept.items():
        entry = now.get(path)
        if entry is None:
            what = "was taken away"
        elif entry.oid == oid or (snapshot.id == WORK_TREE and is_as_merged(snapshot.read(path), oid)):
            continue
        else:
            what = "was changed"
        yield "approval", rewritten(path, what)


def rewritten(path: str, what: str = "was changed") -> Finding:
    """That a record which was merged is not what it was."""
    message = f"this record {what} after it was merged; decisions are only ever added"
    return Finding(VALID, "blocker", message, path, remedy="bring it back as it was: ray18 audit says when")


def team_schema_problems(rules: Rules, documents: Sequence[Document[Any]]) -> Iterator[tuple[str, Finding]]:
    """Kind of document and finding for everything in these documents that breaks the team's own schemas."""
    team = rules.settings.schemas
    for name in team.kinds if team else ():
        path = f"{team.folder}/{name}.schema.json" if team else ""
        judged = [document for document in documents if document.kind == name]
        try:
            schema = read_team_schema(path, rules.snapshot.read(path))
            found = violations(schema, [_as_written(document) for document in judged])
        except BlockedError as error:
            yield name, _blocked(path, error)
            continue
        for document, entries in zip(judged, found, strict=True):
            for way, message in entries:
                finding = document.finding(f"{message} ({path})", *way, remedy="mend the value")
                yield name, finding.stamped(VALID, "blocker")


def _as_written(document: Document[Any]) -> Any:
    from ray18.yaml import load as load_yaml

    return load_yaml(document.source).value

"""What is approved: subjects, each made of sections, and the digest of their meaning.

A section is a set of values from documents of one kind; each document that has a part in it is a leaf. Leaves are hashed
into their section, sections into their subject, so that a record shows which section made it fall, and a change of one
item among ten thousand costs one leaf.

A leaf is SHA-256 over RFC 8785 JSON of the typed values, so that comments, key order, quoting and line ends cost
nothing and any changed governed value counts. Fields at their default are left out: writing a default down changes no
meaning, and a field added to a model later voids nothing.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ray18.documents.approval import Approval
from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Model
from ray18.documents.checkpoint import Checkpoint
from ray18.documents.delegation import Delegation
from ray18.documents.document import Document
from ray18.documents.memory import MEMORY
from ray18.documents.people import People
from ray18.documents.settings import Settings
from ray18.documents.waiver import Waiver
from ray18.yaml.text import MAX_INTEGER

ALGORITHM = "ray18-c14n-v1"
ROLES = {
    "operations-director": "Operations Director",
    "support-lead": "Support Lead",
    "product-owner": "Product Owner",
    "security-lead": "Security Lead",
}
"""The four roles of the protocol."""
RULES = "rules"
"""The subject that is approved when the rules themselves are loosened."""
TEAM_SECTION = "team"
"""The section of `rules` made of the team's own policies and schemas."""

Sections = Mapping[str, str]
"""Section name to the hexadecimal digest of its leaves."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a subject: the values that documents of one kind give to it."""

    kind: str
    fields: set[str] | None = None
    """Those that it is made of; None = all."""
    only: Callable[[Any], bool] | None = None
    """Which documents have a part in it; None = all."""
    decided_by: frozenset[str] = frozenset()
    """The fields that `only` looks at."""

    def part(self, content: Model) -> Any:
        """What one document gives to it, as plain data; an empty value means that it has no part in it."""
        if self.only is not None and not self.only(content):
            return None
        return content.model_dump(mode="json", exclude_defaults=True, include=self.fields)


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that people approve."""

    id: str
    title: str
    roles: tuple[str, ...]
    """Whose approval it needs: one from each."""
    covers: str
    """Which documents and fields it is made of, in words."""
    sections: tuple[str, ...]
    needs: tuple[str, ...]
    """The kinds of documents without which there is nothing to decide about."""

    def sections_of(self, role: str, settings: Settings) -> tuple[str, ...]:
        """The sections that a role must cover."""
        own = settings.roles.get(role)
        wanted = own.sections if own and self.id == "plan" else ()
        return tuple(name for name in self.sections if name in wanted) or self.sections


def subjects(settings: Settings) -> tuple[Subject, ...]:
    """The five subjects of the protocol, with the roles that these settings ask for."""
    everybody = tuple(dict.fromkeys((*ROLES, *settings.plan_roles)))
    return (
        Subject(
            "scope",
            "Maintenance planning scope",
            ("operations-director",),
            "plan.yaml: title, period, objectives; services.yaml",
            ("plan", "services"),
            ("plan", "services"),
        ),
        Subject(
            "staffing",
            "Staffing and coverage model",
            ("support-lead",),
            "plan.yaml: coverage, escalation, responsibilities",
            ("plan",),
            ("plan",),
        ),
        Subject(
            "priorities",
            "Ongoing enhancement priorities",
            ("product-owner",),
            "backlog: severity, priority, maintenance type and due of every open item",
            ("backlog",),
            ("backlog-item",),
        ),
        Subject(
            "remediation",
            "Remediation commitments",
            ("security-lead",),
            "backlog: owner, created, due, status, commitment and risk of every security and incident item",
            ("backlog",),
            ("backlog-item",),
        ),
        Subject(
            "plan",
            "Maintenance & support plan",
            everybody,
            "plan.yaml, services.yaml, governance.yaml",
            ("plan", "services", "governance"),
            ("plan",),
        ),
    )


def rules_subject(settings: Settings) -> Subject:
    """The rules as a subject: only asked for when a change of them would let more pass."""
    return Subject(
        RULES,
        "People, keys, settings and policies",
        settings.amendments.roles,
        "ray18.yaml, people.yaml, the team's policies and schemas",
        ("settings", "people", TEAM_SECTION),
        ("settings", "people"),
    )


def all_subjects(settings: Settings) -> tuple[Subject, ...]:
    """Everything that can be approved."""
    return (*subjects(settings), rules_subject(settings))


def leaves(kind: str, content: Model) -> dict[tuple[str, str], str]:
    """What one document gives to each section of each subject: (subject, section) to leaf."""
    found = {}
    for (subject, section), made_of in _SECTIONS.items():
        if made_of.kind == kind:
            value = made_of.part(content)
            if value:
                found[subject, section] = hashlib.sha256(canonical(value)).hexdigest()
    return found


def leaves_of(document: Document[Any]) -> Mapping[tuple[str, str], str]:
    """The same for a document that was read; each content is hashed once."""
    key = (document.kind, document.oid)
    found = MEMORY.leaves.get(key) if document.oid else None
    if found is None:
        found = leaves(document.kind, document.content)
        if document.oid:
            MEMORY.leaves[key] = found
    return found


def places_of(kind: str) -> tuple[tuple[str, str], ...]:
    """Every (subject, section) that documents of a kind give something to."""
    return tuple(place for place, made_of in _SECTIONS.items() if made_of.kind == kind)


def fields_approved(kind: str) -> frozenset[str] | None:
    """The fields of documents of a kind that any subject is made of, or decided by; None = all of them."""
    made_of = [section for section in _SECTIONS.values() if section.kind == kind]
    every = [section.fields | section.decided_by for section in made_of if section.fields is not None]
    return frozenset[str]().union(*every) if len(every) == len(made_of) else None


def part(subject: str, kind: str, content: Model) -> Any:
    """The values that one document gives to a subject; empty when it has no part in it."""
    for (name, _), made_of in _SECTIONS.items():
        if name == subject and made_of.kind == kind:
            return made_of.part(content)
    return None


class Leaves:
    """The leaves of one section, by the path of what they come from; its digest is kept as leaves change.

    A two-level hash tree: leaves fall into 256 buckets by the hash of their path, so that one change costs one bucket.
    """

    def __init__(self) -> None:
        self._buckets: list[dict[str, str]] = [{} for _ in range(256)]
        self._hashes: list[bytes] = [b""] * 256
        self._stale: set[int] = set()

    def put(self, key: str, leaf: str | None) -> None:
        """Sets or (None) takes away one leaf."""
        number = _bucket(key)
        bucket = self._buckets[number]
        if bucket.get(key) == leaf:
            return
        if leaf is None:
            del bucket[key]
        else:
            bucket[key] = leaf
        self._stale.add(number)

    @property
    def digest(self) -> str:
        """SHA-256 over the buckets' hashes, in hexadecimal digits."""
        for number in self._stale:
            self._hashes[number] = _bucket_hash(number, self._buckets[number])
        self._stale.clear()
        return hashlib.sha256(b"".join(self._hashes)).hexdigest()


def sections_of(documents: Iterable[Document[Any]], team_files: Mapping[str, bytes]) -> dict[str, Sections]:
    """The sections of every subject, from documents and from the team's own policies and schemas (path to bytes)."""
    table = empty_table()
    for document in documents:
        for place, leaf in leaves_of(document).items():
            table[place].put(document.path, leaf)
    for path, content in team_files.items():
        table[RULES, TEAM_SECTION].put(path, hashlib.sha256(content).hexdigest())
    return sections_from(table)


def empty_table() -> dict[tuple[str, str], Leaves]:
    """A table of leaves for every section, without any."""
    return {place: Leaves() for place in (*_SECTIONS, (RULES, TEAM_SECTION))}


def sections_from(table: Mapping[tuple[str, str], Leaves]) -> dict[str, Sections]:
    """The sections of every subject, from a table of leaves."""
    found: dict[str, dict[str, str]] = {}
    for (subject, section), kept in table.items():
        found.setdefault(subject, {})[section] = kept.digest
    return {subject: found[subject] for subject in found}


def digest(subject_id: str, sections: Sections) -> str:
    """The digest of some sections of a subject."""
    return digest_of({"subject": subject_id, "sections": dict(sections)})


def rules_digest(settings: Settings, people: People | None) -> str:
    """The digest of the rules that a decision was made under."""
    return digest_of({"settings": meaning(settings), "people": meaning(people)})


def digest_of(value: Any) -> str:
    """Algorithm, hash and hex of plain data."""
    return f"{ALGORITHM}:sha256:{hashlib.sha256(canonical(value)).hexdigest()}"


def short(digest_text: str) -> str:
    """The first 12 hex digits of a digest: enough for people to tell two apart."""
    return digest_text.rsplit(":", 1)[-1][:12]


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON of plain data."""
    if _is_ordinary(value):
        return _ORDINARY.encode(value).encode()
    import rfc8785

    return rfc8785.dumps(value)


_ORDINARY = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _is_ordinary(value: Any) -> bool:
    """Whether the standard library writes a value as RFC 8785 asks: no fractions, no name whose order depends on the encoding.

    Floats are written as ECMAScript does and names are sorted by UTF-16 units there; everything else is the same.
    """
    kind = type(value)
    if kind is str:
        return bool(value.isascii())
    if kind is dict:
        return all(type(name) is str and name.isascii() and _is_ordinary(entry) for name, entry in value.items())
    if kind is list:
        return all(map(_is_ordinary, value))
    return value is None or kind is bool or (kind is int and abs(value) <= MAX_INTEGER)


def meaning(model: Model | None) -> Any:
    """A model's values without those at their default; None stays None."""
    return None if model is None else model.model_dump(mode="json", exclude_defaults=True)


def signed_bytes(record: Approval | Waiver | Delegation | Checkpoint) -> bytes:
    """What a signature beside a record is made over: the record's meaning, not its bytes."""
    return canonical(meaning(record))


def _is_open(item: BacklogItem) -> bool:
    return item.is_open


def _is_committed(item: BacklogItem) -> bool:
    return item.source.kind in ("security-risk", "incident")


_PRIORITIES = {"id", "title", "severity", "priority", "maintenance_type", "due"}
_REMEDIATION = {"id", "title", "severity", "owner", "created", "due", "status", "commitment", "security"}

_SECTIONS: Mapping[tuple[str, str], Section] = {
    ("scope", "plan"): Section("plan", {"title", "period", "objectives"}),
    ("scope", "services"): Section("services"),
    ("staffing", "plan"): Section("plan", {"coverage", "escalation", "responsibilities"}),
    ("priorities", "backlog"): Section("backlog-item", _PRIORITIES, _is_open, frozenset(("status",))),
    ("remediation", "backlog"): Section("backlog-item", _REMEDIATION, _is_committed, frozenset(("source",))),
    ("plan", "plan"): Section("plan"),
    ("plan", "services"): Section("services"),
    ("plan", "governance"): Section("governance"),
    (RULES, "settings"): Section("settings"),
    (RULES, "people"): Section("people"),
}
"""What each section of each subject is made of."""


def _bucket_hash(number: int, bucket: Mapping[str, str]) -> bytes:
    """The number of a bucket and the hash of its leaves; nothing for an empty one."""
    if not bucket:
        return b""
    lines = "".join(f"{len(key)} {key} {leaf}\n" for key, leaf in sorted(bucket.items()))
    return bytes([number]) + hashlib.sha256(lines.encode("utf-8", "surrogatepass")).digest()


@cache
def _bucket(key: str) -> int:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[0]

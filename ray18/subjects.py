"""What is approved: five subjects, each a set of documents and fields, and the digest of its meaning.

The digest is SHA-256 over RFC 8785 JSON of the typed values, so that comments, key order, quoting and line ends cost
nothing and any changed governed value counts. Fields at their default are left out: writing a default down changes no
meaning, and a field added to a model later voids nothing.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ray18.documents.approval import Approval
from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Model
from ray18.documents.governance import Governance
from ray18.documents.people import People
from ray18.documents.plan import Plan
from ray18.documents.services import Services
from ray18.documents.settings import Settings
from ray18.documents.waiver import Waiver
from ray18.program import Program

ALGORITHM = "ray18-c14n-v1"
ROLES = {
    "operations-director": "Operations Director",
    "support-lead": "Support Lead",
    "product-owner": "Product Owner",
    "security-lead": "Security Lead",
}
"""The four roles of the protocol."""


@dataclass(frozen=True)
class Contents:
    """The documents that subjects are made of, as models."""

    plan: Plan | None
    services: Services | None
    governance: Governance | None
    backlog: tuple[BacklogItem, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that people approve."""

    id: str
    title: str
    roles: tuple[str, ...]
    """Whose approval it needs: one from each."""
    covers: str
    """Which documents and fields it is made of, in words."""
    meaning: Callable[[Contents], Any]
    needs: tuple[str, ...]
    """The kinds of documents without which there is nothing to decide about."""


def subjects(settings: Settings) -> tuple[Subject, ...]:
    """All subjects, with the roles that these settings ask for."""
    everybody = tuple(dict.fromkeys((*ROLES, *settings.plan_roles)))
    return (
        Subject(
            "scope",
            "Maintenance planning scope",
            ("operations-director",),
            "plan.yaml: title, period, objectives; services.yaml",
            _scope,
            ("plan", "services"),
        ),
        Subject(
            "staffing",
            "Staffing and coverage model",
            ("support-lead",),
            "plan.yaml: coverage, escalation, responsibilities",
            _staffing,
            ("plan",),
        ),
        Subject(
            "priorities",
            "Ongoing enhancement priorities",
            ("product-owner",),
            "backlog: severity, priority, maintenance type and due of every open item",
            _priorities,
            ("backlog-item",),
        ),
        Subject(
            "remediation",
            "Remediation commitments",
            ("security-lead",),
            "backlog: owner, created, due, status, commitment and risk of every security and incident item",
            _remediation,
            ("backlog-item",),
        ),
        Subject(
            "plan",
            "Maintenance & support plan",
            everybody,
            "plan.yaml, services.yaml, governance.yaml",
            _plan,
            ("plan",),
        ),
    )


def contents(program: Program) -> Contents:
    """The documents of a program that subjects are made of."""
    one = {
        name: document.content if document else None
        for name in ("plan", "services", "governance")
        for document in [program.one(name)]
    }
    return Contents(
        one["plan"],
        one["services"],
        one["governance"],
        tuple(item.content for item in program.of("backlog-item")),
    )


def digest(subject: Subject, of: Contents) -> str:
    """The digest of a subject's meaning."""
    return digest_of({"subject": subject.id, "content": subject.meaning(of)})


def rules_digest(settings: Settings, people: People | None) -> str:
    """The digest of the rules that a decision was made under."""
    return digest_of({"settings": meaning(settings), "people": meaning(people)})


def digest_of(value: Any) -> str:
    """Algorithm, hash and hex of plain data."""
    return f"{ALGORITHM}:sha256:{hashlib.sha256(canonical(value)).hexdigest()}"


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON of plain data."""
    import rfc8785

    return rfc8785.dumps(value)


def meaning(model: Model | None) -> Any:
    """A model's values without those at their default; None stays None."""
    return None if model is None else model.model_dump(mode="json", exclude_defaults=True)


def signed_bytes(record: Approval | Waiver) -> bytes:
    """What a signature beside a record is made over: the record's meaning, not its bytes."""
    return canonical(meaning(record))


def _some(model: Model | None, *fields: str) -> Any:
    return None if model is None else model.model_dump(mode="json", exclude_defaults=True, include=set(fields))


def _scope(of: Contents) -> Any:
    return {"plan": _some(of.plan, "title", "period", "objectives"), "services": meaning(of.services)}


def _staffing(of: Contents) -> Any:
    return _some(of.plan, "coverage", "escalation", "responsibilities")


def _priorities(of: Contents) -> Any:
    return _items((item for item in of.backlog if item.is_open), "severity", "priority", "maintenance_type", "due")


def _remediation(of: Contents) -> Any:
    risky = (item for item in of.backlog if item.source.kind in ("security-risk", "incident"))
    return _items(risky, "severity", "owner", "created", "due", "status", "commitment", "security")


def _plan(of: Contents) -> Any:
    return {"plan": meaning(of.plan), "services": meaning(of.services), "governance": meaning(of.governance)}


def _items(items: Iterable[BacklogItem], *fields: str) -> list[Any]:
    return [_some(item, "id", "title", *fields) for item in sorted(items, key=lambda item: item.id)]


def in_force(record: Approval, today: date) -> bool:
    """Whether an approval's validity has not run out (the last day counts, in UTC)."""
    return record.valid_until is None or today <= record.valid_until

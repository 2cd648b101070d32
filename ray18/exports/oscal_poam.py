"""What is still to be done, as an OSCAL Plan of Action and Milestones. Source: https://pages.nist.gov/OSCAL, version 1.2.1.

It holds every open item that is serious, or about security or an incident, and every waiver that counts. A risk is never
better than the records prove: a deviation counts as approved only by a waiver, and an open item's risk is never closed.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.services import Service
from ray18.errors import BlockedError
from ray18.evidence.markdown import cell
from ray18.exports.judged import counting, end, midnight, program_id, quoted, require_readable, rules, version
from ray18.gates import Judge
from ray18.terminal import safe
from ray18.waivers import Excuse

OSCAL_VERSION = "1.2.1"
NAMESPACE = "urn:ray18:oscal:1"
"""Whose words the properties and facets are that OSCAL has none for."""
OWNER = "item-owner"
"""The OSCAL role of whoever answers for an item."""
_WAIVER = "waiver"
"""Keeps the UUIDs of waivers apart from those of items."""
_STATUS = {"open": "open", "in-progress": "remediating", "blocked": "open"}
_STATE = {"experimental": "under-development", "retired": "disposition"}


def written(judge: Judge) -> dict[str, Any]:
    """The plan. Raises BlockedError when a file cannot be read, or there is nothing to plan: OSCAL has no empty plan."""
    require_readable(judge)
    plan = _Plan(judge)
    if not plan.items and not plan.waivers:
        raise BlockedError(
            "no open item is serious or about security or an incident, and no waiver counts: OSCAL knows no empty plan",
            "nothing needs to be exported",
        )
    _require_distinct(document.content.id for document in plan.items)
    _require_distinct(excuse.record.id for excuse in plan.waivers)
    return {"plan-of-action-and-milestones": plan.document()}


def _require_distinct(ids: Iterable[str]) -> None:
    """Raises BlockedError when two records have one id: the plan could not tell them apart."""
    for name, count in Counter(ids).items():
        if count > 1:
            raise BlockedError(f"{name} is the id of {count} records", "give each an id of its own")


def _concerns(item: BacklogItem) -> bool:
    return item.is_open and (item.serious or item.source.kind in ("security-risk", "incident"))


@dataclass(frozen=True)
class _Plan:
    """One plan, made of parts that point at one another by UUIDs derived from the program's own."""

    judge: Judge

    @cached_property
    def items(self) -> tuple[Document[BacklogItem], ...]:
        return tuple(document for document in self.judge.program.of("backlog-item") if _concerns(document.content))

    @cached_property
    def waivers(self) -> tuple[Excuse, ...]:
        return counting(self.judge)

    @cached_property
    def services(self) -> dict[str, Service]:
        """The services that the items belong to, by id."""
        catalog = self.judge.program.one("services")
        named = {document.content.service for document in self.items}
        known = catalog.content.services if catalog else ()
        return {service.id: service for service in known if service.id in named}

    def document(self) -> dict[str, Any]:
        program = self.judge.program
        observations = [*map(self._item_observation, self.items), *map(self._waiver_observation, self.waivers)]
        return {
            "uuid": self._uuid("plan"),
            "metadata": {
                "title": f"{cell(program.rules.settings.program.title)}: plan of action and milestones",
                "last-modified": midnight(program.as_of),
                "version": program.revision,
                "oscal-version": OSCAL_VERSION,
                "props": _props({"rules-sha256": rules(self.judge)["digest"]["sha256"]}),
                "roles": self._roles(),
                **_filled("parties", self._parties()),
            },
            "system-id": {"identifier-type": "http://ietf.org/rfc/rfc4122", "id": program_id(self.judge)},
            "local-definitions": {"components": [self._tool(), *map(self._component, self.services.values())]},
            "observations": observations,
            "risks": [*map(self._item_risk, self.items), *map(self._waiver_risk, self.waivers)],
            "poam-items": [*map(self._item_entry, self.items), *map(self._waiver_entry, self.waivers)],
        }

    # What everything points at

    def _uuid(self, *name: str) -> str:
        return str(uuid.uuid5(uuid.UUID(program_id(self.judge)), "/".join(("oscal-poam", *name))))

    def _roles(self) -> list[dict[str, str]]:
        titles = {seat.role: seat.role_title for seat in self.judge.approvals.seats}
        held = {excuse.record.role for excuse in self.waivers}
        named = {OWNER: "Owner of the item"} | {role: titles.get(role, role) for role in sorted(held)}
        return [{"id": role, "title": cell(title)} for role, title in named.items()]

    def _parties(self) -> list[dict[str, Any]]:
        """The people and teams that the plan names: their names, and nothing else about them."""
        people = self.judge.program.rules.people
        named = set(self._named())
        teams = {entry.id: ("organization", entry.name) for entry in people.teams} if people else {}
        persons = {entry.id: ("person", entry.name) for entry in people.people} if people else {}
        return [
            {"uuid": self._uuid("party", who), "type": kind, "name": _line(name), "short-name": who}
            for who, (kind, name) in (teams | persons).items()
            if who in named
        ]

    def _named(self) -> Iterator[str]:
        for item in (document.content for document in self.items):
            yield from (who for who in (item.owner, item.commitment.who if item.commitment else None) if who)
        for excuse in self.waivers:
            yield from (excuse.record.requested_by, *_accepted_by(excuse))

    def _party(self, who: str | None) -> str | None:
        """The UUID of a person or team; None for somebody whom the trusted people file does not know."""
        people = self.judge.program.rules.people
        return self._uuid("party", who) if who and people and who in people.owners() else None

    def _actors(self, who: str | None) -> dict[str, Any]:
        """A party as the origin of something; the tool itself where no party is known."""
        party = self._party(who)
        kind, actor = ("party", party) if party else ("tool", self._uuid("tool"))
        return {"actors": [{"type": kind, "actor-uuid": actor}]}

    def _tool(self) -> dict[str, Any]:
        return {
            "uuid": self._uuid("tool"),
            "type": "software",
            "title": "RAY-18",
            "description": "Judged the records that this plan is made from.",
            "props": [{"name": "version", "value": version()}],
            "status": {"state": "operational"},
        }

    def _component(self, service: Service) -> dict[str, Any]:
        return {
            "uuid": self._uuid("service", service.id),
            "type": "service",
            "title": cell(service.name),
            "description": _prose(service.description or service.name),
            "props": _props({"id": service.id, "tier": service.tier}),
            "status": {"state": _STATE.get(service.lifecycle, "operational")},
        }

    def _evidence(self, path: str) -> list[dict[str, str]]:
        where = cell(self.judge.program.revision)
        return [{"href": quoted(path), "description": f"The record {cell(path)} as of {where}."}]

    # Backlog items

    def _item_observation(self, document: Document[BacklogItem]) -> dict[str, Any]:
        item = document.content
        found = {
            "uuid": self._uuid("observation", item.id),
            "title": cell(item.title),
            "description": _prose(item.description or item.title),
            "methods": ["EXAMINE"],
            "types": ["historic" if item.source.kind == "incident" else "finding"],
            "origins": [self._actors(None)],
            "relevant-evidence": self._evidence(document.path),
            "collected": midnight(item.created or self.judge.program.as_of),
        }
        if item.service in self.services:
            found["subjects"] = [{"subject-uuid": self._uuid("service", item.service), "type": "component"}]
        return found

    def _item_risk(self, document: Document[BacklogItem]) -> dict[str, Any]:
        item = document.content
        waived = [excuse.record.id for excuse in self.waivers if item.id in excuse.record.items]
        return {
            "uuid": self._uuid("risk", item.id),
            "title": cell(f"{item.id}: {item.title}"),
            "description": _prose(item.description or item.title),
            "statement": _impact(item),
            "props": _props(
                {
                    "record-id": item.id,
                    "stated-risk-state": item.security.risk_state if item.security else None,
                    "waived-by": ", ".join(waived) or None,
                }
            ),
            "status": _risk_status(item, bool(waived)),
            **_filled("characterizations", self._characterizations(item)),
            **({"deadline": end(item.due)} if item.due else {}),
            **_filled("remediations", self._remediations(item)),
            "related-observations": [{"observation-uuid": self._uuid("observation", item.id)}],
        }

    def _characterizations(self, item: BacklogItem) -> list[dict[str, Any]]:
        facets = [{"name": name, "system": system, "value": value} for system, name, value in _facets(item)]
        return [{"origin": self._actors(None), "facets": facets}] if facets else []

    def _remediations(self, item: BacklogItem) -> list[dict[str, Any]]:
        """What was promised; without a promise, the due date as a recommendation."""
        promise = item.commitment
        by, who = (promise.by, promise.who) if promise else (item.due, item.owner)
        if by is None:
            return []
        return [
            {
                "uuid": self._uuid("remediation", item.id),
                "lifecycle": "planned" if promise else "recommendation",
                "title": cell(f"Remediation of {item.id}"),
                "description": _prose(promise.what if promise else item.title),
                "props": [{"name": "type", "value": "mitigate"}],
                "origins": [self._actors(who)],
                "tasks": [self._milestone(("task", item.id), f"{item.id} is done", by, who)],
            }
        ]

    def _milestone(self, name: tuple[str, ...], title: str, by: date, who: str | None) -> dict[str, Any]:
        party = self._party(who)
        return {
            "uuid": self._uuid(*name),
            "type": "milestone",
            "title": cell(title),
            "timing": {"on-date": {"date": end(by)}},
            **_filled("responsible-roles", [{"role-id": OWNER, "party-uuids": [party]}] if party else []),
        }

    def _item_entry(self, document: Document[BacklogItem]) -> dict[str, Any]:
        item = document.content
        return {
            "uuid": self._uuid("item", item.id),
            "title": cell(f"{item.id}: {item.title}"),
            "description": _prose(item.description or item.title),
            "props": _props(
                {
                    "record-id": item.id,
                    "source": item.source.kind,
                    "status": item.status,
                    "severity": item.severity,
                    "priority": item.priority,
                    "owner": item.owner,
                    "service": item.service,
                }
            ),
            "origins": [self._actors(item.owner)],
            "related-observations": [{"observation-uuid": self._uuid("observation", item.id)}],
            "related-risks": [{"risk-uuid": self._uuid("risk", item.id)}],
        }

    # Waivers

    def _waiver_observation(self, excuse: Excuse) -> dict[str, Any]:
        waiver = excuse.record
        return {
            "uuid": self._uuid("observation", _WAIVER, waiver.id),
            "title": _deviation(excuse),
            "description": _prose(
                f"The gate {waiver.gate} does not ask for {waiver.policy} here while this waiver counts."
            ),
            "methods": ["EXAMINE"],
            "types": ["finding"],
            "origins": [self._actors(None)],
            "relevant-evidence": self._evidence(excuse.document.path),
            "collected": midnight(waiver.created),
            "expires": end(waiver.expires),
        }

    def _waiver_risk(self, excuse: Excuse) -> dict[str, Any]:
        waiver = excuse.record
        factors = [{"uuid": self._uuid("factor", _WAIVER, waiver.id), "description": _prose(waiver.compensation or "")}]
        return {
            "uuid": self._uuid("risk", _WAIVER, waiver.id),
            "title": _deviation(excuse),
            "description": _prose(waiver.reason),
            "statement": cell(f"{waiver.policy} is not met for {', '.join(waiver.items)} in the gate {waiver.gate}."),
            "props": _props({"record-id": waiver.id, "gate": waiver.gate, "policy": waiver.policy}),
            "status": "deviation-approved",
            **_filled("mitigating-factors", factors if waiver.compensation else []),
            "deadline": end(waiver.expires),
            "remediations": [self._acceptance(excuse)],
            "risk-log": {"entries": [self._logged(excuse)]},
            "related-observations": [{"observation-uuid": self._uuid("observation", _WAIVER, waiver.id)}],
        }

    def _acceptance(self, excuse: Excuse) -> dict[str, Any]:
        waiver = excuse.record
        over = self._milestone(("task", _WAIVER, waiver.id), f"{waiver.id} ends", waiver.expires, waiver.requested_by)
        return {
            "uuid": self._uuid("remediation", _WAIVER, waiver.id),
            "lifecycle": "planned",
            "title": cell(f"Accepted until {waiver.expires}"),
            "description": _prose(waiver.reason),
            "props": [{"name": "type", "value": "accept"}],
            "origins": [self._actors(who) for who in _accepted_by(excuse)],
            "tasks": [over],
        }

    def _logged(self, excuse: Excuse) -> dict[str, Any]:
        waiver = excuse.record
        first, second = self._party(waiver.approved_by), self._party(waiver.second)
        logged = [{"party-uuid": first, "role-id": waiver.role}] if first else []
        logged += [{"party-uuid": second}] if second else []
        return {
            "uuid": self._uuid("log", _WAIVER, waiver.id),
            "title": "Deviation approved",
            "start": midnight(waiver.created),
            "end": midnight(waiver.created),
            **_filled("logged-by", logged),
            "status-change": "deviation-approved",
        }

    def _waiver_entry(self, excuse: Excuse) -> dict[str, Any]:
        waiver = excuse.record
        here = {document.content.id for document in self.items}
        risks = [(_WAIVER, waiver.id), *((item,) for item in waiver.items if item in here)]
        return {
            "uuid": self._uuid("item", _WAIVER, waiver.id),
            "title": _deviation(excuse),
            "description": _prose(waiver.reason),
            "props": _props(
                {
                    "record-id": waiver.id,
                    "gate": waiver.gate,
                    "policy": waiver.policy,
                    "items": ", ".join(waiver.items),
                    "requested-by": waiver.requested_by,
                    "approved-by": ", ".join(_accepted_by(excuse)),
                    "ticket": waiver.ticket,
                }
            ),
            "origins": [self._actors(waiver.requested_by)],
            "related-observations": [{"observation-uuid": self._uuid("observation", _WAIVER, waiver.id)}],
            "related-risks": [{"risk-uuid": self._uuid("risk", *name)} for name in risks],
        }


def _deviation(excuse: Excuse) -> str:
    return cell(f"{excuse.record.id}: {excuse.record.policy} waived until {excuse.record.expires}")


def _accepted_by(excuse: Excuse) -> tuple[str, ...]:
    """Who accepted the deviation: one person, or two."""
    return tuple(who for who in (excuse.record.approved_by, excuse.record.second) if who)


def _risk_status(item: BacklogItem, waived: bool) -> str:
    """The risk state that somebody stated, as far as the records prove it; else what the item's status means."""
    stated = item.security.risk_state if item.security else None
    if stated == "deviation-approved" and not waived:
        return "deviation-requested"
    if stated is None or stated == "closed":
        return _STATUS[item.status]
    return stated


def _impact(item: BacklogItem) -> str:
    """What the records say of how bad it is."""
    rated = f"Rated {item.severity}" if item.severity else "Not rated yet"
    where = f"service {item.service}" if item.service else "no service named"
    told = f", {item.source.artifact}" if item.source.artifact else ""
    return cell(f"{rated}; {where}; known from {item.source.kind}{told}.")


def _facets(item: BacklogItem) -> Iterator[tuple[str, str, str]]:
    """Naming system, name and value of what is known of the risk."""
    known: dict[str, object] = {"severity": item.severity, "priority": item.priority}
    security = item.security
    if security:
        yield from (("http://cve.mitre.org", "cve-id", cve) for cve in security.cve)
        known |= {"cvss-vector": security.cvss, "epss": security.epss}
        known |= {"kev-due-date": security.kev.due_date if security.kev else None}
        known |= {"ssvc-decision": security.ssvc.decision if security.ssvc else None}
        yield from ((NAMESPACE, "cwe-id", cwe) for cwe in security.cwe)
    yield from ((NAMESPACE, name, _line(value)) for name, value in known.items() if value is not None)


def _props(values: dict[str, object]) -> list[dict[str, str]]:
    """Properties in our own namespace, without those that are not known."""
    return [
        {"name": name, "ns": NAMESPACE, "value": _line(value)} for name, value in values.items() if value is not None
    ]


def _filled(name: str, values: Iterable[Any]) -> dict[str, list[Any]]:
    """A list under its name; nothing when it is empty, which OSCAL does not allow."""
    found = list(values)
    return {name: found} if found else {}


def _line(value: object) -> str:
    """A value as one line of text; OSCAL gives no meaning to marks in it."""
    return safe(" ".join(str(value).split()))


def _prose(text: str) -> str:
    """Text whose marks mean nothing: OSCAL reads descriptions as Markdown, and records are not trusted to write it."""
    return "\n".join(cell(line) if line.strip() else "" for line in text.strip().splitlines())

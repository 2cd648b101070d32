"""What records declare and others name: people, teams, roles, services, items and so on, each with where it stands."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.documents.people import People, Person, Team
from ray18.documents.plan import Kpi, Plan
from ray18.documents.rota import Rota
from ray18.documents.services import Service, Services
from ray18.gates import read_pack
from ray18.policy import shipped_policies
from ray18.shipped import shipped
from ray18.yaml import Step


@dataclass(frozen=True)
class Thing:
    """Something that has a name."""

    kind: str
    """As `Names` calls it."""
    name: str
    title: str
    """One line about it."""
    tell: Callable[[], Iterable[str]] = tuple
    """More lines, for whoever wants to know; empty ones say nothing."""
    document: Document[Any] | None = None
    way: tuple[Step, ...] = ()
    """Where it is declared."""
    path: str = ""
    """The file of what comes with RAY-18, with its whole path."""

    @property
    def about(self) -> tuple[str, ...]:
        """What it tells."""
        return tuple(line for line in self.tell() if line)


def things(kinds: Iterable[str], documents: Callable[[str], Iterable[Document[Any]]]) -> Iterator[Thing]:
    """Everything of these kinds; `documents` gives the documents of a kind of record."""
    for kind in dict.fromkeys(kinds):
        source, declared = _SOURCES[kind]
        for document in documents(source) if source else (None,):
            yield from (thing for thing in declared(document) if thing.kind == kind)


def _of_people(document: Document[People]) -> Iterator[Thing]:
    content = document.content
    names = {person.id: person.name for person in content.people}
    for role, holders in content.roles.items():
        title = ", ".join(names.get(holder, holder) for holder in holders) or "held by nobody"
        yield Thing("role", role, title, document=document, way=("roles", role))
    for number, person in enumerate(content.people):
        way = ("people", number, "id")
        yield Thing("person", person.id, person.name, partial(_about_person, content, person), document, way)
    for number, team in enumerate(content.teams):
        yield Thing("team", team.id, team.name, partial(_about_team, names, team), document, ("teams", number, "id"))


def _about_person(content: People, person: Person) -> Iterator[str]:
    roles = [role for role, holders in content.roles.items() if person.id in holders]
    yield person.email or ""
    yield f"Roles: {', '.join(roles)}" if roles else "no role"


def _about_team(names: Mapping[str, str], team: Team) -> Iterator[str]:
    yield f"Members: {', '.join(names.get(member, member) for member in team.members) or 'none'}"
    yield team.contact or ""


def _of_services(document: Document[Services]) -> Iterator[Thing]:
    for number, service in enumerate(document.content.services):
        way = ("services", number)
        yield Thing("service", service.id, service.name, partial(_about_service, service), document, (*way, "id"))
        for place, slo in enumerate(service.slos):
            title = f"{slo.target_percent} % of {service.id} in {slo.time_window.duration}"
            yield Thing("objective", slo.name, title, document=document, way=(*way, "slos", place, "name"))


def _about_service(service: Service) -> Iterator[str]:
    tier = "not rated" if service.tier is None else str(service.tier)
    yield f"Owner: {service.owner or 'nobody'} · tier: {tier} · {service.lifecycle}"
    yield service.description or ""
    yield f"Depends on: {', '.join(service.depends_on)}" if service.depends_on else ""
    yield f"Runbook: {service.runbook}" if service.runbook else ""


def _of_item(document: Document[BacklogItem]) -> Iterator[Thing]:
    item = document.content
    yield Thing("item", item.id, item.title, partial(_about_item, item), document, ("id",))


def _about_item(item: BacklogItem) -> Iterator[str]:
    yield f"{item.severity or 'not rated'} · {item.priority or 'no priority'} · {item.status}"
    yield f"Owner: {item.owner or 'nobody'} · due: {item.due or 'no day'} · service: {item.service or 'none'}"
    yield item.description or ""


def _of_plan(document: Document[Plan]) -> Iterator[Thing]:
    for number, hours in enumerate(document.content.coverage.support_hours):
        title = f"{', '.join(hours.days)} {hours.starts_at} to {hours.ends_at}, {hours.time_zone}"
        way = ("coverage", "support_hours", number, "id")
        yield Thing("support hours", hours.id, title, document=document, way=way)
    for number, window in enumerate(document.content.release_windows):
        title = f"{window.starts_at} to {window.ends_at}, {window.time_zone}"
        yield Thing("release window", window.id, title, document=document, way=("release_windows", number, "id"))
    for number, kpi in enumerate(document.content.kpis):
        for field, other in (("id", "name"), ("name", "id")):
            name, title = getattr(kpi, field), getattr(kpi, other)
            yield Thing("KPI", name, title, partial(_about_kpi, kpi), document, ("kpis", number, field))


def _about_kpi(kpi: Kpi) -> Iterator[str]:
    yield f"Target: {kpi.target} · owner: {kpi.owner}"
    yield kpi.definition


def _of_rota(document: Document[Rota]) -> Iterator[Thing]:
    for number, shift in enumerate(document.content.shifts):
        title = f"{shift.starts_at} to {shift.ends_at}"
        yield Thing("shift", shift.id, title, document=document, way=("shifts", number, "id"))


def _of_governance(document: Document[Governance]) -> Iterator[Thing]:
    for number, template in enumerate(document.content.report_templates):
        way = ("report_templates", number, "id")
        yield Thing("report template", template.id, template.title, document=document, way=way)


def _used_in_item(document: Document[BacklogItem]) -> Iterator[Thing]:
    item = document.content
    for tag in item.tags:
        yield Thing("tag", tag, "")
    if item.effort and item.effort.skill:
        yield Thing("skill", item.effort.skill, "")


@cache
def _gates_and_policies() -> tuple[Thing, ...]:
    folder = shipped("policies")
    pack = read_pack(folder / "gates.yaml")
    gates = [_shipped("gate", gate.id, gate.title, [gate.criteria], "gates.yaml") for gate in pack.gates]
    known = shipped_policies().values()
    return (
        *gates,
        *(_shipped("policy", one.id, one.title, one.doc.split("\n\n")[1:], f"{one.id}.py") for one in known),
    )


def _shipped(kind: str, name: str, title: str, about: Iterable[str], file: str) -> Thing:
    return Thing(kind, name, title, lambda: about, path=str(shipped("policies") / file))


_SOURCES: dict[str, tuple[str, Callable[[Any], Iterable[Thing]]]] = {
    "person": ("people", _of_people),
    "team": ("people", _of_people),
    "role": ("people", _of_people),
    "service": ("services", _of_services),
    "objective": ("services", _of_services),
    "item": ("backlog-item", _of_item),
    "support hours": ("plan", _of_plan),
    "KPI": ("plan", _of_plan),
    "release window": ("plan", _of_plan),
    "shift": ("rota", _of_rota),
    "report template": ("governance", _of_governance),
    "gate": ("", lambda _: _gates_and_policies()),
    "policy": ("", lambda _: _gates_and_policies()),
    "skill": ("backlog-item", _used_in_item),
    "tag": ("backlog-item", _used_in_item),
}
"""For each kind of thing: the kind of document that declares it (empty: RAY-18 itself), and what reads it there."""

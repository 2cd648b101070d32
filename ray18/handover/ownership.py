"""Holds the catalog and the handover record against each other: what only shows when both are read."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ray18.documents.services import Objective, Service, TimeWindow
from ray18.handover.model import Contents, Ownership, Remark, SlaTarget
from ray18.handover.text import is_slug

_WINDOW = re.compile(r"[1-9][0-9]{0,3}[hdwMQY]\Z")


def completed(contents: Contents, record: str, catalog: str) -> tuple[tuple[Service, ...], tuple[Remark, ...]]:
    """The services with owners and objectives filled in from the record, and every gap and contradiction.

    Remarks that say whose a service is not are blocking: ownership is unclear until they are settled.
    """
    owned: dict[str, Ownership] = {}
    remarks = list(_repeated(contents.ownership, owned))
    remarks.extend(_unclear(owned.values()))
    remarks.extend(_unassigned(contents.services, owned, catalog) if contents.ownership else ())
    remarks.extend(_uncatalogued(contents, record) if contents.services else ())
    services = []
    for service in contents.services:
        filled, notes = _filled(service, owned.get(service.id), contents.slas, record)
        services.append(filled)
        remarks.extend(notes)
    return tuple(services), tuple(remarks)


def _repeated(ownership: Sequence[Ownership], owned: dict[str, Ownership]) -> Iterator[Remark]:
    for entry in ownership:
        first = owned.setdefault(entry.service, entry)
        if first is not entry:
            message = f"{entry.service} is assigned twice (first on line {first.line})"
            yield Remark(entry.path, entry.line, message, "keep one assignment", True)


def _unclear(ownership: Iterable[Ownership]) -> Iterator[Remark]:
    for entry in ownership:
        vital = [name for name in entry.missing if name != "secondary"]
        if vital:
            message = f"the ownership of {entry.service} is unclear: no {' and no '.join(vital)}"
            yield Remark(entry.path, entry.line, message, "name the team and its primary contact", True)
        elif entry.missing:
            message = f"{entry.service} has no secondary contact"
            yield Remark(entry.path, entry.line, message, "name who stands in for the primary one")


def _unassigned(services: Sequence[Service], owned: Mapping[str, Ownership], catalog: str) -> Iterator[Remark]:
    for service in services:
        if service.id not in owned:
            message = f"{service.id} is in the catalog, but the handover record assigns it to nobody"
            yield Remark(catalog, 0, message, "add it to `ownership` in the record", True)


def _uncatalogued(contents: Contents, record: str) -> Iterator[Remark]:
    known = {service.id for service in contents.services}
    entries: tuple[Ownership | SlaTarget, ...] = (*contents.ownership, *contents.slas)
    for entry in entries:
        if entry.service not in known:
            message = f"{entry.service} is in the record, but not in the catalog"
            yield Remark(record, entry.line, message, "add it to the catalog, or correct its id")


def _filled(
    service: Service, ownership: Ownership | None, slas: Sequence[SlaTarget], record: str
) -> tuple[Service, list[Remark]]:
    remarks: list[Remark] = []
    changes: dict[str, object] = {}
    team = ownership.team if ownership else ""
    if ownership and team and service.owner and team != service.owner:
        message = f"{service.id} belongs to {team} here, but to {service.owner} in the catalog"
        remarks.append(Remark(record, ownership.line, message, "settle who owns it", True))
    if ownership and is_slug(team) and not service.owner:
        changes["owner"] = team
        message = f"the owner of {service.id}, {team}, is taken from the record: the catalog names none"
        remarks.append(Remark(record, ownership.line, message, "confirm it"))
    promised = [sla for sla in slas if (sla.service, sla.metric) == (service.id, "availability")]
    for sla in promised:
        if not service.slos and sla.target_percent is not None:
            changes["slos"] = (_objective(sla),)
        elif service.slos and sla.target_percent != service.slos[0].target_percent:
            message = (
                f"{service.id} is promised {sla.target_percent} % availability here, "
                f"{service.slos[0].target_percent} % in the catalog"
            )
            remarks.append(Remark(record, sla.line, message, "settle which of the two holds"))
    return service.model_copy(update=changes), remarks


def _objective(sla: SlaTarget) -> Objective:
    window = TimeWindow(duration=sla.window) if _WINDOW.match(sla.window) else TimeWindow(duration="30d")
    return Objective(name="availability", target_percent=sla.target_percent or 0.0, time_window=window)

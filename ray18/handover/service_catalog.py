"""`SERVICE-CATALOG.xlsx`: one row for each service, columns in any order; other sheets may give teams.

Also a list in another form, entities of Backstage, and objectives of OpenSLO, Sloth and Pyrra.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from ray18.documents.services import Objective, Service
from ray18.findings import shown
from ray18.handover.catalog_entities import Entities, read_entities
from ray18.handover.delivery import Delivery, Part, read_parts
from ray18.handover.model import Contents, Notebook, Promise, Reading, Remark, Team, Unusable
from ray18.handover.rows import Shape, form_of, read_rows
from ray18.handover.table import Columns, matched, meaning
from ray18.handover.text import cleaned, is_slug, one_line, slug
from ray18.handover.words import TIERS
from ray18.handover.workbook import (
    Cell,
    Line,
    Sheet,
    block_all,
    leave_out,
    note_hidden_sheet,
    read_sheets,
    refuse_header,
)

COLUMNS: Columns = {
    "id": ("serviceid", "id", "service"),
    "name": ("name", "servicename", "title"),
    "description": ("description", "purpose"),
    "tier": ("tier", "criticality", "servicetier"),
    "owner": ("owner", "team", "owningteam", "ownerteam"),
    "availability": ("availabilityslo", "availability", "slo", "availabilitytarget"),
    "depends_on": ("dependson", "dependencies", "dependency"),
    "runbook": ("runbook", "runbookurl"),
    "lifecycle": ("lifecycle",),
    "support_hours": ("supporthours",),
}
CONTACTS: Columns = {"team": ("team", "owner", "group"), "contact": ("contact", "email", "mail", "channel")}
_LIFECYCLES = frozenset(("experimental", "production", "deprecated", "retired"))
_PARTS = re.compile(r"[;,\n]")
_URL = re.compile(r"https?://[^\s/?#]+[^\s]*\Z")


@dataclass
class _Row:
    """One service's row while it is read: the values by column, and what had to be kept aside."""

    line: Line
    sheet: str
    cells: dict[str, Cell]
    notes: Notebook
    annotations: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        cell = self.cells.get(name)
        return cell.text if cell else ""

    def place(self, name: str) -> str:
        cell = self.cells.get(name)
        return cell.place if cell else f"{self.sheet}!{self.line.number}"

    def keep(self, name: str, message: str, remedy: str) -> None:
        """Keeps a value that fits no field as an annotation, and says so."""
        label = name.replace("_", "-")
        self.annotations[f"{label}-as-handed-over"] = self.text(name)[:2000]
        self.notes.note(self.line.number, f"{self.place(name)}: {message}", f"{remedy}; kept as an annotation")


SHAPE = Shape(
    {**COLUMNS, "name": (*COLUMNS["name"], "service", "component"), "id": ("serviceid", "id")},
    "name", ("services", "catalog", "components", "items"), "services",
)  # fmt: skip
"""A catalog in another form than a workbook."""


def read(delivery: Delivery) -> Reading:
    """Every service and the teams named; a row with a cell that is no plain value is refused."""
    services: dict[str, Service] = {}
    reading = read_parts(delivery, lambda part, notes: _read_part(part, notes, services))
    notes = Notebook(delivery.path)
    objectives = reading.contents.objectives
    linked = _with_known_dependencies(_with_objectives(services, objectives, notes), notes)
    owners = tuple(Team(entry.owner, "", delivery.path, 0) for entry in linked if entry.owner)
    contents = replace(reading.contents, services=linked, teams=(*reading.contents.teams, *owners), objectives=())
    lost = sum(remark.stands_for for remark in notes.remarks)
    return Reading(reading.rows, reading.items - lost, (*reading.remarks, *notes.remarks), contents)


def _read_part(part: Part, notes: Notebook, services: dict[str, Service]) -> Reading:
    """One file; its services are put to those known already."""
    form = form_of(part, "workbook")
    if form == "workbook":
        return _read_workbook(part, notes, services)
    if form == "tree" and (entities := read_entities(part, notes)):
        return _read_entities(entities, notes, services)
    found = read_rows(part, notes, SHAPE, "workbook")
    before = len(services)
    for row in found.rows:
        cells = {name: Cell((part.path, row.line, 0), text) for name, text in row.values.items()}
        notes_of = {slug(heading) or "other": one_line(cleaned(text)[0])[:2000] for heading, text in row.extra.items()}
        _add(_Row(Line(row.line, ()), part.path, cells, notes, notes_of), services)
    return Reading(found.seen, len(services) - before, ())


def _read_entities(entities: Entities, notes: Notebook, services: dict[str, Service]) -> Reading:
    """Entities of Backstage and objectives of OpenSLO, Sloth and Pyrra."""
    taken = 0
    for service, line in entities.services:
        if service.id in services:
            message = f"the service {service.id!r} stands twice"
            notes.block(line, message, "keep one of them", stands_for=1)
        else:
            services[service.id] = service
            taken += 1
    taken += len(entities.teams) + len(entities.objectives)
    return Reading(entities.seen, taken, (), Contents(teams=entities.teams, objectives=entities.objectives))


def _with_objectives(
    services: dict[str, Service], objectives: Sequence[Promise], notes: Notebook
) -> dict[str, Service]:
    """The services with the objectives that name them; one that names none of them is a remark."""
    result = dict(services)
    for promise in objectives:
        service = result.get(promise.service)
        if service is None:
            message = (
                f"the objective {promise.objective.name!r} is for {shown(promise.service)}, which is no service here"
            )
            remedy = "add the service, or map its name in ray18.yaml: intake.values.service"
            notes.remarks.append(Remark(promise.path, promise.line, message, remedy, stands_for=1))
        elif any(known.name == promise.objective.name for known in service.slos):
            message = f"{service.id} has the objective {promise.objective.name!r} already"
            notes.remarks.append(Remark(promise.path, promise.line, message, "settle which one holds", stands_for=1))
        else:
            result[service.id] = service.model_copy(update={"slos": (*service.slos, promise.objective)})
    return result


def _read_workbook(part: Part, notes: Notebook, services: dict[str, Service]) -> Reading:
    def fits(header: Sequence[str]) -> bool:
        return _describes_services(_fields(header, notes))

    sheets = [sheet.from_header(fits) for sheet in read_sheets(part.path, part.content)]
    catalogs = _catalogs(sheets, notes)
    if not catalogs:
        headings = "; ".join(f"{sheet.name}: {', '.join(filter(None, sheet.header)) or 'blank'}" for sheet in sheets)
        message = f"no sheet lists services; first rows are: {headings[:160]}"
        raise Unusable(Remark(part.path, 1, message, "name columns Service ID, Name, Tier, Owner", True))
    before = len(services)
    for sheet in catalogs:
        _read_catalog(sheet, services, notes)
    teams: list[Team] = []
    others = sum(_other(sheet, teams, notes) for sheet in sheets if sheet not in catalogs)
    rows = sum(len(sheet.lines) - 1 for sheet in catalogs) + others
    return Reading(rows, len(services) - before + len(teams), (), Contents(teams=tuple(teams)))


def _fields(header: Sequence[str], notes: Notebook) -> frozenset[str]:
    return frozenset(matched(header, COLUMNS, notes.dialect).values())


def _catalogs(sheets: Sequence[Sheet], notes: Notebook) -> list[Sheet]:
    """The sheet that says most about services, and those with the same columns (one for each region, say)."""
    known = {sheet.name: _fields(sheet.header, notes) for sheet in sheets}
    fit = [names for names in known.values() if _describes_services(names)]
    best = max(fit, key=len, default=None)
    return [sheet for sheet in sheets if known[sheet.name] == best]


def _describes_services(names: frozenset[str]) -> bool:
    if "id" in names:
        return len(names) > 1
    return "name" in names and bool(names & {"tier", "availability", "depends_on"})


def _read_catalog(sheet: Sheet, services: dict[str, Service], notes: Notebook) -> None:
    first = sheet.lines[0]
    refuse_header(sheet, notes.path)
    note_hidden_sheet(sheet, notes)
    known = matched(sheet.header, COLUMNS, notes.dialect)
    for line in sheet.lines[1:]:
        cells = {name: line.cells[at] for at, name in known.items() if at < len(line.cells)}
        row = _Row(line, sheet.name, {name: _meant(cell, name, notes) for name, cell in cells.items()}, notes)
        _keep_extra(row, first, known)
        _add(row, services)
    if len(sheet.lines) == 1:
        notes.block(first.number, f"sheet {sheet.name!r} has a header and no service", "add the services")


def _meant(cell: Cell, name: str, notes: Notebook) -> Cell:
    """The cell with the value that it stands for."""
    return cell._replace(text=meaning(notes.dialect, name, cell.text)) if cell.text else cell


def _add(row: _Row, services: dict[str, Service]) -> None:
    """Puts the service of a row to the others; a second one of the same id is refused."""
    service = _service(row)
    if service and service.id in services:
        message = f"{row.place('id')}: the service {service.id!r} stands twice"
        row.notes.block(row.line.number, message, "keep one of the rows", stands_for=1)
    elif service:
        services[service.id] = service


def _keep_extra(row: _Row, first: Line, known: Mapping[int, str]) -> None:
    """Values of the columns that no field is for."""
    for at, cell in enumerate(row.line.cells):
        if at in known or not (cell.text or cell.trouble):
            continue
        heading = first.cells[at].text if at < len(first.cells) else ""
        if cell.trouble:
            row.notes.note(row.line.number, f"{cell.place} {cell.trouble}; the cell is not read", "write the value")
        else:
            text = cleaned(cell.text)[0].replace("\t", " ").strip()
            row.annotations[slug(heading) or f"column-{at + 1}"] = text[:2000] or "-"


def _service(row: _Row) -> Service | None:
    """The service of one row, or None with a blocking remark that stands for it."""
    troubles = [f"{cell.place} {cell.trouble}" for cell in row.cells.values() if cell.trouble]
    if row.line.merged:
        troubles.append(f"{row.sheet}!{row.line.merged} is a merged cell: whose value it is cannot be told")
    identity = row.cells.get("id")
    if identity and identity.is_number:
        troubles.append(f"{identity.place} holds the number {identity.text} as id: zeros before it may be lost")
    service_id = _id(row) if not troubles else ""
    if not troubles and not service_id:
        troubles.append(f"{row.place('id')}: the row names no service")
    block_all(row.line, troubles, row.notes)
    if troubles:
        return None
    if row.line.hidden:
        row.notes.note(row.line.number, f"{row.place('id')}: the row is hidden; it was read", "show it, or remove it")
    return _built(row, service_id)


def _built(row: _Row, service_id: str) -> Service | None:
    fields: dict[str, Any] = {
        "id": service_id,
        "name": _clean(row, "name")[:300].strip() or service_id,
        "description": _clean(row, "description")[:2000] or None,
        "owner": _slug_of(row, "owner"),
        "tier": _tier(row),
        "lifecycle": _lifecycle(row),
        "slos": _slos(row),
        "depends_on": tuple(dict.fromkeys(_dependencies(row))),
        "runbook": _runbook(row),
        "support_hours": _slug_of(row, "support_hours"),
    }
    fields["annotations"] = row.annotations or None
    try:
        return Service.model_validate({name: value for name, value in fields.items() if value})
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        message = f"{row.place(where)}: {where} cannot be taken over"
        row.notes.block(row.line.number, message, "mend the cell", stands_for=1)
        return None


def _id(row: _Row) -> str:
    given = _clean(row, "id") or _clean(row, "name")
    if is_slug(given):
        return given
    result = slug(given)
    if result:
        message = f"{row.place('id')}: {shown(given)} is no id; the service is drafted as {result!r}"
        row.notes.note(row.line.number, message, "use this id everywhere else")
    return result


def _clean(row: _Row, name: str) -> str:
    text, removed = cleaned(row.text(name))
    for what in removed:
        row.notes.note(row.line.number, f"{row.place(name)}: {what} was removed", "type the cell again")
    return one_line(text)


def _slug_of(row: _Row, name: str) -> str | None:
    given = _clean(row, name)
    if given and not is_slug(given):
        row.keep(name, f"{shown(given)} is not an id", f"add it to the records and set `{name}`")
        return None
    return given or None


def _tier(row: _Row) -> int | None:
    given = _clean(row, "tier").casefold()
    if given and given not in TIERS:
        row.keep("tier", f"tier {shown(given)} is not one of 1 to 4", "set `tier`")
    return TIERS.get(given)


def _lifecycle(row: _Row) -> str | None:
    given = _clean(row, "lifecycle").casefold()
    if given and given not in _LIFECYCLES:
        row.keep("lifecycle", f"lifecycle {shown(given)} is not a known value", "set `lifecycle`")
        return None
    return given or None


def _slos(row: _Row) -> tuple[Objective, ...]:
    cell = row.cells.get("availability")
    if not cell or not cell.text:
        return ()
    given = cell.text.removesuffix("%").strip()
    if (
        cell.is_share
        or not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,9})?", given, re.ASCII)
        or not 1 < float(given) <= 100
    ):
        message = f"availability {shown(cell.text)} is not a percentage written as 99.9"
        row.keep("availability", message, "set `slos`")
        return ()
    return (Objective(name="availability", target_percent=float(given)),)


def _dependencies(row: _Row) -> Iterator[str]:
    for part in _PARTS.split(cleaned(row.text("depends_on"))[0]):
        name = one_line(part)
        if is_slug(name):
            yield name
        elif name:
            row.keep("depends_on", f"{shown(name)} is not the id of a service", "set `depends_on`")


def _runbook(row: _Row) -> str | None:
    given = _clean(row, "runbook")
    if given and (not _URL.match(given) or len(given) > 2000):
        row.keep("runbook", f"runbook {shown(given)} is not an address", "set `runbook`")
        return None
    return given or None


def _with_known_dependencies(services: Mapping[str, Service], notes: Notebook) -> tuple[Service, ...]:
    """The services; a dependency on one that no row describes is said, and kept."""
    for service in services.values():
        for name in service.depends_on:
            if name not in services:
                notes.note(0, f"{service.id} depends on {name!r}, which no row describes", "add the service")
    return tuple(services.values())


def _other(sheet: Sheet, teams: list[Team], notes: Notebook) -> int:
    """How many rows a sheet has that lists no services; teams and their contacts are taken over, where it gives them."""
    known = {name: at for at, name in matched(sheet.header, CONTACTS, notes.dialect).items()}
    if set(known) != {"team", "contact"}:
        return leave_out(sheet, notes)
    for line in sheet.lines[1:]:
        team, contact = (_cell_text(line.cells, known[name]) for name in ("team", "contact"))
        if team:
            teams.append(Team(team, contact, notes.path, line.number))
        else:
            notes.note(line.number, f"{sheet.name}!{line.number}: the row names no team", "name it", stands_for=1)
    return len(sheet.lines) - 1


def _cell_text(cells: Sequence[Cell], at: int) -> str:
    return one_line(cleaned(cells[at].text)[0]) if at < len(cells) else ""

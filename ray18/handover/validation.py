"""`handover-validation-report.json`: whether the hand-over is complete, and what speaks against it.

A pure function of the hand-over and the program's name: the same input gives the same bytes on each day.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import Output
from ray18.handover.model import Artifact, Handover, Ownership, Remark

REPORT_NAME = "handover-validation-report.json"

Count = Annotated[int, Field(ge=0)]


class HandedOverProgramOutput(Output):
    """The program that was handed over to."""

    id: str
    """Its id, from the settings."""
    title: str
    """What people call it."""


class TotalsOutput(Output):
    """How much there is; rows are items or stand behind a remark, so that the sums add up."""

    artifacts_required: Count
    """Artifacts that the protocol asks for."""
    artifacts_present: Count
    """Those of them that are there."""
    rows: Count
    """Rows, entries and sections of all artifacts."""
    items: Count
    """Those that became items."""
    rows_remarked: Count
    """Those that a remark stands for."""
    backlog_items: Count
    """Items of the backlog that the hand-over gives."""
    services: Count
    """Services of its catalog."""
    services_with_complete_ownership: Count
    """Services with a team and two people."""
    incidents: Count
    """Incidents told of."""
    tickets: Count
    """Tickets of the past."""
    remarks: Count
    """All remarks."""
    blocking_remarks: Count
    """Those that keep the hand-over incomplete."""


class ArtifactOutput(Output):
    """One artifact."""

    name: str
    """Its name in the protocol."""
    path: str
    """Where it was found, or is expected."""
    required: bool
    """Whether the protocol asks for it."""
    present: bool
    """Whether it is there."""
    readable: bool
    """Whether all of it could be read."""
    sha256: str | None
    """The digest of what was handed over."""
    rows: Count
    """Rows, entries and sections."""
    items: Count
    """Those that became items."""
    rows_remarked: Count
    """Those that a remark stands for."""
    sum: str
    """The same in words."""
    remarks: Count
    """How many remarks are about it."""


class OwnershipOutput(Output):
    """Who answers for one service."""

    service: str
    """Its id."""
    owner: str | None
    """The owner that the catalog names."""
    team: str | None
    """The team that the record names."""
    primary: str | None
    """Whom the record names first."""
    secondary: str | None
    """Whom it names next."""
    complete: bool
    """Whether team, first and second are named."""
    missing: tuple[str, ...]
    """Which of them are not."""


class IncidentOutput(Output):
    """One incident that the hand-over tells of."""

    id: str
    """Its id."""
    title: str
    """Its heading."""
    path: str
    """The file."""
    actions: Count
    """How many actions it asks for."""


class RemarkOutput(Output):
    """Something that a person has to know about the hand-over."""

    path: str
    """The file; after `!`, the member of an archive."""
    line: Count
    """From 1; 0 means the file as a whole."""
    message: str
    """What is the case."""
    remedy: str
    """What to do, where that is known."""
    blocking: bool
    """Whether the hand-over cannot be called complete because of it."""
    stands_for_rows: Count
    """How many rows became no item because of it."""


class ValidationReport(Output):
    """Whether a hand-over is complete, what speaks against it, and where every row went."""

    version: Literal[1] = 1
    """Of this shape."""
    program: HandedOverProgramOutput
    """Whose hand-over it is."""
    verdict: Literal["complete", "incomplete", "unreadable"]
    """What it comes to."""
    halted_because: tuple[str, ...]
    """Why the protocol halts here; empty when it may go on."""
    totals: TotalsOutput
    """The sums."""
    artifacts: tuple[ArtifactOutput, ...]
    """All artifacts of the protocol, whether they are there or not."""
    ownership: tuple[OwnershipOutput, ...]
    """Every service that the catalog or the record names."""
    incidents: tuple[IncidentOutput, ...]
    """Every incident."""
    remarks: tuple[RemarkOutput, ...]
    """Every remark, worst first."""


def validation_report(handover: Handover, program: Mapping[str, str]) -> ValidationReport:
    """The report on a hand-over. `program`: its id and title."""
    return ValidationReport(
        program=HandedOverProgramOutput(**program),
        verdict=handover.verdict,
        halted_because=tuple(halts(handover)),
        totals=_totals(handover),
        artifacts=tuple(map(_artifact, handover.artifacts)),
        ownership=_ownership(handover),
        incidents=tuple(
            IncidentOutput(id=entry.id, title=entry.title, path=entry.path, actions=entry.actions)
            for entry in handover.incidents
        ),
        remarks=tuple(map(_remark, handover.remarks)),
    )


def report_bytes(report: ValidationReport) -> bytes:
    """The report as it is written: sorted keys, two blanks of indent, a line feed at the end."""
    text = json.dumps(report.model_dump(mode="json"), sort_keys=True, indent=2, ensure_ascii=False)
    return (text + "\n").encode("utf-8", "backslashreplace")


def halts(handover: Handover) -> list[str]:
    """Why the protocol halts here, in words; empty when it may go on."""
    reasons = []
    for names, what in ((handover.missing, "missing"), (handover.unreadable, "not readable as handed over")):
        if names:
            reasons.append(f"{what}: {', '.join(names)}")
    unclear = handover.unclear_ownership
    reasons.extend(remark.message for remark in unclear)
    return reasons


def _ownership(handover: Handover) -> tuple[OwnershipOutput, ...]:
    """For each service of the catalog and the record: who owns it, and which names are missing."""
    assigned: dict[str, Ownership] = {}
    for entry in handover.ownership:
        assigned.setdefault(entry.service, entry)
    owners = {service.id: service.owner or "" for service in handover.services}
    return tuple(_owner_row(name, owners.get(name, ""), assigned.get(name)) for name in sorted({*assigned, *owners}))


def _owner_row(service: str, owner: str, entry: Ownership | None) -> OwnershipOutput:
    missing = tuple(entry.missing) if entry else ("team", "primary", "secondary")
    return OwnershipOutput(
        service=service,
        owner=owner or None,
        team=(entry.team if entry else "") or None,
        primary=(entry.primary if entry else "") or None,
        secondary=(entry.secondary if entry else "") or None,
        complete=not missing,
        missing=missing,
    )


def _totals(handover: Handover) -> TotalsOutput:
    artifacts = handover.artifacts
    return TotalsOutput(
        artifacts_required=sum(entry.required for entry in artifacts),
        artifacts_present=sum(entry.present for entry in artifacts if entry.required),
        rows=sum(entry.rows for entry in artifacts),
        items=sum(entry.items for entry in artifacts),
        rows_remarked=sum(entry.remarked for entry in artifacts),
        backlog_items=len(handover.items),
        services=len(handover.services),
        services_with_complete_ownership=sum(row.complete for row in _ownership(handover)),
        incidents=len(handover.incidents),
        tickets=handover.tickets.count if handover.tickets else 0,
        remarks=len(handover.remarks),
        blocking_remarks=sum(entry.blocking for entry in handover.remarks),
    )


def _artifact(entry: Artifact) -> ArtifactOutput:
    return ArtifactOutput(
        name=entry.name,
        path=entry.path,
        required=entry.required,
        present=entry.present,
        readable=entry.readable,
        sha256=entry.sha256 or None,
        rows=entry.rows,
        items=entry.items,
        rows_remarked=entry.remarked,
        sum=entry.sum,
        remarks=len(entry.remarks),
    )


def _remark(entry: Remark) -> RemarkOutput:
    return RemarkOutput(
        path=entry.path,
        line=entry.line,
        message=entry.message,
        remedy=entry.remedy,
        blocking=entry.blocking,
        stands_for_rows=entry.stands_for,
    )

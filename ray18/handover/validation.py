"""`handover-validation-report.json`: whether the hand-over is complete, and what speaks against it.

A pure function of the hand-over and the program's name: the same input gives the same bytes on each day.
"""

import json
from collections.abc import Mapping
from typing import Any

from ray18.handover.model import Artifact, Handover, Ownership, Remark

REPORT_NAME = "handover-validation-report.json"
VERSION = 1


def validation_report(handover: Handover, program: Mapping[str, str]) -> dict[str, Any]:
    """The report as plain data. `program`: its id and title."""
    return {
        "version": VERSION,
        "program": dict(program),
        "verdict": handover.verdict,
        "halted_because": halts(handover),
        "totals": _totals(handover),
        "artifacts": [_artifact(entry) for entry in handover.artifacts],
        "ownership": ownership_table(handover),
        "incidents": [
            {"id": entry.id, "title": entry.title, "path": entry.path, "actions": entry.actions}
            for entry in handover.incidents
        ],
        "remarks": [_remark(entry) for entry in handover.remarks],
    }


def report_bytes(report: Mapping[str, Any]) -> bytes:
    """The report as it is written: sorted keys, two blanks of indent, a line feed at the end."""
    text = json.dumps(report, sort_keys=True, indent=2, ensure_ascii=False)
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


def ownership_table(handover: Handover) -> list[dict[str, Any]]:
    """For each service of the catalog and the record: who owns it, and which names are missing."""
    assigned: dict[str, Ownership] = {}
    for entry in handover.ownership:
        assigned.setdefault(entry.service, entry)
    owners = {service.id: service.owner or "" for service in handover.services}
    return [_owner_row(name, owners.get(name, ""), assigned.get(name)) for name in sorted({*assigned, *owners})]


def _owner_row(service: str, owner: str, entry: Ownership | None) -> dict[str, Any]:
    missing = entry.missing if entry else ("team", "primary", "secondary")
    return {
        "service": service,
        "owner": owner or None,
        "team": (entry.team if entry else "") or None,
        "primary": (entry.primary if entry else "") or None,
        "secondary": (entry.secondary if entry else "") or None,
        "complete": not missing,
        "missing": list(missing),
    }


def _totals(handover: Handover) -> dict[str, int]:
    artifacts = handover.artifacts
    return {
        "artifacts_required": sum(entry.required for entry in artifacts),
        "artifacts_present": sum(entry.present for entry in artifacts if entry.required),
        "rows": sum(entry.rows for entry in artifacts),
        "items": sum(entry.items for entry in artifacts),
        "rows_remarked": sum(entry.remarked for entry in artifacts),
        "backlog_items": len(handover.items),
        "services": len(handover.services),
        "services_with_complete_ownership": sum(row["complete"] for row in ownership_table(handover)),
        "incidents": len(handover.incidents),
        "tickets": handover.tickets.count if handover.tickets else 0,
        "remarks": len(handover.remarks),
        "blocking_remarks": sum(entry.blocking for entry in handover.remarks),
    }


def _artifact(entry: Artifact) -> dict[str, Any]:
    return {
        "name": entry.name,
        "path": entry.path,
        "required": entry.required,
        "present": entry.present,
        "readable": entry.readable,
        "sha256": entry.sha256 or None,
        "rows": entry.rows,
        "items": entry.items,
        "rows_remarked": entry.remarked,
        "sum": entry.sum,
        "remarks": len(entry.remarks),
    }


def _remark(entry: Remark) -> dict[str, Any]:
    return {
        "path": entry.path,
        "line": entry.line,
        "message": entry.message,
        "remedy": entry.remedy,
        "blocking": entry.blocking,
        "stands_for_rows": entry.stands_for,
    }

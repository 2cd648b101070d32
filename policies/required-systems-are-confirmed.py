"""Somebody made sure that people can reach the systems the program rests on.

Monitoring, ticketing, the knowledge base, the escalation tool and the dashboards of the service level
objectives have to be usable before anything is planned. Access is lost quietly, so a confirmation wears out
after `thresholds.systems_confirmed_within_days`.

Remedy: try the system, then set `status: Complete`, `confirmed_by` and `confirmed_on` under `systems` in
governance.yaml.
"""

from collections.abc import Iterator
from datetime import date
from typing import get_args

from ray18.documents.document import Document
from ray18.documents.governance import Governance, SystemAccess, SystemKind
from ray18.documents.settings import Settings
from ray18.findings import Finding

COUNTED = "required systems not confirmed"
ACTION = "confirm access to systems"


def check(governance: Document[Governance], settings: Settings, today: date) -> Iterator[Finding]:
    systems = governance.content.systems
    for kind in get_args(SystemKind):
        if not any(system.kind == kind for system in systems):
            yield governance.finding(
                f"no {kind} system is named", "systems", item=kind, remedy=f"add a system with `kind: {kind}`"
            )
    for number, system in enumerate(systems):
        problem = _problem(system, settings.thresholds.systems_confirmed_within_days, today)
        if problem:
            yield governance.finding(
                f"{system.name} ({system.kind}): {problem}",
                *("systems", number),
                item=system.kind,
                remedy="try it, then fill in status, confirmed_by and confirmed_on",
            )


def _problem(system: SystemAccess, longest: int, today: date) -> str:
    if system.status != "Complete":
        return f"its status is {system.status}"
    if system.confirmed_by is None or system.confirmed_on is None:
        return "nobody confirmed that it can be reached"
    age = (today - system.confirmed_on).days
    if age < 0:
        return f"it was confirmed on {system.confirmed_on}, which is yet to come"
    return f"it was confirmed {age:,} days ago; at most {longest} are allowed" if age > longest else ""

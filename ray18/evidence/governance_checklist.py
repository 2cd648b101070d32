"""`governance-cadence-checklist.json`: what has to be set up before the program goes live, and whether it is.

Beside what people say of a system, a dashboard or an alert stands what `ray18 probe` saw of it last: the day, whether it worked,
and what did not; null where nobody looked, or where what is said of it has changed since.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ray18.documents.governance import Alert, Dashboard, Governance, SystemAccess
from ray18.documents.live_state import Observed, SubjectKind, basis, latest, named
from ray18.evidence.json_text import as_json
from ray18.gates import Judge

FILE = "governance-cadence-checklist.json"


def written(judge: Judge) -> bytes | None:
    """The checklist; None without governance.yaml."""
    document = judge.program.one("governance")
    if document is None:
        return None
    program = judge.program
    states = [state.content for state in program.of("live-state")]
    seen = latest(states, program.rules.settings.program.id, program.as_of)
    entries = list(_entries(document.content, seen))
    complete = sum(entry["status"] == "Complete" for entry in entries)
    summary = {"complete": complete, "pending": len(entries) - complete}
    return as_json({"version": 1, "summary": summary, "checklist": entries})


Seen = Mapping[tuple[SubjectKind, str], tuple[date, Observed]]


def _entries(governance: Governance, states: Seen) -> Iterator[dict[str, Any]]:
    for review in governance.kpi_reviews:
        yield _entry(
            "reporting cadence",
            review.metric,
            review.status,
            review.owner,
            f"{review.cadence}, next {review.next_review}",
        )
    for board in governance.dashboards:
        entry = _entry("dashboard", board.title, board.status, board.service, board.url)
        yield {**entry, "seen": _seen(governance, board, states)}
    for alert in governance.alerts:
        entry = _entry("monitoring alert", alert.title, alert.status, alert.receiver, alert.condition)
        yield {**entry, "seen": _seen(governance, alert, states)}
    for template in governance.report_templates:
        yield _entry("report template", template.title, template.status, None, template.location)
    for system in governance.systems:
        entry = _entry(f"system: {system.kind}", system.name, system.status, system.confirmed_by, system.url)
        yield {**entry, "seen": _seen(governance, system, states)}


def _entry(category: str, title: str, status: str, who: str | None, detail: str | None) -> dict[str, Any]:
    return {"category": category, "title": title, "status": status, "who": who, "detail": detail}


def _seen(governance: Governance, thing: SystemAccess | Dashboard | Alert, states: Seen) -> dict[str, Any] | None:
    day, observed = states.get(named(thing), (None, None))
    if day is None or observed is None or observed.basis != basis(governance, thing):
        return None
    return {"on": day.isoformat(), "works": observed.works, "faults": [fault.text for fault in observed.faults]}

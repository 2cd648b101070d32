"""`governance-cadence-checklist.json`: what has to be set up before the program goes live, and whether it is."""

from collections.abc import Iterator
from typing import Any

from ray18.documents.governance import Governance
from ray18.evidence.json_text import as_json
from ray18.gates import Judge

FILE = "governance-cadence-checklist.json"


def written(judge: Judge) -> bytes | None:
    """The checklist; None without governance.yaml."""
    document = judge.program.one("governance")
    if document is None:
        return None
    entries = list(_entries(document.content))
    complete = sum(entry["status"] == "Complete" for entry in entries)
    summary = {"complete": complete, "pending": len(entries) - complete}
    return as_json({"version": 1, "summary": summary, "checklist": entries})


def _entries(governance: Governance) -> Iterator[dict[str, Any]]:
    for review in governance.kpi_reviews:
        yield _entry(
            "reporting cadence",
            review.metric,
            review.status,
            review.owner,
            f"{review.cadence}, next {review.next_review}",
        )
    for board in governance.dashboards:
        yield _entry("dashboard", board.title, board.status, board.service, board.url)
    for alert in governance.alerts:
        yield _entry("monitoring alert", alert.title, alert.status, alert.receiver, alert.condition)
    for template in governance.report_templates:
        yield _entry("report template", template.title, template.status, None, template.location)
    for system in governance.systems:
        yield _entry(f"system: {system.kind}", system.name, system.status, system.confirmed_by, system.url)


def _entry(category: str, title: str, status: str, who: str | None, detail: str | None) -> dict[str, Any]:
    return {"category": category, "title": title, "status": status, "who": who, "detail": detail}

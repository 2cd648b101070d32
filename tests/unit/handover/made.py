"""Small artifacts for tests: each function gives the bytes of one."""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

SERVICES = [["Service ID", "Name", "Tier", "Owner", "Availability SLO (%)", "Depends on", "Runbook"],
            ["shop", "Web shop", 1, "platform", "99.9", "db", "https://run.example/shop"],
            ["db", "Database", 2, "data", "99.5", None, None]]  # fmt: skip
REPORT = "# Shop down\n\n## Summary\n\nIt was down.\n\n## Action Items\n\n- Add an alert\n- [x] Raise the limit\n"
DEBT = "# Debt\n\n## 1. Old framework\n\n**Owner:** platform\n\nIt is old.\n\n## 2. No tests\n\nNone.\n"
BASELINE = (
    "# Baseline\n\nLast reviewed: 2026-03-26\n\n| Dashboard | Service | URL |\n|---|---|---|\n"
    "| Shop | shop | https://graf.example/1 |\n\n| Alert | Severity | Expression | For |\n|---|---|---|---|\n"
    "| Down | critical | `up == 0` | 1m |\n"
)
RISKS = "Risk ID,Title,Severity,Owner,Due date\nCVE-2025-1234,Hole in parser,high,platform,2026-01-31\n"


def as_json(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode()


def xlsx(rows: Sequence[Sequence[Any]] = SERVICES, **sheets: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    for number, (title, lines) in enumerate({"Services": rows, **sheets}.items()):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = title
        for line in lines:
            sheet.append(list(line))
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def record(**more: Any) -> bytes:
    owners = [{"service": name, "team": team, "primary": f"{team}@example.org", "secondary": "x@example.org"}
              for name, team in (("shop", "platform"), ("db", "data"))]  # fmt: skip
    return as_json({"ownership": owners, "slas": [], **more})


def whole(**changes: bytes | None) -> dict[str, bytes]:
    """A complete hand-over; a change replaces an artifact by its first word, None leaves it out."""
    files: dict[str, bytes | None] = {
        "CLOSURE-PACKAGE.zip": zipped(("a/readme.txt", b"hello")),
        "operational-handover-record.json": record(),
        "knowledge-transfer-feedback.json": as_json({"gaps": [{"id": "KG-1", "topic": "Restore"}]}),
        "OBSERVABILITY-BASELINE.md": BASELINE.encode(),
        "INCIDENT-POSTMORTEMS/INC-7.md": REPORT.encode(),
        "PERFORMANCE-IMPROVEMENT-BACKLOG.json": as_json({"items": [{"id": "PERF-9", "title": "Slow list"}]}),
        "TECH-DEBT-REGISTER.md": DEBT.encode(),
        "SECURITY-RISK-LOG.csv": RISKS.encode(),
        "SERVICE-CATALOG.xlsx": xlsx(),
        "ticket-history.csv": b"opened_at,category\n2026-01-02,shop\n2026-02-03,shop\n",
    }
    for word, content in changes.items():
        name = next(path for path in files if path.casefold().startswith(word.casefold()))
        files[name] = content
    return {path: content for path, content in files.items() if content is not None}

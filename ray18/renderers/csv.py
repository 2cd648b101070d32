"""CSV for spreadsheets: a row for each finding. No cell is taken for a formula; `ray18.evidence.sheets.read` reads it."""

from collections.abc import Iterator

from ray18.evidence.sheets import rows_as_csv
from ray18.report import CheckReport, GateReport, Told
from ray18.terminal import safe

HEADER = (
    *("gates", "policy", "level", "path", "line", "column", "item", "field", "message", "remedy"),
    *("waiver", "waived_until", "waived_because"),
)


def gates(report: GateReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The report on gates: every finding once, with the gates that found it."""
    return _sheet(report)


def check(report: CheckReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The report on records."""
    return _sheet(report)


def _sheet(report: GateReport | CheckReport) -> str:
    return rows_as_csv(HEADER, (tuple(_cells(one)) for one in report.told)).decode()


def _cells(told: Told) -> Iterator[str]:
    finding = told.finding
    place = (safe(finding.path), str(finding.line or ""), str(finding.column or ""))
    yield from (" ".join(told.gates), finding.policy, finding.level, *place)
    yield from map(safe, (finding.item, finding.field, finding.message, finding.remedy))
    record = told.excuse.record if told.excuse is not None else None
    yield from (record.id, record.expires.isoformat(), safe(record.reason)) if record else ("", "", "")

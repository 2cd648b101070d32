"""GitLab's code quality report: what its merge request widget reads.

Source: docs.gitlab.com, "Code Quality", "Code Quality report format". Fingerprints stay while lines and numbers move, so
that the widget tells new findings from old ones.
"""

from collections.abc import Mapping

from ray18.documents import SETTINGS_PATH
from ray18.findings import Level, fingerprints
from ray18.renderers.inert import json_data
from ray18.report import CheckReport, GateReport, Told
from ray18.terminal import safe

_SEVERITIES: Mapping[Level, str] = {"blocker": "blocker", "error": "major", "warning": "minor"}


def gates(report: GateReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The report on gates; what is waived is told as `info`."""
    return _issues(report)


def check(report: CheckReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The report on records."""
    return _issues(report)


def _issues(report: GateReport | CheckReport) -> str:
    names = fingerprints(one.finding for one in report.told)
    return json_data([_issue(one, names[one.finding]) for one in report.told]) + "\n"


def _issue(told: Told, name: str) -> dict[str, object]:
    finding = told.finding
    return {
        "description": safe(_described(told)),
        "check_name": finding.policy,
        "fingerprint": name,
        "severity": "info" if told.excuse is not None else _SEVERITIES[finding.level],
        "location": {"path": finding.path or SETTINGS_PATH, "lines": {"begin": max(finding.line, 1)}},
    }


def _described(told: Told) -> str:
    finding, excuse = told.finding, told.excuse
    if excuse is not None:
        return f"Waived until {excuse.record.expires} by {excuse.record.approved_by}: {finding.message}"
    return f"{finding.message}. To do: {finding.remedy}" if finding.remedy else finding.message

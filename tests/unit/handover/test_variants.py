"""Each artifact is read in the common variants of its form; what is left out is named, and the sum holds."""

import io
import json
from collections.abc import Mapping
from typing import Any

import foreign
import pytest
import yaml
from made import DEBT, RISKS, SERVICES, as_json, saved, whole, xlsx, zipped
from openpyxl import Workbook

from ray18.documents.dialects import Dialect, Intake
from ray18.handover import Handover, read_handover
from ray18.handover.model import Artifact


def handed(name: str, files: Mapping[str, bytes | str], intake: Intake | None = None) -> tuple[Handover, Artifact]:
    """A hand-over in which these files are the artifact of this name, and nothing of it is lost."""
    rest = {path: content for path, content in whole().items() if not path.casefold().startswith(name)}
    given = {path: content.encode() if isinstance(content, str) else content for path, content in files.items()}
    handover = read_handover({**rest, **given}, intake)
    entry = next(one for one in handover.artifacts if one.name.casefold().startswith(name))
    assert entry.accounted
    return handover, entry


def said(entry: Artifact) -> list[str]:
    return [remark.message for remark in entry.remarks]


RISK_FORMS: dict[str, tuple[str, str | bytes]] = {
    "pipes": ("SECURITY-RISK-LOG.csv", RISKS.replace(",", "|")),
    "sep line": ("SECURITY-RISK-LOG.csv", "sep=;\n" + RISKS.replace(",", ";")),
    "tsv": ("SECURITY-RISK-LOG.tsv", RISKS.replace(",", "\t")),
    "json": ("SECURITY-RISK-LOG.json", json.dumps({"risks": [
        {"Risk ID": "CVE-2025-1234", "title": "Hole in parser", "severity": "high", "owner": "platform", "due": "2026-01-31"}]})),
    "json by id": ("SECURITY-RISK-LOG.json", json.dumps({"CVE-2025-1234": {
        "title": "Hole in parser", "severity": "high", "owner": "platform", "due": "2026-01-31"}})),
    "yaml": ("SECURITY-RISK-LOG.yaml", "risks:\n  - id: CVE-2025-1234\n    title: Hole in parser\n    severity: high\n"
             "    owner: platform\n    due: 2026-01-31\n"),
    "yaml list": ("SECURITY-RISK-LOG.yaml", "---\n- id: CVE-2025-1234\n  title: Hole in parser\n  severity: high\n"
                  "  owner: platform\n  due: 2026-01-31\n"),
    "markdown": ("SECURITY-RISK-LOG.md", "# Risks\n\n| Risk ID | Title | Severity | Owner | Due |\n|---|---|---|---|---|\n"
                 "| CVE-2025-1234 | Hole in parser | high | platform | 2026-01-31 |\n"),
    "workbook": ("SECURITY-RISK-LOG.xlsx", xlsx([["Risks of the shop"], [], *(line.split(",") for line in RISKS.splitlines())])),
    "workbook called csv": ("SECURITY-RISK-LOG.csv", xlsx([line.split(",") for line in RISKS.splitlines()])),
    "folder": ("SECURITY-RISK-LOG/shop.csv", RISKS),
    "archive": ("SECURITY-RISK-LOG.zip", zipped(("logs/shop.csv", RISKS.encode()))),
}  # fmt: skip


@pytest.mark.parametrize(("path", "content"), RISK_FORMS.values(), ids=RISK_FORMS)
def test_a_list_is_the_same_in_whichever_form_it_comes(path: str, content: str | bytes) -> None:
    handover, entry = handed("security", {path: content})
    (item,) = (item for item in handover.items if item.id.startswith("SEC"))
    assert (item.id, item.title) == ("SEC-CVE-2025-1234", "CVE-2025-1234: Hole in parser")
    assert (item.severity, item.owner, str(item.due)) == ("High", "platform", "2026-01-31")
    assert item.security is not None and item.security.cve == ("CVE-2025-1234",)
    assert entry.sum == "1 row: 1 item, 0 remarks"


REPORTS = {
    "sarif": (foreign.SARIF, "SEC-py-sql-injection-", "High", "py/sql-injection: Query built from input"),
    "cyclonedx": (foreign.CYCLONEDX, "SEC-CVE-2021-23337-lodash-4-17-20", "High", "CVE-2021-23337: Command injection"),
    "openvex": (foreign.OPENVEX, "SEC-CVE-2024-2222-pkg-oci-shop", None, "CVE-2024-2222: a known vulnerability in pkg:oci/shop"),
    "osv": (foreign.OSV, "SEC-GHSA-aaaa-bbbb-cccc-yamlet", "Critical", "GHSA-aaaa-bbbb-cccc: Bad parser (yamlet 1.1)"),
    "osv records": ([foreign.OSV_RECORD, foreign.WITHDRAWN], "SEC-GHSA-aaaa-bbbb-cccc-yamlet", "Critical",
                    "GHSA-aaaa-bbbb-cccc: Bad parser (yamlet)"),
    "pip-audit": (foreign.PIP_AUDIT, "SEC-PYSEC-2019-179-flask", None, "PYSEC-2019-179: a known vulnerability in flask 0.5"),
}  # fmt: skip


@pytest.mark.parametrize(("report", "start", "severity", "title"), REPORTS.values(), ids=REPORTS)
def test_a_scanners_report_is_a_risk_log(report: object, start: str, severity: str | None, title: str) -> None:
    """Two entries each: one is a finding, the other says itself that it is none."""
    handover, entry = handed("security", {"SECURITY-RISK-LOG.json": as_json(report)})
    (item,) = (item for item in handover.items if item.id.startswith("SEC"))
    assert item.id.startswith(start) and (item.severity, item.title) == (severity, title)
    assert (entry.sum, entry.readable) == ("2 rows: 1 item, 1 remark", True)


def test_trivys_report_gives_what_each_list_has_and_never_a_secret() -> None:
    handover, entry = handed("security", {"SECURITY-RISK-LOG.trivy.json": as_json(foreign.TRIVY)})
    hole, secret = sorted((item for item in handover.items if item.id.startswith("SEC")), key=lambda item: item.id)
    assert (hole.severity, hole.title) == ("High", "CVE-2024-1111: openssl: hole (libssl3 3.0.1)")
    assert hole.security is not None and (hole.security.cvss, hole.security.cwe) == (foreign.VECTOR, ("CWE-20",))
    assert hole.annotations["fixed-in"] == "3.0.2"
    assert secret.title == "A secret (AWS key) stands in app/.env"
    assert "AKIAHUSH" not in repr(handover)
    assert entry.sum == "3 rows: 2 items, 1 remark"


def test_several_logs_are_one_artifact_and_no_id_is_given_twice() -> None:
    files = {
        "SECURITY-RISK-LOG.csv": RISKS,
        "SECURITY-RISK-LOG/osv.json": as_json(foreign.OSV),
        "SECURITY-RISK-LOG/b.csv": RISKS,
    }
    handover, entry = handed("security", files)
    ids = [item.id for item in handover.items if item.id.startswith("SEC")]
    assert len(set(ids)) == len(ids) == 3
    assert entry.sum == "4 rows: 3 items, 1 remark"
    assert any("SEC-CVE-2025-1234 stands here again" in text for text in said(entry))


def test_backups_beside_an_artifact_and_odd_files_in_its_folder_are_not_read() -> None:
    files = {"SECURITY-RISK-LOG.csv": RISKS, "SECURITY-RISK-LOG.csv.bak": RISKS, "SECURITY-RISK-LOG/x.csv~": RISKS}
    handover, entry = handed("security", files)
    assert entry.sum == "1 row: 1 item, 0 remarks"
    told = {remark.path: remark.message for remark in handover.remarks}
    assert told["SECURITY-RISK-LOG.csv.bak"] == "not one of the artifacts; it is not read"
    assert told["SECURITY-RISK-LOG/x.csv~"] == "its ending is none that is read"


def test_one_file_that_cannot_be_read_does_not_hide_the_others() -> None:
    handover, entry = handed("security", {"SECURITY-RISK-LOG/a.csv": RISKS, "SECURITY-RISK-LOG/b.csv": b"\xff"})
    assert [item.id for item in handover.items if item.id.startswith("SEC")] == ["SEC-CVE-2025-1234"]
    assert not entry.readable


def test_the_order_of_lines_does_not_change_the_id_of_a_finding() -> None:
    moved = json.loads(json.dumps(foreign.SARIF))
    moved["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 99
    ids = [
        [item.id for item in handed("security", {"SECURITY-RISK-LOG.sarif": as_json(report)})[0].items]
        for report in (foreign.SARIF, moved)
    ]
    assert ids[0] == ids[1]


def test_rule_files_and_dashboards_are_a_baseline() -> None:
    board = {"dashboard": {"title": "Shop", "uid": "a", "panels": []}}
    files = {"OBSERVABILITY-BASELINE/rules.yaml": foreign.RULES, "OBSERVABILITY-BASELINE/shop.json": as_json(board)}
    handover, entry = handed("observability", files)
    assert handover.baseline is not None
    (alert,), (dashboard,) = handover.baseline.alerts, handover.baseline.dashboards
    assert (alert.name, alert.severity, alert.duration, alert.group, alert.line) == (
        "ShopDown",
        "critical",
        "5m",
        "shop",
        6,
    )
    assert (alert.expression, alert.runbook) == ('up{job="shop"} == 0', "https://run.example/shop-down")
    assert dashboard.name == "Shop"
    assert entry.sum == "3 rows: 2 items, 1 remark"
    crd = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n" + "".join(
        f"  {line}\n" for line in foreign.RULES.splitlines()
    )
    assert handed("observability", {"OBSERVABILITY-BASELINE.yml": crd})[0].baseline.alerts[0].name == "ShopDown"  # type: ignore[union-attr]


def test_backstage_and_objectives_are_a_catalog() -> None:
    files = {
        "SERVICE-CATALOG/catalog-info.yaml": foreign.BACKSTAGE,
        "SERVICE-CATALOG/openslo.yaml": foreign.OPENSLO,
        "SERVICE-CATALOG/sloth.yml": foreign.SLOTH,
        "SERVICE-CATALOG/pyrra.yaml": foreign.PYRRA,
    }
    handover, entry = handed("service", files)
    shop, db = handover.services
    assert (shop.id, shop.name, shop.owner, shop.tier, shop.lifecycle) == (
        "shop",
        "Web shop",
        "platform",
        1,
        "production",
    )
    assert (shop.depends_on, shop.runbook, db.owner) == (("db", "pay"), "https://run.example/shop", "data")
    assert [(slo.name, slo.target_percent, slo.time_window.duration) for slo in shop.slos] == [
        ("shop-availability", 99.5, "28d"), ("requests", 99.9, "30d"),
    ]  # fmt: skip
    assert any(team.contact == "p@example.org" for team in handover.teams_named)
    assert entry.sum == "7 rows: 5 items, 2 remarks"
    assert "the objective 'db-latency' names no service" in said(entry)
    named = Intake(values={"service": {"db-latency": "db"}})
    handover, entry = handed("service", files, named)
    assert [slo.target_percent for slo in handover.services[1].slos] == [99.5]


@pytest.mark.parametrize("name", ["SERVICE-CATALOG.csv", "SERVICE-CATALOG.md", "SERVICE-CATALOG.json"])
def test_a_catalog_may_be_a_plain_list(name: str) -> None:
    rows = [["Service", "Tier", "Owner", "SLO"], ["Web Shop", "1", "platform", "99.9"], ["db", "2", "data", "99.5 %"]]
    forms = {
        "csv": "\n".join(",".join(row) for row in rows) + "\n",
        "md": "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], ["---"] * 4, *rows[1:]]) + "\n",
        "json": json.dumps({"services": [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]}),
    }
    handover, entry = handed("service", {name: forms[name.rsplit(".", 1)[1]]})
    assert [(service.id, service.tier, service.slos[0].target_percent) for service in handover.services] == [
        ("web-shop", 1, 99.9), ("db", 2, 99.5),
    ]  # fmt: skip
    assert entry.sum == "2 rows: 2 items, 0 remarks"


def test_a_workbook_of_items_says_each_cell_that_it_does_not_trust() -> None:
    from datetime import date

    book = Workbook()
    sheet = book.active
    for line in (["Issue", "Reported", "Nr", "Hours"], ["Slow list", date(2026, 1, 2), 7, "=1+1"], ["=A2", None, 8, 1]):
        sheet.append(line)
    sheet["C2"].number_format = "000"
    handover, entry = handed("performance", {"PERFORMANCE-IMPROVEMENT-BACKLOG.xlsx": saved(book)},
                             Intake(columns={"Issue": "title", "Nr": "id"}))  # fmt: skip
    (item,) = (item for item in handover.items if item.id.startswith("PERF"))
    assert (item.id, item.title, str(item.created)) == ("PERF-007", "Slow list", "2026-01-02")
    assert entry.sum == "2 rows: 1 item, 1 remark"
    assert "Sheet!D2 holds a formula; only values are read; the cell is not read" in said(entry)
    assert "Sheet!A3 holds a formula; only values are read" in said(entry)


def test_front_matter_and_several_reports_in_one_file() -> None:
    toml = '+++\ntitle = "Shop down"\ntime_to_recovery = "15.26"\n+++\n## Summary\n\nx\n\n## Action Items\n\n- Add an alert\n'
    handover, entry = handed("incident", {"INCIDENT-POSTMORTEMS/INC-7.md": toml})
    (incident,) = handover.incidents
    assert (incident.title, incident.actions, incident.claimed_recovery) == ("Shop down", 1, None)
    assert "the time to recovery '15.26' has no unit: hours, or hours and minutes, or minutes" in said(entry)
    many = "# INC-1 Shop\n\n## Impact\n\nx\n\n## Follow-ups\n\n- a\n\n# INC-2 Pay\n\n## Impact\n\ny\n\n## Follow-ups\n\n- b\n- c\n"
    handover, entry = handed("incident", {"INCIDENT-POSTMORTEMS.md": many})
    assert [(one.id, one.title, one.actions) for one in handover.incidents] == [
        ("INC-1", "INC-1 Shop", 1),
        ("INC-2", "INC-2 Pay", 2),
    ]
    bold = "# Down\n\n**Summary**\n\nx\n\n**Action items:**\n\n1. Add an alert\n2. Raise the limit\n"
    assert handed("incident", {"INCIDENT-POSTMORTEMS/INC-9.md": bold})[1].items == 2


REPORT_TREE: dict[str, Any] = {
    "title": "Shop down", "time_to_recovery": "42 minutes", "impact": {"customers": 300, "regions": ["north", "south"]},
    "timeline": [{"time": "2026-03-02 10:00 UTC", "event": "it broke (started)"},
                 {"time": "2026-03-02 10:42 UTC", "event": "it works (resolved)"}],
    "rootCauses": ["a full disk"],
    "action_items": [{"title": "Add an alert", "owner": "platform", "due": "2026-05-01"}, {"title": "Raise the limit"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("INC-7.json", json.dumps(REPORT_TREE)),
        ("INC-7.json", json.dumps({"id": 7, "postmortem": REPORT_TREE})),
        ("INC-7.yaml", yaml.safe_dump(REPORT_TREE, sort_keys=False)),
    ],
)
def test_a_report_may_be_an_object(name: str, text: str) -> None:
    handover, entry = handed("incident", {f"INCIDENT-POSTMORTEMS/{name}": text})
    (incident,) = handover.incidents
    assert (incident.id, incident.title, incident.actions, incident.claimed_recovery) == ("INC-7", "Shop down", 2, 42.0)
    assert (len(incident.timeline), incident.causes) == (2, ("a full disk",))
    first, second = (item for item in handover.items if item.source.kind == "incident")
    assert (first.title, first.owner, str(first.due), second.title) == (
        "Add an alert", "platform", "2026-05-01", "Raise the limit",
    )  # fmt: skip
    assert entry.sum == "2 rows: 2 items, 0 remarks"


@pytest.mark.parametrize(
    ("report", "items", "remark"),
    [
        ({"actions": {"A-1": {"title": "x"}, "A-2": {"title": "y"}}}, 2, ""),
        ({"actions": ["x", {"title": "y"}, {}, None]}, 2, "the row is blank"),
        ({"actions": [{}, {}]}, 0, "the action says nothing"),
        ({"actions": {"now": "x", "later": ["y", "z"]}}, 3, ""),
        ({"actions": [{"who": "ana"}]}, 0, "the table has no column of actions"),
        ([{"title": "One", "actions": ["x"]}, {"title": "Two", "impact": "y", "actions": ["z"]}], 2, ""),
        ([1], 0, "not a post-mortem: not an object with named fields"),
        ({"colour": "red"}, 0, "not a post-mortem: it has none of its sections"),
        ({"summary": "all is well"}, 0, "the report has no action item"),
    ],
)
def test_nothing_of_a_report_that_is_an_object_is_lost(report: Any, items: int, remark: str) -> None:
    _, entry = handed("incident", {"INCIDENT-POSTMORTEMS/INC-7.json": json.dumps(report)})
    assert entry.items == items
    assert not remark or remark in said(entry), said(entry)


def test_each_objective_of_an_openslo_object_is_one() -> None:
    several = "  objectives:\n    - {displayName: fast, target: 0.9}\n    - {displayName: slow, targetPercent: 99.5}\n    - 3\n"
    text = foreign.OPENSLO.replace("  objectives: [{target: 0.995}]\n", several)
    handover, entry = handed("service", {"SERVICE-CATALOG.yaml": foreign.BACKSTAGE + "---\n" + text})
    (shop,) = (service for service in handover.services if service.id == "shop")
    names = {slo.name: slo.target_percent for slo in shop.slos}
    assert {name: names[name] for name in ("shop-availability-fast", "shop-availability-slow")} == {
        "shop-availability-fast": 90.0,
        "shop-availability-slow": 99.5,
    }
    assert "entry 3 of `objectives` is not an object" in said(entry)


def test_a_line_that_ends_with_a_colon_stands_for_a_heading_where_there_is_none() -> None:
    text = "Summary:\n\nThe shop was down.\n\nAction items:\n- Add an alert\n- Raise the limit\n"
    _, entry = handed("incident", {"INCIDENT-POSTMORTEMS/INC-7.txt": text})
    assert entry.items == 2
    headed = "# Down\n\n## Summary\n\nx\n\n## Action items\n\nActions:\n\n- Add an alert\n"
    assert handed("incident", {"INCIDENT-POSTMORTEMS/INC-7.md": headed})[1].items == 1


def test_a_baseline_may_be_a_workbook_with_a_sheet_for_each_list() -> None:
    book = Workbook()
    sheets = {
        "Boards": [["Dashboard", "Service", "URL"], ["Shop", "shop", "https://boards.example/1"]],
        "Rules": [["Alert", "Severity", "Condition"], ["Down", "Critical", "up == 0"], ["Slow", "Low", "p99 > 1"]],
        "Notes": [["Anything"], ["else"]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    handover, entry = handed("observability", {"OBSERVABILITY-BASELINE.xlsx": stream.getvalue()})
    assert handover.baseline is not None
    assert [board.name for board in handover.baseline.dashboards] == ["Shop"]
    assert [alert.name for alert in handover.baseline.alerts] == ["Down", "Slow"]
    assert entry.sum == "5 rows: 3 items, 2 remarks"
    assert "sheet 'Notes' (2 rows) is not read" in said(entry)


def test_a_debt_for_each_file_with_front_matter() -> None:
    text = "---\ntitle: Old framework\nowner: platform\nseverity: high\nteam-size: 3\n---\n\nIt is old.\n"
    handover, entry = handed("tech", {"TECH-DEBT-REGISTER/one.md": text, "TECH-DEBT-REGISTER/two.md": DEBT})
    first = next(item for item in handover.items if item.title == "Old framework" and item.owner)
    assert (first.severity, first.owner, first.description) == ("High", "platform", "It is old.")
    assert dict(first.annotations) == {"team-size": "3"}
    assert entry.items == 3


def test_a_list_in_markdown_is_read_entry_by_entry() -> None:
    text = "# Backlog\n\n## Items\n\n- [ ] Slow list\n- [x] Slow start\n"
    handover, entry = handed("performance", {"PERFORMANCE-IMPROVEMENT-BACKLOG.md": text})
    found = [(item.title, item.status) for item in handover.items if item.id.startswith("PERF")]
    assert found == [("Slow list", "open"), ("Slow start", "done")]
    assert entry.sum == "2 rows: 2 items, 0 remarks"


@pytest.mark.parametrize("form", ["csv", "md"])
def test_ownership_may_be_a_table(form: str) -> None:
    rows = [["Service", "Team", "Primary", "Secondary"], ["shop", "platform", "a", "b"], ["db", "data", "c", "d"]]
    csv = "\n".join(",".join(row) for row in rows) + "\n"
    md = "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], ["---"] * 4, *rows[1:]]) + "\n"
    handover, entry = handed("operational", {f"operational-handover-record.{form}": csv if form == "csv" else md})
    assert [(one.service, one.team) for one in handover.ownership] == [("shop", "platform"), ("db", "data")]
    assert entry.sum == "2 rows: 2 items, 0 remarks"


def test_targets_are_read_with_their_units_only() -> None:
    slas = [{"service": "shop", "metric": "restore", "target": target} for target in ("4 hours", "99.9 %", "15.26")]
    handover, entry = handed(
        "operational", {"operational-handover-record.json": as_json({"ownership": {"shop": "a"}, "slas": slas})}
    )
    assert [(sla.target_minutes, sla.target_percent) for sla in handover.slas] == [(240, None), (None, 99.9)]
    assert "target '15.26' has no unit: hours, or hours and minutes, or minutes" in said(entry)


def test_an_encoding_is_read_when_it_is_asked_for_and_never_guessed() -> None:
    text = "Risk ID;Title\nR-1;Prüfung\n"
    for name in ("windows-1252", "iso-8859-15", "utf-16"):
        content = text.encode(name)
        assert not handed("security", {"SECURITY-RISK-LOG.csv": content})[1].readable
        intake = Intake(artifacts={"security-risk-log": Dialect(encoding=name)})  # type: ignore[arg-type]
        handover, _ = handed("security", {"SECURITY-RISK-LOG.csv": content}, intake)
        assert [item.title for item in handover.items if item.id.startswith("SEC")] == ["R-1: Prüfung"]


def test_foreign_columns_and_values_are_read_as_people_said() -> None:
    text = "Nr,Befund,Stufe,Zuständig,Frist,Title\n7,Loch,sehr hoch,Team Plattform,03/04/2026,x\n"
    intake = Intake(
        date_order="day-month",
        values={"severity": {"Sehr  hoch": "Critical"}, "owner": {"team plattform": "platform"}},
        artifacts={"security-risk-log": Dialect(columns={"Befund": "title", "Nr": "id", "stufe": "severity",
                                                         "Zuständig": "owner", "Frist": "due", "Title": "annotation"})},
    )  # fmt: skip
    handover, entry = handed("security", {"SECURITY-RISK-LOG.csv": text}, intake)
    (item,) = (item for item in handover.items if item.id.startswith("SEC"))
    assert (item.id, item.title, item.severity, item.owner, str(item.due)) == (
        "SEC-7", "7: Loch", "Critical", "platform", "2026-04-03",
    )  # fmt: skip
    assert dict(item.annotations) == {"title": "x"}
    assert entry.readable


def test_lists_and_sheets_that_are_not_read_are_counted() -> None:
    _, entry = handed(
        "performance", {"PERFORMANCE-IMPROVEMENT-BACKLOG.json": as_json({"items": [{"title": "a"}], "old": [1, 2]})}
    )
    assert entry.sum == "3 rows: 1 item, 2 remarks"
    _, entry = handed("service", {"SERVICE-CATALOG.xlsx": xlsx(SERVICES, Costs=[["Month"], ["1"]])})
    assert entry.sum == "4 rows: 2 items, 2 remarks"

"""A hand-over is read whole: what is there, what is missing, and what only shows across artifacts."""

import hashlib
import os
from pathlib import Path

import pytest
from made import BASELINE, REPORT, as_json, record, whole, xlsx

from ray18.handover import ARTIFACTS, Handover, read_handover
from ray18.handover.model import Artifact


def messages(handover: Handover) -> list[str]:
    return [f"{remark.path}:{remark.line}: {remark.message}" for remark in handover.remarks]


def one(handover: Handover, name: str) -> Artifact:
    return next(entry for entry in handover.artifacts if entry.name.startswith(name))


def test_a_complete_hand_over_is_complete_and_every_row_is_accounted_for() -> None:
    handover = read_handover(whole())
    assert handover.verdict == "complete"
    assert [(entry.name, entry.rows, entry.items) for entry in handover.artifacts] == [
        ("CLOSURE-PACKAGE.zip", 1, 1),
        ("operational-handover-record.json", 2, 2),
        ("knowledge-transfer-feedback.json", 1, 1),
        ("OBSERVABILITY-BASELINE.md", 2, 2),
        ("INCIDENT-POSTMORTEMS/", 2, 2),
        ("PERFORMANCE-IMPROVEMENT-BACKLOG.json", 1, 1),
        ("TECH-DEBT-REGISTER.md", 2, 2),
        ("SECURITY-RISK-LOG.csv", 1, 1),
        ("SERVICE-CATALOG.xlsx", 2, 2),
        ("ticket-history.csv", 2, 2),
    ]
    assert all(entry.accounted for entry in handover.artifacts)


@pytest.mark.parametrize("kind", [kind for kind in ARTIFACTS if kind.required], ids=lambda kind: kind.name)
def test_each_missing_artifact_is_named_and_keeps_the_hand_over_incomplete(kind) -> None:
    files = {path: content for path, content in whole().items() if not path.startswith(kind.path)}
    handover = read_handover(files)
    assert handover.missing == (kind.name,)
    assert handover.verdict == "incomplete"
    assert any(remark.path == kind.path and remark.blocking for remark in handover.remarks)


def test_the_ticket_history_may_be_missing() -> None:
    assert read_handover(whole(ticket=None)).verdict == "complete"


def test_nothing_at_all_is_incomplete_not_complete() -> None:
    handover = read_handover({})
    assert (handover.verdict, len(handover.missing)) == ("incomplete", 9)


def test_a_name_in_other_case_is_read_and_remarked_upon() -> None:
    files = whole()
    files["security-risk-log.CSV"] = files.pop("SECURITY-RISK-LOG.csv")
    files["incident-postmortems/INC-7.md"] = files.pop("INCIDENT-POSTMORTEMS/INC-7.md")
    handover = read_handover(files)
    assert handover.verdict == "complete"
    assert one(handover, "SECURITY").items == 1
    assert (
        "security-risk-log.CSV:0: the artifact is named security-risk-log.CSV; read as SECURITY-RISK-LOG.csv"
        in messages(handover)
    )


def test_a_file_that_is_no_artifact_is_said_not_to_be_read() -> None:
    handover = read_handover({**whole(), "notes.txt": b"x", "old/SERVICE-CATALOG.xlsx": b"x", "README.md": b"x"})
    said = [remark.path for remark in handover.remarks if "not one of the artifacts" in remark.message]
    assert said == ["notes.txt", "old"]


def test_each_artifact_has_the_digest_of_its_bytes() -> None:
    files = whole()
    handover = read_handover(files)
    assert one(handover, "SECURITY").sha256 == hashlib.sha256(files["SECURITY-RISK-LOG.csv"]).hexdigest()
    line = f"{hashlib.sha256(REPORT.encode()).hexdigest()}  INC-7.md\n"
    assert one(handover, "INCIDENT").sha256 == hashlib.sha256(line.encode()).hexdigest()


def test_an_artifact_that_is_too_large_is_unreadable() -> None:
    handover = read_handover(whole(TECH=b"x" * (16 * 1024 * 1024 + 1)))
    assert handover.unreadable == ("TECH-DEBT-REGISTER.md",)
    assert handover.verdict == "unreadable"


def test_an_ownership_without_team_or_primary_is_unclear() -> None:
    owners = [{"service": "shop", "team": None, "primary": None}, {"service": "db", "team": "data", "primary": "d"}]
    handover = read_handover(whole(operational=as_json({"ownership": owners})))
    assert handover.verdict == "incomplete"
    assert [remark.message for remark in handover.unclear_ownership] == [
        "the ownership of shop is unclear: no team and no primary"
    ]
    assert any("db has no secondary contact" in text for text in messages(handover))


def test_a_service_that_the_record_assigns_to_nobody_is_unclear() -> None:
    owners = [{"service": "shop", "team": "platform", "primary": "p", "secondary": "s"}]
    handover = read_handover(whole(operational=as_json({"ownership": owners})))
    assert [remark.message for remark in handover.unclear_ownership] == [
        "db is in the catalog, but the handover record assigns it to nobody"
    ]


def test_two_owners_for_one_service_are_unclear() -> None:
    handover = read_handover(whole(SERVICE=xlsx([["Service ID", "Owner"], ["shop", "other"], ["db", "data"]])))
    assert [remark.message for remark in handover.unclear_ownership] == [
        "shop belongs to platform here, but to other in the catalog"
    ]
    assert [service.owner for service in handover.services] == ["other", "data"]


def test_an_owner_and_an_objective_that_only_the_record_has_complete_the_catalog() -> None:
    catalog = xlsx([["Service ID", "Owner", "Tier"], ["shop", None, 1], ["db", "data", 2]])
    slas = [
        {"service": "shop", "metric": "availability", "target_percent": 99.95, "window": "7d"},
        {"service": "shop", "metric": "time_to_restore", "target_minutes": 60, "severity": "critical"},
    ]
    handover = read_handover(whole(SERVICE=catalog, operational=record(slas=slas)))
    shop = handover.services[0]
    assert (shop.owner, shop.slos[0].target_percent, shop.slos[0].time_window.duration) == ("platform", 99.95, "7d")
    assert len(shop.slos) == 1
    assert [(sla.metric, sla.target_minutes, sla.severity) for sla in handover.slas[1:]] == [
        ("time-to-restore", 60, "Critical")
    ]


def test_two_promises_for_one_objective_are_said() -> None:
    slas = [{"service": "shop", "metric": "availability", "target_percent": 99.5}]
    handover = read_handover(whole(operational=record(slas=slas)))
    assert handover.services[0].slos[0].target_percent == 99.9
    assert any("promised 99.5 % availability here, 99.9 % in the catalog" in text for text in messages(handover))


def test_teams_are_named_once_with_the_contact_any_artifact_gives() -> None:
    catalog = xlsx(Contacts=[["Team", "Contact"], ["platform", "p@example.org"]])
    handover = read_handover(whole(SERVICE=catalog))
    named = {team.name: team.contact for team in handover.teams_named}
    assert named["platform"] == "p@example.org"
    assert named["data"] == ""
    assert named["data@example.org"] == "data@example.org"


def test_the_baseline_and_the_tickets_are_there_for_the_analysis() -> None:
    handover = read_handover(whole())
    assert handover.baseline is not None and handover.tickets is not None
    assert str(handover.baseline.last_reviewed) == "2026-03-26"
    assert [(alert.name, alert.severity, alert.expression, alert.duration) for alert in handover.baseline.alerts] == [
        ("Down", "critical", "up == 0", "1m")
    ]
    assert [(board.name, board.url) for board in handover.baseline.dashboards] == [("Shop", "https://graf.example/1")]
    assert (handover.tickets.count, str(handover.tickets.first), handover.tickets.by_category) == (
        2, "2026-01-02", (("shop", 2),),
    )  # fmt: skip


def test_a_review_day_in_another_form_is_not_guessed() -> None:
    handover = read_handover(whole(OBSERVABILITY=BASELINE.replace("2026-03-26", "03/04/2026").encode()))
    assert handover.baseline is not None and handover.baseline.last_reviewed is None
    assert "OBSERVABILITY-BASELINE.md:3: the day of the review, '03/04/2026', is 2026-03-04 or 2026-04-03" in messages(
        handover
    )


REAL = os.environ.get("RAY18_REAL", "")


@pytest.mark.skipif(not REAL, reason="RAY18_REAL names no folder with a real hand-over")
def test_a_real_hand_over_is_read_to_the_last_row() -> None:
    folder = Path(REAL) / "handover" if (Path(REAL) / "handover").is_dir() else Path(REAL)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    handover = read_handover(files)
    counts = {entry.name: (entry.rows, entry.items) for entry in handover.artifacts}
    assert counts == {
        "CLOSURE-PACKAGE.zip": (4, 4),
        "operational-handover-record.json": (25, 25),
        "knowledge-transfer-feedback.json": (5, 3),
        "OBSERVABILITY-BASELINE.md": (162, 162),
        "INCIDENT-POSTMORTEMS/": (100, 99),
        "PERFORMANCE-IMPROVEMENT-BACKLOG.json": (163, 163),
        "TECH-DEBT-REGISTER.md": (5, 5),
        "SECURITY-RISK-LOG.csv": (105, 105),
        "SERVICE-CATALOG.xlsx": (16, 16),
        "ticket-history.csv": (1380, 1380),
    }
    assert all(entry.accounted and entry.readable for entry in handover.artifacts)
    assert (len(handover.incidents), len(handover.items)) == (27, 375)
    assert len({item.id.casefold() for item in handover.items}) == 375
    assert [remark.message for remark in handover.unclear_ownership] == [
        "the ownership of aws is unclear: no team and no primary"
    ]

"""`ray18 intake` drafts what is missing, never touches what people wrote, and says the same each time."""

import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from ray18.documents import kind
from ray18.documents.document import read
from ray18.schema import validator
from ray18.shipped import shipped

REPORT = ".artifacts/protocol-21/handover-validation-report.json"
CATALOG = [["Service ID", "Name", "Tier", "Owner"], ["shop", "Web shop", 1, "platform"], ["db", "Database", 2, None]]


def catalog() -> bytes:
    book = Workbook()
    for line in CATALOG:
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def package() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("readme.txt"), b"hello")
    return stream.getvalue()


@pytest.fixture
def handed(tmp_path: Path) -> Path:
    """A complete hand-over outside the repository."""
    owners = [{"service": name, "team": team, "primary": f"{team}@example.org", "secondary": "s@example.org"}
              for name, team in (("shop", "platform"), ("db", "data"))]  # fmt: skip
    gaps = [{"id": "KG-1", "topic": "Restore a backup", "severity": "high", "owner": "data", "due": "2026-07-01"}]
    files: dict[str, Any] = {
        "CLOSURE-PACKAGE.zip": package(),
        "operational-handover-record.json": json.dumps({"ownership": owners, "slas": []}),
        "knowledge-transfer-feedback.json": json.dumps({"gaps": gaps}),
        "OBSERVABILITY-BASELINE.md": "Last reviewed: 2026-03-26\n\n| Dashboard |\n|---|\n| Shop |\n\n| Alert |\n|---|\n| Down |\n",
        "INCIDENT-POSTMORTEMS/INC-7.md": "# Down\n\n## Summary\n\nx\n\n## Action Items\n\n- Add an alert\n",
        "PERFORMANCE-IMPROVEMENT-BACKLOG.json": json.dumps({"items": [{"id": "PERF-9", "title": "Slow list"}]}),
        "TECH-DEBT-REGISTER.md": "# Debt\n\n## Old framework\n\nIt is old.\n\n## No tests\n\nNone.\n",
        "SECURITY-RISK-LOG.csv": "Risk ID,Title,Severity\nCVE-2025-1234,Hole,high\n",
        "SERVICE-CATALOG.xlsx": catalog(),
        "ticket-history.csv": "opened_at\n2026-01-02\n",
    }
    folder = tmp_path / "handed-over"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def state(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def test_a_complete_hand_over_becomes_catalog_backlog_and_report(program, ray18, handed: Path) -> None:
    ran = ray18("intake", handed, folder=program.root)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(
        "[MASTER RAY™ | PHASE 1 START] - Reviewing handover package and operational assignments for maintenance planning...\n"
    )
    written = state(program.root)
    ids = {path.removeprefix("backlog/").removesuffix(".yaml") for path in written if path.startswith("backlog/")}
    assert {"MB-1", "KG-1", "PERF-9", "SEC-CVE-2025-1234"} <= ids
    assert len(ids) == 7
    assert {f"handover/{path}" for path in state(handed)} <= set(written)
    report = json.loads(written[REPORT])
    assert (report["version"], report["verdict"], report["halted_because"]) == (1, "complete", [])
    assert report["totals"]["backlog_items"] == 6


def test_every_drafted_file_is_a_valid_record_with_a_line_for_editors(program, ray18, handed: Path) -> None:
    ray18("intake", handed, folder=program.root)
    for path, content in state(program.root).items():
        if path.startswith("backlog/") or path == "services.yaml":
            name = "services" if path == "services.yaml" else "backlog-item"
            document, problems = read(kind(name), path, content)
            assert document is not None and problems == ()
            assert content.startswith(b"# yaml-language-server: $schema=") or path == "backlog/MB-1.yaml"


def test_a_second_run_changes_nothing_and_says_so(program, ray18, handed: Path) -> None:
    ray18("intake", handed, folder=program.root)
    before = state(program.root)
    for arguments in (("intake", handed), ("intake",)):
        ran = ray18(*arguments, folder=program.root)
        assert ran.status == 0
        assert "Nothing changed: everything is as the last run left it." in ran.out
        assert "kept: 8 records that exist already and need no change" in ran.out
        assert state(program.root) == before


def test_what_people_wrote_is_never_touched(program, ray18, handed: Path) -> None:
    mine = b"id: kg-1 # mine, and broken on purpose\n"
    services = b"services:\n  - id: shop\n    name: Ours\n"
    program.write("backlog/KG-1.yaml", mine)
    program.write("services.yaml", services)
    people = (program.root / "people.yaml").read_bytes()
    ran = ray18("intake", handed, folder=program.root)
    assert (program.root / "backlog/KG-1.yaml").read_bytes() == mine
    assert (program.root / "services.yaml").read_bytes() == services
    assert (program.root / "people.yaml").read_bytes() == people
    assert "services.yaml lacks the service db, which the hand-over names" in ran.out


def test_a_dry_run_writes_nothing_and_says_what_it_would(program, ray18, handed: Path) -> None:
    before = state(program.root)
    ran = ray18("intake", handed, "--dry-run", folder=program.root)
    assert state(program.root) == before
    assert ran.status == 0
    assert "would be drafted: 6 backlog items" in ran.out


def test_without_copy_the_hand_over_stays_where_it_is(program, ray18, handed: Path) -> None:
    assert ray18("intake", handed, "--no-copy", folder=program.root).status == 0
    assert not (program.root / "handover").exists()


def test_another_version_of_a_kept_artifact_is_refused_unless_replaced(program, ray18, handed: Path) -> None:
    ray18("intake", handed, folder=program.root)
    (handed / "ticket-history.csv").write_text("opened_at\n2026-01-02\n2026-01-03\n")
    before = state(program.root)
    ran = ray18("intake", handed, folder=program.root)
    assert ran.status == 2
    assert "handover holds other versions of: ticket-history.csv" in ran.err
    assert state(program.root) == before
    assert ray18("intake", handed, "--replace", folder=program.root).status == 0
    assert json.loads(state(program.root)[REPORT])["totals"]["tickets"] == 2


def test_a_missing_artifact_halts_but_drafts_are_written(program, ray18, handed: Path) -> None:
    (handed / "TECH-DEBT-REGISTER.md").unlink()
    ran = ray18("intake", handed, folder=program.root)
    assert ran.status == 1
    assert "halted: the hand-over is not complete\n  - missing: TECH-DEBT-REGISTER.md\n" in ran.out
    assert (program.root / "backlog/KG-1.yaml").exists()


def test_unclear_ownership_halts(program, ray18, handed: Path) -> None:
    owners = [{"service": "shop", "team": "platform", "primary": "p"}, {"service": "db", "team": None}]
    (handed / "operational-handover-record.json").write_text(json.dumps({"ownership": owners}))
    ran = ray18("intake", handed, folder=program.root)
    assert ran.status == 1
    assert "  - the ownership of db is unclear: no team and no primary\n" in ran.out


def test_an_unreadable_artifact_blocks(program, ray18, handed: Path) -> None:
    (handed / "SECURITY-RISK-LOG.csv").write_bytes(b"Risk ID,Title\nR-1,x\xff\n")
    ran = ray18("intake", handed, folder=program.root)
    assert ran.status == 3
    assert "! SECURITY-RISK-LOG.csv:2: byte 0xff at offset 19 is not UTF-8" in ran.out
    assert json.loads(state(program.root)[REPORT])["verdict"] == "unreadable"


def test_a_link_in_the_hand_over_is_not_followed(program, ray18, handed: Path) -> None:
    (handed / "TECH-DEBT-REGISTER.md").unlink()
    (handed / "TECH-DEBT-REGISTER.md").symlink_to("/etc/passwd")
    ran = ray18("intake", handed, folder=program.root)
    assert ran.status == 3
    assert "TECH-DEBT-REGISTER.md: a link, or not a file; it is not read" in ran.out
    assert "root:" not in ran.out


def test_a_backlog_folder_that_leads_outside_is_refused(program, ray18, handed: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (program.root / "backlog/MB-1.yaml").unlink()
    (program.root / "backlog").rmdir()
    (program.root / "backlog").symlink_to(tmp_path / "elsewhere")
    ran = ray18("intake", handed, folder=program.root)
    assert ran.status == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_owners_nobody_knows_are_offered_for_people_yaml(program, ray18, handed: Path) -> None:
    program.write("people.yaml", (program.root / "people.yaml").read_text() + "teams:\n  - id: data\n    name: Data\n")
    ran = ray18("intake", handed, folder=program.root)
    assert "    - id: platform\n      name: platform\n      members: []\n" in ran.out
    assert "    - id: s\n      name: s\n      email: s@example.org\n" in ran.out
    assert "- id: data\n      name: data\n      members" not in ran.out


def test_json_says_the_same_and_what_changed(program, ray18, handed: Path) -> None:
    ran = ray18("intake", handed, "--format", "json", folder=program.root)
    said = json.loads(ran.out)
    assert (ran.status, said["version"], said["verdict"], said["report"]) == (0, 1, "complete", REPORT)
    assert "backlog/KG-1.yaml" in said["changed"] and said["kept"] == 0
    assert [row["service"] for row in said["ownership"] if row["complete"]] == ["db", "shop"]
    fits("intake", said)
    fits("handover-validation-report", json.loads(state(program.root)[REPORT]))


def test_json_holds_what_people_changed_and_names_that_are_no_unicode(program, ray18, handed: Path) -> None:
    ray18("intake", handed, folder=program.root)
    item = program.root / "backlog/KG-1.yaml"
    item.write_text(re.sub("title: .*", "title: Other words", item.read_text()))
    gaps = handed / "knowledge-transfer-feedback.json"
    gaps.write_text(gaps.read_text().replace('topic": "', 'topic": "Newer: '))
    (handed / os.fsdecode(b"odd-\xff.txt")).write_bytes(b"?")
    ran = ray18("intake", handed, "--replace", "--format", "json", folder=program.root)
    said = json.loads(ran.out)
    fits("intake", said)
    assert [entry["here"] for entry in said["differences"] if entry["record"] == "KG-1"] == ["Other words"]
    assert any("odd-" in remark["path"] for remark in said["remarks"])


def fits(name: str, value: object) -> None:
    schema = json.loads((shipped("schemas") / f"{name}.schema.json").read_bytes())
    assert [error.message for error in validator(schema).iter_errors(value)] == []


def test_the_report_is_the_same_in_every_repository(program, ray18, handed: Path) -> None:
    ray18("intake", handed, "--no-copy", folder=program.root)
    first = state(program.root)[REPORT]
    for path in (program.root / "backlog").iterdir():
        path.unlink()
    (program.root / REPORT).unlink()
    ray18("intake", handed, folder=program.root)
    assert state(program.root)[REPORT] == first
    assert first.endswith(b"}\n")


def test_an_artifacts_name_cannot_move_the_terminals_cursor(program, ray18: Callable[..., Any], handed: Path) -> None:
    (handed / "x\x1b[2Jy").write_bytes(b"")
    ran = ray18("intake", handed, "--no-copy", folder=program.root)
    assert "\x1b" not in ran.out and "x\\x1b[2Jy: not one of the artifacts" in ran.out


def test_a_folder_that_is_not_there_is_a_usage_error(program, ray18, tmp_path: Path) -> None:
    assert ray18("intake", tmp_path / "nowhere", folder=program.root).status == 2
    assert ray18("intake", folder=program.root).status == 2

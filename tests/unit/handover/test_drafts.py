"""Drafted items say what the artifact says: nothing more, nothing guessed, nothing lost."""

from datetime import date

import pytest
from made import REPORT, as_json, whole

from ray18.documents import kind
from ray18.documents.backlog import BacklogItem
from ray18.documents.document import read
from ray18.handover import Handover, read_handover
from ray18.yaml import render


def drafted(prefix: str, **changes: bytes) -> tuple[list[BacklogItem], list[str]]:
    handover = read_handover(whole(**changes))
    return [item for item in handover.items if item.id.startswith(prefix)], said(handover)


def said(handover: Handover) -> list[str]:
    return [f"{remark.line}: {remark.message}" for remark in handover.remarks]


def perf(*entries: object) -> bytes:
    return as_json({"items": list(entries)})


def test_what_is_missing_stays_missing_and_is_said_once() -> None:
    items, texts = drafted(
        "PERF", PERFORMANCE=perf({"id": "1", "title": "a"}, {"id": "2", "title": "b", "owner": None})
    )
    assert [(item.owner, item.severity, item.due, item.status) for item in items] == [(None, None, None, "open")] * 2
    assert "3: 2 of 2 items have no owner, from here on" in texts


def test_known_words_are_mapped_and_others_kept_with_a_remark() -> None:
    entry = {"id": "1", "title": "a", "severity": "HIGH", "status": "in progress", "priority": "p2",
             "owner": "Ana Lima", "due": "05/12/2026", "created": "2026-01-05", "service": "shop"}  # fmt: skip
    (item,), texts = drafted("PERF", PERFORMANCE=perf(entry))
    assert (item.severity, item.status, item.priority, item.service) == ("High", "in-progress", "P2", "shop")
    assert (item.owner, item.due, item.created) == (None, None, date(2026, 1, 5))
    assert dict(item.annotations) == {"owner-as-handed-over": "Ana Lima", "due-as-handed-over": "05/12/2026"}
    assert "3: owner 'Ana Lima' is not the id of a person, team or service" in texts
    assert "3: due '05/12/2026' is 2026-05-12 or 2026-12-05" in texts


@pytest.mark.parametrize("word", ["warning", "sev1", "P1", "urgent", "1", "hıgh"])
def test_a_severity_is_never_guessed(word: str) -> None:
    (item,), texts = drafted("PERF", PERFORMANCE=perf({"id": "1", "title": "a", "severity": word}))
    assert item.severity is None
    assert item.annotations["severity-as-handed-over"] == word
    assert any("is not a known value" in text for text in texts)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("PERF-150519", "PERF-150519"), ("150519", "PERF-150519"), ("perf-7", "PERF-7"), ("REG 7/b", "PERF-REG-7-b")],
)
def test_an_id_of_the_source_is_kept_and_no_prefix_repeated(given: str, expected: str) -> None:
    (item,), _ = drafted("PERF", PERFORMANCE=perf({"id": given, "title": "a"}))
    assert item.id == expected


def test_without_an_id_the_id_rests_on_what_is_to_be_done_alone() -> None:
    first, _ = drafted("TD", TECH=b"# D\n\n## 1. Old framework\n\nx\n\n## 2. No tests\n\ny\n")
    second, _ = drafted("TD", TECH=b"# Register\n\nIntro\n\n## 1. No tests.\n\nz\n\n## 2. old  FRAMEWORK\n\nx\n")
    assert {item.id for item in first} == {item.id for item in second}
    assert len({item.id for item in first}) == 2


def test_two_rows_with_one_id_are_both_kept_and_said() -> None:
    entries = [{"id": "7", "title": "a"}, {"id": "7", "title": "b"}, {"id": "7", "title": "b"}]
    items, texts = drafted("PERF", PERFORMANCE=perf(*entries))
    again, _ = drafted("PERF", PERFORMANCE=perf(*entries))
    assert len({item.id.casefold() for item in items}) == 3
    assert items[0].id == "PERF-7" and items[1].id.startswith("PERF-7-")
    assert [item.id for item in items] == [item.id for item in again]
    assert sum("PERF-7 stands here again" in text for text in texts) == 2


def test_ids_that_differ_only_in_case_do_not_become_one_file() -> None:
    items, _ = drafted("PERF", PERFORMANCE=perf({"id": "abc", "title": "a"}, {"id": "ABC", "title": "b"}))
    assert len({item.id.casefold() for item in items}) == 2


def test_a_kev_log_fills_the_security_block() -> None:
    log = (
        "Risk ID;Product;Title;Identified;Required action;Due date;Known ransomware use;CWE;Status\n"
        'CVE-2025-48384;Git;Link following;2025-08-25;Apply updates;2025-09-15;Known;"CWE-59, CWE-436, x";Open\n'
    )
    (item,), texts = drafted("SEC", SECURITY=b"\xef\xbb\xbf" + log.encode())
    assert (item.id, item.title) == ("SEC-CVE-2025-48384", "CVE-2025-48384: Link following")
    assert (item.created, item.due, item.maintenance_type) == (date(2025, 8, 25), date(2025, 9, 15), "corrective")
    assert item.security is not None and item.security.kev is not None
    assert item.security.model_dump(exclude_defaults=True) == {
        "cve": ("CVE-2025-48384",),
        "cwe": ("CWE-59", "CWE-436"),
        "kev": {
            "date_added": "2025-08-25",
            "due_date": "2025-09-15",
            "required_action": "Apply updates",
            "known_ransomware_campaign_use": "Known",
        },
        "product": "Git",
        "risk_state": "open",
    }
    assert "2: cwe 'x' is not a CWE id" in texts


def test_a_log_that_is_no_kev_catalog_claims_no_kev_entry() -> None:
    log = b"Risk ID,Title,Due date,Required action\nR-1,Open port,2026-02-01,Close it\n"
    (item,), _ = drafted("SEC", SECURITY=log)
    assert (item.id, item.security, dict(item.annotations)) == ("SEC-R-1", None, {"required-action": "Close it"})


def test_a_due_day_before_the_day_it_was_known_is_said() -> None:
    _, texts = drafted("SEC", SECURITY=b"Risk ID,Title,Identified,Due\nR-1,x,2026-02-01,2026-01-01\n")
    assert "2: it is due on 2026-01-01, before it was known (2026-02-01)" in texts


def test_columns_nobody_knows_are_kept_as_annotations() -> None:
    (item,), _ = drafted("SEC", SECURITY=b"Risk ID,Title,Cost Centre\nR-1,x,4711\n")
    assert dict(item.annotations) == {"cost-centre": "4711"}


def test_debts_are_read_from_tables_lists_and_grouped_sections() -> None:
    table = b"# D\n\n| Debt | Severity | Owner |\n|---|---|---|\n| Old | low | ops |\n| Slow | High | |\n"
    items, _ = drafted("TD", TECH=table)
    assert [(item.title, item.severity, item.owner) for item in items] == [
        ("Old", "Low", "ops"),
        ("Slow", "High", None),
    ]
    items, _ = drafted("TD", TECH=b"# D\n\n- [ ] Old thing\n- [x] Slow thing\n")
    assert [(item.title, item.status) for item in items] == [("Old thing", "open"), ("Slow thing", "done")]
    items, texts = drafted(
        "TD", TECH=b"# D\n\n## Introduction\n\nHi\n\n## Backend\n\n### A\n\nx\n\n### B\n\n#### Impact\n\ny\n"
    )
    assert [item.title for item in items] == ["A", "B"]
    assert "3: the section 'Introduction' is no debt" in texts


def test_a_table_inside_a_debts_prose_stays_part_of_it() -> None:
    prose = "# D\n\n## Pins\n\n**Owner:** ops\n\n| Gem | Concern |\n|---|---|\n| a | b |\n\n```ruby\n## no heading\n```\n\n---\n"
    (item,), _ = drafted("TD", TECH=prose.encode())
    assert (item.owner, item.maintenance_type) == ("ops", "perfective")
    assert item.description is not None
    assert "| a | b |" in item.description and "## no heading" in item.description
    assert not item.description.endswith("---")


ACTIONS = {
    "list": ("## Action items\n\n- One\n- Two\n", ["One", "Two"]),
    "nested": ("## Follow-ups\n\n- One\n  - Two\n", ["One", "Two"]),
    "table": ("## Corrective actions\n\n| Action | Owner |\n|---|---|\n| One | ops |\n", ["One"]),
    "prose": ("## Action Items\n\nOne must be done.\n\nTwo as well.\n", ["One must be done.", "Two as well."]),
    "below": ("## Actions\n\n### Prevent\n\n1. One\n\n### Detect\n\n* Two\n", ["One", "Two"]),
    "code": ("## Action Items\n\n- One\n\n```\n- no\n```\n<!--\n- no\n-->\n", ["One"]),
    "introduced": ("## Action Items\n\nWe agreed:\n\n- One\n", ["One"]),
}


@pytest.mark.parametrize(("text", "titles"), ACTIONS.values(), ids=ACTIONS)
def test_actions_are_found_in_every_form_reports_use(text: str, titles: list[str]) -> None:
    items, _ = drafted("INC", INCIDENT=f"# Down\n\n## Summary\n\nx\n\n{text}\n## Lessons learned\n\n- no\n".encode())
    assert [item.title for item in items] == titles


def test_an_action_knows_its_incident_place_parent_and_state() -> None:
    text = REPORT.replace("- Add an alert", "- Add an **alert**\n  - for `disk`")
    items, _ = drafted("INC", INCIDENT=text.encode())
    assert [(item.title, item.status) for item in items] == [
        ("Add an alert", "open"), ("for disk", "open"), ("Raise the limit", "done"),
    ]  # fmt: skip
    assert items[0].source.artifact == "INCIDENT-POSTMORTEMS/INC-7.md"
    assert items[0].source.locator == "## Action Items, line 9"
    assert items[0].id.startswith("INC-7-") and items[0].maintenance_type == "preventive"
    assert "Part of: Add an **alert**" in (items[1].description or "")


def test_a_report_without_actions_names_file_and_line() -> None:
    for body, line in (("## Action Items\n\nNone.\n", 7), ("## Timeline\n\nx\n", 1), ("## Action Items\n", 7)):
        text = f"# Down\n\n## Summary\n\nx\n\n{body}"
        handover = read_handover(whole(INCIDENT=text.encode()))
        assert f"{line}: the report has no action item" in said(handover)
        assert handover.incidents[0].actions == 0
        assert handover.artifacts[4].accounted and handover.artifacts[4].readable


def test_what_is_a_report_is_told_by_its_content_not_its_name() -> None:
    files = {**whole(), "INCIDENT-POSTMORTEMS/LICENSE": b"MIT License\n", "INCIDENT-POSTMORTEMS/PM-8 no ending": REPORT.encode(),
             "INCIDENT-POSTMORTEMS/graph.png": b"\x89PNG\xff", "INCIDENT-POSTMORTEMS/README.md": b"# Reports\n\nHi\n"}  # fmt: skip
    handover = read_handover(files)
    assert [incident.id for incident in handover.incidents] == ["INC-7", "PM-8"]
    entry = handover.artifacts[4]
    assert (entry.rows, entry.items, entry.accounted, entry.readable) == (7, 4, True, True)


def test_the_same_action_in_two_reports_is_two_items() -> None:
    files = {**whole(), "INCIDENT-POSTMORTEMS/INC-8.md": REPORT.encode()}
    ids = [item.id for item in read_handover(files).items if item.id.startswith("INC")]
    assert len(set(ids)) == 4


HOSTILE_TEXTS = {
    "control": "a\x07b", "invisible": "a\u200bb", "bidi": "a\u202eb", "decomposed": "e\u0301", "tab": "a\tb",
    "conflict": "x\n<<<<<<< HEAD\ny\n=======\nz\n>>>>>>> b", "directive": "%YAML 1.1", "document": "---\n...\n--- x",
    "separator": "a\u2028b", "anchor": "&a *b !c {d: [e]} # f", "number": "1e3", "word": "null", "blank": " \n ",
    "long": "word " * 8000, "colon": ": - ? |", "quote": "'\"\\", "surrogate": "a\U000e0041b", "emoji": "👩\u200d🔧",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_whatever_the_text_a_drafted_item_reads_back_strictly(text: str) -> None:
    entry = {
        "id": text,
        "title": text,
        "description": text,
        "owner": text,
        "severity": text,
        "due": text,
        "Odd " + text: text,
    }
    items, _ = drafted("PERF", PERFORMANCE=perf({"title": "x", **entry}, {"id": "2", "title": "y", "notes": text}))
    assert items
    for item in items:
        source = render(item.model_dump(mode="json", exclude_defaults=True))
        document, problems = read(kind("backlog-item"), f"backlog/{item.id}.yaml", source)
        assert problems == () and document is not None and document.content == item


def test_removed_characters_are_said_with_their_line() -> None:
    _, texts = drafted("SEC", SECURITY="Risk ID,Title\nR-1,in\u200bvisible\n".encode())
    assert "2: the invisible character U+200B (ZERO WIDTH SPACE) was removed here" in texts
    _, texts = drafted("PERF", PERFORMANCE=perf({"id": "1", "title": "a\u200bb"}))
    assert "5: the invisible character U+200B (ZERO WIDTH SPACE) was removed here" in texts

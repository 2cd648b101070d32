"""A newer hand-over updates what nobody touched, shows what people did, and closes nothing; foreign words are mapped once."""

import json
import shutil
from pathlib import Path

import pytest
from test_intake import handed  # noqa: F401 (a fixture)

RISKS = "Risk ID,Title,Severity,Owner,Due date,Status\n"


def risks(folder: Path, *rows: str, header: str = RISKS) -> None:
    (folder / "SECURITY-RISK-LOG.csv").write_text(header + "".join(f"{row}\n" for row in rows))


def item(program, name: str) -> str:
    return (program.root / f"backlog/{name}.yaml").read_text()


@pytest.fixture
def taken_in(program, ray18, handed: Path) -> Path:  # noqa: F811
    """A hand-over with two risks that was taken in; one of the two was then edited."""
    risks(handed, "R-1,Hole,high,,2026-07-01,open", "R-2,Old key,low,,2026-07-01,open")
    assert ray18("intake", handed, folder=program.root).status == 0
    edited = item(program, "SEC-R-1").replace("severity: High\n", "severity: Critical # seen in the field\n")
    program.write("backlog/SEC-R-1.yaml", edited)
    return handed


def test_untouched_fields_follow_and_others_are_shown(program, ray18, taken_in: Path) -> None:
    risks(
        taken_in, "R-1,Hole,medium,data,2026-08-01,open", "R-2,Old key,high,data,2026-07-01,open", "R-3,New,low,,,open"
    )
    ran = ray18("intake", taken_in, "--replace", folder=program.root)
    assert ran.status == 0
    assert "updated: SEC-R-1, SEC-R-2: what nobody changed since follows the newer hand-over\n" in ran.out
    assert "  SEC-R-1: severity: here Critical; handed over Medium\n" in ran.out
    one, two = item(program, "SEC-R-1"), item(program, "SEC-R-2")
    assert "severity: Critical # seen in the field\n" in one
    assert "owner: data\n" in one and "due: 2026-08-01\n" in one
    assert "severity: High\n" in two and "owner: data\n" in two
    assert (program.root / "backlog/SEC-R-3.yaml").is_file()
    again = ray18("intake", taken_in, folder=program.root)
    assert "Nothing changed" in again.out and "SEC-R-1: severity: here Critical; handed over Medium" in again.out
    assert ray18("check", folder=program.root).status in (0, 1)


def test_what_was_looked_at_is_shown_no_more(program, ray18, taken_in: Path) -> None:
    risks(taken_in, "R-1,Hole,medium,,2026-07-01,open")
    assert "handed over Medium" in ray18("intake", taken_in, "--replace", folder=program.root).out
    assert "handed over Medium" not in ray18("intake", "--settle", folder=program.root).out
    ran = ray18("intake", folder=program.root)
    assert "handed over Medium" not in ran.out and "SEC-R-2" not in ran.out
    risks(taken_in, "R-1,Hole,low,,2026-07-01,open")
    assert "handed over Low" in ray18("intake", taken_in, "--replace", folder=program.root).out


def test_nothing_is_closed_by_a_hand_over(program, ray18, taken_in: Path) -> None:
    risks(taken_in, "R-2,Old key,low,,2026-07-01,done")
    ran = ray18("intake", taken_in, "--replace", folder=program.root)
    assert "status" not in item(program, "SEC-R-2") and "status" not in item(program, "SEC-R-1")
    assert "  SEC-R-2: status: here nothing; handed over done\n" in ran.out
    assert "not handed over any more, and still open: SEC-R-1; nothing is closed by itself\n" in ran.out


def test_an_unreadable_artifact_takes_nothing_away(program, ray18, taken_in: Path) -> None:
    (taken_in / "SECURITY-RISK-LOG.csv").write_bytes(b"\xff\xfe")
    before = item(program, "SEC-R-2")
    ran = ray18("intake", taken_in, "--replace", folder=program.root)
    assert ran.status == 3 and item(program, "SEC-R-2") == before
    assert "not handed over any more" not in ran.out


def test_services_follow_as_items_do(program, ray18, taken_in: Path) -> None:
    services = program.root / "services.yaml"
    services.write_text(services.read_text().replace("name: Database", "name: Our database # ours"))
    from openpyxl import Workbook
    from test_intake import CATALOG

    book = Workbook()
    for line in ([*CATALOG[0]], ["shop", "Shop", 2, "platform"], ["db", "DB", 3, None]):
        book.active.append(line)
    book.save(taken_in / "SERVICE-CATALOG.xlsx")
    ran = ray18("intake", taken_in, "--replace", folder=program.root)
    text = services.read_text()
    assert "name: Shop\n" in text and "tier: 3\n" in text and "name: Our database # ours\n" in text
    assert "  db: name: here Our database; handed over DB\n" in ran.out


def test_a_lost_record_of_drafts_costs_updates_but_never_anybodys_work(program, ray18, taken_in: Path) -> None:
    shutil.rmtree(program.root / ".artifacts")
    risks(taken_in, "R-1,Hole,medium,,2026-07-01,open", "R-2,Old key,high,,2026-07-01,open")
    ran = ray18("intake", taken_in, "--replace", folder=program.root)
    assert "severity: Low\n" in item(program, "SEC-R-2")
    assert "  SEC-R-2: severity: here Low; handed over High\n" in ran.out


def test_a_mapping_is_proposed_confirmed_once_and_what_nobody_touched_follows(program, ray18, handed: Path) -> None:  # noqa: F811
    rows = ("1,Loch,kritisch,Olga,26/03/2026", "2,Altes Zertifikat,hoch,data,03/04/2026", "3,Alt,sev9,data,04/05/2026")
    risks(handed, *rows, header="Nr,Befund,Stufe,Zuständig,Frist\n")
    ran = ray18("intake", handed, folder=program.root)
    assert ran.status == 3 and "no column gives the title" in ran.out
    assert "`ray18 intake --propose-mapping` proposes what they may mean" in ran.out
    proposed = ray18("intake", handed, "--propose-mapping", folder=program.root)
    assert proposed.status == 0
    assert "        Befund: title" in proposed.out and "      date_order: day-month" in proposed.out
    assert "1 of 3 days can only be read so, none the other way" in proposed.out
    assert "        # Stufe: severity" in proposed.out
    assert "          kritisch: Critical" in proposed.out and "          Olga: olga" in proposed.out
    assert '          # sev9: "?"' in proposed.out
    text = proposed.out.replace("# Stufe: severity", "Stufe: severity")
    program.write("ray18.yaml", (program.root / "ray18.yaml").read_text() + text)
    ran = ray18("intake", folder=program.root)
    assert "severity: Critical\n" in item(program, "SEC-1") and "owner: olga\n" in item(program, "SEC-1")
    assert "due: 2026-04-03\n" in item(program, "SEC-2")
    assert "severity-as-handed-over: sev9\n" in item(program, "SEC-3")


def test_a_mapping_confirmed_later_updates_what_was_drafted_before(program, ray18, handed: Path) -> None:  # noqa: F811
    risks(handed, "R-1,Hole,sehr hoch,,03/04/2026,open")
    ray18("intake", handed, folder=program.root)
    assert "severity-as-handed-over: sehr hoch\n" in item(program, "SEC-R-1")
    settings = (program.root / "ray18.yaml").read_text()
    program.write(
        "ray18.yaml", settings + "intake:\n  date_order: day-month\n  values:\n    severity: {sehr hoch: Critical}\n"
    )
    ran = ray18("intake", folder=program.root)
    assert "updated: SEC-R-1" in ran.out
    text = item(program, "SEC-R-1")
    assert "severity: Critical\n" in text and "due: 2026-04-03\n" in text and "as-handed-over" not in text


def test_json_has_what_was_updated_and_what_differs(program, ray18, taken_in: Path) -> None:
    risks(taken_in, "R-1,Hole,medium,data,2026-07-01,open")
    said = json.loads(ray18("intake", taken_in, "--replace", "--format", "json", folder=program.root).out)
    assert said["updated"] == ["SEC-R-1"] and said["no_longer_handed_over"] == ["SEC-R-2"]
    assert said["differences"] == [
        {"record": "SEC-R-1", "field": "severity", "here": "Critical", "handed_over": "Medium"}
    ]

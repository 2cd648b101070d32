"""A sheet goes out, people edit it elsewhere while others edit the records, and it comes back."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

ITEM = """\
# yaml-language-server: $schema=../.ray18/schemas/backlog-item.schema.json
id: MB-1
title:   Renew the certificate   # of the gateway
source: {kind: other}
maintenance_type: preventive
severity: High
# ana promised it in March
owner: ana

# before the audit
due: 2026-07-01
scoring:
  inputs:
    - name: risk   # agreed with Sven
      value: 3
tags:
- tls   # the protocol
- gateway
"""


@pytest.fixture
def sheet(program, ray18):  # type: ignore[no-untyped-def]
    """A committed backlog of two items, and its sheet as csv."""
    program.write("backlog/MB-1.yaml", ITEM)
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("Renew the", "Replace the"))
    program.commit("items")
    file = program.root.parent / "backlog.csv"
    assert ray18("backlog", "export", file, folder=program.root).status == 0
    return file


def rewrite(file: Path, cells: Mapping[tuple[str, str], str], *more: str) -> None:
    """Sets cells of a csv file by id and column; adds lines."""
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    for (item, column), text in cells.items():
        next(row for row in rows if row["id"] == item)[column] = text
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(stream.getvalue() + "".join(f"{line}\n" for line in more))


@pytest.mark.parametrize("type_", ["csv", "xlsx", "md", "json"])
def test_an_unedited_sheet_changes_nothing(program, ray18, tmp_path: Path, type_: str) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM)
    file = tmp_path / f"b.{type_}"
    assert ray18("backlog", "export", file, folder=program.root).status == 0
    back = ray18("backlog", "import", file, folder=program.root)
    assert (back.status, back.out.splitlines()[-1]) == (0, "Nothing to change.")
    assert (program.root / "backlog/MB-1.yaml").read_text() == ITEM


def test_what_only_the_sheet_changed_is_taken_and_every_comment_stays(program, ray18, sheet) -> None:  # type: ignore[no-untyped-def]
    edits = {"owner": "sam", "due": "", "tags": "gateway, mesh", "scoring.risk": "4.5"}
    rewrite(sheet, {("MB-1", column): text for column, text in edits.items()})
    done = ray18("backlog", "import", sheet, folder=program.root)
    assert done.status == 0, done.out
    assert "MB-1: owner: 'ana' -> 'sam'" in done.out
    assert (program.root / "backlog/MB-1.yaml").read_text() == (
        ITEM.replace("owner: ana", "owner: sam")
        .replace("due: 2026-07-01\n", "")
        .replace("value: 3", "value: 4.5")
        .replace("- tls   # the protocol\n- gateway\n", "# the protocol\n- gateway\n- mesh\n")
    )
    assert (program.root / "backlog/MB-2.yaml").read_text().startswith("# yaml")


def test_both_sides_edits_meet_cell_by_cell(program, ray18, sheet) -> None:  # type: ignore[no-untyped-def]
    path = program.root / "backlog/MB-1.yaml"
    path.write_text(ITEM.replace("owner: ana", "owner: olga").replace("2026-07-01", "2026-08-01"))
    rewrite(sheet, {("MB-1", "severity"): "Critical", ("MB-1", "due"): "2026-09-01"})
    asked = ray18("backlog", "import", sheet, "--format", "json", folder=program.root)
    told = json.loads(asked.out)
    assert (asked.status, told["written"]) == (1, False)
    assert told["conflicts"] == [
        {
            "place": f"{sheet}:2 [due]",
            "item": "MB-1",
            "field": "due",
            "base": "2026-07-01",
            "sheet": "2026-09-01",
            "program": "2026-08-01",
        }
    ]
    assert "severity: High" in path.read_text(), "a conflict keeps all of the sheet out"
    assert ray18("backlog", "import", sheet, "--take", "program", folder=program.root).status == 0
    merged = path.read_text()
    assert ("severity: Critical" in merged, "owner: olga" in merged, "due: 2026-08-01" in merged) == (True,) * 3
    assert ray18("backlog", "import", sheet, "--take", "sheet", folder=program.root).status == 0
    assert "due: 2026-09-01" in path.read_text()


def test_what_was_never_committed_is_merged_all_the_same(program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = program.write("backlog/MB-1.yaml", ITEM)
    file = tmp_path / "b.csv"
    ray18("backlog", "export", file, folder=program.root)
    path.write_text(ITEM.replace("owner: ana", "owner: olga"))
    rewrite(file, {("MB-1", "severity"): "Low"})
    assert ray18("backlog", "import", file, folder=program.root).status == 0
    assert path.read_text() == ITEM.replace("owner: ana", "owner: olga").replace("severity: High", "severity: Low")


def test_without_a_base_only_a_named_commit_tells_edits_from_old_news(program, ray18, sheet) -> None:  # type: ignore[no-untyped-def]
    path = program.root / "backlog/MB-1.yaml"
    sheet.write_text("id,owner,severity\nMB-1,ana,Low\n")
    path.write_text(ITEM.replace("owner: ana", "owner: olga"))
    blind = ray18("backlog", "import", sheet, folder=program.root)
    assert (blind.status, blind.out.count("nobody knows")) == (1, 2)
    assert ray18("backlog", "import", sheet, "--base", "HEAD", folder=program.root).status == 0
    assert "owner: olga" in path.read_text()
    assert "severity: Low" in path.read_text()


def test_new_rows_become_items_once_and_missing_rows_close_nothing(program, ray18, sheet) -> None:  # type: ignore[no-untyped-def]
    sheet.write_text("id,title,severity,base\n,Rotate the keys,High,\nMB-77,Write it down,,\n")
    first = ray18("backlog", "import", sheet, folder=program.root)
    assert (first.status, first.out.count(": new: ")) == (0, 2)
    names = {path.name for path in (program.root / "backlog").iterdir()}
    assert len(names) == 4
    again = ray18("backlog", "import", sheet, folder=program.root)
    assert (again.status, again.out.splitlines()[-1]) == (0, "Nothing to change.")
    assert {path.name for path in (program.root / "backlog").iterdir()} == names


def test_every_wrong_cell_is_named_and_nothing_is_written(program, ray18, sheet) -> None:  # type: ignore[no-untyped-def]
    wrong = {
        ("MB-1", "severity"): "Hgh",
        ("MB-1", "due"): "1/7/2026",
        ("MB-2", "scoring.risk"): "lots",
        ("MB-2", "owner"): "sam",
    }
    rewrite(sheet, wrong)
    done = ray18("backlog", "import", sheet, folder=program.root)
    assert done.status == 3
    errors = [line for line in done.out.splitlines() if ": error: " in line]
    assert [line.split(": error: ")[0].removeprefix(f"{sheet}:") for line in errors] == [
        "2 [severity]",
        "2 [due]",
        "3 [scoring.risk]",
    ]
    assert "did you mean High?" in errors[0]
    assert program.git("status", "--short") == ""


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({("MB-1", "id"): "MB-9"}, "MB-9 is not in the program any more"),
        ({("MB-1", "base"): "HEAD"}, "this is no id of Git's"),
        ({("MB-1", "id"): "mb-1"}, "mb-1 differs from MB-1 only in case"),
        ({("MB-1", "id"): "MB-2"}, "MB-2 stands here again"),
        ({("MB-1", "id"): "../../x"}, "../../x is not in the program any more"),
        ({("MB-1", "id"): "../../x", ("../../x", "base"): ""}, "`id` is '../../x'; it must be an id"),
        ({("MB-1", "title"): ""}, "`title` is missing"),
    ],
)
def test_rows_that_lost_their_way_are_refused(  # type: ignore[no-untyped-def]
    program, ray18, sheet, edit: Mapping[tuple[str, str], str], told: str
) -> None:
    rewrite(sheet, edit)
    done = ray18("backlog", "import", sheet, folder=program.root)
    assert (done.status, told in done.out) == (3, True), done.out
    assert program.git("status", "--short") == ""


def test_a_workbook_edited_in_a_spreadsheet_is_merged(program, ray18, sheet, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "b.xlsx"
    ray18("backlog", "export", file, "--columns", "title,owner,effort.hours", folder=program.root)
    book = openpyxl.load_workbook(file)
    page = book.active
    assert [cell.value for cell in page[1]] == ["id", "title", "owner", "effort.hours", "base"]
    page["C2"] = "sam"
    page["D3"] = 12.0
    book.save(file)
    done = ray18("backlog", "import", file, folder=program.root)
    assert done.status == 0, done.out
    assert (program.root / "backlog/MB-1.yaml").read_text() == ITEM.replace("owner: ana", "owner: sam")
    assert "effort:\n  hours: 12\n" in (program.root / "backlog/MB-2.yaml").read_text()


@pytest.mark.parametrize("name", ["b.txt", "missing.csv", "folder.csv", "pipe.csv"])
def test_what_is_no_sheet_is_a_usage_error(program, ray18, tmp_path: Path, name: str) -> None:  # type: ignore[no-untyped-def]
    import os

    (tmp_path / "b.txt").write_text("")
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    assert ray18("backlog", "import", tmp_path / name, folder=program.root).status == 2


ISSUE = {
    "number": 4,
    "html_url": "https://github.com/a/b/issues/4",
    "title": "Leak",
    "state": "open",
    "body": "It leaks.",
}


def test_a_tracker_is_followed_where_people_did_not_touch_the_item(program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "issues.json"

    def again(*options: str, **changed: object) -> object:
        file.write_text(json.dumps([{**ISSUE, **changed}]))
        return ray18("backlog", "import", file, "--from", "github", *options, folder=program.root)

    first = again()
    assert (first.status, "1 row: 0 cells of 0 items changed, 1 item new" in first.out) == (0, True), first.out  # type: ignore[attr-defined]
    (path,) = (program.root / "backlog").glob("GH-b-*-4.yaml")
    assert again().out.splitlines()[-1] == "Nothing to change."  # type: ignore[attr-defined]
    ours = path.read_text().replace("title: Leak", "title: Leak in the pump  # ours").replace("status: open\n", "")
    path.write_text(ours)
    followed = again(state="closed", closed_at="2026-05-01T00:00:00Z", state_reason="completed")
    assert followed.status == 0, followed.out  # type: ignore[attr-defined]
    text = path.read_text()
    assert "title: Leak in the pump  # ours" in text
    assert ("status: done" in text, "closed: 2026-05-01" in text) == (True, True)
    both = again(title="Leaks")
    assert (both.status, "the program 'Leak in the pump'" in both.out) == (1, True), both.out  # type: ignore[attr-defined]
    assert again("--take", "program", title="Leaks").status == 0  # type: ignore[attr-defined]
    assert again(title="Leaks").out.splitlines()[-1] == "Nothing to change.", "what was decided is remembered"  # type: ignore[attr-defined]
    assert ray18("check", folder=program.root).status == 0


def test_a_date_that_a_spreadsheet_made_of_a_cell_is_a_day(program, ray18, sheet, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    import datetime

    file = tmp_path / "b.xlsx"
    ray18("backlog", "export", file, "--columns", "due,title", folder=program.root)
    book = openpyxl.load_workbook(file)
    column = next(cell.column_letter for cell in book.active[1] if cell.value == "due")
    book.active[f"{column}2"] = datetime.datetime(2026, 9, 1)
    book.save(file)
    assert ray18("backlog", "import", file, folder=program.root).status == 0
    assert "due: 2026-09-01" in (program.root / "backlog/MB-1.yaml").read_text()

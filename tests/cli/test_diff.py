"""`ray18 diff` tells what a change makes of findings, verdicts and approvals, and nothing of what only moved."""

import json
import re
from pathlib import Path

import pytest
from conftest import AS_OF, ITEM, Program, key_file
from test_formats import sarif_problems

from ray18.commands.place import open_judge
from ray18.comparison import matched
from ray18.differences import field_changes
from ray18.documents.document import Document
from ray18.findings import Finding
from ray18.report import Told

PLAN = "title: P\nrevision: 1\nperiod: {start: 2026-01-01, end: 2026-12-31}\nrevisit_date: 2026-09-01\n"


def difference(ray18, program: Program, *arguments: str) -> dict:  # type: ignore[no-untyped-def,type-arg]
    ran = ray18("diff", *arguments, "--as-of", AS_OF, "--format", "json", folder=program.root)
    assert ran.err == ""
    told = json.loads(ran.out)
    assert ran.status == {"passed": 0, "waived": 0, "failed": 1, "blocked": 3}[told["verdict"]]
    return dict(told)


def fates(told: dict) -> dict[str, list[str]]:  # type: ignore[type-arg]
    found: dict[str, list[str]] = {}
    for one in told["findings"]:
        found.setdefault(one["became"], []).append(f"{one['policy']} {one['item']}")
    return found


def test_new_fixed_and_unchanged_findings_are_told_apart(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("owner: sam\n", ""))
    program.commit("two items without owners")
    program.write("backlog/MB-1.yaml", ITEM)
    program.write("backlog/MB-3.yaml", ITEM.replace("MB-1", "MB-3").replace("priority: P1\n", ""))
    program.commit("one mended, one new")
    told = difference(ray18, program, "HEAD~1..HEAD")
    found = fates(told)
    assert "serious-item-has-owner MB-1" in found["fixed"]
    assert "serious-item-has-owner MB-2" in found["unchanged"]
    assert "serious-item-has-priority MB-3" in found["new"]
    assert told["verdict"] == "failed"
    (gate,) = [gate for gate in told["gates"] if gate["id"] == "backlog"]
    assert (gate["before"], gate["after"]) == ("failed", "failed")


def test_what_was_wrong_before_does_not_fail_a_change_that_makes_nothing_worse(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    program.commit()
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", "").replace("Renew", "Replace"))
    assert ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root).status == 1
    ran = ray18("diff", "--as-of", AS_OF, folder=program.root)
    assert ran.status == 0
    assert re.search(r"^0 new, 0 fixed, [0-9]+ unchanged: nothing got worse$", ran.out, re.MULTILINE)
    assert "  MB-1  Replace the certificate\n      title: Renew the certificate -> Replace the certificate\n" in ran.out


def test_reformatting_and_reordering_change_nothing(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    program.commit()
    lines = ITEM.replace("owner: sam\n", "").splitlines()
    source = lines.index("source:")
    moved = [*lines[source + 2 :], "", "# a comment", *lines[:source], "source: {kind: 'other'}"]
    program.write("backlog/MB-1.yaml", "\n".join(moved) + "\n")
    told = difference(ray18, program, "HEAD")
    assert set(fates(told)) == {"unchanged"}
    assert (told["subjects"], told["other"], told["verdict"]) == ([], [], "passed")


def test_the_plan_is_compared_in_the_words_of_whoever_approves(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("plan.yaml", PLAN)
    program.commit()
    program.approve("plan", "sven", "security-lead")
    program.commit()
    program.write("plan.yaml", PLAN.replace("2026-09-01", "2026-10-01"))
    program.write(
        "backlog/MB-1.yaml", ITEM.replace("severity: High", "severity: Low").replace("owner: sam", "owner: pia")
    )
    told = difference(ray18, program)
    subjects = {entry["subject"]: entry for entry in told["subjects"]}
    assert [change["words"] for change in subjects["plan"]["changes"]] == [
        "revisit_date: 2026-09-01 -> 2026-10-01, 30 days later"
    ]
    assert [(seat["role"], seat["before"], seat["after"]) for seat in subjects["plan"]["seats"]] == [
        ("security-lead", "approved", "missing")
    ]
    assert [change["words"] for change in subjects["priorities"]["changes"]] == ["severity: High -> Low, lowered"]
    assert [change["words"] for change in told["other"]] == ["owner: sam -> pia"], (
        "nobody approves the owner of other work"
    )


def test_a_waiver_is_no_fix(program: Program, ray18, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("ray18.commands.waive.today", lambda: AS_OF)
    program.write("backlog/MB-1.yaml", ITEM.replace("due: 2026-07-01\n", ""))
    program.commit()
    waive = ("waive", "backlog", "--policy", "serious-item-has-due-date", "--item", "MB-1", "--until", "2026-06-10",
             "--reason", "the vendor names a date", "--requested-by", "pia", "--yes", "--key", key_file(tmp_path, "olga"))  # fmt: skip
    assert ray18(*waive, folder=program.root).status == 0
    told = difference(ray18, program, "HEAD~1..HEAD")
    assert fates(told)["newly-waived"] == ["serious-item-has-due-date MB-1"]
    assert "fixed" not in fates(told)
    assert told["verdict"] == "waived"
    back = difference(ray18, program, "HEAD..HEAD~1")
    assert fates(back)["no-longer-waived"] == ["serious-item-has-due-date MB-1"]
    assert back["verdict"] == "failed"


def test_three_dots_leave_out_what_happened_elsewhere(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.git("checkout", "-q", "-b", "proposal")
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("owner: sam\n", ""))
    program.commit("proposed")
    program.git("checkout", "-q", "main")
    program.write("backlog/MB-3.yaml", ITEM.replace("MB-1", "MB-3").replace("owner: sam\n", ""))
    program.commit("elsewhere")
    three = difference(ray18, program, "main...proposal")
    assert [change["item"] for entry in three["subjects"] for change in entry["changes"]] == ["MB-2"]
    two = difference(ray18, program, "main..proposal")
    assert {change["item"] for entry in two["subjects"] for change in entry["changes"]} == {"MB-2", "MB-3"}


def test_before_the_program_there_was_nothing(tmp_path: Path, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.git("checkout", "-q", "--orphan", "fresh")
    program.git("rm", "-q", "-rf", ".")
    program.write("README.md", "x\n")
    first = program.commit("nothing yet")
    program.git("checkout", "-q", "main")
    program.write("x", "x")
    told = difference(ray18, program, f"{first}..HEAD")
    assert told["before"] is None
    assert {gate["before"] for gate in told["gates"]} == {None}
    assert set(fates(told)) == {"new"}


def test_a_state_that_cannot_be_judged_blocks(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM + "owner: pia\n")
    told = difference(ray18, program)
    assert told["verdict"] == "blocked"
    assert (told["subjects"], told["other"]) == ([], []), "it was not taken away: it cannot be read"


@pytest.mark.parametrize("states", ["nowhere..HEAD", "HEAD..nowhere", "a..b..c", "--format=csv"])
def test_states_that_are_none(states: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("diff", states, folder=program.root).status in (2, 3)


def test_json_fits_its_schema_and_markdown_is_one_page(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    from ray18.schema import validator

    program.write(
        "backlog/MB-1.yaml",
        ITEM.replace("owner: sam\n", "").replace("Renew the", "'|@team|'").replace("' certificate", "'"),
    )
    schema = json.loads((Path(__file__).parents[2] / "schemas/diff.schema.json").read_text())
    assert [error.message for error in validator(schema).iter_errors(difference(ray18, program))] == []
    page = ray18("diff", "--format", "markdown", "--as-of", AS_OF, folder=program.root).out
    assert page.startswith("# Test program: failed\n")
    assert "title: Renew the certificate -> \\|`@`team\\|" in page


def test_findings_that_are_alike_are_matched_one_by_one() -> None:
    def told(*messages: str) -> list[Told]:
        return [Told(Finding("p", "error", message, "f.yaml", item="X"), ("g",)) for message in messages]

    shifts = matched(told("a", "b", "c"), told("b", "d"))
    assert [(shift.became, shift.finding.message) for shift in shifts] == [
        ("fixed", "c"), ("unchanged", "b"), ("unchanged", "d"),
    ]  # fmt: skip


def test_a_record_in_another_file_is_the_same_record(program: Program) -> None:
    before, after = (
        Told(Finding("p", "error", "m", "a/X.yaml", 3, 1, "X"), ()),
        Told(Finding("p", "error", "m", "b/X.yaml", 9, 1, "X"), ()),
    )
    assert [shift.became for shift in matched([before], [after])] == ["unchanged"]
    document = open_judge(program.repository, as_of=AS_OF).program.of("backlog-item")[0]
    moved = Document(document.kind, "elsewhere/MB-1.yaml", document.content, document.source)
    assert list(field_changes("priorities", [document], [moved])) == []


def test_code_scanning_and_pull_requests_see_what_is_new(program: Program, ray18, monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    program.commit()
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("priority: P1\n", ""))
    log = ray18("diff", "--as-of", AS_OF, "--format", "sarif", folder=program.root).out
    assert sarif_problems(log) == []
    results = json.loads(log)["runs"][0]["results"]
    states = {(one["ruleId"], one["properties"]["item"]): one["baselineState"] for one in results}
    assert states["serious-item-has-owner", "MB-1"] == "unchanged"
    assert states["serious-item-has-priority", "MB-2"] == "new"
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    ran = ray18("diff", "--as-of", AS_OF, folder=program.root)
    assert ran.status == 1
    assert (
        "::error file=backlog/MB-2.yaml,line=6,col=11,endColumn=15,title=serious-item-has-priority (MB-2)::" in ran.out
    )
    assert "MB-1" not in ran.out
    assert summary.read_text().startswith("# Test program: failed\n")

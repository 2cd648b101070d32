"""Mends keep what people wrote, are proven before they are offered, and decide nothing unless somebody asks for that."""

import json
import subprocess
from pathlib import Path

import pytest
from conftest import AS_OF, ITEM, Program
from test_formats import sarif_problems

from ray18.commands.place import open_judge
from ray18.mending import mending
from ray18.renderers.suggestions import suggestions
from ray18.report import check_records

MISSPELT = """\
# who wrote this?
id: MB-1
title: 2026   # the year
source:
    kind: Other
maintenance-type: preventive

severity: high  # really
priority: 'p1'
owner: sam
created: 2026-5-1
created: 2026-5-1
tags:
due: 2026/07/01
"""
MENDED = """\
# who wrote this?
id: MB-1
title: "2026"   # the year
source:
    kind: other
maintenance_type: preventive

severity: High  # really
priority: P1
owner: sam
created: 2026-05-01
due: 2026-07-01
"""
GUESSES = {
    "severity: Hihg": "severity: High",
    "ownr: sam": "owner: sam",
}


def check(ray18, program: Program, *arguments: str):  # type: ignore[no-untyped-def]
    return ray18("check", *arguments, "--as-of", AS_OF, folder=program.root)


def test_what_was_plainly_meant_is_written_down_and_nothing_else_changes(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    path = program.write("backlog/MB-1.yaml", MISSPELT)
    before = check(ray18, program)
    assert before.status == 3
    assert "9 can be mended safely: ray18 check --fix (or --diff, to look first)\n" in before.out
    ran = check(ray18, program, "--fix")
    assert path.read_text() == MENDED
    assert ran.status == 0, ran.out
    assert ran.out == "4 files checked, no problems: passed\n"
    assert "mended  backlog/MB-1.yaml:8:11: write High\n" in ran.err
    assert check(ray18, program, "--fix").err == "", "nothing is left to mend"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_patch_is_one_that_git_applies(ends: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    path = program.write("backlog/MB-1.yaml", MISSPELT.replace("\n", ends).removesuffix(ends))
    program.commit()
    shown = check(ray18, program, "--diff")
    assert shown.status == 3, "the verdict is that of the files as they are"
    assert path.read_bytes() == MISSPELT.replace("\n", ends).removesuffix(ends).encode()
    subprocess.run(["git", "apply", "-"], cwd=program.root, input=shown.out.encode(), check=True)
    applied = path.read_bytes()
    program.git("checkout", "-q", "--", ".")
    check(ray18, program, "--fix")
    assert path.read_bytes() == applied == MENDED.replace("\n", ends).removesuffix(ends).encode()


@pytest.mark.parametrize(("wrong", "right"), GUESSES.items())
def test_a_guess_is_made_only_when_somebody_asks_for_it(wrong: str, right: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    path = program.write("backlog/MB-1.yaml", ITEM.replace(right, wrong))
    ran = check(ray18, program, "--fix")
    assert wrong in path.read_text()
    assert "1 more with --unsafe-fixes: they decide something, so look at them\n" in ran.err
    assert check(ray18, program, "--fix", "--unsafe-fixes").status == 0
    assert path.read_text() == ITEM


@pytest.mark.parametrize(
    "line",
    [
        "severity: urgent",
        "created: 01.05.2026",
        "created: 2026-02-30",
        "due: [2026-07-01]",
        "colour: red",
        "title: |\n  7",
    ],
)
def test_what_nobody_can_tell_is_left_alone(line: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    name = line.split(":", maxsplit=1)[0]
    text = "".join(kept for kept in ITEM.splitlines(True) if not kept.startswith(f"{name}:")) + line + "\n"
    path = program.write("backlog/MB-1.yaml", text)
    check(ray18, program, "--fix", "--unsafe-fixes")
    assert path.read_text() == text


def test_two_lines_that_differ_are_no_repetition(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    path = program.write("backlog/MB-1.yaml", ITEM + "owner: pia\n")
    check(ray18, program, "--fix", "--unsafe-fixes")
    assert path.read_text() == ITEM + "owner: pia\n"


def test_a_mend_that_would_break_something_else_is_refused(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    late = ITEM.replace("due: 2026-07-01", "due: 2027-07-01  # agreed")
    path = program.write("backlog/MB-1.yaml", late)
    assert check(ray18, program, "--fix", "--unsafe-fixes").status == 0
    assert path.read_text() == late.replace("2027-07-01", "2026-07-30")
    program.write("backlog/MB-2.yaml", late.replace("MB-1", "MB-2").replace("severity: High", "severity: Low"))
    waiting = late + "depends_on: [MB-2]\n"
    program.write("backlog/MB-1.yaml", waiting)
    ran = check(ray18, program, "--fix", "--unsafe-fixes")
    assert "not mended: backlog/MB-1.yaml:10:6: MB-1 is due 2027-07-01" in ran.err
    assert "it adds: MB-1 is due 2026-07-30, but needs MB-2" in ran.err
    assert path.read_text() == waiting


def test_only_the_work_tree_is_ever_written(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    path = program.write("backlog/MB-1.yaml", MISSPELT)
    program.commit()
    for place in (("--rev", "HEAD"), ("--staged",)):
        ran = check(ray18, program, "--fix", *place)
        assert (ran.status, path.read_text()) == (2, MISSPELT)
        assert check(ray18, program, "--diff", *place).out.startswith("--- a/backlog/MB-1.yaml\n")
    assert check(ray18, program, "--unsafe-fixes").status == 2
    assert check(ray18, program, "--fix", "--diff").status == 2
    assert program.git("status", "--porcelain") == ""


def test_only_what_is_named_is_mended(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", MISSPELT)
    other = program.write("backlog/MB-2.yaml", MISSPELT.replace("MB-1", "MB-2"))
    check(ray18, program, "--fix", "backlog/MB-1.yaml")
    assert (program.root / "backlog/MB-1.yaml").read_text() == MENDED
    assert "high" in other.read_text()


def test_json_and_sarif_carry_the_lines_that_change(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", MISSPELT)
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("owner: sam", "owner: nobody"))
    findings = json.loads(check(ray18, program, "--format", "json").out)["findings"]
    fixes = {finding["line"]: finding["fix"] for finding in findings if "fix" in finding}
    assert fixes[8] == {
        "title": "write High",
        "safe": True,
        "changes": [{"path": "backlog/MB-1.yaml", "first": 8, "last": 8, "text": "severity: High  # really\n"}],
    }
    assert fixes[12]["changes"] == [{"path": "backlog/MB-1.yaml", "first": 12, "last": 12, "text": ""}]
    assert any("fix" not in finding for finding in findings)
    log = check(ray18, program, "--format", "sarif").out
    assert sarif_problems(log) == []
    (result,) = [
        one for one in json.loads(log)["runs"][0]["results"] if one["message"]["text"].startswith("`severity`")
    ]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "backlog/MB-1.yaml"
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 8, "startColumn": 1, "endLine": 9, "endColumn": 1},
            "insertedContent": {"text": "severity: High  # really\n"},
        }
    ]


def test_a_second_place_explains_a_finding(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM + "depends_on: [MB-2]\n")
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("due: 2026-07-01", "due: 2026-07-09"))
    out = ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root).out
    assert (
        "backlog/MB-1.yaml:11:14: warning: MB-1 is due 2026-07-01, but needs MB-2, due 2026-07-09 [dependency-is-due-first]\n"
        "    10 | due: 2026-07-01\n"
        "    11 | depends_on: [MB-2]\n"
        "       |              ^^^^\n"
        "    note: backlog/MB-2.yaml:10:6: MB-2 is due 2026-07-09\n"
        "     9 | created: 2026-05-01\n"
        "    10 | due: 2026-07-09\n"
        "       |      ----------\n"
    ) in out
    log = ray18("gate", "backlog", "--as-of", AS_OF, "--format", "sarif", folder=program.root).out
    assert sarif_problems(log) == []
    related = [one["relatedLocations"] for one in json.loads(log)["runs"][0]["results"] if "relatedLocations" in one]
    assert [place["physicalLocation"]["region"]["startLine"] for place in related[0]] == [10]


def test_the_second_place_follows_when_only_it_moves(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """What was found before is kept; the places that it shows must still be right."""
    program.write("backlog/MB-1.yaml", ITEM + "depends_on: [MB-2]\n")
    later = ITEM.replace("MB-1", "MB-2").replace("due: 2026-07-01", "due: 2026-07-09")
    program.write("backlog/MB-2.yaml", later)
    gate = ("gate", "backlog", "--as-of", AS_OF)
    assert "note: backlog/MB-2.yaml:10:6:" in ray18(*gate, folder=program.root).out
    program.write("backlog/MB-2.yaml", "# a comment\n" + later)
    assert "note: backlog/MB-2.yaml:11:6:" in ray18(*gate, folder=program.root).out


def test_every_mend_of_a_large_broken_program_is_proven(program: Program) -> None:
    for number in range(1, 30):
        program.write(f"backlog/MB-{number}.yaml", MISSPELT.replace("MB-1", f"MB-{number}"))
    judge = open_judge(program.repository, as_of=AS_OF)
    mended = mending(judge)
    assert (len(mended.made), len(mended.after), mended.refused) == (29 * 9, 29, ())
    for path, content in mended.after.items():
        Path(program.root / path).write_bytes(content)
    after = check_records(open_judge(program.repository, as_of=AS_OF), ())
    assert after.findings == ()


def test_a_suggestion_block_replaces_the_lines_that_it_stands_on(program: Program) -> None:
    program.write("backlog/MB-1.yaml", MISSPELT.replace("# really", "# ``` ````x"))
    report = check_records(open_judge(program.repository, as_of=AS_OF), ())
    found = {one.first: one for one in suggestions(report)}
    assert found[8].body == (
        "\\`severity\\` is 'high', which is not a known value; did you mean High? (`document-valid`)\n\n"
        "`````suggestion\nseverity: High  # ``` ````x\n`````"
    )
    assert (found[8].path, found[8].last, found[8].safe) == ("backlog/MB-1.yaml", 8, True)
    assert found[12].body.endswith("```suggestion\n```"), "a line that goes"
    assert len(found) == 9

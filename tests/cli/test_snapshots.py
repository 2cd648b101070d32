"""What the example program shows in every format, whole, as somebody would read it.

After a change that is meant: `RAY18_WRITE_SNAPSHOTS=1 python -m pytest tests/cli/test_snapshots.py`, and read the difference.
"""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from conftest import Program
from test_formats import PROBLEMS

from ray18.evidence.sheets import read as read_sheet
from ray18.renderers import FORMATS, renderer

EXAMPLE = Path(__file__).parents[2] / "example-repo"
SNAPSHOTS = Path(__file__).parent / "snapshots"
DAY = "2026-03-16"
ENDINGS = {"text": "txt", "concise": "concise.txt", "junit": "xml", "github": "github.txt", "gitlab": "gitlab.json",
           "markdown": "md", "sarif": "sarif", "json": "json", "jsonl": "jsonl", "csv": "csv"}  # fmt: skip
BROKEN = {
    "backlog/SEC-NF-RISK-02.yaml": ("owner: platform\n", ""),
    "backlog/SEC-NF-RISK-03.yaml": ("due: ", "due: 2027-01-31 # was "),
    "backlog/TD-25.yaml": ("owner: ", "owner: x"),
    "backlog/TD-26.yaml": ("severity: ", "severity: x"),
}
"""What is done to the example: file to a text in it and another."""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Program:
    made = Program(tmp_path_factory.mktemp("example") / "program")
    shutil.copytree(EXAMPLE, made.root)
    made.git("init", "-q", "-b", "main")
    made.commit("The example")
    for path, (text, other) in BROKEN.items():
        before = (made.root / path).read_text()
        assert text in before, path
        made.write(path, before.replace(text, other, 1))
    return made


def steady(name: str, text: str, example: Program) -> str:
    """The output without what follows from other files: the commit's id, the documentation of policies, those that pass."""
    head = example.git("rev-parse", "HEAD")
    text = text.replace(head, "COMMIT").replace(head[:12], "COMMIT")
    if name == "sarif":
        log = json.loads(text)
        driver = log["runs"][0]["tool"]["driver"]
        driver["semanticVersion"] = "VERSION"
        used = {result["ruleId"] for result in log["runs"][0]["results"]}
        driver["rules"] = [rule["id"] for rule in driver["rules"] if rule["id"] in used]
        for result in log["runs"][0]["results"]:
            result["ruleIndex"] = "PLACE"
        return json.dumps(log, indent=2, ensure_ascii=False) + "\n"
    if name == "junit":  # other policies come and go
        text = re.sub(r" *<testcase [^>]*/>\n", "", text)
        return re.sub(r' tests="[0-9]+"', ' tests="MANY"', text)
    return text


CASES = [("check", ("check",), name) for name in FORMATS] + [("gate", ("gate", "backlog"), name) for name in FORMATS]
CASES += [("diff", ("diff", "HEAD"), name) for name in ("text", "json", "markdown")]


@pytest.mark.parametrize(("view", "command", "name"), CASES)
def test_the_example_shows_what_it_always_showed(
    view: str, command: tuple[str, ...], name: str, example: Program, ray18
) -> None:  # type: ignore[no-untyped-def]
    ran = ray18(*command, "--as-of", DAY, "--format", name, folder=example.root)
    assert (ran.status, ran.err) == (3, "")
    if name in PROBLEMS:
        assert PROBLEMS[name](ran.out) == []
    shown = steady(name, ran.out, example)
    kept = SNAPSHOTS / f"{view}.{ENDINGS[name]}"
    if os.environ.get("RAY18_WRITE_SNAPSHOTS"):
        kept.write_text(shown, encoding="utf-8")
    assert shown == kept.read_text(encoding="utf-8")


REAL = os.environ.get("RAY18_REAL")


@pytest.mark.skipif(not REAL, reason="RAY18_REAL names no folder with real input")
def test_the_real_hand_over_is_told_alike_in_every_format(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    from ray18.commands.place import open_judge, today
    from ray18.report import judge_gates

    made = Program(tmp_path / "program")
    made.root.mkdir()
    made.git("init", "-q", "-b", "main")
    ray18("init", folder=made.root)
    ray18("intake", Path(str(REAL)) / "handover", folder=made.root)
    report = judge_gates(open_judge(made.repository, as_of=today()), ())
    written = {name: renderer(name, "gates")(report) for name in FORMATS}
    assert [name for name, check in PROBLEMS.items() if check(written[name])] == []
    count = len(report.told)
    assert count > 1000
    assert len(json.loads(written["gitlab"])) == count
    assert len(json.loads(written["sarif"])["runs"][0]["results"]) == count
    assert len(written["jsonl"].splitlines()) == count + 1
    assert len(read_sheet(written["csv"].encode())) == count
    assert (
        len(
            re.findall(
                r"^(?:::(?:error|warning) |\S+: (?:blocker|error|warning): |(?:error|warning): )",
                written["github"],
                re.MULTILINE,
            )
        )
        == count
    )
    assert len([line for line in written["concise"].splitlines() if line.endswith("]")]) == count
    listed = sum(len(result.findings) for result in report.results) + len(report.notes)
    assert written["markdown"].count("\n| `") + written["markdown"].count("\n|  | ") == listed
    assert written["text"].count("\n    ->") <= listed
    assert written["text"].count(" | ") < 400, "only the first of a kind are shown with their lines"

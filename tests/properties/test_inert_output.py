"""Whatever a record, a file name or a person's name says: no format takes it for anything but text, and it reads back."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import AS_OF, SETTINGS
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ray18.evidence.sheets import read as read_sheet
from ray18.findings import Finding, ordered
from ray18.renderers import FORMATS, inert, renderer
from ray18.report import CheckReport, check_records
from ray18.terminal import safe
from ray18.testing import judge_of

NASTY = (
    *("\x1b]0;t\x07", "\x1b[2J", "\r", "\b", "\u009b31m", "\u202e", "\u2028", "\udcff", "\x00", "\ufffe", "\ufeff"),
    *("\n::stop-commands::z", "::error file=x::y", "##[error]z", "\r\n::add-mask::a", "%0A::set-output", "a,b:c"),
    *("<script>x</script>", '" onerror="x', "]]>", "<!--", "&amp;", "<![CDATA[", "</failure>"),
    *("| Security | Approved |", "`x`", "``", "![](http://t/x)", "[a](http://t)", "@team", "#12", "!3", "https://t/x"),
    *("www.t.example", ":white_check_mark:", "$x$", "**b**", "_i_", "~~s~~", "\\", "\\|", "GH-12", "&epic", "{0}"),
    *("=1+1", "+1", "-1", "@x", "\t=1", "\uff1d1", "'=1", '"', ",", ";"),
)
texts = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)), max_size=4).map("".join)
findings = st.builds(
    Finding,
    policy=st.sampled_from(["serious-item-has-owner", "document-valid", "unknown-one"]),
    level=st.sampled_from(["blocker", "error", "warning"]),
    message=texts.map(lambda text: text or "x"),
    path=texts,
    line=st.integers(0, 3),
    column=st.integers(0, 3),
    item=texts,
    remedy=texts,
    field=texts,
)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> CheckReport:
    folder: Path = tmp_path_factory.mktemp("program")
    (folder / "ray18.yaml").write_text(SETTINGS)
    return check_records(judge_of(folder, AS_OF), ())


def told(clean: CheckReport, found: list[Finding]) -> CheckReport:
    return replace(clean, findings=ordered(set(found)), policies=())


def rendered(name: str, report: CheckReport) -> str:
    return renderer(name, "check")(report)


hostile = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
AT_ONCE = [Finding("document-valid", "error", text, text, 1, 1, text, text, text) for text in NASTY]


def nothing_for_a_terminal(report: CheckReport) -> None:
    for name in FORMATS:
        text = rendered(name, report)
        text.encode()  # no half of a surrogate pair
        assert safe(text.replace("\n", "")) == text.replace("\n", ""), name


def a_line_for_each_finding(report: CheckReport) -> None:
    assert len(rendered("concise", report).splitlines()) == len(report.findings) + 1 + (not report.checked)
    assert len(rendered("jsonl", report).splitlines()) == len(report.findings) + 1


COMMAND = re.compile(r"^::(?P<name>[a-z]+)(?: (?P<properties>[^:]*))?::(?P<value>.*)$")


def workflow_commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """As the runner reads a log: ActionCommand.cs of actions/runner, both forms of commands."""
    assert "##[" not in text
    found = []
    for line in re.split("\r\n|\r|\n", text):
        if not line.lstrip().startswith("::"):
            continue
        match = COMMAND.match(line)
        assert match is not None, line
        pairs = dict(entry.split("=", 1) for entry in (match["properties"] or "").split(",") if entry)
        found.append(
            (match["name"], {key: _unescaped(value) for key, value in pairs.items()}, _unescaped(match["value"]))
        )
    return found


def _unescaped(value: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(code, character)
    return value


def only_our_workflow_commands(report: CheckReport) -> None:
    commands = workflow_commands(rendered("github", report))
    annotations = [command for command in commands if command[0] in ("error", "warning") and "file" in command[1]]
    errors = [one for one in report.findings if one.level != "warning"][:10]
    warnings = [one for one in report.findings if one.level == "warning"][:10]
    paths = [safe(one.path).replace("##[", "#\\x23[") for one in (*errors, *warnings) if one.path]
    assert [command[1]["file"] for command in annotations] == paths
    assert {command[0] for command in commands} <= {"error", "warning", "group", "endgroup"}
    assert sum(command[0] == "group" for command in commands) <= 1


def everything_reads_back(report: CheckReport) -> None:
    as_json = json.loads(rendered("json", report))["findings"]
    assert len(as_json) == len(report.findings)
    for one, read in zip(report.findings, as_json, strict=True):
        assert safe(read["message"]) == safe(one.message)
        assert safe(read["path"]) == safe(one.path)
    (run,) = json.loads(rendered("sarif", report))["runs"]
    assert len(run["results"]) == len(report.findings)
    for result in run["results"]:
        assert not re.search(r"(?<!\\)\[[^\]]*\]\(", result["message"]["text"].replace("\\\\", "")), "no links"
        assert re.search(r"(?<!\{)\{[0-9]+\}", result["message"]["text"]) is None, "no placeholders"
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w%/.~-]+", uri, re.ASCII)
    tree = ElementTree.fromstring(rendered("junit", report))
    assert {element.tag for element in tree.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "system-out"),
    }
    rows = read_sheet(rendered("csv", report).encode())
    assert [row["message"] for row in rows] == [safe(one.message) for one in report.findings]
    assert [row["item"] for row in rows] == [safe(one.item) for one in report.findings]


LAWS = (nothing_for_a_terminal, a_line_for_each_finding, only_our_workflow_commands, everything_reads_back)


@pytest.mark.parametrize("law", LAWS)
def test_known_attacks_do_nothing(law: Callable[[CheckReport], None], clean: CheckReport) -> None:
    law(told(clean, AT_ONCE))


@pytest.mark.parametrize("law", LAWS)
def test_no_text_does_anything(law: Callable[[CheckReport], None], clean: CheckReport) -> None:
    @hostile
    @given(st.lists(findings, max_size=3))
    def holds(found: list[Finding]) -> None:
        law(told(clean, found))

    holds()


INERT = {"text", "code_inline", "softbreak"}


@hostile
@given(texts)
@example("".join(NASTY))
@example("$x$:x:")
@example("`@x`#1`")
def test_a_markdown_cell_is_one_run_of_text(text: str) -> None:
    parser = MarkdownIt("gfm-like", {"linkify": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(f"| a | b |\n|---|---|\n| {inert.cell(text)} | {inert.code(text)} |\n")
    cells = [token for token in tokens if token.type == "inline"]
    assert len(cells) == 4, "no pipe ends the cell"
    assert {child.type for cell in cells for child in cell.children or ()} <= INERT
    said = "".join(child.content for child in cells[2].children or ())
    assert said.strip() == safe(text).strip()
    runs = [child.content for child in cells[2].children or () if child.type == "text"]
    assert not any(re.search(r"@\w|#\w|[a-z]://|\bwww\.|GH-[0-9]", run) for run in runs), "no mention, no reference"
    coded = "".join(child.content for child in cells[3].children or ())
    assert coded.strip() == safe(text).strip()

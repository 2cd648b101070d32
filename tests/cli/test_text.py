"""Text shows the lines that a finding is about, everything that is wrong with a file in one run, and no secret."""

import pytest
from conftest import AS_OF, ITEM, Program

from ray18.yaml.span import span

FIVE_FAULTS = """\
id: MB-1
title: Renew the certificate
source:
  kind: other
maintenance_type: preventive
severity: Hihg
priority: P1
created: 2026-02-30
due: 2026-07-01
security:
  epss: 9
title: Renew it again
"""


def test_all_faults_of_one_file_are_shown_at_once_with_their_places(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", FIVE_FAULTS)
    for command in (("check",), ("gate", "backlog")):
        ran = ray18(*command, "--format", "concise", "--as-of", AS_OF, folder=program.root)
        assert ran.status == 3
        for place, words in {
            "6:11": "`severity` is 'Hihg', which is not a known value; did you mean High?",
            "8:10": "`created` is '2026-02-30': there is no such day",
            "11:9": "`security.epss` is 9",
            "12:1": "the field 'title' stands twice",
        }.items():
            assert f"backlog/MB-1.yaml:{place}: blocker: {words}" in ran.out
        assert "backlog/MB-1.yaml:6:11: " in ran.out
        assert "MB-1 (High) has no owner [serious-item-has-owner]" in ran.out


def test_the_lines_are_shown_with_what_is_meant_underlined(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", FIVE_FAULTS)
    out = ray18("check", "--as-of", AS_OF, folder=program.root).out
    assert out.startswith(
        "backlog/MB-1.yaml:6:11: blocker: `severity` is 'Hihg', which is not a known value; did you mean High?"
        " [document-valid]\n"
        "    5 | maintenance_type: preventive\n"
        "    6 | severity: Hihg\n"
        "      |           ^^^^\n"
        "    7 | priority: P1\n"
        "    -> use one of: Critical, High, Medium, Low\n"
    )
    assert out.count("^^^^^") >= 3


def test_a_draft_is_never_judged_as_if_it_were_a_record(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", FIVE_FAULTS.replace("severity: Hihg", "severity: 12"))
    out = ray18("gate", "backlog", "--format", "concise", "--as-of", AS_OF, folder=program.root).out
    assert "has no owner" not in out, "how severe it is cannot be known"
    assert "has no severity" not in out, "it has one, which cannot be read"
    assert "blocked  1 file that cannot be read" in out


def test_what_gates_ask_for_is_told_early_only_where_the_file_must_be_mended_anyway(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    assert ray18("check", "--as-of", AS_OF, folder=program.root).out == "4 files checked, no problems: passed\n"


def test_only_the_first_of_a_kind_are_shown_with_their_lines(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    for number in range(1, 10):
        program.write(f"backlog/MB-{number}.yaml", ITEM.replace("MB-1", f"MB-{number}").replace("owner: sam\n", ""))
    out = ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root).out
    assert out.count("has no owner [serious-item-has-owner]\n    5 |") == 3
    assert out.count("has no owner [serious-item-has-owner]\n    ->") == 6


def test_lines_hold_no_secrets(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write(
        "backlog/MB-1.yaml",
        ITEM
        + "api_token: hunter2\nmore:\n  - passwort: x\n    password: |\n      hunter3\n      hunter4\n    sort: hunt\n",
    )
    for name in ("text", "json", "sarif", "markdown"):
        assert "hunter" not in ray18("check", "--format", name, folder=program.root).out
    out = ray18("check", folder=program.root).out
    assert "| api_token: ***\n" in out


def test_wide_and_hostile_lines_stay_in_their_row(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("title: Renew", f"\u6f22\u5b57\u202e: {'x' * 400}\ntitle: Renew"))
    out = ray18("check", folder=program.root).out
    assert "\u202e" not in out
    assert max(map(len, out.splitlines())) < 400
    program.write("backlog/MB-1.yaml", ITEM.replace("severity: High", "\u6f22\u5b57: x"))
    rows = ray18("check", folder=program.root).out.splitlines()
    assert rows[rows.index("    6 | \u6f22\u5b57: x") + 1] == "      | ^^^^", "each of these letters takes two cells"


@pytest.mark.parametrize(
    ("line", "column", "underlined"),
    [
        ("severity: High  # because", 11, "High"),
        ("severity: High", 1, "severity"),
        ("title: 'it''s'  # x", 8, "'it''s'"),
        ('title: "a # b" ', 8, '"a # b"'),
        ("owner: [a, b]", 8, "[a, b]"),
        ("needs: [MB-1, MB-2]  # x", 15, "MB-2"),
        ("at: {by: 'a]', who: b}", 21, "b"),
        ("  - id: x", 5, "id"),
        ("url: https://a/b#c", 6, "https://a/b#c"),
        ("", 1, ""),
        ("x", 5, ""),
    ],
)
def test_the_span_is_that_of_the_value_or_key(line: str, column: int, underlined: str) -> None:
    assert line[column - 1 : column - 1 + span(line, column)] == underlined

"""Planning as a lead would: see where each item goes and why, ask what if, write it down, keep it when something changes."""

import json

import pytest
from conftest import AS_OF, Program

from ray18.shipped import shipped

PLAN = """\
title: Maintenance
revision: 1
period: {start: 2026-01-01, end: 2026-12-31}
revisit_date: 2026-10-01
release_windows:
  - {id: weekly, first: 2026-06-03, rrule: FREQ=WEEKLY;BYDAY=WE;COUNT=5, starts_at: "01:00", ends_at: "04:00", time_zone: UTC}
freezes:
  - {id: summer, starts: 2026-06-16, ends: 2026-06-18, reason: Holidays.}
"""
SCHEDULE = """\
# agreed in May
capacity:
  - {who: core, hours_per_week: 10}   # two people
"""
ITEM = """\
id: {id}
title: {title}
source: {{kind: other}}
maintenance_type: preventive
severity: {severity}
priority: P1
owner: core
created: 2026-05-01
due: {due}
effort: {{hours: {hours}}}
{more}"""


def item(
    program: Program, name: str, hours: int, severity: str = "High", due: str = "2026-06-30", more: str = ""
) -> None:
    text = ITEM.format(id=name, title=f"Mend {name}", severity=severity, due=due, hours=hours, more=more)
    program.write(f"backlog/{name}.yaml", text)


@pytest.fixture
def planned(program: Program) -> Program:
    (program.root / "backlog/MB-1.yaml").unlink()
    people = (program.root / "people.yaml").read_text()
    program.write(
        "people.yaml", people.replace("roles:", "teams:\n  - {id: core, name: Core, members: [sam, dev]}\nroles:")
    )
    program.write("plan.yaml", PLAN)
    program.write("schedule.yaml", SCHEDULE)
    item(program, "MB-1", 8, "Critical")
    item(program, "MB-2", 9)
    item(program, "MB-3", 4, "Low", more="depends_on: [MB-2]\n")
    item(program, "MB-4", 3, "Medium", due="2026-06-05")
    program.commit()
    return program


def test_it_says_where_each_item_goes_and_why(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("backlog", "schedule", "--as-of", AS_OF, folder=planned.root)
    assert ran.status == 0, ran.err
    assert ran.out == (
        "Test program: 4 of 4 open items planned into 4 release days from 2026-06-03 to 2026-07-01; 1 after their due date\n"
        "cost of delay 483 (points of worth x weeks); no schedule can cost less: it is proven to be the best there is\n"
        "plain WSJF order would cost 483: 0 % above the bound\n"
        "\n"
        "2026-06-10  weekly    core 11 h, 1.9 left\n"
        "  MB-1                        100      8 h  core              due 2026-06-30, 20 d to spare  Mend MB-1\n"
        "      core has 2.9 h left before then, it takes 8 h\n"
        "  MB-4                         30      3 h  core              due 2026-06-05, 5 d late     Mend MB-4\n"
        "      core has 2.9 h left before then, it takes 3 h\n"
        "2026-06-24  weekly    core 13 h, 8.8 left\n"
        "  MB-2                         60      9 h  core              due 2026-06-30, 6 d to spare  Mend MB-2\n"
        "      core has 1.9 h left before then, it takes 9 h; waiting instead of it would cost MB-1 200, and bring it 120\n"
        "  MB-3                         10      4 h  core              due 2026-06-30, 6 d to spare  Mend MB-3\n"
        "      waits for MB-2\n"
        "weekly does not open 2026-06-17: freeze summer\n"
    )


def test_json_fits_its_schema_and_is_the_same_at_a_commit(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    from ray18.schema import validator

    arguments = ("backlog", "schedule", "--as-of", AS_OF, "--format", "json")
    text = ray18(*arguments, folder=planned.root).out
    out = json.loads(text)
    schema = json.loads((shipped("schemas") / "release-schedule.schema.json").read_bytes())
    assert [error.message for error in validator(schema).iter_errors(out)] == []
    assert (out["cost"], out["bound"], out["gap_percent"]) == (482.9, 482.9, 0.0)
    assert [(entry["item"], entry["day"], entry["window"]) for entry in out["items"]][:2] == [
        ("MB-1", "2026-06-10", "weekly"),
        ("MB-4", "2026-06-10", "weekly"),
    ]
    assert ray18(*arguments, "--rev", "HEAD", folder=planned.root).out == text


def test_what_if_somebody_leaves_and_a_window_does_not_open(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    asked = ("--without", "dev", "--cancel", "weekly@2026-06-10")
    out = ray18("backlog", "schedule", "--as-of", AS_OF, *asked, folder=planned.root).out
    assert out.split("freeze summer\n")[1] == (
        "\n"
        "If dev leaves and weekly does not open on 2026-06-10: cost of delay 483 -> 1,556\n"
        "  newly late: MB-1 (core)\n"
        "  left out: MB-3 (core)\n"
        "  Would move: 3\n"
        "  MB-1                        2026-06-10 -> 2026-07-01  weekly does not open on 2026-06-10: cancelled\n"
        "  MB-3                        2026-06-24 -> left out    makes room for others, who would lose more\n"
        "  MB-4                        2026-06-10 -> 2026-06-24  weekly does not open on 2026-06-10: cancelled\n"
    )


def test_a_schedule_in_force_is_kept_and_moves_only_what_must_move(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("backlog", "schedule", "--as-of", AS_OF, "--write", folder=planned.root)
    assert ran.out.startswith("wrote  schedule.yaml\n"), ran.err
    text = (planned.root / "schedule.yaml").read_text()
    assert text.startswith("# agreed in May\n")
    assert "# two people" in text
    assert ray18("check", "--as-of", AS_OF, folder=planned.root).status == 0
    again = ray18("backlog", "schedule", "--as-of", AS_OF, "--write", folder=planned.root)
    assert again.out.startswith("kept   schedule.yaml\n")
    assert "Moved" not in again.out

    item(planned, "MB-5", 6, "Critical")
    item(planned, "MB-4", 8, "Medium", due="2026-06-05")
    out = json.loads(ray18("backlog", "schedule", "--as-of", AS_OF, "--format", "json", folder=planned.root).out)
    assert {(move["item"], move["before"], move["reason"]) for move in out["moves"]} == {
        ("MB-1", "2026-06-10", "the hours no longer suffice"),
        ("MB-3", "2026-06-24", "makes room for others, who would lose more"),
        ("MB-5", None, "was not in the plan"),
    }
    fresh = ray18("backlog", "schedule", "--as-of", AS_OF, "--format", "json", "--fresh", folder=planned.root)
    assert json.loads(fresh.out)["cost"] == out["anew_cost"] <= out["cost"]
    late = ray18("backlog", "schedule", "--as-of", "2026-06-11", folder=planned.root)
    assert "2026-06-10 -> " in late.out
    assert "was planned for 2026-06-10 and is still open" in late.out


def test_locked_items_and_closed_windows_stay(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    planned.write(
        "schedule.yaml",
        SCHEDULE
        + "locked: [{item: MB-3, window: weekly, day: 2026-06-03, reason: Promised to the port.}]\n"
        + "closed: [{window: weekly, day: 2026-06-10}]\n"
        + "planned: [{item: MB-4, window: weekly, day: 2026-06-10}]\n",
    )
    out = json.loads(ray18("backlog", "schedule", "--as-of", AS_OF, "--format", "json", folder=planned.root).out)
    days = {entry["item"]: (entry["day"], entry["why"]) for entry in out["items"]}
    assert days["MB-3"] == ("2026-06-03", "locked: Promised to the port.")
    assert days["MB-4"] == ("2026-06-10", "the window's content is settled")
    assert days["MB-1"][0] == "2026-06-24"


def test_one_item_explained_by_window(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    out = ray18("backlog", "schedule", "--as-of", AS_OF, "--why", "MB-2", folder=planned.root).out
    assert out == (
        "MB-2: 2026-06-24: core has 1.9 h left before then, it takes 9 h; "
        "waiting instead of it would cost MB-1 200, and bring it 120\n"
        "worth 60 a week of delay, 9 h of core, due 2026-06-30\n"
        "\n"
        "day         cost of delay  room\n"
        "2026-06-03             17  core 1.9 h\n"
        "2026-06-10             77  core 1.9 h\n"
        "2026-06-24            197  core 8.8 h  <- here\n"
        "2026-07-01            291  core 18.9 h\n"
        "left out            2,691  \n"
    )


def test_leave_and_lacking_skills_are_told(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    planned.write(
        "schedule.yaml",
        "capacity:\n  - {who: sam, hours_per_week: 14}\n  - {who: dev, skill: dba, hours_per_week: 7}\n",
    )
    planned.write("rota.yaml", "leave: [{person: dev, first: 2026-06-01, last: 2026-06-14}]\n")
    item(planned, "MB-2", 2, more="depends_on: []\n")
    for name, effort in (
        ("MB-2", "{hours: 2, skill: dba}"),
        ("MB-4", "{hours: 2, skill: dba, besides: [{skill: qa, hours: 1}]}"),
    ):
        text = (planned.root / f"backlog/{name}.yaml").read_text()
        planned.write(
            f"backlog/{name}.yaml",
            "".join(f"effort: {effort}\n" if "effort" in line else line for line in text.splitlines(True)),
        )
    out = json.loads(ray18("backlog", "schedule", "--as-of", AS_OF, "--format", "json", folder=planned.root).out)
    found = {entry["item"]: (entry["day"], entry["why"]) for entry in out["items"]}
    assert found["MB-1"] == (None, "nobody has hours for core")
    assert found["MB-2"] == ("2026-06-24", "dba has 0 h left before then, it takes 2 h")
    assert found["MB-4"] == (None, "nobody has hours for qa")
    assert [day["hours"][1]["come_in"] for day in out["days"]] == [0.0, 0.0, 9.0, 7.0]


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("schedule.yaml", "core", "cor", "schedule.yaml:3:11: cor is neither a person nor a team"),
        ("schedule.yaml", SCHEDULE, "carry_over: false\n", "nothing says how many hours the backlog may use"),
        ("plan.yaml", "FREQ=WEEKLY", "FREQ=HOURLY", "FREQ=HOURLY is not one of"),
        ("plan.yaml", "weekly", "Weekly", "plan.yaml:"),
        ("plan.yaml", "end: 2026-12-31", "end: 2026-06-02", "no release window opens from 2026-06-01"),
        ("backlog/MB-2.yaml", "effort:", "depends_on: [MB-3]\neffort:", "MB-2 needs MB-3 needs MB-2"),
    ],
)
def test_what_cannot_be_planned_says_why(planned: Program, ray18, path: str, old: str, new: str, said: str) -> None:  # type: ignore[no-untyped-def]
    text = (planned.root / path).read_text()
    assert old in text
    planned.write(path, text.replace(old, new))
    ran = ray18("backlog", "schedule", "--as-of", AS_OF, folder=planned.root)
    assert (ran.status, said in ran.err) == (3, True), ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cancel", "daily@2026-06-10"], "the plan has no release window 'daily'"),
        (["--cancel", "weekly@2026-06-11"], "weekly does not open on 2026-06-11 by its rule"),
        (["--cancel", "weekly"], "'' is not a day"),
        (["--without", "nobody"], "people.yaml does not know nobody"),
        (["--why", "MB-9"], "there is no open item 'MB-9'"),
        (["--write", "--without", "dev"], "--write writes what is"),
    ],
)
def test_wrong_questions_are_usage_errors(planned: Program, ray18, arguments: list[str], said: str) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("backlog", "schedule", "--as-of", AS_OF, *arguments, folder=planned.root)
    assert (ran.status, said in ran.err) == (2, True), ran.err


def test_hours_on_the_command_line_need_no_file(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    (planned.root / "schedule.yaml").unlink()
    ran = ray18("backlog", "schedule", "--as-of", AS_OF, "--hours", "20", "--format", "markdown", folder=planned.root)
    assert ran.status == 0, ran.err
    assert "| 2026-06-03 | MB-4 | Mend MB-4 | core | 3 | 2026-06-05 | the first window that it may go into |" in ran.out


def test_without_its_extra_optimize_says_what_to_install(planned: Program, ray18, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    import sys

    item(planned, "MB-5", 3, more="")
    for number in range(6, 30):
        item(planned, f"MB-{number}", 3)
    monkeypatch.setitem(sys.modules, "highspy", None)
    ran = ray18("backlog", "schedule", "--as-of", AS_OF, "--optimize", folder=planned.root)
    assert (ran.status, "pip install 'ray18[optimize]'" in ran.err) == (4, True)

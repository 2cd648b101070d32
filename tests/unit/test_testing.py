"""Examples of policies are judged the same way everywhere: on their own day, by default settings unless they bring some."""

from datetime import date
from pathlib import Path

import pytest

from ray18.errors import BlockedError, UsageError
from ray18.policy import describe
from ray18.testing import judge_of, problems, run_policy, transcript

ITEM = "id: TD-1\ntitle: Split the module\nsource: {kind: other}\nmaintenance_type: perfective\nseverity: High\ndue: 2026-06-10\n"
TEAM = describe(
    "item-names-its-customer",
    b'"""Every item names its customer.\n\nWhy.\n\nRemedy: name it.\n"""\nCOUNTED = "items"\nACTION = "name"\n\n'
    b"def check(item):\n"
    b'    if "customer" not in item.content.annotations:\n'
    b'        yield item.finding(f"{item.content.id} names no customer", "annotations", remedy="add it")\n',
    "team",
)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    (tmp_path / "backlog").mkdir()
    (tmp_path / "backlog" / "TD-1.yaml").write_text(ITEM)
    return tmp_path


def test_an_example_is_judged_on_one_fixed_day(example: Path) -> None:
    assert run_policy("serious-item-is-not-overdue", example) == ()


def test_it_can_name_another_day_and_the_caller_can_overrule_it(example: Path) -> None:
    (example / "as_of.txt").write_text("2026-07-01\n")
    assert transcript(run_policy("serious-item-is-not-overdue", example)) == (
        "backlog/TD-1.yaml:6:6: error: TD-1 (High) was due on 2026-06-10"
        " -> ray18 backlog set TD-1 status=done, or due=YYYY-MM-DD\n"
    )
    assert run_policy("serious-item-is-not-overdue", example, date(2026, 6, 10)) == ()


def test_a_day_that_is_none_is_refused(example: Path) -> None:
    (example / "as_of.txt").write_text("tomorrow")
    with pytest.raises(BlockedError, match="'tomorrow' is not a day"):
        judge_of(example)


def test_its_own_settings_and_people_count(example: Path) -> None:
    program = "program: {id: 00000000-0000-4000-8000-000000000000, title: Own}\n"
    (example / "ray18.yaml").write_text(program + "locations: {backlog: work}\n")
    (example / "people.yaml").write_text("people:\n  - {id: ana, name: Ana Lopes}\n")
    judge = judge_of(example)
    assert judge.program.rules.settings.program.title == "Own"
    assert judge.program.rules.people is not None and judge.program.rules.people.owners() == {"ana"}
    assert "there is no item in work/" in transcript(run_policy("backlog-is-not-empty", example))


def test_what_cannot_be_read_shows_instead_of_being_passed_over(example: Path) -> None:
    (example / "backlog" / "TD-2.yaml").write_text("id: TD-2\n")
    found = transcript(run_policy("item-has-severity", example))
    assert "backlog/TD-2.yaml:1:1: blocker: `title` is missing -> add `title`" in found


def test_a_missing_document_shows_too(example: Path) -> None:
    assert transcript(run_policy("plan-rules-recur", example)).startswith("error: the program has no plan document")


def test_a_teams_own_policy_runs_in_its_child(example: Path) -> None:
    assert transcript(run_policy(TEAM, example)) == ("backlog/TD-1.yaml:1:1: error: TD-1 names no customer -> add it\n")


def test_who_asks_for_nothing_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no policy 'no-such-policy'"):
        run_policy("no-such-policy", tmp_path)
    with pytest.raises(UsageError, match="there is no folder"):
        run_policy("item-has-owner", tmp_path / "nowhere")


def test_examples_that_show_nothing_are_named(example: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    *missing, other = problems("serious-item-has-owner", example)
    assert len(missing) == 2 and "every policy has an example that passes and one that fails" in missing[0]
    assert "backlog is neither an example that passes nor one that fails" in other
    examples = tmp_path_factory.mktemp("examples")
    for name in ("pass", "fail"):
        (examples / name / "backlog").mkdir(parents=True)
    (examples / "pass" / "backlog" / "TD-1.yaml").write_text(ITEM)
    (examples / "fail" / "backlog" / "TD-1.yaml").write_text(ITEM + "owner: ana\n")
    found = list(problems("serious-item-has-owner", examples))
    assert len(found) == 2
    assert "fail passes: an example that cannot fail shows nothing" in found[0]
    assert "pass does not pass:\nbacklog/TD-1.yaml:5:11: error: TD-1 (High) has no owner" in found[1]
    (examples / "fail" / "backlog" / "TD-1.yaml").write_text(ITEM)
    assert "expected.txt should be:" in next(problems("serious-item-has-owner", examples))

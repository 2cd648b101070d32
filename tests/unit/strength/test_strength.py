"""How much a policy's examples show is measured, and what they do not show is named."""

from pathlib import Path

import pytest

from ray18.policy import Policy, describe, shipped_policy
from ray18.strength import measured
from ray18.strength.variants import variants
from ray18.testing import examples_of_shipped

POLICY = '''\
"""Serious items are due within a year.

Later is never.

Remedy: set a day.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from ray18.documents.backlog import BacklogItem
from ray18.documents.document import Document
from ray18.findings import Finding

COUNTED = "items due too late"
ACTION = "set days"


def check(item: Document[BacklogItem], today: date) -> Iterator[Finding]:
    due = item.content.due
    if item.content.severity == "Critical" and due is not None and due > today + timedelta(365):
        yield item.finding("too late", "due", remedy="set a day")
    if item.content.priority == "P9":
        yield item.finding("never", "priority", remedy="none")
'''
ITEM = (
    "id: EX-1\ntitle: One\nsource: {kind: other}\nmaintenance_type: corrective\nseverity: Critical\ndue: 2026-09-01\n"
)


def team_policy(source: str = POLICY) -> Policy:
    return describe("item-is-due-within-a-year", source.encode(), "team")


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    for name, due in (("pass", "2026-09-01"), ("fail", "2029-09-01")):
        folder = tmp_path / name / "backlog"
        folder.mkdir(parents=True)
        (folder / "EX-1.yaml").write_text(ITEM.replace("2026-09-01", due))
    (tmp_path / "fail" / "expected.txt").write_text("backlog/EX-1.yaml:6:6: error: too late -> set a day\n")
    return tmp_path


def test_lines_borders_and_changes_that_no_example_shows_are_named(examples: Path) -> None:
    found = measured(team_policy(), examples)
    assert found.wrong == ()
    assert found.missed == (24,)
    assert (found.lines, found.reached) == (5, 4)
    assert found.noticed >= 1 and found.mutants > found.noticed
    assert "line 21: `>=` for `>`" in found.survivors
    assert "line 21: `!=` for `==`" not in found.survivors
    assert found.killed == found.variants - len(found.survivors) > 0
    assert not found.silent


def test_an_example_at_the_border_shows_where_it_lies(examples: Path) -> None:
    (examples / "pass-at-the-border" / "backlog").mkdir(parents=True)
    (examples / "pass-at-the-border" / "backlog" / "EX-1.yaml").write_text(ITEM.replace("2026-09-01", "2027-06-01"))
    assert "line 21: `>=` for `>`" not in measured(team_policy(), examples).survivors


def test_a_policy_that_notices_nothing_new_is_silent(examples: Path) -> None:
    """It knows its own failing example by heart, and no other."""
    source = POLICY.replace('severity == "Critical"', 'title == "One"').replace(
        "due > today + timedelta(365)", 'str(due) == "2029-09-01"'
    )
    assert measured(team_policy(source), examples).silent


def test_a_policy_that_crashes_on_a_changed_example_is_told(examples: Path) -> None:
    source = POLICY.replace("    due = item.content.due\n", "    due = item.content.due\n    due.year\n")
    (crash, *_) = measured(team_policy(source), examples).crashes
    assert crash == "backlog/EX-1.yaml: due dropped: AttributeError: 'NoneType' object has no attribute 'year'"


def test_shipped_policies_are_measured_in_this_process() -> None:
    policy = shipped_policy("serious-item-has-owner")
    assert policy is not None
    found = measured(policy, examples_of_shipped() / policy.id)
    assert (found.wrong, found.missed, found.survivors, found.crashes) == ((), (), (), ())
    assert found.noticed >= 3, "an owner dropped is noticed"


def test_a_variant_differs_by_one_operator_and_can_still_be_read() -> None:
    found = list(variants(team_policy()))
    assert {variant.what for variant in found} >= {
        "`!=` for `==`",
        "`or` for `and`",
        "`>=` for `>`",
        "`is` for `is not`",
    }
    assert len({variant.policy.source for variant in found}) == len(found)
    for variant in found:
        assert describe("x-is-y", variant.policy.source, "team").reads == ("item", "today")

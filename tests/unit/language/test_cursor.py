"""Where somebody is writing is understood also while the file cannot be read."""

import pytest

from ray18.documents.fields import spot
from ray18.documents.plan import Plan
from ray18.language.cursor import Cursor, cursor_at

HEAD = "id: MB-1\ntitle: One\n"


def at(text: str) -> Cursor | None:
    before, after = text.split("|")
    return cursor_at(before + after, before.count("\n"), len(before.rpartition("\n")[2]))


@pytest.mark.parametrize(
    ("text", "way", "at_key", "written"),
    [
        (f"{HEAD}own|", (), True, "own"),
        (f"{HEAD}own|\nservice: x\n", (), True, "own"),
        (f"{HEAD}owner: |\nservice: x\n", ("owner",), False, ""),
        (f"{HEAD}owner: sa|m # who\n", ("owner",), False, "sa"),
        (f'{HEAD}owner: "sa|"\n', ("owner",), False, "sa"),
        (f"{HEAD}source:\n  kind: |\n", ("source", "kind"), False, ""),
        (f"{HEAD}source:\n  kind: other\n  art|\n", ("source",), True, "art"),
        (f"{HEAD}source: {{kind: o|}}\n", ("source", "kind"), False, "o"),
        (f"{HEAD}source: {{kind: other, lo|}}\n", ("source",), True, "lo"),
        (f"{HEAD}depends_on: [MB-2, M|\nowner: sam\n", ("depends_on", 1), False, "M"),
        (f"{HEAD}depends_on:\n  - MB-2\n  - |\n", ("depends_on", 1), False, ""),
        ("kpis:\n  - id: mttr\n    own|\n", ("kpis", 0), True, "own"),
        ("kpi_reviews:\n  - metric: Mean Time to Re|\n", ("kpi_reviews", 0, "metric"), False, "Mean Time to Re"),
        ("a: [\n[\nsource:\n  kind: |\n", ("source", "kind"), False, ""),
    ],
)
def test_the_place_is_found(text: str, way: tuple[str | int, ...], at_key: bool, written: str) -> None:
    found = at(text)
    assert found is not None
    assert (found.way, found.at_key, found.written) == (way, at_key, written)


@pytest.mark.parametrize("text", [f"{HEAD}# own|", f"{HEAD}owner: sam # a|"])
def test_nothing_is_written_in_a_comment(text: str) -> None:
    assert at(text) is None


@pytest.mark.parametrize("text", ["|" + "[" * 3000, "- " * 3000 + "|", "\ud800: |", "a: &b [*b, |"])
def test_hostile_texts_are_looked_at_without_harm(text: str) -> None:
    found = at(text)
    assert found is None or found.written == ""


def test_fields_that_are_there_are_beside_the_cursor() -> None:
    found = at(f"{HEAD}own|\nservice: x\n")
    assert found is not None
    assert found.beside == {"id", "title", "service"}


def test_a_model_says_what_may_stand_at_any_place() -> None:
    hours = spot(Plan, ("coverage", "support_hours", 0, "days", 0))
    assert hours is not None and hours.words[:2] == ("Mon", "Tue")
    contact = spot(Plan, ("escalation", 0, "levels", 1, "contact"))
    assert contact is not None and contact.names == ("person", "team", "role")
    assert spot(Plan, ("period", "start")).is_day  # type: ignore[union-attr]
    assert spot(Plan, ("nothing", 0)) is None

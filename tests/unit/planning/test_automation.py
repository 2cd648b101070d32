"""Candidates for automation: counted from the records, unknown where the records do not tell."""

from datetime import date

import pytest

from ray18.planning.automation import Occurrence, by_people, candidates, ranked
from ray18.planning.durations import shown
from ray18.planning.likeness import alike, named_in, template


def monthly(text: str, months: int, hours: float | None = None) -> list[Occurrence]:
    return [Occurrence(text, f"row {month}", date(2026, month, 1), hours) for month in range(1, months + 1)]


def test_the_score_is_the_hours_of_a_year_less_those_to_build_it() -> None:
    """Six in six of twelve months, of half an hour and half the steadiness by assumption: 6 x 1/2 x 1/2 x 1/2 - 40/0.5."""
    found = candidates("ticket-category", [*monthly("certs", 6), Occurrence("rare", "x", date(2026, 12, 31))])
    assert [(entry.title, entry.count, entry.months, entry.period_months) for entry in found] == [("certs", 6, 6, 12)]
    assert (found[0].steadiness, found[0].build_hours) == (0.5, 80)
    assert found[0].score == pytest.approx(0.75 - 80)
    assert found[0].pays_back_after_months == pytest.approx(12 * 80 / 0.75)
    assert found[0].toil.repetitive is True
    assert found[0].toil.no_enduring_value is True
    assert found[0].toil.manual is None
    assert found[0].saving is None


def test_hours_saved_only_where_handling_times_are_known() -> None:
    """Twelve a year at half an hour: six hours, between bounds that hold it."""
    found = candidates("ticket-category", monthly("certs", 12, 0.5))[0]
    assert found.saving is not None
    assert found.saving.expected == pytest.approx(6.0)
    assert 0 <= found.saving.low < 6 < found.saving.high
    assert found.toil.manual is True
    assert found.steadiness == 1.0


def test_work_that_varies_saves_less_and_costs_more() -> None:
    """Times of 0 and 1 hour scatter as much as their mean: half as steady."""
    steady = candidates("ticket-category", monthly("certs", 12, 0.5))[0]
    varied = [Occurrence("certs", "x", date(2026, month, 1), float(month % 2)) for month in range(1, 13)]
    uneven = candidates("ticket-category", varied)[0]
    assert uneven.steadiness == pytest.approx(0.5)
    assert (uneven.score or 0) < (steady.score or 0)
    assert uneven.build_hours == 2 * steady.build_hours


def test_commits_of_people_count_by_template_whatever_the_package_and_bots_do_not() -> None:
    said = [
        ("Ann <ann@x>", "Bump requests from 2.1 to 2.2 (#12)"),
        ("Bob <bob@x>", "bump flask from 3 to 4 (#99)"),
        ("dependabot[bot] <1+dependabot[bot]@users.noreply.github.com>", "Bump flask from 4 to 5"),
        ("Ann <ann@x>", "wip"),
    ]
    commits = [(who, Occurrence(text, "c", date(2026, month, 1))) for month in range(1, 5) for who, text in said]
    found = candidates("commit-template", by_people(commits))
    assert [(entry.title, entry.count) for entry in found] == [("bump <name> from <number> to <number> (<id>)", 8)]
    assert found[0].toil.manual is True
    assert found[0].steadiness == pytest.approx(3 / 7)


@pytest.mark.parametrize(
    ("own", "grows"), [((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), True), ((9, 1, 8, 2, 9, 1, 8, 2, 9, 1, 8, 2), False)]
)
def test_toil_grows_with_the_service_when_its_months_do(own: tuple[int, ...], grows: bool) -> None:
    tickets = [Occurrence("sign-in", "x", date(2026, at, 1), times=count) for at, count in enumerate(own, 1)]
    others = [Occurrence("rest", "x", date(2026, at, 1), times=10 * at) for at in range(1, 13)]
    found = {entry.title: entry for entry in candidates("ticket-category", [*tickets, *others])}
    assert found["sign-in"].toil.grows_with_service is grows
    few = candidates("ticket-category", [*tickets[:8], *others[:8]])
    assert all(entry.toil.grows_with_service is None for entry in few), "six whole months say nothing"


def test_a_catch_all_category_is_no_candidate() -> None:
    assert candidates("ticket-category", monthly("General", 12)) == ()


def test_titles_count_as_one_when_they_differ_in_numbers_and_names_only() -> None:
    titles = ["Rollup of 7 pull requests", "Rollup of 12 pull requests", "Rollup of 3 pull requests", "Drop `x`"]
    found = candidates("backlog-titles", [Occurrence(title, f"PERF-{at}", None) for at, title in enumerate(titles)])
    assert [(entry.title, entry.rests_on, entry.score) for entry in found] == [
        ("rollup of <number> pull requests", ("PERF-0", "PERF-1", "PERF-2"), None)
    ]


def test_twice_in_one_incident_counts_once() -> None:
    said = [("No alert for logs", "A"), ("No alert for the logs", "A"), ("No alert for our logs", "B")]
    found = candidates("incident-causes", [Occurrence(text, case, None, case=case) for text, case in said])
    assert [(entry.count, entry.rests_on) for entry in found] == [(2, ("A", "B"))]
    assert candidates("incident-causes", [Occurrence(said[0][0], "A", None, case="A")] * 3) == ()


def test_what_has_no_days_is_ranked_last() -> None:
    dated = candidates("ticket-category", monthly("certs", 6))
    undated = candidates("backlog-titles", [Occurrence("Renew it", str(at), None) for at in range(90)])
    assert [entry.title for entry in ranked((*undated, *dated))] == ["certs", "renew it"]


def test_durations_are_shown_in_two_units() -> None:
    assert [shown(value) for value in (0, 42, 282, 5812, -86)] == [
        "0 min",
        "42 min",
        "4 h 42 min",
        "4 d 52 min",
        "-1 h 26 min",
    ]


def test_likeness_needs_the_same_words() -> None:
    assert alike(["Flux version bump", "a bump of the Flux version", "Kafka is slow"]) == ((0, 1),)
    assert template("Fix #12 in `core` by 2026 at https://x.example/1") == "fix <id> in <name> by <number> at <address>"
    assert named_in("Card and invoice payments", "payments", "Card and invoice payments")
    assert not named_in("Payment failures", "payments", "Card payments")

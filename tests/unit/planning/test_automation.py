"""Candidates for automation: counted from the records, unknown where the records do not tell."""

from datetime import date

import pytest

from ray18.planning.automation import Occurrence, candidates, ranked
from ray18.planning.durations import shown, survival_quantile
from ray18.planning.likeness import alike, named_in, template


def monthly(text: str, months: int, hours: float | None = None) -> list[Occurrence]:
    return [Occurrence(text, f"row {month}", date(2026, month, 1), hours) for month in range(1, months + 1)]


def test_frequency_times_spread_over_months() -> None:
    """Six in six months of a year is 0.5 a month, in half of the months: 0.25."""
    found = candidates("ticket-category", [*monthly("certs", 6), Occurrence("rare", "x", date(2026, 12, 31))])
    assert [(entry.title, entry.count, entry.months, entry.period_months) for entry in found] == [("certs", 6, 6, 12)]
    assert found[0].score == pytest.approx(0.25)
    assert found[0].toil.repetitive is True
    assert found[0].toil.manual is None
    assert found[0].saving is None


def test_hours_saved_only_where_handling_times_are_known() -> None:
    """Twelve a year at half an hour: six hours, between bounds that hold it."""
    found = candidates("ticket-category", monthly("certs", 12, 0.5))[0]
    assert found.saving is not None
    assert found.saving.expected == pytest.approx(6.0)
    assert 0 <= found.saving.low < 6 < found.saving.high
    assert found.toil.manual is True


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


def test_open_cases_count_in_the_median() -> None:
    """Ends at 2 and 4 of four cases, two open at 3 and 9: S(2) = 3/4, S(4) = 3/4 x 1/2."""
    spans = [(2.0, True), (3.0, False), (4.0, True), (9.0, False)]
    assert survival_quantile(spans, 0.25) == 2
    assert survival_quantile(spans, 0.5) == 4
    assert survival_quantile(spans, 0.9) is None


def test_likeness_needs_the_same_words() -> None:
    assert alike(["Flux version bump", "a bump of the Flux version", "Kafka is slow"]) == ((0, 1),)
    assert template("Fix #12 in `core` by 2026 at https://x.example/1") == "fix <id> in <name> by <number> at <address>"
    assert named_in("Card and invoice payments", "payments", "Card and invoice payments")
    assert not named_in("Payment failures", "payments", "Card payments")

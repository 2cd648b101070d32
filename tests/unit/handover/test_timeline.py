"""Timelines of post-mortems: a moment is computed only when day, time and zone are all there."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ray18.handover.delivery import Delivery, Part
from ray18.handover.model import Incident
from ray18.handover.postmortems import read
from ray18.handover.restoration import Restoration, restoration

REAL = os.environ.get("RAY18_REAL", "")


def incident(rows: str, zone: str = "All times in UTC.", claim: str = "25 minutes") -> Incident:
    text = f"# Down\n\n## Timeline\n\n{zone}\n\n{rows}\n\n## Root cause\n\n- Old certificate\n\n## Action Items\n\n- Mend\n"
    text += f"\n## Stats\n\n- Time to recovery: {claim}\n"
    return read(Delivery("PM", (Part("PM/PM-1.md", text.encode()),))).contents.incidents[0]


def table(*rows: tuple[str, str]) -> str:
    return "| Time | Event |\n| --- | --- |\n" + "\n".join(f"| {time} | {event} |" for time, event in rows)


def times(*rows: tuple[str, str], zone: str = "All times in UTC.", claim: str = "25 minutes") -> Restoration:
    return restoration(incident(table(*rows), zone, claim))


def test_entries_have_their_moment_their_line_and_their_words() -> None:
    found = incident(table(("2021-01-05 11:25", "It *broke*"), ("2021-01-05 12:25", "Mended")), "All times in CET.")
    assert [(entry.at, entry.text, entry.line) for entry in found.timeline] == [
        (datetime(2021, 1, 5, 10, 25, tzinfo=UTC), "It broke", 9),
        (datetime(2021, 1, 5, 11, 25, tzinfo=UTC), "Mended", 10),
    ]
    assert found.causes == ("Old certificate",)


@pytest.mark.parametrize(
    ("stamp", "unclear"),
    [
        ("2022-05-?? HH:mm", "not a full day and time"),
        ("2022-05-25 HH:mm", "not a full day and time"),
        ("2022-08-03 12:26-12:??", "not a full day and time"),
        ("~2025-03-03 19:30", "not a full day and time"),
        ("12:30", "not a full day and time"),
        ("2021-12-10", "a day without a time"),
        ("2021-02-30 10:00", "there is no such day or time"),
        ("2021-02-20 25:00", "there is no such day or time"),
        ("2021-02-20 10:00 IST", "the zone IST is not known, or means several"),
    ],
)
def test_what_is_ambiguous_is_not_computed(stamp: str, unclear: str) -> None:
    entry = incident(table((stamp, "x"), ("2022-05-26 10:00", "y"))).timeline[0]
    assert (entry.at, entry.stamp, entry.unclear) == (None, stamp, unclear)


def test_a_time_without_a_zone_is_not_computed() -> None:
    found = times(("2021-06-22 08:21", "a"), ("2021-06-22 08:46", "b"), zone="We were asleep.")
    assert found.recomputed is None
    assert found.basis == "the first time, '2021-06-22 08:21' on line 9: no time zone is given"


def test_an_entry_may_have_its_own_zone() -> None:
    found = times(("2021-06-22T08:21:00+02:00", "a"), ("2021-06-22 06:46 UTC", "b"), zone="No zone for all.")
    assert found.recomputed == 25


def test_the_hour_that_the_clocks_repeat_is_not_computed() -> None:
    entry = incident(table(("2026-10-25 02:30", "x")), "All times are in Europe/Oslo.").timeline[0]
    assert (entry.at, entry.unclear) == (None, "the clocks were put forward or back at this time")


def test_a_list_is_a_timeline_too() -> None:
    found = incident("- 2021-06-22 08:21 - it broke\n- 2021-06-22 08:46 – mended\n- afterwards we slept")
    assert [(entry.text, bool(entry.at)) for entry in found.timeline] == [("it broke", True), ("mended", True)]


def test_claim_and_timeline_stand_side_by_side() -> None:
    found = times(("2021-06-22 08:21", "a"), ("2021-06-22 08:26", "b"), ("2021-06-22 08:51", "c"))
    assert (found.claimed, found.recomputed, found.difference) == (25, 30, -5)
    assert found.fits == "lines 10 to 11"
    assert found.basis == "line 9 to 11, the last entry"


def test_the_entry_that_calls_itself_the_recovery_ends_the_span() -> None:
    rows = [("2021-06-22 08:21", "a"), ("2021-06-22 08:46", "Back (resolved)"), ("2021-06-22 09:30", "Talk")]
    assert times(*rows).recomputed == 25
    rows[1] = ("2021-06-22 08:46", "**Recovery:** back")
    assert times(*rows).basis == "line 9 to 10, the entry marked as recovery"


def test_an_ambiguous_entry_in_between_does_no_harm() -> None:
    assert times(("2021-06-22 08:21", "a"), ("2021-06-22 08:??", "b"), ("2021-06-22 08:46", "c")).recomputed == 25


def test_entries_out_of_order_are_not_computed() -> None:
    found = times(("2021-06-22 08:21", "a"), ("2021-06-22 09:46", "b"), ("2021-06-22 08:46", "c"))
    assert (found.recomputed, found.basis) == (None, "the entries are out of order")


@pytest.mark.parametrize("claim", ["N/A", "15.26", ""])
def test_a_claim_that_is_no_duration_has_no_difference(claim: str) -> None:
    found = times(("2021-06-22 08:21", "a"), ("2021-06-22 08:46", "b"), claim=claim)
    assert (found.claimed, found.difference, found.recomputed) == (None, None, 25)


@pytest.mark.skipif(not REAL, reason="RAY18_REAL names no folder with a real hand-over")
def test_the_real_reports_are_computed_where_they_allow_it() -> None:
    root = Path(REAL) / "handover"
    files = {str(path.relative_to(root)): path.read_bytes() for path in root.glob("INCIDENT-POSTMORTEMS/*")}
    delivery = Delivery("INCIDENT-POSTMORTEMS", tuple(Part(path, files[path]) for path in sorted(files)))
    found = {entry.id: restoration(entry) for entry in read(delivery).contents.incidents}
    assert (len(found), sum(entry.recomputed is not None for entry in found.values())) == (27, 24)
    assert (found["PM2022-007"].claimed, found["PM2022-007"].recomputed) == (282, 282)
    assert (found["PM2025-001"].claimed, found["PM2025-001"].recomputed) == (5840, 5812)
    assert (found["PM2021-006"].claimed, found["PM2021-006"].fits) == (5, "lines 16 to 18")
    assert found["PM2022-006"].recomputed is None

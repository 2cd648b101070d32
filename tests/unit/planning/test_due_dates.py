"""Due dates follow their sources row by row; what is not known is taken at its worst; the KEV catalog caps them."""

import csv
import os
from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Severity
from ray18.documents.document import made
from ray18.documents.settings import DaysBySeverity, Prioritization
from ray18.errors import BlockedError
from ray18.planning.due_dates import binding, due, read_profiles, ruling

REAL = os.environ.get("RAY18_REAL")
KNOWN = date(2026, 3, 1)
DAYS = DaysBySeverity()
PROFILES = read_profiles()
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
YES_NO = {"yes": True, "no": False}


def item(**fields: object) -> BacklogItem:
    return made(
        BacklogItem,
        {
            "id": "SEC-1",
            "title": "Path confusion",
            "source": {"kind": "security-risk"},
            "maintenance_type": "corrective",
            "created": KNOWN,
            **fields,
        },
    )


def vulnerability(kev: bool, **ssvc: object) -> BacklogItem:
    entry = {"kev": {"date_added": KNOWN}} if kev else {}
    return item(security={"cve": ["CVE-2024-38475"], **entry, "ssvc": ssvc})


@pytest.mark.skipif(not REAL, reason="RAY18_REAL names no folder with real input")
def test_all_sixteen_rows_of_bod_26_04_are_those_of_its_decision_table() -> None:
    with (Path(str(REAL)) / "ssvc" / "cisa_bod_26_04.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    for row in rows:
        number, kev, exposed, automatable, impact, action = row.values()
        judged = vulnerability(
            YES_NO[kev],
            publicly_exposed=YES_NO[exposed],
            automatable=YES_NO[automatable],
            technical_impact=impact,
        )
        found = ruling(judged, PROFILES["cisa-bod-26-04"], DAYS)
        assert found is not None
        assert (found.row.id, found.row.action, found.unknown) == (f"row {number}", action, ())
        days = int(action.split()[0]) if action[0].isdigit() else None
        assert found.days == days
        assert found.due == (KNOWN + timedelta(days=days) if days else None)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_each_profile_answers_every_case_exactly_once(profile) -> None:  # type: ignore[no-untyped-def]
    names = {name for row in profile.rows for name in row.when.conditions}
    values = {"severity": SEVERITIES, "technical_impact": ("partial", "total")}
    cases = [
        dict(zip(sorted(names), case, strict=True))
        for case in product(*(values.get(n, (True, False)) for n in sorted(names)))
    ]
    for case in cases:
        assert [row.when.conditions for row in profile.rows].count(case) == 1
    assert len(cases) == len(profile.rows)


@pytest.mark.parametrize(("severity", "days"), [("Critical", 30), ("High", 30), ("Medium", 90), ("Low", 180)])
def test_fedramp_allows_30_90_and_180_days(severity: str, days: int) -> None:
    found = ruling(item(severity=severity), PROFILES["fedramp"], DAYS)
    assert found is not None and found.due == KNOWN + timedelta(days=days)


def test_profiles_are_silent_about_what_is_not_theirs() -> None:
    debt = item(source={"kind": "technical-debt"}, severity="High")
    spoken = {name for name, profile in PROFILES.items() if ruling(debt, profile, DAYS)}
    assert spoken == {"severity"}
    weakness = item(severity="High", security={"cwe": ["CWE-308"]})
    assert {name for name, profile in PROFILES.items() if ruling(weakness, profile, DAYS)} == {"severity", "fedramp"}


@given(st.lists(st.integers(1, 3660), min_size=4, max_size=4), st.sampled_from(["severity", "fedramp"]))
def test_a_worse_severity_is_never_due_later(days: list[int], name: str) -> None:
    team = DaysBySeverity(**dict(zip(SEVERITIES, sorted(days), strict=True)))
    dues = [due(item(severity=severity), [PROFILES[name]], team).day for severity in SEVERITIES]
    for worse, better in pairwise(dues):
        assert worse is not None and better is not None and worse <= better
    assert due(item(), [PROFILES[name]], team).day == dues[0], "not rated counts as Critical"


@given(st.integers(-400, 400), st.sampled_from(SEVERITIES), st.booleans())
def test_nothing_is_due_after_the_day_of_the_kev_catalog(offset: int, severity: str, dated: bool) -> None:
    cap = KNOWN + timedelta(days=offset)
    judged = item(severity=severity, created=KNOWN if dated else None, security={"kev": {"due_date": cap}})
    found = due(judged, PROFILES.values(), DAYS)
    assert found.kev_cap == cap
    assert found.day is not None and found.day <= cap
    assert found.by_profile is None or found.day <= found.by_profile


FACTS = ("publicly_exposed", "automatable")


@given(st.booleans(), st.fixed_dictionaries({}, optional={name: st.booleans() for name in FACTS}))
def test_knowing_less_never_allows_more_time(kev: bool, known: dict[str, bool]) -> None:
    profile = PROFILES["cisa-bod-26-04"]

    def allowed(**facts: object) -> float:
        found = ruling(vulnerability(kev, **facts), profile, DAYS)
        assert found is not None
        return found.days or float("inf")

    whole = [
        allowed(**{**dict(zip(FACTS, case, strict=True)), **known}, technical_impact=impact)
        for case in product((True, False), repeat=2)
        for impact in ("partial", "total")
    ]
    assert allowed(**known) == min(whole)


def test_what_is_not_known_is_named() -> None:
    found = ruling(vulnerability(False, publicly_exposed=True), PROFILES["cisa-bod-26-04"], DAYS)
    assert (
        str(found) == "cisa-bod-26-04, row 14: 3 days; not known, so taken at its worst: automatable, technical_impact"
    )


def test_the_strictest_of_several_profiles_counts_and_is_cited() -> None:
    both = binding(Prioritization(profiles=("severity", "fedramp")))
    found = due(item(severity="High"), both, DAYS)
    assert str(found.ruling) == "fedramp, High: 30 days"
    assert found.day == KNOWN + timedelta(days=30)


def test_a_profile_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BlockedError, match="no such profile"):
        binding(Prioritization(profiles=("severty",)))

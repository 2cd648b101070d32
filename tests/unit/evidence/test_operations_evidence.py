"""The evidence about operations: same records, same bytes; nothing to derive it from, no file; values stay inert."""

import csv
import io
import json
import os
import time
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ray18.commands.place import open_judge
from ray18.gates import Judge

AS_OF = date(2026, 6, 1)
WRITERS = ("baseline_analysis", "coverage_plan", "automation_candidates", "lessons_input")
SERVICES = """\
services:
  - {id: shop, name: Web shop, owner: sam, tier: 1, slos: [{name: availability, target_percent: 99.9}], depends_on: [db]}
  - {id: db, name: Database, owner: sam, tier: 2, runbook: https://run.example/db}
"""
GOVERNANCE = """\
alerts:
  - {id: shop-errors, title: Errors, service: shop, severity: High, objective: availability, receiver: sam}
"""
BASELINE = """\
# Baseline

Last reviewed: 2026-05-01

## Alerts

### Database

| Alert | Severity | Expression | For |
|---|---|---|---|
| Slow | warning | `x > 1` | 5m |
| Cold cache | info | `y > 1` | |

### Others

| Alert | Severity | Expression | For |
|---|---|---|---|
| Web shop down | critical | `up == 0` | 1m |
| Shopping is slow | warning | `z > 1` | 1m |
"""
REPORT = """\
# Web shop down [click](https://evil.example) | <b>now</b>

## Timeline

All times in UTC.

| Time | Event |
|---|---|
| 2026-01-01 10:00 | Down |
| 2026-01-01 {end} | Up |

## Contributing Factors

- The certificate of the shop ran out

## Action Items

- Watch certificates

## Stats

- Category: Web
- Time to recovery: 25 minutes
"""


def tickets(weeks: int = 30) -> str:
    rows = io.StringIO()
    table = csv.writer(rows, lineterminator="\n")
    table.writerow(["opened_at", "category", "severity", "handling_minutes"])
    for day in range(7 * weeks):
        opened = date(2025, 11, 3) + timedelta(days=day)
        table.writerow([opened, ("login", "general")[day % 2], ("high", "low")[day % 3 > 0], 30])
    return rows.getvalue()


@pytest.fixture
def filled(program: Any) -> Any:
    program.write("services.yaml", SERVICES)
    program.write("governance.yaml", GOVERNANCE)
    program.write("handover/OBSERVABILITY-BASELINE.md", BASELINE)
    for name, end in (("INC-1", "10:25"), ("INC-2", "11:00"), ("INC-3", "11:??")):
        program.write(f"handover/INCIDENT-POSTMORTEMS/{name}.md", REPORT.format(end=end))
    program.write("handover/ticket-history.csv", tickets())
    program.commit()
    return program


def judge_of(program: Any) -> Judge:
    return open_judge(program.repository, as_of=AS_OF)


def written(program: Any, name: str) -> str:
    content: bytes | None = import_module(f"ray18.evidence.{name}").written(judge_of(program))
    assert content is not None
    return content.decode()


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_records_give_the_same_bytes(filled: Any, name: str) -> None:
    assert written(filled, name) == written(filled, name)


@pytest.mark.parametrize("name", WRITERS[:2])
def test_without_a_hand_over_there_is_nothing_to_derive_it_from(program: Any, name: str) -> None:
    assert import_module(f"ray18.evidence.{name}").written(judge_of(program)) is None


def test_the_analysis_sets_claims_against_timelines(filled: Any) -> None:
    text = written(filled, "baseline_analysis")
    assert "| INC-1 | 25 min | 25 min | none | line 9 to 10, the last entry |" in text
    assert "| INC-2 | 25 min | 1 h | -35 min | line 9 to 10, the last entry |" in text
    assert "| INC-3 | 25 min | not computable | – |" in text


def test_alerts_are_matched_by_whole_words_only(filled: Any) -> None:
    """`Database` is a heading; `Web shop down` names the service; `Shopping` is not the word `shop`."""
    text = written(filled, "baseline_analysis")
    assert "| shop | 1 | 1 | 1 | none |" in text
    assert "| db | 2 | 2 | none | no objective |" in text
    assert "1 rule matched no service." in text
    assert "- shop-errors (shop, High)" in text
    assert "- shop: 1 rule of the baseline, and the service has no runbook" in text


def test_repeat_causes_and_risk_areas_name_their_reasons(filled: Any) -> None:
    text = written(filled, "baseline_analysis")
    assert "| cause | The certificate of the shop ran out | INC-1, INC-2, INC-3 |" in text
    assert "| 1 | shop | 1 | 8 | named in 3 post-mortems (6); no runbook (2) |" in text


@pytest.mark.parametrize("name", ("baseline_analysis", "lessons_input"))
def test_a_value_cannot_become_a_link_or_markup(filled: Any, name: str) -> None:
    text = written(filled, name)
    assert "](http" not in text
    assert "<b>" not in text


def test_an_outdated_baseline_is_called_so(filled: Any) -> None:
    filled.write("handover/OBSERVABILITY-BASELINE.md", BASELINE.replace("2026-05-01", "2025-05-01"))
    assert "396 days ago: outdated, since at most 180 are allowed." in written(filled, "baseline_analysis")


def test_the_coverage_plan_names_the_shortfall(filled: Any) -> None:
    filled.write(
        "plan.yaml",
        "title: P\nrevision: 1\nperiod: {start: 2026-01-01, end: 2026-12-31}\nrevisit_date: 2026-07-01\ncoverage:\n"
        "  sites: [{name: Bergen, time_zone: Europe/Oslo, people: 5}]\n  rotation: {members: [sam, dev]}\n",
    )
    planned = json.loads(written(filled, "coverage_plan"))["coverage"]["planned"]
    assert planned["share_of_time_on_call"] == 1.0
    assert [entry["text"] for entry in planned["shortfalls"]] == [
        "Bergen needs 3 more people in UTC+2 for on-call: it has 5, one site needs 8",
        "2 take turns, the rule asks for 8: 6 missing",
    ]


def test_the_forecast_begins_with_the_week_of_the_day(filled: Any) -> None:
    made = json.loads(written(filled, "coverage_plan"))
    assert (made["history"]["weeks"], made["history"]["last_week"]) == (30, "2026-05-25")
    total = made["forecast"]["total"]
    weekly, daily = total["weekly"]["steps"], total["daily"]["steps"]
    assert (weekly[0]["starts"], len(weekly)) == ("2026-06-01", 12)
    assert weekly[0]["mean"] == pytest.approx(7, abs=0.1)
    assert (daily[0]["starts"], len(daily)) == ("2026-06-01", 28)
    assert total["weekly"]["backtest"]["scores"]["pooled"]["coverage_95"] == 1.0
    assert [series["name"] for series in made["forecast"]["by_category"]] == ["general", "login"]


def test_queues_are_staffed_by_hour_and_the_shortfall_is_told_to_the_site(filled: Any) -> None:
    filled.write(
        "plan.yaml",
        "title: P\nrevision: 1\nperiod: {start: 2026-01-01, end: 2026-12-31}\nrevisit_date: 2026-07-01\ncoverage:\n"
        "  sites: [{name: Bergen, time_zone: Europe/Oslo, people: 5}]\n"
        "  support_hours: [{id: office, time_zone: Europe/Oslo, days: [Mon, Tue], starts_at: '08:00', ends_at: '12:00'}]\n"
        "  queues: [{id: login, categories: [login], support_hours: office}]\n"
        "  shifts: [{id: early, site: Bergen, days: [Mon], starts_at: '08:00', ends_at: '12:00', people: 9}]\n",
    )
    staffing = json.loads(written(filled, "coverage_plan"))["coverage"]["staffing"]
    (queue,) = staffing["queues"]
    assert (queue["handling_minutes"], queue["model"], staffing["time_zone"]) == (30, "erlang-c", "Europe/Oslo")
    assert [day for day, heads in queue["heads"].items() if any(heads)] == ["Mon", "Tue"]
    assert [hour for hour, heads in enumerate(queue["heads"]["Mon"]) if heads] == [8, 9, 10, 11]
    (site,) = staffing["sites"]
    assert (site["utc_offset"], site["when"]) == ("UTC+2", ["Tue 08:00-12:00"])
    assert site["text"].startswith(f"Bergen needs {site['people_missing']} more p")
    assert not staffing["sufficient"]


def test_candidates_say_what_they_rest_on_and_what_was_passed_over(filled: Any) -> None:
    made = json.loads(written(filled, "automation_candidates"))
    first = made["candidates"][0]
    assert (first["kind"], first["title"], first["occurrences"]) == ("ticket-category", "login", 105)
    assert first["rests_on"][0] == "ticket-history.csv:2"
    assert first["expected_hours_saved_a_year"]["expected"] == pytest.approx(105 / 7 * 12 / 2)
    assert first["toil"]["grows_with_service"] is None
    assert made["passed_over"] == ["105 tickets have the category 'general', which does not tell what the work was"]


def test_the_lessons_fit_on_two_pages_and_hold_every_gate(filled: Any) -> None:
    text = written(filled, "lessons_input")
    assert len(text.splitlines()) < 100
    for gate in judge_of(filled).pack.gates:
        assert f"| {gate.number} | {gate.title} |" in text
    assert "0 of 1 open item have a commitment" in text
    assert "Time to restore: computed from 2 of 3 timelines, not of INC-3." in text


REAL = os.environ.get("RAY18_REAL", "")


@pytest.mark.skipif(not REAL, reason="RAY18_REAL names no folder with a real hand-over")
@pytest.mark.parametrize("name", WRITERS)
def test_the_real_hand_over_is_analysed_within_a_second(program: Any, name: str) -> None:
    root = Path(REAL) / "handover"
    for path in root.rglob("*"):
        if path.is_file():
            program.write(f"handover/{path.relative_to(root)}", path.read_bytes())
    judge = judge_of(program)
    assert judge.handover.incidents
    start = time.process_time()
    assert import_module(f"ray18.evidence.{name}").written(judge)
    assert time.process_time() - start < 1

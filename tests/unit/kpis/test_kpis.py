"""Key figures: what is open counts, what was moved is not kept, and each figure says what it leaves out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ray18.commands.place import open_judge
from ray18.documents.plan import Coverage, Period, Plan, Site, SlaCommitment
from ray18.documents.services import Objective, Service, Services, TimeWindow
from ray18.handover.model import Ticket, Unusable
from ray18.handover.observations import SloObservation, read_observations
from ray18.kpis.budgets import bad_share, budget, window_start
from ray18.kpis.model import KpiOutput
from ray18.kpis.report import kpi_report
from ray18.kpis.tickets import TicketFigures
from ray18.stories import Stories, read_stories, rising

DAY = date(2026, 3, 31)


def ticket(day: int, hours: float | None, **said: Any) -> Ticket:
    opened = datetime(2026, 3, day, 9, tzinfo=UTC)
    resolved = None if hours is None else opened + timedelta(hours=hours)
    return Ticket(opened.date(), "", said.pop("severity", ""), 2, opened=opened, resolved=resolved, **said)


def plan(**said: Any) -> Plan:
    whole = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
    return Plan(title="P", revision=1, period=whole, revisit_date=date(2026, 9, 1), **said)


def test_open_tickets_count_in_the_median_and_the_difference_is_explained() -> None:
    """Four were done in an hour, six are open for weeks: the mean over what is done says one hour."""
    tickets = [ticket(1, 1.0) for _ in range(4)] + [ticket(1, None) for _ in range(6)] + [ticket(31, 12.0)]
    made = TicketFigures(tickets, DAY, None, None).resolved()
    assert (made.value, made.times[0].naive_mean, made.times[0].open) == (None, 3.2, 6)
    assert (
        "it leaves out 6 of 11 that are not done, half of which have lasted for more than 732.0 hours" in made.differs
    )
    assert made.reads == "not half are done yet; 5 done, 6 open"


def test_what_was_resolved_after_the_day_is_open_on_it() -> None:
    made = TicketFigures(
        [ticket(1, 1.0), ticket(2, 24.0 * 20), ticket(9, 1.0)], date(2026, 3, 10), None, None
    ).resolved()
    assert (made.times[0].ended, made.times[0].open) == (2, 1)


def test_a_history_without_times_says_so_and_shows_no_figure() -> None:
    made = TicketFigures([ticket(1, None)], DAY, None, None).resolved()
    assert (made.value, made.reads) == (None, "the ticket history has no time in `resolved_at`")


def test_promises_are_kept_missed_or_not_decided_yet() -> None:
    sla = SlaCommitment(
        service="shop", metric="time-to-restore", target_minutes=120, severity="Critical", responsible="x", what="y"
    )
    shop = {"service": "shop", "severity": "critical"}
    tickets = [ticket(1, 1.0, **shop), ticket(1, 3.0, **shop), ticket(31, None, **shop), ticket(1, 9.0, service="db")]
    made = TicketFigures(tickets, DAY, plan(sla_commitments=(sla,)), None).attainment()
    assert (made.value, made.reads) == (50.0, "1 kept, 1 missed, 1 not decided yet")
    assert [(figure.name, figure.value) for figure in made.figures] == [
        ("shop time-to-restore Critical within 120 minutes", 50.0)
    ]


def test_toil_is_the_share_of_the_hours_that_people_have() -> None:
    tickets = [ticket(day, 1.0, minutes=60.0) for day in range(1, 31)]
    coverage = Coverage(sites=(Site(name="A", time_zone="UTC", people=1),), hours_a_week=10, shrinkage_percent=50)
    made = TicketFigures(tickets, DAY, plan(coverage=coverage), None).toil()
    assert made.value == pytest.approx(100 * (30 / 12) / 5)


def observed(good: float, total: float, day: int) -> SloObservation:
    return SloObservation("shop", "availability", date(2026, 3, day), good, total)


def test_the_budget_is_spent_by_what_was_bad_in_the_window() -> None:
    slo = Objective(name="availability", target_percent=99.0, time_window=TimeWindow(duration="30d"))
    services = Services(services=(Service(id="shop", name="Shop", slos=(slo,)),))
    rows = [observed(0, 1000, 1), *(observed(999, 1000, day) for day in range(2, 31)), observed(900, 1000, 31)]
    made = budget(services, [*rows, SloObservation("shop", "latency", DAY, 1, 1)], DAY)
    found = {figure.name: figure.value for figure in made.figures}
    assert found["shop availability: spent"] == pytest.approx(100 * (29 + 100) / 30_000 / 0.01, abs=0.01)
    assert found["shop availability: burn rate of 1 day"] == 10.0
    assert made.notes == ["no objective of the catalog is called shop latency"]


@pytest.mark.parametrize(
    ("method", "share"), [("Occurrences", 10 / 110), ("Timeslices", 0.5), ("RatioTimeslices", 0.5)]
)
def test_each_budgeting_method_counts_its_own_way(method: Any, share: float) -> None:
    slo = Objective(name="a", target_percent=90.0, budgeting_method=method)
    assert bad_share(slo, [observed(100, 100, 1), observed(0, 10, 2), observed(0, 0, 3)]) == pytest.approx(share)
    assert bad_share(slo, [observed(0, 0, 3)]) is None


@pytest.mark.parametrize(
    ("duration", "rolling", "first"),
    [("30d", True, "2026-03-02"), ("1M", False, "2026-03-01"), ("1Q", False, "2026-01-01"), ("1Y", False, "2026-01-01"),
     ("1w", False, "2026-03-30"), ("2w", True, "2026-03-18"), ("12h", True, "2026-03-31")],
)  # fmt: skip
def test_windows_roll_or_follow_the_calendar(duration: str, rolling: bool, first: str) -> None:
    assert window_start(TimeWindow(duration=duration, is_rolling=rolling), DAY) == date.fromisoformat(first)


def test_rows_that_cannot_be_used_are_named_and_a_strange_file_is_refused() -> None:
    content = b"service,objective,day,good,total\nshop,a,2026-03-01,9,10\nshop,a,soon,9,10\nshop,a,2026-03-02,11,10\nshop,a,2026-03-03,x,1\n"
    rows, remarks = read_observations("o.csv", content)
    assert rows == (SloObservation("shop", "a", date(2026, 3, 1), 9.0, 10.0),)
    assert [remark.line for remark in remarks if remark.stands_for] == [3, 4, 5]
    with pytest.raises(Unusable):
        read_observations("o.csv", b"\0")


ITEM = """\
id: MB-{number}
title: Item {number}
source:
  kind: other
maintenance_type: preventive
severity: High
priority: P1
{more}
"""


def told(program: Any, as_of: date = DAY) -> tuple[Stories, dict[str, KpiOutput]]:
    judge = open_judge(program.repository, as_of=as_of, cached=False)
    stories = read_stories(program.repository, judge.head, judge.program.rules.settings, as_of)
    return stories, {kpi.id: kpi for kpi in kpi_report(judge, stories, ()).kpis}


@pytest.fixture
def lived(program: Any) -> Any:
    """Two items over two months: one is put off twice, closed and opened again; one is done on time, and moved to a folder."""

    def step(day: str, **items: str) -> None:
        for number, more in items.items():
            program.write(f"backlog/MB-{number[1:]}.yaml", ITEM.format(number=number[1:], more=more))
        program.git("add", "-A")
        program.git("commit", "-q", "-m", "x", GIT_COMMITTER_DATE=f"{day}T12:00:00Z")

    program.git("rm", "-q", "backlog/MB-1.yaml")
    program.git("commit", "-q", "--amend", "-m", "start", GIT_COMMITTER_DATE="2026-01-01T12:00:00Z")
    step("2026-01-02", _2="due: 2026-02-01", _3="created: 2026-01-01\ndue: 2026-03-01\nowner: sam")
    step("2026-01-12", _2="due: 2026-02-11\nowner: sam")
    step("2026-01-22", _2="due: 2026-02-21\nowner: sam", _3="created: 2026-01-01\ndue: 2026-03-01\nowner: dev")
    step("2026-02-15", _2="due: 2026-02-21\nowner: sam\nstatus: done\nclosed: 2026-02-15\nresolution: done")
    step(
        "2026-02-16",
        _3="created: 2026-01-01\ndue: 2026-03-01\nowner: dev\nstatus: done\nclosed: 2026-02-16\nresolution: done",
    )
    step("2026-03-01", _2="due: 2026-02-21\nowner: sam\nstatus: in-progress")
    return program


def test_history_is_read_in_one_pass_and_every_version_is_there(lived: Any) -> None:
    stories, _ = told(lived)
    assert {story.id: len(story.versions) for story in stories.items} == {"MB-2": 5, "MB-3": 3}
    assert (stories.steps, stories.unreadable) == (7, 0)
    assert stories.changed["priorities"].date() == date(2026, 3, 1)


def test_a_clock_that_was_wrong_once_moves_no_other_step(lived: Any) -> None:
    lived.git("commit", "-q", "--allow-empty", "-m", "ahead", GIT_COMMITTER_DATE="2037-01-01T00:00:00Z")
    lived.git("commit", "-q", "--allow-empty", "-m", "behind", GIT_COMMITTER_DATE="1999-01-01T00:00:00Z")
    lived.write("backlog/MB-3.yaml", ITEM.format(number=3, more="created: 2026-01-01\nowner: dev"))
    lived.git("add", "-A")
    lived.git("commit", "-q", "-m", "again", GIT_COMMITTER_DATE="2026-03-20T00:00:00Z")
    stories, kpis = told(lived)
    assert stories.steps == 10
    assert stories.items[1].versions[-1].when.date() == date(2026, 3, 20)
    assert kpis["item-reopen-rate"].reads == "2 of 2 items that were closed are or were open again"


@pytest.mark.parametrize(("values", "places"), [((), ()), ((1, 2, 2, 9, 3), (0, 1, 2, 4)), ((5, 1, 2, 3), (1, 2, 3))])
def test_the_times_that_fit_are_a_longest_part_that_never_falls(
    values: tuple[int, ...], places: tuple[int, ...]
) -> None:
    assert rising(values) == frozenset(places)


def test_items_are_measured_from_their_history(lived: Any) -> None:
    _, kpis = told(lived)
    assert kpis["item-time-to-resolve"].times[0].ended == 1
    assert kpis["item-time-to-resolve"].times[0].naive_mean == 46.0
    assert kpis["item-time-to-own"].times[0].naive_mean == 5.0
    assert kpis["due-date-attainment"].reads == "1 kept, 1 missed, 0 not decided yet"
    assert kpis["due-date-slips"].reads == "1 of 2 items were put off, 2 times in all"
    assert [figure.value for figure in kpis["due-date-slips"].figures] == [2.0, 10.0, 20.0]
    assert kpis["item-reopen-rate"].reads == "1 of 2 items that were closed are or were open again"
    assert kpis["overdue"].value == 1


def test_a_date_that_was_moved_is_not_kept_and_that_is_said(lived: Any) -> None:
    _, kpis = told(lived, date(2026, 2, 20))
    assert kpis["due-date-attainment"].value == 50.0
    assert kpis["due-date-attainment"].differs.startswith("1 more were done by a later date than the first")
    assert kpis["item-reopen-rate"].value == 0


def test_history_counts_as_known_on_the_day(lived: Any) -> None:
    stories, kpis = told(lived, date(2026, 1, 15))
    assert {story.id: len(story.versions) for story in stories.items} == {"MB-2": 2, "MB-3": 1}
    assert kpis["due-date-slips"].reads == "1 of 2 items were put off, 1 times in all"


def test_decisions_are_timed_from_the_last_change_of_meaning_and_open_seats_count(program: Any) -> None:
    program.git("commit", "-q", "--amend", "-m", "start", GIT_COMMITTER_DATE="2026-03-01T00:00:00Z")
    program.write(
        "backlog/MB-1.yaml", ITEM.format(number=1, more="owner: sam").replace("severity: High", "severity: Low")
    )
    program.git("add", "-A")
    program.git("commit", "-q", "-m", "change", GIT_COMMITTER_DATE="2026-03-05T00:00:00Z")
    program.approve("priorities", "pia", "product-owner")
    program.git("add", "-A")
    program.git("commit", "-q", "-m", "approve", GIT_COMMITTER_DATE="2026-03-08T00:00:00Z")
    _, kpis = told(program)
    rows = {row.group: row for row in kpis["approval-latency"].times}
    assert (rows["product-owner"].median, rows["product-owner"].ended) == (3.0, 1)
    program.write("backlog/MB-1.yaml", ITEM.format(number=1, more="owner: sam"))
    program.git("add", "-A")
    program.git("commit", "-q", "-m", "change", GIT_COMMITTER_DATE="2026-03-29T00:00:00Z")
    _, kpis = told(program)
    rows = {row.group: row for row in kpis["approval-latency"].times}
    assert (rows["product-owner"].ended, rows["product-owner"].open) == (1, 1), "it waits again"


def test_the_command_writes_text_json_and_markdown(lived: Any, ray18: Any) -> None:
    ran = ray18("kpi", "--as-of", "2026-03-31", folder=lived.root)
    assert ran.status == 0, ran.err
    assert "Due dates moved to later" in ran.out
    page = ray18("kpi", "--as-of", "2026-03-31", "--format", "markdown", folder=lived.root)
    assert page.out.startswith("# Key figures of Test program\n")
    assert (
        page.out == ray18("kpi", "--as-of", "2026-03-31", "--format", "markdown", "--no-cache", folder=lived.root).out
    )
    lived.write("o.csv", "service,objective,day,good,total\nshop,a,soon,1,2\n")
    refused = ray18("kpi", "--observations", lived.root / "o.csv", folder=lived.root)
    assert (refused.status, "o.csv:2: the day 'soon'" in refused.err) == (3, True)

"""A coverage plan as a support lead reads it at the terminal: what to expect, who is needed when, who is missing."""

from collections.abc import Iterator, Sequence

from ray18.evidence.coverage_plan import CoveragePlan, GivenOutput, QueueOutput, StaffingOutput
from ray18.evidence.ticket_forecast import P10, P50, P90, RhythmOutput, SeriesOutput
from ray18.planning.hours import WEEKDAYS
from ray18.terminal import safe


def as_text(made: CoveragePlan) -> str:
    """The whole page."""
    lines = [*made.summary, "", *made.history.notes, "", *_steps("week", made.forecast.total.weekly)]
    if made.forecast.total.daily:
        lines += ["", *_steps("day", _first_week(made.forecast.total.daily))]
    groups = (
        ("severity", made.forecast.by_severity),
        ("category", made.forecast.by_category),
        ("service", made.forecast.by_service),
    )
    for title, series in groups:
        lines += ["", f"{title:24}  expected   10 %   90 %  evidence", *map(_row, series)] if series else []
    lines += _on_call(made)
    lines += _staffing(made.coverage.staffing) if made.coverage.staffing else []
    return "".join(f"{safe(line)}\n" for line in lines)


def _steps(what: str, rhythm: RhythmOutput) -> Iterator[str]:
    yield f"{what:15} expected   10 %   50 %   90 %"
    for step in rhythm.steps:
        low, middle, high = (step.quantiles[at] for at in (P10, P50, P90))
        day = f"{step.starts} {WEEKDAYS[step.starts.weekday()] if what == 'day' else ''}"
        yield f"{day:15} {step.mean:8.1f}  {low:5}  {middle:5}  {high:5}"


def _first_week(rhythm: RhythmOutput) -> RhythmOutput:
    return rhythm.model_copy(update={"steps": rhythm.steps[:7]})


def _row(series: SeriesOutput) -> str:
    week = series.weekly.steps[0]
    numbers = f"{week.mean:8.1f}  {week.quantiles[P10]:5}  {week.quantiles[P90]:5}"
    return f"{series.name:24}  {numbers}  {series.weekly.evidence}"


def _on_call(made: CoveragePlan) -> Iterator[str]:
    planned = made.coverage.planned
    if planned is None:
        return
    yield from ("", "on call with people  share of time  pages a week each")
    for fewer in made.coverage.required.with_fewer:
        rule = "" if fewer.within_rule else "  more than a quarter"
        yield f"{fewer.people:19}  {fewer.share_of_time_on_call:13.0%}  {fewer.pages_a_week_each:17.2f}{rule}"
    if planned.hours_nobody_is_awake:
        yield from ("", f"It is night at every site: {'; '.join(planned.hours_nobody_is_awake)}.")


def _staffing(staffing: StaffingOutput) -> Iterator[str]:
    for queue in staffing.queues:
        yield from _queue(queue, staffing)
    if any(any(day) for day in staffing.missing.values()):
        yield from ("", "people missing, by hour", *_table(staffing.missing))
    for site in staffing.sites:
        yield from ("", f"{site.site} ({site.utc_offset}) is short {'; '.join(site.when)}.")
    yield from ("", *staffing.assumptions)


def _queue(queue: QueueOutput, staffing: StaffingOutput) -> Iterator[str]:
    yield ""
    yield f"queue {queue.id}: {queue.promise}"
    yield f"people needed in the week of {staffing.week}, by hour ({staffing.time_zone})"
    yield from _table(queue.heads)
    yield f"{queue.busiest_hour}, people  in time  mean wait  give up   busy"
    yield from map(_given, queue.at_busiest_hour)


def _given(given: GivenOutput) -> str:
    wait = "for ever" if given.mean_wait_minutes is None else f"{given.mean_wait_minutes:.1f} min"
    shares = f"{given.gives_up_percent:6.1f}%  {given.busy_percent:4.0f}%"
    return f"{given.people:17}  {given.answered_in_time_percent:6.1f}%  {wait:>9}  {shares}"


def _table(values: dict[str, Sequence[int]] | dict[str, list[int]]) -> Iterator[str]:
    """One line for each weekday; a dot is nobody."""
    width = max(2, *(len(str(value)) for day in values.values() for value in day))
    yield "     " + " ".join(f"{hour:0{width}}" for hour in range(24))
    for day, row in values.items():
        yield f"{day}  " + " ".join(f"{value or '.':>{width}}" for value in row)

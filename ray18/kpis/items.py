"""Figures about the backlog from its history: owned, resolved, age, due dates kept and moved, reopened."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import get_args

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Severity
from ray18.kpis.model import FigureOutput, KpiOutput, Named
from ray18.kpis.times import kpi_of_times, nothing, one_number
from ray18.planning.survival import Observation
from ray18.stories import Story

_AGES = ((30, "up to 30 days"), (90, "31 to 90 days"), (180, "91 to 180 days"), (10**6, "over 180 days"))


def figures(stories: Sequence[Story], as_of: date) -> Iterator[KpiOutput]:
    """All of them."""
    told = [story for story in stories if story.states]
    yield _resolved(told, as_of)
    yield _owned(told, as_of)
    yield _ageing(told, as_of)
    yield _attained(told, as_of)
    yield _slipped(told)
    yield _reopened(told)


def _last(story: Story) -> BacklogItem:
    return story.states[-1][1]


def _opened(story: Story) -> date:
    """The day it was first known, else seen."""
    return _last(story).created or story.first_seen.date()


def _closed(story: Story) -> date | None:
    """The day it was done or given up; of an item that says no day, when it began to say so."""
    if _last(story).is_open:
        return None
    since = story.states[-1][0]
    for when, item in reversed(story.states):
        if item.is_open:
            break
        since = when
    return _last(story).closed or since.date()


def _span(story: Story, as_of: date) -> Observation:
    """Days from known to done; what was given up, or taken away, takes longer than that."""
    closed = _closed(story) or (as_of if story.now else story.versions[-1].when.date())
    done = _last(story).status == "done" and closed <= as_of
    return Observation(float(max(0, (min(closed, as_of) - _opened(story)).days)), done)


def _resolved(stories: Sequence[Story], as_of: date) -> KpiOutput:
    groups = {"all": [_span(story, as_of) for story in stories]}
    for severity in get_args(Severity):
        groups[severity] = [_span(story, as_of) for story in stories if _last(story).severity == severity]
    gone = sum(story.now is None for story in stories)
    given_up = sum(_last(story).status == "wont-do" for story in stories)
    notes = (
        [f"{given_up:,} were given up and {gone:,} taken away: they count as open until then"]
        if given_up + gone
        else []
    )
    return kpi_of_times(
        Named("item-time-to-resolve", "Time to resolve backlog items", "days"), groups, notes=notes,
        empty="no item of the backlog is in history",
    )  # fmt: skip


def _owned(stories: Sequence[Story], as_of: date) -> KpiOutput:
    spans = []
    for story in stories:
        first = next((when.date() for when, item in story.states if item.owner), None)
        end = story.versions[-1].when.date() if story.now is None else as_of
        spans.append(Observation(float(((first or end) - story.first_seen.date()).days), first is not None))
    return kpi_of_times(
        Named("item-time-to-own", "Time until an item has an owner", "days"), {"all": spans},
        empty="no item of the backlog is in history",
    )  # fmt: skip


def _ageing(stories: Sequence[Story], as_of: date) -> KpiOutput:
    named = Named("ageing", "Age of open items", "days")
    ages = [max(0, (as_of - _opened(story)).days) for story in stories if story.now and story.now.is_open]
    if not ages:
        return nothing(named, "no item is open")
    figures_, before = [], -1
    for most, label in _AGES:
        count = sum(before < age <= most for age in ages)
        figures_.append(FigureOutput(name=label, value=float(count), unit="count"))
        before = most
    figures_.append(FigureOutput(name="oldest", value=float(max(ages)), unit="days"))
    reads = f"half of {len(ages):,} open items are older than {median(ages):g} days, the oldest {max(ages):,}"
    return one_number(named, float(median(ages)), reads, len(ages), figures=figures_)


def _attained(stories: Sequence[Story], as_of: date) -> KpiOutput:
    """Due dates kept, by the due date that an item had first: a date that is moved is not kept."""
    named = Named("due-date-attainment", "Due dates kept", "percent")
    kept = missed = waiting = moved = 0
    for story in stories:
        dues = [item.due for _, item in story.states if item.due]
        if not dues or _last(story).status == "wont-do" or story.now is None:
            continue
        closed = _closed(story)
        kept += closed is not None and closed <= dues[0]
        missed += (closed or as_of) > dues[0]
        waiting += closed is None and as_of <= dues[0]
        moved += closed is not None and dues[0] < closed <= dues[-1]
    if not kept + missed + waiting:
        return nothing(named, "no item has a due date")
    share = 100 * kept / (kept + missed) if kept + missed else None
    differs = (
        f"{moved:,} more were done by a later date than the first: counted by the last date, they are kept"
        if moved
        else ""
    )
    reads = f"{kept:,} kept, {missed:,} missed, {waiting:,} not decided yet"
    return one_number(named, share, reads, kept + missed + waiting, differs=differs)


def _slipped(stories: Sequence[Story]) -> KpiOutput:
    named = Named("due-date-slips", "Due dates moved to later", "percent")
    dated = slipped = times = 0
    days = []
    for story in stories:
        dues = [item.due for _, item in story.states if item.due]
        dated += bool(dues)
        later = [(after - before).days for before, after in pairwise(dues) if after > before]
        slipped, times = slipped + bool(later), times + len(later)
        days += later
    if not dated:
        return nothing(named, "no item has a due date")
    figures_ = [FigureOutput(name="times a date was moved", value=float(times), unit="times")]
    if days:
        figures_.append(FigureOutput(name="median move", value=float(median(days)), unit="days"))
        figures_.append(FigureOutput(name="all moves together", value=float(sum(days)), unit="days"))
    reads = f"{slipped:,} of {dated:,} items were put off, {times:,} times in all"
    return one_number(named, 100 * slipped / dated, reads, dated, figures=figures_)


def _reopened(stories: Sequence[Story]) -> KpiOutput:
    named = Named("item-reopen-rate", "Reopened items", "percent")
    closed = again = 0
    for story in stories:
        states = [item.is_open for _, item in story.states]
        closed += not all(states)
        again += any(not before and after for before, after in pairwise(states))
    if not closed:
        return nothing(named, "no item was ever closed")
    reads = f"{again:,} of {closed:,} items that were closed are or were open again"
    return one_number(named, 100 * again / closed, reads, closed)


def overdue(stories: Sequence[Story], as_of: date) -> KpiOutput:
    """Open Critical and High items past their due date."""
    late = [
        story.now.due
        for story in stories
        if story.now and story.now.is_open and story.now.serious and story.now.due and story.now.due < as_of
    ]
    days = [(as_of - due) / timedelta(days=1) for due in late]
    reads = f"{len(late):,} open Critical and High items are past their due date"
    figures_ = [FigureOutput(name="longest", value=max(days), unit="days")] if days else []
    return one_number(
        Named("overdue", "Overdue serious items", "count"), float(len(late)), reads, len(late), figures=figures_
    )

"""What a key figure is, as it is printed and written as JSON."""

from datetime import date
from typing import Literal, NamedTuple

from ray18.documents.base import Output

Unit = Literal["minutes", "hours", "days", "percent", "count", "times"]


class Named(NamedTuple):
    """Which figure it is."""

    id: str
    name: str
    unit: Unit


class TimesOutput(Output):
    """How long the things of one group take."""

    group: str
    """`all`, a severity, a service or a role."""
    clock: Literal["calendar", "support-hours"]
    """Whether all time counts, or only that in which somebody answers."""
    ended: int
    """Things that are done."""
    open: int
    """Things that are not, or were given up: they take longer than so far."""
    median: float | None
    """Half are done within this (Kaplan-Meier); null = not known yet."""
    p90: float | None
    """Nine in ten are done within this (Kaplan-Meier); null = not known yet."""
    mean_so_far: float
    """The mean, each counted up to the longest time that anything was watched."""
    naive_mean: float | None
    """The mean over what is done, as most tools give it; null = nothing is."""
    naive_median: float | None
    """The median over what is done."""


class FigureOutput(Output):
    """One number beside the main one."""

    name: str
    """What it is."""
    value: float
    """How much."""
    unit: Unit
    """Of what."""


class KpiOutput(Output):
    """One key figure."""

    id: str
    """A short name; docs/kpi.md has its formula."""
    name: str
    """The name that people use."""
    value: float | None
    """The figure to quote; null = it cannot be told."""
    unit: Unit
    """Of the figure."""
    reads: str
    """The figure in words, or why there is none."""
    differs: str
    """Why the usual figure is another one; empty where it is not."""
    observations: int
    """What it rests on."""
    target: str | None
    """What the plan calls good, where it names this figure."""
    times: list[TimesOutput]
    """By group, for figures about how long something takes."""
    figures: list[FigureOutput]
    """Beside it."""
    notes: list[str]
    """What to know about it."""


class KpiReportOutput(Output):
    """The key figures of a program."""

    version: int
    """Of this form."""
    program: str
    """Its title."""
    as_of: date
    """The day they are for."""
    commit: str | None
    """The end of the history that was read."""
    steps: int
    """Steps of history that were read, in one pass."""
    since: date | None
    """The day of the first."""
    kpis: list[KpiOutput]
    """Each figure."""
    notes: list[str]
    """What to know about all of them."""

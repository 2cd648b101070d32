"""Figures about how long something takes, with what is not done yet counted in."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal

from ray18.kpis.model import FigureOutput, KpiOutput, Named, TimesOutput, Unit
from ray18.planning.survival import Observation, kaplan_meier

Clock = Literal["calendar", "support-hours"]


def times(group: str, observations: Sequence[Observation], clock: Clock = "calendar") -> TimesOutput:
    """One group, in the unit of its durations."""
    curve = kaplan_meier(observations)
    done = [each.duration for each in observations if each.ended]
    return TimesOutput(
        group=group,
        clock=clock,
        ended=curve.ended,
        open=curve.open,
        median=_rounded(curve.quantile(0.5)),
        p90=_rounded(curve.quantile(0.9)),
        mean_so_far=round(curve.mean_up_to(curve.longest), 2),
        naive_mean=_rounded(math.fsum(done) / len(done)) if done else None,
        naive_median=_rounded(median(done)) if done else None,
    )


def kpi_of_times(
    named: Named,
    groups: Mapping[str, Sequence[Observation]],
    by_support_hours: Sequence[Observation] = (),
    *,
    empty: str,
    notes: Sequence[str] = (),
) -> KpiOutput:
    """The figure of the group `all`, its median; `empty` says why there is none."""
    every = groups.get("all", ())
    if not every:
        return nothing(named, empty)
    rows = [times(group, own) for group, own in groups.items() if own]
    if by_support_hours:
        rows.insert(1, times("all", by_support_hours, "support-hours"))
    made = one_number(
        named, rows[0].median, _reads(rows[0], named.unit), len(every), notes=notes,
        differs=_differs(rows[0], every, named.unit),
    )  # fmt: skip
    return made.model_copy(update={"times": rows})


def nothing(named: Named, why: str) -> KpiOutput:
    """A figure that cannot be told."""
    return one_number(named, None, why, 0)


def one_number(  # noqa: PLR0913 (the parts of a figure)
    named: Named,
    value: float | None,
    reads: str,
    observations: int,
    *,
    figures: Sequence[FigureOutput] = (),
    notes: Sequence[str] = (),
    differs: str = "",
) -> KpiOutput:
    """A figure that is one number."""
    return KpiOutput(
        id=named.id,
        name=named.name,
        value=_rounded(value),
        unit=named.unit,
        reads=reads,
        differs=differs,
        observations=observations,
        target=None,
        times=[],
        figures=list(figures),
        notes=list(notes),
    )


def _reads(row: TimesOutput, unit: Unit) -> str:
    half = f"half are done within {row.median:,.1f} {unit}" if row.median is not None else "not half are done yet"
    most = f", nine in ten within {row.p90:,.1f}" if row.p90 is not None else ""
    return f"{half}{most}; {row.ended:,} done, {row.open:,} open"


def _differs(row: TimesOutput, every: Sequence[Observation], unit: Unit) -> str:
    """Why the mean over what is done is another figure."""
    if row.naive_mean is None:
        return f"nothing is done yet: a mean over what is done does not exist, though {row.open:,} have waited"
    skewed = f"the mean over what is done is {row.naive_mean:,.1f} {unit}"
    if not row.open:
        skew = row.median is not None and row.naive_mean > 1.1 * row.median
        return f"{skewed}: a few long ones pull it above the median" if skew else ""
    waiting = median(each.duration for each in every if not each.ended)
    return (
        f"{skewed}: it leaves out {row.open:,} of {len(every):,} that are not done, half of which have lasted for more "
        f"than {waiting:,.1f} {unit}"
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)

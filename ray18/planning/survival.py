"""How long things take when some are not done yet: the estimator of Kaplan and Meier (1958), with censoring.

A mean over what is done forgets what is still open, and so it is too small exactly while things go badly. Here an open thing
counts as "longer than so far".
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Observation(NamedTuple):
    """How long something took, or has taken so far."""

    duration: float
    ended: bool
    """False = it is open, or was given up: it takes longer than this."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The share that is not done after each duration."""

    steps: tuple[tuple[float, float], ...]
    """(duration, share still open from then on), durations rising; only where something ended."""
    ended: int
    open: int
    longest: float
    """The longest duration that anything was watched."""

    def open_after(self, duration: float) -> float:
        """The share that takes longer than this."""
        share = 1.0
        for at, left in self.steps:
            if at > duration:
                break
            share = left
        return share

    def quantile(self, share: float) -> float | None:
        """The duration within which this share is done; None when that is not known yet."""
        return next((at for at, left in self.steps if left <= 1 - share + 1e-12), None)

    def mean_up_to(self, limit: float) -> float:
        """The mean of the durations, each counted up to the limit: the area under the curve."""
        area, before, share = [], 0.0, 1.0
        for at, left in self.steps:
            if at > limit:
                break
            area.append((at - before) * share)
            before, share = at, left
        return math.fsum([*area, (limit - before) * share])


def kaplan_meier(observations: Iterable[Observation]) -> Curve:
    """The curve of these observations; what was open at the very moment when others ended was still at risk then."""
    every = list(observations)
    ended = Counter(each.duration for each in every if each.ended)
    left = Counter(each.duration for each in every)
    at_risk, share, steps = len(every), 1.0, []
    for duration in sorted(left):
        if ended[duration]:
            share *= 1 - ended[duration] / at_risk
            steps.append((duration, share))
        at_risk -= left[duration]
    return Curve(tuple(steps), ended.total(), len(every) - ended.total(), max(left, default=0.0))

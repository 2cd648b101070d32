"""Durations: as people write them, and the median of those that have not all ended yet."""

import re
from collections.abc import Sequence
from itertools import pairwise

_MINUTES = {"minute": 1.0, "min": 1.0, "hour": 60.0, "hr": 60.0, "h": 60.0, "day": 1440.0, "d": 1440.0}
_PART = r"(?P<{0}>[0-9]{{1,7}}(?:\.[0-9]{{1,3}})?)\s*(?P<{0}_unit>minutes?|mins?|hours?|hrs?|h|days?|d)"
_DURATION = re.compile(
    rf"{_PART.format('first')}(?:[\s,]+(?:and\s+)?{_PART.format('second')})?(?:[\s,]+(?:and\s+)?{_PART.format('third')})?"
    r"\s*\.?(?:\s*\[\^?[0-9]+\])?",
    re.IGNORECASE | re.ASCII,
)


def minutes(text: str) -> float | None:
    """The minutes that a text as `4 hours 42 minutes` stands for; None where number or unit is not plain.

    A footnote's mark and a full stop may follow. A number alone (`15.26`) has no unit and is no duration.
    """
    match = _DURATION.fullmatch(text.strip())
    if not match:
        return None
    parts = [(match[name], match[f"{name}_unit"]) for name in ("first", "second", "third") if match[name]]
    units = [_MINUTES[unit.casefold().removesuffix("s")] for _, unit in parts]
    if any(later >= earlier for earlier, later in pairwise(units)):
        return None
    return sum(float(number) * unit for (number, _), unit in zip(parts, units, strict=True))


def shown(amount: float) -> str:
    """Minutes as people read them: `42 min`, `4 h 42 min`, `4 d 1 h`."""
    whole = round(abs(amount))
    sign = "-" if amount < 0 and whole else ""
    days, rest = divmod(whole, 1440)
    hours, left = divmod(rest, 60)
    parts = [f"{value} {unit}" for value, unit in ((days, "d"), (hours, "h"), (left, "min")) if value]
    return f"{sign}{' '.join(parts[:2]) or '0 min'}"


def survival_quantile(spans: Sequence[tuple[float, bool]], share: float) -> float | None:
    """The span within which `share` of the cases end, by Kaplan and Meier (1958); `(span, ended)` for each case.

    Cases still open count for as long as they have been watched. None = more than the rest was still open at the end.
    Leaving them out instead, as a plain mean over closed cases does, makes the figure too good.
    """
    alive = 1.0
    for moment in sorted({span for span, ended in spans if ended}):
        at_risk = sum(span >= moment for span, _ in spans)
        ends = sum(ended and span == moment for span, ended in spans)
        alive *= 1 - ends / at_risk
        if 1 - alive >= share - 1e-12:
            return moment
    return None

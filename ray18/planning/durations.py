"""Durations: as people read them, and the median of those that have not all ended yet."""

from collections.abc import Sequence


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

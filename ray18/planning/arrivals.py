"""At which hours of the week tickets come: shares that add up to one, from the times at which they were opened.

Few tickets say little about 168 hours. So the share of each hour is drawn towards the share of its weekday times that of its
hour of the day, with the weight of one ticket for each hour of the week.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from ray18.planning.hours import HOURS

Shares = tuple[float, ...]
"""Of the 168 hours of a week, from Monday 00:00."""


def evenly() -> Shares:
    """Nothing is known."""
    return (1 / HOURS,) * HOURS


def shares(places: Iterable[int]) -> Shares:
    """The shares, from the hour of the week (0 to 167) of every ticket."""
    seen = Counter(places)
    total = seen.total()
    days = Counter({day: sum(seen[day * 24 + hour] for hour in range(24)) for day in range(7)})
    hours = Counter({hour: sum(seen[day * 24 + hour] for day in range(7)) for hour in range(24)})
    result = []
    for at in range(HOURS):
        day, hour = divmod(at, 24)
        usual = (days[day] + 1) / (total + 7) * (hours[hour] + 1) / (total + 24)
        result.append((seen[at] + HOURS * usual) / (total + HOURS))
    return tuple(result)


def deferred(arrivals: Sequence[float], opened: Sequence[bool], hours: int) -> tuple[float, ...]:
    """Arrivals by hour in which they are worked on: what comes at closed hours is spread over the first open hours after it.

    The week is taken as a circle. Raises ValueError where no hour is open.
    """
    if not any(opened):
        raise ValueError("no hour of the week is open")
    result = [count if is_open else 0.0 for count, is_open in zip(arrivals, opened, strict=True)]
    start = next(at for at in range(HOURS) if opened[at])
    kept = 0.0
    for step in range(HOURS):
        at = (start + step) % HOURS
        if not opened[at]:
            kept += arrivals[at]
        if not opened[at] and opened[(at + 1) % HOURS]:
            first = _open_run(opened, (at + 1) % HOURS, hours)
            for place in first:
                result[place] += kept / len(first)
            kept = 0.0
    return tuple(result)


def _open_run(opened: Sequence[bool], start: int, most: int) -> list[int]:
    run = []
    for step in range(max(1, most)):
        at = (start + step) % HOURS
        if not opened[at]:
            break
        run.append(at)
    return run


def busiest_half(given: Shares) -> float:
    """The greatest share of a week's tickets that falls into the same twelve hours of every day; even = a half."""
    by_hour = [math.fsum(given[hour::24]) for hour in range(24)]
    return max(math.fsum(by_hour[(start + step) % 24] for step in range(12)) for start in range(24))

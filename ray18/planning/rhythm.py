"""How often is counted, by week or by day, and what a forecast makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Column = list[float]
"""One value for each number of counts known: index 0 = nothing known yet."""
Said = Callable[[int], Column]
"""What was said for the count at a distance ahead (from 1)."""
Calendar = Callable[[int], int]
"""The class (weekday, holiday …) of a count by its place, from 0, also of those to come."""


@dataclass(frozen=True)
class Rhythm:
    """How often is counted, and what follows from it."""

    name: Literal["weekly", "daily"]
    season: int
    """Counts in a season: 52 weeks, 7 days."""
    a_year: int
    """Counts in a year of whole weeks."""
    smoothing: tuple[float, ...]
    memories: tuple[float, ...]
    """What is left of an error's weight one count later, for each pool."""
    scored_ahead: tuple[int, ...]
    """Distances at which the members are weighted; the middle one judges the pools."""
    spread_ahead: tuple[int, ...]
    """Distances at which the spread is measured; between them it is that of the next."""
    horizon: int
    first_origin: int
    origins: int
    step: int
    """Of the backtest: origins, and counts between them."""
    few: int
    """Counts below which the evidence is low: 20 weeks."""
    year_told: int
    """Counts from which on last year's are in the pool."""
    around: int
    """Neighbours on each side that last year's count is averaged with."""

    def tells_season(self, known: int) -> bool:
        """Whether enough is known for what comes back with the season."""
        return known >= 2 * self.season + self.first_origin


WEEKLY = Rhythm(
    name="weekly",
    season=52,
    a_year=52,
    smoothing=(0.03, 0.08, 0.2, 0.45),
    memories=(0.96, 1.0),
    scored_ahead=(1, 4, 12),
    spread_ahead=(1, 2, 4, 8, 12, 26, 52, 104),
    horizon=12,
    first_origin=8,
    origins=13,
    step=4,
    few=20,
    year_told=112,
    around=2,
)
DAILY = Rhythm(
    name="daily",
    season=7,
    a_year=364,
    smoothing=(0.01, 0.03, 0.1, 0.3),
    memories=(0.99, 1.0),
    scored_ahead=(1, 7, 28),
    spread_ahead=(1, 3, 7, 14, 28, 91, 182, 364),
    horizon=28,
    first_origin=28,
    origins=6,
    step=28,
    few=140,
    year_told=420,
    around=3,
)

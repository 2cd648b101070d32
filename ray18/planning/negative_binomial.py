"""Counts around an expected count: the negative binomial by its mean and its spread (variance over mean).

Spread 1 is Poisson's distribution. The chances are summed in order, so that a quantile is the least count that reaches its
share; where the counts are so large that this would be long, the gamma distribution of the same mean and variance stands
in, with the cube-root approximation of Wilson and Hilferty (1931).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from statistics import NormalDist

LARGE = 100.0
"""Standard deviation above which a count is taken for a continuous quantity."""
_NEARLY_ONE = 1 + 1e-9
_NORMAL = NormalDist()


def quantiles(mean: float, spread: float, shares: Sequence[float]) -> tuple[int, ...]:
    """The least counts that reach each of the shares, which must rise."""
    if mean * spread > LARGE * LARGE:
        return tuple(_large(mean, spread, share) for share in shares)
    found: list[int] = []
    below, count = 0.0, 0
    for count, chance in _chances(mean, spread):
        below += chance
        while len(found) < len(shares) and below >= shares[len(found)] - 1e-12:
            found.append(count)
        if len(found) == len(shares):
            break
    return (*found, *[count] * (len(shares) - len(found)))


def chance_above(mean: float, spread: float, limit: int) -> float:
    """The chance of a count above the limit."""
    if mean * spread > LARGE * LARGE:
        return _large_chance_above(mean, spread, limit)
    within = takewhile(lambda found: found[0] <= limit, _chances(mean, spread))
    return max(0.0, 1.0 - math.fsum(chance for _, chance in within))


def log_chance(count: int, mean: float, spread: float) -> float:
    """The logarithm of the chance of exactly this count."""
    if spread <= _NEARLY_ONE:
        return count * math.log(mean) - mean - math.lgamma(count + 1)
    size = mean / (spread - 1)
    ways = math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
    return ways - size * math.log(spread) + count * math.log(1 - 1 / spread)


def _chances(mean: float, spread: float) -> Iterator[tuple[int, float]]:
    """Counts and their chances, from 8 standard deviations below the mean to where nothing is left."""
    reach = 8 * math.sqrt(mean * spread)
    first = max(0, math.floor(mean - reach))
    last = math.ceil(mean + reach + 40 * spread)
    chance = math.exp(log_chance(first, mean, spread))
    step = _neighbour(mean, spread)
    yield first, chance
    for count in range(first + 1, last + 1):
        chance *= step(count)
        yield count, chance


def _neighbour(mean: float, spread: float) -> Callable[[int], float]:
    """The chance of a count over that of the count before it."""
    if spread <= _NEARLY_ONE:
        return lambda count: mean / count
    size, miss = mean / (spread - 1), 1 - 1 / spread
    return lambda count: miss * (count - 1 + size) / count


def _large(mean: float, spread: float, share: float) -> int:
    ninth = spread / (9 * mean)
    return max(0, math.ceil(mean * max(0.0, 1 - ninth + _NORMAL.inv_cdf(share) * math.sqrt(ninth)) ** 3 - 0.5))


def _large_chance_above(mean: float, spread: float, limit: int) -> float:
    ninth = spread / (9 * mean)
    return math.erfc((((limit + 0.5) / mean) ** (1 / 3) - 1 + ninth) / math.sqrt(2 * ninth)) / 2

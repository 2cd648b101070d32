"""Forecasts of real counts beside statsforecast's AutoETS, AutoTheta and AutoCES, in one run.

    RAY18_REAL=… python benchmarks/forecast.py            # the last 4 origins of every series
    RAY18_REAL=… python benchmarks/forecast.py --back 1   # the 4 origins before these

Rolling origin: 4 origins, 12 weeks (28 days) ahead each, none overlapping; quantiles 2.5, 10, 50, 90 and 97.5 %.
sWQL = 2 x pinball loss over the five quantiles, divided by the sum of what came: lower is better. c80 and c95 are the shares
of counts inside the central 80 and 95 %. The rivals' bounds are rounded outward to whole counts, which helps them. `prototype`
is the method that ours was measured against first. Without statsforecast (`pip install statsforecast`), it runs alone.
"""

import argparse
import csv
import math
import os
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ray18.planning.forecast import QUANTILES, _Series
from ray18.planning.negative_binomial import quantiles
from ray18.planning.rhythm import DAILY, WEEKLY

SHARES = (0.025, 0.1, 0.5, 0.9, 0.975)
ORIGINS = 4
Bounds = list[tuple[float, ...]]
Method = Callable[[list[int], int, bool], Bounds]


def ours(counts: list[int], horizon: int, daily: bool) -> Bounds:
    """The pooled forecast, whatever its own backtest would say of it."""
    calendar = (lambda at: at % 7) if daily else None
    series = _Series(tuple(counts), horizon, DAILY if daily else WEEKLY, calendar)
    keep = [QUANTILES.index(share) for share in SHARES]
    return [tuple(s.quantiles[at] for at in keep) for s in series.steps(series.blend, len(counts), horizon)]


def prototype(counts: list[int], horizon: int, daily: bool) -> Bounds:
    """Six levels, flat and with weekday factors, weighted by squared error; one dispersion per distance."""
    season, known = (7 if daily else 1), len(counts)
    members = [_level(counts, alpha, [1.0] * season) for alpha in (0.02, 0.05, 0.1, 0.2, 0.35, 0.6)]
    if daily:
        mean = max(sum(counts) / known, 0.1)
        factors = [(sum(day := counts[at::7]) + 4 * mean) / ((len(day) + 4) * mean) for at in range(7)]
        members += [_level(counts, alpha, factors) for alpha in (0.02, 0.05, 0.1, 0.2, 0.35, 0.6)]
        members.append(lambda origin, ahead: _weekday_mean(counts, origin, ahead))
    first = max(8, 2 * season)
    scored = [(o, k) for k in ((1, 7, 28) if daily else (1, 4, 12)) for o in range(first, known - k + 1)]
    errors = [sum((counts[o + k - 1] - member(o, k)) ** 2 for o, k in scored) / len(scored) for member in members]
    inverse = [1 / (error + 1e-6) ** 2 for error in errors]
    kept = [(value, m) for value, m in zip(inverse, members, strict=True) if value > 0.2 * max(inverse)]
    whole = sum(value for value, _ in kept)
    usual, widest, result = 4 * max(sum(counts) / known, 0.02), 1.0, []
    for ahead in range(1, horizon + 1):
        said = [sum(v * m(o, ahead) for v, m in kept) / whole for o in [*range(first, known - ahead + 1), known]]
        *past, now = [max(mean, 0.02) for mean in said]
        squares = sum((counts[first + at + ahead - 1] - mean) ** 2 for at, mean in enumerate(past))
        widest = max(widest, (squares + 2 * usual) / (sum(past) + usual))
        result.append(tuple(float(q) for q in quantiles(now, widest, SHARES)))
    return result


def _level(counts: list[int], alpha: float, factors: list[float]) -> Callable[[int, int], float]:
    levels, level, season = [0.0], 0.0, len(factors)
    for at, count in enumerate(counts):
        level += max(alpha, 1 / (at + 1)) * (count / factors[at % season] - level)
        levels.append(level)
    return lambda origin, ahead: levels[origin] * factors[(origin + ahead - 1) % season]


def _weekday_mean(counts: list[int], origin: int, ahead: int) -> float:
    last = origin + ahead - 1 - 7 * math.ceil(ahead / 7)
    same = counts[max(last % 7, last - 21) : last + 1 : 7]
    return sum(same) / len(same)


def rivals() -> dict[str, Method]:
    """statsforecast's models, where it is installed."""
    try:
        from statsforecast import models
    except ImportError:
        return {}
    return {name: _statsforecast(getattr(models, name)) for name in ("AutoETS", "AutoTheta", "AutoCES")}


def _statsforecast(model: Callable[..., object]) -> Method:
    import numpy

    def method(counts: list[int], horizon: int, daily: bool) -> Bounds:
        made = model(season_length=7 if daily else 1).forecast(numpy.array(counts, float), horizon, level=[80, 95])
        lows = [[max(0, math.floor(value)) for value in made[name]] for name in ("lo-95", "lo-80")]
        highs = [[max(0, math.ceil(value)) for value in made[name]] for name in ("hi-80", "hi-95")]
        return list(zip(*lows, [max(0.0, value) for value in made["mean"]], *highs, strict=True))

    return method


class Result(NamedTuple):
    """One method on one corpus."""

    swql: float
    c80: float
    c95: float
    milliseconds: float
    """CPU time of a fit with its forecast."""


def judged(method: Method, corpus: list[list[int]], daily: bool, back: int) -> Result:
    """Every series at every origin."""
    horizon = 28 if daily else 12
    loss = came = seconds = 0.0
    inside_80 = inside_95 = steps = fits = 0
    for counts in corpus:
        for step in range(ORIGINS * (back + 1), ORIGINS * back, -1):
            origin = len(counts) - step * horizon
            before = time.process_time()
            bounds = method(counts[:origin], horizon, daily)
            seconds += time.process_time() - before
            fits += 1
            for actual, row in zip(counts[origin : origin + horizon], bounds, strict=True):
                loss += sum(max(q * (actual - b), (q - 1) * (actual - b)) for q, b in zip(SHARES, row, strict=True))
                came += actual
                inside_80 += row[1] <= actual <= row[3]
                inside_95 += row[0] <= actual <= row[4]
                steps += 1
    return Result(2 * loss / len(SHARES) / came, inside_80 / steps, inside_95 / steps, 1000 * seconds / fits)


def corpora() -> dict[str, list[list[int]]]:
    """The series of each corpus, oldest count first."""
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    with (Path(os.environ["RAY18_REAL"]) / "counts/counts.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            series[row["corpus"], row["unique_id"]].append(int(row["y"]))
    result: dict[str, list[list[int]]] = defaultdict(list)
    for (corpus, _), counts in sorted(series.items()):
        result[corpus].append(counts)
    return result


def lines(back: int) -> Iterator[str]:
    """The table."""
    yield f"{'corpus':20} {'method':10} {'sWQL':>7} {'c80':>5} {'c95':>5} {'ms/fit':>7}"
    methods: dict[str, Method] = {"ray18": ours, "prototype": prototype, **rivals()}
    for corpus, series in corpora().items():
        for name, method in methods.items():
            found = judged(method, series, "daily" in corpus, back)
            yield f"{corpus:20} {name:10} {found.swql:7.4f} {found.c80:5.2f} {found.c95:5.2f} {found.milliseconds:7.1f}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--back", type=int, default=0, help="how many sets of origins before the last")
    for text in lines(parser.parse_args().back):
        print(text, flush=True)

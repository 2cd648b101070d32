"""What a forecast promises: the same figures for the same history, quantiles in order, and honesty about little evidence."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ray18.planning.forecast import QUANTILES, Backtest, Forecast, Score, _chosen
from ray18.planning.forecast import forecast as forecast_ahead
from ray18.planning.negative_binomial import chance_above, log_chance, quantiles
from ray18.planning.pool import Blend
from ray18.planning.rhythm import DAILY, WEEKLY, Rhythm


def forecast(counts: Sequence[int]) -> Forecast:
    return forecast_ahead(counts, WEEKLY.horizon)


def noisy(seed: int, weeks: int, mean: float) -> list[int]:
    chance = random.Random(seed)
    return [sum(chance.random() < mean / 40 for _ in range(40)) for _ in range(weeks)]


def test_quantiles_of_a_poisson_are_those_of_the_book() -> None:
    """Poisson(2): P(0)=.1353, P(<=1)=.4060, P(<=2)=.6767, P(<=3)=.8571, P(<=4)=.9473, P(<=5)=.9834."""
    assert quantiles(2.0, 1.0, QUANTILES) == (0, 0, 2, 3, 4, 5)


def test_quantiles_of_a_negative_binomial_computed_by_hand() -> None:
    """Mean 1 and variance 2 is geometric with p = 1/2: P(<=k) = 1 - 2^-(k+1)."""
    assert quantiles(1.0, 2.0, QUANTILES) == (0, 0, 0, 2, 3, 5)
    assert chance_above(1.0, 2.0, 3) == pytest.approx(1 / 16)


def test_large_counts_do_not_underflow() -> None:
    low, *_, high = quantiles(50_000.0, 1.2, QUANTILES)
    spread = 1.96 * math.sqrt(60_000)
    assert low == pytest.approx(50_000 - spread, abs=3)
    assert high == pytest.approx(50_000 + spread, abs=3)


@pytest.mark.parametrize("weeks", [1, 2, 5, 9, 19, 20, 60, 120])
def test_quantiles_never_cross_and_are_never_negative(weeks: int) -> None:
    for seed in range(4):
        for week in forecast(noisy(seed, weeks, 1 + 3 * seed)).steps:
            assert list(week.quantiles) == sorted(week.quantiles)
            assert week.quantiles[0] >= 0
            assert len(week.quantiles) == len(QUANTILES)


def test_the_same_history_gives_the_same_forecast() -> None:
    history = noisy(7, 130, 6)
    assert forecast(history) == forecast(tuple(history))


def test_further_ahead_is_never_surer() -> None:
    spreads = [week.spread for week in forecast(noisy(3, 80, 5)).steps]
    assert spreads == sorted(spreads)


def test_little_history_is_called_low_evidence_and_widened() -> None:
    short, longer = forecast([5, 5] * 8), forecast([5, 5] * 12)
    assert (short.evidence, longer.evidence) == ("low", "fair")
    assert short.steps[0].spread > longer.steps[0].spread
    assert WEEKLY.few == 20


COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=140)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(COUNTS, st.sampled_from([WEEKLY, DAILY]))
def test_whatever_the_history_quantiles_never_cross(counts: list[int], rhythm: Rhythm) -> None:
    made = forecast_ahead(counts, 9, rhythm, (lambda at: at % 7) if rhythm is DAILY else None)
    for step in made.steps:
        assert list(step.quantiles) == sorted(step.quantiles)
        assert step.quantiles[0] >= 0
        assert math.isfinite(step.mean)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([400, 700, 900, 1500, 2600]), min_size=30, max_size=80), st.integers(2, 50))
def test_a_forecast_scales_with_its_counts(counts: list[int], times: int) -> None:
    """Ten times the tickets, ten times the quantiles (where the spread is that of the series, not Poisson's floor)."""
    once = Blend(tuple(counts), WEEKLY, 4)
    often = Blend(tuple(count * times for count in counts), WEEKLY, 4)
    for ahead in (1, 4):
        (mean, variance), (great, greater) = (b.expected(len(counts), ahead) for b in (once, often))
        assume(variance > 2 * mean)
        assert great == pytest.approx(mean * times, rel=0.02)
        assert greater == pytest.approx(variance * times**2, rel=0.05)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 30), min_size=30, max_size=130), st.integers(1, 25))
def test_a_pool_never_looks_ahead(counts: list[int], later: int) -> None:
    """What it would have said with fewer weeks known is what it says when only these are there: the backtest is honest."""
    known = len(counts) - later
    whole, part = Blend(tuple(counts), WEEKLY, 4), Blend(tuple(counts[:known]), WEEKLY, 4)
    if {m.name for m in whole.members} == {m.name for m in part.members}:
        for ahead in (1, 3, 4):
            assert whole.expected(known, ahead) == pytest.approx(part.expected(known, ahead), rel=1e-3)


@pytest.mark.parametrize(("mean", "spread"), [(0.4, 1.0), (3.0, 1.0), (7.5, 2.5), (120.0, 9.0)])
def test_chances_add_up_to_one_and_agree_with_the_quantiles(mean: float, spread: float) -> None:
    chances = [math.exp(log_chance(count, mean, spread)) for count in range(2000)]
    assert math.fsum(chances) == pytest.approx(1)
    assert math.fsum(count * chance for count, chance in enumerate(chances)) == pytest.approx(mean)
    for share, quantile in zip(QUANTILES, quantiles(mean, spread, QUANTILES), strict=True):
        assert math.fsum(chances[: quantile + 1]) >= share - 1e-9
        assert math.fsum(chances[:quantile]) < share
    assert chance_above(mean, spread, 5) == pytest.approx(1 - math.fsum(chances[:6]))


def test_counts_too_large_to_add_up_continue_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    summed = quantiles(20_000.0, 7.0, QUANTILES)
    chance = chance_above(20_000.0, 7.0, 20_300)
    monkeypatch.setattr("ray18.planning.negative_binomial.LARGE", 1.0)
    assert quantiles(20_000.0, 7.0, QUANTILES) == pytest.approx(summed, abs=2)
    assert chance_above(20_000.0, 7.0, 20_300) == pytest.approx(chance, abs=2e-3)


def test_weekdays_and_holidays_are_forecast_as_such() -> None:
    """Weekends are quiet, and so was every holiday: the next one will be."""
    holidays = set(range(10, 400, 45)) | {401}
    usual = [0 if at % 7 > 4 else 1 if at in holidays else 20 for at in range(400)]
    made = forecast_ahead(usual, 14, DAILY, lambda at: 7 if at in holidays else at % 7)
    for at, step in enumerate(made.steps, 400):
        assert (step.mean > 12) == (at % 7 < 5 and at not in holidays), at


def test_a_week_with_holidays_is_forecast_as_one() -> None:
    usual = [5 if at % 10 == 9 else 30 for at in range(89)]
    made = forecast_ahead(usual, 4, WEEKLY, lambda at: int(at % 10 == 9))
    assert [step.mean > 20 for step in made.steps] == [False, True, True, True]


def judged(**losses: float) -> Backtest:
    scores = {name.replace("_", "-"): Score(1.0, loss, 0.8, 0.95) for name, loss in losses.items()}
    return Backtest((8,), 12, scores)  # type: ignore[arg-type]


def test_it_falls_back_to_the_simple_method_that_wins_and_says_so() -> None:
    method, reason = _chosen(judged(pooled=0.5, naive=0.4, seasonal_naive=0.3))
    assert method == "seasonal-naive"
    assert reason == "the pooled forecast did not beat seasonal-naive in the backtest: loss 0.500 against 0.300"


def test_a_tie_within_two_percent_keeps_the_pooled_forecast_and_says_so() -> None:
    method, reason = _chosen(judged(pooled=0.5, naive=0.495))
    assert (method, reason) == ("pooled", "a tie in the backtest, within 2%: loss 0.500 (naive 0.495)")


def test_what_comes_again_each_year_is_forecast() -> None:
    """Four years with the same busy weeks: the next has them too."""
    year = [40 if week % 13 == 0 else 2 for week in range(52)]
    made = forecast(year * 4)
    assert [week.mean > 20 for week in made.steps] == [count == 40 for count in year[:12]]


def test_a_steady_series_is_forecast_near_its_mean_and_beats_the_naive() -> None:
    made = forecast(noisy(11, 100, 8))
    assert made.method == "pooled"
    assert made.steps[0].mean == pytest.approx(8, abs=1)
    assert made.backtest is not None
    scores = made.backtest.scores
    assert (scores["pooled"].swql or 0) < (scores["naive"].swql or 0)
    assert 0.7 <= scores["pooled"].coverage_80 <= 1
    assert "seasonal-naive" not in scores, "a season needs two years"


def test_silence_is_forecast_as_nearly_silence() -> None:
    made = forecast([0] * 60)
    assert all(week.quantiles[2] == 0 for week in made.steps)
    assert made.reason == "no ticket came in the time of the backtest: nothing to choose by"


def test_no_week_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one whole week"):
        forecast([])

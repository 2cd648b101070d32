"""What a forecast promises: the same figures for the same history, quantiles in order, and honesty about little evidence."""

import math
import random
from datetime import date

import pytest

from ray18.planning.forecast import FEW_WEEKS, QUANTILES, Backtest, Score, _chosen, chance_above, forecast, quantiles
from ray18.planning.ticket_weeks import Event, weekly

MONDAY = date(2026, 1, 5)


def noisy(seed: int, weeks: int, mean: float) -> list[int]:
    chance = random.Random(seed)
    return [sum(chance.random() < mean / 40 for _ in range(40)) for _ in range(weeks)]


def test_quantiles_of_a_poisson_are_those_of_the_book() -> None:
    """Poisson(2): P(0)=.1353, P(<=1)=.4060, P(<=2)=.6767, P(<=3)=.8571, P(<=4)=.9473, P(<=5)=.9834."""
    assert quantiles(2.0, 1.0) == (0, 0, 2, 3, 4, 5)


def test_quantiles_of_a_negative_binomial_computed_by_hand() -> None:
    """Mean 1 and variance 2 is geometric with p = 1/2: P(<=k) = 1 - 2^-(k+1)."""
    assert quantiles(1.0, 2.0) == (0, 0, 0, 2, 3, 5)
    assert chance_above(1.0, 2.0, 3) == pytest.approx(1 / 16)


def test_large_counts_do_not_underflow() -> None:
    low, *_, high = quantiles(50_000.0, 1.2)
    spread = 1.96 * math.sqrt(60_000)
    assert low == pytest.approx(50_000 - spread, abs=3)
    assert high == pytest.approx(50_000 + spread, abs=3)


@pytest.mark.parametrize("weeks", [1, 2, 5, 9, 19, 20, 60, 120])
def test_quantiles_never_cross_and_are_never_negative(weeks: int) -> None:
    for seed in range(4):
        for week in forecast(noisy(seed, weeks, 1 + 3 * seed)).weeks:
            assert list(week.quantiles) == sorted(week.quantiles)
            assert week.quantiles[0] >= 0
            assert len(week.quantiles) == len(QUANTILES)


def test_the_same_history_gives_the_same_forecast() -> None:
    history = noisy(7, 130, 6)
    assert forecast(history) == forecast(tuple(history))


def test_further_ahead_is_never_surer() -> None:
    spreads = [week.spread for week in forecast(noisy(3, 80, 5)).weeks]
    assert spreads == sorted(spreads)


def test_little_history_is_called_low_evidence_and_widened() -> None:
    short, longer = forecast([5, 5] * 8), forecast([5, 5] * 12)
    assert (short.evidence, longer.evidence) == ("low", "fair")
    assert short.weeks[0].spread > longer.weeks[0].spread
    assert FEW_WEEKS == 20


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
    assert [week.mean > 20 for week in made.weeks] == [count == 40 for count in year[:12]]


def test_a_steady_series_is_forecast_near_its_mean_and_beats_the_naive() -> None:
    made = forecast(noisy(11, 100, 8))
    assert made.method == "pooled"
    assert made.weeks[0].mean == pytest.approx(8, abs=1)
    assert made.backtest is not None
    scores = made.backtest.scores
    assert (scores["pooled"].swql or 0) < (scores["naive"].swql or 0)
    assert 0.7 <= scores["pooled"].coverage_80 <= 1
    assert "seasonal-naive" not in scores, "a season needs two years"


def test_silence_is_forecast_as_nearly_silence() -> None:
    made = forecast([0] * 60)
    assert all(week.quantiles[2] == 0 for week in made.weeks)
    assert made.reason == "no ticket came in the weeks of the backtest: nothing to choose by"


def test_no_week_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one whole week"):
        forecast([])


def test_a_week_that_is_not_whole_is_dropped_and_named() -> None:
    events = [Event(date(2026, 1, day), "shop", "high") for day in (5, 6, 14, 20)]
    history = weekly(events, date(2026, 2, 1))
    assert history is not None
    assert (history.mondays, history.total) == ((MONDAY, date(2026, 1, 12)), (2, 1))
    assert "the week of 2026-01-19 is dropped: the history ends on 2026-01-20, before its Sunday" in history.notes
    assert "1 tickets of weeks that are not whole are left out" in history.notes


def test_a_week_without_a_ticket_counts_as_zero() -> None:
    history = weekly([Event(MONDAY, "", ""), Event(date(2026, 1, 25), "", "")], date(2026, 2, 1))
    assert history is not None
    assert history.total == (1, 0, 1)


def test_what_was_not_known_yet_on_the_day_is_left_out() -> None:
    events = [Event(MONDAY, "", ""), Event(date(2026, 1, 11), "", ""), Event(date(2026, 3, 1), "", "", 5)]
    history = weekly(events, date(2026, 1, 31))
    assert history is not None
    assert history.total == (2,)
    assert "5 tickets opened after 2026-01-31 are left out" in history.notes


def test_counts_by_week_lose_no_week() -> None:
    history = weekly([Event(MONDAY, "", "", 4), Event(date(2026, 1, 12), "", "", 6)], date(2026, 2, 1))
    assert history is not None
    assert history.total == (4, 6)


def test_tickets_page_by_severity_and_all_do_where_none_is_told() -> None:
    days = [MONDAY, date(2026, 1, 11)]
    told = weekly([Event(day, "", severity) for day in days for severity in ("high", "low", "P1")], date(2026, 2, 1))
    untold = weekly([Event(day, "", "") for day in days], date(2026, 2, 1))
    assert told is not None
    assert untold is not None
    assert told.paging() == ((4,), True)
    assert untold.paging() == ((2,), False)

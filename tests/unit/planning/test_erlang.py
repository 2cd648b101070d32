"""Queues: the figures of the published formulas, held against independent ways to compute them."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray18.planning.erlang import Promise, erlang_b, erlang_c, heads, impatient, patient, service

RATES = st.floats(0.05, 12)
TIMES = st.floats(0.5, 6)


def exact_c(load: Fraction, servers: int) -> Fraction:
    """Erlang's own formula in exact arithmetic: (A^n/n!)(n/(n-A)) over the sum."""
    last = load**servers / math.factorial(servers) * Fraction(servers) / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


def test_the_published_worked_example() -> None:
    """100 calls in half an hour of 3 minutes each, 14 agents, 80 % within 20 seconds."""
    given_by = patient(100 / 30, 3, 14, 20 / 60)
    assert given_by.waits == pytest.approx(0.1741, abs=5e-5)
    assert given_by.in_time == pytest.approx(0.8884, abs=5e-5)
    assert given_by.mean_wait * 60 == pytest.approx(7.84, abs=5e-3)
    assert heads(100 / 30, 3, Promise(0.8, 20 / 60, 1.0)) == 14


@pytest.mark.parametrize(("calls", "minutes", "servers"), [(1, 1, 2), (7, 3, 25), (12, 4, 55), (40, 5, 203), (3, 2, 7)])
def test_erlang_c_is_exact(calls: int, minutes: int, servers: int) -> None:
    load = Fraction(calls * minutes)
    assert erlang_c(float(load), servers) == pytest.approx(float(exact_c(load, servers)), abs=1e-12)
    blocked = load**servers / math.factorial(servers) / sum(load**k / math.factorial(k) for k in range(servers + 1))
    assert erlang_b(float(load), servers) == pytest.approx(float(blocked), abs=1e-12)


def chain(rate: float, handling: float, servers: int, patience: float) -> list[Fraction]:
    """Erlang A's states by exact arithmetic: births at one rate, deaths by work done and patience lost."""
    births, work, loss = Fraction(rate), 1 / Fraction(handling), 1 / Fraction(patience)
    states = [Fraction(1)]
    for number in range(1, servers + 400):
        deaths = min(number, servers) * work + max(0, number - servers) * loss
        states.append(Fraction(int(states[-1] * births / deaths * 2**200), 2**200))
    return [state / sum(states) for state in states]


def in_time_by_integration(
    states: list[float], rate: float, handling: float, servers: int, within: float, patience: float
) -> float:
    """An independent way to the share answered in time: the density of the wait of each state by Simpson's rule."""
    work, loss, steps = 1 / handling, 1 / patience, 2000
    total = math.fsum(states[:servers])
    for ahead in range(120):
        chance = states[servers + ahead]
        if chance < 1e-14:
            continue
        scale = loss * math.exp(
            math.lgamma(servers * work / loss + ahead + 1) - math.lgamma(servers * work / loss) - math.lgamma(ahead + 1)
        )
        width = within / steps
        values = [
            scale * math.exp(-(servers * work + loss) * at * width) * (-math.expm1(-loss * at * width)) ** ahead
            for at in range(steps + 1)
        ]
        inner = math.fsum([*(4 * value for value in values[1:-1:2]), *(2 * value for value in values[2:-1:2])])
        total += chance * width / 3 * (values[0] + inner + values[-1])
    return total


@pytest.mark.parametrize(
    ("rate", "handling", "servers", "within", "patience"),
    [(3.25, 3.0, 9, 0.5, 2.0), (0.5, 4.0, 2, 3.0, 10.0), (3.25, 3.0, 12, 1.0, 5.0), (2.0, 1.0, 1, 1.0, 1.5)],
)
def test_erlang_a_within_a_billionth_of_an_independent_way(
    rate: float, handling: float, servers: int, within: float, patience: float
) -> None:
    states = [float(state) for state in chain(rate, handling, servers, patience)]
    queue = math.fsum(number * chance for number, chance in enumerate(states[servers:]))
    found = impatient(rate, handling, servers, within, patience)
    assert found.waits == pytest.approx(math.fsum(states[servers:]), abs=1e-9)
    assert found.mean_wait == pytest.approx(queue / rate, abs=1e-9)
    assert found.gives_up == pytest.approx(queue / rate / patience, abs=1e-9)
    in_time = in_time_by_integration(states, rate, handling, servers, within, patience)
    assert found.in_time == pytest.approx(in_time, abs=1e-9)


def test_with_patience_as_long_as_the_work_the_states_are_poissons() -> None:
    """Then everybody leaves at the same rate, and the number present is that of a queue with endless servers."""
    load = 8.0
    tail = 1 - math.fsum(math.exp(-load) * load**k / math.factorial(k) for k in range(8))
    assert impatient(2.0, 4.0, 8, 1.0, 4.0).waits == pytest.approx(tail, abs=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(RATES, TIMES, st.floats(0.2, 5), st.one_of(st.none(), st.floats(0.5, 30)))
def test_more_people_never_break_a_promise(rate: float, handling: float, within: float, patience: float | None) -> None:
    promise = Promise(0.8, within, 0.9, patience)
    fewest = heads(rate, handling, promise)
    before = service(rate, handling, fewest - 1, promise) if fewest > 1 else None
    assert before is None or before.in_time < 0.8 or before.occupancy > 0.9
    better = [service(rate, handling, fewest + more, promise) for more in range(4)]
    assert all(each.in_time >= 0.8 - 1e-9 for each in better)
    assert [each.in_time for each in better] == sorted(each.in_time for each in better)
    assert [each.occupancy for each in better] == sorted((each.occupancy for each in better), reverse=True)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(RATES, TIMES, st.floats(0.2, 5), st.floats(0.5, 30))
def test_people_who_give_up_shorten_the_queue_for_the_others(
    rate: float, handling: float, within: float, patience: float
) -> None:
    servers = math.floor(rate * handling) + 1
    assert (
        impatient(rate, handling, servers, within, patience).waits
        <= patient(rate, handling, servers, within).waits + 1e-12
    )


def test_endless_patience_is_erlang_c() -> None:
    calm, endless = patient(3.0, 3.0, 11, 0.5), impatient(3.0, 3.0, 11, 0.5, 1e9)
    assert endless.in_time == pytest.approx(calm.in_time, abs=1e-7)
    assert endless.mean_wait == pytest.approx(calm.mean_wait, rel=1e-6)


def test_a_great_queue_is_counted_too() -> None:
    found = impatient(500.0, 6.0, 3000, 0.5, 3.0)
    assert 0 < found.gives_up < 0.05
    assert 0 < found.in_time < 1
    assert heads(500.0, 6.0, Promise(0.8, 0.5, 1.0)) > 3000


def test_too_few_are_told_so() -> None:
    assert patient(2.0, 3.0, 6, 1.0).in_time == 0.0
    assert math.isinf(patient(2.0, 3.0, 5, 1.0).mean_wait)
    with pytest.raises(ValueError, match="cannot do work of 6"):
        erlang_c(6.0, 6)

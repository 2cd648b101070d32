"""Queues of work with several people: how long one waits, and how many people a promise needs.

`load` is in erlangs: arrivals per unit of time x mean handling time. Times are in any one unit.

Erlang B and C: A. K. Erlang (1917); the recursion for B is the usual stable one, as in Cooper, Introduction to Queueing
Theory (1981). Erlang A (people give up after an exponential patience): C. Palm (1957); Mandelbaum and Zeltyn, "Service
engineering in action: the Palm/Erlang-A queue" (2007). Its state probabilities are summed directly.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

_NOTHING = 1e-18
"""A state that is this much rarer than the most common one no longer counts."""


@dataclass(frozen=True, slots=True)
class Service:
    """What people get from a queue."""

    waits: float
    """The chance of having to wait."""
    mean_wait: float
    """The mean wait of all."""
    in_time: float
    """The chance of being answered within the promised time."""
    gives_up: float
    """The share that gives up before it is answered."""
    occupancy: float
    """The share of the time that people are at work on something."""


UNSTABLE = Service(1.0, math.inf, 0.0, 0.0, 1.0)
"""More work comes than can be done: the queue grows for ever."""


def erlang_b(load: float, servers: int) -> float:
    """The chance that all are busy, where nobody waits."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """The chance of having to wait, where nobody gives up. Raises ValueError when the work never ends."""
    if servers <= load:
        raise ValueError(f"{servers} cannot do work of {load} erlangs")
    blocked = erlang_b(load, servers)
    return servers * blocked / (servers - load * (1 - blocked))


def patient(rate: float, handling: float, servers: int, within: float) -> Service:
    """The queue in which nobody gives up (M/M/n, Erlang C)."""
    load = rate * handling
    if load == 0:
        return Service(0.0, 0.0, 1.0, 0.0, 0.0)
    if servers <= load:
        return UNSTABLE
    waits = erlang_c(load, servers)
    spare = (servers - load) / handling
    return Service(waits, waits / spare, 1 - waits * math.exp(-spare * within), 0.0, load / servers)


def impatient(rate: float, handling: float, servers: int, within: float, patience: float) -> Service:
    """The queue in which people give up after `patience` in the mean (M/M/n+M, Erlang A)."""
    if rate == 0:
        return Service(0.0, 0.0, 1.0, 0.0, 0.0)
    working, waiting = _states(rate, handling, servers, patience)
    whole = math.fsum(working) + math.fsum(waiting)
    delayed = math.fsum([working[-1], *waiting]) / whole
    queue = math.fsum(number * chance for number, chance in enumerate(waiting, 1)) / whole
    busy = math.fsum([*(n * chance for n, chance in enumerate(working)), servers * math.fsum(waiting)]) / whole
    gives_up = queue / patience / rate
    answered = math.fsum(working[:-1]) / whole
    parts = zip([working[-1], *waiting], _in_time(len(waiting), servers, handling, within, patience), strict=True)
    in_time = answered + math.fsum(chance / whole * part for chance, part in parts)
    return Service(delayed, queue / rate, in_time, gives_up, busy / servers if servers else 1.0)


def _states(rate: float, handling: float, servers: int, patience: float) -> tuple[list[float], list[float]]:
    """Chances of 0 … n at work, then of 1, 2 … waiting, up to a common factor; from the most common state outward."""
    load = rate * handling
    top = min(servers, math.floor(load))
    below, chance = [1.0], 1.0
    for number in range(top, 0, -1):
        chance *= number / load
        below.append(chance)
    working, chance = below[::-1], 1.0
    for number in range(top + 1, servers + 1):
        chance *= load / number
        working.append(chance)
    waiting: list[float] = []
    chance, number, most = working[-1], 0, 1.0
    while chance > _NOTHING * most:
        number += 1
        chance *= rate / (servers / handling + number / patience)
        most = max(most, chance)
        waiting.append(chance)
    return working, waiting


def _in_time(most: int, servers: int, handling: float, within: float, patience: float) -> Iterator[float]:
    """For 0 … `most` people ahead in the queue: the chance of being answered in time, before one's own patience ends.

    The line moves on at the rates n/handling + k/patience, k = the people ahead, down to 0: in units of the patience, the wait
    is -ln B with B ~ Beta(c, k + 1), c = n x patience / handling. So the chance is E[B; B >= x], x = exp(-within / patience),
    which is c / (c + k + 1) x (1 - I_x(c + 1, k + 1)); the incomplete beta function of a whole number is a finite sum.
    """
    moves = servers * patience / handling
    beyond = -math.expm1(-within / patience)
    log_term, late = -(moves + 1) * within / patience, 0.0
    for ahead in range(most + 1):
        late += math.exp(log_term)
        yield moves / (moves + ahead + 1) * max(0.0, 1 - late)
        if beyond == 0:
            log_term = -math.inf
        else:
            log_term += math.log((moves + 1 + ahead) / (ahead + 1) * beyond)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a queue is staffed for."""

    share: float
    """The share that is answered in time, 0 to 1."""
    within: float
    """What in time means."""
    most_busy: float
    """The greatest share of the time that people may be at work on something, 0 to 1."""
    patience: float | None = None
    """After how long people give up in the mean; None = never."""


def service(rate: float, handling: float, servers: int, promise: Promise) -> Service:
    """What so many people give."""
    if promise.patience is None:
        return patient(rate, handling, servers, promise.within)
    return impatient(rate, handling, servers, promise.within, promise.patience)


def heads(rate: float, handling: float, promise: Promise) -> int:
    """The fewest people who keep the promise; more never break it."""

    def kept(servers: int) -> bool:
        given = service(rate, handling, servers, promise)
        return given.in_time >= promise.share - 1e-12 and given.occupancy <= promise.most_busy + 1e-12

    if rate == 0:
        return 0
    low, more = math.floor(rate * handling), 1
    if kept(low):
        low, more = 0, low
    while not kept(low + more):
        low, more = low + more, 2 * more
    high = low + more
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if kept(middle) else (middle, high)
    return high

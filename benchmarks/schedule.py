"""Schedules against their rivals: `python benchmarks/schedule.py`, with `pip install highspy`.

500 items into 26 release days, several skills, a freeze, some order, load 80 to 95 %. How far each way is above the bound of
the linear program (HiGHS), and the processor time it takes. Every plan is checked against every rule.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/unit/planning"))

from test_scheduling import real_size

from ray18.planning.scheduling.linear import linear_bound
from ray18.planning.scheduling.problem import Placement, Problem
from ray18.planning.scheduling.search import by_ratio, dispatched, search

WAYS: dict[str, Callable[[Problem], Placement]] = {
    "plain WSJF order": by_ratio,
    "look-ahead dispatch": partial(dispatched, ahead=1),
    "ray18, no extra": lambda problem: search(problem).placement,
    "ray18 --optimize": lambda problem: search(problem, bounding=linear_bound, steps=300_000).placement,
}


def main(seeds: range = range(1, 5)) -> None:
    """One table for each kind of instance."""
    for pools, carry_over in ((5, True), (5, False), (1, True), (1, False)):
        kind = "hours carry over" if carry_over else "each window has its own hours"
        print(f"\n{pools} skill{'s' * (pools > 1)}, {kind}: % above the LP bound, seeds {[*seeds]}")
        problems = [real_size(seed, pools=pools, carry_over=carry_over) for seed in seeds]
        bounds = [linear_bound(problem, problem.cost(by_ratio(problem))).cost for problem in problems]
        for name, way in WAYS.items():
            above, spent = [], []
            for problem, least in zip(problems, bounds, strict=True):
                start = time.process_time()
                plan = way(problem)
                spent.append(time.process_time() - start)
                if faults := list(problem.faults(plan)):
                    raise AssertionError(f"{name}: {faults[0]}")
                above.append(100 * (problem.cost(plan) / least - 1))
            figures = "  ".join(f"{share:6.2f}" for share in above)
            print(f"  {name:20}  {figures}   {max(spent):5.2f} s at most")
        core = [search(problem, steps=0).bound for problem in problems]
        missing = max(100 * (1 - own / least) for own, least in zip(core, bounds, strict=True))
        print(f"  the bound without the extra is at most {missing:.2f} % below that of the linear program")


if __name__ == "__main__":
    main()

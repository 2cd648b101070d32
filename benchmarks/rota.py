"""Rotas against CP-SAT: `python benchmarks/rota.py [SECONDS]`, with `pip install ortools`.

12 people, 26 weeks, primary and secondary, leave, rest, greatest share, juniors never alone, holidays, wishes: the same rules
and the same costs for both. Costs, the processor time of RAY-18, and what CP-SAT proves in SECONDS (default 30) on two workers.
"""

import sys
import time
from pathlib import Path

from ortools.sat.python import cp_model

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/unit/planning"))

from rotas import usual

from ray18.planning.rostering.problem import OPEN, OPEN_SEAT, WISH, Problem, Roster
from ray18.planning.rostering.search import filled, search


def cp_sat(problem: Problem, seconds: float) -> tuple[int, float, Roster]:  # noqa: C901 (one straight list)
    """The cost of the best rota that CP-SAT finds, the bound that it proves, and the rota."""
    model = cp_model.CpModel()
    people, size = range(len(problem.people)), problem.size
    has = {(seat, person): model.new_bool_var(f"{seat} {person}") for seat in range(size) for person in people}
    empty = [model.new_bool_var(f"open {seat}") for seat in range(size)]
    on = {}
    for turn in range(problem.turns):
        seats = [seat for seat in range(size) if problem.turn(seat) == turn]
        for person in people:
            on[turn, person] = sum(has[seat, person] for seat in seats)
            model.add(on[turn, person] <= (turn not in problem.people[person].away))
    for seat in range(size):
        model.add_exactly_one([*(has[seat, person] for person in people), empty[seat]])
    for start in range(0, size, problem.seats):
        seats = range(start, start + problem.seats)
        for seat in seats:
            for person in people:
                if problem.people[person].junior:
                    others = (has[o, q] for o in seats for q in people if not problem.people[q].junior)
                    model.add(has[seat, person] <= sum(others))
    for person in people:
        for turn in range(problem.turns):
            model.add(sum(on[t, person] for t in range(turn, min(problem.turns, turn + problem.rest + 1))) <= 1)
            model.add(sum(on[t, person] for t in range(turn, min(problem.turns, turn + problem.span))) <= problem.most)
    spreads = []
    for kind, fair in enumerate(problem.targets):
        low, high = (
            model.new_int_var(-(10**6), 10**6, f"low {kind}"),
            model.new_int_var(-(10**6), 10**6, f"high {kind}"),
        )
        for person in people:
            load = sum(problem.burdens[seat][kind] * has[seat, person] for seat in range(size)) - fair[person]
            model.add(low <= load)
            model.add(load <= high)
        spreads.append(high - low)
    wishes = sum(
        WISH * who.wishes.get(problem.turn(seat), 0) * has[seat, person]
        for person, who in enumerate(problem.people)
        for seat in range(size)
    )
    model.minimize(sum(spreads) + wishes + WISH * problem.wished + OPEN_SEAT * sum(empty))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    solver.solve(model)
    roster = tuple(
        next((person for person in people if solver.boolean_value(has[seat, person])), OPEN) for seat in range(size)
    )
    return round(solver.objective_value), solver.best_objective_bound, roster


def main(seconds: float = 30.0) -> None:
    """One line for each instance."""
    print("seed  greedy   ray18  seconds   CP-SAT   bound   ray18 against CP-SAT")
    for seed in range(1, 7):
        problem = usual(seed)
        start = time.process_time()
        roster = search(problem)
        spent = time.process_time() - start
        if faults := list(problem.faults(roster)):
            raise AssertionError(faults[0])
        own, rival = problem.cost(roster), cp_sat(problem, seconds)
        if problem.cost(rival[2]) != rival[0] or list(problem.faults(rival[2])):
            raise AssertionError("the two do not mean the same by a cost or a rule")
        greedy = problem.cost(filled(problem))
        print(
            f"{seed:4}  {greedy:6}  {own:6}  {spent:7.2f}  {rival[0]:7}  {rival[1]:6.0f}   {100 * (own / rival[0] - 1):+.1f} %"
        )


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))

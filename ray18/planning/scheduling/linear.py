"""The bound from a linear program: the only user of HiGHS, which the extra `optimize` installs.

Only its prices are taken. The bound is summed from them in whole numbers as always, so that no solver has to be believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ray18.errors import EnvironmentProblem
from ray18.planning.scheduling.bound import Bound, at_prices, bound, edges_of
from ray18.planning.scheduling.problem import Problem

_INFINITE = 1e30
_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""A job whose parts go live at different times is tried where each of these shares of it is live."""


@dataclass
class _Rows:
    """Constraints, row by row: `low <= sum of factor * variable <= high`."""

    starts: list[int] = field(default_factory=list)
    variables: list[int] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, terms: Sequence[tuple[int, float]], low: float, high: float) -> None:
        """One more row."""
        self.starts.append(len(self.variables))
        self.variables.extend(variable for variable, _ in terms)
        self.factors.extend(factor for _, factor in terms)
        self.low.append(low)
        self.high.append(high)


def linear_bound(problem: Problem, target: int) -> Bound:
    """The bound of the linear relaxation; its trail is that of `bound`, and then the plan that the relaxation suggests.

    Raises EnvironmentProblem when HiGHS is missing or finds no optimum.
    """
    size, pools, pairs = problem.windows, len(problem.capacity), len(edges_of(problem))
    if not problem.jobs or not size:
        return at_prices(problem, [[]] * pools, [[]] * pairs, ())
    live, duals = _solved(problem, _rows(problem))
    prices = [[max(0.0, -price) for price in chunk] for chunk in _chunks(duals[: (pools + pairs) * size], size)]
    by_job = _chunks(live, size)
    guesses = [tuple(_since(row, share) for row in by_job) for share in _SHARES]
    found, other = at_prices(problem, prices[:pools], prices[pools:], guesses), bound(problem, target)
    return Bound(max(found.cost, other.cost), (*other.trail, *found.trail))


def _chunks(row: Sequence[float], size: int) -> list[Sequence[float]]:
    return [row[start : start + size] for start in range(0, len(row), size)]


def _since(live: Sequence[float], share: float) -> int:
    """The first window from which on this share of a job is live."""
    return next((window for window, part in enumerate(live) if part >= share), len(live))


def _rows(problem: Problem) -> _Rows:
    """Hours by pool and window, order by pair and window, and that what is live stays live.

    Variable (job, window) says how much of the job is live from that window on, so that hours carried over, order and time
    are short rows.
    """
    size, rows = problem.windows, _Rows()
    takes: list[list[tuple[int, int]]] = [[] for _ in problem.capacity]
    for number, job in enumerate(problem.jobs):
        for pool, minutes in job.needs:
            takes[pool].append((number, minutes))
    for pool, limits in enumerate(problem.limits):
        for window, limit in enumerate(limits):
            terms = [(number * size + window, float(minutes)) for number, minutes in takes[pool]]
            if window and not problem.carry_over:
                terms += [(number * size + window - 1, -float(minutes)) for number, minutes in takes[pool]]
            rows.add(terms, -_INFINITE, limit)
    for before, number in edges_of(problem):
        for window in range(size):
            rows.add([(number * size + window, 1.0), (before * size + window, -1.0)], -_INFINITE, 0.0)
    for number in range(len(problem.jobs)):
        allowed = set(problem.choices(number))
        for window in range(1, size):
            terms = [(number * size + window, 1.0), (number * size + window - 1, -1.0)]
            rows.add(terms, 0.0, _INFINITE if window in allowed else 0.0)
    return rows


def _solved(problem: Problem, rows: _Rows) -> tuple[Sequence[float], Sequence[float]]:
    """The value of each variable and the price of each row, for the least cost."""
    try:
        import highspy
    except ImportError as error:
        raise EnvironmentProblem(
            "HiGHS is not installed", "pip install 'ray18[optimize]', or leave --optimize out"
        ) from error

    class Silent(highspy.Highs):
        """HiGHS 1.16 prints its name on the way into its callbacks, which nobody here needs."""

        def enableCallbacks(self) -> None:
            self.silent()

    size = problem.windows
    costs, low, high = [], [], []
    for number, job in enumerate(problem.jobs):
        choices = problem.choices(number)
        costs += [float(job.costs[window] - job.costs[window + 1]) for window in range(size)]
        low += [float(job.fixed is not None and job.fixed <= window) for window in range(size)]
        high += [float(choices[0] <= window) for window in range(size)]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(costs), len(rows.starts)
    model.col_cost_, model.col_lower_, model.col_upper_ = costs, low, high
    model.row_lower_, model.row_upper_ = rows.low, rows.high
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = [*rows.starts, len(rows.variables)]
    matrix.index_, matrix.value_ = rows.variables, rows.factors
    solver = Silent()
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise EnvironmentProblem(
            f"HiGHS found no optimum: {solver.modelStatusToString(solver.getModelStatus())}", "leave --optimize out"
        )
    solution = solver.getSolution()
    return list(solution.col_value), list(solution.row_dual)

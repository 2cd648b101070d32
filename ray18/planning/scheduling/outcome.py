"""A schedule as it was made: the problem, the plan, its bound, and what moved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from ray18.documents.schedule import Planned
from ray18.planning.scheduling.bound import bound
from ray18.planning.scheduling.demand import Demand, Records, demand
from ray18.planning.scheduling.problem import Placement
from ray18.planning.scheduling.reasons import Reasons
from ray18.planning.scheduling.replan import replanned
from ray18.planning.scheduling.search import STEPS, Bounding, by_ratio, search


@dataclass(frozen=True, slots=True)
class Move:
    """An item that is no longer where the plan in force had it."""

    item: str
    before: date | None
    """None = it was left out, or is new."""
    after: date | None
    """None = it is left out."""
    reason: str


@dataclass(frozen=True)
class Outcome:
    """A schedule."""

    demand: Demand
    placement: Placement
    bound: int
    kept: bool
    """Whether it was made by changing the plan in force as little as possible."""
    anew: Placement
    """The plan that would be made if none were in force."""
    reasons_to_move: dict[str, str]

    @property
    def cost(self) -> int:
        """What it costs, in points times days."""
        return self.demand.problem.cost(self.placement)

    @property
    def gap(self) -> float:
        """By how much at most it costs more than the best plan there is, as a share of the bound."""
        return (self.cost - self.bound) / self.bound if self.bound > 0 else 0.0

    @cached_property
    def by_ratio(self) -> int:
        """What a plan in plain WSJF order would cost."""
        return self.demand.problem.cost(by_ratio(self.demand.problem))

    @cached_property
    def reasons(self) -> Reasons:
        """Why each item is where it is."""
        return Reasons(self.demand, self.placement)

    def day(self, number: int) -> date | None:
        """The day of a task; None = left out."""
        window = self.placement[number]
        return self.demand.days[window].day if window < len(self.demand.days) else None

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """What is no longer where the plan in force had it, by item; what it did not have counts once there is one."""
        planned = {entry.item: entry.day for entry in self.demand.records.schedule.planned}
        if not planned:
            return ()
        found = []
        for number, task in enumerate(self.demand.tasks):
            name, after = task.item.id, self.day(number)
            before = planned.get(name)
            if before != after:
                found.append(Move(name, before, after, self._reason(name, before)))
        return tuple(found)

    def _reason(self, name: str, before: date | None) -> str:
        if before is None:
            return "was not in the plan"
        if before < self.demand.records.as_of:
            return f"was planned for {before} and is still open"
        shut = next((entry for entry in self.demand.shut if entry.day == before), None)
        if shut is not None:
            return f"{shut.window} does not open on {before}: {shut.reason}"
        if not self.kept:
            return "made anew"
        if before not in {entry.day for entry in self.demand.days}:
            return "its window is gone"
        return self.reasons_to_move.get(name, "makes room for others, who would lose more")

    def planned(self) -> tuple[Planned, ...]:
        """The plan as it is written down."""
        found = []
        for number, task in enumerate(self.demand.tasks):
            window = self.placement[number]
            if window < len(self.demand.days):
                entry = self.demand.days[window]
                opening = entry.window_for(task.item.service) or entry.windows[0]
                found.append(Planned(item=task.item.id, window=opening.id, day=entry.day))
        return tuple(sorted(found, key=lambda entry: (entry.day, entry.item)))


def schedule(records: Records, bounding: Bounding = bound, *, fresh: bool = False, steps: int = STEPS) -> Outcome:
    """A schedule: the plan in force with as few changes as possible, or, without one or when asked to, a new one.

    Raises ValueError when no window opens, a window's rule makes no sense, or items wait for one another in a circle.
    """
    made = demand(records)
    if not made.days:
        end = min(records.until, records.plan.period.end)
        raise ValueError(f"no release window opens from {records.as_of} to the end of the plan's period, {end}")
    plan = search(made.problem, bounding=bounding, steps=steps)
    if fresh or not records.schedule.planned:
        return Outcome(made, plan.placement, plan.bound, False, plan.placement, {})
    price = records.schedule.move_price * 7
    placement, evicted = replanned(made.problem, made.before, price, plan.placement)
    names = [task.item.id for task in made.tasks]
    reasons = {names[entry.job]: entry.reason for entry in evicted}
    cost = made.problem.cost(placement)
    return Outcome(made, placement, min(plan.bound, cost), True, plan.placement, reasons)


def in_force(records: Records, planned: Sequence[Planned]) -> Records:
    """The same records with this plan in force."""
    return replace(records, schedule=records.schedule.model_copy(update={"planned": tuple(planned)}))

"""Why an item is where it is: what keeps it from going live earlier, in the words of the records."""

from collections.abc import Sequence

from ray18.planning.scheduling.demand import Demand
from ray18.planning.scheduling.problem import Placement, Rows

_NAMED = 2


class Reasons:
    """The reasons of one plan."""

    def __init__(self, demand: Demand, placement: Placement) -> None:
        self.demand = demand
        self.problem = demand.problem
        self.placement = placement
        self.left: Rows = self.problem.room(placement)

    def why(self, number: int) -> str:
        """One sentence about one item."""
        task, window = self.demand.tasks[number], self.placement[number]
        if number in self.demand.settled:
            return self.demand.settled[number]
        if task.lacking:
            return task.lacking
        choices = [choice for choice in self.problem.choices(number) if choice < window]
        if not choices:
            return self._first(number)
        return self._waits(number, window) or self._crowded(number, window, choices)

    def _first(self, number: int) -> str:
        if self.placement[number] == self.problem.windows:
            return "no window is for its service"
        return "the first window that it may go into"

    def _waits(self, number: int, window: int) -> str:
        """That it stands where what it needs stands; empty when it could go earlier as far as that goes."""
        held = [b for b in self.problem.jobs[number].after if self.placement[b] == window]
        if not held:
            return ""
        names = " and ".join(self.problem.jobs[before].name for before in held[:_NAMED])
        return f"waits for {names}" + (", which is left out" if window == self.problem.windows else "")

    def _crowded(self, number: int, window: int, choices: Sequence[int]) -> str:
        """Whose hours are taken before, and what giving way would cost."""
        for pool, minutes in self.problem.jobs[number].needs:
            room = self._room(pool, choices, window)
            if room < minutes:
                text = f"{self.demand.pools[pool]} has {hours(room)} left before then, it takes {hours(minutes)}"
                rival = self._rival(number, pool, minutes - room, choices)
                return f"{text}; {rival}" if rival else text
        if window == self.problem.windows:
            return "there is room for it, but not beside what it would hold up"
        return f"{self.demand.days[choices[-1]].day} has room for it, but then others would lose more"

    def _room(self, pool: int, choices: Sequence[int], window: int) -> int:
        """The most minutes that are free in any earlier window it may use."""
        row = self.left[pool]
        if self.problem.carry_over:
            return max(min(row[choice:window]) for choice in choices)
        return max(row[choice] for choice in choices)

    def _rival(self, number: int, pool: int, short: int, choices: Sequence[int]) -> str:
        """The one before it that would lose least by changing places with it; empty when none makes enough room alone."""
        own, here = self.problem.jobs[number].costs, self.placement[number]
        found = []
        for other, job in enumerate(self.problem.jobs):
            there = self.placement[other]
            if there < here and there in choices and job.fixed is None and dict(job.needs).get(pool, 0) >= short:
                loss, gain = job.costs[here] - job.costs[there], own[here] - own[there]
                found.append((loss - gain, job.name, loss, gain))
        if not found or min(found)[0] < 0:
            return ""
        _, name, loss, gain = min(found)
        return f"waiting instead of it would cost {name} {points(loss)}, and bring it {points(gain)}"

    def days_late(self, number: int) -> int | None:
        """By how many days it misses its due date; negative = days to spare, None = no date, or not planned."""
        due, window = self.demand.tasks[number].due, self.placement[number]
        if due is None or window == self.problem.windows:
            return None
        return (self.demand.days[window].day - due).days


def hours(minutes: int) -> str:
    """Minutes as hours: `16 h`, `2.5 h`."""
    return f"{max(0, minutes) / 60:.1f}".rstrip("0").rstrip(".") + " h"


def points(cost: int) -> str:
    """A cost in points times weeks: `1,240`."""
    return f"{cost / 7:,.0f}"

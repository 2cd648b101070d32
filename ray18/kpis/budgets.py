"""Error budgets and burn rates, by the definitions of OpenSLO v1 and of Google's SRE workbook ("Alerting on SLOs").

budget = 1 - target. spent = share of bad / budget, over the objective's time window. burn rate = share of bad in the last days /
budget: 1 spends exactly the budget in the window.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from ray18.documents.services import Objective, Service, Services, TimeWindow
from ray18.handover.observations import SloObservation
from ray18.kpis.model import FigureOutput, KpiOutput, Named
from ray18.kpis.times import nothing, one_number

_DAYS = {"h": 1 / 24, "d": 1, "w": 7, "M": 30, "Q": 91, "Y": 365}
_BURN = (1, 3, 7)
"""Days over which burn rates are given."""


def budget(services: Services | None, observed: Sequence[SloObservation], as_of: date) -> KpiOutput:
    """The greatest share of an error budget that is spent, with every objective beside it."""
    named = Named("error-budget", "Error budget spent", "percent")
    by_objective: dict[tuple[str, str], list[SloObservation]] = {}
    for each in observed:
        if each.day <= as_of:
            by_objective.setdefault((each.service, each.objective), []).append(each)
    rows = [row for row in _rows(services, by_objective, as_of) if row]
    unknown = [" ".join(key) for key in by_objective if not _objective(services, key)]
    notes = [f"no objective of the catalog is called {key}" for key in sorted(unknown)]
    if not rows:
        return nothing(named, "there are no observations of an objective (--observations FILE)")
    figures = [figure for row in rows for figure in row]
    spent = [row[0] for row in rows]
    worst = max(spent, key=lambda figure: (figure.value, figure.name))
    over = sum(figure.value > 100 for figure in spent)
    reads = f"most is spent of {worst.name.removesuffix(': spent')}; {over:,} of {len(spent):,} budgets are overspent"
    return one_number(named, worst.value, reads, len(observed), figures=figures, notes=notes)


def _rows(
    services: Services | None, observed: Mapping[tuple[str, str], Sequence[SloObservation]], as_of: date
) -> Iterator[list[FigureOutput]]:
    for key in sorted(observed):
        found = _objective(services, key)
        if found:
            yield list(_figures(*found, observed[key], as_of))


def _objective(services: Services | None, key: tuple[str, str]) -> tuple[Service, Objective] | None:
    service = services.service(key[0]) if services else None
    objective = next((slo for slo in service.slos if slo.name == key[1]), None) if service else None
    return (service, objective) if service and objective else None


def _figures(
    service: Service, objective: Objective, observed: Sequence[SloObservation], as_of: date
) -> Iterator[FigureOutput]:
    allowed = 1 - objective.target_percent / 100
    name = f"{service.id} {objective.name}"
    first = window_start(objective.time_window, as_of)
    bad = bad_share(objective, [each for each in observed if each.day >= first])
    if bad is None or allowed <= 0:
        return
    yield FigureOutput(name=f"{name}: spent", value=round(100 * bad / allowed, 2), unit="percent")
    for days in _BURN:
        recent = bad_share(objective, [each for each in observed if each.day > as_of - timedelta(days=days)])
        if recent is not None:
            label = f"{name}: burn rate of {days} day{'s' * (days > 1)}"
            yield FigureOutput(name=label, value=round(recent / allowed, 2), unit="times")


def window_start(window: TimeWindow, as_of: date) -> date:
    """The first day of the window: so many days back, or the begin of the calendar's month, quarter, year or week."""
    unit, count = window.duration[-1], int(window.duration[:-1])
    if window.is_rolling or unit in "hd":
        return as_of - timedelta(days=max(1, round(count * _DAYS[unit])) - 1)
    if unit == "w":
        return as_of - timedelta(days=as_of.weekday() + 7 * (count - 1))
    months = count * {"M": 1, "Q": 3, "Y": 12}[unit]
    begun = (as_of.year * 12 + as_of.month - 1) // months * months
    return date(begun // 12, begun % 12 + 1, 1)


def bad_share(objective: Objective, observed: Iterable[SloObservation]) -> float | None:
    """The share of bad by the budgeting method: of events, of slices that miss the target, or the mean of the slices' shares."""
    rows = [each for each in observed if each.total > 0]
    if not rows:
        return None
    if objective.budgeting_method == "Occurrences":
        return 1 - math.fsum(each.good for each in rows) / math.fsum(each.total for each in rows)
    ratios = [each.good / each.total for each in rows]
    if objective.budgeting_method == "Timeslices":
        return sum(ratio < objective.target_percent / 100 for ratio in ratios) / len(ratios)
    return 1 - math.fsum(ratios) / len(ratios)

"""Scores by named methods: a pure, exact function of an item's ratings and the weights; never stored, always recomputed.

Arithmetic is on fractions, so that the same ratings give the same score and the same order everywhere.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from ray18.documents.backlog import BacklogItem, ScoringName
from ray18.documents.settings import MethodName, Weights

Ratings = Mapping[ScoringName, Fraction]
PLACES = 4
"""Decimal places of a score as it is shown; ranks are made from the exact one."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The values that a rating may have, and what one step is."""

    steps: tuple[Fraction, ...]
    """The steps, in order; empty = any number above 0, in steps of the series 1, 2, 5, 10, 20, 50, …"""

    def holds(self, value: Fraction) -> bool:
        """Whether the value lies on the scale (between two steps is fine)."""
        return self.steps[0] <= value <= self.steps[-1] if self.steps else value > 0

    def neighbours(self, value: Fraction) -> tuple[Fraction, ...]:
        """The next step below and the next above, where the scale has them."""
        if not self.steps:
            return (_preferred(value, -1), _preferred(value, 1))
        below = [step for step in self.steps if step < value]
        above = [step for step in self.steps if step > value]
        return (*below[-1:], *above[:1])

    def __str__(self) -> str:
        return ", ".join(map(shown, self.steps)) or "any number above 0"


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that a method needs rated."""

    name: ScoringName
    meaning: str
    scale: Scale


@dataclass(frozen=True, slots=True)
class Method:
    """A way to compute a score from ratings."""

    name: MethodName
    title: str
    formula: str
    source: str
    inputs: tuple[Input, ...]
    compute: Callable[[Ratings, Weights], Fraction]
    weighted: bool = False
    """Whether it uses the settings' weights."""

    def input(self, name: str) -> Input | None:
        """The input with this name."""
        return next((entry for entry in self.inputs if entry.name == name), None)


@dataclass(frozen=True)
class Scored:
    """One item with its score, or with every reason why it has none."""

    item: BacklogItem
    ratings: Ratings
    """Those that the method uses."""
    score: Fraction | None
    problems: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[Fraction, str]:
        """Sorts the highest score first, then by id. Only for items with a score."""
        if self.score is None:
            raise ValueError(f"{self.item.id} has no score")
        return (-self.score, self.item.id)


def _weighted(ratings: Ratings, weights: Weights) -> Fraction:
    risk, impact, effort = (exact(weight) for weight in (weights.risk, weights.impact, weights.effort))
    return risk * ratings["risk"] + impact * ratings["impact"] - effort * ratings["effort"]


def _wsjf(ratings: Ratings, _: Weights) -> Fraction:
    delay = ratings["business_value"] + ratings["time_criticality"] + ratings["risk_reduction"]
    return delay / ratings["job_size"]


def _rice(ratings: Ratings, _: Weights) -> Fraction:
    return ratings["reach"] * ratings["impact"] * ratings["confidence"] / ratings["effort"]


def _scale(*steps: str) -> Scale:
    return Scale(tuple(map(Fraction, steps)))


_ONE_TO_FIVE = _scale("1", "2", "3", "4", "5")
_FIBONACCI = _scale("1", "2", "3", "5", "8", "13", "20")
_ABOVE_ZERO = Scale(())

METHODS: Mapping[MethodName, Method] = {
    method.name: method
    for method in (
        Method(
            "weighted",
            "Weighted risk, impact and effort",
            "risk weight × risk + impact weight × impact − effort weight × effort",
            "RAY-18; weights are prioritization.weights in ray18.yaml",
            (
                Input("risk", "what may happen while it is left undone: 1 hardly anything, 5 a disaster", _ONE_TO_FIVE),
                Input("impact", "what having it done is worth to users and business: 1 little, 5 most", _ONE_TO_FIVE),
                Input("effort", "the work: 1 a day or two, 2 a week, 3 two weeks, 4 a month, 5 more", _ONE_TO_FIVE),
            ),
            _weighted,
            weighted=True,
        ),
        Method(
            "wsjf",
            "Weighted Shortest Job First",
            "(business_value + time_criticality + risk_reduction) ÷ job_size",
            "Scaled Agile Framework, WSJF; after Reinertsen, The Principles of Product Development Flow (2009)",
            (
                Input("business_value", "worth to users and business, relative to the other items", _FIBONACCI),
                Input("time_criticality", "how fast that worth decays, relative to the other items", _FIBONACCI),
                Input("risk_reduction", "risk removed or opportunity enabled, relative to the others", _FIBONACCI),
                Input("job_size", "the work, relative to the other items", _FIBONACCI),
            ),
            _wsjf,
        ),
        Method(
            "rice",
            "Reach, impact, confidence, effort",
            "reach × impact × confidence ÷ effort",
            "Sean McBride, RICE: simple prioritization for product managers (Intercom)",
            (
                Input("reach", "people or events that it touches in a quarter", _ABOVE_ZERO),
                Input("impact", "on each of them: 3 massive, 2 high, 1 medium, 0.5 low, 0.25 minimal",
                      _scale("0.25", "0.5", "1", "2", "3")),
                Input("confidence", "in these numbers: 1 high, 0.8 medium, 0.5 low", _scale("0.5", "0.8", "1")),
                Input("effort", "person-months", _ABOVE_ZERO),
            ),
            _rice,
        ),
    )
}  # fmt: skip
"""The methods, by name."""


def exact(value: float) -> Fraction:
    """The number that people wrote, not its binary neighbour: 0.8 is 4/5."""
    return Fraction(repr(value))


def rounded(score: Fraction) -> float:
    """A score for people and JSON: at most four decimal places, half to even."""
    return float(round(score, PLACES))


def shown(value: Fraction) -> str:
    """A number in words' length: 4, 0.25, 13.3333."""
    text = f"{rounded(value):.{PLACES}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def scored(item: BacklogItem, method: Method, weights: Weights) -> Scored:
    """The score of one item; an item that is not rated, or not rightly, has none, and every reason is told."""
    if item.scoring is None:
        return Scored(item, {}, None, ("it is not scored",))
    ratings: dict[ScoringName, Fraction] = {}
    problems: list[str] = []
    for rating in item.scoring.inputs:
        known = method.input(rating.name)
        if known is None:
            continue
        value = exact(rating.value)
        if rating.name in ratings:
            problems.append(f"{rating.name} is rated twice")
        elif not known.scale.holds(value):
            problems.append(f"{rating.name} is {shown(value)}; the scale of {method.name} is {known.scale}")
        ratings.setdefault(rating.name, value)
    problems += [f"{entry.name} is not rated" for entry in method.inputs if entry.name not in ratings]
    score = None if problems else method.compute(ratings, weights)
    return Scored(item, ratings, score, tuple(problems))


def ranked(entries: Iterable[Scored]) -> list[Scored]:
    """Those that have a score, the highest first; equal scores by id."""
    return sorted((entry for entry in entries if entry.score is not None), key=lambda entry: entry.order)


def terms(entry: Scored, method: Method, weights: Weights) -> str:
    """The computation in one line: `3 × risk 4 + 2 × impact 5 − 1 × effort 2 = 20`."""
    if entry.score is None:
        return "; ".join(entry.problems)
    text = method.formula
    if method.weighted:
        for name in ("risk", "impact", "effort"):
            text = text.replace(f"{name} weight × {name}", f"{shown(exact(getattr(weights, name)))} × {name}")
    for name, value in entry.ratings.items():
        text = text.replace(name, f"{name} {shown(value)}")
    return f"{text} = {shown(entry.score)}"


def _preferred(value: Fraction, direction: int) -> Fraction:
    """The neighbour of a positive number in the series 1, 2, 5, 10, 20, 50, … (Renard's 1-2-5)."""
    decade = Fraction(1)
    while decade > value:
        decade /= 10
    while decade * 10 <= value:
        decade *= 10
    series = [decade * step for step in (Fraction(1, 2), 1, 2, 5, 10)]
    if direction > 0:
        return next(step for step in series if step > value)
    return next(low for low, high in pairwise(series) if low < value <= high)

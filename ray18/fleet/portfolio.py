"""The repositories of a fleet, judged through any executor of `concurrent.futures`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ray18.fleet.kept import Line
from ray18.fleet.standing import Standing, blocked, shown, worst_first
from ray18.fleet.targets import Target
from ray18.fleet.worker import Answer, Request, judge_batch
from ray18.gates import Verdict, worst


@dataclass(frozen=True)
class FleetReport:
    """Where many programs stand."""

    as_of: date
    standings: tuple[Standing, ...]
    """In any order."""

    @property
    def worst_first(self) -> tuple[Standing, ...]:
        """By verdict, then by what fails, then by what is overdue, then by name."""
        return tuple(worst_first(self.standings))

    @property
    def verdict(self) -> Verdict:
        """The worst verdict."""
        return worst(one.verdict for one in self.standings)

    def count(self, verdict: Verdict) -> int:
        """How many have this verdict."""
        return sum(1 for one in self.standings if one.verdict is verdict)


@dataclass(frozen=True)
class Order:
    """How a fleet is to be judged."""

    as_of: str
    """The day."""
    rev: str
    """What is judged in each repository."""
    mirrors: Path | None
    """The folder of mirrors."""
    cached: bool
    """Whether a repository's own cache may be used."""
    seconds: float
    """The limit for one repository."""


def judge_fleet(
    targets: Sequence[Target],
    order: Order,
    executor: Executor,
    *,
    batch: int,
    kept: Mapping[str, Line],
    keep: Callable[[Line], None],
) -> Iterator[Standing]:
    """The standing of each repository, as answers come; the order is not defined."""
    waiting: dict[Future[list[Answer]], Sequence[Target]] = {}
    for start in range(0, len(targets), batch):
        some = targets[start : start + batch]
        requests = [_request(target, order, kept.get(target.location)) for target in some]
        waiting[executor.submit(judge_batch, requests, order.seconds)] = some
    for future in as_completed(waiting):
        for target, answer in zip(waiting.pop(future), _answers(future), strict=False):
            yield _standing(target, answer, kept, keep)


def _request(target: Target, order: Order, known: Line | None) -> Request:
    return {
        "name": target.name,
        "location": target.location,
        "remote": target.remote,
        "mirrors": str(order.mirrors or ""),
        "rev": order.rev,
        "as_of": order.as_of,
        "cached": order.cached,
        "known": known.fingerprint if known else "",
    }


def _answers(future: "Future[list[Answer]]") -> Iterator[Answer]:
    """What the batch came to; when its worker was lost, the same for every repository of it."""
    try:
        yield from future.result()
    except Exception as error:  # whatever an engine raises when a worker is lost
        while True:
            yield {"lost": f"the worker was lost: {type(error).__name__}: {error}"}


def _standing(target: Target, answer: Answer, kept: Mapping[str, Line], keep: Callable[[Line], None]) -> Standing:
    if "lost" in answer:
        return blocked(target.name, str(answer["lost"]), "try it alone: ray18 gate --all, in that repository")
    fingerprint = str(answer.get("fingerprint", ""))
    if answer.get("same") and target.location in kept:
        return kept[target.location].standing.model_copy(update={"repository": shown(target.name)})
    found = Standing.model_validate_json(answer["standing"])
    if fingerprint:
        keep(Line(location=shown(target.location), fingerprint=fingerprint, standing=found))
    return found

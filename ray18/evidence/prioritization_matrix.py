"""`backlog-prioritization-matrix.json`: every open item with its ratings, its score, its rank, and the day it is due by.

Scores and days are computed from the records each time; what people decided otherwise stands beside them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ray18.documents.backlog import BacklogItem
from ray18.documents.base import Output, Priority, Severity
from ray18.documents.plan import SlaCommitment
from ray18.documents.ranking import Ranking
from ray18.documents.settings import MethodName, Prioritization
from ray18.errors import BlockedError
from ray18.evidence.json_text import as_json
from ray18.gates import Judge
from ray18.planning import ranking as stakeholders
from ray18.planning.compromise import Compromise, compromise
from ray18.planning.due_dates import Due, Profile, Ruling, binding, due, read_profiles, ruling
from ray18.planning.scoring import METHODS, Method, Scored, exact, ranked, rounded, scored, shown, terms
from ray18.planning.sensitivity import single_steps

VERSION = 1


class InputOutput(Output):
    """One input of the method."""

    name: str
    """Its name."""
    meaning: str
    """What is rated."""
    scale: str
    """The values it may have."""
    weight: float | None
    """How much it counts; null where the method has no weights."""


class MethodOutput(Output):
    """The scoring method."""

    name: MethodName
    """Its name."""
    title: str
    """The name that people use."""
    formula: str
    """How the score is computed."""
    source: str
    """Where the formula comes from."""
    inputs: list[InputOutput]
    """What it needs."""


class RatingOutput(Output):
    """One rating of an item."""

    name: str
    """What is rated."""
    value: float
    """The rating."""
    weight: float | None
    """How much it counts; null where the method has no weights, or does not use the rating."""
    rationale: str | None
    """Why this value."""


class RulingOutput(Output):
    """What one due-date profile says about an item."""

    profile: str
    """The profile."""
    row: str
    """The row that holds."""
    action: str
    """The source's words for what has to be done."""
    days: int | None
    """The days allowed; null = no fixed date."""
    due: date | None
    """The last day; null when there is none, or nobody knows since when the item is known."""
    unknown: list[str]
    """What is not known about the item and was taken at its worst."""
    binding: bool
    """Whether the settings bind the program to the profile."""
    kept: bool | None
    """Whether the day that people wrote is no later; null when the profile gives no day."""


class DueOutput(Output):
    """By when an item must be done, by the profiles and as people wrote it."""

    written: date | None
    """`due` of the item."""
    committed: date | None
    """The day of the item's own commitment."""
    by_profile: date | None
    """The earliest day of the binding profiles."""
    cited: str | None
    """The profile and the row that say so."""
    kev_cap: date | None
    """The day of the KEV catalog: nothing may be later."""
    latest: date | None
    """The earlier of profile and cap."""
    days_later: int | None
    """How many days the written day is after it; negative = earlier; null when one of the two is missing."""
    differs: str | None
    """In words, when people wrote another day than the profiles give."""
    rulings: list[RulingOutput]
    """What every profile that speaks about the item says."""


class SlaOutput(Output):
    """A promised level of service of the item's service."""

    service: str
    """The service."""
    metric: str
    """What is promised."""
    target: str
    """The promised value."""


class ItemOutput(Output):
    """One open item."""

    rank: int | None
    """Its place by score; null without a score."""
    id: str
    """The item."""
    title: str
    """Its title."""
    severity: Severity | None
    """As written."""
    priority: Priority | None
    """As written by people."""
    owner: str | None
    """Who answers for it."""
    service: str | None
    """The service it belongs to."""
    tier: int | None
    """How critical that service is."""
    score: float | None
    """Recomputed, at most four decimal places; null when the ratings are incomplete."""
    computation: str
    """The formula with the numbers, or why there is no score."""
    inputs: list[RatingOutput]
    """All ratings of the item."""
    scored_by: str | None
    """Who rated."""
    scored_on: date | None
    """When."""
    rank_by_hand: int
    """Its place by the priority and the day that people wrote."""
    moved: int | None
    """How many places people put it before its rank by score; negative = after."""
    due: DueOutput
    """By when it must be done."""
    sla: list[SlaOutput]
    """What is promised for its service."""


class ChangeOutput(Output):
    """One step that would reorder the top."""

    item: str | None
    """The item whose rating is changed; null for a weight."""
    name: str
    """The rating or the weight."""
    before: float
    """Its value."""
    after: float
    """One step further."""
    rank_before: int | None
    """The item's rank; null for a weight."""
    rank_after: int | None
    """The rank it would have; null for a weight."""
    entered: list[str]
    """Items that would come into the top."""
    left: list[str]
    """Items that would fall out of it."""


class SensitivityOutput(Output):
    """How firm the top of the ranking is."""

    top: int
    """How many of the first items are looked at."""
    changes: list[ChangeOutput]
    """Every single step that would reorder them."""


class ConflictOutput(Output):
    """A pair of items that two stakeholders order differently."""

    items: list[str]
    """The two."""
    decided: list[str] | None
    """The order that was decided; null = not settled."""
    by: list[str]
    """Who decided."""
    reason: str | None
    """Why."""
    decided_on: date | None
    """When."""
    objection: str | None
    """Why a decision that names both does not count."""


class DisagreementOutput(Output):
    """Two stakeholders about one item."""

    between: list[str]
    """The two roles."""
    item: str
    """The item they place apart."""
    ranks: list[int]
    """Its rank by each, among the open items that both rank."""
    settled: bool
    """Whether every pair is settled."""
    conflicts: list[ConflictOutput]
    """The pairs."""


class AgreementOutput(Output):
    """How far two rankings agree."""

    between: list[str]
    """The two roles."""
    common: int
    """How many open items both rank."""
    kendall_tau: float | None
    """1 = the same order, -1 = the opposite."""


class RankingOutput(Output):
    """One stakeholder's order."""

    role: str
    """The role."""
    person: str
    """Who ranked."""
    decided_on: date
    """When."""
    items: list[str]
    """The order."""
    comment: str | None
    """What it rests on."""


class SideOutput(Output):
    """One stakeholder and the compromise."""

    role: str
    """The role."""
    opinions: int
    """Pairs that this stakeholder has put in order; decided ones aside."""
    against: int
    """How many of them the compromise goes against."""


class FirmnessOutput(Output):
    """What the first items of the compromise would be without one stakeholder."""

    without: str
    """The role that is left out."""
    entered: list[str]
    """Items that would come in."""
    left: list[str]
    """Items that would fall out."""
    reordered: bool
    """Whether anything about the first items would change."""


class CompromiseOutput(Output):
    """One order for all: the one that goes against as few opinions as possible (Kemeny)."""

    order: list[str]
    """The items, first to last."""
    against: int
    """How many opinions (one stakeholder, one pair) it goes against."""
    fewest: int
    """How many any order must go against at least; equal to `against` = proven to be the best."""
    sides: list[SideOutput]
    """By role."""
    top: int
    """How many of the first items `firmness` looks at."""
    firmness: list[FirmnessOutput]
    """What would change without each stakeholder; empty with two of them."""


class StakeholdersOutput(Output):
    """The stakeholders' rankings and their conflicts."""

    rankings: list[RankingOutput]
    """By role."""
    missing: list[str]
    """Roles that must rank and have not."""
    agreement: list[AgreementOutput]
    """For each two."""
    kendall_w: float | None
    """Agreement of all: 1 = the same order, 0 = none."""
    condorcet_cycles: list[list[str]]
    """Circles in which more than half of all stakeholders put each item before the next."""
    compromise: CompromiseOutput | None
    """The order that all could live with best; null with fewer than two rankings."""
    disagreements: list[DisagreementOutput]
    """By role and distance."""
    unsettled: int
    """How many disagreements are open: while there are any, the prioritization halts."""


class ProfileOutput(Output):
    """One due-date profile, and how the backlog keeps it."""

    id: str
    """Its name."""
    title: str
    """The name that people use."""
    source: str
    """Who says so, and where."""
    binding: bool
    """Whether the settings bind the program to it."""
    kept: int
    """How many items have a day that is no later."""
    late: list[str]
    """Items whose day is later, or that have none."""
    undated: list[str]
    """Items for which it gives no day."""


class AlignmentOutput(Output):
    """Whether the order of work keeps what was promised to others."""

    compliance: list[ProfileOutput]
    """By profile."""
    kev_late: list[str]
    """Items due after the day of the KEV catalog, or on none."""
    sla_items: int
    """Open items on services with a promised level of service."""
    sla_at_risk: list[str]
    """Those of them that are Critical, High or not rated and have no day, are overdue, or are due later than allowed."""


class MatrixOutput(Output):
    """The prioritization matrix: scores, ranks, days, sensitivity, conflicts and alignment."""

    version: int
    """Version of this format."""
    program: str
    """The program's title."""
    as_of: date
    """The day it was computed for."""
    method: MethodOutput
    """How the scores are computed."""
    items: list[ItemOutput]
    """Open items: by rank, then those without a score by id."""
    sensitivity: SensitivityOutput
    """How firm the top is."""
    stakeholders: StakeholdersOutput
    """What the stakeholders want, and where they disagree."""
    alignment: AlignmentOutput
    """Service levels and compliance."""


def written(judge: Judge) -> bytes | None:
    """The matrix by the method of the settings; None while there is no open item."""
    if not any(document.content.is_open for document in judge.program.of("backlog-item")):
        return None
    return as_json(matrix(judge).model_dump(mode="json"))


def matrix(judge: Judge, method: MethodName | None = None) -> MatrixOutput:
    """The matrix by the method named, else by that of the settings. Raises BlockedError when records cannot be read."""
    program = judge.program
    concerned = program.problem_kinds & {"backlog-item", "ranking", "people", "services", "plan"}
    problem = next(iter(program.problems), None) if concerned else None
    if problem is not None:
        raise BlockedError(f"{problem.path}:{problem.line}: {problem.message}", problem.remedy or "ray18 check")
    made = _Maker(judge, METHODS[method or program.rules.settings.prioritization.method])
    items = made.items()
    return MatrixOutput(
        version=VERSION,
        program=program.rules.settings.program.title,
        as_of=program.as_of,
        method=made.method_output(),
        items=items,
        sensitivity=made.sensitivity(),
        stakeholders=made.stakeholders(),
        alignment=made.alignment(items),
    )


@dataclass
class _Maker:
    """What the parts of the matrix are made from."""

    judge: Judge
    method: Method

    def __post_init__(self) -> None:
        program = self.judge.program
        self.rules: Prioritization = program.rules.settings.prioritization
        documents = program.of("backlog-item")
        self.open: list[BacklogItem] = [d.content for d in documents if d.content.is_open]
        self.entries: list[Scored] = [scored(item, self.method, self.rules.weights) for item in self.open]
        self.ranked: list[Scored] = ranked(self.entries)
        services, plan = program.one("services"), program.one("plan")
        self.tiers = {service.id: service.tier for service in services.content.services} if services else {}
        self.promises: tuple[SlaCommitment, ...] = plan.content.sla_commitments if plan else ()
        self.binding = binding(self.rules)

    def method_output(self) -> MethodOutput:
        inputs = [
            InputOutput(name=i.name, meaning=i.meaning, scale=str(i.scale), weight=self._weight(i.name))
            for i in self.method.inputs
        ]
        return MethodOutput(
            name=self.method.name,
            title=self.method.title,
            formula=self.method.formula,
            source=self.method.source,
            inputs=inputs,
        )

    def items(self) -> list[ItemOutput]:
        by_hand = {item.id: place for place, item in enumerate(sorted(self.open, key=_by_hand), 1)}
        unranked = sorted((e for e in self.entries if e.score is None), key=lambda e: e.item.id)
        places: list[tuple[int | None, Scored]] = [*enumerate(self.ranked, 1), *((None, e) for e in unranked)]
        return [self._item(place, entry, by_hand[entry.item.id]) for place, entry in places]

    def _item(self, rank: int | None, entry: Scored, by_hand: int) -> ItemOutput:
        item, scoring = entry.item, entry.item.scoring
        return ItemOutput(
            rank=rank,
            id=item.id,
            title=item.title,
            severity=item.severity,
            priority=item.priority,
            owner=item.owner,
            service=item.service,
            tier=self.tiers.get(item.service or ""),
            score=None if entry.score is None else rounded(entry.score),
            computation=terms(entry, self.method, self.rules.weights),
            inputs=[
                RatingOutput(name=i.name, value=i.value, weight=self._weight(i.name), rationale=i.rationale)
                for i in (scoring.inputs if scoring else ())
            ],
            scored_by=scoring.scored_by if scoring else None,
            scored_on=scoring.scored_on if scoring else None,
            rank_by_hand=by_hand,
            moved=None if rank is None else rank - by_hand,
            due=self._due(item),
            sla=[_sla(promise) for promise in self.promises if promise.service == item.service],
        )

    def _weight(self, name: str) -> float | None:
        return getattr(self.rules.weights, name, None) if self.method.weighted else None

    def _due(self, item: BacklogItem) -> DueOutput:
        allowed = due(item, self.binding, self.rules.days)
        names = {profile.id for profile in self.binding}
        rulings = [ruling(item, profile, self.rules.days) for profile in read_profiles().values()]
        latest = allowed.day
        return DueOutput(
            written=item.due,
            committed=item.commitment.by if item.commitment else None,
            by_profile=allowed.by_profile,
            cited=str(allowed.ruling) if allowed.ruling else None,
            kev_cap=allowed.kev_cap,
            latest=latest,
            days_later=(item.due - latest).days if item.due and latest else None,
            differs=_differs(item, allowed),
            rulings=[_ruling(entry, item, entry.profile.id in names) for entry in rulings if entry is not None],
        )

    def sensitivity(self) -> SensitivityOutput:
        changes = single_steps(self.entries, self.method, self.rules.weights, self.rules.top)
        return SensitivityOutput(
            top=self.rules.top,
            changes=[
                ChangeOutput(
                    item=change.item or None,
                    name=change.name,
                    before=rounded(change.before),
                    after=rounded(change.after),
                    rank_before=change.rank_before or None,
                    rank_after=change.rank_after or None,
                    entered=list(change.entered),
                    left=list(change.left),
                )
                for change in changes
            ],
        )

    def stakeholders(self) -> StakeholdersOutput:
        program = self.judge.program
        rankings: list[Ranking] = sorted((d.content for d in program.of("ranking")), key=lambda r: r.role)
        people = program.one("people")
        holders = people.content.holders(self.rules.decider) if people else ()
        ids = {item.id for item in self.open}
        rules = stakeholders.Rules(ids, self.rules.top, self.rules.conflict_distance, holders)
        found = stakeholders.disagreements(rankings, rules)
        whole = stakeholders.concordance(rankings, ids)
        there = {ranking.role for ranking in rankings}
        return StakeholdersOutput(
            rankings=[
                RankingOutput(
                    role=r.role, person=r.person, decided_on=r.decided_on, items=list(r.items), comment=r.comment
                )
                for r in rankings
            ],
            missing=[role for role in self.rules.stakeholders if role not in there],
            agreement=[_agreement(entry) for entry in stakeholders.agreements(rankings, ids)],
            kendall_w=None if whole is None else rounded(whole),
            condorcet_cycles=[list(circle) for circle in stakeholders.circles(rankings, rules)],
            compromise=_compromise(compromise(rankings, ids, self.rules.top), self.rules.top),
            disagreements=[_disagreement(entry) for entry in found],
            unsettled=sum(bool(entry.unsettled) for entry in found),
        )

    def alignment(self, items: Sequence[ItemOutput]) -> AlignmentOutput:
        names = {profile.id for profile in self.binding}
        promised = [item for item in items if item.sla]
        return AlignmentOutput(
            compliance=[_kept(profile, items, profile.id in names) for profile in read_profiles().values()],
            kev_late=_ids(items, lambda i: i.due.kev_cap is not None and _after(i.due.written, i.due.kev_cap)),
            sla_items=len(promised),
            sla_at_risk=_ids(promised, self._at_risk),
        )

    def _at_risk(self, item: ItemOutput) -> bool:
        day = item.due.written
        serious = item.severity in (None, "Critical", "High")
        return serious and (day is None or day < self.judge.program.as_of or (item.due.days_later or 0) > 0)


def _compromise(found: Compromise | None, top: int) -> CompromiseOutput | None:
    if found is None:
        return None
    return CompromiseOutput(
        order=list(found.order),
        against=found.against,
        fewest=found.fewest,
        sides=[SideOutput(role=side.role, opinions=side.opinions, against=side.against) for side in found.sides],
        top=top,
        firmness=[
            FirmnessOutput(
                without=entry.role, entered=list(entry.entered), left=list(entry.left), reordered=entry.reordered
            )
            for entry in found.without
        ],
    )


def _by_hand(item: BacklogItem) -> tuple[Any, ...]:
    return (item.priority or "P9", item.due or date.max, item.id)


def _sla(promise: SlaCommitment) -> SlaOutput:
    percent = promise.target_percent
    target = f"{shown(exact(percent))} %" if percent is not None else f"{promise.target_minutes} min"
    if promise.severity:
        target += f" ({promise.severity})"
    return SlaOutput(service=promise.service, metric=promise.metric, target=target)


def _differs(item: BacklogItem, allowed: Due) -> str | None:
    """What people decided beside what the profiles say."""
    day = allowed.day
    if day is None or item.due == day:
        return None
    who = item.owner or "nobody named"
    says = f"the KEV catalog says {day}" if day != allowed.by_profile else f"{allowed.ruling} says {day}"
    if item.due is None:
        return f"no day is written (owner: {who}); {says}"
    apart = (item.due - day).days
    return f"{item.due} is written (owner: {who}), {abs(apart)} days {'later' if apart > 0 else 'earlier'}; {says}"


def _ruling(entry: Ruling, item: BacklogItem, binds: bool) -> RulingOutput:
    return RulingOutput(
        profile=entry.profile.id,
        row=entry.row.id,
        action=entry.row.action,
        days=entry.days,
        due=entry.due,
        unknown=list(entry.unknown),
        binding=binds,
        kept=None if entry.due is None else not _after(item.due, entry.due),
    )


def _after(written_day: date | None, allowed: date) -> bool:
    return written_day is None or written_day > allowed


def _agreement(entry: stakeholders.Agreement) -> AgreementOutput:
    tau = None if entry.tau is None else rounded(entry.tau)
    return AgreementOutput(between=[entry.first.role, entry.second.role], common=entry.common, kendall_tau=tau)


def _disagreement(entry: stakeholders.Disagreement) -> DisagreementOutput:
    return DisagreementOutput(
        between=[entry.first.role, entry.second.role],
        item=entry.item,
        ranks=[entry.first_rank, entry.second_rank],
        settled=not entry.unsettled,
        conflicts=[_conflict(conflict) for conflict in entry.conflicts],
    )


def _conflict(entry: stakeholders.Conflict) -> ConflictOutput:
    pair = [entry.item, entry.other]
    decision = entry.settled_by
    return ConflictOutput(
        items=pair,
        decided=sorted(pair, key=decision.order.index) if decision else None,
        by=list(decision.by) if decision else [],
        reason=decision.reason if decision else None,
        decided_on=decision.decided_on if decision else None,
        objection=entry.objection or None,
    )


def _kept(profile: Profile, items: Sequence[ItemOutput], binds: bool) -> ProfileOutput:
    said = [(item.id, entry.kept) for item in items for entry in item.due.rulings if entry.profile == profile.id]
    return ProfileOutput(
        id=profile.id,
        title=profile.title,
        source=profile.source,
        binding=binds,
        kept=sum(kept is True for _, kept in said),
        late=sorted(name for name, kept in said if kept is False),
        undated=sorted(name for name, kept in said if kept is None),
    )


def _ids(items: Sequence[ItemOutput], wanted: Callable[[ItemOutput], bool]) -> list[str]:
    return sorted(item.id for item in items if wanted(item))


def lines(item: ItemOutput) -> Iterator[str]:
    """Why an item stands where it stands, for people."""
    yield item.computation
    if item.due.differs:
        yield item.due.differs
    elif item.due.latest:
        yield f"due as {item.due.cited or 'the KEV catalog'} says"
    elif item.due.cited:
        reason = "" if _no_fixed_date(item) else "; nobody says since when it is known (`created`), so it gives no day"
        yield f"{item.due.cited}{reason}"


def _no_fixed_date(item: ItemOutput) -> bool:
    return all(entry.days is None for entry in item.due.rulings if entry.binding)

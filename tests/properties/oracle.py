"""What the documents promise about approvals, said again in plain Python: no Git, no digests, no files, no signatures.

Contents are plain values that are equal or not; a key is the text "sam/1", and a signature is the name of the key that
made it; a step is a number. Nothing here calls the program: `test_approvals_machine.py` holds both against one another.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from math import inf
from typing import Any

ROLES = {
    "plan": ("operations-director", "support-lead", "product-owner", "security-lead"),
    "staffing": ("support-lead",),
    "rules": ("operations-director", "security-lead"),
}
AGAINST = ("rejected", "deferred", "withdrawn")
WAIVED_BY = "operations-director"
LONGEST_WAIVER = 60
RENEWALS = 2


@dataclass(frozen=True)
class Rules:
    """People, keys and settings: who holds what, which keys speak, and how approvals are counted."""

    holders: tuple[tuple[str, tuple[str, ...]], ...]
    keys: tuple[tuple[str, str, int | None], ...]
    """Name, "usable", "retired" or "compromised", and for the latter the first step not to be trusted (None = none is)."""
    distinct_people: bool = True
    authors_may_approve: bool = False
    loss_costs: bool = False
    """Whether an approval falls when its person loses the role."""

    def hold(self, role: str) -> tuple[str, ...]:
        return dict(self.holders)[role]

    def usable(self, key: str) -> bool:
        return any(name == key and state == "usable" for name, state, _ in self.keys)

    def marks(self) -> set[tuple[str, int | None]]:
        return {(name, since) for name, state, since in self.keys if state == "compromised"}

    def able(self, person: str) -> bool:
        return any(self.usable(name) for name, _, _ in self.keys if owner(name) == person)


@dataclass(frozen=True)
class Record:
    """A decision about a subject."""

    subject: str
    content: Any
    previous: Any
    role: str
    person: str
    decision: str
    key: str
    sequence: int
    decided_on: int
    valid_until: int | None = None
    on_behalf_of: str | None = None
    delegation: str | None = None


@dataclass(frozen=True)
class Delegation:
    """A role that is lent."""

    delegator: str
    delegate: str
    role: str
    subjects: tuple[str, ...]
    begins: int
    ends: int
    key: str


@dataclass(frozen=True)
class Waiver:
    """A deviation that was accepted; all are for the same finding of gate backlog."""

    approved_by: str
    requested_by: str
    created: int
    expires: int
    key: str


@dataclass(frozen=True)
class Held:
    """A record, a delegation or a waiver, the step that brought it (infinity: only proposed), and the rules before it."""

    it: Any
    step: float
    rules: Rules


@dataclass(frozen=True)
class State:
    """What the files of one commit say."""

    contents: Mapping[str, Any]
    """Subject to its meaning."""
    files: Mapping[str, Any]
    """Name to record, delegation or waiver."""


Work = tuple[frozenset[str], frozenset[str]]
"""One commit that entered: the people behind it, and the subjects whose meaning it changed."""


@dataclass(frozen=True)
class Branch:
    """The protected branch after a step."""

    rules: Rules
    steps: int = 0
    held: Mapping[str, Held] = field(default_factory=dict)
    """Every record that was ever merged, and the delegations and waivers that are there."""
    waived: Mapping[str, int] = field(default_factory=dict)
    """Every waiver that was ever merged, and its first day."""
    in_force: Mapping[str, tuple[Any, Any, frozenset[str]]] = field(default_factory=dict)
    """Subject to its content, what was in force before, and who worked on it in between."""
    pending: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Subject to who worked on it since it came into force."""
    unaccepted: bool = False


@dataclass(frozen=True)
class Case:
    """A state that is judged by a branch; day None = without regard to days."""

    branch: Branch
    state: State
    work: tuple[Work, ...] = ()
    day: int | None = None

    def held(self, kind: type) -> dict[str, Held]:
        """What was ever merged and what is there; a delegation or a waiver that is not there any more is no more."""
        known, files = self.branch.held, self.state.files
        ever = {name: one for name, one in known.items() if isinstance(one.it, Record)}
        there = {name: known.get(name) or Held(it, inf, self.branch.rules) for name, it in files.items()}
        return {name: one for name, one in {**ever, **there}.items() if isinstance(one.it, kind)}

    def previous(self, subject: str) -> Any:
        content, before, _ = self.branch.in_force.get(subject, (None, None, None))
        return before if content == self.state.contents[subject] else content

    def authors(self, subject: str) -> frozenset[str]:
        if subject in self.branch.in_force and self.branch.in_force[subject][0] == self.state.contents[subject]:
            return self.branch.in_force[subject][2]
        since = (people for people, subjects in self.work if subject in subjects)
        return self.branch.pending.get(subject, frozenset()).union(*since)


def owner(key: str) -> str:
    return key.partition("/")[0]


def signed(held: Held, person: str) -> bool:
    """By a key that was this person's and not revoked when it entered."""
    return owner(held.it.key) == person and held.rules.usable(held.it.key)


def marks(case: Case, key: str) -> list[float]:
    """From which step on a key is not to be trusted, by the rules in force and by those that are judged; 0 = never."""
    both = case.branch.rules.marks() | case.state.contents["rules"].marks()
    return [0 if since is None or since > case.branch.steps else since for name, since in both if name == key]


def lent(case: Case, held: Held) -> Held | None:
    """The delegation by which a record decides, if it may."""
    record, found = held.it, case.held(Delegation).get(held.it.delegation)
    if found is None or found.step > held.step:
        return None
    it: Delegation = found.it
    fits = (it.delegator, it.delegate, it.role) == (record.on_behalf_of, record.person, record.role)
    good = it.delegator in found.rules.hold(it.role) and signed(found, it.delegator)
    return (
        found if fits and good and record.subject in it.subjects and it.begins <= record.decided_on <= it.ends else None
    )


def genuine(case: Case, held: Held) -> bool:
    """This person's decision in this role, by the rules before it entered."""
    record = held.it
    holds = (record.on_behalf_of or record.person) in held.rules.hold(record.role)
    trusted = all(held.step < since for since in marks(case, record.key))
    lent_to = record.delegation is None or lent(case, held) is not None
    return holds and signed(held, record.person) and trusted and lent_to


def approves(case: Case, held: Held) -> bool:
    """A genuine approval that has not run out, by nobody who worked on the change."""
    record, rules, day = held.it, case.branch.rules, case.day
    behind = {record.person, record.on_behalf_of or record.person}
    ends = [record.valid_until] if record.valid_until is not None else []
    ends += [case.held(Delegation)[record.delegation].it.ends] if record.delegation else []
    return (
        record.decision == "approved"
        and (rules.authors_may_approve or not behind & case.authors(record.subject))
        and (not rules.loss_costs or (record.on_behalf_of or record.person) in rules.hold(record.role))
        and (day is None or all(day <= end for end in ends))
    )


def seats(case: Case, subject: str) -> dict[str, str]:
    """Role to approved, rejected or missing."""
    about = [
        held
        for held in case.held(Record).values()
        if (held.it.subject, held.it.content) == (subject, case.state.contents[subject])
        and held.it.previous == case.previous(subject)
    ]
    standing, against = {}, set()
    for role in ROLES[subject]:
        mine = sorted((one for one in about if one.it.role == role), key=lambda one: one.it.sequence)
        good = [one for one in mine if genuine(case, one)]
        last = {one.it.person: one for one in good}
        for place, one in enumerate(mine):
            later = any(other.it.person == one.it.person and other in good for other in mine[place + 1 :])
            if one.it.decision in AGAINST and not later and (one in good or one.step == inf):
                against.add(role)
        standing[role] = [] if role in against else [who for who, one in last.items() if approves(case, one)]
    filled = seated(standing, case.branch.rules.distinct_people)
    return {r: "approved" if r in filled else "rejected" if r in against else "missing" for r in ROLES[subject]}


def seated(standing: Mapping[str, list[str]], distinct: bool) -> set[str]:
    """As many seats as possible, each by somebody else where that is asked for; the roles named first go first."""
    chosen: list[str] = []
    for role in standing:
        ways = product(*(standing[one] for one in (*chosen, role)))
        if any(not distinct or len(set(people)) == len(people) for people in ways):
            chosen.append(role)
    return set(chosen)


def weaker(before: Rules, after: Rules) -> bool:
    """Whether more could pass: a role or a key gained, a compromised key forgotten, a setting loosened."""
    return (
        any(set(after.hold(role)) - set(before.hold(role)) for role, _ in after.holders)
        or any(state == "usable" and not before.usable(key) for key, state, _ in after.keys)
        or not before.marks() <= after.marks()
        or (before.distinct_people and not after.distinct_people)
        or (after.authors_may_approve and not before.authors_may_approve)
        or (before.loss_costs and not after.loss_costs)
    )


def fillable(rules: Rules) -> bool:
    """Whether somebody who can sign could sit on every seat of every subject."""
    able = {role: [one for one in people if rules.able(one)] for role, people in rules.holders}
    return all(
        seated({role: able[role] for role in roles}, rules.distinct_people) == set(roles) for roles in ROLES.values()
    )


def agreed(case: Case) -> bool:
    """Whether the rules as they stand may come into force."""
    before, after = case.branch.rules, case.state.contents["rules"]
    return before == after or (
        fillable(after) and (not weaker(before, after) or set(seats(case, "rules").values()) == {"approved"})
    )


def begun(state: State, work: Work) -> Branch:
    """The branch after the step where trust begins: its rules are taken as they are."""
    rules = state.contents["rules"]
    start = Branch(rules, in_force={"rules": (rules, None, work[0])})
    return after(start, state, [(work[0], work[1] - {"rules"})])


def after(branch: Branch, state: State, work: Iterable[Work]) -> Branch:
    """The branch after one more step."""
    new = replace(branch, steps=branch.steps + 1)
    known = {name: one for name, one in branch.held.items() if name in state.files or isinstance(one.it, Record)}
    entered = {name: Held(it, new.steps, branch.rules) for name, it in state.files.items() if name not in known}
    pending = dict(branch.pending)
    for people, subjects in work:
        pending |= {subject: pending.get(subject, frozenset()) | people for subject in subjects}
    waived = {name: it.created for name, it in state.files.items() if isinstance(it, Waiver)}
    new = replace(new, held={**known, **entered}, waived={**branch.waived, **waived}, pending=pending)
    accepted = agreed(Case(new, state))
    new = replace(new, unaccepted=not accepted)
    if accepted and state.contents["rules"] != branch.rules:
        new = replace(_in_force(new, state, "rules"), rules=state.contents["rules"])
    for subject in ("plan", "staffing"):
        full = set(seats(Case(new, state), subject).values()) == {"approved"}
        if full and new.in_force.get(subject, (None,))[0] != state.contents[subject]:
            new = _in_force(new, state, subject)
    return new


def _in_force(branch: Branch, state: State, subject: str) -> Branch:
    was = branch.in_force.get(subject, (None, None, None))[0]
    made = branch.pending.get(subject, frozenset())
    rest = {name: people for name, people in branch.pending.items() if name != subject}
    return replace(branch, in_force={**branch.in_force, subject: (state.contents[subject], was, made)}, pending=rest)


def waivers(case: Case) -> Iterator[tuple[str, bool]]:
    """Each waiver that is there, and whether it counts."""
    there = case.held(Waiver)
    ever = {**case.branch.waived, **{name: held.it.created for name, held in there.items()}}
    for name, held in there.items():
        it: Waiver = held.it
        day = case.day or 0
        before = sum((created, other) < (it.created, name) for other, created in ever.items())
        yield (
            name,
            (
                it.approved_by != it.requested_by
                and it.approved_by in held.rules.hold(WAIVED_BY)
                and signed(held, it.approved_by)
                and not marks(case, it.key)
                and it.created <= day <= it.expires <= it.created + LONGEST_WAIVER
                and before <= RENEWALS
            ),
        )

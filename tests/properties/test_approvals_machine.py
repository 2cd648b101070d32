"""RAY-18 and the documents' own words, held against one another on histories that nobody thought of.

Each example writes a real repository, step by step: decisions, edits, reformatting, keys revoked, roles given and taken,
branches merged, squashed and rebased, delegations, waivers, days that pass. After every step the program and the oracle
must say the same of every seat, of what is in force, of the rules and of the waivers.

`RAY18_STEPS=20000` makes the search as long as that; the numbers of what it saw are printed.
"""

import os
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from history import FIRST_DAY, Commit, History, Tree
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from oracle import ROLES, Branch, Case, Delegation, Record, Rules, Waiver, after, agreed, begun, owner, seats, waivers

from ray18.commands.place import open_judge
from ray18.gates import Judge, Verdict
from ray18.git import Repository, create, discover
from ray18.subjects import digest

STEPS = int(os.environ.get("RAY18_STEPS", "0"))
LENGTH = 40 if STEPS else 20
EXAMPLES = 50 if STEPS else 25
SEEN: Counter[str] = Counter()
"""How often each thing was met: a search that never met it proves nothing about it."""

LEADS = {"operations-director": "olga", "support-lead": "sam", "product-owner": "pia", "security-lead": "sven"}
START = Rules(
    tuple((role, (person,)) for role, person in LEADS.items()),
    tuple((f"{person}/{number}", "usable", None) for person in (*LEADS.values(), "dev") for number in (1, 2)),
)
FLAGS = ("distinct_people", "authors_may_approve", "loss_costs")

PLACE = st.sampled_from(["main", "main", "proposal"])
PERSON = st.sampled_from([*LEADS.values(), "dev"])
HOLDER = st.sampled_from(["", "", "", "", *LEADS.values(), "dev"])
"""Somebody by name, or (empty) whoever holds the role."""
SUBJECT = st.sampled_from(["plan", "staffing"])
LASTS = st.sampled_from([None, None, None, -1, 0, 4, 9])
ROLE = st.sampled_from(list(LEADS))
KEY = st.sampled_from(["own/1", "own/1", "own/1", "own/2", "dev/1", ""])
DECISION = st.sampled_from(["approved", "approved", "rejected", "withdrawn", "abstained"])
BEHIND = st.sampled_from([(), (), ("dev",), ("sam",), ("sven",), ("olga", "pia")])
HOW = st.sampled_from(["author", "committer", "co-author", "key"])
WINNER = st.sampled_from(["ours", "theirs", "both"])
WAY = st.sampled_from(["merge", "merge", "squash", "rebase", "waits"])
STATE = st.sampled_from(["retired", "compromised", "since", "since", "usable"])
MARK = st.tuples(st.just("key"), PERSON, st.sampled_from("12"), STATE)
CHANGE = st.one_of(
    st.tuples(st.just("grant"), PERSON, ROLE),
    st.tuples(st.just("remove"), PERSON, ROLE),
    st.tuples(st.just("flag"), st.sampled_from(FLAGS)),
)


class Approvals(RuleBasedStateMachine):
    """One history; the oracle's branch after each of its steps is kept beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="ray18-machine-"))
        shutil.copytree(_template(), self.root, dirs_exist_ok=True)
        self.repository: Repository = discover(self.root)
        self.history = History(self.root / ".git")
        self.proposal: Commit | None = None
        self.base = 0
        """The step that the proposal left the branch at."""
        self.day = 0
        self.made = 0
        self.branches: list[Branch] = []
        self.judged: dict[str, tuple[Any, ...]] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @initialize(behind=BEHIND, how=HOW)
    def begin(self, behind: tuple[str, ...], how: str) -> None:
        first = self.history.commit({"plan": (0, 0), "rules": (START, 0)}, (), behind, how)
        self.advance([first])

    # What people do

    @rule(place=PLACE, person=HOLDER, role=ROLE, subject=SUBJECT, decision=DECISION, key=KEY, lasts=LASTS)
    def decide(  # noqa: PLR0917
        self, place: str, person: str, role: str, subject: str, decision: str, key: str, lasts: int | None
    ) -> None:
        person = person or self.branch(place).rules.hold(role)[0]
        self.put(place, [self.record(place, subject, role, person, decision, key, lasts)])

    @rule(place=PLACE, subject=SUBJECT, lasts=LASTS)
    def everybody_approves(self, place: str, subject: str, lasts: int | None) -> None:
        self.put(place, self.records(place, self.tip(place).tree, subject, lasts))

    @rule(numbers=st.lists(st.integers(0, 3), min_size=1, max_size=3), subject=SUBJECT, behind=BEHIND, how=HOW, way=WAY)
    def by_the_book(self, numbers: list[int], subject: str, behind: tuple[str, ...], how: str, way: str) -> None:
        """Proposals that everybody approves, one after another; each is merged, or the first waits."""
        for number in numbers if way != "waits" else numbers[:1]:
            self.edit("proposal", number, behind, how)
            self.everybody_approves("proposal", subject, None)
            if way != "waits":
                self.land(way, "theirs", behind, "author", None)

    @rule(place=PLACE, number=st.integers(0, 3), behind=BEHIND, how=HOW)
    def edit(self, place: str, number: int, behind: tuple[str, ...], how: str) -> None:
        self.commit(place, {"plan": (number, self.tip(place).tree["plan"][1])}, behind, how)

    @rule(place=PLACE, name=st.sampled_from(["plan", "rules"]), style=st.integers(0, 2), behind=BEHIND)
    def reformat(self, place: str, name: str, style: int, behind: tuple[str, ...]) -> None:
        self.commit(place, {name: (self.tip(place).tree[name][0], style)}, behind, "author")

    @rule(place=PLACE, key=MARK, asked=st.booleans(), behind=BEHIND)
    def mark_key(self, place: str, key: tuple[str, ...], asked: bool, behind: tuple[str, ...]) -> None:
        self.amend(place, key, asked, behind, "author")

    @rule(place=PLACE, change=CHANGE, asked=st.booleans(), behind=BEHIND, how=HOW)
    def change_rules(self, place: str, change: tuple[str, ...], asked: bool, behind: tuple[str, ...], how: str) -> None:
        self.amend(place, change, asked, behind, how)

    def amend(self, place: str, change: tuple[str, ...], asked: bool, behind: tuple[str, ...], how: str) -> None:
        rules, style = self.tip(place).tree["rules"]
        tree = {**self.tip(place).tree, "rules": (self.changed(rules, change), style)}
        agreement = self.records(place, tree, "rules", None, frozenset(behind)) if asked else []
        self.commit(place, {**tree, **{self.history.path(one): one for one in agreement}}, behind, how)

    @rule(place=PLACE)
    def agree(self, place: str) -> None:
        self.put(place, self.records(place, self.tip(place).tree, "rules", None))

    @rule(place=PLACE, delegator=PERSON, delegate=PERSON, role=ROLE, key=KEY, begins=st.integers(-3, 2),
          lasts=st.integers(0, 6), subjects=st.sampled_from([("plan",), ("staffing", "plan"), ("staffing",)]))  # fmt: skip
    def delegate(  # noqa: PLR0917
        self, place: str, delegator: str, delegate: str, role: str, key: str, begins: int, lasts: int, subjects: Any
    ) -> None:
        if delegator == delegate or role != LEADS.get(delegator, role):
            delegator, delegate = LEADS[role], "dev"
        first = self.day + begins
        lent = Delegation(delegator, delegate, role, subjects, first, first + lasts, _key(key, delegator))
        self.commit(place, {self.name("delegations/DG"): lent})

    @precondition(lambda self: self.known(Delegation))
    @rule(place=PLACE, which=st.integers(0, 9), subject=SUBJECT, decision=DECISION,
          key=KEY, ago=st.integers(-2, 4))  # fmt: skip
    def decide_for_another(self, place: str, which: int, subject: str, decision: str, key: str, ago: int) -> None:
        path, lent = self.known(Delegation)[which % len(self.known(Delegation))]
        mine = self.record(place, subject, lent.role, lent.delegate, decision, key, None)
        lent_to = {"on_behalf_of": lent.delegator, "delegation": Path(path).stem, "decided_on": self.day - ago}
        self.put(place, [replace(mine, **lent_to)])

    @rule(place=PLACE, person=st.sampled_from(["olga", "olga", "sam"]), asked=st.sampled_from(["dev", "dev", "olga"]),
          key=KEY, lasts=st.sampled_from([0, 5, 30, 60, 61]), begins=st.sampled_from([0, 0, 0, 2]))  # fmt: skip
    def waive(self, place: str, person: str, asked: str, key: str, lasts: int, begins: int) -> None:
        first = self.day + begins
        self.commit(place, {self.name("waivers/WV"): Waiver(person, asked, first, first + lasts, _key(key, person))})

    @rule(place=PLACE, which=st.integers(0, 9))
    def take_back(self, place: str, which: int) -> None:
        """A delegation or a waiver is taken away; decisions never are."""
        there = [path for path, it in self.tip(place).tree.items() if isinstance(it, Delegation | Waiver)]
        if there:
            self.commit(place, {there[which % len(there)]: None})

    @rule(days=st.integers(1, 8))
    def days_pass(self, days: int) -> None:
        self.day += days

    # What Git does

    @precondition(lambda self: self.proposal)
    @rule(way=WAY, winner=WINNER, behind=BEHIND, how=HOW, evil=st.sampled_from([None, None, None, 0, 1, 2, 3]))
    def land(self, way: str, winner: str, behind: tuple[str, ...], how: str, evil: int | None) -> None:
        """The proposal is merged; `evil` puts a plan into the merge that neither side may have."""
        SEEN[way] += 1
        tree = _three_way(self.fork.tree, self.main.tree, self.open.tree, winner)
        if way == "merge":
            tree |= {} if evil is None else {"plan": (evil, tree["plan"][1])}
            self.close([self.history.commit(tree, (self.main, self.open), behind, how)])
        elif way == "squash":
            self.close([self.history.commit(tree, (self.main,), behind, how)])
        else:
            line = self.rebased(winner)
            if way == "rebase" or not line:
                self.close(line)
            else:
                self.proposal, self.base = line[-1], len(self.branches)
                self.history.point("proposal", self.proposal)

    def rebased(self, winner: str) -> list[Commit]:
        """Every commit of the proposal again, on top of the branch; those that change nothing there are left out."""
        line, here = [], self.main
        new = (self.open.ancestors | {self.open}) - self.fork.ancestors - {self.fork}
        for old in sorted((one for one in new if len(one.parents) == 1), key=lambda one: len(one.ancestors)):
            tree = _three_way(old.parents[0].tree, here.tree, old.tree, winner)
            if tree != here.tree:
                here = self.history.commit(tree, (here,), tuple(sorted(old.people)), "author")
                line.append(here)
        return line

    @precondition(lambda self: self.proposal and self.base < len(self.branches))
    @rule(winner=WINNER, behind=BEHIND)
    def catch_up(self, winner: str, behind: tuple[str, ...]) -> None:
        """The branch is merged into the proposal."""
        tree = _three_way(self.fork.tree, self.open.tree, self.main.tree, winner)
        tree |= {path: it for path, it in self.main.tree.items() if isinstance(it, Record)}
        self.proposal = self.history.commit(tree, (self.open, self.main), behind)
        self.base = len(self.branches)
        self.history.point("proposal", self.proposal)
        SEEN["caught up"] += 1

    @rule()
    def forget(self) -> None:
        """What the program kept beside the repository is lost; it makes no difference."""
        shutil.rmtree(self.root / ".git/ray18", ignore_errors=True)
        self.judged.clear()

    # What must hold

    @invariant()
    def both_say_the_same(self) -> None:
        if not self.branches:
            return
        SEEN["steps"] += 1
        now, work = self.branches[-1], tuple(self.main.work(self.history.main[-2]) if len(self.branches) > 1 else ())
        self.compare("main", self.main.oid, Case(now, self.main.state, (), self.day))
        if len(self.branches) > 1 and len(self.branches) % 5 == 0:
            self.compare("main, by its parent", None, Case(self.branches[-2], self.main.state, work, self.day))
        if self.proposal is not None:
            case = Case(self.branches[self.base - 1], self.open.state, tuple(self.open.work(self.fork)), self.day)
            self.compare("proposal", None, case)

    def compare(self, place: str, base: str | None, case: Case) -> None:
        commit = self.open if place == "proposal" else self.main
        asked = (commit.oid, case.branch.steps, self.day)
        if self.judged.get(place) == asked:
            return
        self.judged[place] = asked
        SEEN["comparisons"] += 1
        judge = open_judge(self.repository, as_of=FIRST_DAY + timedelta(days=self.day), rev=commit.oid, base=base)
        said, meant = self.said(judge), self.meant(case)
        _count(case, meant)
        assert said == meant, f"{place}, step {case.branch.steps}, day {self.day}"

    def said(self, judge: Judge) -> dict[str, Any]:
        """What the program says."""
        branch = judge.ledger
        assert branch is not None
        found = {
            f"{seat.subject.id}: {seat.role}": seat.state for seat in judge.approvals.seats if seat.subject.id in ROLES
        }
        for name, one in branch.in_force.items():
            before = digest(name, one.past[-2]) if len(one.past) > 1 else None
            found[f"in force: {name}"] = (one.digest, before)
        found["unaccepted"] = bool(branch.unaccepted)
        found["agreed"] = all(change.agreed for change in judge.approvals.rule_changes)
        found |= {f"waiver {excuse.record.id}": not excuse.reason for excuse in judge.excuses}
        if len(self.branches) % 4 == 0:
            found["gate"] = judge.gate(judge.pack.gate("backlog")).verdict
        return found

    def meant(self, case: Case) -> dict[str, Any]:
        """What the documents promise."""
        found: dict[str, Any] = {
            f"{subject}: {role}": state
            for subject in ("plan", "staffing")
            for role, state in seats(case, subject).items()
        }
        for subject, (content, before, _) in case.branch.in_force.items():
            found[f"in force: {subject}"] = tuple(self.history.digest(subject, one) for one in (content, before))
        found["unaccepted"] = case.branch.unaccepted
        found["agreed"] = agreed(case)
        counts = {Path(path).stem: good for path, good in waivers(case)}
        found |= {f"waiver {name}": good for name, good in counts.items()}
        if len(self.branches) % 4 == 0:
            found["gate"] = Verdict.WAIVED if any(counts.values()) else Verdict.FAILED
        return found

    # The bookkeeping

    @property
    def main(self) -> Commit:
        return self.history.main[-1]

    @property
    def open(self) -> Commit:
        assert self.proposal is not None
        return self.proposal

    def tip(self, place: str) -> Commit:
        return self.proposal if place == "proposal" and self.proposal else self.main

    def branch(self, place: str) -> Branch:
        """The branch as whoever works there sees it."""
        return self.branches[self.base - 1] if place == "proposal" and self.proposal else self.branches[-1]

    def case(self, place: str, tree: Tree) -> Case:
        tip, branch = self.tip(place), self.branch(place)
        fork = self.history.main[branch.steps - 1]
        return Case(branch, replace(tip, tree=tree).state, tuple(tip.work(fork)))

    def known(self, kind: type) -> list[tuple[str, Any]]:
        """All of a kind that are on main or on the proposal, oldest first."""
        trees = {**self.main.tree, **(self.proposal.tree if self.proposal else {})} if self.branches else {}
        return sorted((path, it) for path, it in trees.items() if isinstance(it, kind))

    def name(self, start: str) -> str:
        self.made += 1
        return f"{start}-{self.made:04}.yaml"

    def record(  # noqa: PLR0917
        self,
        place: str,
        subject: str,
        role: str,
        person: str,
        decision: str,
        key: str,
        lasts: int | None,
        tree: Any = None,
    ) -> Record:
        """A decision as an honest machine writes it down."""
        case = self.case(place, tree or self.tip(place).tree)
        content = case.state.contents[subject]
        same = [
            one.it.sequence
            for one in case.held(Record).values()
            if (one.it.subject, one.it.content, one.it.role, one.it.person) == (subject, content, role, person)
        ]
        until = None if lasts is None else self.day + lasts
        return Record(
            subject, content, case.previous(subject), role, person, decision, _key(key, person), max(same, default=0) + 1,
            self.day, until,
        )  # fmt: skip

    def records(
        self, place: str, tree: Tree, subject: str, lasts: int | None, behind: frozenset[str] = frozenset()
    ) -> list[Record]:
        """Approvals of a subject for all its seats, by people who may, as far as there are any."""
        case, chosen = self.case(place, tree), {}
        rules = case.branch.rules
        for role in ROLES[subject]:
            may = [one for one in rules.hold(role) if rules.able(one) and one not in chosen.values()]
            free = [one for one in may if one not in case.authors(subject) | behind] or may
            if free:
                chosen[role] = free[0]
        usable = {owner(name): name for name, _, _ in reversed(rules.keys) if rules.usable(name)}
        return [
            replace(self.record(place, subject, role, who, "approved", "own/1", lasts, tree), key=usable[who])
            for role, who in chosen.items()
        ]

    def changed(self, rules: Rules, change: tuple[str, ...]) -> Rules:
        what, *rest = change
        if what == "flag":
            return replace(rules, **{rest[0]: not getattr(rules, rest[0])})
        if what == "key":
            person, number, state = rest
            since = 1 + self.made % len(self.branches) if state == "since" else None
            state = "compromised" if state == "since" else state
            marked = (f"{person}/{number}", state, since)
            return replace(rules, keys=tuple(marked if old[0] == marked[0] else old for old in rules.keys))
        person, role = rest
        held = {name: [one for one in people if (name, one) != (role, person)] for name, people in rules.holders}
        if what == "grant":
            held[role].append(person)
        return replace(rules, holders=tuple((name, tuple(people)) for name, people in held.items()))

    def put(self, place: str, records: list[Record]) -> None:
        self.commit(place, {self.history.path(one): one for one in records})

    def commit(self, place: str, changes: Tree, behind: tuple[str, ...] = (), how: str = "author") -> None:
        tip = self.tip(place)
        tree = {path: it for path, it in {**tip.tree, **changes}.items() if it is not None}
        made = self.history.commit(tree, (tip,), behind, how)
        if place == "main":
            self.advance([made])
            return
        self.base = self.base if self.proposal else len(self.branches)
        self.proposal = made
        self.history.point("proposal", made)

    @property
    def fork(self) -> Commit:
        """Where the proposal left the branch."""
        return self.history.main[self.base - 1]

    def close(self, line: list[Commit]) -> None:
        self.advance(line)
        self.proposal = None
        self.history.point("proposal", None)
        self.judged.pop("proposal", None)

    def advance(self, line: list[Commit]) -> None:
        """The protected branch moves on by these commits."""
        for commit in line:
            before = self.history.main[-1] if self.history.main else None
            work = commit.work(before)
            self.branches.append(
                after(self.branches[-1], commit.state, work) if before else begun(commit.state, work[0])
            )
            self.history.main.append(commit)
        self.history.point("main", self.main)


def _key(name: str, person: str) -> str:
    return name.replace("own", person)


def _three_way(base: Tree, ours: Tree, theirs: Tree, winner: str) -> dict[str, Any]:
    """A merge, file by file; where both sides changed one, the winner's stands, and of records always ours."""
    found = {}
    for path in {**base, **ours, **theirs}:
        old, mine, other = (tree.get(path) for tree in (base, ours, theirs))
        if mine == old:
            mine = other
        elif other not in (old, mine) and path in ("plan", "rules") and winner != "ours":
            mine = other if winner == "theirs" else (other[0], mine[1])
        found[path] = mine
    return {path: it for path, it in found.items() if it is not None}


def _count(case: Case, meant: dict[str, Any]) -> None:
    SEEN.update(f"seat {state}" for name, state in meant.items() if name.startswith(("plan:", "staffing:")))
    SEEN.update(
        "waiver counts" if good else "waiver does not" for name, good in meant.items() if name.startswith("waiver")
    )
    SEEN["rules not in force"] += case.branch.unaccepted
    SEEN["rules not agreed"] += not meant["agreed"]
    for subject, (_, before, _) in case.branch.in_force.items():
        SEEN[f"{subject} in force"] += 1
        SEEN[f"{subject} in force after another"] += before is not None


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ray18-template-"))
    create(folder, "main")
    return folder


@pytest.fixture
def quiet_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No CI system that names a base; a cache folder of our own, and every replay is kept there."""
    for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("ray18.ledger.reading.WORTH_KEEPING", 1)


def _search(number: int, examples: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=LENGTH,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(seed(number)(Approvals), settings=chosen)  # type: ignore[no-untyped-call]


def test_the_program_says_of_every_history_what_the_documents_promise(quiet_environment: None) -> None:
    number = 18
    _search(number, EXAMPLES)
    while SEEN["steps"] < STEPS:
        print(f"{SEEN['steps']:,} steps", flush=True)
        number += 1
        _search(number, EXAMPLES)
    print(f"{SEEN['steps']:,} steps, {SEEN['comparisons']:,} comparisons: {dict(sorted(SEEN.items()))}")
    for met in (
        "seat approved",
        "seat rejected",
        "plan in force",
        "waiver counts",
        "rules not in force",
        "merge",
        "rebase",
    ):
        assert SEEN[met], f"the search never met: {met}"

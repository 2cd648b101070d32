"""The steps of a branch gone through one by one, each judged by the rules in force before it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ray18.amendments import RuleSet, lock_outs, weakenings
from ray18.approvals import Case, Held, HeldDelegation, InForce, Seat, seats
from ray18.chain import Chain, Change, Step, Trees, differences
from ray18.commit_object import Commit
from ray18.documents import SETTINGS_PATH
from ray18.documents.people import People
from ray18.documents.settings import Settings
from ray18.errors import BlockedError
from ray18.facts import TEAM, Facts, Map, every_place
from ray18.git import Entry, Repository
from ray18.keyring import certificates
from ray18.ledger.authorship import authorship, known_as, touched
from ray18.ledger.state import Event, HeldCheckpoint, HeldWaiver, Ledger, StepRow, Weight
from ray18.program import COUNTERSIGNATURE_SUFFIX, SIGNATURE_SUFFIX, SIGNATURE_SUFFIXES, Rules, require_apart
from ray18.seating import can_amend
from ray18.signatures import verify
from ray18.snapshot import CommitSnapshot
from ray18.sshsig import SignatureProblem
from ray18.subjects import (
    RULES,
    Leaves,
    Sections,
    Subject,
    digest,
    empty_table,
    rules_subject,
    sections_from,
    short,
    subjects,
)

RECORDS = ("approval", "delegation", "waiver", "checkpoint")
"""The kinds of records that are only ever added. (A delegation or a waiver may be taken away; it then counts no more.)"""
APPEND_ONLY = ("approval", "checkpoint")


def sections_at(repository: Repository, commit: str, settings: Settings) -> dict[str, Sections] | None:
    """The sections of every subject at any commit, read by these settings; None when the commit is not here."""
    if not repository.has(commit):
        return None
    drawn, facts, table = Map.of(settings), Facts(repository), empty_table()
    entries = CommitSnapshot(repository, commit).paths(drawn.places())
    facts.fetch((drawn.kind(entry.path), entry) for entry in entries)
    for entry in entries:
        for place, leaf in facts.leaves(drawn.kind(entry.path), entry).items():
            table[place].put(entry.path, leaf)
    return sections_from(table)


class Replay:
    """Goes through the steps of a chain, and keeps the ledger."""

    def __init__(self, repository: Repository, *, signers: bool) -> None:
        self.repository = repository
        self.signers = signers
        self.skipped = 0
        self.number = 0
        self.tip = ""
        self.work = 0
        """How many steps and changes of files the last run went through."""
        self.facts = Facts(repository)
        self.tree: dict[str, Entry] = {}
        self.table: dict[tuple[str, str], Leaves] = empty_table()
        self.drawn: Map | None = None
        self.drawn_ever: tuple[Map, ...] = ()
        self.ledger: Ledger | None = None
        self.chain: Chain = Chain(repository, (), {})
        self.changes: dict[Trees, tuple[Change, ...]] = {}
        self.dirty: set[str] = set()
        self.named: dict[str, set[str]] = {}
        self.people_now: People | None = None
        """The people file at the step, in force or not: its marks of compromised keys count."""

    def adopt(self, repository: Repository) -> None:
        """Takes up in a repository what was kept of it."""
        self.repository = self.facts.repository = repository
        if self.ledger is not None:
            self.ledger.repository = repository

    def __getstate__(self) -> dict[str, Any]:
        """What is kept: neither the commits nor the differences of the steps that are done."""
        return {
            **self.__dict__,
            "chain": Chain(self.repository, (), {}),
            "changes": {},
            "facts": Facts(self.repository, {}, self.facts.known),
        }

    def run(self, chain: Chain) -> Ledger | None:
        """The ledger after the last step of a chain that goes on where this ended."""
        self.chain, self.work = chain, len(chain.steps)
        self.drawn_ever = tuple(dict.fromkeys((*self.drawn_ever, *self._maps())))
        if not self.drawn_ever:
            return None
        if chain.steps:
            self._compare(self.drawn_ever)
            self._fetch(self.drawn_ever)
        for step in chain.steps:
            self._step(step)
            self.number, self.tip = step.number, step.commit.oid
        if self.ledger is not None:
            there = {path: self.tree.get(path) for path in self.ledger.kept}
            self.ledger.records_now = {path: entry.oid for path, entry in there.items() if entry is not None}
        return self.ledger

    def _maps(self) -> Iterator[Map]:
        """The maps that all settings on the chain draw."""
        pairs = [step.trees for step in self.chain.steps]
        found = differences(self.repository, pairs, [SETTINGS_PATH])
        entries = {change.after.oid: change.after for changes in found.values() for change in changes if change.after}
        self.facts.fetch(("settings", entry) for entry in entries.values())
        for entry in entries.values():
            document = self.facts.document("settings", entry)
            if document is not None:
                yield Map.of(document.content)

    def _compare(self, maps: Sequence[Map]) -> None:
        pairs = [
            *(step.trees for step in self.chain.steps),
            *(pair for step in self.chain.steps for commit in step.entered for pair in self.chain.comparisons(commit)),
        ]
        self.changes = differences(self.repository, pairs, list(every_place(maps)))
        self.work += sum(map(len, self.changes.values()))

    def _fetch(self, maps: Sequence[Map]) -> None:
        seen = {
            (entry.path, entry.oid): entry
            for changes in self.changes.values()
            for change in changes
            for entry in (change.before, change.after)
            if entry is not None
        }
        kinds = {path: {drawn.kind(path) for drawn in maps} for path, _ in seen}
        self.facts.fetch((name, entry) for (path, _), entry in seen.items() for name in kinds[path])

    def _step(self, step: Step) -> None:
        changes = self.changes.get(step.trees, ())
        for change in changes:
            if change.after is None:
                self.tree.pop(change.path, None)
            else:
                self.tree[change.path] = change.after
        if step.number <= self.skipped:
            return
        first = self.ledger is None
        if first and not self._begin(step):
            return
        ledger, drawn = self._state()
        ledger.steps, ledger.tip = step.number, step.commit.oid
        ledger.commits.append(step.commit.oid)
        rules_before = ledger.rules
        governed = [(drawn.kind(change.path), change) for change in changes] if not first else self._everything()
        if any(name for name, _ in governed):
            ledger.governed_steps.add(step.number)
        for name, change in governed:
            self._record(step, name, change, rules_before)
            self._leaf(name, change)
        self._lost_by_merge(step, drawn)
        row = self._row(step)
        for commit, found in touched(self.chain, step, drawn, self.facts, self.changes):
            key = row.signer if commit is step.commit and not row.signer.startswith("!") else ""
            made = authorship(commit, ledger.rules.people, key)
            for subject in found:
                ledger.pending.setdefault(subject, {})[commit.oid] = made
        self._amend(step, first)
        self._judge(step)
        ledger.rows.append(row)

    def _row(self, step: Step) -> StepRow:
        commit = step.commit
        odd = [f"commit {one.oid[:12]}: {oddity}" for one in step.entered for oddity in one.oddities]
        odd += [
            f"commit {one.oid[:12]} begins another history that was merged in"
            for one in step.entered
            if not one.parents and step.number > 1
        ]
        odd += [f"commit {one.oid[:12]} has no usable date" for one in step.entered if one.committer.when is None]
        return StepRow(
            step.number,
            commit.oid,
            commit.committer.when,
            f"{commit.author.name} <{commit.author.email}>",
            self._signer(commit) if self.signers else "",
            len(step.entered) - 1,
            commit.subject,
            tuple(odd),
            max((one.committer.when or 0, one.oid) for one in step.entered),
        )

    def _signer(self, commit: Commit) -> str:
        ledger, _ = self._state()
        if commit.signature is None:
            return ""
        try:
            return verify(commit.signature, commit.payload, "git", certificates(ledger.rules.people))
        except SignatureProblem as problem:
            return f"!{problem}"

    def _state(self) -> tuple[Ledger, Map]:
        if self.ledger is None or self.drawn is None:
            raise AssertionError("the ledger has begun")
        return self.ledger, self.drawn

    def _begin(self, step: Step) -> bool:
        """Starts the ledger at the first step with usable settings: trust begins there."""
        rules = self._rules_at(step.commit.oid)
        if rules is None:
            return False
        found, ruleset = rules
        before = [one.commit.oid for one in self.chain.steps[: step.number - 1]]
        self.ledger = Ledger(self.repository, step.commit.oid, found, ruleset, first=step.number, commits=before)
        self._remember(self.ledger, found.people)
        self.drawn = Map.of(found.settings)
        return True

    def _everything(self) -> list[tuple[str, Change]]:
        """All governed files, as if they had just been added."""
        _, drawn = self._state()
        return [(name, Change(path, None, entry)) for path, entry in self.tree.items() if (name := drawn.kind(path))]

    def _rules_at(self, commit: str) -> tuple[Rules, RuleSet] | None:
        """The rules in the tree as it is now; None when they cannot be used."""
        entry = self.tree.get(SETTINGS_PATH)
        document = self.facts.document("settings", entry) if entry else None
        if document is None:
            return None
        settings: Settings = document.content
        try:
            require_apart(settings)
        except BlockedError:
            return None
        entry = self.tree.get(settings.locations.people)
        people = self.facts.document("people", entry) if entry else None
        if entry is not None and people is None:
            return None
        team = {}
        for path in Map.of(settings).team:
            there = self.tree.get(path)
            content = self.facts.content(TEAM, there) if there else None
            team[path] = next(iter(self.facts.leaves(TEAM, there).values()), "") if content is not None else ""
        known = people.content if people else None
        self.people_now = known
        if self.ledger is not None:
            self._remember(self.ledger, known)
        rules = Rules(settings, known, CommitSnapshot(self.repository, commit), commit, "")
        return rules, RuleSet(settings, known, team)

    @staticmethod
    def _remember(ledger: Ledger, people: People | None) -> None:
        for name, person in known_as(people):
            ledger.known_as.setdefault(name, set()).add(person)

    def _leaf(self, name: str, change: Change) -> None:
        before, after = self.facts.leaves(name, change.before), self.facts.leaves(name, change.after)
        for place in {*before, *after}:
            self.table[place].put(change.path, after.get(place))
            self.dirty.add(place[0])

    def _record(self, step: Step, name: str, change: Change, rules: Rules) -> None:
        if name not in RECORDS:
            return
        ledger, _ = self._state()
        path, after = change.path, change.after
        known = ledger.kept.get(path)
        if known is not None and (after is None or after.oid != known):
            what = "takes away" if after is None else "changes"
            self._event(step, name, "error", f"{what} a record that was merged before", path)
            if after is not None:
                return
        if after is None:
            self._taken_away(step, name, path)
            return
        if known is not None and after.oid == known:
            return
        if known is None and name in APPEND_ONLY:
            ledger.kept[path] = after.oid
        if path.endswith(SIGNATURE_SUFFIXES):
            self._late_signature(name, path)
        elif path.endswith(".yaml"):
            self._enter(step, name, after, rules)

    def _taken_away(self, step: Step, name: str, path: str) -> None:
        ledger, _ = self._state()
        gone = [key for key, held in ledger.delegations.items() if held.document.path == path]
        for key in gone:
            del ledger.delegations[key]
            self._event(step, name, "note", f"ends the delegation {key}", path)
        if name == "waiver" and path in ledger.waivers:
            self._event(step, name, "note", "takes the waiver away", path)

    def _late_signature(self, name: str, path: str) -> None:
        """A signature that came after its record makes the record enter now."""
        ledger, _ = self._state()
        of = path.removesuffix(SIGNATURE_SUFFIX).removesuffix(COUNTERSIGNATURE_SUFFIX)
        if name == "approval" and of in ledger.records:
            held = ledger.records[of]
            signature, counter = self._signatures(of)
            if (signature, counter) != (held.signature, held.countersignature):
                ledger.records[of] = replace(
                    held, signature=signature, countersignature=counter, step=ledger.steps, rules=ledger.rules
                )
                self.dirty.add(held.record.subject)
        if name == "waiver" and of in ledger.waivers:
            signature, counter = self._signatures(of)
            ledger.waivers[of] = replace(
                ledger.waivers[of], signature=signature, countersignature=counter, step=ledger.steps, rules=ledger.rules
            )

    def _signatures(self, path: str) -> tuple[bytes | None, bytes | None]:
        found = [self.tree.get(f"{path}{suffix}") for suffix in SIGNATURE_SUFFIXES]
        first, second = (self.facts.content("approval", entry) if entry else None for entry in found)
        return first, second

    def _enter(self, step: Step, name: str, entry: Entry, rules: Rules) -> None:
        ledger, _ = self._state()
        document = self.facts.document(name, entry)
        if document is None:
            self._event(step, name, "error", "this record cannot be read", entry.path)
            return
        signature, counter = self._signatures(entry.path)
        record: Any = document.content
        if name == "approval":
            ledger.records[entry.path] = Held(document, signature, counter, step.number, rules)
            self.named.setdefault(record.subject, set()).add(record.digest)
            self.dirty.add(record.subject)
            who = f"{record.person} as {record.role}" + (f" for {record.on_behalf_of}" if record.on_behalf_of else "")
            self._event(
                step, name, "note", f"{record.subject}: {record.decision} by {who} ({record.evidence})", entry.path,
                record.subject,
            )  # fmt: skip
        elif name == "delegation":
            held = HeldDelegation(document, signature, step.number, rules)
            ledger.delegations[record.id] = held
            told = f"{record.delegator} lends {record.role} to {record.delegate} until {record.ends}"
            self._event(step, name, "error" if held.objection else "note", held.objection or told, entry.path)
        elif name == "waiver":
            ledger.waivers[entry.path] = HeldWaiver(document, signature, counter, step.number, rules)
            told = (
                f"{record.policy} waived for {', '.join(record.items)} until {record.expires} by {record.approved_by}"
            )
            self._event(step, name, "note", told, entry.path)
        else:
            ledger.checkpoints[entry.path] = HeldCheckpoint(document, signature, step.number, rules)
            self._event(step, name, "note", f"{record.person} audited up to {record.tip[:12]}", entry.path)

    def _lost_by_merge(self, step: Step, drawn: Map) -> None:
        """Records that another parent of the merge has, and the merge has not."""
        ledger, _ = self._state()
        for parent, pair in list(zip(step.commit.parents, self.chain.comparisons(step.commit), strict=False))[1:]:
            for change in self.changes.get(pair, ()):
                name = drawn.kind(change.path)
                if name in APPEND_ONLY and change.before is not None and change.after is None:
                    message = f"the merge leaves out a record that its other parent {parent[:12]} has"
                    self._event(step, "order", "error", message, change.path)
                    ledger.kept.setdefault(change.path, change.before.oid)
            self._undone_by_merge(step, parent)

    def _undone_by_merge(self, step: Step, parent: str) -> None:
        """What was approved on another parent of the merge, and the merge does not have: a merge in the wrong direction."""
        ledger, _ = self._state()
        arrived = [held for held in ledger.records.values() if held.step == step.number]
        for subject in subjects(ledger.rules.settings):
            mine = {held.record.digest for held in arrived if held.record.subject == subject.id}
            if not mine or self._digest(subject.id) in mine:
                continue
            there = sections_at(self.repository, parent, ledger.rules.settings)
            if there is None or digest(subject.id, there[subject.id]) not in mine:
                continue
            if all(seat.state == "approved" for seat in self._seats(subject, there)):
                message = (
                    f"the merge undoes {subject.id} {short(digest(subject.id, there[subject.id]))}, "
                    f"which was approved on its other parent {parent[:12]}: a merge in the wrong direction?"
                )
                ledger.dropped[subject.id] = f"step {step.number}: {message}"
                self._event(step, "order", "error", message, "", subject.id)

    def _amend(self, step: Step, first: bool) -> None:
        """Takes new rules over, or says why not."""
        ledger, _ = self._state()
        if first:
            self._event(step, "rules", "note", "trust begins here: the first rules are taken as they are")
            self._take_over(step, ledger.rules, ledger.ruleset)
            return
        if RULES not in self.dirty:
            return
        found = self._rules_at(step.commit.oid)
        if found is None:
            ledger.unaccepted = ("they cannot be read",)
            self._event(step, "rules", "error", "the rules cannot be read; those before stay in force", SETTINGS_PATH)
            return
        rules, ruleset = found
        if (ruleset.settings, ruleset.people, ruleset.team) == (
            ledger.ruleset.settings, ledger.ruleset.people, ledger.ruleset.team,
        ):  # fmt: skip
            ledger.unaccepted = ()
            return
        problems, told = self._objections(ruleset)
        if problems:
            if ledger.unaccepted != problems:
                for problem in problems:
                    self._event(step, "rules", "error", f"not in force: {problem}")
            ledger.unaccepted = problems
            return
        self._event(step, "rules", "note", told)
        self._take_over(step, rules, ruleset)

    def _objections(self, ruleset: RuleSet) -> tuple[tuple[str, ...], str]:
        ledger, _ = self._state()
        locked = tuple(lock_outs(ledger.ruleset, ruleset))
        if locked:
            return locked, ""
        weaker = tuple(weakenings(ledger.ruleset, ruleset))
        if not weaker:
            return (), "the rules change, and nothing more can pass"
        if not can_amend(ledger.rules.settings, ledger.rules.people):
            return (), f"set up while nobody could agree yet: {'; '.join(weaker)}"
        subject = rules_subject(ledger.rules.settings)
        missing = [seat.role for seat in self._seats(subject, self._sections()) if seat.state != "approved"]
        if missing:
            return tuple(f"{change} (needs {' and '.join(missing)})" for change in weaker), ""
        return (), f"loosened with the agreement of those it takes: {'; '.join(weaker)}"

    def _take_over(self, step: Step, rules: Rules, ruleset: RuleSet) -> None:
        ledger, _ = self._state()
        moved = rules.settings.locations != ledger.rules.settings.locations or (
            Map.of(rules.settings).team != Map.of(ledger.rules.settings).team
        )
        ledger.rules, ledger.ruleset, ledger.unaccepted = rules, ruleset, ()
        self.drawn = Map.of(rules.settings)
        if moved:
            self.table = empty_table()
            for name, change in self._everything():
                self._leaf(name, change)
        self._in_force(step, RULES, self._digest(RULES))

    def _sections(self) -> dict[str, Sections]:
        return sections_from(self.table)

    def _seats(self, subject: Subject, sections: Mapping[str, Sections] | Sections) -> tuple[Seat, ...]:
        ledger, _ = self._state()
        whole: Any = sections
        case = Case(
            ledger.rules,
            whole,
            ledger.in_force,
            None,
            lambda name: ledger.authors(name, digest(name, whole[name])),
            ledger.delegations,
            step_of=ledger.step_of,
            sections_at=lambda commit: sections_at(self.repository, commit, ledger.rules.settings),
            proposed_people=self.people_now,
        )
        return seats(case, subject, ledger.records.values())

    def _judge(self, step: Step) -> None:
        """Which subjects came into force."""
        ledger, _ = self._state()
        approved = ledger.standings[-1] if ledger.standings else frozenset()
        rules_moved = RULES in self.dirty
        for subject in subjects(ledger.rules.settings) if self.dirty else ():
            if self.named.get(subject.id) and (rules_moved or subject.id in self.dirty):
                approved = self._judge_subject(step, subject, approved)
        ledger.standings.append(approved)
        self.dirty.clear()

    def _judge_subject(self, step: Step, subject: Subject, approved: frozenset[str]) -> frozenset[str]:
        ledger, _ = self._state()
        now = self._digest(subject.id)
        if self._named(subject, now) and all(s.state == "approved" for s in self._seats(subject, self._sections())):
            if ledger.in_force.get(subject.id) is None or ledger.in_force[subject.id].digest != now:
                self._event(step, "approval", "note", f"{subject.id} {short(now)} comes into force", "", subject.id)
                self._in_force(step, subject.id, now)
            return approved | {subject.id}
        if subject.id in approved:
            self._event(step, "content", "warning", f"{subject.id} is no more what was approved", "", subject.id)
        return approved - {subject.id}

    def _digest(self, subject: str) -> str:
        return digest(subject, {place[1]: kept.digest for place, kept in self.table.items() if place[0] == subject})

    def _named(self, subject: Subject, now: str) -> bool:
        """Whether any record can be about the subject as it stands: seats are judged only then."""
        ledger, _ = self._state()
        named = self.named.get(subject.id, set())
        return now in named or bool(named and any(role.sections for role in ledger.rules.settings.roles.values()))

    def _in_force(self, step: Step, subject: str, now: str) -> None:
        ledger, _ = self._state()
        held = ledger.in_force.get(subject)
        made = ledger.pending.pop(subject, {})
        ledger.authorships.update(made)
        sections = {place[1]: kept.digest for place, kept in self.table.items() if place[0] == subject}
        past = (*(held.past if held else ()), sections)
        ledger.in_force[subject] = InForce(now, step.number, frozenset(made), past)
        ledger.dropped.pop(subject, None)

    def _event(self, step: Step, name: str, weight: Weight, message: str, path: str = "", subject: str = "") -> None:
        ledger, _ = self._state()
        ledger.events.append(Event(step.number, name, weight, message, path, subject))

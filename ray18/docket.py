"""The docket: what is to be decided about a proposal, given the ledger of the branch that it is for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ray18.amendments import RuleSet, lock_outs, weakenings
from ray18.approvals import Case, Held, HeldDelegation, Seat, seats
from ray18.chain import commits_between, differences
from ray18.documents.approval import Closing
from ray18.documents.base import plain
from ray18.facts import Facts, Map, team_files
from ray18.ledger import Authorship, HeldWaiver, Ledger, authorship, sections_at, touched
from ray18.program import Program, Rules
from ray18.seating import can_amend
from ray18.snapshot import Snapshot
from ray18.subjects import Sections, Subject, all_subjects, digest, rules_subject, sections_of, subjects

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One way in which a proposal changes the rules so that more could pass, or nobody could decide any more."""

    message: str
    agreed: bool


@dataclass(frozen=True)
class Approvals:
    """The approvals of a program: the case, the records, the seats."""

    program: Program
    snapshot: Snapshot
    ledger: Ledger | None
    """The ledger of the trusted base; None when there is none to trust."""
    head: str | None
    """The newest commit of the proposal."""
    assumed: tuple[Held, ...] = ()
    """Decisions that nobody made: what would be if they were made."""

    @property
    def rules(self) -> Rules:
        """The rules they are judged by."""
        return self.program.rules

    @cached_property
    def team_files(self) -> dict[str, bytes]:
        """The team's own policies and schemas as the proposal has them."""
        document = self.program.one("settings")
        wanted = team_files(document.content) if document else ()
        return {entry.path: self.snapshot.read(entry.path) for entry in self.snapshot.paths(wanted)} if wanted else {}

    @cached_property
    def sections(self) -> Mapping[str, Sections]:
        """The sections of every subject as the program stands."""
        return sections_of(self.program.documents, self.team_files)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """The digest of every subject as the program stands."""
        return {
            subject.id: digest(subject.id, self.sections[subject.id]) for subject in all_subjects(self.rules.settings)
        }

    @cached_property
    def records(self) -> tuple[Held, ...]:
        """Every decision that was ever merged, then those that are proposed."""
        merged = self.ledger.records if self.ledger else {}
        proposed = (
            Held(
                document,
                self.program.signature(document.path),
                self.program.countersignature(document.path),
                None,
                self.rules,
            )
            for document in self.program.of("approval")
            if document.path not in merged or self._completed(document.path, merged[document.path])
        )
        again = {held.document.path: held for held in proposed}
        return (*(held for path, held in merged.items() if path not in again), *again.values(), *self.assumed)

    def _completed(self, path: str, held: Held) -> bool:
        """Whether the proposal brings a signature that a merged record lacked."""
        program = self.program
        return (held.signature is None and program.signature(path) is not None) or (
            held.countersignature is None and program.countersignature(path) is not None
        )

    @cached_property
    def delegations(self) -> Mapping[str, HeldDelegation]:
        """The delegations that are there now, by id."""
        merged = self.ledger.delegations if self.ledger else {}
        found = {}
        for document in self.program.of("delegation"):
            known = merged.get(document.content.id)
            if known is None or known.document.content != document.content:
                known = HeldDelegation(document, self.program.signature(document.path), None, self.rules)
            found[document.content.id] = known
        return found

    @cached_property
    def waivers(self) -> tuple[HeldWaiver, ...]:
        """The waivers that are there now."""
        merged = self.ledger.waivers if self.ledger else {}
        found = []
        for document in self.program.of("waiver"):
            known = merged.get(document.path)
            signature = self.program.signature(document.path)
            second = self.program.countersignature(document.path)
            if (
                known is None
                or known.document.content != document.content
                or (known.signature, known.countersignature) != (signature, second)
            ):
                known = HeldWaiver(document, signature, second, None, self.rules)
            found.append(known)
        return tuple(found)

    @cached_property
    def waivers_ever(self) -> tuple[Any, ...]:
        """Every waiver that was ever merged or is proposed."""
        merged = self.ledger.waivers.values() if self.ledger else ()
        found = {held.document.path: held.document.content for held in (*merged, *self.waivers)}
        return tuple(found.values())

    @cached_property
    def case(self) -> Case:
        """What approvals are judged against."""
        ledger = self.ledger
        if ledger is None:
            return Case(
                self.rules,
                self.sections,
                {},
                self.program.as_of,
                delegations=self.delegations,
                met=self._met,
                anchored=False,
            )
        people = self.program.one("people")
        return Case(
            self.rules,
            self.sections,
            ledger.in_force,
            self.program.as_of,
            lambda subject: ledger.authors(subject, self.digests[subject], self.authors.get(subject, ())),
            self.delegations,
            self._met,
            ledger.step_of,
            lambda commit: sections_at(ledger.repository, commit, self.rules.settings),
            proposed_people=people.content if people else None,
        )

    @cached_property
    def authors(self) -> Mapping[str, tuple[Authorship, ...]]:
        """Subject to the commits of the proposal that touch it."""
        if self.ledger is None or self.head is None or self.head == self.ledger.tip:
            return _NOTHING
        repository, drawn = self.ledger.repository, Map.of(self.rules.settings)
        chain = commits_between(repository, self.head, self.ledger.tip)
        facts = Facts(repository)
        found: dict[str, tuple[Authorship, ...]] = {}
        for step in chain.steps:
            pairs = [pair for commit in step.entered for pair in chain.comparisons(commit)]
            changes = differences(repository, pairs, drawn.places())
            for commit, touching in touched(chain, step, drawn, facts, changes):
                for subject in touching:
                    found[subject] = (*found.get(subject, ()), authorship(commit, self.rules.people))
        return found

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """Every seat of every subject of the protocol."""
        return tuple(seat for subject in subjects(self.rules.settings) for seat in self.seats_of(subject))

    def seats_of(self, subject: Subject) -> tuple[Seat, ...]:
        """The seats of one subject."""
        return seats(self.case, subject, self.records)

    @cached_property
    def rule_changes(self) -> tuple[RuleChange, ...]:
        """How the proposal loosens the rules, and whether those agreed whom the rules in force name."""
        proposed = self._proposed_rules()
        if self.ledger is None or proposed is None:
            return ()
        before = self.ledger.ruleset
        locked = [RuleChange(message, agreed=False) for message in lock_outs(before, proposed)]
        weaker = list(weakenings(before, proposed))
        if not weaker or not can_amend(before.settings, before.people):
            return tuple(locked)
        seats_ = self.seats_of(rules_subject(before.settings))
        missing = [seat.role for seat in seats_ if seat.state != "approved"]
        told = f" (needs {' and '.join(missing)})" if missing else ""
        return (*locked, *(RuleChange(f"{message}{told}", agreed=not missing) for message in weaker))

    def _proposed_rules(self) -> RuleSet | None:
        from hashlib import sha256

        settings, people = self.program.one("settings"), self.program.one("people")
        if settings is None:
            return None
        named = dict.fromkeys(team_files(settings.content), "")
        team = named | {path: sha256(content).hexdigest() for path, content in self.team_files.items()}
        return RuleSet(settings.content, people.content if people else None, team)

    @cached_property
    def anomalies(self) -> tuple[str, ...]:
        """What the history of the branch holds against any verdict about approvals."""
        return tuple(self._anomalies())

    def _anomalies(self) -> Iterator[str]:
        ledger = self.ledger
        if ledger is None:
            return
        yield from ledger.dropped.values()
        settled = all(change.agreed for change in self.rule_changes)
        for problem in () if settled else ledger.unaccepted:
            yield f"the rules on the branch are not in force: {problem}"

    def _met(self, closing: Closing) -> bool:
        document = next((one for one in self.program.documents if one.path == closing.document), None)
        value = _looked_up(plain(document.content), closing.pointer.split("/")[1:]) if document else None
        if closing.equals is not None:
            return type(value) is type(closing.equals) and value == closing.equals
        return (value not in (None, "", [], {})) is closing.present

    def subject(self, name: str) -> Subject | None:
        """The subject with this name."""
        return next((one for one in all_subjects(self.rules.settings) if one.id == name), None)


def _looked_up(value: Any, way: Iterable[str]) -> Any:
    """The value that a pointer leads to; None when there is none. Entries of lists are found by number or id."""
    for raw in way:
        name = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list):
            by_id = [entry for entry in value if isinstance(entry, dict) and str(entry.get("id")) == name]
            number = int(name) if name.isascii() and name.isdigit() else len(value)
            value = by_id[0] if by_id else value[number] if number < len(value) else None
        else:
            return None
    return value

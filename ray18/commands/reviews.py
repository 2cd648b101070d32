"""What the reviews of a change come to: whose they are, which subjects they are about, and the records that say so."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ray18.approvals import OBSERVATION, Held, record_path
from ray18.commands.approve import decide
from ray18.commands.place import open_judge, protection, today
from ray18.commands.records import signed_files, your_id
from ray18.documents.approval import Approval
from ray18.documents.base import Decision
from ray18.documents.people import People
from ray18.errors import BlockedError, EnvironmentProblem, Ray18Error, UsageError
from ray18.forges.model import Change, ReviewState, Sorted, last_words
from ray18.forges.words import Said, said
from ray18.gates import Judge
from ray18.git import Repository
from ray18.history import left_at
from ray18.ledger import sections_at
from ray18.native_hooks.pushes import commit_of
from ray18.signatures import SignatureProblem
from ray18.signing import Signer
from ray18.subjects import Subject, all_subjects, short

_DECISIONS: Mapping[ReviewState, Decision] = {
    "approved": "approved",
    "changes-requested": "rejected",
    "dismissed": "abstained",
}

_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass
class Outcome:
    """A review and what came of it."""

    sorted: Sorted
    person: str = ""
    records: list[Approval] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


class Watch:
    """One look at a change: which reviews say what about which subjects."""

    def __init__(self, repository: Repository, change: Change, signer: Signer) -> None:
        self.repository, self.change, self.signer = repository, change, signer
        guarded = protection(repository, cached=True)
        self.branch = guarded[0] if guarded else ""
        if change.target != self.branch:
            raise UsageError(
                f"change {change.number} is for the branch {change.target!r}, and approvals are for {self.branch!r}",
                "only changes for the protected branch are observed",
            )
        head = _commit(repository, change.head)
        if head is None:
            raise EnvironmentProblem(
                f"the head of change {change.number} is not here ({change.head[:12]})",
                f"git fetch origin {change.head}",
            )
        self.judges: dict[str, Judge] = {}
        self.judge = self.opened(head)
        rules = self.judge.program.rules
        self.people = rules.people
        self.observer = your_id(rules.people, signer)
        if self.observer not in rules.settings.approvals.observers:
            raise UsageError(
                f"{self.observer} is not an observer of this program",
                "observers stand in ray18.yaml: approvals.observers",
            )
        self.known = list(_known(repository, self.judge, self.branch))

    def opened(self, commit: str) -> Judge:
        """The program at a commit, judged against what its reviewers were shown it against."""
        if commit not in self.judges:
            base = left_at(self.repository, commit, self.change.base, self.branch)
            self.judges[commit] = open_judge(self.repository, rev=commit, base=base, as_of=today())
        return self.judges[commit]

    def outcomes(self) -> list[Outcome]:
        """What comes of each review."""
        return [self._outcome(entry) for entry in last_words(self.change.reviews)]

    def _outcome(self, entry: Sorted) -> Outcome:
        found = Outcome(entry)
        account = entry.review.account
        found.person = _owner(self.people, self.change, account.id) if account else ""
        if entry.reason:
            found.reasons.append(entry.reason)
            return found
        try:
            for subject in self._meant(found):
                self._decide(found, subject)
        except Ray18Error as error:
            found.reasons.append(error.message)
        if not found.records and not found.reasons:
            found.reasons.append(f"the change alters nothing that {found.person} decides about")
        return found

    def _meant(self, found: Outcome) -> Iterator[tuple[Subject, str]]:
        """The subjects that a review is about, each with the role; what does not fit is told. Raises BlockedError."""
        review = found.sorted.review
        if not found.person:
            raise BlockedError("the account belongs to nobody in people.yaml, or to several")
        person = self.people.person(found.person) if self.people else None
        if person is None or person.kind != "human":
            raise BlockedError(f"{found.person} is a bot")
        if review.commit is None:
            raise BlockedError("the forge does not tell which commit was reviewed")
        if _commit(self.repository, review.commit) is None:
            raise BlockedError(
                f"the reviewed commit {review.commit[:12]} is not here: git fetch origin {review.commit}"
            )
        judge = self.opened(review.commit)
        subjects = all_subjects(judge.program.rules.settings)
        words = said(review.body, [subject.id for subject in subjects])
        if words.problem:
            raise BlockedError(f"its /ray18 line cannot be understood: {words.problem}")
        base = judge.program.rules.base or ""
        before = sections_at(self.repository, base, judge.program.rules.settings) or {}
        now = judge.approvals.sections
        altered = {subject.id for subject in subjects if before.get(subject.id) != now[subject.id]}
        for name in sorted(words.subjects - altered):
            found.reasons.append(f"{name}: the change does not alter it")
        for subject in subjects:
            if subject.id in altered and (not words.subjects or subject.id in words.subjects):
                role = self._role(found, subject, words)
                if role:
                    yield subject, role

    def _role(self, found: Outcome, subject: Subject, words: Said) -> str:
        """The role in which somebody decides about a subject; empty, with the reason told, when there is not one."""
        held = [role for role in subject.roles if self.people and found.person in self.people.holders(role)]
        if words.role:
            if words.role not in held and (held or words.subjects):
                found.reasons.append(f"{subject.id}: {found.person} does not decide about it as {words.role}")
            return words.role if words.role in held else ""
        if len(held) > 1:
            found.reasons.append(
                f"{subject.id}: {found.person} is {' and '.join(held)}; the review must say which: /ray18 as {held[0]}"
            )
        return held[0] if len(held) == 1 else ""

    def _decide(self, found: Outcome, chosen: tuple[Subject, str]) -> None:
        subject, role = chosen
        review = found.sorted.review
        judge = self.opened(review.commit or "")
        told = {
            "decision": _DECISIONS[review.state],
            "decided_on": today(),
            "evidence": "observed",
            "observation": self._observation(found),
        }
        try:
            _, record = decide(judge, subject.id, found.person, role, told)
        except Ray18Error as error:
            found.reasons.append(f"{subject.id}: {error.message}")
            return
        words = said(review.body, [one.id for one in all_subjects(judge.program.rules.settings)])
        if words.digests and short(record.digest) not in words.digests:
            found.reasons.append(f"{subject.id}: it is {short(record.digest)} there, which the review does not name")
            return
        self._number(found, record)

    def _number(self, found: Outcome, record: Approval) -> None:
        """Gives a record its place among the decisions of the same person about the same state."""
        key = _key(record)
        same = [held for held in self.known if _key(held.record) == key]
        own = [held for held in same if held.record.evidence != "observed" and _is_genuine(held)]
        if own:
            found.reasons.append(f"{record.subject}: {record.person} decided there already, in {own[-1].document.path}")
            return
        last = max(same, key=lambda held: held.record.sequence, default=None)
        if last is not None and _says_the_same(last.record, record) and _is_genuine(last):
            found.reasons.append(f"{record.subject}: recorded already, in {last.document.path}")
            return
        found.records.append(record.model_copy(update={"sequence": (last.record.sequence if last else 0) + 1}))

    def _observation(self, found: Outcome) -> dict[str, Any]:
        review, change = found.sorted.review, self.change
        account = review.account
        if account is None:
            raise AssertionError("a review without an account decides nothing")
        return {
            "forge": change.forge,
            "repository": change.repository,
            "change": change.number,
            "review": review.id,
            "account": account.id,
            "login": account.login,
            "bot": account.bot,
            "state": review.state,
            "commit": review.commit,
            "opened_by": change.opened_by.id,
            "pushed_by": sorted(change.pushed_by),
            "submitted_at": review.submitted_at,
            "fetched_on": today(),
            "raw": review.raw,
            "observer": self.observer,
        }

    def files(self, outcomes: Iterable[Outcome]) -> dict[str, bytes]:
        """The records, signed."""
        folder = self.judge.program.rules.settings.locations.approvals
        found: dict[str, bytes] = {}
        for outcome in outcomes:
            for record in outcome.records:
                found |= signed_files(record_path(folder, record), "approval", record, self.signer, OBSERVATION)
        return found


def _commit(repository: Repository, told: str) -> str | None:
    """A commit that a forge names by its full id; a name that could mean something else here is none."""
    return commit_of(repository, told) if _ID.fullmatch(told) else None


def _known(repository: Repository, judge: Judge, branch: str) -> Iterator[Held]:
    """Every decision that the change has, or that the protected branch has by now."""
    yield from judge.approvals.records
    tip = repository.reference(f"refs/heads/{branch}") or repository.reference(f"refs/remotes/origin/{branch}")
    if tip is not None and tip not in (judge.head, judge.program.rules.base):
        yield from open_judge(repository, rev=tip, base=tip, as_of=today()).approvals.records


def _owner(people: People | None, change: Change, account: int) -> str:
    """The one person to whom an account belongs; empty when there is not exactly one."""
    wanted = (change.forge, account)
    found = [
        person.id
        for person in (people.people if people else ())
        if any((one.forge, one.id) == wanted for one in person.forges)
    ]
    return found[0] if len(found) == 1 else ""


def _key(record: Approval) -> tuple[str, str, str, str]:
    return (record.subject, record.digest, record.role, record.person)


def _says_the_same(one: Approval, other: Approval) -> bool:
    seen, again = one.observation, other.observation
    return (
        one.decision == other.decision
        and seen is not None
        and again is not None
        and (seen.forge, seen.repository, seen.review, seen.state, seen.commit)
        == (again.forge, again.repository, again.review, again.state, again.commit)
    )


def _is_genuine(held: Held) -> bool:
    try:
        return bool(held.signers)
    except SignatureProblem:
        return False

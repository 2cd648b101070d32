"""A Git repository written object by object: quick enough for thousands of histories, and what `git fsck` calls sound."""

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from conftest import PROGRAM_ID, public_line, signer_of
from oracle import Delegation, Record, Rules, State, Waiver, Work, owner

from ray18.approvals import DELEGATION, NAMESPACE, record_path
from ray18.documents import approval, delegation, kind, waiver
from ray18.documents.document import Document, made, read
from ray18.subjects import digest, meaning, sections_of, signed_bytes
from ray18.waivers import NAMESPACE as WAIVER

FIRST_DAY = date(2026, 6, 1)
SUBJECTS = frozenset({"plan", "staffing", "rules"})
ITEM = {
    "id": "MB-1",
    "title": "Renew the certificate",
    "source": {"kind": "other"},
    "maintenance_type": "preventive",
    "severity": "High",
    "priority": "P1",
    "created": "2026-05-01",
    "due": "2036-07-01",
}
"""A serious item without an owner: what the waivers are for."""

Tree = Mapping[str, Any]
"""What a commit holds: `plan` and `rules` with the style they are written in, records, delegations and waivers by path."""


@dataclass(frozen=True, eq=False)
class Commit:
    """A commit, with what it means."""

    oid: str
    tree: Tree
    parents: tuple["Commit", ...]
    people: frozenset[str]
    """Who stands behind it."""
    ancestors: frozenset["Commit"]
    """Everything before it."""

    @property
    def state(self) -> State:
        number, rules = self.tree["plan"][0], self.tree["rules"][0]
        contents = {"plan": number, "staffing": number // 2, "rules": rules}
        return State(contents, {path: it for path, it in self.tree.items() if path not in ("plan", "rules")})

    def work(self, before: "Commit | None") -> list[Work]:
        """What entered with it, seen from the commit before: who made it, and which subjects no parent had so."""
        entered = (self.ancestors | {self}) - (before.ancestors | {before} if before else set())
        return [(one.people, one.changed) for one in entered if one.changed]

    @property
    def changed(self) -> frozenset[str]:
        """The subjects whose meaning no parent has."""
        others = [one.state.contents for one in self.parents]
        return frozenset(name for name in SUBJECTS if all(self.state.contents[name] != one[name] for one in others))


class History:
    """Writes commits, and knows the digest of every content in them."""

    def __init__(self, git_dir: Path) -> None:
        self.git_dir = git_dir
        self.main: list[Commit] = []
        """The commit of each step."""
        self.stored: set[str] = set()
        self.digests: dict[tuple[str, Any], str] = {}
        self.texts: dict[Any, dict[str, bytes]] = {}

    def commit(
        self, tree: Tree, parents: tuple[Commit, ...], people: tuple[str, ...] = (), how: str = "author"
    ) -> Commit:
        """A commit behind which these people stand: as author, committer, co-author, or by the key that signed it."""
        files = {path: content for item in tree.items() for path, content in self._files(*item).items()}
        files |= {"services.yaml": b"services: []\n", "backlog/MB-1.yaml": json.dumps(ITEM).encode()}
        named = {"author": "nobody", "committer": "nobody"}
        if people and how in named:
            named[how] = people[0]
        trailers = "".join(
            f"\nCo-authored-by: X <{who}@example.org>" for who in people[0 if how == "co-author" else 1 :]
        )
        head = [f"tree {self._folder(files)}", *(f"parent {parent.oid}" for parent in parents)]
        seconds = 1_780_000_000 + len(self.stored)
        head += [f"{role} X <{who}@example.org> {seconds} +0000" for role, who in named.items()]
        body = f"\n\nchange\n{trailers}\n"
        if people and how == "key":
            armored = signer_of(f"{people[0]}/1").sign(("\n".join(head) + body).encode(), "git").decode()
            head.append("gpgsig " + armored.rstrip("\n").replace("\n", "\n "))
        oid = self._stored("commit", ("\n".join(head) + body).encode())
        before = frozenset(parents).union(*(parent.ancestors for parent in parents))
        return Commit(oid, dict(tree), parents, frozenset(people), before)

    def point(self, branch: str, commit: Commit | None) -> None:
        """Sets a branch, or takes it away."""
        path = self.git_dir / "refs/heads" / branch
        if commit is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(f"{commit.oid}\n")

    def digest(self, subject: str, content: Any) -> str | None:
        """The digest of a subject with this content."""
        return None if content is None else digest(subject, self._sections(subject, content))

    def path(self, record: Record) -> str:
        """Where a record belongs."""
        return record_path("approvals", self._approval(record))

    def _sections(self, subject: str, content: Any) -> dict[str, str]:
        files = self._files("rules", (content, 0)) if subject == "rules" else _plan(_number(subject, content), 0)
        files = {**files, "services.yaml": b"services: []\n"}
        kinds = {"ray18.yaml": "settings", "people.yaml": "people", "plan.yaml": "plan", "services.yaml": "services"}
        return dict(sections_of([_document(kinds[path], path, text) for path, text in files.items()], {})[subject])

    def _approval(self, record: Record) -> approval.Approval:
        fields = {
            "program": PROGRAM_ID,
            "subject": record.subject,
            "digest": self.digest(record.subject, record.content),
            "sections": self._sections(record.subject, record.content),
            "previous": self.digest(record.subject, record.previous),
            "role": record.role,
            "person": record.person,
            "on_behalf_of": record.on_behalf_of,
            "delegation": record.delegation,
            "decision": record.decision,
            "sequence": record.sequence,
            "decided_on": _day(record.decided_on),
            "valid_until": None if record.valid_until is None else _day(record.valid_until),
        }
        return made(approval.Approval, fields)

    def _files(self, path: str, it: Any) -> dict[str, bytes]:
        if (path, it) not in self.texts:
            self.texts[path, it] = self._written(path, it)
        return self.texts[path, it]

    def _written(self, path: str, it: Any) -> dict[str, bytes]:
        if path == "plan":
            return _plan(*it)
        if path == "rules":
            return _rules(it[0], it[1], lambda step: self.main[step - 1].oid)
        if isinstance(it, Record):
            return _signed(path, self._approval(it), it.key, NAMESPACE)
        if isinstance(it, Delegation):
            lent = {
                **vars(it),
                "id": Path(path).stem,
                "program": PROGRAM_ID,
                "begins": _day(it.begins),
                "ends": _day(it.ends),
            }
            del lent["key"]
            return _signed(path, made(delegation.Delegation, lent), it.key, DELEGATION)
        return _signed(path, _waiver(Path(path).stem, it), it.key, WAIVER)

    def _folder(self, files: Mapping[str, bytes]) -> str:
        entries = []
        for name, group in groupby(sorted(files), lambda path: path.partition("/")[0]):
            inner = {path.partition("/")[2]: files[path] for path in group}
            if "" in inner:
                entries.append((name, f"100644 {name}", self._stored("blob", inner[""])))
            else:
                entries.append((f"{name}/", f"40000 {name}", self._folder(inner)))
        lines = (line.encode() + b"\0" + bytes.fromhex(oid) for _, line, oid in sorted(entries))
        return self._stored("tree", b"".join(lines))

    def _stored(self, kind_name: str, content: bytes) -> str:
        whole = f"{kind_name} {len(content)}\0".encode() + content
        oid = hashlib.sha1(whole).hexdigest()
        if oid not in self.stored:
            self.stored.add(oid)
            path = self.git_dir / "objects" / oid[:2] / oid[2:]
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
        return oid


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def _number(subject: str, content: int) -> int:
    return content if subject == "plan" else content * 2


@cache
def _document(kind_name: str, path: str, source: bytes) -> Document[Any]:
    document, problems = read(kind(kind_name), path, source)
    assert document is not None, problems
    return document


@cache
def _plan(number: int, style: int) -> dict[str, bytes]:
    """One of four plans: the last bit is in `plan` alone, the one before in `staffing` too."""
    level = {"after_minutes": 5 + number // 2, "contact": "sam"}
    value = {
        "title": f"Plan {number % 2}",
        "revision": 1,
        "period": {"start": "2026-01-01", "end": "2026-12-31"},
        "revisit_date": "2026-09-01",
        "escalation": [{"severity": "High", "levels": [level]}],
    }
    return {"plan.yaml": _styled(value, style)}


def _rules(rules: Rules, style: int, commit: Callable[[int], str]) -> dict[str, bytes]:
    people: dict[str, dict[str, Any]] = {}
    for name, state, since in rules.keys:
        who = owner(name)
        person = people.setdefault(who, {"id": who, "name": who, "email": f"{who}@example.org", "keys": []})
        revoked: dict[str, Any] = {} if state == "usable" else {"revoked": {"reason": state}}
        if since is not None:
            revoked["revoked"]["since"] = commit(since)
        person["keys"].append({"key": public_line(name), **revoked})
    counted = {
        "distinct_people": rules.distinct_people,
        "authors_may_approve": rules.authors_may_approve,
        "on_role_loss": "reapprove" if rules.loss_costs else "keep",
    }
    settings = {"program": {"id": PROGRAM_ID, "title": "Test program"}, "approvals": counted}
    trusted = {"people": list(people.values()), "roles": {role: list(held) for role, held in rules.holders}}
    return {"ray18.yaml": _styled(settings, style), "people.yaml": _styled(trusted, style)}


def _styled(value: dict[str, Any], style: int) -> bytes:
    """The same meaning in other bytes: as it is; the other way round with comments; with a mark and other line ends."""
    if style == 1:
        return b"# agreed\n" + json.dumps(dict(reversed(value.items())), indent=2).encode() + b" # so be it\n"
    text = json.dumps(value, indent=1).encode()
    return b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n") if style == 2 else text


def _waiver(name: str, it: Waiver) -> waiver.Waiver:
    fields = {
        "id": name,
        "program": PROGRAM_ID,
        "gate": "backlog",
        "policy": "serious-item-has-owner",
        "items": ["MB-1"],
        "reason": "somebody is hired on the first of the month",
        "requested_by": it.requested_by,
        "approved_by": it.approved_by,
        "role": "operations-director",
        "created": _day(it.created),
        "expires": _day(it.expires),
    }
    return made(waiver.Waiver, fields)


def _signed(path: str, record: Any, key: str, namespace: str) -> dict[str, bytes]:
    """A record and its signature; without a key, the record alone."""
    text = {path: json.dumps(meaning(record)).encode()}
    return {**text, f"{path}.sig": signer_of(key).sign(signed_bytes(record), namespace)} if key else text

"""The stage: small, complete programs as real Git repositories, with people, keys and dates that are always the same.

The stories: in F0 the operations director, the support lead and the product owner approved the plan and the
security lead rejected it, so that its true verdict is "not approved". In F1 all four approved. Each is built once in a
process and copied for every script; git itself makes what the scripts do to it, with the attacker's means.
"""

import base64
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ray18.approvals import NAMESPACE, record_path
from ray18.attacks.documents import DOCUMENTS, SETTINGS, TEAM_FILES
from ray18.docket import Approvals
from ray18.documents.approval import Approval
from ray18.documents.base import Model
from ray18.documents.document import made
from ray18.git import Repository, discover
from ray18.ledger import read_ledger
from ray18.program import load, read_rules
from ray18.scrubbed import environment
from ray18.signing import Signer, in_process
from ray18.snapshot import WorkTreeSnapshot
from ray18.subjects import digest, meaning, rules_digest, signed_bytes
from ray18.yaml import render

DAY = date(2026, 6, 1)
"""The day on which everything is judged."""
LEADS = {"olga": "operations-director", "sam": "support-lead", "pia": "product-owner", "sven": "security-lead"}
"""Person to role, in the order in which they decide."""
EVERYBODY = (*LEADS, "ana", "ben", "robo")
"""Four leads, two engineers and a bot."""
Tale = Literal["rejected", "open", "approved"]
"""F0, F1, and between the two: everybody but the security lead approved, who has not decided yet."""
REJECTION = "sven decided: rejected"
"""What RAY-18 says of F0 itself."""
_NOON = "2026-05-04T12:00:00Z"
_EPOCH = "1777896000 +0000"


def signer_of(name: str) -> Signer:
    """The same key for the same name, in every run; it speaks for nobody outside the stage."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return in_process(Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b".")[:32]))


def public_line(name: str) -> str:
    """The key's line as a `.pub` file has it."""
    return f"ssh-ed25519 {base64.b64encode(signer_of(name).public_key).decode()}"


def email(name: str) -> str:
    """The address that commits of this person carry."""
    return f"{name}@ferry.example"


def people(
    *,
    keys: Mapping[str, Sequence[str]] | None = None,
    roles: Mapping[str, Sequence[str]] | None = None,
    revoked: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
    more: str = "",
    without: Sequence[str] = (),
) -> str:
    """The people file; `keys` maps people to names of keys, `revoked` a name of a key to YAML that says why."""
    keys, revoked = keys or {}, revoked or {}
    lines = ["people:"]
    for number, name in enumerate(EVERYBODY, 41):
        if name in without:
            continue
        kind = (kinds or {}).get(name, "bot" if name == "robo" else "human")
        lines += [f"  - id: {name}", f"    name: {name.title()}", f"    email: {email(name)}", f"    kind: {kind}"]
        lines.append("    keys:")
        for key in keys.get(name, (name,)):
            lines.append(f"      - key: {public_line(key)}")
            lines += [f"        revoked: {revoked[key]}"] if key in revoked else []
        lines.append(f"    forges: [{{forge: github, id: {number}, login: {name}}}]")
    held = {role: [person] for person, role in LEADS.items()} | {k: list(v) for k, v in (roles or {}).items()}
    lines += [*([more] if more else []), "teams:", "  - {id: platform, name: Platform, members: [ana, ben]}", "roles:"]
    lines += [f"  {role}: [{', '.join(holders)}]" for role, holders in held.items()]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Stage:
    """One repository on which a script plays."""

    root: Path

    @property
    def marker(self) -> Path:
        """A file that hostile configuration would make; it must never come to be."""
        return self.root.parent / "marker"

    @property
    def repository(self) -> Repository:
        """The repository as RAY-18 finds it."""
        return discover(self.root)

    def git(self, *arguments: str, stdin: bytes = b"", at: Path | None = None, **env: str) -> str:
        """What plain git answers, as a user would call it. Raises CalledProcessError when it fails."""
        told = self.try_git(*arguments, stdin=stdin, at=at, **env)
        told.check_returncode()
        return os.fsdecode(told.stdout).strip()

    def try_git(
        self, *arguments: str, stdin: bytes = b"", at: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[bytes]:
        """The same, where failing is an answer too."""
        return subprocess.run(
            ["git", *arguments],  # noqa: S607 (the git that users have)
            cwd=at or self.root,
            env=_plain_environment() | env,
            input=stdin,
            capture_output=True,
            check=False,
        )

    def write(self, path: str, content: str | bytes) -> Path:
        """A file with this content, with its folders."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def read(self, path: str) -> str:
        """A file's text."""
        return (self.root / path).read_text(encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """One text in a file instead of another; it must be there."""
        text = self.read(path)
        if old not in text:
            raise AssertionError(f"{path} holds no {old!r}")
        self.write(path, text.replace(old, new))

    def remove(self, path: str) -> None:
        """A file less."""
        (self.root / path).unlink()

    def commit(  # noqa: PLR0913 (what a commit is made of)
        self,
        message: str,
        who: str = "ana",
        *,
        signer: str | None = "",
        author: str = "",
        date: str = _EPOCH,
        parents: Sequence[str] | None = None,
        force: bool = False,
    ) -> str:
        """Commits everything in the work tree to the current branch; signed by `who`, by somebody else, or (None) not at all."""
        self.git("add", "-A", *(["--force"] if force else []))
        head = self.try_git("rev-parse", "--verify", "--quiet", "HEAD").stdout.decode().split()
        content = self.commit_text(
            self.git("write-tree"), head if parents is None else parents, message, who, author=author, date=date
        )
        if signer is not None:
            content = signed_commit(content, signer or who, self.signature_header)
        oid = self.store(content)
        self.git("update-ref", "HEAD", oid)
        if (self.root / ".git" / "MERGE_HEAD").exists():
            self.git("merge", "--quit")
        return oid

    def commit_text(
        self, tree: str, parents: Sequence[str], message: str, who: str, *, author: str = "", date: str = _EPOCH
    ) -> bytes:
        """The bytes of a commit without a signature."""
        author = author or who
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author.title()} <{email(author)}> {date}", f"committer {who.title()} <{email(who)}> {date}"]
        return ("\n".join(lines) + f"\n\n{message}\n").encode()

    @property
    def signature_header(self) -> str:
        """The header under which a commit's signature stands."""
        return "gpgsig-sha256" if self.git("rev-parse", "--show-object-format") == "sha256" else "gpgsig"

    def store(self, content: bytes, kind: str = "commit") -> str:
        """Writes any bytes as an object, sound or not; its id."""
        return self.git("hash-object", "-t", kind, "-w", "--stdin", "--literally", stdin=content)

    def head(self, revision: str = "HEAD") -> str:
        """The id of a commit."""
        return self.git("rev-parse", "--verify", revision)

    def branch(self, name: str, start: str = "HEAD") -> None:
        """A new branch, checked out."""
        self.git("switch", "-q", "-c", name, start)

    def switch(self, name: str) -> None:
        """Another branch, checked out."""
        self.git("switch", "-q", name)

    def land(self, branch: str, who: str = "ana") -> str:
        """Merges a branch into main, as a forge does it: always with a merge commit. The index decides conflicts."""
        self.switch("main")
        self.git("merge", "-q", "--no-ff", "--no-commit", branch)
        return self.commit(f"Merge {branch}", who, parents=(self.head("main"), self.head(branch)))

    def docket(self) -> Approvals:
        """The approvals as the work tree and the branch main stand."""
        repository = self.repository
        tip = repository.reference("refs/heads/main")
        ledger = read_ledger(repository, tip, None) if tip else None
        snapshot = WorkTreeSnapshot(self.root)
        rules = ledger.rules if ledger else read_rules(snapshot, None, "the stage")
        return Approvals(load(snapshot, rules, DAY), snapshot, ledger, repository.head())

    def record(self, person: str, subject: str = "plan", decision: str = "approved", **fields: Any) -> Approval:
        """A person's decision about a subject as the work tree has it; `fields` override what would be right."""
        docket = self.docket()
        known = docket.subject(subject)
        if known is None:
            raise AssertionError(f"there is no subject {subject}")
        sections = fields.pop("sections", dict(docket.sections[subject]))
        right = {
            "program": docket.rules.settings.program.id,
            "subject": subject,
            "digest": digest(subject, sections),
            "sections": sections,
            "previous": docket.case.previous(known),
            "rules": rules_digest(docket.rules.settings, docket.rules.people),
            "role": LEADS.get(person, "security-lead"),
            "person": person,
            "decision": decision,
            "decided_on": date(2026, 5, 5),
        }
        return made(Approval, right | fields)

    def put(self, record: Approval, signer: str | None = "", namespace: str = NAMESPACE, path: str = "") -> str:
        """Writes a record and its signature, by its person, by somebody else, or (None) by nobody; the path."""
        path = path or record_path("approvals", record)
        self.write(path, render(meaning(record)))
        if signer is not None:
            self.sign(path, record, signer or record.person, namespace)
        return path

    def sign(self, path: str, record: Any, signer: str, namespace: str, suffix: str = ".sig") -> None:
        """Writes the signature of any record beside it."""
        self.write(f"{path}{suffix}", signer_of(signer).sign(signed_bytes(record), namespace))

    def add(self, path: str, record: Model, signer: str | None, namespace: str) -> str:
        """Writes a record of another kind, signed; the path."""
        self.write(path, render(meaning(record)))
        if signer is not None:
            self.sign(path, record, signer, namespace)
        return path

    def approve(self, person: str, subject: str = "plan", signer: str | None = "", **fields: Any) -> str:
        """Writes a person's approval; the path."""
        return self.put(self.record(person, subject, **fields), signer)

    def everybody_approves(self, *but: str) -> None:
        """Commits the approval of each lead, one after the other."""
        for person, role in LEADS.items():
            if person not in but:
                self.approve(person)
                self.commit(f"Approve the plan as {role}", person)

    def agree_on_rules(self) -> None:
        """Writes the agreement of those whom the rules name to the rules in the work tree."""
        for person in ("olga", "sven"):
            self.approve(person, "rules")

    def found(self, person: str, subject: str = "plan") -> str:
        """The path of the only record of a person about a subject in the work tree."""
        (path,) = (self.root / "approvals" / subject).rglob(f"*--{person}--*.yaml")
        return path.relative_to(self.root).as_posix()

    def git_says(self, revision: str) -> str:
        """What git itself says about a commit's signature, given everybody's keys: the letter of `%G?` and the signer."""
        keys = self.root.parent / "allowed-signers"
        lines = [f'{email(name)} namespaces="git" {public_line(name)}\n' for name in EVERYBODY]
        keys.write_text("".join(lines), encoding="utf-8")
        configured = ["-c", f"gpg.ssh.allowedSignersFile={keys}", "-c", "gpg.format=ssh"]
        told = self.try_git(*configured, "log", "-1", "--format=%G? %GS", "--end-of-options", revision)
        return told.stdout.decode("utf-8", "replace").strip() if told.returncode == 0 else ""


def signed_commit(content: bytes, signer: str, header: str = "gpgsig") -> bytes:
    """A commit's bytes with the signature that git would have put there."""
    armored = signer_of(signer).sign(content, "git").decode().rstrip("\n").replace("\n", "\n ")
    head, _, rest = content.partition(b"\n\n")
    return head + f"\n{header} {armored}\n\n".encode() + rest


def begin(
    root: Path, files: Mapping[str, str] | None = None, *, object_format: str = "sha1", author: str = "ana"
) -> Stage:
    """A program with a plan that nobody has decided about yet; `files` are in place of, or besides, the usual ones."""
    root.mkdir(parents=True)
    stage = Stage(root)
    stage.git("init", "-q", "--template=", "-b", "main", f"--object-format={object_format}")
    start = {"ray18.yaml": SETTINGS, "people.yaml": people(), **TEAM_FILES, **DOCUMENTS} | dict(files or {})
    later = ("plan.yaml", "governance.yaml")
    for path in start.keys() - set(later):
        stage.write(path, start[path])
    stage.commit("Start the program")
    for path in later:
        stage.write(path, start[path])
    stage.commit("Draw up the plan", author)
    return stage


@cache
def _built(folder: Path, tale: Tale) -> Path:
    root = folder / tale
    if tale == "open":
        begin(root).everybody_approves("sven")
        return root
    stage = story(folder, root, "open")
    stage.put(stage.record("sven", decision=tale))
    stage.commit("Decide about the plan as security-lead", "sven")
    return root


def story(folder: Path, root: Path, tale: Tale) -> Stage:
    """A copy of a story in `root`; what is copied is kept in `folder`, and built once."""
    shutil.copytree(_built(folder, tale), root, symlinks=True)
    return Stage(root)


@cache
def _plain_environment() -> dict[str, str]:
    """A user's environment without a home, and with names and dates that are always the same."""
    return {
        "PATH": environment().get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ana",
        "GIT_AUTHOR_EMAIL": email("ana"),
        "GIT_COMMITTER_NAME": "Ana",
        "GIT_COMMITTER_EMAIL": email("ana"),
        "GIT_AUTHOR_DATE": _NOON,
        "GIT_COMMITTER_DATE": _NOON,
        "LC_ALL": "C",
        "TZ": "UTC",
    }

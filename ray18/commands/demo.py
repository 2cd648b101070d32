"""`ray18 demo`: the example program as a real repository, with a history by several people, judged three times."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from ray18.approvals import NAMESPACE, record_path
from ray18.commands.approve import decide
from ray18.commands.modelines import FOLDER, header
from ray18.commands.output import colourful, say
from ray18.commands.place import open_judge
from ray18.commands.records import signed_files
from ray18.commands.script import doors
from ray18.commits import Author, commit_files
from ray18.errors import UsageError
from ray18.files import write_whole
from ray18.gates import Verdict
from ray18.git import Repository, create
from ray18.renderers import text
from ray18.report import judge_gates
from ray18.schema import shipped_schemas
from ray18.shipped import shipped
from ray18.signing import Signer, in_process
from ray18.yaml import edit, load, render

AS_OF = date(2026, 3, 16)
"""The day the example is about; its records are dated around it."""
_BRANCH = "main"
_SHOWN = 8
_APPROVALS = (
    ("scope", "ingrid-berg", "operations-director"),
    ("staffing", "tomas-vik", "support-lead"),
    ("priorities", "amara-osei", "product-owner"),
    ("remediation", "lena-korhonen", "security-lead"),
    ("plan", "tomas-vik", "support-lead"),
    ("plan", "amara-osei", "product-owner"),
    ("plan", "lena-korhonen", "security-lead"),
    ("plan", "ingrid-berg", "operations-director"),
)


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def command(folder: Path | None) -> None:
    """Build the example program in FOLDER (default: a new temporary folder) and judge it as its history unfolds.

    Ten people start a program, read a hand-over in, mend what the gates find, and approve the plan, each with a key made
    on the spot. Nothing outside FOLDER is touched.

    \b
    Example:
      ray18 demo harbor-demo
    """
    target = folder or Path(tempfile.mkdtemp(prefix="ray18-demo-"))
    if target.exists() and any(target.iterdir()):
        raise UsageError(f"{target} is not empty", "name a new folder")
    target.mkdir(parents=True, exist_ok=True)
    story = _Story(target, create(target, _BRANCH), _cast(), shipped("example-repo"))
    story.start()
    story.read_handover()
    _require(story.judge("What the hand-over left open"), Verdict.FAILED)
    story.mend()
    _require(story.judge("After the teams mended their items and drew up plan and governance"), Verdict.FAILED)
    story.approve()
    _require(story.judge("After the four leads approved"), Verdict.PASSED)
    say(_goodbye(target))


@dataclass
class _Story:
    """The scripted history; each chapter ends in commits on the protected branch."""

    folder: Path
    repository: Repository
    signers: Mapping[str, Signer]
    example: Path
    clock: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def start(self) -> None:
        """The program's first files, with everybody's public key."""
        people = load(self._example("people.yaml")).value
        entries = people["people"] if isinstance(people, dict) else []
        keys: dict[Any, Any] = {
            ("people", number, "keys"): [{"type": "ssh", "key": self._public_line(entry["id"])}]
            for number, entry in enumerate(entries)  # type: ignore[arg-type]
            if isinstance(entry, dict) and entry["id"] in self.signers
        }
        files = {
            "ray18.yaml": self._example("ray18.yaml"),
            "people.yaml": edit(self._example("people.yaml"), keys),
            "services.yaml": render({"services": []}, header("services")),
            **{f"{FOLDER}/{name}": content for name, content in shipped_schemas().items()},
            **doors(),
            **dict(self._under("handover")),
        }
        self._commit("jonas-weber", "Start the maintenance program with the hand-over as received", files)

    def read_handover(self) -> None:
        """`ray18 intake`, as anybody would run it."""
        from ray18.commands.intake import command as intake

        say("\n== ray18 intake ==\n\n")
        intake.main([], prog_name="ray18 intake", standalone_mode=False, obj={"folder": self.folder})
        self._commit("ravi-patel", "Read the hand-over in", dict(self._changed()))

    def mend(self) -> None:
        """Everybody completes what is theirs; then plan and governance."""
        owners = {
            "booking": "nora-dahl",
            "payments": "mei-tan",
            "port-operations": "tomas-vik",
            "platform": "jonas-weber",
            "data": "sofia-lind",
        }
        backlog = dict(self._under("backlog"))
        for team, person in owners.items():
            own = {path: content for path, content in backlog.items() if _owner(content) == team}
            self._commit(person, f"Complete the items of {team}", own)
        rest = {path: content for path, content in backlog.items() if _owner(content) not in owners}
        self._commit("ravi-patel", "Complete the items that belong to no single team", rest)
        self._commit("amara-osei", "Rank the backlog, and settle what was in dispute", dict(self._under("rankings")))
        self._commit("ravi-patel", "Complete the catalog", {"services.yaml": self._example("services.yaml")})
        governance = {"governance.yaml": self._example("governance.yaml"), **dict(self._under("reports"))}
        self._commit("jonas-weber", "Set up reviews, dashboards and alerts", governance)
        plans = ("plan.yaml", "schedule.yaml", "rota.yaml")
        self._commit("jonas-weber", "Draw up the plan", {path: self._example(path) for path in plans})

    def approve(self) -> None:
        """Each lead decides, and signs with their own key."""
        for subject, person, role in _APPROVALS:
            judge = open_judge(self.repository, as_of=AS_OF)
            _, record = decide(judge, subject, person, role, {"decision": "approved", "decided_on": AS_OF})
            path = record_path("approvals", record)
            files = signed_files(path, "approval", record, self.signers[person], NAMESPACE)
            self._commit(person, f"Approve {subject} as {role}", files)

    def judge(self, title: str) -> Verdict:
        """The verdicts as they stand, printed."""
        say(f"\n== {title}: ray18 gate --all --as-of {AS_OF} ==\n\n")
        report = judge_gates(open_judge(self.repository, as_of=AS_OF), ())
        import sys

        say(text.gates(report, colour=colourful(sys.stdout), limit=_SHOWN))
        return report.verdict

    def _example(self, path: str) -> bytes:
        return (self.example / path).read_bytes()

    def _under(self, folder: str) -> Iterator[tuple[str, bytes]]:
        for path in sorted((self.example / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(self.example).as_posix(), path.read_bytes()

    def _changed(self) -> Iterator[tuple[str, bytes]]:
        """Everything that the work tree has and the last commit has not."""
        for top in ("backlog", "services.yaml", ".artifacts"):
            start = self.folder / top
            for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
                if path.is_file():
                    yield path.relative_to(self.folder).as_posix(), path.read_bytes()

    def _public_line(self, person: object) -> str:
        import base64

        return f"ssh-ed25519 {base64.b64encode(self.signers[str(person)].public_key).decode()}"

    def _commit(self, person: str, message: str, files: Mapping[str, bytes]) -> None:
        self.clock += timedelta(hours=5)
        for path, content in files.items():
            write_whole(self.folder / path, content)
        author = Author(person.replace("-", " ").title(), f"{person.replace('-', '.')}@nordlicht.example", self.clock)
        commit = commit_files(self.repository, _BRANCH, files, author, message, self.signers[person])
        self.repository.run("read-tree", "HEAD")
        say(f"{commit[:9]}  {author.name:16} {message}\n")


def _cast() -> dict[str, Signer]:
    """A new key for everybody."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    names = (
        "ingrid-berg", "tomas-vik", "amara-osei", "lena-korhonen", "jonas-weber",
        "ravi-patel", "mei-tan", "rafael-costa", "nora-dahl", "sofia-lind",
    )  # fmt: skip
    return {name: in_process(Ed25519PrivateKey.generate()) for name in names}


def _owner(content: bytes) -> str:
    value = load(content).value
    return str(value.get("owner", "")) if isinstance(value, dict) else ""


def _require(verdict: Verdict, expected: Verdict) -> None:
    if verdict is not expected:
        raise AssertionError(f"the example should be {expected.value} here, and is {verdict.value}")


def _goodbye(target: Path) -> str:
    return (
        f"\nThe program is in {target}. Look around, break something, and judge it again:\n"
        f"  cd {target}\n"
        f"  git log --oneline\n"
        f"  ray18 backlog list\n"
        f"  ray18 gate --all --as-of {AS_OF}\n"
    )

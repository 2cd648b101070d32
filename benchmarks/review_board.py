"""The loop of reviews against a real Review Board: post, ship it, observe, judge, tell, change, and what must not count.

    pip install ReviewBoard; rb-site install --noinput … SITE; rb-site manage SITE runserver -- 127.0.0.1:8088 --noreload
    python benchmarks/review_board.py http://127.0.0.1:8088 admin admin

It makes users, a repository and review requests there; use a server that may be thrown away. Ends with exit code 0 when every
step came out as it should.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

ROLES = {"operations-director": "olga", "support-lead": "sam", "product-owner": "pia", "security-lead": "sven"}
PLAN = """\
title: Maintenance of Harbor Booking
revision: 1
period: {start: 2026-01-01, end: 2099-12-31}
revisit_date: 2099-06-01
objectives: [Keep the booking of berths running]
"""


class Board:
    """One server, asked as an administrator or as somebody."""

    def __init__(self, url: str, admin: tuple[str, str]) -> None:
        self.api, self.admin = f"{url.rstrip('/')}/api", admin

    def ask(
        self, method: str, where: str, who: str = "", files: dict[str, Any] | None = None, **content: Any
    ) -> dict[str, Any]:
        """One request, as the administrator or as a user whose password is the name."""
        auth = (who, who) if who else self.admin
        done = requests.request(method, f"{self.api}/{where}", auth=auth, data=content, files=files, timeout=60)
        told: dict[str, Any] = done.json()
        if told["stat"] != "ok":
            raise SystemExit(f"{method} {where}: {json.dumps(told)[:500]}")
        return told

    def user(self, name: str) -> int:
        """The number of a user, who is made where there is none."""
        if requests.get(f"{self.api}/users/{name}/", auth=self.admin, timeout=60).status_code == 404:
            self.ask("POST", "users/", username=name, password=name, email=f"{name}@example.org")
        return int(self.ask("GET", f"users/{name}/")["user"]["id"])

    def post(self, repository: int, work: Path, request: int | None) -> int:
        """Posts what the branch has over main, commit by commit; the number of the review request."""
        if request is None:
            made = self.ask("POST", "review-requests/", "dev", repository=repository, create_with_history="1")
            request = int(made["review_request"]["id"])
        base, head = git(work, "rev-parse", "origin/main"), git(work, "rev-parse", "HEAD")
        draft = f"review-requests/{request}/draft"
        made = self.ask("POST", f"{draft}/diffs/", "dev", base_commit_id=base)
        revision = made["diff"]["revision"]
        validated = {"validation_info": ""}
        for commit in git(work, "rev-list", "--reverse", f"{base}..{head}").split():
            parent = git(work, "rev-parse", f"{commit}^")
            ids = {"commit_id": commit, "parent_id": parent} | validated
            change = git(work, "diff", "--full-index", parent, commit) + "\n"
            checked = self.ask(
                "POST", "validation/commits/", "dev", {"diff": ("diff", change)},
                repository=repository, base_commit_id=base, **ids,
            )  # fmt: skip
            when = git(work, "show", "-s", "--format=%cI", commit)
            person = {"name": "dev", "email": "dev@example.org", "date": when}
            told = {f"{role}_{name}": value for role in ("author", "committer") for name, value in person.items()}
            self.ask(
                "POST", f"{draft}/diffs/{revision}/draft-commits/", "dev", {"diff": ("diff", change)},
                commit_message="change", **ids, **told,
            )  # fmt: skip
            validated = {"validation_info": checked["commit_validation"]["validation_info"]}
        whole = {"cumulative_diff": ("diff", git(work, "diff", "--full-index", base, head) + "\n")}
        self.ask("PUT", f"{draft}/diffs/{revision}/", "dev", whole, finalize_commit_series="1", **validated)
        self.ask(
            "PUT", f"{draft}/", "dev", summary="Draw up the plan", description="The plan.", branch="main",
            target_people=",".join(ROLES.values()), public="1",
        )  # fmt: skip
        return request

    def review(self, request: int, who: str, *, ship_it: bool = True) -> int:
        """A published review; its number."""
        time.sleep(1.1)  # times are told to the second
        content = {"ship_it": "1" if ship_it else "0", "body_top": "Looks good.", "public": "1"}
        return int(self.ask("POST", f"review-requests/{request}/reviews/", who, **content)["review"]["id"])


def git(folder: Path, *arguments: str) -> str:
    """What a Git command prints."""
    who = {f"GIT_{role}_NAME": "dev" for role in ("AUTHOR", "COMMITTER")}
    who |= {f"GIT_{role}_EMAIL": "dev@example.org" for role in ("AUTHOR", "COMMITTER")}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | who, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def program(folder: Path, accounts: dict[str, int]) -> tuple[Path, Path]:
    """A bare repository with a program, and a clone with a plan on a branch."""
    first = folder / "program"
    first.mkdir()
    git(first, "init", "-q", "-b", "main")
    ray18(first, "init", "--title", "Harbor Booking")
    people = ["people:"]
    for name in (*accounts, "ci"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / f"key-{name}")], check=True)
        key = (folder / f"key-{name}.pub").read_text().strip()
        people += [f"  - id: {name}", f"    name: {name.title()}", f'    keys: [{{key: "{key}"}}]']
        people += [f"    kind: {'bot' if name == 'ci' else 'human'}"]
        if name in accounts:
            people += [f"    forges: [{{forge: reviewboard, id: {accounts[name]}, login: {name}}}]"]
    people += ["roles:", *(f"  {role}: [{name}]" for role, name in ROLES.items())]
    (first / "people.yaml").write_text("\n".join(people) + "\n")
    settings = ["approvals: {observers: [ci]}", "roles:"]
    settings += [f"  {role}: {{title: {role}, evidence: observed}}" for role in ROLES]
    with (first / "ray18.yaml").open("a") as file:
        file.write("\n".join(settings) + "\n")
    git(first, "add", "-A")
    git(first, "commit", "-q", "-m", "start")
    git(folder, "clone", "-q", "--bare", "program", "server.git")
    ray18(folder / "server.git", "receive", "install")
    git(folder, "clone", "-q", "server.git", "work")
    work = folder / "work"
    git(work, "switch", "-q", "-c", "plan")
    (work / "plan.yaml").write_text(PLAN)
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Draw up the plan")
    return folder / "server.git", work


def ray18(folder: Path, *arguments: str, status: int = 0, **environment: str) -> str:
    """What a command prints; it must end with this exit code."""
    command = [sys.executable, "-m", "ray18", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode != status:
        raise SystemExit(f"ray18 {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def expect(what: str, right: bool) -> None:
    """Says how a step came out."""
    print(("ok    " if right else "WRONG ") + what, flush=True)
    if not right:
        raise SystemExit(1)


class Loop:
    """One program, one review request, and what comes of it."""

    def __init__(self, board: Board, url: str) -> None:
        self.board, self.folder = board, Path(tempfile.mkdtemp(prefix="ray18-review-board-"))
        accounts = {who: board.user(who) for who in (*ROLES.values(), "dev")}
        board.user("mallory")
        admin = board.admin[0]
        token = board.ask("POST", f"users/{admin}/api-tokens/", note="ray18", policy="{}")["api_token"]["token"]
        self.env = {"RAY18_FORGE_TOKEN": token}
        self.bare, self.work = program(self.folder, accounts)
        title = f"program-{self.folder.name[-6:]}"
        made = board.ask("POST", "repositories/", name=title, path=str(self.bare), tool="Git")
        self.repository = int(made["repository"]["id"])
        self.request = board.post(self.repository, self.work, None)
        where = ("--forge", "reviewboard", "--repo", f"g/{title}", "--api", f"{url}/api")
        self.at = (*where, "--pr", str(self.request))
        self.key = ("--key", str(self.folder / "key-ci"))
        self.seen = str(self.folder / "seen")
        self.told = ""

    def seats(self) -> list[str]:
        """Looks at the reviews, and judges with them."""
        self.told = ray18(self.work, "approvals", "observe", *self.at, "--out", self.seen, *self.key, **self.env)
        command = [
            sys.executable,
            "-m",
            "ray18",
            "why",
            "plan",
            "--rev",
            "plan",
            "--observed",
            self.seen,
            "--format",
            "json",
        ]
        judged = subprocess.run(command, cwd=self.work, capture_output=True, text=True, check=False)
        found = {seat["role"]: seat["state"] for one in json.loads(judged.stdout)["subjects"] for seat in one["seats"]}
        return [found[role] for role in ROLES]

    def publish(self) -> str:
        """Tells the verdicts."""
        return ray18(self.work, "publish", *self.at, "--rev", "plan", "--observed", self.seen, **self.env)

    def reviews(self) -> None:
        """Who counts while nothing moves."""
        everybody = ["approved"] * 4
        expect("nobody has reviewed", "approved" not in self.seats())
        self.board.review(self.request, "mallory")
        self.board.review(self.request, "dev")
        expect("a stranger and who posted it do not count", "approved" not in self.seats())
        ship = {who: self.board.review(self.request, who) for who in ROLES.values()}
        expect("four ship-its fill four seats", self.seats() == everybody)
        self.publish()
        updates = self.board.ask("GET", f"review-requests/{self.request}/status-updates/")["status_updates"]
        expect("a status update for each gate", len({one["service_id"] for one in updates}) == 4)
        expect("told once", self.publish().split()[::2] == ["kept"] * 5)
        self.board.ask("PUT", f"review-requests/{self.request}/reviews/{ship['sven']}/", "sven", ship_it="0")
        expect("a ship-it that was revoked does not count", self.seats() == [*everybody[:3], "missing"])

    def changes(self) -> None:
        """What a new diff does to the reviews before it."""
        time.sleep(1.1)
        (self.work / "plan.yaml").write_text(PLAN.replace("2099-06-01", "2099-07-01"))
        git(self.work, "commit", "-q", "-a", "-m", "later")
        self.board.post(self.repository, self.work, self.request)
        expect("ship-its before the newest diff do not count", "approved" not in self.seats())
        expect("and it is said why", "it came before diff 2" in self.told)
        for who in ROLES.values():
            self.board.review(self.request, who)
        expect("after it they do", self.seats() == ["approved"] * 4)

    def merge(self) -> None:
        """The server that refuses, and the merge with its records."""
        push = ["git", "push", "-q", "origin", "plan:main"]
        done = subprocess.run(push, cwd=self.work, capture_output=True, text=True, check=False)
        expect("the server refuses the plan without its records", "is refused" in done.stderr and done.returncode != 0)
        self.board.ask("PUT", f"review-requests/{self.request}/", "dev", status="submitted")
        git(self.work, "switch", "-q", "main")
        git(self.work, "merge", "-q", "--no-ff", "-m", "Merge", "plan")
        ray18(self.work, "approvals", "observe", *self.at, "--commit", *self.key, **self.env)
        git(self.work, "push", "-q", "origin", "main")
        audit = ray18(self.work, "audit")
        expect("it takes the merge with them, and the audit names the step", "in force since step" in audit)


def main(url: str, name: str, password: str) -> None:
    loop = Loop(Board(url, (name, password)), url)
    loop.reviews()
    loop.changes()
    loop.merge()


if __name__ == "__main__":
    main(*sys.argv[1:4])

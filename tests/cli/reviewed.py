"""A program whose plan is proposed on a branch, and a pull request for it as a forge tells of it."""

from dataclasses import dataclass, field
from typing import Any

from conftest import ROLES, SETTINGS, Program, people_yaml, public_line
from forge_server import Asked, ForgeServer, Reply

PLAN = """\
title: Plan
revision: 1
period: {start: 2026-01-01, end: 2026-12-31}
revisit_date: 2026-09-01
objectives: [Keep it running]
"""
ACCOUNTS = {"olga": 11, "sam": 12, "pia": 13, "sven": 14, "dev": 15}
STRANGER, BOT = 99, 77
OBSERVED = "approvals: {observers: [ci]}\nroles:\n" + "".join(
    f"  {role}: {{title: {role.replace('-', ' ').title()}, evidence: observed}}\n" for role in ROLES
)


def people_with_accounts(forge: str) -> str:
    """Everybody with an account, and a bot that observes."""
    bot = f"  - id: ci\n    name: CI\n    kind: bot\n    keys:\n      - key: {public_line('ci')}\n"
    bot += f"    forges: [{{forge: {forge}, id: {BOT}, login: ci}}]\n"
    text = people_yaml(bot)
    for person, number in ACCOUNTS.items():
        account = f"    forges: [{{forge: {forge}, id: {number}, login: {person}}}]\n"
        text = text.replace(f"    name: {person.title()}\n", f"    name: {person.title()}\n{account}")
    return text


def propose(program: Program, forge: str = "github") -> str:
    """The rules on main, a plan on a branch by somebody without a role; the branch's newest commit."""
    program.restart("people.yaml", people_with_accounts(forge))
    program.restart("ray18.yaml", SETTINGS + OBSERVED)
    program.git("checkout", "-q", "-b", "change")
    program.write("plan.yaml", PLAN)
    return program.commit("plan")


def user(number: int, login: str = "") -> dict[str, Any]:
    """An account as GitHub and Gitea tell of it."""
    names = {account: name for name, account in ACCOUNTS.items()}
    kind = "Bot" if number == BOT else "User"
    return {"id": number, "login": login or names.get(number, f"user-{number}"), "type": kind}


@dataclass
class PullRequest:
    """A pull request on GitHub, with its routes."""

    server: ForgeServer
    base: str
    head: str
    reviews: list[dict[str, Any]] = field(default_factory=list)
    merged: bool = False
    target: str = "main"
    opened_by: int = ACCOUNTS["dev"]
    committers: tuple[int, ...] = (ACCOUNTS["dev"],)

    def __post_init__(self) -> None:
        at = "/repos/o/r/pulls/7"
        self.server.on("GET", at, lambda _: self.told())
        self.server.on("GET", f"{at}/reviews", lambda _: self.reviews)
        self.server.on("GET", f"{at}/commits", lambda _: self.commits())

    def told(self) -> dict[str, Any]:
        return {
            "number": 7,
            "state": "closed" if self.merged else "open",
            "merged_at": "2026-06-02T10:00:00Z" if self.merged else None,
            "user": user(self.opened_by),
            "head": {"sha": self.head, "ref": "change", "repo": {"full_name": "o/r"}},
            "base": {"sha": self.base, "ref": self.target, "repo": {"full_name": "o/r"}},
            "commits": len(self.committers),
        }

    def commits(self) -> list[dict[str, Any]]:
        return [{"sha": self.head, "author": user(number), "committer": {}} for number in self.committers]

    def review(self, account: int, state: str = "APPROVED", commit: str | None = "", body: str = "") -> dict[str, Any]:
        """Adds a review; without a commit of its own, of the head."""
        made = {
            "id": 100 + len(self.reviews),
            "user": user(account),
            "state": state,
            "commit_id": self.head if commit == "" else commit,
            "submitted_at": f"2026-06-01T10:00:{len(self.reviews):02}Z",
            "body": body,
        }
        self.reviews.append(made)
        return made


def webhook(pull: PullRequest, review: dict[str, Any]) -> dict[str, Any]:
    """The payload of the event, as GitHub sends it."""
    told = review | {"state": review["state"].lower()}
    return {"action": "submitted", "review": told, "pull_request": pull.told(), "repository": {"full_name": "o/r"}}


def too_many(asked: Asked) -> Reply:
    """What GitHub answers to who asks too often."""
    return Reply({"message": f"rate limit for {asked.path}"}, 403, {"Retry-After": "1"})

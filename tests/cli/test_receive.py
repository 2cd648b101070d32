"""A bare repository refuses what nobody approved: real pushes, over files and over HTTP."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import GIT_ENVIRONMENT, ITEM, ROLES, SETTINGS, Program, people_yaml
from serving import http_server

PLAN = """\
title: Plan
revision: 1
period: {start: 2026-01-01, end: 2026-12-31}
revisit_date: 2026-09-01
objectives: [Keep it running]
"""
BIN = Path(sys.executable).parent


@dataclass
class Served:
    """A program, the bare repository it is pushed to, and the address to push to."""

    program: Program
    bare: Path
    url: str

    def push(self, *arguments: str) -> tuple[int, str]:
        """Git as somebody at a terminal calls it: exit code, and everything it printed."""
        env = {**GIT_ENVIRONMENT, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        command = ["git", "push", self.url, *arguments]
        done = subprocess.run(command, cwd=self.program.root, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def judged(self, ray18, rev: str = "main", name: str = "refs/heads/main") -> tuple[int, str]:  # type: ignore[no-untyped-def]
        """What the update hook says to a reference: exit code, and what was printed. Cheaper than a push."""
        new = self.program.git("rev-parse", rev)
        self.take(new, f"refs/kept/{new}")
        old = self.tip(name.removeprefix("refs/heads/")) or "0" * 40
        ran = ray18("receive", "update", name, old, new, folder=self.bare)
        return ran.status, ran.out + ran.err

    def take(self, rev: str, name: str) -> None:
        """Puts something on the server past its hook."""
        self.program.git("--git-dir", str(self.bare), "fetch", "-q", str(self.program.root), f"+{rev}:{name}")

    def tip(self, name: str = "main") -> str:
        command = ["git", "for-each-ref", "--format=%(objectname)", f"refs/heads/{name}"]
        return subprocess.run(command, cwd=self.bare, capture_output=True, text=True, check=True).stdout.strip()

    def config(self, *arguments: str) -> None:
        subprocess.run(["git", "config", *arguments], cwd=self.bare, check=True)

    def approve(self) -> None:
        """All four leads approve the plan as it is in the work tree."""
        for role, person in ROLES.items():
            self.program.approve("plan", person, role)
        self.program.commit("approved")


def served(folder: Path, ray18, *start: str) -> Path:  # type: ignore[no-untyped-def]
    """A bare repository with the hook; empty, unless another way to make it is named."""
    bare = folder / "srv" / "program.git"
    bare.parent.mkdir()
    env = {**GIT_ENVIRONMENT, "HOME": str(folder)}
    subprocess.run(
        ["git", *(start[:1] or ("init",)), "-q", "--bare", *(start[1:] or ("-b", "main")), str(bare)],
        env=env,
        check=True,
    )
    subprocess.run(["git", "config", "http.receivepack", "true"], cwd=bare, env=env, check=True)
    ran = ray18("receive", "install", folder=bare)
    assert ran.status == 0, ran.err
    assert "pre-receive" in ran.out
    return bare


@pytest.fixture
def server(program: Program, tmp_path: Path, ray18) -> Served:  # type: ignore[no-untyped-def]
    """A bare repository that has the program already."""
    bare = served(tmp_path, ray18, "clone", str(program.root))
    return Served(program, bare, f"file://{bare}")


def test_an_unapproved_plan_is_refused_with_the_reasons_and_an_approved_one_taken(server: Served) -> None:
    server.program.write("plan.yaml", PLAN)
    server.program.commit("plan")
    before = server.tip()
    status, said = server.push("main")
    assert status != 0
    assert "refs/heads/main is refused" in said
    for role in ROLES:
        assert f"ray18 approve plan --as {role}" in said
    assert "sven has not decided yet" in said
    assert server.tip() == before
    server.approve()
    status, said = server.push("main")
    assert status == 0, said
    assert server.tip() == server.program.git("rev-parse", "HEAD")


def test_a_plan_changed_after_its_approval_is_refused(server: Served, ray18) -> None:  # type: ignore[no-untyped-def]
    server.program.write("plan.yaml", PLAN)
    server.approve()
    server.take("main", "refs/heads/main")
    server.program.write("plan.yaml", PLAN.replace("2026-09-01", "2026-11-01"))
    server.program.commit("later")
    status, said = server.judged(ray18)
    assert status == 1
    assert "stale" in said
    server.program.write("plan.yaml", "# a comment costs nothing\n" + PLAN)
    server.program.commit("a comment")
    assert server.judged(ray18) == (0, "")


def test_over_http_all_is_the_same(program: Program, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    bare = served(tmp_path, ray18)
    with http_server(bare.parent) as address:
        server = Served(program, bare, f"{address}/program.git")
        assert server.push("main")[0] == 0
        program.write("plan.yaml", PLAN)
        program.commit("plan")
        status, said = server.push("main", "HEAD:refs/heads/topic")
        assert status != 0
        assert "support-lead" in said.replace("Support Lead", "support-lead")
        assert not server.tip("topic"), "a push is taken as a whole, or not at all"
        server.approve()
        assert server.push("main")[0] == 0
        assert server.tip() == program.git("rev-parse", "HEAD")


def test_nothing_of_a_refused_push_stays(server: Served) -> None:
    """Git keeps the objects of a push apart until the hook agreed; the judge reads them there."""
    server.program.write("plan.yaml", PLAN)
    commit = server.program.commit("plan")
    assert server.push("main")[0] != 0
    found = subprocess.run(["git", "cat-file", "-e", commit], cwd=server.bare, capture_output=True, check=False)
    assert found.returncode != 0
    assert not list(server.bare.glob("objects/*incoming*"))


def test_branches_tags_and_force_pushes_elsewhere_are_free(server: Served) -> None:
    program = server.program
    program.git("tag", "v1")
    program.git("checkout", "-q", "-b", "topic")
    program.write("plan.yaml", PLAN)
    program.commit("draft")
    assert server.push("topic", "v1")[0] == 0
    program.git("commit", "-q", "--amend", "-m", "better draft")
    assert server.push("+topic", "topic:refs/heads/another")[0] == 0
    assert server.tip("topic") == server.tip("another") == program.git("rev-parse", "HEAD")
    assert server.push("--delete", "topic", "another", "v1")[0] == 0
    assert not server.tip("topic")


def test_many_references_at_once_are_judged_and_all_reasons_told(server: Served) -> None:
    program = server.program
    program.write("plan.yaml", PLAN)
    program.commit("plan")
    many = [f"HEAD:refs/heads/topic-{number}" for number in range(40)]
    status, said = server.push("main", "HEAD:refs/replace/" + "1" * 40, *many)
    assert status != 0
    assert "refs/heads/main is refused" in said
    assert "replace references show other Git commands another history" in said
    assert not server.tip("topic-7")
    assert server.push(*many)[0] == 0
    assert server.tip("topic-39")


def test_the_protected_branch_is_neither_deleted_nor_rewritten(server: Served) -> None:
    program = server.program
    start = program.git("rev-parse", "HEAD")
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2"))
    program.commit("second")
    server.take("main", "refs/heads/main")
    tip = server.tip()
    server.config("receive.denyDeletes", "false")
    server.config("receive.denyDeleteCurrent", "ignore")
    status, said = server.push("--delete", "main")
    assert status != 0
    assert "deletes the protected branch main" in said
    status, said = server.push("--force", f"{start}:refs/heads/main")
    assert status != 0
    assert "not on the first-parent line" in said
    program.git("checkout", "-q", "-b", "topic", start)
    program.write("notes.txt", "one")
    program.commit("notes")
    program.git("merge", "-q", "--no-edit", "main")
    status, said = server.push("topic:main")
    assert status != 0, "a foxtrot: fast-forward, and yet the branch's old line is a side branch now"
    assert "not on the first-parent line" in said
    program.git("checkout", "-q", "main")
    program.git("merge", "-q", "--no-ff", "--no-edit", "topic^")
    assert server.push("main")[0] == 0
    assert server.tip() != tip


def test_unsound_records_and_loosened_rules_are_refused(server: Served, ray18) -> None:  # type: ignore[no-untyped-def]
    program = server.program
    program.write("backlog/MB-1.yaml", ITEM.replace("severity: High", "severity: Enormous"))
    program.commit("broken")
    status, said = server.judged(ray18)
    assert status != 0
    assert "backlog/MB-1.yaml:6" in said
    program.write("backlog/MB-1.yaml", ITEM)
    program.write("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [dev]"))
    program.commit("take over")
    status, said = server.judged(ray18)
    assert status != 0
    assert "rule-change-is-agreed" in said
    program.git("rm", "-q", "ray18.yaml")
    program.commit("no program any more")
    status, said = server.judged(ray18)
    assert status != 0
    assert "ray18.yaml" in said


def test_the_plan_is_not_taken_away(server: Served, ray18) -> None:  # type: ignore[no-untyped-def]
    server.program.write("plan.yaml", PLAN)
    server.approve()
    server.take("main", "refs/heads/main")
    server.program.git("rm", "-q", "plan.yaml")
    server.program.commit("gone")
    status, said = server.judged(ray18)
    assert status != 0
    assert "takes the plan away" in said


def test_whoever_can_push_does_not_choose_where_trust_begins(server: Served) -> None:
    """References that look like a remote's say where the base is in a clone; on a server they say nothing."""
    program = server.program
    main = program.git("rev-parse", "HEAD")
    program.git("checkout", "-q", "-b", "evil")
    program.write("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [dev]"))
    program.commit("everything is mine")
    status, said = server.push("evil:refs/remotes/origin/main")
    assert status != 0
    assert "nobody's to push" in said
    subprocess.run(["git", "update-ref", "refs/remotes/origin/main", main], cwd=server.bare, check=True)
    status, said = server.push("evil:main", "evil:refs/heads/HEAD")
    assert status != 0
    assert "rule-change-is-agreed" in said


def test_no_new_branch_becomes_the_judge(server: Served, ray18) -> None:  # type: ignore[no-untyped-def]
    """HEAD often names a branch that is not there; whoever made it would decide what is protected."""
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/master"], cwd=server.bare, check=True)
    program = server.program
    program.git("checkout", "-q", "--orphan", "evil")
    program.write("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [dev]"))
    program.commit("everything is mine")
    status, said = server.judged(ray18, "evil", "refs/heads/master")
    assert status == 1
    assert "would become the default branch, in the place of main" in said
    assert server.judged(ray18, "evil", "refs/heads/trunk")[0] == 0, "main goes before it"


def test_a_protected_branch_that_is_new_begins_on_the_default_branch(program: Program, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    program.restart("ray18.yaml", SETTINGS.replace("protected_branch: main", "protected_branch: release"))
    server = Served(program, served(tmp_path, ray18, "clone", str(program.root)), "")
    assert server.judged(ray18, "main", "refs/heads/release") == (0, "")
    program.git("checkout", "-q", "--orphan", "evil")
    program.write("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [dev]"))
    program.commit("everything is mine")
    status, said = server.judged(ray18, "evil", "refs/heads/release")
    assert status == 3
    assert "shares no history with main" in said
    program.git("checkout", "-q", "-f", "-b", "topic", "main")
    program.write("plan.yaml", PLAN)
    program.commit("plan")
    status, said = server.judged(ray18, "topic", "refs/heads/release")
    assert status == 1
    assert "has not approved the plan" in said


def test_the_first_push_is_judged_by_whatever_usual_name_it_has(program: Program, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    bare = served(tmp_path, ray18)
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/master"], cwd=bare, check=True)
    server = Served(program, bare, "")
    program.write("plan.yaml", PLAN)
    program.commit("plan")
    assert server.judged(ray18)[0] == 1


def test_a_server_may_ask_for_whole_gates(server: Served, ray18) -> None:  # type: ignore[no-untyped-def]
    server.config("--add", "ray18.gate", "backlog")
    server.program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    server.program.commit("nobody's")
    status, said = server.judged(ray18)
    assert status != 0
    assert "serious-item-has-owner" in said
    server.config("--add", "ray18.gate", "bakclog")
    assert "there is no gate 'bakclog'" in server.judged(ray18)[1], "a server that is set up wrongly takes nothing"


def test_the_update_hook_takes_the_good_references_of_a_bad_push(server: Served, ray18) -> None:  # type: ignore[no-untyped-def]
    ray18("receive", "uninstall", folder=server.bare)
    assert ray18("receive", "install", "--update", folder=server.bare).status == 0
    server.program.write("plan.yaml", PLAN)
    server.program.commit("plan")
    before = server.tip()
    status, said = server.push("main", "HEAD:refs/heads/topic")
    assert status != 0
    assert "ray18 approve plan --as support-lead" in said
    assert server.tip() == before
    assert server.tip("topic")


def test_an_existing_program_can_be_moved_to_a_server(program: Program, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    """With the first push of the branch trust begins, as the documents say; what it holds must be sound and approved."""
    server = Served(program, served(tmp_path, ray18), "")
    server.url = f"file://{server.bare}"
    program.write("plan.yaml", PLAN)
    program.commit("plan")
    status, said = server.judged(ray18)
    assert status != 0
    assert "has not approved the plan" in said
    server.approve()
    assert server.judged(ray18)[0] == 0


def test_another_protected_branch_is_guarded_as_well(program: Program, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    program.restart("ray18.yaml", SETTINGS.replace("protected_branch: main", "protected_branch: release"))
    server = Served(program, served(tmp_path, ray18, "clone", str(program.root)), "")
    server.take("main", "refs/heads/release")
    program.write("plan.yaml", PLAN)
    program.commit("plan")
    for name in ("main", "release"):
        status, said = server.judged(ray18, name=f"refs/heads/{name}")
        assert (status, f"refs/heads/{name} is refused" in said) == (1, True)
    assert server.judged(ray18, name="refs/heads/topic") == (0, "")


def test_hostile_text_does_not_reach_the_terminal_of_who_pushes(server: Served, ray18) -> None:  # type: ignore[no-untyped-def]
    server.program.write("backlog/MB-1.yaml", ITEM.replace("title: Renew", 'title: "\\e[2J\\x07'))
    server.program.commit("odd")
    status, said = server.judged(ray18)
    assert status != 0
    assert "\x1b[2J" not in said


def test_a_quarantine_elsewhere_is_not_believed(server: Served, tmp_path: Path, ray18, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("GIT_QUARANTINE_PATH", str(tmp_path))
    old = server.tip()
    ran = ray18("receive", "update", "refs/heads/main", old, old, folder=server.bare)
    assert ran.status == 3
    assert "no place of this repository" in ran.err


def test_a_hook_that_was_there_runs_first_and_is_put_back(server: Served, ray18) -> None:  # type: ignore[no-untyped-def]
    ray18("receive", "uninstall", folder=server.bare)
    hook = server.bare / "hooks/pre-receive"
    assert not hook.exists()
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nread old new name; echo mine $name >&2\n")
    hook.chmod(0o755)
    assert ray18("receive", "install", folder=server.bare).status == 0
    server.program.write("plan.yaml", PLAN)
    server.program.commit("plan")
    status, said = server.push("main")
    assert status != 0
    assert "mine refs/heads/main" in said
    assert "refs/heads/main is refused" in said, "both read what Git tells"
    ray18("receive", "uninstall", folder=server.bare)
    assert "mine" in hook.read_text()
    assert server.push("main")[0] == 0


def test_commits_need_another_hook(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("receive", "install", folder=program.root)
    assert ran.status == 2
    assert "ray18 hooks install" in ran.err

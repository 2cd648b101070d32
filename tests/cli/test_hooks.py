"""Git calls RAY-18: real commits, merges, pushes and hook managers."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import GIT_ENVIRONMENT, ITEM, Program, people_yaml

BROKEN = ITEM.replace("severity: High", "severity: Enormous")
BIN = Path(sys.executable).parent


@pytest.fixture
def hooked(program: Program, tmp_path: Path, ray18) -> Program:  # type: ignore[no-untyped-def]
    """A program whose hooks are installed."""
    (tmp_path / "home").mkdir()
    ran = ray18("hooks", "install", folder=program.root)
    assert ran.status == 0, ran.err + ran.out
    return program


def git(
    program: Program, *arguments: str, folder: Path | None = None, path: str = "", stdin: str = ""
) -> tuple[int, str]:
    """Git as somebody at a terminal calls it: exit code, and everything it printed."""
    home = program.root.parent / "home"
    env = {**GIT_ENVIRONMENT, "HOME": str(home), "PATH": path or f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    command = ["git", *arguments]
    done = subprocess.run(
        command, cwd=folder or program.root, env=env, input=stdin, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def untouched(path: Path) -> tuple[int, ...]:
    """What changes of a file when it is written or replaced."""
    said = path.stat()
    return said.st_ino, said.st_mode, said.st_size, said.st_mtime_ns, said.st_ctime_ns


def commits(program: Program) -> int:
    return int(program.git("rev-list", "--count", "HEAD"))


def test_a_sound_commit_passes_in_silence_and_a_broken_one_is_refused(hooked: Program) -> None:
    hooked.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2"))
    hooked.git("add", "-A")
    assert git(hooked, "commit", "-qm", "second") == (0, "")
    hooked.write("backlog/MB-2.yaml", BROKEN.replace("MB-1", "MB-2"))
    status, said = git(hooked, "commit", "-qam", "broken")
    assert status != 0
    assert "backlog/MB-2.yaml:6" in said
    assert commits(hooked) == 2
    assert git(hooked, "commit", "-qam", "knowingly", "--no-verify")[0] == 0


def test_the_known_answer_needs_no_second_judgement(hooked: Program) -> None:
    """The fast way is really taken: the file starts Python without `site`, and the note is found."""
    hooked.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2"))
    hooked.git("add", "-A")
    assert git(hooked, "commit", "-qm", "second")[0] == 0
    for word in ("third", "fourth"):
        hooked.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("certificate", word))
        hooked.git("add", "-A")
        trace = hooked.root.parent / word
        env = {"HOME": str(hooked.root.parent / "home"), "GIT_TRACE2_EVENT": str(trace)}
        hooked.git("commit", "-qm", word, **env)
    kept = hooked.root / ".git/ray18"
    assert any(kept.iterdir())
    assert "-I -S" in (hooked.root / ".git/hooks/pre-commit").read_text()


def test_what_was_there_runs_first_and_is_put_back_byte_for_byte(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    (program.root.parent / "home").mkdir()
    hook = program.write(".git/hooks/pre-commit", "#!/bin/sh\necho mine; test ! -e stop\n")
    hook.chmod(0o741)
    assert ray18("hooks", "install", "--pre-commit", folder=program.root).status == 0
    program.write("notes.txt", "one")
    program.git("add", "-A")
    status, said = git(program, "commit", "-qm", "one")
    assert (status, said) == (0, "mine\n")
    program.write("stop", "")
    program.write("backlog/MB-1.yaml", BROKEN)
    status, said = git(program, "commit", "-qam", "two")
    assert status != 0
    assert "severity" not in said, "ours is not asked where the one before refuses"
    assert ray18("hooks", "uninstall", folder=program.root).status == 0
    assert hook.read_text() == "#!/bin/sh\necho mine; test ! -e stop\n"
    assert stat.S_IMODE(hook.stat().st_mode) == 0o741
    assert not list(hook.parent.glob("*ray18*"))


def test_a_link_that_was_there_is_put_back_as_a_link(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("tools/mine", "#!/bin/sh\n")
    hook = program.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.symlink_to("../../tools/mine")
    ray18("hooks", "install", folder=program.root)
    assert not hook.is_symlink()
    ray18("hooks", "uninstall", folder=program.root)
    assert str(hook.readlink()) == "../../tools/mine"


def test_installing_again_changes_nothing_and_edits_are_not_lost(hooked: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    hook = hooked.root / ".git/hooks/commit-msg"
    before = untouched(hook)
    assert ray18("hooks", "install", folder=hooked.root).out.count("kept") == 4
    assert untouched(hook) == before
    hook.write_text(hook.read_text().replace("exit 4", "exit 0"))
    for command in ("install", "uninstall"):
        ran = ray18("hooks", command, folder=hooked.root)
        assert ran.status == 1
        assert "changed by hand" in ran.out
        if command == "install":
            assert "changed by hand" in ray18("hooks", "status", folder=hooked.root).out
    assert ray18("hooks", "uninstall", "--force", folder=hooked.root).status == 0
    assert not hook.exists()


def test_a_hook_manager_is_known_and_the_better_way_is_told(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    hook = program.write(".git/hooks/pre-commit", "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n")
    ran = ray18("hooks", "install", folder=program.root)
    assert ran.status == 1
    assert ".pre-commit-config.yaml" in ran.out
    assert "File generated" in hook.read_text()
    assert ray18("hooks", "install", "--force", folder=program.root).status == 0
    assert "File generated" in (hook.parent / "pre-commit.before-ray18").read_text()


def test_hooks_in_the_work_tree_name_no_machine(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    (program.root.parent / "home").mkdir()
    program.git("config", "core.hooksPath", "tools/hooks")
    assert ray18("hooks", "install", folder=program.root).status == 0
    text = (program.root / "tools/hooks/pre-commit").read_text()
    assert str(BIN) not in text
    program.write("backlog/MB-1.yaml", BROKEN)
    program.git("add", "-A")
    status, said = git(program, "commit", "-qm", "broken")
    assert status != 0
    assert "severity" in said
    status, said = git(program, "commit", "-qm", "broken", path=os.defpath)
    assert status != 0
    assert "cannot find RAY-18" in said
    assert "--no-verify" in said


def test_a_shared_folder_is_not_written_to_unasked(program: Program, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    shared = tmp_path / "everybody's hooks"
    program.git("config", "core.hooksPath", str(shared))
    ran = ray18("hooks", "install", folder=program.root)
    assert ran.status == 2
    assert "other repositories" in ran.err
    assert not shared.exists()
    assert ray18("hooks", "install", "--force", folder=program.root).status == 0
    assert '"owner": "machine"' in ray18("hooks", "status", "--format", "json", folder=program.root).out


def test_there_are_no_hooks_of_a_commit_in_a_bare_repository(program: Program, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    program.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    ran = ray18("hooks", "install", folder=tmp_path / "bare.git")
    assert ran.status == 2
    assert "bare" in ran.err


def test_each_work_tree_is_judged_by_its_own_index(hooked: Program, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    hooked.write("backlog/MB-1.yaml", BROKEN)
    hooked.git("add", "-A")
    (tmp_path / "other/notes.txt").write_text("fine")
    assert git(hooked, "add", "-A", folder=tmp_path / "other")[0] == 0
    assert git(hooked, "commit", "-qm", "fine", folder=tmp_path / "other") == (0, "")
    (tmp_path / "other/backlog/MB-1.yaml").write_text(BROKEN)
    assert git(hooked, "commit", "-qam", "broken", folder=tmp_path / "other")[0] != 0


def test_a_partial_commit_is_judged_as_it_will_be(hooked: Program) -> None:
    hooked.write("backlog/MB-2.yaml", BROKEN.replace("MB-1", "MB-2"))
    hooked.write("with space\nand line.txt", "fine")
    hooked.git("add", "-A")
    assert git(hooked, "commit", "-qm", "one file", "--", "with space\nand line.txt") == (0, "")
    hooked.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2"))
    assert git(hooked, "commit", "-qm", "staged is broken")[0] != 0, "the work tree is sound, the index is not"
    assert git(hooked, "commit", "-qam", "all of it") == (0, "")


def test_a_merge_of_two_sound_branches_can_be_broken(hooked: Program) -> None:
    hooked.git("switch", "-qc", "other")
    hooked.write("backlog/MB-1.yaml", ITEM.replace("owner: sam", "owner: dev"))
    assert git(hooked, "commit", "-qam", "dev owns it") == (0, "")
    hooked.git("switch", "-q", "main")
    without = people_yaml().split("  - id: dev\n")[0] + "roles:\n" + people_yaml().split("roles:\n")[1]
    hooked.write("people.yaml", without)
    assert git(hooked, "commit", "-qam", "dev left", "--no-verify")[0] == 0
    status, said = git(hooked, "merge", "-q", "other")
    assert status != 0
    assert "dev" in said


CLAIMS = [
    ("Approved-by: Sven <sven@example.org>", "sven"),
    ("approved: plan as security-lead", "plan"),
    ("Waived-by: nobody", "nobody"),
]


@pytest.mark.parametrize(("claim", "word"), CLAIMS)
def test_a_message_claims_only_what_is_recorded(hooked: Program, claim: str, word: str) -> None:
    hooked.write("backlog/MB-1.yaml", ITEM.replace("certificate", "licence"))
    message = claim if claim.startswith("approved:") else f"Renew\n\n{claim}"
    status, said = git(hooked, "commit", "-qam", message)
    assert status != 0
    assert word in said.lower()
    assert "message-claims-only-what-is-recorded" in said
    assert git(hooked, "commit", "-qam", "Renew\n\nThe board has approved of this.") == (0, "")


def test_other_commits_may_say_what_they_like(hooked: Program) -> None:
    hooked.write("code.py", "x = 1\n")
    hooked.git("add", "-A")
    assert git(hooked, "commit", "-qm", "Code\n\nApproved-by: somebody else") == (0, "")


def test_a_claim_that_a_record_bears_out_is_fine(hooked: Program) -> None:
    hooked.write(
        "plan.yaml",
        "title: Plan\nrevision: 1\nperiod: {start: 2026-01-01, end: 2026-12-31}\nrevisit_date: 2026-09-01\nobjectives: [Run]\n",
    )
    hooked.commit("plan")
    hooked.approve("plan", "sven", "security-lead")
    hooked.git("add", "-A")
    status, said = git(hooked, "commit", "-qm", "approved: plan as security-lead\n\nApproved-by: sven")
    assert status == 0, said


@pytest.fixture
def pushed(hooked: Program, tmp_path: Path) -> Program:
    """A program with a remote that has its main branch."""
    hooked.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git"))
    hooked.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    assert git(hooked, "push", "-q", "origin", "main") == (0, "")
    return hooked


def test_a_push_is_judged_at_each_tip(pushed: Program) -> None:
    pushed.git("switch", "-qc", "work")
    pushed.write("backlog/MB-1.yaml", BROKEN)
    pushed.git("commit", "-qam", "broken", "--no-verify")
    pushed.git("tag", "-am", "tagged", "v1")
    status, said = git(pushed, "push", "-q", "origin", "work", "v1")
    assert status != 0
    assert "refs/heads/work, refs/tags/v1" in said
    assert said.count("backlog/MB-1.yaml:6") == 1
    pushed.write("backlog/MB-1.yaml", ITEM)
    pushed.git("commit", "-qam", "mended")
    assert git(pushed, "push", "-q", "origin", "work")[0] == 0
    assert git(pushed, "push", "-q", "origin", ":work")[0] == 0


def test_the_protected_branch_only_moves_forward(pushed: Program) -> None:
    pushed.git("commit", "-q", "--allow-empty", "-m", "more")
    assert git(pushed, "push", "-q", "origin", "main") == (0, "")
    pushed.git("commit", "-q", "--amend", "--allow-empty", "-m", "rewritten")
    status, said = git(pushed, "push", "-qf", "origin", "main")
    assert status != 0
    assert "first-parent line" in said
    status, said = git(pushed, "push", "-q", "origin", ":main")
    assert status != 0
    assert "deletes the protected branch main" in said


def test_a_foxtrot_merge_is_not_pushed(pushed: Program, tmp_path: Path) -> None:
    pushed.git("clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / "second"))
    other = Program(tmp_path / "second")
    other.write("notes.txt", "theirs")
    other.commit("theirs")
    other.git("push", "-q", "origin", "main")
    pushed.write("mine.txt", "mine")
    pushed.commit("mine")
    pushed.git("fetch", "-q")
    pushed.git("merge", "-q", "-m", "foxtrot", "origin/main")
    status, said = git(pushed, "push", "-q", "origin", "main")
    assert status != 0
    assert "first-parent line" in said


def test_a_branch_without_a_program_is_not_our_business(pushed: Program) -> None:
    pushed.git("switch", "-q", "--orphan", "pages")
    pushed.write("index.html", "<p>")
    pushed.git("add", "-A")
    assert git(pushed, "commit", "-qm", "page") == (0, "")
    assert git(pushed, "push", "-q", "origin", "pages") == (0, "")


def test_another_repository_than_the_one_around_is_refused(hooked: Program, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    hooked.git("init", "-q", str(tmp_path / "elsewhere"))
    where = ("--git-dir", str(hooked.root / ".git"), "--work-tree", str(tmp_path / "elsewhere"))
    status, said = git(hooked, *where, "commit", "-qm", "x", "--allow-empty", folder=tmp_path / "elsewhere")
    assert status != 0
    assert "the repository around here is" in said


def manager(name: str) -> str:
    found = shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def configured(program: Program) -> None:
    """The shipped hooks, found on PATH rather than built."""
    shipped = (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text()
    hooks = shipped.replace("language: python", "language: system").replace("\n", "\n      ").rstrip()
    program.write(".pre-commit-config.yaml", f"repos:\n  - repo: local\n    hooks:\n      {hooks}\n")


@pytest.mark.parametrize("name", ["pre-commit", "prek"])
def test_hook_managers_run_the_shipped_hooks(program: Program, name: str, tmp_path: Path) -> None:
    tool = manager(name)
    (tmp_path / "home").mkdir()
    configured(program)
    program.commit("configured")
    env = {**GIT_ENVIRONMENT, "HOME": str(tmp_path / "home"), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    stages = [part for stage in ("pre-commit", "pre-merge-commit", "commit-msg") for part in ("-t", stage)]
    subprocess.run([tool, "install", *stages], cwd=program.root, env=env, check=True, capture_output=True)
    program.write("backlog/MB-2.yaml", BROKEN.replace("MB-1", "MB-2"))
    program.write("notes/READ me\nfirst.md", "notes")
    program.git("add", "-A")
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2"))
    status, said = git(program, "commit", "-qm", "staged is broken")
    assert status != 0
    assert "backlog/MB-2.yaml:6" in said
    program.git("add", "-A")
    status, said = git(program, "commit", "-qm", "Two\n\nApproved-by: nobody")
    assert status != 0
    assert "people.yaml knows nobody" in said
    status, said = git(program, "commit", "-qm", "two")
    assert status == 0, said
    done = subprocess.run(
        [tool, "run", "--all-files", "ray18"], cwd=program.root, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout

"""Snapshots: the work tree, the index and any commit read as they are, and nothing is touched by reading."""

import os
import stat
from pathlib import Path

import pytest
from conftest import GIT_ENVIRONMENT, ITEM, Program

from ray18.errors import BlockedError, Ray18Error
from ray18.git import discover
from ray18.snapshot import CommitSnapshot, IndexSnapshot, WorkTreeSnapshot

PATH = "backlog/MB-1.yaml"


def test_each_place_has_its_own_content(program: Program) -> None:
    program.write(PATH, ITEM.replace("High", "Medium"))
    program.git("add", PATH)
    program.write(PATH, ITEM.replace("High", "Low"))
    repository = program.repository
    head = repository.resolve("HEAD")
    assert b"High" in CommitSnapshot(repository, head).read(PATH)
    assert b"Medium" in IndexSnapshot(repository).read(PATH)
    assert b"Low" in WorkTreeSnapshot(program.root).read(PATH)


def test_untracked_and_ignored_files_are_part_of_the_work_tree(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write(".gitignore", "backlog/\n")
    program.write("backlog/MB-2.yaml", "not: an item\n")
    assert ray18("check", "--as-of", "2026-06-01", folder=program.root).status == 3


@pytest.mark.parametrize("trick", ["assume-unchanged", "skip-worktree"])
def test_index_flags_hide_nothing(trick: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.git("update-index", f"--{trick}", PATH)
    program.write(PATH, "broken: true\n")
    assert ray18("check", folder=program.root).status == 3


def test_partial_commits_judge_what_will_be_committed(program: Program, ray18, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """During `git commit FILE` Git hands hooks another index in GIT_INDEX_FILE."""
    other = program.root / ".git/partial"
    program.write(PATH, ITEM + "unknown: 1\n")
    program.git("read-tree", "HEAD", GIT_INDEX_FILE=str(other))
    program.git("update-index", PATH, GIT_INDEX_FILE=str(other))
    assert ray18("check", "--staged", "--as-of", "2026-06-01", folder=program.root).status == 0
    monkeypatch.setenv("GIT_INDEX_FILE", str(other))
    assert ray18("check", "--staged", "--as-of", "2026-06-01", folder=program.root).status == 3


def test_an_unresolved_merge_blocks(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.git("switch", "-q", "-c", "other")
    program.write(PATH, ITEM.replace("High", "Low"))
    program.commit()
    program.git("switch", "-q", "main")
    program.write(PATH, ITEM.replace("High", "Medium"))
    program.commit()
    program.git("merge", "other", check=False)
    ran = ray18("check", "--staged", folder=program.root)
    assert ran.status == 3
    assert "unresolved merge conflict" in ran.err


def test_bare_repositories_and_linked_worktrees(program: Program, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    program.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    program.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "linked")
    for folder in (tmp_path / "bare.git", tmp_path / "linked"):
        ran = ray18("check", "--as-of", "2026-06-01", folder=folder)
        assert ran.status == 0, ran.out + ran.err
    assert discover(tmp_path / "bare.git").work_tree is None
    assert ray18("init", folder=tmp_path / "bare.git").status == 2


def test_sha256_repositories(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    made = Program(tmp_path)
    made.git("init", "-q", "-b", "main", "--object-format=sha256")
    from conftest import SETTINGS

    made.write("ray18.yaml", SETTINGS)
    made.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    made.commit()
    assert ray18("check", "--rev", "HEAD", "--as-of", "2026-06-01", folder=tmp_path).status == 0


def test_unborn_and_detached_heads(tmp_path: Path, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.git("switch", "-q", "--detach")
    assert ray18("check", "--as-of", "2026-06-01", folder=program.root).status == 0
    empty = tmp_path / "empty"
    empty.mkdir()
    Program(empty).git("init", "-q")
    assert ray18("check", folder=empty).status == 3
    assert ray18("check", "--rev", "HEAD", folder=empty).status == 3


@pytest.mark.parametrize("kind", ["link", "loop", "fifo", "folder", "outside"])
def test_only_regular_files_are_read(kind: str, program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    target = program.root / "people.yaml"
    target.unlink()
    if kind == "link":
        target.symlink_to("/etc/passwd")
    elif kind == "loop":
        target.symlink_to("people.yaml")
    elif kind == "fifo":
        os.mkfifo(target)
    elif kind == "folder":
        target.mkdir()
        (target / "x.yaml").write_text("people: []\n")
    else:
        (tmp_path / "far").mkdir()
        (tmp_path / "far/MB-1.yaml").write_text(ITEM)
        (program.root / "backlog/MB-1.yaml").unlink()
        (program.root / "backlog").rmdir()
        (program.root / "backlog").symlink_to(tmp_path / "far")
        target.write_text("people: []\n")
    ran = ray18("check", folder=program.root)
    assert ran.status == 3, ran.out
    assert "root:" not in ran.out


def test_a_link_or_submodule_in_a_commit_is_refused_by_name(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    head = program.git("rev-parse", "HEAD")
    program.git("update-index", "--add", "--cacheinfo", f"160000,{head},backlog/MB-9.yaml")
    assert "is a submodule" in ray18("check", "--staged", folder=program.root).out


def test_names_that_differ_only_in_case_or_form_are_refused(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/mb-1.yaml", ITEM)
    ran = ray18("check", "--as-of", "2026-06-01", folder=program.root)
    assert ran.status == 3
    assert "backlog/MB-1.yaml" in ran.out
    assert "backlog/mb-1.yaml" in ran.out


@pytest.mark.parametrize(
    "places",
    ["locations: {people: plan.yaml}", "locations: {approvals: backlog}", "locations: {waivers: backlog/waivers}",
     "locations: {governance: ray18.yaml}", "evidence_folder: backlog"],
)  # fmt: skip
def test_two_kinds_of_files_in_one_place_are_refused(places: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """Whichever kind lost would never be read, and nothing about it found."""
    settings = (program.root / "ray18.yaml").read_text()
    program.write("ray18.yaml", f"{settings}{places}\n")
    program.commit()
    ran = ray18("gate", "--all", folder=program.root)
    assert ran.status == 3
    assert "one place, or one within the other" in ran.err


def test_odd_names_are_shown_escaped(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    for name in (b"a\nb.yaml", b"a\x1b[2J.yaml", b"\xff.yaml", b"-rf.yaml", b'q".yaml'):
        (program.root / "backlog" / os.fsdecode(name)).write_text(ITEM)
    ran = ray18("check", folder=program.root)
    assert ran.status == 3
    assert "\x1b" not in ran.out
    assert "backlog/a\\x0ab.yaml" in ran.out


def test_files_of_another_kind_in_a_governed_folder_are_not_passed_over(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-2.yml", ITEM)
    ran = ray18("check", folder=program.root)
    assert ran.status == 3
    assert "only .yaml files are read here" in ran.out


@pytest.mark.parametrize(
    "revision",
    [":/start", "@{-1}", "HEAD^{/start}", "^main", "--all", "", "HEAD:people.yaml", "main@{0}", "main..HEAD"],
)
def test_revisions_that_search_or_read_reflogs_are_refused(revision: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("check", f"--rev={revision}", folder=program.root).status == 3


def test_a_branch_wins_over_a_tag_of_the_same_name(program: Program) -> None:
    first = program.git("rev-parse", "HEAD")
    program.git("tag", "main", first)
    second = program.commit("second")
    assert program.repository.resolve("main") == second
    assert program.repository.resolve("main~1") == first


def test_replace_refs_and_grafts_change_nothing(program: Program) -> None:
    good = program.git("rev-parse", "HEAD")
    program.write(PATH, ITEM.replace("High", "Low"))
    bad = program.commit("bad")
    program.git("replace", bad, good)
    assert b"Low" in CommitSnapshot(program.repository, program.repository.resolve("HEAD")).read(PATH)
    (program.root / ".git/info").mkdir(exist_ok=True)
    (program.root / ".git/info/grafts").write_text(f"{bad}\n")
    assert program.repository.parents(bad) == (good,)


def test_a_swapped_object_is_found(program: Program) -> None:
    blob = program.git("rev-parse", f"HEAD:{PATH}")
    program.write("other", ITEM.replace("owner: sam", "owner: mallory"))
    other = program.git("hash-object", "-w", "other")
    objects = program.root / ".git/objects"
    swapped = objects / blob[:2] / blob[2:]
    swapped.chmod(stat.S_IRUSR | stat.S_IWUSR)
    swapped.write_bytes((objects / other[:2] / other[2:]).read_bytes())
    snapshot = CommitSnapshot(program.repository, program.repository.resolve("HEAD"))
    with pytest.raises(BlockedError, match=r"does not hold what its id says|missing or unreadable"):
        snapshot.read(PATH)


def test_shallow_clones_are_told_apart_from_failures(program: Program, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    program.commit("second")
    program.git("clone", "-q", "--depth", "1", f"file://{program.root}", str(tmp_path / "shallow"))
    ran = ray18("gate", "--all", folder=tmp_path / "shallow")
    assert ran.status == 4
    assert "fetch-depth: 0" in ran.err


def test_a_folder_without_a_repository(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("check", folder=tmp_path)
    assert ran.status == 4
    assert "git init" in ran.err


HOSTILE_CONFIG = """
[core]
	fsmonitor = touch MARKER
	hooksPath = HOOKS
	pager = touch MARKER
	sshCommand = touch MARKER
	editor = touch MARKER
[diff]
	external = touch MARKER
[filter "x"]
	clean = touch MARKER
	smudge = touch MARKER
	process = touch MARKER
[diff "x"]
	textconv = touch MARKER
[gpg]
	program = touch MARKER
[log]
	showSignature = true
[alias]
	cat-file = !touch MARKER
[credential]
	helper = !touch MARKER
"""


def test_nothing_that_the_repository_configures_is_run(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    marker = tmp_path / "marker"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (hooks / name).chmod(0o755)
    program.write(".gitattributes", "* filter=x diff=x\n")
    program.commit("attributes")
    config = HOSTILE_CONFIG.replace("MARKER", str(marker)).replace("HOOKS", str(hooks))
    with (program.root / ".git/config").open("a") as stream:
        stream.write(config)
    for arguments in (
        ["check"],
        ["check", "--staged"],
        ["gate", "--all", "--rev", "HEAD"],
        ["doctor"],
        ["backlog", "list"],
    ):
        ray18(*arguments, folder=program.root)
    assert not marker.exists()


def test_git_variables_of_the_caller_change_nothing(
    program: Program, ray18, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    before = ray18("check", "--rev", "HEAD", "--as-of", "2026-06-01", folder=program.root)
    for name, value in {
        "GIT_DIR": str(tmp_path / "elsewhere"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "true",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_REPLACE_REF_BASE": "refs/heads/",
        "GIT_TRACE": "1",
        "GIT_WORK_TREE": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    after = ray18("check", "--rev", "HEAD", "--as-of", "2026-06-01", folder=program.root)
    assert (after.status, after.out) == (before.status, before.out) == (0, before.out)


def test_judging_changes_neither_work_tree_nor_index_nor_refs(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write(PATH, ITEM.replace("High", "Low"))
    program.git("add", PATH)
    program.write(PATH, ITEM.replace("High", "Medium"))

    def state() -> list[tuple[str, int, int]]:
        kept = program.root / ".git/ray18"
        files = sorted(path for path in program.root.rglob("*") if path.is_file() and kept not in path.parents)
        return [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]

    before = state()
    for arguments in (
        ["check"],
        ["check", "--staged"],
        ["gate", "--all"],
        ["gate", "--all", "--rev", "HEAD"],
        ["status"],
        ["doctor"],
    ):
        ray18(*arguments, folder=program.root)
    assert state() == before


def test_the_environment_of_tests_is_pinned() -> None:
    assert GIT_ENVIRONMENT["GIT_AUTHOR_DATE"].endswith("Z")
    assert issubclass(BlockedError, Ray18Error)


def test_references_are_found_together_as_one_by_one(program: Program) -> None:
    repository = program.repository
    head = program.git("rev-parse", "HEAD")
    program.git("tag", "-a", "signed", "-m", "a tag")
    (program.root / ".git/refs/heads/tagged").write_text(program.git("rev-parse", "signed") + "\n")
    program.git("branch", "deep/er")
    names = [f"refs/heads/{name}" for name in ("main", "tagged", "deep", "deep/er", "none", "ma*n", "-x", "")]
    found = repository.references(names)
    assert found == {name: repository.reference(name) for name in names}
    assert found["refs/heads/tagged"] == head
    assert found["refs/heads/deep"] is None


def test_a_reference_to_what_is_not_there_is_damage(program: Program) -> None:
    (program.root / ".git/refs/heads/broken").write_text("1" * 40 + "\n")
    with pytest.raises(BlockedError):
        program.repository.references(["refs/heads/main", "refs/heads/broken"])


def test_many_small_files_take_little_memory(program: Program) -> None:
    """Linux gives a process 65,530 memory maps: a buffer of its own for each content would use them up."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("told by Linux only")
    for number in range(400):
        program.write(f"backlog/MB-{number}.yaml", ITEM)
    snapshot = WorkTreeSnapshot(program.root)
    before = maps.read_text().count("\n")
    kept = [content for _, content in snapshot.read_all(snapshot.paths(["backlog"]))]
    assert maps.read_text().count("\n") - before < 100
    assert len(kept) == 400

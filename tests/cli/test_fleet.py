"""Many programs at once: the worst first, and nothing that is wrong with one costs another its verdict."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ITEM, Program

from ray18.fleet import worker as workers
from ray18.fleet.targets import targets

AS_OF = "2026-06-01"
CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def fleet(program: Program, tmp_path: Path) -> Path:
    """A folder of three programs: one lacks an owner, one is as it began, one is bare."""
    folder = tmp_path / "fleet"
    folder.mkdir()
    program.git("clone", "-q", "--bare", str(program.root), str(folder / "bare.git"))
    shutil.copytree(program.root, folder / "fair")
    poor = Program(folder / "poor")
    shutil.copytree(program.root, poor.root)
    poor.write(
        "backlog/MB-2.yaml",
        ITEM.replace("MB-1", "MB-2").replace("owner: sam\n", "").replace("2026-07-01", "2026-05-20"),
    )
    poor.commit("an item without an owner")
    return folder


def status(ray18, *arguments: object) -> tuple[int, list[dict[str, object]]]:  # type: ignore[no-untyped-def]
    ran = ray18("fleet", "status", "--as-of", AS_OF, "--format", "json", *map(str, arguments))
    return ran.status, json.loads(ran.out)["programs"]


def names(programs: list[dict[str, object]]) -> list[str]:
    return [Path(str(one["repository"])).name for one in programs]


def test_the_worst_comes_first_and_decides_the_exit_code(fleet: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    code, programs = status(ray18, *sorted(fleet.iterdir()))
    assert code == 1
    assert names(programs) == ["poor", "bare.git", "fair"]
    assert programs[0]["overdue"] == 1
    assert programs[0]["oldest_overdue"] == 12
    assert programs[0]["errors"] == int(str(programs[1]["errors"])) + 1
    assert programs[1]["gates"] == programs[2]["gates"]


def test_the_table_reads_well(fleet: Path, ray18, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(fleet)
    ran = ray18("fleet", "status", "--as-of", AS_OF, "fair", "nowhere", "poor")
    lines = ran.out.splitlines()
    assert [line.split() for line in lines if not line.startswith("    ")][:4] == [
        ["verdict", "errors", "open", "overdue", "oldest", "repository"],
        ["blocked", "0", "0", "0", "nowhere"],
        ["failed", lines[3].split()[1], "2", "1", "12", "d", "poor", "(Test", "program)"],
        ["failed", lines[5].split()[1], "1", "0", "fair", "(Test", "program)"],
    ]
    assert lines[2].endswith("nowhere is not a folder")
    assert lines[-1] == "3 programs as of 2026-06-01: 2 failed, 1 blocked"


def test_what_is_broken_is_blocked_and_stops_nobody(fleet: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    (fleet / "empty").mkdir()
    Program(fleet / "empty").git("init", "-q")
    (fleet / "file").write_text("not a repository")
    damaged = Program(fleet / "damaged")
    shutil.copytree(fleet / "fair", damaged.root)
    blob = damaged.git("rev-parse", "HEAD:backlog/MB-1.yaml")
    (damaged.root / f".git/objects/{blob[:2]}/{blob[2:]}").unlink()
    code, programs = status(ray18, *sorted(fleet.iterdir()))
    assert code == 3
    assert {name for name, one in zip(names(programs), programs, strict=True) if one["verdict"] == "blocked"} == {
        *("empty", "file", "damaged"),
    }
    assert all(one["first"] for one in programs)
    assert len(programs) == 6


def test_names_cannot_act_on_a_terminal(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    hostile = tmp_path / "\x1b]0;gone\x07\n::error::\udcff"
    hostile.mkdir()
    ran = ray18("fleet", "status", str(hostile))
    assert ran.status == 3
    assert "\x1b" not in ran.out
    assert "\n::error" not in ran.out


def test_a_url_is_mirrored_and_followed(fleet: Path, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    url, mirrors = f"file://{fleet / 'fair'}", tmp_path / "mirrors"
    assert status(ray18, url, "--mirrors", mirrors)[1][0]["open"] == 1
    there = Program(fleet / "fair")
    there.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2"))
    tip = there.commit("one more")
    (program,) = status(ray18, url, "--mirrors", mirrors)[1]
    assert (program["open"], program["commit"]) == (2, tip)
    there.git("branch", "-m", "main", "trunk")
    there.git("reset", "-q", "--hard", "HEAD~1")
    assert status(ray18, url, "--mirrors", mirrors)[1][0]["open"] == 1
    (mirror,) = mirrors.iterdir()
    assert Program(mirror).git("symbolic-ref", "HEAD") == "refs/heads/trunk"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("https://me:secret@example.org/x.git", "holds a password"),
        ("ext::sh -c touch% x", "remote helpers are not run"),
        ("http://example.org/x.git", "http is not fetched from"),
        ("--upload-pack=touch x", "names no repository"),
    ],
)
def test_what_could_run_or_leak_is_refused(name: str, said: str, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("fleet", "status", "--mirrors", "/nonexistent", "--", name)
    assert (ran.status, said in ran.err) == (2, True), ran.err
    assert "secret" not in ran.err


def test_a_list_names_repositories_beside_itself(fleet: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    (fleet / "list.txt").write_text("# ours\nfair\n\npoor\n./fair\n")
    code, programs = status(ray18, "--from", fleet / "list.txt")
    assert (code, names(programs)) == (1, ["poor", "fair"])


def test_nothing_named_is_no_pass(ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("fleet", "status").status == 2


def test_a_run_goes_on_where_it_was_interrupted(fleet: Path, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    kept = tmp_path / "kept.jsonl"
    first = status(ray18, *fleet.iterdir(), "--resume", kept)
    lines = kept.read_bytes().splitlines(keepends=True)
    assert len(lines) == 3
    kept.write_bytes(b"".join(lines)[:-20])  # the machine went down in the middle of a line
    assert status(ray18, *fleet.iterdir(), "--resume", kept) == first
    assert len(kept.read_bytes().splitlines()) == 4
    poor = Program(fleet / "poor")
    poor.git("reset", "-q", "--hard", "HEAD~1")
    after = status(ray18, *fleet.iterdir(), "--resume", kept)
    assert [one["overdue"] for one in after[1]] == [0, 0, 0]
    assert len(kept.read_bytes().splitlines()) == 5


def test_a_file_of_something_else_is_not_written_to(fleet: Path, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    mine = tmp_path / "notes.txt"
    mine.write_text("my notes\n")
    ran = ray18("fleet", "status", str(fleet / "fair"), "--resume", str(mine))
    assert (ran.status, mine.read_text()) == (2, "my notes\n")


def test_one_that_takes_too_long_is_ended(fleet: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    code, programs = status(ray18, fleet / "fair", "--timeout", "0.1", "--jobs", "1")
    assert (code, programs[0]["first"]) == (3, "judging it took more than 0.1 seconds")
    assert set() == workers.RUNNING


def test_a_worker_that_dies_costs_one_repository(fleet: Path) -> None:
    request = {
        "name": "fair", "location": str(fleet / "fair"), "remote": False, "mirrors": "", "rev": "HEAD", "as_of": AS_OF,
        "cached": False, "known": "",
    }  # fmt: skip
    try:
        assert "standing" in workers.judge_batch([request], 60)[0]
        (child,) = workers.RUNNING
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.wait()
        lost, found = workers.judge_batch([request, request], 60)
        assert "without an answer" in lost["lost"]
        assert "standing" in found
    finally:
        workers.close_all()


def test_a_repository_is_named_once_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = targets(["real", "./real", "link", "git@host:a/b.git", "https://host/b.git"], ["real"], tmp_path)
    assert [target.name for target in found] == ["real", "git@host:a/b.git", "https://host/b.git"]
    assert len({target.mirror for target in found}) == 3


@pytest.fixture
def scheduler() -> Iterator[str]:
    """The address of a real Dask scheduler with two worker processes."""
    pytest.importorskip("distributed")
    process = subprocess.Popen(
        [sys.executable, "-c", CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield process.stdout.readline().decode().strip()
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(30)


def test_a_cluster_comes_to_the_same(fleet: Path, scheduler: str, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    here = status(ray18, *fleet.iterdir(), "--no-cache")
    command = [sys.executable, "-m", "ray18", "fleet", "status", "--as-of", AS_OF, "--format", "json"]
    ran = subprocess.run(
        [*command, "--scheduler", scheduler, *map(str, fleet.iterdir())],
        capture_output=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
    )
    assert (ran.returncode, json.loads(ran.stdout)["programs"]) == here, ran.stderr.decode()


def test_a_scheduler_that_is_not_there_is_said(fleet: Path) -> None:
    pytest.importorskip("distributed")
    command = [
        sys.executable,
        "-m",
        "ray18",
        "fleet",
        "status",
        "--scheduler",
        "tcp://127.0.0.1:9",
        str(fleet / "fair"),
    ]
    ran = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (ran.returncode, b"no scheduler answers" in ran.stderr) == (4, True), ran.stderr

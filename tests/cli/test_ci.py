"""CI files: valid by the published schemas, safe by zizmor, and run for real, step by step."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import GIT_ENVIRONMENT, Program, key_file
from forge_server import ForgeServer, forge_server
from reviewed import ACCOUNTS, PullRequest, propose
from test_publish import GATES, Board

ROOT = Path(__file__).parents[2]
FILES = {
    "github": (".github/workflows/ray18.yml", ".github/workflows/ray18-reviews.yml"),
    "gitea": (".gitea/workflows/ray18.yml", ".gitea/workflows/ray18-reviews.yml"),
    "gitlab": (".gitlab/ray18.yml", ".gitlab/ray18-reviews.yml"),
}
SCHEMAS = {"github": "vendor.github-workflows", "gitea": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}


def tool(name: str) -> str:
    """A program that comes with `pip install -e '.[interop]'`; the test is skipped without it."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"needs {name}")
    return found


def said(*command: str | Path) -> str:
    """What a program prints; it must end well."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("more", [(), ("--no-reviews",)])
@pytest.mark.parametrize("forge", FILES)
def test_the_files_fit_their_published_schemas(program: Program, ray18, forge: str, more: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    assert ray18("ci", "init", forge, *more, folder=program.root).status == 0
    written = [program.root / path for path in FILES[forge][: 1 if more else 2]]
    assert all(path.is_file() for path in written)
    assert not (program.root / FILES[forge][1]).is_file() or not more
    said(tool("check-jsonschema"), "--builtin-schema", SCHEMAS[forge], *written)


def test_the_action_fits_its_published_schema() -> None:
    said(tool("check-jsonschema"), "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")


def test_zizmor_finds_nothing_and_nothing_tells_it_not_to_look(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    zizmor = tool("zizmor")
    for forge in ("github", "gitea"):
        assert ray18("ci", "init", forge, folder=program.root).status == 0
    written = [program.root / path for forge in ("github", "gitea") for path in FILES[forge]]
    said(
        zizmor,
        "--offline",
        "--no-config",
        "--persona",
        "auditor",
        "--min-severity",
        "medium",
        *written,
        ROOT / "action.yml",
    )
    assert not any("zizmor:" in path.read_text() for path in (*written, ROOT / "action.yml"))


@pytest.mark.parametrize("forge", ["github", "gitea"])
def test_nothing_of_a_proposal_runs_with_secrets_and_everything_is_pinned(program: Program, ray18, forge: str) -> None:  # type: ignore[no-untyped-def]
    ray18("ci", "init", forge, folder=program.root)
    gates, reviews = (yaml.safe_load((program.root / path).read_text()) for path in FILES[forge])
    assert set(reviews[True]) == {"schedule", "workflow_dispatch"}, "no event of a proposal starts what has the key"
    assert "secrets." not in (program.root / FILES[forge][0]).read_text()
    for workflow in (gates, reviews):
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert job["timeout-minutes"]
            for step in job["steps"]:
                assert "uses" not in step or re.search(r"@[0-9a-f]{40}$", step["uses"])
                if step.get("uses", "").startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False
                    assert step["with"]["fetch-depth"] == 0
                assert "${{" not in step.get("run", ""), "values reach a shell by its environment only"


def test_what_somebody_changed_is_kept_and_odd_names_are_refused(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("ci", "init", "github", folder=program.root).status == 0
    assert ray18("ci", "init", "github", folder=program.root).out.count("kept") == 2
    path = program.root / FILES["github"][0]
    path.write_text("mine")
    ran = ray18("ci", "init", "github", folder=program.root)
    assert (ran.status, path.read_text()) == (1, "mine")
    assert ray18("ci", "init", "github", "--force", folder=program.root).status == 0
    for option in (("--branch", 'main"; x'), ("--package", "ray18; curl x"), ("--branch", "-x")):
        assert ray18("ci", "init", "github", "--force", *option, folder=program.root).status == 2


def shell(script: str, folder: Path, temp: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One step of a job, as a runner does it: bash -e, in the checkout, with RAY-18 installed where the step before put it."""
    (temp / "ray18").mkdir(parents=True, exist_ok=True)
    if not (temp / "ray18/bin").exists():
        (temp / "ray18/bin").symlink_to(Path(sys.executable).parent)
    kept = {
        name: value for name, value in GIT_ENVIRONMENT.items() if not name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))
    }
    env = kept | {"RUNNER_TEMP": str(temp), "CI": "true"} | environment
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("gates", "status", "word"), [("backlog", 1, "1 serious item overdue"), ("$(touch x) `id`", 2, "there is no gate")]
)
def test_the_action_judges_what_it_is_told_to(
    program: Program, tmp_path: Path, gates: str, status: int, word: str
) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    judge = action["runs"]["steps"][-1]
    assert set(judge["env"]) == {"GATES", "REV", "BASE", "SARIF"}
    given = {"GATES": gates, "REV": "HEAD", "BASE": "", "SARIF": str(tmp_path / "out.sarif")}
    done = shell(judge["run"], program.root, tmp_path / "runner", **given)
    assert done.returncode == status, done.stderr
    assert word in done.stdout + done.stderr
    assert not (program.root / "x").exists()
    assert (tmp_path / "out.sarif").exists() is (status == 1)


@pytest.fixture
def server() -> Iterator[ForgeServer]:
    with forge_server() as made:
        yield made


def steps(program: Program, job: str) -> str:
    """The script of a job's step that has the secrets."""
    workflow: dict[str, Any] = yaml.safe_load((program.root / FILES["github"][1]).read_text())
    (found,) = (step["run"] for step in workflow["jobs"][job]["steps"] if "RAY18_OBSERVER_KEY" in str(step.get("env")))
    return str(found)


def test_the_loop_of_the_workflow_observes_tells_and_records(
    program: Program, server: ForgeServer, tmp_path: Path, ray18
) -> None:  # type: ignore[no-untyped-def]
    """The scripts of the generated workflow, on a real repository with a pull request: open, reviewed, merged."""
    head = propose(program)
    program.git("checkout", "-q", "main")
    ray18("ci", "init", "github", folder=program.root)
    program.commit("ci")
    board, pull = Board(server), PullRequest(server, program.git("rev-parse", "main"), head)
    server.on(
        "GET", "/repos/o/r/pulls", lambda asked: [pull.told()] * ((asked.query["state"] == "closed") is pull.merged)
    )
    for number in (ACCOUNTS["sven"], ACCOUNTS["sam"], ACCOUNTS["pia"], ACCOUNTS["olga"]):
        pull.review(number)
    bare, checkout = tmp_path / "origin.git", tmp_path / "checkout"
    program.git("clone", "-q", "--bare", ".", str(bare))
    program.git("push", "-q", str(bare), f"{head}:refs/pull/7/head", ":refs/heads/change")
    program.git("clone", "-q", str(bare), str(checkout))
    env = {
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r", "GITHUB_API_URL": server.url, "GITHUB_TOKEN": "t",
        "PUSH_TOKEN": "t", "BRANCH": "main", "RAY18_OBSERVER_KEY": key_file(tmp_path, "ci").read_text(),
    }  # fmt: skip
    done = shell(steps(program, "observe"), checkout, tmp_path / "runner", **env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [one["context"] for one in board.statuses] == GATES
    assert "approved the plan" not in board.statuses[2]["description"], "the plan's seats are filled by the reviews"
    assert len(board.comments) == 1
    program.git("merge", "-q", "--no-ff", "--no-edit", "change")
    program.git("push", "-q", str(bare), "main")
    pull.merged = True
    subprocess.run(["git", "pull", "-q"], cwd=checkout, env=GIT_ENVIRONMENT, check=True)
    done = shell(steps(program, "record"), checkout, tmp_path / "runner", **env)
    assert done.returncode == 0, done.stdout + done.stderr
    program.git("pull", "-q", str(bare), "main")
    assert program.git("log", "-1", "--format=%s") == "Record the reviews of github o/r 7"
    assert set(program.seats().values()) == {"approved"}

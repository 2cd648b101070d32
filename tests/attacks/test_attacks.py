"""Every attack is refused with its cause named; every harmless disturbance costs nothing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ray18.attacks import cases
from ray18.attacks.case import Case
from ray18.attacks.trial import tried
from ray18.cli import run
from ray18.commands.selftest import ask

ROOT = Path(__file__).parents[2]
CASES = cases()
CATALOGUE = """
C01 C07 C08 C09 C12 C13 C15 C16 C17 C18 C20 C21 C22 C23 C24 C25 C26 C27 C28 C30
D01 D02 D03 D04 D06 D07 D11 D13 D14 D15 D17 D16 D18 D19 D20
E02 E03 E04 E05 E08 E09 E10 E11 E12
F01 F02 F06 F07 F08 F10 F12
""".split()
"""The rows of groups C to F in which approval is at stake."""
MUST_DETECT = """
unsigned; unknown; revoked; retired; back-dated; shared key; author/signer mismatch; malleable; malleable signature; replace;
graft; shallow; force-push; foxtrot; ours-merge; evil merge; orphan merge; octopus; squash that edits; side-branch base;
rebase signed by another; swapped object; other program; other ref; other subject; other digest; other revision; rollback;
A-B-A; stale input; edited record; deleted record; moved record; stripped signature; record in another's name; namespace;
self-approval; delegator who authored; one person two seats; one person two keys; bot in human role; expired approval;
expired delegation; delegation to oneself; delegation depth two; delegation other subject; delegation unsigned;
condition past due; policy weakened in same PR; role weakened in same change; key weakened in same change;
thresholds weakened; settings weakened; schema weakened; locations moved; program id changed; anchor moved;
rules weakened and restored; role-holder removed; quorum lock-out; homoglyph paths; homoglyph ids; symlink; submodule;
case-colliding; duplicate YAML keys; observed without observer; observed wrong account; observed bot; dismissed review;
opener; forge disagreement; attested by one person; tag named main; branch named like main; refs tricks; environment;
hostile config; assume-unchanged; skip-worktree; planted cache; --no-verify; notes; display names
"""


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stories are built once."""
    return tmp_path_factory.mktemp("kept")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_it_is_as_promised(case: Case, kept: Path, tmp_path: Path) -> None:
    outcome = tried(case, kept, tmp_path / "stage", ask)
    assert outcome.problems == (), outcome.answer
    if shutil.which("ssh-keygen"):
        assert outcome.git_says.startswith(case.git) and bool(outcome.git_says) is bool(case.git)


def test_there_are_enough_of_both() -> None:
    assert sum(case.attack for case in CASES) >= 60
    assert sum(not case.attack for case in CASES) >= 40


def test_each_says_what_it_tries_and_what_must_be_answered() -> None:
    assert [case.id for case in CASES if not case.title or not case.source or case.attack is not bool(case.cause)] == []


def test_every_row_of_the_catalogue_is_tried() -> None:
    told = {row for case in CASES for row in case.source}
    assert [row for row in CATALOGUE if row not in told] == []
    assert [row.strip() for row in MUST_DETECT.split(";") if f"approvals:{row.strip()}" not in told] == []


def test_the_page_lists_them_all() -> None:
    written = subprocess.run(
        [sys.executable, ROOT / "docs/generate.py", "attacks.md"], capture_output=True, text=True, check=True
    ).stdout
    assert (ROOT / "docs/attacks.md").read_text() == written, "run: python docs/generate.py"


def test_selftest_plays_one_and_tells_it(ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("selftest", "--attacks", "--only", "unknown-key", "--format", "json")
    assert ran.status == 0
    (outcome,) = json.loads(ran.out)["outcomes"]
    assert (outcome["id"], outcome["verdicts"], outcome["problems"]) == ("unknown-key", ["failed"], [])


def test_selftest_without_attacks_shows_its_help(ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("selftest")
    assert ran.status == 2
    assert "--attacks" in ran.out


def test_selftest_knows_its_scripts(ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("selftest", "--attacks", "--only", "nothing-like-it")
    assert ran.status == 2
    assert "there is no script 'nothing-like-it'" in ran.err


def test_selftest_fails_when_something_gets_through(
    ray18,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    monkeypatch.setattr("ray18.commands.selftest.ask", lambda *_: (0, "passed"))
    ran = ray18("selftest", "--attacks", "--only", "unknown-key")
    assert ran.status == 1
    assert "PROBLEM: it passed" in ran.out
    assert "0 of 1 attacks refused" in ran.out


def test_a_question_is_answered_as_on_the_command_line(
    kept: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What the scripts ask in this process is what `ray18 gate` prints."""
    from ray18.attacks.stage import DAY, story

    root = story(kept, tmp_path / "program", "rejected").root
    status, text = ask(root, ("gate", "approvals"), {})
    capfd.readouterr()
    assert run(["-C", str(root), "gate", "approvals", "--as-of", str(DAY)]) == status == 1
    assert capfd.readouterr().out == text

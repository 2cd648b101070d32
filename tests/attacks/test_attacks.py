"""Every attack is refused with its cause named; every harmless disturbance costs nothing."""

import shutil
from pathlib import Path

import pytest

from ray18.attacks import cases
from ray18.attacks.case import Case
from ray18.attacks.trial import tried
from ray18.commands.selftest import ask

CASES = cases()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the two stories are built once."""
    return tmp_path_factory.mktemp("kept")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_it_is_as_promised(case: Case, kept: Path, tmp_path: Path) -> None:
    outcome = tried(case, kept, tmp_path / "stage", ask)
    assert outcome.problems == (), outcome.answer
    if shutil.which("ssh-keygen"):
        assert outcome.git_says.startswith(case.git) and bool(outcome.git_says) is bool(case.git)

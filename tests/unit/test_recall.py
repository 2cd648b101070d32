"""What policies found before is taken up only where it is what they would find now."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from conftest import Program
from edits import DAY, EXAMPLE, OPERATIONS, apply, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ray18.commands.place import open_judge
from ray18.documents.memory import MEMORY
from ray18.findings import Finding
from ray18.gates import Judge
from ray18.policy import Inputs, Policy, run_whole, shipped_policy
from ray18.recall import Recall
from ray18.report import judge_gates


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The example program, committed once for all tests here."""
    made = Program(tmp_path_factory.mktemp("recall") / "program")
    shutil.copytree(EXAMPLE, made.root)
    made.git("init", "-q", "-b", "main")
    made.commit("start")
    return made


@pytest.fixture
def kept(example: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The same, as it was committed, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    restore(example)
    return example


def restore(program: Program) -> None:
    program.git("reset", "-q", "--hard")
    program.git("clean", "-qfd")
    shutil.rmtree(program.root / ".git/ray18", ignore_errors=True)
    MEMORY.clear()


def verdicts(judge: Judge) -> list[tuple[str, str, tuple[Finding, ...]]]:
    results = [judge.gate(gate) for gate in judge.pack.gates]
    return [(result.gate.id, result.verdict.value, result.findings) for result in results]


def recalled(program: Program, day: date = DAY, *, save: bool = True) -> list[tuple[str, str, tuple[Finding, ...]]]:
    """The verdicts as a command comes to them that takes up what was found before, and keeps what it found."""
    MEMORY.clear()
    judge = open_judge(program.repository, as_of=day)
    found = verdicts(judge)
    if save and judge.recall is not None:
        judge.recall.save()
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(OPERATIONS, min_size=3, max_size=6))
def test_verdicts_are_those_of_a_judge_that_remembers_nothing(
    kept: Program, operations: list[tuple[str, str, int]]
) -> None:
    restore(kept)
    recalled(kept)
    day = DAY
    for operation in operations:
        day = apply(kept, operation, day)
        found = recalled(kept, day, save=operation[0] == "save")
        MEMORY.clear()
        assert found == verdicts(open_judge(kept.repository, as_of=day, cached=False))


def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The policies that are run in full from now on."""
    ran: list[str] = []
    whole = Recall._found

    def watched(self, policy, inputs, known):  # type: ignore[no-untyped-def]
        if known is None:
            ran.append(policy.id)
        return whole(self, policy, inputs, known)

    monkeypatch.setattr(Recall, "_found", watched)
    return ran


def test_an_edit_runs_only_what_reads_it(kept: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    recalled(kept)
    ran = runs(monkeypatch)
    path = kept.root / "backlog/TD-21.yaml"
    path.write_text(put("title", "Another title")(path.read_text()))
    recalled(kept)
    assert ran == []
    path.write_text(put("depends_on", "[TD-22]")(path.read_text()))
    recalled(kept)
    assert {"item-dependencies-exist", "item-dependencies-have-no-cycle"} <= set(ran)
    assert "item-ids-are-distinct" not in ran


def test_what_a_policy_asks_for_is_seen_through_methods_and_comparisons(kept: Program) -> None:
    from ray18.reads import fields_asked

    judge = open_judge(kept.repository, as_of=DAY, cached=False)
    policy = shipped_policy("incident-follow-up-has-commitment")
    assert policy is not None
    assert {"status", "severity", "source"} <= fields_asked(policy, "backlog-item", judge.inputs)


def test_what_came_with_a_copy_of_the_repository_is_not_believed(
    kept: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recalled(kept)
    copy = Program(tmp_path / "copy")
    shutil.copytree(kept.root, copy.root)
    ran = runs(monkeypatch)
    recalled(copy)
    assert len(ran) > 50


def test_a_damaged_file_in_the_cache_costs_time_and_nothing_else(
    kept: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = recalled(kept)
    for path in (kept.root / ".git/ray18").iterdir():
        path.write_bytes(path.read_bytes()[:-1] + b"!")
    ran = runs(monkeypatch)
    assert recalled(kept) == before
    assert len(ran) > 50


def test_a_judge_of_another_day_runs_policies_on_that_day(kept: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = open_judge(kept.repository, as_of=DAY)
    judge_gates(judge, ())
    later, days = date(2027, 3, 16), list[date]()

    def noted(policy: Policy, inputs: Inputs) -> tuple[Finding, ...]:
        days.append(inputs.value("today"))
        return run_whole(policy, inputs)

    monkeypatch.setattr("ray18.recall.run_whole", noted)
    judge_gates(judge.on(later), ())
    assert set(days) == {later}

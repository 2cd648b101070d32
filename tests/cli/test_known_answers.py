"""Answers that are given again: the same bytes as judging anew, never when anything they rest on changed, and for next to nothing."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import ITEM, Program
from edits import EXAMPLE, OPERATIONS, apply
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ray18 import hook, start
from ray18.documents.memory import MEMORY
from ray18.quick.answers import TICK, Question
from ray18.quick.staged import known_to_be_sound

PACKAGE = Path(start.__file__).parent
HOOK_MODULES = {
    *("_blake2", "_sha1", "marshal", "zlib"),
    *("ray18", "ray18.hook", "ray18.cache", "ray18.scrubbed"),
    *("ray18.quick", "ray18.quick.repository", "ray18.quick.staged"),
}
"""All that the hook may import before it answers that a state is known."""
EDIT_MODULES = HOOK_MODULES | {"ray18.quick.edits"}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    MEMORY.clear()


def settle() -> None:
    """Waits until the file system's clock has moved on: what was written is not what will be written."""
    time.sleep(TICK / 1e9 + 0.01)


@pytest.fixture
def say(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., tuple[int, bytes, bytes]]:
    """What an entry point does with a command line: exit code, output, errors."""

    def call(entry: Callable[[list[str]], int], *arguments: str) -> tuple[int, bytes, bytes]:
        capfdbinary.readouterr()
        status = entry(list(arguments))
        return (status, *capfdbinary.readouterr())

    return call


@pytest.fixture
def sound(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A program whose index the full judge has found sound."""
    monkeypatch.chdir(program.root)
    assert hook.run([]) == 0
    assert known_to_be_sound(str(program.root))
    return program


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many Git processes were started since the last time that this was asked."""
    log, real = tmp_path / "git.log", shutil.which("git")
    shim = tmp_path / "bin/git"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\necho >> "{log}"\nexec "{real}" "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")

    def count() -> int:
        lines = log.read_text().count("\n") if log.exists() else 0
        log.write_text("")
        return lines

    return count


# The hook


def test_what_was_judged_is_known_and_an_edit_that_changes_nothing_too(sound: Program) -> None:
    sound.write("backlog/MB-1.yaml", ITEM.replace("certificate", "domain"))
    sound.git("add", "-A")
    assert known_to_be_sound(str(sound.root))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("severity: High", "severity: Enormous"),
        ("severity: High", "severity: [High]"),
        ("owner: sam", "owner: nobody"),
        ("owner: sam", "owners: sam"),
        ("due: 2026-07-01", "due: 2026-02-30"),
        ("due: 2026-07-01", "due: 2026-04-01"),
        ("id: MB-1", "id: MB-2"),
        ("title: Renew the certificate", "title: ' '"),
        ("title: Renew the certificate", "title: &a Renew"),
        ("owner: sam", "owner: sam\nowner: sam"),
        ("owner: sam", "owner: sam\ndepends_on: [MB-1]"),
    ],
)
def test_an_edit_that_breaks_a_record_is_not_known(sound: Program, before: str, after: str) -> None:
    sound.write("backlog/MB-1.yaml", ITEM.replace(before, after))
    sound.git("add", "-A")
    assert not known_to_be_sound(str(sound.root))
    assert hook.run([]) != 0


def test_an_index_that_was_only_written_anew_is_compared_and_then_known(
    sound: Program, counted: Callable[[], int]
) -> None:
    sound.git("update-index", "--index-version", "4")
    counted()
    assert known_to_be_sound(str(sound.root))
    assert counted() == 1
    assert known_to_be_sound(str(sound.root))
    assert counted() == 0


def test_an_index_without_a_checksum_is_compared(sound: Program, counted: Callable[[], int]) -> None:
    sound.git("config", "index.skipHash", "true")
    (sound.root / ".git/index").write_bytes((sound.root / ".git/index").read_bytes()[:-20] + bytes(20))
    counted()
    assert known_to_be_sound(str(sound.root))
    assert known_to_be_sound(str(sound.root))
    assert counted() == 2
    sound.write("backlog/MB-1.yaml", ITEM.replace("High", "Higher"))
    sound.git("add", "-A")
    (sound.root / ".git/index").write_bytes((sound.root / ".git/index").read_bytes()[:-20] + bytes(20))
    assert not known_to_be_sound(str(sound.root))


def test_rules_that_moved_are_looked_at(sound: Program) -> None:
    sound.write("ray18.yaml", (sound.root / "ray18.yaml").read_text() + "\n# a comment\n")
    sound.git("add", "-A")
    assert not known_to_be_sound(str(sound.root))
    sound.git("reset", "-q", "--hard")
    assert known_to_be_sound(str(sound.root))
    sound.git("update-ref", "refs/remotes/origin/main", sound.git("commit-tree", "HEAD^{tree}", "-m", "other"))
    assert not known_to_be_sound(str(sound.root))


def test_a_note_of_somebody_else_is_not_believed(
    sound: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sound.root, copy)
    assert not known_to_be_sound(str(copy))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another user"))
    assert not known_to_be_sound(str(sound.root))


def test_the_secret_is_only_this_users(sound: Program, tmp_path: Path) -> None:
    secret = tmp_path / "cache/ray18/secret"
    assert secret.stat().st_mode & 0o077 == 0
    secret.chmod(0o644)
    assert not known_to_be_sound(str(sound.root))


def test_a_ci_system_is_judged_in_full(sound: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert not known_to_be_sound(str(sound.root))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(st.tuples(OPERATIONS, st.booleans()), min_size=2, max_size=5))
def test_the_hook_says_what_it_says_without_a_cache(
    operations: list[tuple[tuple[str, str, int], bool]], tmp_path_factory: pytest.TempPathFactory, say, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    program = Program(tmp_path_factory.mktemp("hook") / "program")
    shutil.copytree(EXAMPLE, program.root)
    program.git("init", "-q", "-b", "main")
    program.commit("start")
    monkeypatch.chdir(program.root)
    say(hook.run)
    for operation, committed in operations:
        apply(program, operation, date(2026, 3, 16))
        program.git("add", "-A")
        MEMORY.clear()
        assert say(hook.run) == say(hook.run, "--no-cache")
        if committed:
            program.commit()


def test_the_hook_loads_nothing_that_a_known_answer_does_not_need(sound: Program) -> None:
    assert imported(sound, "hook") <= HOOK_MODULES
    sound.write("backlog/MB-1.yaml", ITEM.replace("certificate", "domain"))
    sound.git("add", "-A")
    loaded = imported(sound, "hook")
    assert "ray18.quick.edits" in loaded
    assert loaded & {"pydantic", "click", "subprocess", "jsonschema", "git", "ray18.cli", "json", "logging"} == set()


def imported(program: Program, name: str, *arguments: str) -> set[str]:
    """The modules that an entry point imports, beyond those of a bare start; it must end with 0."""
    code = (
        "import sys; before = set(sys.modules); sys.path.append(sys.argv.pop(1))\n"
        f"from ray18.{name} import run\n"
        "status = run(sys.argv[1:]); print('\\nLOADED', status, *sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(PACKAGE.parent), *arguments],
        cwd=program.root,
        capture_output=True,
        text=True,
        check=True,
    )
    status, *loaded = done.stdout.rsplit("LOADED", 1)[1].split()
    assert status == "0", done.stdout
    return set(loaded)


# Answers of `gate` and `check`


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(OPERATIONS, min_size=1, max_size=4))
def test_an_answer_is_what_judging_anew_says(
    operations: list[tuple[str, str, int]], tmp_path_factory: pytest.TempPathFactory, say, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    program = Program(tmp_path_factory.mktemp("answers") / "program")
    shutil.copytree(EXAMPLE, program.root)
    program.git("init", "-q", "-b", "main")
    program.commit("start")
    monkeypatch.chdir(program.root)
    day = date(2026, 3, 16)
    for operation in operations:
        day = apply(program, operation, day)
        asked = ("gate", "--all", f"--as-of={day}", "--format=json")
        settle()
        MEMORY.clear()
        first = say(start.run, *asked)
        MEMORY.clear()
        assert say(start.run, *asked) == first == say(start.run, *asked, "--no-cache")


@pytest.fixture
def asked(sound: Program) -> Callable[..., tuple[int, bytes] | None]:
    """What is known of a question; asked in full first, when told to."""

    def ask(*question: str, anew: bool = False) -> tuple[int, bytes] | None:
        settle()
        if anew:
            MEMORY.clear()
            start.run(list(question))
        return Question(list(question), str(sound.root)).known()

    return ask


OTHER = ITEM.replace("MB-1", "MB-2").replace("High", "Low").replace("P1", "P4")


def words(text: str, number: int) -> str:
    return f"{text}description: Words of edit {number}.\n"


@pytest.mark.parametrize("question", [("gate", "--all"), ("check",), ("gate", "1", "--format=json")])
def test_an_edit_without_an_effect_has_the_answer_that_there_was(
    question: tuple[str, ...], sound: Program, asked: Callable[..., tuple[int, bytes] | None], say
) -> None:  # type: ignore[no-untyped-def]
    for number in range(2, 6):
        sound.write(f"backlog/MB-{number}.yaml", OTHER.replace("MB-2", f"MB-{number}"))
    sound.commit("more items")
    before = asked(*question, anew=True)
    assert before is not None
    for number in (2, 3, 2):
        sound.write(f"backlog/MB-{number}.yaml", words(OTHER.replace("MB-2", f"MB-{number}"), number + 10))
        assert asked(*question) == before
        assert say(start.run, *question, "--no-cache")[:2] == before
    # What was judged when Git did not have it yet:
    sound.write("backlog/MB-4.yaml", words(OTHER.replace("MB-2", "MB-4"), 1) + "tags: [new]\n")
    before = asked(*question, anew=True)
    sound.write("backlog/MB-4.yaml", words(OTHER.replace("MB-2", "MB-4"), 2) + "tags: [new]\n")
    assert before is not None
    assert asked(*question) == before


EFFECTS: dict[str, Callable[[Program], object]] = {
    "what is approved": lambda program: program.write("backlog/MB-2.yaml", OTHER.replace("certificate", "domain")),
    "what others read": lambda program: program.write("backlog/MB-2.yaml", OTHER + "depends_on: [MB-3]\n"),
    "what no schema allows": lambda program: program.write("backlog/MB-2.yaml", OTHER + "tags: many\n"),
    "what is no field": lambda program: program.write("backlog/MB-2.yaml", OTHER + "colour: red\n"),
    "what is no YAML": lambda program: program.write("backlog/MB-2.yaml", OTHER + "tags: [\n"),
    "a record that a finding shows": lambda program: program.write("backlog/MB-1.yaml", "\n" + ITEM),
    "a mode": lambda program: (program.root / "backlog/MB-2.yaml").chmod(0o755),
    "a link": lambda program: link(program, "backlog/MB-2.yaml"),
    "a folder that is a link": lambda program: link(program, "backlog"),
    "the settings": lambda program: program.write("ray18.yaml", (program.root / "ray18.yaml").read_text() + "\n"),
}


def link(program: Program, path: str) -> None:
    """Puts a link with the same content, changed where nobody looks, in the place of a file or folder."""
    there = program.root / path
    there.rename(program.root.parent / "outside")
    there.symlink_to(program.root.parent / "outside")
    file = there if there.is_file() else there / "MB-2.yaml"
    file.write_text(words(OTHER, 1))


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_edit_with_an_effect_is_judged_in_full(
    effect: str, sound: Program, asked: Callable[..., tuple[int, bytes] | None]
) -> None:
    sound.write("backlog/MB-2.yaml", OTHER)
    sound.commit("another item")
    question = ("gate", "--all")
    assert asked(*question, anew=True) is not None
    sound.write("backlog/MB-2.yaml", words(OTHER, 1))
    assert asked(*question) is not None
    EFFECTS[effect](sound)
    assert asked(*question) is None


def test_an_edit_is_known_without_the_models(sound: Program) -> None:
    sound.write("backlog/MB-2.yaml", OTHER)
    sound.commit("another item")
    settle()
    imported(sound, "start", "check")
    sound.write("backlog/MB-2.yaml", words(OTHER, 1))
    loaded = imported(sound, "start", "check")
    assert loaded & {"pydantic", "click", "subprocess", "jsonschema", "json", "ray18.cli", "logging"} == set()
    assert "ray18.quick.edits" in loaded


def test_a_known_answer_costs_no_git_and_next_to_no_import(sound: Program) -> None:
    settle()
    imported(sound, "start", "check")
    loaded = imported(sound, "start", "check")
    assert loaded & {"pydantic", "click", "subprocess", "yaml", "json", "ray18.cli"} == set()
    assert "ray18.quick.answers" in loaded


def same_size_and_times(program: Program) -> None:
    path = program.root / "backlog/MB-1.yaml"
    before = path.stat()
    path.write_text(ITEM.replace("High", "high"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Program], object]] = {
    "an edit": lambda program: program.write("backlog/MB-1.yaml", ITEM + "# a comment\n"),
    "an edit that keeps size and times": same_size_and_times,
    "a file that came": lambda program: program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2")),
    "a file that went": lambda program: (program.root / "backlog/MB-1.yaml").unlink(),
    "a mode": lambda program: (program.root / "backlog/MB-1.yaml").chmod(0o755),
    "a commit": lambda program: program.git("commit", "-q", "--allow-empty", "-m", "more"),
    "a branch": lambda program: program.git("switch", "-q", "-c", "other"),
    "what the remote has": lambda program: program.git("update-ref", "refs/remotes/origin/main", "HEAD"),
    "the configuration": lambda program: program.git("config", "core.hooksPath", "elsewhere"),
    "a replace ref": lambda program: program.git(
        "replace", "HEAD", program.git("commit-tree", "HEAD^{tree}", "-m", "other")
    ),
    "packed references": lambda program: (
        program.git("commit", "-q", "--allow-empty", "-m", "x"),
        program.git("pack-refs", "--all"),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_answer_is_not_given_again_when_anything_changed(change: str, sound: Program) -> None:
    question = ["gate", "--all"]
    settle()
    start.run(question)
    assert Question(question, str(Path.cwd())).known() is not None
    CHANGES[change](sound)
    assert Question(question, str(Path.cwd())).known() is None


@pytest.mark.parametrize(
    "question",
    [
        *(["gate", "--rev", "HEAD"], ["gate", "--all", "--no-cache"], ["check", "--staged"], ["gate", "--base=HEAD"]),
        *(["gate", "--format=json=out.json"], ["gate", "-C", "elsewhere"], ["gate", "--observed", "x"]),
        *(
            ["check", "--fix"],
            ["check", "--diff"],
            ["gate", "--watch"],
            ["gate", "--an-option-of-tomorrow"],
            ["gate", "-qx"],
        ),
        *(["status"], ["gate", "--help"], []),
    ],
)
def test_questions_about_other_places_are_not_answered_from_here(question: list[str], sound: Program) -> None:
    from ray18.quick.repository import Unclear

    with pytest.raises(Unclear):
        Question(question, str(Path.cwd()))


def test_another_day_is_another_question(sound: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    question = ["gate", "--all"]
    settle()
    start.run(question)
    tomorrow = (date.today() + timedelta(days=1)).timetuple()
    monkeypatch.setattr("ray18.quick.answers.gmtime", lambda: tomorrow)
    assert Question(question, str(Path.cwd())).known() is None


def test_a_file_that_was_written_just_now_makes_no_answer(sound: Program) -> None:
    question = ["gate", "--all"]
    sound.write("backlog/MB-1.yaml", ITEM)
    start.run(question)
    assert Question(question, str(Path.cwd())).known() is None


# What it costs, by counting


def test_git_is_asked_as_often_as_the_question_needs_however_large_the_program(
    sound: Program, counted: Callable[[], int]
) -> None:
    count, costs = counted, []
    for size in (10, 60):
        for number in range(2, size):
            sound.write(f"backlog/MB-{number}.yaml", ITEM.replace("MB-1", f"MB-{number}"))
        sound.commit(f"{size} items")
        settle()
        hook.run([])
        count()
        assert known_to_be_sound(str(sound.root))
        known = count()
        sound.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("certificate", f"domain {size}"))
        sound.git("add", "-A")
        count()
        assert known_to_be_sound(str(sound.root))
        changed = count()
        sound.git("reset", "-q", "--hard")
        settle()
        count()
        start.run(["gate", "--all", "--no-cache"])
        anew = count()
        start.run(["gate", "--all"])
        count()
        start.run(["gate", "--all"])
        costs.append((known, changed, count(), anew))
    assert costs[0] == costs[1]
    known, changed, again, anew = costs[0]
    assert (known, again) == (0, 0)
    assert changed <= 2
    assert anew <= 20

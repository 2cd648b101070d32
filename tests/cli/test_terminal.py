"""Manners on a terminal: colour, width, locales, pipes, counting, watching, completing; the exit code is kept in all of them."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ITEM

AS_OF = ("--as-of", "2026-06-01")


@pytest.fixture
def faulty(program) -> Path:  # type: ignore[no-untyped-def]
    """A program with something wrong, and a name that not every locale can show."""
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam", "owner: nobody"))
    program.write(
        "backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("Renew", "Café 🚢").replace("sam", "no-one")
    )
    program.write("backlog/MB-3.yaml", ITEM.replace("MB-1", "MB-3").replace("severity: High", "severity: high"))
    program.commit("faults")
    return program.root  # type: ignore[no-any-return]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ray18", *arguments]


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "TERM": "xterm", "LC_ALL": "C.UTF-8", **more}


def on_terminal(folder: Path, *arguments: str, **more: str) -> tuple[int, bytes]:
    """Exit code and what a terminal is sent."""
    here, there = pty.openpty()
    process = subprocess.Popen(command(*arguments), cwd=folder, stdout=there, stderr=there, env=environment(**more))
    os.close(there)
    sent = b""
    while True:
        try:
            part = os.read(here, 65536)
        except OSError:  # the terminal is closed when the process is gone
            break
        if not part:
            break
        sent += part
    os.close(here)
    return process.wait(), sent


def test_a_terminal_gets_colour_unless_it_or_the_user_wants_none(faulty: Path) -> None:
    status, sent = on_terminal(faulty, "check", *AS_OF)
    assert status == 3
    assert b"\x1b[31m" in sent
    for wish in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        status, sent = on_terminal(faulty, "check", *AS_OF, **wish)
        assert status == 3
        assert b"\x1b" not in sent, wish


@pytest.mark.parametrize("more", [{"COLUMNS": "20"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_any_width_and_any_locale_will_do(faulty: Path, more: dict[str, str]) -> None:
    for arguments, status in ((("check", *AS_OF), 3), (("backlog", "list"), 3), (("gate", "--help"), 0)):
        run = subprocess.run(command(*arguments), cwd=faulty, env=environment(**more), capture_output=True, check=False)
        assert b"Traceback" not in run.stdout + run.stderr
        assert run.returncode == status, run.stderr
        assert run.stdout.isascii() or "LC_ALL" not in more


def test_nobody_who_stops_reading_changes_the_verdict(faulty: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stream:
        done = subprocess.run(
            command("check", *AS_OF), cwd=faulty, env=environment(), stdout=stream, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (3, b"")


def test_the_same_program_gives_the_same_bytes_in_any_process(faulty: Path) -> None:
    outputs = {
        subprocess.run(
            command("gate", "--all", "--no-cache", *AS_OF),
            cwd=faulty,
            env=environment(PYTHONHASHSEED=seed),
            capture_output=True,
            check=False,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_findings_are_counted_by_policy(faulty: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("check", "--statistics", *AS_OF, folder=faulty)
    assert ran.status == 3
    assert ran.out.splitlines()[:3] == [
        "  count  mendable  level    policy",
        "      2            error    item-owner-exists    Everybody whom an item names is known",
        "      1         1  blocker  document-valid       Every record reads strictly and fits its schema",
    ]
    assert ran.out.splitlines()[-1].endswith(": blocked")
    assert "backlog/MB-1.yaml" not in ran.out
    gates = ray18("gate", "backlog", "--statistics", *AS_OF, folder=faulty)
    assert gates.status == 3
    assert "Gate 1  Maintenance Backlog Integrity  blocked" in gates.out
    assert '"findings"' in ray18("check", "--statistics", "--format", "json", *AS_OF, folder=faulty).out


def test_quiet_says_nothing_when_there_is_nothing_to_mend(program, ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("check", "--quiet", *AS_OF, folder=program.root).out == ""
    program.write("backlog/MB-1.yaml", ITEM.replace("sam", "nobody"))
    assert "nobody" in ray18("check", "--quiet", *AS_OF, folder=program.root).out


def test_watching_judges_again_when_a_record_changes_and_ends_when_interrupted(program) -> None:  # type: ignore[no-untyped-def]
    log = program.root.parent / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command("check", "--watch", *AS_OF), cwd=program.root, stdout=stream, stderr=stream, env=environment()
        )
        try:
            until(log, b"waiting", 1)
            assert b"no problems: passed" in log.read_bytes()
            program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam", "owner: nobody"))
            until(log, b"waiting", 2)
            assert b"whom people.yaml does not know" in log.read_bytes()
            program.write("ray18.yaml", "nonsense")
            until(log, b"waiting", 3)
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130
        finally:
            process.kill()
    assert b"Traceback" not in log.read_bytes()


def until(log: Path, word: bytes, times: int) -> None:
    """Waits until a log holds a word so many times."""
    end = time.monotonic() + 60
    while log.read_bytes().count(word) < times:
        assert time.monotonic() < end, log.read_bytes().decode()
        time.sleep(0.05)


def completed(folder: Path, written: str) -> list[str]:
    """What bash is told may come next."""
    asked = environment(COMP_WORDS=written, COMP_CWORD=str(len(written.split()) - 1), _RAY18_COMPLETE="bash_complete")
    done = subprocess.run(command(), cwd=folder, env=asked, capture_output=True, check=True)
    assert done.stderr == b""
    return [line.partition(",")[2] for line in done.stdout.decode().splitlines() if line]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ray18 che", ["check"]),
        ("ray18 backlog show MB-", ["MB-1"]),
        ("ray18 backlog list --owner s", ["sam", "sven"]),
        ("ray18 gate ba", ["backlog"]),
        ("ray18 waive backlog --policy serious-item-has-p", ["serious-item-has-priority"]),
        ("ray18 approve pla", ["plan"]),
        ("ray18 check --format sa", ["sarif"]),
    ],
)
def test_the_shell_completes_commands_ids_and_people(program, written: str, expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert completed(program.root, written) == expected


def test_nothing_is_completed_where_there_is_no_program(tmp_path: Path) -> None:
    assert completed(tmp_path, "ray18 backlog show MB") == []


def test_each_shell_gets_its_script(ray18) -> None:  # type: ignore[no-untyped-def]
    for shell, word in (("bash", "complete -o nosort"), ("zsh", "compdef"), ("fish", "complete --no-files")):
        assert word in ray18("completion", shell).out

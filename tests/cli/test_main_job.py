"""The main job, as somebody new would run it: start, read a hand-over in, see the gates judged, mend, approve, pass."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import AS_OF, ITEM, Program, key_file, people_yaml

EXAMPLE = Path(__file__).parents[2] / "example-repo"


def test_the_demo_fails_fails_and_passes(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("demo", tmp_path / "demo")
    assert ran.status == 0, ran.out[-2000:] + ran.err
    verdicts = [line for line in ran.out.splitlines() if line.startswith("Gate ")]
    assert len(verdicts) == 12
    assert [" failed " in line for line in verdicts[:4]] == [True] * 4
    assert [" passed " in line for line in verdicts[8:]] == [True] * 4
    demo = Program(tmp_path / "demo")
    assert demo.git("status", "--porcelain") == ""
    assert len(set(demo.git("log", "--format=%an").splitlines())) >= 8
    again = ray18("gate", "--all", "--as-of", "2026-03-16", "--format", "json", folder=tmp_path / "demo")
    assert again.status == 0
    assert json.loads(again.out)["verdict"] == "passed"
    assert ray18("check", "--rev", "HEAD", "--as-of", "2026-03-16", folder=tmp_path / "demo").status == 0
    assert ray18("status", "--as-of", "2026-03-16", folder=tmp_path / "demo").out.endswith(
        "Next: ray18 run, then ray18 handoff\n"
    )


def test_openssh_and_git_agree_that_the_demos_commits_are_signed(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    ray18("demo", tmp_path / "demo")
    demo = Program(tmp_path / "demo")
    people = (tmp_path / "demo/people.yaml").read_text()
    lines = [line.split("key: ", 1)[1].strip() for line in people.splitlines() if "key: ssh" in line]
    (tmp_path / "allowed").write_text("".join(f"somebody {line}\n" for line in lines))
    if subprocess.run(["ssh-keygen", "-?"], capture_output=True, check=False).returncode == 127:
        pytest.skip("OpenSSH is not installed")
    letters = demo.git("-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'allowed'}", "log", "--format=%G?").splitlines()
    assert set(letters) == {"G"}


def test_a_demo_never_overwrites(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "mine").write_text("mine")
    assert ray18("demo", tmp_path).status == 2


def test_init_keeps_what_is_there_and_can_be_run_again(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    made = Program(tmp_path)
    made.git("init", "-q", "-b", "trunk")
    made.write("services.yaml", "# mine\nservices: []\n")
    assert ray18("init", "--title", "My program", folder=tmp_path).status == 0
    assert (tmp_path / "services.yaml").read_text() == "# mine\nservices: []\n"
    assert "protected_branch: trunk" in (tmp_path / "ray18.yaml").read_text()
    before = (tmp_path / "ray18.yaml").read_bytes()
    again = ray18("init", folder=tmp_path)
    assert "wrote" not in again.out
    assert (tmp_path / "ray18.yaml").read_bytes() == before
    assert ray18("check", folder=tmp_path).status == 0
    for path in ("ray18.yaml", "people.yaml", "governance.yaml"):
        first = (tmp_path / path).read_text().splitlines()[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert (tmp_path / path).parent.joinpath(schema).is_file()


def test_everything_that_is_missing_is_named(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    bare = "".join(
        line for line in ITEM.splitlines(True) if line.split(":")[0] not in {"severity", "priority", "owner", "due"}
    )
    program.write("backlog/MB-1.yaml", bare)
    report = json.loads(ray18("gate", "backlog", "--format", "json", "--as-of", AS_OF, folder=program.root).out)
    (gate,) = report["gates"]
    assert gate["verdict"] == "failed"
    assert {finding["policy"] for finding in gate["findings"] if finding["level"] == "error"} == {
        "item-has-severity", "serious-item-has-due-date", "serious-item-has-owner", "serious-item-has-priority",
    }  # fmt: skip
    assert all(finding["path"] == "backlog/MB-1.yaml" and finding["line"] for finding in gate["findings"])


def test_the_failure_block_is_the_protocols(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    ran = ray18("gate", "1", "--as-of", AS_OF, folder=program.root)
    assert ran.out.startswith(
        "[RAY GATE FAILED: Maintenance Backlog Integrity]\n"
        "> \"Quality gate 'Maintenance Backlog Integrity' failed.\n"
        "> Criteria: 100% of critical backlog items captured with owner, priority, and due date.\n"
        "> Actual: 1 serious item missing an owner.\n"
        "> Required action: Assign owners, rerun: ray18 gate backlog.\n"
        ">\n"
        "> Options:\n"
        "> 1. Fix issues and retry validation\n"
        "> 2. Request gate waiver with justification (ray18 waive backlog)\n"
        '> 3. Halt protocol execution"\n'
    )


def test_set_mends_an_item_and_the_gate_follows(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", "# nobody yet\n"))
    assert ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root).status == 1
    assert ray18("backlog", "set", "MB-1", "owner=pia", folder=program.root).out == "MB-1: owner: nothing -> pia\n"
    assert "# nobody yet" in (program.root / "backlog/MB-1.yaml").read_text()
    assert ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root).status == 0


@pytest.mark.parametrize("wrong", ["owner=No Body", "severity=Hgh", "due=2026-02-30", "colour=red", "id=MB-2", "owner"])
def test_set_refuses_what_does_not_fit_and_changes_nothing(wrong: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    before = (program.root / "backlog/MB-1.yaml").read_bytes()
    assert ray18("backlog", "set", "MB-1", wrong, folder=program.root).status == 2
    assert (program.root / "backlog/MB-1.yaml").read_bytes() == before


def test_added_items_have_ids_that_no_branch_collides_with(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    for _ in range(20):
        assert ray18("backlog", "add", "The same title", "--severity", "Low", folder=program.root).status == 0
    assert len(list((program.root / "backlog").glob("MB-*.yaml"))) == 21
    assert ray18("check", "--as-of", AS_OF, folder=program.root).status == 0


def test_approve_signs_with_the_persons_key_and_says_what_is_approved(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    program.write(
        "plan.yaml", "title: P\nrevision: 1\nperiod: {start: 2026-01-01, end: 2026-12-31}\nrevisit_date: 2026-09-01\n"
    )
    program.commit()
    key = key_file(tmp_path, "sven")
    ran = ray18("approve", "plan", "--key", key, "--yes", folder=program.root)
    assert ran.status == 0, ran.err
    assert "decision  approved by sven as security-lead" in ran.out
    assert program.seats()["security-lead"] == "approved"
    stranger = ray18("approve", "plan", "--key", key_file(tmp_path, "mallory"), "--yes", folder=program.root)
    assert stranger.status == 2
    assert "belongs to nobody" in stranger.err
    other = ray18("approve", "plan", "--as", "support-lead", "--key", key, "--yes", folder=program.root)
    assert other.status == 2


def test_a_waiver_excuses_its_item_until_its_day_and_is_shown_as_such(
    program: Program, ray18, tmp_path: Path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("ray18.commands.waive.today", lambda: AS_OF)
    program.write("backlog/MB-1.yaml", ITEM.replace("due: 2026-07-01\n", ""))
    program.commit()
    arguments = ("waive", "backlog", "--policy", "serious-item-has-due-date", "--item", "MB-1",
                 "--reason", "the vendor names a date next week", "--until", "2026-06-10")  # fmt: skip
    olga = key_file(tmp_path, "olga")
    assert ray18(*arguments, "--requested-by", "olga", "--key", olga, folder=program.root).status == 2
    assert (
        ray18(*arguments, "--requested-by", "pia", "--key", key_file(tmp_path, "sam"), folder=program.root).status == 2
    )
    ran = ray18(*arguments, "--requested-by", "pia", "--yes", "--key", olga, folder=program.root)
    assert ran.status == 0, ran.err
    judged = ray18("gate", "backlog", "--as-of", "2026-06-10", "--format", "json", folder=program.root)
    assert judged.status == 0
    assert json.loads(judged.out)["verdict"] == "waived"
    assert json.loads(judged.out)["gates"][0]["waivers"][0]["approved_by"] == "olga"
    assert (
        "waived until 2026-06-10 by olga" in ray18("gate", "backlog", "--as-of", "2026-06-10", folder=program.root).out
    )
    assert ray18("gate", "backlog", "--as-of", "2026-06-11", folder=program.root).status == 1
    waiver = next((program.root / "waivers").glob("*.yaml"))
    waiver.write_text(waiver.read_text().replace("2026-06-10", "2026-06-30"))
    assert ray18("gate", "backlog", "--as-of", "2026-06-10", folder=program.root).status == 1


def test_exit_codes_and_errors_are_those_of_the_contract(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert ray18("gate", "nonsense", folder=program.root).status == 2
    assert ray18("gate", folder=program.root).status == 2
    assert ray18("chekc").status == 2
    assert "did you mean 'check'" in ray18("chekc").err
    assert ray18("check", "--as-of", "tomorrow", folder=program.root).status == 2
    assert ray18("check", "--format", "xml", folder=program.root).status == 2
    assert ray18("check", folder=tmp_path / "nowhere").status == 2
    assert ray18("check", "backlog/none.yaml", "--as-of", AS_OF, folder=program.root).status == 3
    program.write("ray18.yaml", "version: 1\n")
    ran = ray18("gate", "--all", folder=program.root)
    assert ran.status == 3
    assert "ray18.yaml:1:1" in ran.err
    assert "->" in ran.err


def test_json_output_fits_its_shipped_schema(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    from ray18.commands.schema import all_schemas
    from ray18.schema import validator

    for command, name in ((["gate", "--all"], "gate-report"), (["check"], "check-report")):
        out = json.loads(ray18(*command, "--format", "json", "--as-of", AS_OF, folder=program.root).out)
        schema = json.loads(all_schemas()[name])
        assert [error.message for error in validator(schema).iter_errors(out)] == []


def test_several_formats_in_one_run(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out.json"
    ran = ray18("check", "--as-of", AS_OF, "--format", f"json={out}", "--format", "text", folder=program.root)
    assert ran.out.endswith("passed\n")
    assert json.loads(out.read_text())["verdict"] == "passed"
    assert ray18("check", "--format", "json", "--format", "text", folder=program.root).status == 2
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert ray18("check", "--format", f"json={tmp_path / 'link'}", folder=program.root).status == 2
    assert not (tmp_path / "elsewhere").exists()


def test_the_same_commit_and_day_give_the_same_bytes_everywhere(program: Program, ray18, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    head = program.commit()
    outputs = set()
    for zone, locale in (("UTC", "C"), ("Pacific/Kiritimati", "C.UTF-8"), ("America/Los_Angeles", "POSIX")):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("LC_ALL", locale)
        outputs.add(
            ray18("gate", "--all", "--rev", head, "--as-of", AS_OF, "--format", "json", folder=program.root).out
        )
    assert len(outputs) == 1


def test_hostile_texts_do_nothing_to_the_terminal(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    for title in ("{0.__class__}", "{{7*7}}", "%(x)s", "$(id)", "${{ github.token }}", "::error file=x::y", "=1+1"):
        program.write(
            "backlog/MB-1.yaml", ITEM.replace("Renew the certificate", json.dumps(title)).replace("owner: sam\n", "")
        )
        assert title in ray18("backlog", "list", folder=program.root).out
    program.write("backlog/MB-1.yaml", ITEM.replace("Renew the certificate", '"\\u001b]0;t\\u0007"'))
    ran = ray18("check", folder=program.root)
    assert ran.status == 3
    assert "\x1b" not in ran.out + ran.err


def test_a_closed_pipe_and_an_ascii_locale_end_quietly(program: Program) -> None:
    script = Path(os.sys.executable).with_name("ray18")  # type: ignore[attr-defined]
    piped = subprocess.run(
        f"{script} -C {program.root} gate --all | head -1", shell=True, capture_output=True, check=False
    )
    assert b"Traceback" not in piped.stderr
    program.write("backlog/MB-1.yaml", ITEM.replace("Renew", "Ren\u00e9w \u65e5"))
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shown = subprocess.run([script, "-C", program.root, "backlog", "list"], env=env, capture_output=True, check=False)
    assert shown.returncode == 0, shown.stderr


def test_a_closed_pipe_never_changes_the_verdict(program: Program) -> None:
    script = Path(sys.executable).with_name("ray18")
    for broken, expected in ((False, 0), (True, 1)):
        if broken:
            program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
        command = f"{script} -C {program.root} gate backlog --as-of {AS_OF} | true; exit ${{PIPESTATUS[0]}}"
        assert subprocess.run(["bash", "-c", command], check=False).returncode == expected


def test_check_of_a_folder_or_file_tells_of_that_alone(program: Program, ray18, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-2.yaml", ITEM.replace("MB-1", "MB-2").replace("owner: sam", "owner: nobody"))
    assert ray18("check", "backlog/MB-1.yaml", folder=program.root).status == 0
    assert ray18("check", "backlog", folder=program.root).status == 1
    monkeypatch.chdir(program.root / "backlog")
    assert ray18("check", "MB-1.yaml").status == 0
    assert ray18("check", "MB-2.yaml").status == 1


def test_nobody_approves_a_plan_that_is_not_there(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("approve", "plan", "--key", key_file(tmp_path, "sven"), "--yes", folder=program.root)
    assert ran.status == 3
    assert "there is no plan to decide about" in ran.err


def test_plan_draft_is_honest_about_its_gaps(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write(
        "services.yaml",
        "services:\n  - id: shop\n    name: Shop\n    tier: 1\n    slos:\n      - name: availability\n        target_percent: 99.9\n",
    )
    ran = ray18("plan", "draft", folder=program.root)
    assert ran.status == 0, ran.err
    assert "gap    shop: nobody owns it, so nobody can promise its availability" in ran.out
    assert "# GAP 1" in (program.root / "plan.yaml").read_text()
    assert "## Escalation matrix" in ray18("plan", "show", folder=program.root).out
    assert ray18("plan", "draft", folder=program.root).status == 2
    assert ray18("check", folder=program.root).status == 0


def test_doctor_names_what_is_wrong(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert ray18("doctor", folder=program.root).status == 0
    program.git("replace", program.git("rev-parse", "HEAD"), program.commit("second"))
    ran = ray18("doctor", folder=program.root)
    assert ran.status == 4
    assert "replace refs exist" in ran.out
    assert ray18("doctor", folder=tmp_path).status == 4


def test_status_names_the_halt_and_the_next_command(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("status", "--as-of", AS_OF, folder=program.root)
    assert ran.status == 0
    assert "Halted at step 1.1: Stop if any critical artifact missing or ownership assignment unclear." in ran.out
    steps = json.loads(ray18("status", "--format", "json", "--as-of", AS_OF, folder=program.root).out)["steps"]
    assert [step["number"] for step in steps] == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3"]
    assert people_yaml()


REAL = os.environ.get("RAY18_REAL")


@pytest.mark.skipif(not REAL, reason="RAY18_REAL names no folder with real input")
def test_the_real_hand_over_runs_to_honest_verdicts(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    made = Program(tmp_path / "program")
    made.root.mkdir()
    made.git("init", "-q", "-b", "main")
    assert ray18("init", folder=made.root).status == 0
    intake = ray18("intake", Path(str(REAL)) / "handover", folder=made.root)
    assert intake.status in (0, 1), intake.err
    checked = ray18("check", folder=made.root)
    assert checked.status == 1, "owners that people.yaml does not know"
    report = json.loads(ray18("gate", "--all", "--format", "json", folder=made.root).out)
    backlog = next(gate for gate in report["gates"] if gate["id"] == "backlog")
    assert backlog["verdict"] == "failed"
    named = {finding["item"] for finding in backlog["findings"] if finding["policy"] == "serious-item-has-owner"}
    unowned = [
        p
        for p in (made.root / "backlog").glob("*.yaml")
        if "\nowner:" not in p.read_text() and "status: done" not in p.read_text()
    ]
    assert {path.stem for path in unowned} == named
    assert len(named) > 350


def test_output_goes_to_regular_files_only(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path / "pipe", tmp_path, program.root / ".git/config", program.root / ".GIT/x"):
        assert ray18("check", "--format", f"json={target}", folder=program.root).status == 2, target
    assert (tmp_path / "pipe").is_fifo()


def test_a_waiver_needs_a_requester_who_exists(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    arguments = ("waive", "backlog", "--policy", "serious-item-has-due-date", "--item", "MB-1", "--yes",
                 "--reason", "the vendor names a date next week", "--key", key_file(tmp_path, "olga"))  # fmt: skip
    assert ray18(*arguments, "--until", "2099-01-01", "--requested-by", "pia", folder=program.root).status == 2
    assert ray18(*arguments, "--until", "2020-01-01", "--requested-by", "pia", folder=program.root).status == 2
    ghost = ray18(*arguments, "--until", "2026-11-30", "--requested-by", "ghost", folder=program.root)
    assert ghost.status == 2
    assert "people.yaml does not know ghost" in ghost.err


@pytest.mark.parametrize("folder", [".", "..", ".git", ".git/logs", "backlog"])
def test_intake_reads_no_hand_over_from_the_program_itself(folder: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("intake", program.root / folder, folder=program.root)
    assert ran.status == 2, ran.out
    assert not (program.root / "handover").exists()

"""The whole protocol, from intake to hand-off, with nothing but `ray18` and an editor."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import GIT_ENVIRONMENT, Program

from ray18.commands.script import SCRIPTS, doors
from ray18.evidence import EVIDENCE

DAY = "2026-03-16"
FOLDER = ".artifacts/protocol-21"
PYTHON = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
VERIFY = Path(__file__).parents[2] / "ray18/evidence/verify.py"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, run through the protocol once, with its evidence committed."""
    from ray18.cli import run

    folder = tmp_path_factory.mktemp("finished") / "demo"
    assert run(["demo", str(folder)]) == 0
    assert run(["-C", str(folder), "run", "--as-of", DAY]) == 0
    Program(folder).git("add", "-A")
    Program(folder).git("commit", "-q", "-m", "Evidence")
    return folder


@pytest.fixture
def demo(finished: Path, tmp_path: Path) -> Program:
    shutil.copytree(finished, tmp_path / "demo", symlinks=True)
    return Program(tmp_path / "demo")


def script(demo: Program, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, f"scripts/{name}.py", *arguments]
    return subprocess.run(command, cwd=demo.root, env=PYTHON, capture_output=True, text=True, check=False)


def test_run_announces_each_step_as_the_protocol_does(demo: Program) -> None:
    log = (demo.root / FOLDER / "communication-log.jsonl").read_text()
    texts = [json.loads(line)["text"] for line in log.splitlines()]
    assert texts[0].startswith('[MASTER RAY™ | PHASE 1 START] - "Beginning maintenance planning intake')
    assert [text.split("]")[0] + "]" for text in texts] == [
        "[MASTER RAY™ | PHASE 1 START]", "[MASTER RAY™ | PHASE 1 START]", "[PHASE 1]", "[MASTER RAY™ | PHASE 2 START]",
        "[PHASE 2]", "[MASTER RAY™ | PHASE 2 COMPLETE]", "[MASTER RAY™ | PHASE 3 START]", "[RAY VALIDATION REQUEST]",
        "[PHASE 3]", "[RAY CONFIRMATION REQUIRED]",
    ]  # fmt: skip
    entries = [json.loads(line) for line in log.splitlines()]
    assert all(entry["at"].endswith("Z") and entry["person"] and entry["commit"] for entry in entries)


def test_every_evidence_file_of_the_protocol_is_there(demo: Program) -> None:
    written = {path.name for path in (demo.root / FOLDER).iterdir()}
    assert {entry.file for entry in EVIDENCE} | {
        "evidence-manifest.json",
        "communication-log.jsonl",
        "intake-drafts.json",
    } == written


def test_evidence_built_anywhere_is_the_same_to_the_byte(demo: Program, tmp_path: Path) -> None:
    """Two folders, time zones, locales and hash seeds."""
    shutil.copytree(demo.root, tmp_path / "elsewhere" / "else")
    results = []
    for root, zone, locale, seed in (
        (demo.root, "UTC", "C", "1"),
        (tmp_path / "elsewhere/else", "Pacific/Kiritimati", "C.UTF-8", "2"),
    ):
        env = PYTHON | {"TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "ray18", "evidence", "build", "--as-of", DAY]
        subprocess.run(command, cwd=root, env=env, check=True, capture_output=True)
        results.append({path.name: path.read_bytes() for path in sorted((root / FOLDER).iterdir())})
    assert results[0] == results[1]


def test_evidence_holds_until_somebody_touches_it_or_the_records(demo: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("evidence", "verify", folder=demo.root).status == 0
    assert ray18("evidence", "verify", "--rev", "HEAD", folder=demo.root).status == 0
    table = demo.root / FOLDER / "maintenance-backlog.csv"
    before = table.read_bytes()
    table.write_bytes(before.replace(b"Critical", b"Low", 1))
    ran = ray18("evidence", "verify", folder=demo.root)
    assert ran.status == 1
    assert "edited by hand" in ran.out
    table.unlink()
    assert "but not in the folder" in ray18("evidence", "verify", folder=demo.root).out
    table.write_bytes(before)
    ray18("backlog", "set", "TD-21", "due=2026-06-29", folder=demo.root)
    ran = ray18("evidence", "verify", folder=demo.root)
    assert ran.status == 1
    assert "it is stale" in ran.out
    assert "ray18 evidence build" in ran.out
    ray18("evidence", "build", "--as-of", DAY, folder=demo.root)
    assert ray18("evidence", "verify", folder=demo.root).status == 0


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_protocols_scripts_run_verbatim(name: str, demo: Program) -> None:
    """As the protocol writes them; a date far from the example's makes gates fail, never the door."""
    arguments = {
        "validate_gate_18_backlog": ["--input", f"{FOLDER}/maintenance-backlog.csv"],
        "validate_gate_18_approvals": ["--log", f"{FOLDER}/approval-log.csv"],
        "validate_gate_18_governance": ["--checklist", f"{FOLDER}/governance-cadence-checklist.json"],
        "aggregate_evidence_18": ["--output", f"{FOLDER}/"],
        "discover_automation_candidates": [
            "--input", f"{FOLDER}/maintenance-backlog.csv", "--output", f"{FOLDER}/automation-candidates.json",
        ],
    }.get(name, [])  # fmt: skip
    done = script(demo, name, *arguments)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr == ""


def test_a_script_refuses_a_file_that_the_records_do_not_give(demo: Program) -> None:
    table = demo.root / FOLDER / "maintenance-backlog.csv"
    table.write_text(table.read_text().replace("Critical", "Low"))
    done = script(demo, "validate_gate_18_backlog", "--input", f"{FOLDER}/maintenance-backlog.csv")
    assert done.returncode == 3
    assert "is not what the records give" in done.stderr
    assert script(demo, "validate_gate_18_backlog", "--input", "nothing.csv").returncode == 3
    assert script(demo, "validate_gate_18_backlog").returncode == 2


def test_the_protocols_import_works_verbatim(demo: Program) -> None:
    code = (
        "from maintenance.forecast import forecast_ticket_volume\n"
        'forecast_ticket_volume(input_path="handover/ticket-history.csv", output_path="support-coverage-plan.json")\n'
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=demo.root, env=PYTHON, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads((demo.root / "support-coverage-plan.json").read_text())


def test_hand_off_packs_what_anybody_can_verify(demo: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("handoff", "--as-of", DAY, folder=demo.root)
    assert ran.status == 0, ran.out + ran.err
    assert ran.out.count("[x]") == 7
    assert "[MASTER RAY™ | PROTOCOL COMPLETE] Ready for Protocol 22: Implementation Retrospective" in ran.out
    assert "@apply .cursor/ai-driven-workflow/22-implementation-retrospective.md" in ran.out
    assert json.loads((demo.root / ".cursor/context-kit/protocol-18.json").read_text())["next_protocol"].startswith(
        "@apply"
    )
    package = (demo.root / "handoff.zip").read_bytes()
    assert ray18("handoff", "--as-of", DAY, folder=demo.root).status == 0
    assert (demo.root / "handoff.zip").read_bytes() == package, "the same state gives the same bytes"
    with zipfile.ZipFile(demo.root / "handoff.zip") as archive:
        archive.extractall(tmp_path / "package")
    for target in ([], [str(demo.root / "handoff.zip")]):
        command = [sys.executable, "-I", str(tmp_path / "package/verify.py"), *target]
        done = subprocess.run(command, env=PYTHON, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.endswith("everything holds\n")


@pytest.mark.parametrize("change", ["evidence", "manifest", "records", "threshold"])
def test_the_verifier_finds_what_was_changed(change: str, demo: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert ray18("handoff", "--as-of", DAY, folder=demo.root).status == 0
    folder = tmp_path / "package"
    with zipfile.ZipFile(demo.root / "handoff.zip") as archive:
        archive.extractall(folder)
    table, manifest, handoff = (
        folder / name for name in ("maintenance-backlog.csv", "evidence-manifest.json", "handoff.json")
    )
    if change == "evidence":
        table.write_text(table.read_text().replace("platform", "nobody", 1))
    if change in ("manifest", "records"):
        manifest.write_text(manifest.read_text().replace('"records": "', '"records": "f', 1)[:-1] + "\n")
    if change == "threshold":
        lines = table.read_text().splitlines()
        lines[1] = lines[1].replace(lines[1].split(",")[6], "")
        table.write_text("\n".join(lines) + "\n")
        said = json.loads(manifest.read_text())
        for entry in said["files"]:
            if entry["file"] == table.name:
                entry["sha256"] = hashlib.sha256(table.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(said))
    if change in ("records", "threshold"):
        stated = json.loads(handoff.read_text())
        stated["manifest_sha256"] = hashlib.sha256(manifest.read_bytes()).hexdigest()
        handoff.write_text(json.dumps(stated))
    command = [sys.executable, "-I", str(folder / "verify.py")]
    done = subprocess.run(command, env=PYTHON, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "WRONG:" in done.stdout


def test_hand_off_says_what_is_missing(demo: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    shutil.rmtree(demo.root / FOLDER)
    (demo.root / "scripts/run_protocol_18_gates.py").write_text("print('fine')\n")
    ran = ray18("handoff", "--as-of", DAY, folder=demo.root)
    assert ran.status == 1
    assert "[ ] All evidence artifacts captured and stored" in ran.out
    assert "scripts/run_protocol_18_gates.py is missing, or not the protocol's" in ran.out
    assert "there is no communication log" in ran.out
    assert "Evidence Completeness     target 100.0 %  actual   0.0 %  missed" in ran.out
    assert not (demo.root / "handoff.zip").exists()


def test_a_log_with_a_line_taken_out_is_not_complete(demo: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    log = demo.root / FOLDER / "communication-log.jsonl"
    lines = log.read_text().splitlines(True)
    log.write_text("".join(lines[:2] + lines[3:]))
    ran = ray18("handoff", "--as-of", DAY, folder=demo.root)
    assert ran.status == 1
    assert "the log was changed" in ran.out


def test_run_stops_at_the_first_halt_and_says_so(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("run", "--as-of", "2026-06-01", folder=program.root)
    assert ran.status == 1
    assert '[RAY ERROR] - "Failed at Validate Handover Completeness. Reason: ' in ran.out
    assert "Halted: Stop if any critical artifact missing or ownership assignment unclear." in ran.out
    assert "PHASE 2" not in ran.out


def test_every_json_output_fits_its_shipped_schema(demo: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    from ray18.commands.schema import all_schemas
    from ray18.schema import validator

    evidence = {
        "prioritization-matrix": "backlog-prioritization-matrix.json",
        "coverage-plan": "support-coverage-plan.json",
        "automation-candidates": "automation-candidates.json",
        "evidence-manifest": "evidence-manifest.json",
    }
    outputs = {name: (demo.root / FOLDER / file).read_text() for name, file in evidence.items()}
    for name, command in (
        ("status", ["status"]),
        ("backlog-list", ["backlog", "list"]),
        ("policy-list", ["policy", "list"]),
    ):
        outputs[name] = ray18(*command, "--format", "json", folder=demo.root).out
    for name, text in outputs.items():
        schema = json.loads(all_schemas()[name])
        assert [error.message for error in validator(schema).iter_errors(json.loads(text))] == [], name


def test_a_failed_gate_is_logged_with_its_three_options(demo: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    ray18("backlog", "set", "SEC-NF-RISK-08", "due=2026-06-29", folder=demo.root)  # voids two prerequisite approvals
    ran = ray18("run", "--as-of", DAY, folder=demo.root)
    assert ran.status == 1
    texts = [
        json.loads(line)["text"] for line in (demo.root / FOLDER / "communication-log.jsonl").read_text().splitlines()
    ]
    block = next(text for text in texts if text.startswith("[RAY GATE FAILED: Prerequisites]"))
    assert block in ran.out
    assert "> 3. Halt protocol execution" in block
    assert texts[-1].startswith('[RAY ERROR] - "Failed at ')


def test_a_manual_validation_is_recorded_with_witnesses_and_never_passes_a_gate(demo: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    said = ("--method", "workshop", "--checked", "every item read aloud", "--outcome", "passed")
    alone = ray18("manual", "backlog", "--by", "tomas-vik", "--witness", "tomas-vik", *said, folder=demo.root)
    assert alone.status == 2
    ran = ray18("manual", "backlog", "--by", "tomas-vik", "--witness", "amara-osei", *said, folder=demo.root)
    assert ran.status == 0, ran.err
    ray18("evidence", "build", "--as-of", DAY, folder=demo.root)
    log = (demo.root / FOLDER / "manual-validation-log.md").read_text()
    assert "| attested |" in log
    assert "every item read aloud" in log
    ray18("backlog", "set", "SEC-NF-RISK-02", "owner=", folder=demo.root)
    assert ray18("gate", "backlog", "--as-of", DAY, folder=demo.root).status == 1


def test_the_verifier_is_short_and_stands_alone() -> None:
    lines = VERIFY.read_text().splitlines()
    assert len(lines) <= 150
    assert "import ray18" not in VERIFY.read_text()
    assert "from ray18" not in VERIFY.read_text()
    assert "import yaml" not in VERIFY.read_text()


def test_init_writes_the_doors(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, env=GIT_ENVIRONMENT, check=True)
    ray18("init", folder=tmp_path)
    assert {path for path in doors() if (tmp_path / path).is_file()} == set(doors())


def test_a_manifest_with_other_verdicts_does_not_hold(demo: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    manifest = demo.root / FOLDER / "evidence-manifest.json"
    text = manifest.read_text()
    for change in (
        ('"verdict": "passed"', '"verdict": "waived"'),
        ('"commit": "', '"commit": "0000'),
        ('"rules": "', '"rules": "x'),
    ):
        changed = text.replace(*change, 1)
        manifest.write_text(changed.replace("0000", "0000", 1))
        assert ray18("evidence", "verify", folder=demo.root).status == 1, change
    manifest.write_text(text)
    assert ray18("evidence", "verify", folder=demo.root).status == 0


def test_the_verifier_believes_no_empty_package(demo: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert ray18("handoff", "--as-of", DAY, folder=demo.root).status == 0
    folder = tmp_path / "package"
    with zipfile.ZipFile(demo.root / "handoff.zip") as archive:
        archive.extractall(folder)
    said = json.loads((folder / "evidence-manifest.json").read_text())
    said |= {"files": [], "verdicts": [], "records": hashlib.sha256(b"").hexdigest()}
    (folder / "evidence-manifest.json").write_text(json.dumps(said))
    digest = hashlib.sha256((folder / "evidence-manifest.json").read_bytes()).hexdigest()
    (folder / "handoff.json").write_text(json.dumps({"manifest_sha256": digest, "governed_places": ["nothing"]}))
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py")], env=PYTHON, capture_output=True, check=False
    )
    assert done.returncode == 1
    (tmp_path / "x.zip").write_bytes(b"no zip")
    command = [sys.executable, "-I", str(VERIFY), str(tmp_path / "x.zip")]
    done = subprocess.run(command, env=PYTHON, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_evidence_is_not_written_through_a_link(demo: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (demo.root / ".artifacts").rename(tmp_path / "outside")
    (demo.root / ".artifacts").symlink_to(tmp_path / "outside")
    assert ray18("evidence", "build", "--as-of", DAY, folder=demo.root).status in (2, 3)


def test_scripts_refuse_options_they_do_not_know(demo: Program) -> None:
    assert script(demo, "run_protocol_18_gates", "--bogus").returncode == 2
    assert script(demo, "run_protocol_18_gates", "--as-of", DAY).returncode == 0

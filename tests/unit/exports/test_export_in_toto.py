"""The decisions as an in-toto Statement: the project's own reader takes it, and it says what the records say."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from conftest import AS_OF, PROGRAM_ID, Program, signer_of
from programs import PLAN, REASON, SEATS, decided, exported, filled, judged, statement_of

from ray18.approvals import DELEGATION
from ray18.documents.delegation import Delegation
from ray18.exports import EXPORTS, as_bytes
from ray18.subjects import meaning, signed_bytes
from ray18.yaml import render

TYPE = "urn:ray18:predicate:decisions:1"


def test_every_approved_subject_is_named_by_its_digest(program: Program, ray18, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    decided(program, ray18, tmp_path, monkeypatch)
    head = program.git("rev-parse", "HEAD")
    value = exported(ray18, program, "in-toto", "--rev", "HEAD")
    message = statement_of(value)
    assert message.predicate_type == TYPE
    judge = judged(program, rev="HEAD")
    digests = {seat.subject.id: seat.digest.rsplit(":", 1)[-1] for seat in judge.approvals.seats}
    commit, records, *subjects = value["subject"]
    assert commit == {"name": PROGRAM_ID, "digest": {"gitCommit": head}}
    assert records["name"] == f"{PROGRAM_ID}#records"
    assert subjects == [{"name": f"{PROGRAM_ID}/{name}", "digest": {"sha256": digests[name]}} for name in SEATS]


def test_the_records_digest_is_that_of_the_evidence_manifest(program: Program, ray18, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    decided(program, ray18, tmp_path, monkeypatch)
    assert ray18("evidence", "build", "--as-of", AS_OF, folder=program.root).status == 0
    manifest = json.loads((program.root / ".artifacts/protocol-21/evidence-manifest.json").read_text())
    value = exported(ray18, program, "in-toto")
    assert value["subject"][0]["digest"] == {"sha256": manifest["records"]}
    assert value["predicate"]["rules"]["digest"]["sha256"] == manifest["rules"].rsplit(":", 1)[-1]


def test_each_seat_tells_person_decision_evidence_and_record(program: Program, ray18, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    decided(program, ray18, tmp_path, monkeypatch)
    predicate = exported(ray18, program, "in-toto")["predicate"]
    assert {entry["subject"]: [seat["role"] for seat in entry["seats"]] for entry in predicate["decisions"]} == {
        subject: list(seats) for subject, seats in SEATS.items()
    }
    (seat,) = next(entry for entry in predicate["decisions"] if entry["subject"] == "scope")["seats"]
    assert seat["person"] == {"id": "olga", "name": "Olga"}
    assert (seat["state"], seat["decision"], seat["evidence"]) == ("approved", "approved", "signed")
    assert seat["decidedOn"] == AS_OF.isoformat()
    path = program.root / seat["record"]["name"]
    assert seat["record"]["digest"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    beside = seat["record"]["annotations"]["signatureDigest"]["sha256"]
    assert beside == hashlib.sha256(path.with_name(f"{path.name}.sig").read_bytes()).hexdigest()


def test_a_counting_waiver_is_a_decision_too(program: Program, ray18, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    decided(program, ray18, tmp_path, monkeypatch)
    (waiver,) = exported(ray18, program, "in-toto")["predicate"]["waivers"]
    assert (waiver["gate"], waiver["policy"], waiver["items"]) == ("backlog", "serious-item-has-due-date", ["MB-1"])
    assert (waiver["requestedBy"]["id"], [who["id"] for who in waiver["approvedBy"]]) == ("pia", ["olga"])
    assert (waiver["reason"], waiver["expires"]) == (REASON, "2026-06-10")
    assert exported(ray18, program, "in-toto", as_of="2026-06-11")["predicate"]["waivers"] == []


def test_what_nobody_approved_is_no_subject(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    filled(program)
    value = exported(ray18, program, "in-toto", "--rev", "HEAD")
    statement_of(value)
    assert [entry["name"] for entry in value["subject"]] == [PROGRAM_ID, f"{PROGRAM_ID}#records"]
    seats = [seat for entry in value["predicate"]["decisions"] for seat in entry["seats"]]
    assert {seat["state"] for seat in seats} == {"missing"}
    assert all(seat["reason"] and "person" not in seat and "record" not in seat for seat in seats)


def test_a_rejection_is_told_with_its_record(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    filled(program)
    program.approve("plan", "sven", "security-lead")
    path = program.approve("plan", "sven", "security-lead", "rejected")
    value = exported(ray18, program, "in-toto")
    plan = next(entry for entry in value["predicate"]["decisions"] if entry["subject"] == "plan")
    seat = next(seat for seat in plan["seats"] if seat["role"] == "security-lead")
    assert (seat["state"], seat["decision"], seat["person"]["id"]) == ("rejected", "rejected", "sven")
    assert seat["record"]["name"] == path
    assert not plan["approved"]
    assert f"{PROGRAM_ID}/plan" not in [entry["name"] for entry in value["subject"]]


def test_the_example_program_is_approved_as_a_whole(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("demo", tmp_path / "demo").status == 0
    value = exported(ray18, Program(tmp_path / "demo"), "in-toto", "--rev", "HEAD", as_of="2026-03-16")
    statement_of(value)
    assert len(value["subject"]) == 2 + len(value["predicate"]["decisions"])
    assert all(entry["approved"] for entry in value["predicate"]["decisions"])
    assert value["predicate"]["rules"]["annotations"]["base"] != ""


@pytest.mark.parametrize("path", ["approvals/plan/x.yaml", "waivers/x.yaml", "backlog/x.yaml", "plan.yaml"])
def test_a_file_that_cannot_be_read_stops_it(path: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    filled(program)
    program.write(path, "{")
    ran = ray18("evidence", "export", "in-toto", "--as-of", AS_OF, folder=program.root)
    assert ran.status == 3
    assert path in ran.err
    assert ran.out == ""


def test_texts_stay_texts(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    filled(program)
    title = 'T"}],"predicateType":"x\\u0022 \u65e5\u672c \U0001f980 <b>&amp;'
    settings = (program.root / "ray18.yaml").read_text()
    program.write(
        "ray18.yaml", settings.replace("title: Test program", f"title: {json.dumps(title, ensure_ascii=False)}")
    )
    plan = PLAN.replace("title: P", f"title: {json.dumps(title, ensure_ascii=False)}")
    program.write("plan.yaml", plan)
    program.commit("titles")
    ran = ray18("evidence", "export", "in-toto", "--as-of", AS_OF, folder=program.root)
    assert ran.status == 0, ran.err
    assert ran.out.isascii()
    value = json.loads(ran.out)
    assert value["predicate"]["program"]["title"] == title
    assert value["predicateType"] == TYPE
    statement_of(value)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_the_same_commit_and_day_give_the_same_bytes_in_every_clone(  # type: ignore[no-untyped-def]
    export, program: Program, ray18, tmp_path, monkeypatch
) -> None:
    decided(program, ray18, tmp_path, monkeypatch)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", program.root, clone], check=True)
    first = as_bytes(export.written(judged(program, rev="HEAD")))
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "C")
    assert as_bytes(export.written(judged(Program(clone), rev="HEAD"))) == first


def test_it_is_written_to_a_file_whole_and_unknown_formats_are_named(program: Program, ray18, tmp_path) -> None:  # type: ignore[no-untyped-def]
    filled(program)
    out = tmp_path / "out.json"
    assert ray18("evidence", "export", "in-toto", "--as-of", AS_OF, "-o", out, folder=program.root).out == ""
    assert json.loads(out.read_text()) == exported(ray18, program, "in-toto")
    ran = ray18("evidence", "export", "spdx", folder=program.root)
    assert ran.status == 2
    assert "in-toto, vsa, oscal-poam" in ran.err


def test_who_decides_for_somebody_else_is_told_with_both_names(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    filled(program)
    lent = Delegation(
        id="DG-1", program=PROGRAM_ID, delegator="olga", delegate="dev", role="operations-director",
        subjects=("scope",), begins=AS_OF, ends=AS_OF,
    )  # fmt: skip
    program.write("delegations/DG-1.yaml", render(meaning(lent)))
    program.write("delegations/DG-1.yaml.sig", signer_of("olga").sign(signed_bytes(lent), DELEGATION))
    program.commit("lend")
    program.approve("scope", "dev", "operations-director", on_behalf_of="olga", delegation="DG-1")
    decisions = exported(ray18, program, "in-toto")["predicate"]["decisions"]
    (seat,) = next(entry for entry in decisions if entry["subject"] == "scope")["seats"]
    assert seat["state"] == "approved", seat["reason"]
    assert (seat["person"]["id"], seat["onBehalfOf"]["id"], seat["delegation"]) == ("dev", "olga", "DG-1")

"""Deciding, asking, looking back and ahead, as people do it at a terminal."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from conftest import AS_OF, ITEM, ROLES, SETTINGS, Program, key_file, people_yaml, public_line, signer_of
from jsonschema import Draft202012Validator

from ray18.approvals import ATTESTATION, OBSERVATION, record_path
from ray18.commands.approve import decide
from ray18.commands.place import open_judge
from ray18.commands.schema import all_schemas
from ray18.subjects import meaning, signed_bytes
from ray18.yaml import render

PLAN = """\
title: Plan
revision: 1
period: {start: 2026-01-01, end: 2026-12-31}
revisit_date: 2026-09-01
objectives: [Keep it running]
"""


@pytest.fixture
def planned(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A program with a plan, on a day when everybody is at work."""
    for module in ("approve", "approvals", "waive", "audit"):
        monkeypatch.setattr(f"ray18.commands.{module}.today", lambda: AS_OF)
    program.write("plan.yaml", PLAN)
    program.commit("plan")
    return program


def everybody(program: Program) -> None:
    """All four leads approve the plan, on main."""
    for role, person in ROLES.items():
        program.approve("plan", person, role)
    program.commit("approved")


def valid(name: str, text: str) -> dict:  # type: ignore[type-arg]
    """JSON output, checked against its shipped schema."""
    found: dict = json.loads(text)  # type: ignore[type-arg]
    Draft202012Validator(json.loads(all_schemas()[name])).validate(found)
    return found


def test_approve_writes_signs_commits_and_leaves_the_rest_alone(planned: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    planned.write("notes.txt", "mine")
    planned.git("add", "notes.txt")
    ran = ray18(
        "approve", "plan", "--as", "security-lead", "--yes", "--key", key_file(tmp_path, "sven"), folder=planned.root
    )
    assert ran.status == 0, ran.err
    changed = planned.git("show", "--name-only", "--format=%an", "HEAD").split()
    assert changed[0] == "Sven"
    assert [Path(path).suffix for path in changed[1:]] == [".yaml", ".sig"]
    assert planned.git("status", "--porcelain") == "A  notes.txt"
    assert planned.seats(rev="HEAD")["security-lead"] == "approved"


def test_approve_shows_what_changed_since_this_person_last_approved(planned: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    sven = key_file(tmp_path, "sven")
    everybody(planned)
    planned.write("plan.yaml", PLAN.replace("2026-09-01", "2026-10-01"))
    planned.commit("later")
    ran = ray18("approve", "plan", "--as", "security-lead", "--yes", "--key", sven, folder=planned.root)
    assert "1 fields changed" in ran.out
    assert "plan.yaml revisit_date: 2026-09-01 -> 2026-10-01" in ran.out


def test_parallel_approvals_lose_nothing(planned: Program, tmp_path: Path) -> None:
    key = key_file(tmp_path, "sven")
    code = (
        "import sys, datetime; import ray18.commands.approve as a; a.today = lambda: datetime.date(2026, 6, 1); "
        "from ray18.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "-C", str(planned.root), "approve", "plan", "--as", "security-lead", "--yes"]

    def once(_: int) -> str:
        done = subprocess.run([*command, "--key", str(key)], capture_output=True, check=False, text=True)
        return done.stderr if done.returncode else ""

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(once, range(12)))
    records = [
        line
        for line in planned.git("ls-tree", "-r", "--name-only", "HEAD").split()
        if line.endswith("--sven--" + line.rsplit("--", 1)[-1]) and line.endswith(".yaml")
    ]
    assert statuses == [""] * 12
    assert len(records) == 12
    assert planned.git("status", "--porcelain") == ""


def test_why_names_each_record_its_first_failing_check_and_the_remedy(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    everybody(planned)
    planned.approve("plan", "sven", "security-lead", signer="dev")
    ran = ray18("why", "approvals", "--as-of", AS_OF, "--format", "json", folder=planned.root)
    (plan,) = (one for one in valid("why", ran.out)["subjects"] if one["subject"] == "plan")
    (seat,) = (one for one in plan["seats"] if one["role"] == "security-lead")
    assert [record["counts"] for record in seat["records"]] == [True, False]
    assert "belongs to dev, not to sven alone" in seat["records"][1]["reason"]
    assert seat["records"][1]["remedy"] == "approve again: ray18 approve plan --as security-lead"
    assert "because" in ray18("why", "plan", "--as-of", AS_OF, folder=planned.root).out
    assert ray18("why", "nonsense", folder=planned.root).status == 2


def test_request_asks_the_smallest_set_and_says_when_nobody_is_left(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    planned.approve("plan", "olga", "operations-director")
    ran = ray18("approvals", "request", "plan", "--as-of", AS_OF, "--format", "json", folder=planned.root)
    assert ran.status == 1
    asks = valid("approvals-request", ran.out)["asks"]
    assert {ask["role"]: ask["ask"] for ask in asks} == {
        "support-lead": "sam", "product-owner": "pia", "security-lead": "sven",
    }  # fmt: skip
    everybody(planned)
    assert ray18("approvals", "request", "plan", "--as-of", AS_OF, folder=planned.root).status == 0


def test_nobody_left_is_said(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    named = people_yaml().replace("name: Sven\n", "name: Sven\n    email: sven@example.org\n")
    planned.write("people.yaml", named)
    planned.write("plan.yaml", PLAN.replace("revision: 1", "revision: 2"))
    planned.commit("by\n\nCo-authored-by: Sven <sven@example.org>")
    ran = ray18("approvals", "request", "plan", "--as-of", AS_OF, folder=planned.root)
    assert "nobody can decide as security-lead" in ran.out


def test_a_withdrawn_approval_stands_against_its_seat(planned: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    everybody(planned)
    ran = ray18(
        "approvals",
        "withdraw",
        "plan",
        "--as",
        "security-lead",
        "--yes",
        "--key",
        key_file(tmp_path, "sven"),
        folder=planned.root,
    )
    assert ran.status == 0, ran.err
    assert planned.seats()["security-lead"] == "rejected"


def test_a_delegate_decides_within_the_days_and_only_then(planned: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    lend = ("approvals", "delegate", "dev", "--role", "security-lead", "--subject", "plan", "--until", "2026-06-10")
    assert ray18(*lend, "--yes", "--key", key_file(tmp_path, "pia"), folder=planned.root).status == 2
    ran = ray18(*lend, "--yes", "--key", key_file(tmp_path, "sven"), folder=planned.root)
    assert ran.status == 0, ran.err
    decide_ = ("approve", "plan", "--for", "sven", "--yes", "--key", key_file(tmp_path, "dev"))
    ran = ray18(*decide_, "--as", "security-lead", folder=planned.root)
    assert ran.status == 0, ran.err
    assert planned.seats()["security-lead"] == "approved"
    judge = open_judge(planned.repository, as_of=date(2026, 6, 11))
    (seat,) = (one for one in judge.approvals.seats if one.role == "security-lead" and one.subject.id == "plan")
    assert "ended on 2026-06-10" in seat.reason
    assert (
        ray18(
            "approve", "staffing", "--for", "sven", "--yes", "--key", tmp_path / "key-dev", folder=planned.root
        ).status
        == 2
    )


def test_minutes_count_once_a_second_person_signed_and_the_role_takes_them(
    planned: Program, ray18, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    planned.write("ray18.yaml", SETTINGS + "roles: {support-lead: {title: Support Lead, evidence: attested}}\n")
    planned.approve("rules", "olga", "operations-director")
    planned.approve("rules", "sven", "security-lead")
    planned.commit("minutes will do for the support lead")
    enter = (
        "approvals",
        "attest",
        "plan",
        "--person",
        "sam",
        "--as",
        "support-lead",
        "--source",
        "meeting of 1 June",
        "--yes",
    )
    dev = key_file(tmp_path, "dev")
    assert ray18(*enter, "--countersigned-by", "dev", "--key", dev, folder=planned.root).status == 2
    ran = ray18(*enter, "--countersigned-by", "pia", "--key", dev, folder=planned.root)
    assert ran.status == 0, ran.err
    assert "pia has not countersigned" in planned.why("support-lead")
    (record,) = planned.root.glob("approvals/plan/*/support-lead--sam--1.yaml")
    path = record.relative_to(planned.root)
    assert ray18("approvals", "countersign", path, "--yes", "--key", dev, folder=planned.root).status == 2
    ran = ray18("approvals", "countersign", path, "--yes", "--key", key_file(tmp_path, "pia"), folder=planned.root)
    assert ran.status == 0, ran.err
    judge = open_judge(planned.repository, as_of=AS_OF)
    (seat,) = (one for one in judge.approvals.seats if one.role == "support-lead" and one.subject.id == "plan")
    assert (seat.state, seat.evidence) == ("approved", "attested")


def test_minutes_do_not_count_for_a_role_that_needs_a_signature(planned: Program) -> None:
    told = {"source": "a call", "clerk": "dev", "countersigned_by": "pia"}
    path = planned.approve("plan", "sven", "security-lead", evidence="attested", attestation=told)
    record = next(held for held in open_judge(planned.repository, as_of=AS_OF).approvals.records).record
    planned.write(f"{path}.sig", signer_of("dev").sign(signed_bytes(record), ATTESTATION))
    planned.write(f"{path}.countersig", signer_of("pia").sign(signed_bytes(record), "ray18-countersignature-v1"))
    assert "the role needs evidence that is signed, and this is attested" in planned.why("security-lead")


OBSERVED = {
    "forge": "github", "repository": "o/r", "change": 7, "review": "99", "account": 501, "login": "sven",
    "state": "approved", "opened_by": 900, "submitted_at": "2026-06-01T10:00:00Z", "fetched_on": "2026-06-01",
    "raw": "0" * 64, "observer": "ci",
}  # fmt: skip


def observed(program: Program, **said: object) -> str:
    """A review by sven, recorded and signed by the observer; the reason why it does not count."""
    accounts = "    forges: [{forge: github, id: 501, login: sven}]\n"
    bot = "  - id: ci\n    name: CI\n    kind: bot\n    keys:\n      - key: "
    people = people_yaml(f"{bot}{public_line('ci')}\n").replace("name: Sven\n", f"name: Sven\n{accounts}")
    settings = "approvals: {observers: [ci]}\nroles: {security-lead: {title: Security Lead, evidence: observed}}\n"
    program.restart("people.yaml", people)
    program.restart("ray18.yaml", SETTINGS + settings)
    judge = open_judge(program.repository, as_of=AS_OF)
    seen = {**OBSERVED, "commit": program.git("rev-parse", "HEAD"), **said}
    fields = {"decision": "approved", "decided_on": AS_OF, "evidence": "observed", "observation": seen}
    _, record = decide(judge, "plan", "sven", "security-lead", fields)
    path = record_path("approvals", record)
    program.write(path, render(meaning(record)))
    program.write(f"{path}.sig", signer_of("ci").sign(signed_bytes(record), OBSERVATION))
    return program.why("security-lead")


def started(program: Program) -> Program:
    """The plan is there from the first commit."""
    program.restart("plan.yaml", PLAN)
    return program


def test_an_observed_review_counts_and_is_shown_as_weaker(program: Program) -> None:
    assert observed(started(program)) == ""
    judge = open_judge(program.repository, as_of=AS_OF)
    assert [seat.evidence for seat in judge.approvals.seats if seat.subject.id == "plan" and seat.person] == [
        "observed"
    ]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"account": 502}, "the account 502 on github belongs to nobody here"),
        ({"bot": True}, "the review is a bot's"),
        ({"state": "dismissed"}, "the review is dismissed"),
        ({"state": "commented"}, "the review is commented"),
        ({"observer": "dev"}, "dev is not an observer"),
        ({"opened_by": 501}, "sven opened or pushed the change that was reviewed"),
        ({"pushed_by": [7, 501]}, "sven opened or pushed the change that was reviewed"),
    ],
)
def test_reviews_that_prove_nothing_do_not_count(program: Program, said: dict[str, object], reason: str) -> None:
    assert reason in observed(started(program), **said)


def test_a_review_of_another_commit_does_not_count(program: Program) -> None:
    started(program)
    before = program.git("rev-parse", "HEAD")
    program.restart("plan.yaml", PLAN.replace("running", "walking"))
    assert "does not hold what the record says" in observed(program, commit=before)


def test_conditions_close_by_what_the_records_say(planned: Program) -> None:
    condition = {
        "id": "owner", "text": "somebody else owns it", "owner": "sam", "due": "2026-06-10",
        "closes_when": {"document": "backlog/MB-1.yaml", "pointer": "/owner", "equals": "pia"},
    }  # fmt: skip
    planned.approve("plan", "sven", "security-lead", decision="approved-with-conditions", conditions=[condition])
    assert "condition owner is open until 2026-06-10" in planned.why("security-lead")
    planned.write("backlog/MB-1.yaml", ITEM.replace("owner: sam", "owner: pia"))
    assert planned.seats()["security-lead"] == "approved"
    planned.write("backlog/MB-1.yaml", ITEM)
    assert planned.seats()["security-lead"] == "missing"


def test_open_conditions_may_count_until_they_are_due(planned: Program) -> None:
    planned.write("ray18.yaml", SETTINGS + "approvals: {open_conditions: until-due}\n")
    planned.approve("rules", "olga", "operations-director")
    planned.approve("rules", "sven", "security-lead")
    planned.commit("tolerant")
    condition = {"id": "a", "text": "b", "owner": "sam", "due": AS_OF}
    planned.approve("plan", "sven", "security-lead", decision="approved-with-conditions", conditions=[condition])
    assert planned.seats()["security-lead"] == "approved"
    judge = open_judge(planned.repository, as_of=date(2026, 6, 2))
    reasons = [
        seat.reason for seat in judge.approvals.seats if seat.subject.id == "plan" and seat.role == "security-lead"
    ]
    assert "was due on 2026-06-01 and is not met" in reasons[0]


def test_a_role_may_cover_one_section_and_keeps_its_approval_when_another_changes(planned: Program) -> None:
    planned.restart("ray18.yaml", SETTINGS + "roles: {security-lead: {title: Security Lead, sections: [services]}}\n")
    planned.git("reset", "-q", "--soft", "HEAD~1")
    planned.git("commit", "-q", "--amend", "-m", "start")
    for role, person in ROLES.items():
        planned.approve("plan", person, role)
    planned.write("plan.yaml", PLAN.replace("running", "walking"))
    assert planned.seats() == {
        "operations-director": "missing", "support-lead": "missing", "product-owner": "missing",
        "security-lead": "approved",
    }  # fmt: skip
    planned.write("services.yaml", "services: [{id: a, name: A, owner: sam, tier: 3}]\n")
    assert "services changed" in planned.why("security-lead")


def test_a_severe_waiver_needs_a_second_person(planned: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    planned.write("backlog/MB-1.yaml", ITEM.replace("due: 2026-07-01\n", "").replace("High", "Critical"))
    planned.commit("critical")
    waive = ("waive", "backlog", "--policy", "serious-item-has-due-date", "--item", "MB-1", "--reason",
             "the vendor names a date next week", "--until", "2026-06-10", "--requested-by", "pia", "--yes",
             "--key", key_file(tmp_path, "olga"))  # fmt: skip
    assert ray18(*waive, "--second", "sven", folder=planned.root).status == 0
    gate = ("gate", "backlog", "--as-of", AS_OF)
    assert ray18(*gate, folder=planned.root).status == 1
    (waiver,) = planned.root.glob("waivers/*.yaml")
    ran = ray18(
        "approvals",
        "countersign",
        waiver.relative_to(planned.root),
        "--yes",
        "--key",
        key_file(tmp_path, "sven"),
        folder=planned.root,
    )
    assert ran.status == 0, ran.err
    assert ray18(*gate, folder=planned.root).status == 0
    debt = valid("waivers", ray18("waivers", "--as-of", AS_OF, "--format", "json", folder=planned.root).out)
    assert (debt["counting"], debt["items"], debt["renewals"]) == (1, 1, 0)


def test_renewals_are_counted_even_of_waivers_that_were_taken_away(
    planned: Program, ray18, tmp_path: Path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    planned.write("backlog/MB-1.yaml", ITEM.replace("due: 2026-07-01\n", ""))
    planned.commit("no due date")
    key = key_file(tmp_path, "olga")
    for day in range(1, 5):
        monkeypatch.setattr("ray18.commands.waive.today", lambda day=day: date(2026, 6, day))
        ran = ray18("waive", "backlog", "--policy", "serious-item-has-due-date", "--item", "MB-1", "--reason",
                    "the vendor names a date next week", "--until", f"2026-06-{day:02}", "--requested-by", "pia",
                    "--yes", "--key", key, folder=planned.root)  # fmt: skip
        assert ran.status == 0, ran.err
        status = ray18("gate", "backlog", "--as-of", f"2026-06-{day:02}", folder=planned.root).status
        assert status == (0 if day <= 3 else 1)
        for waiver in planned.root.glob("waivers/*.yaml"):
            waiver.unlink()
            Path(f"{waiver}.sig").unlink()
        planned.commit("tidy up")


def test_audit_says_who_did_what_and_what_is_out_of_order(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    everybody(planned)
    audit = ("audit", "--as-of", AS_OF)
    found = valid("audit", ray18(*audit, "--format", "json", folder=planned.root).out)
    assert found["verdict"] == "passed"
    assert [one["subject"] for one in found["in_force"]] == ["plan", "rules"]
    record = next(planned.root.glob("approvals/plan/*/security-lead--sven--1.yaml"))
    record.unlink()
    planned.commit("tidy up")
    ran = ray18(*audit, folder=planned.root)
    assert ran.status == 1
    assert "a record that was merged is gone" in ran.out
    markdown = ray18(*audit, "--format", "markdown", folder=planned.root).out
    assert "| **stands** | 4 |" in markdown


def test_checkpoints_are_chained_and_find_a_rewritten_history(planned: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    everybody(planned)
    sven = key_file(tmp_path, "sven")
    for number in (1, 2):
        ran = ray18("audit", "--checkpoint", "--yes", "--key", sven, "--as-of", AS_OF, folder=planned.root)
        assert ran.status == 0, ran.err
        assert (planned.root / f"checkpoints/CP-00000{number}.yaml").exists()
    audit = ("audit", "--as-of", "2027-01-01", "--no-cache")
    assert ray18(*audit, folder=planned.root).status == 0
    kept = tmp_path / "CP.yaml"
    kept.write_bytes((planned.root / "checkpoints/CP-000002.yaml").read_bytes())
    planned.git("reset", "-q", "--hard", "HEAD~3")
    planned.write("other.txt", "x")
    planned.commit("another history")
    for _ in range(2):
        ran = ray18(*audit, folder=planned.root)
        assert ran.status == 1
        assert "the tip seen here before" in ran.out
    assert ray18(*audit, "--accept-tip", folder=planned.root).status == 0
    assert ray18(*audit, folder=planned.root).status == 0
    ran = ray18(*audit, "--against", kept, folder=planned.root)
    assert ran.status == 1
    assert "history was rewritten" in ran.out


def test_an_anchor_off_the_chain_blocks(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    anchor = planned.git("rev-parse", "HEAD")
    assert ray18("audit", "--anchor", anchor, "--as-of", AS_OF, folder=planned.root).status == 0
    planned.git("reset", "-q", "--hard", "HEAD~1")
    planned.write("x.txt", "x")
    planned.commit("x")
    ran = ray18("audit", "--anchor", anchor, folder=planned.root)
    assert ran.status == 3
    assert "is not on the first-parent chain" in ran.err


def test_replay_tells_since_when_a_gate_is_red_and_by_whom(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    planned.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", ""))
    bad = planned.commit("no owner")
    planned.write("x.txt", "x")
    planned.commit("something else")
    ran = ray18("replay", "main~2..main", "--as-of", AS_OF, "--format", "json", folder=planned.root)
    assert ran.status == 0, ran.err
    found = valid("replay", ran.out)
    (red,) = (one for one in found["red"] if one["gate"] == "backlog")
    assert red["commit"] == bad
    assert red["signer"] == "unsigned"
    assert ray18("replay", "main", folder=planned.root).status == 2


def test_outlook_lists_what_lapses_day_by_day(planned: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    for role, person in ROLES.items():
        planned.approve("plan", person, role, valid_until=date(2026, 6, 20))
    planned.commit("approved for three weeks")
    ran = ray18("outlook", "--as-of", AS_OF, "--until", "2026-07-31", "--format", "json", folder=planned.root)
    turns = {turn["day"]: turn for turn in valid("outlook", ran.out)["turns"]}
    assert sorted(turns) == ["2026-06-21", "2026-07-02"]
    lapsed = [one for change in turns["2026-06-21"]["changes"] for one in change["new"]]
    assert {one["policy"] for one in lapsed} == {"plan-is-approved"}
    assert ray18("outlook", "--as-of", AS_OF, "--until", "2026-05-01", folder=planned.root).status == 2


def test_what_if_answers_without_writing_anything(planned: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    everybody(planned)
    before = planned.git("status", "--porcelain")
    base = ("what-if", "--as-of", AS_OF, "--format", "json")
    left = valid("what-if", ray18(*base, "--leaves", "sven", folder=planned.root).out)
    (gate,) = (one for one in left["gates"] if one["gate"] == "approvals")
    assert any("security-lead" in one["message"] for one in gate["new"])
    other = tmp_path / "plan.yaml"
    other.write_text(PLAN.replace("running", "walking"))
    changed = valid("what-if", ray18(*base, "--file", f"plan.yaml={other}", folder=planned.root).out)
    (gate,) = (one for one in changed["gates"] if one["gate"] == "approvals")
    assert sum(one["policy"] == "plan-is-approved" for one in gate["new"]) == 4
    decided = ray18("what-if", "--as-of", AS_OF, "--decides", "sam:support-lead:staffing", folder=planned.root)
    assert "Staffing and coverage model" in decided.out
    assert ray18("what-if", "--leaves", "nobody", folder=planned.root).status == 2
    assert ray18("what-if", folder=planned.root).status == 2
    assert planned.git("status", "--porcelain") == before

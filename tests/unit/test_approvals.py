"""Approvals: what counts, what does not, and that the reason is told."""

import json
from itertools import permutations

from conftest import AS_OF, ROLES, SETTINGS, Program, people_yaml, signer_of
from hypothesis import given
from hypothesis import strategies as st

from ray18.approvals import NAMESPACE
from ray18.documents import kind
from ray18.documents.document import read
from ray18.seating import matching
from ray18.subjects import canonical, digest_of

PLAN = """\
title: Plan
revision: 1
period: {start: 2026-01-01, end: 2026-12-31}
revisit_date: 2026-09-01
objectives: [Keep it running]
"""


def planned(program: Program) -> Program:
    program.write("plan.yaml", PLAN)
    program.commit("plan")
    return program


def approve_all(program: Program) -> None:
    for role, person in ROLES.items():
        program.approve("plan", person, role)


def test_four_signed_approvals_fill_the_plans_seats(program: Program) -> None:
    approve_all(planned(program))
    program.commit("approvals")
    assert set(program.seats().values()) == {"approved"}


def test_reformatting_comments_and_key_order_cost_nothing(program: Program) -> None:
    approve_all(planned(program))
    program.write(
        "plan.yaml",
        "# agreed\nrevisit_date: '2026-09-01'\nobjectives:\n  - Keep it running # always\n"
        'period:\n  end: 2026-12-31\n  start: 2026-01-01\nrevision: 1\ntitle: "Plan"\n',
    )
    assert set(program.seats().values()) == {"approved"}


def test_any_changed_value_voids_every_approval_of_the_plan(program: Program) -> None:
    approve_all(planned(program))
    program.write("plan.yaml", PLAN.replace("Keep it running", "Keep it walking"))
    assert set(program.seats().values()) == {"missing"}
    assert "stale: it approved" in program.why("security-lead")


def test_only_the_roles_whose_subject_changed_are_asked_again(program: Program) -> None:
    planned(program)
    program.approve("staffing", "sam", "support-lead")
    program.approve("priorities", "pia", "product-owner")
    item = (program.root / "backlog/MB-1.yaml").read_text().replace("priority: P1", "priority: P2")
    program.write("backlog/MB-1.yaml", item)
    assert program.seats("staffing") == {"support-lead": "approved"}
    assert program.seats("priorities") == {"product-owner": "missing"}


def test_a_record_without_signature_counts_for_nothing(program: Program) -> None:
    path = planned(program).approve("plan", "sven", "security-lead")
    (program.root / f"{path}.sig").unlink()
    assert program.seats()["security-lead"] == "missing"
    assert "not signed" in program.why("security-lead")


def test_a_record_signed_by_somebody_else_counts_for_nothing(program: Program) -> None:
    planned(program).approve("plan", "sven", "security-lead", signer="dev")
    assert program.seats()["security-lead"] == "missing"
    assert "belongs to dev" in program.why("security-lead")


def test_a_record_signed_by_a_stranger_counts_for_nothing(program: Program) -> None:
    planned(program).approve("plan", "sven", "security-lead", signer="mallory")
    assert "belongs to nobody here" in program.why("security-lead")


def test_a_signature_over_another_record_counts_for_nothing(program: Program) -> None:
    mine = planned(program).approve("plan", "sven", "security-lead")
    other = program.approve("remediation", "sven", "security-lead")
    program.write(f"{mine}.sig", (program.root / f"{other}.sig").read_bytes())
    assert "does not fit the signed content" in program.why("security-lead")


def test_a_signature_made_for_a_commit_counts_for_nothing(program: Program) -> None:
    path = planned(program).approve("plan", "sven", "security-lead")
    document, _ = read(kind("approval"), path, (program.root / path).read_bytes())
    assert document is not None
    message = canonical(document.content.model_dump(mode="json", exclude_defaults=True))
    program.write(f"{path}.sig", signer_of("sven").sign(message, "git"))
    assert "was made for 'git'" in program.why("security-lead")
    program.write(f"{path}.sig", signer_of("sven").sign(message, NAMESPACE))
    assert program.seats()["security-lead"] == "approved"


def test_an_edited_record_counts_for_nothing(program: Program) -> None:
    path = planned(program).approve("plan", "sven", "security-lead", decision="rejected")
    program.write(path, (program.root / path).read_text().replace("rejected", "approved"))
    assert program.seats()["security-lead"] == "missing"


def test_somebody_without_the_role_cannot_approve(program: Program) -> None:
    path = planned(program).approve("plan", "sven", "security-lead")
    forged = path.replace("--sven--", "--dev--")
    program.write(forged, (program.root / path).read_text().replace("person: sven", "person: dev"))
    program.write(f"{forged}.sig", b"")
    (program.root / path).unlink()
    assert "dev does not hold the role" in program.why("security-lead")


def test_an_approval_of_another_program_counts_for_nothing(program: Program) -> None:
    elsewhere = SETTINGS.split("id: ")[1][:36].replace("11111111", "99999999")
    planned(program).approve("plan", "sven", "security-lead", program=elsewhere)
    assert "made for another program" in program.why("security-lead")


def test_a_moved_record_counts_for_nothing(program: Program) -> None:
    path = planned(program).approve("plan", "sven", "security-lead")
    (program.root / path).rename(program.root / "approvals/elsewhere.yaml")
    assert "is not where its content belongs" in program.why("security-lead")


def test_a_later_rejection_stands_also_without_its_signature(program: Program) -> None:
    planned(program).approve("plan", "sven", "security-lead")
    rejection = program.approve("plan", "sven", "security-lead", decision="rejected")
    assert program.seats()["security-lead"] == "rejected"
    (program.root / f"{rejection}.sig").unlink()
    assert program.seats()["security-lead"] == "rejected"


def test_an_approval_runs_out_after_its_last_day(program: Program) -> None:
    planned(program).approve("plan", "sven", "security-lead", valid_until=AS_OF)
    assert program.seats()["security-lead"] == "approved"
    planned(program).approve("plan", "sven", "security-lead", valid_until=AS_OF.replace(year=2025))
    assert "ran out on 2025-06-01" in program.why("security-lead")


def test_conditions_are_not_yet_approval(program: Program) -> None:
    planned(program).approve("plan", "sven", "security-lead", decision="approved-with-conditions")
    assert program.why("security-lead").endswith("it names no condition")


def test_one_person_fills_one_seat_of_a_subject(program: Program) -> None:
    roles = people_yaml().replace("product-owner: [pia]", "product-owner: [sven]")
    program.restart("people.yaml", roles)
    planned(program)
    program.approve("plan", "sven", "security-lead")
    program.approve("plan", "sven", "product-owner")
    assert sorted(program.seats().values()) == ["approved", "missing", "missing", "missing"]


def test_a_shared_key_speaks_for_nobody(program: Program) -> None:
    shared = people_yaml("  - id: twin\n    name: Twin\n    keys:\n      - key: " + _line("sven") + "\n")
    program.restart("people.yaml", shared)
    planned(program).approve("plan", "sven", "security-lead")
    assert "belongs to sven and twin" in program.why("security-lead")


def _line(name: str) -> str:
    from conftest import public_line

    return public_line(name)


def test_a_bot_fills_no_human_seat(program: Program) -> None:
    program.restart("people.yaml", people_yaml().replace("    name: Sven\n", "    name: Sven\n    kind: bot\n"))
    planned(program).approve("plan", "sven", "security-lead")
    assert program.why("security-lead").endswith("sven is a bot")


def test_keys_added_in_the_same_change_do_not_count(program: Program) -> None:
    """D03: the branch gives Mallory the role and a key; the trusted people file does not know her."""
    planned(program)
    program.git("switch", "-q", "-c", "proposal")
    changed = people_yaml(f"  - id: mallory\n    name: Mallory\n    keys:\n      - key: {_line('mallory')}\n")
    program.write("people.yaml", changed.replace("security-lead: [sven]", "security-lead: [mallory]"))
    program.commit("new people")
    path = program.root / "approvals"
    program.git("switch", "-q", "main")
    record = program.approve("plan", "sven", "security-lead")
    text = (program.root / record).read_text().replace("person: sven", "person: mallory")
    program.git("clean", "-fdq")
    program.git("switch", "-q", "proposal")
    forged = record.replace("--sven--", "--mallory--")
    program.write(forged, text)
    document, _ = read(kind("approval"), forged, text.encode())
    assert document is not None and path is not None
    message = canonical(document.content.model_dump(mode="json", exclude_defaults=True))
    program.write(f"{forged}.sig", signer_of("mallory").sign(message, NAMESPACE))
    assert program.seats()["security-lead"] == "missing"
    assert "mallory does not hold the role" in program.why("security-lead")


def test_without_a_trusted_base_the_approvals_gate_cannot_pass(tmp_path, ray18) -> None:  # type: ignore[no-untyped-def]
    fresh = Program(tmp_path)
    fresh.git("init", "-q", "-b", "main")
    fresh.write("ray18.yaml", SETTINGS)
    fresh.write("people.yaml", people_yaml())
    fresh.write("services.yaml", "services: []\n")
    fresh.write("plan.yaml", PLAN)
    approve_all(fresh)
    ran = ray18("gate", "approvals", "--format", "json", "--as-of", AS_OF, folder=tmp_path)
    assert ran.status == 1
    assert json.loads(ran.out)["revision"] == {"id": "worktree", "base": None}
    assert "unanchored" in ran.out


@given(st.dictionaries(st.sampled_from("abcde"), st.lists(st.sampled_from("vwxyz"), max_size=4), max_size=5))
def test_no_way_of_seating_people_fills_more_seats(candidates: dict[str, list[str]]) -> None:
    """The matching is a maximum one: it equals the best of all assignments tried one by one."""
    seats = list(candidates)
    best = 0
    for order in permutations([*"vwxyz", *[""] * len(seats)], len(seats)):
        best = max(best, sum(person in candidates[seat] for seat, person in zip(seats, order, strict=True) if person))
        if best == len(seats):
            break
    found = matching(candidates)
    assert len(found) == best
    assert len(set(found.values())) == len(found)
    assert all(person in candidates[seat] for seat, person in found.items())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_two_values_share_a_digest_only_when_they_are_equal(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (digest_of(one) == digest_of(other)) is same


def test_a_proposal_cannot_choose_its_own_base(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """A branch that declares itself protected, or brings an anchor, is judged by the default branch all the same."""
    planned(program)
    program.git("switch", "-q", "-c", "evil")
    mine = people_yaml().replace(_line("sven"), _line("mallory"))
    program.write("people.yaml", mine)
    own = program.commit("keys")
    for settings in ("protected_branch: evil\n", f"protected_branch: nowhere\nanchor: {own}\n"):
        program.write("ray18.yaml", SETTINGS.replace("protected_branch: main\n", settings))
        program.commit("own rules")
        program.approve("plan", "sven", "security-lead", signer="mallory")
        assert program.seats()["security-lead"] == "missing"
        assert "belongs to nobody here" in program.why("security-lead")


def test_an_unsigned_record_hides_no_rejection(program: Program) -> None:
    """With a second holder of the role who approves, a forged later record must not take the rejection away."""
    program.restart("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [sven, dev]"))
    planned(program)
    rejection = program.approve("plan", "sven", "security-lead", decision="rejected")
    program.approve("plan", "dev", "security-lead")
    assert program.seats()["security-lead"] == "rejected"
    forged = (program.root / rejection).read_text().replace("decision: rejected", "decision: abstained\nsequence: 2")
    program.write(rejection.replace("--1.yaml", "--2.yaml"), forged)
    assert program.seats()["security-lead"] == "rejected"


def test_a_rejection_on_the_base_cannot_be_taken_away(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    planned(program)
    rejection = program.approve("plan", "sven", "security-lead", decision="rejected")
    program.commit("rejected")
    program.git("switch", "-q", "-c", "quiet")
    (program.root / rejection).unlink()
    program.commit("tidy up")
    for place in ([], ["--rev", "HEAD"]):
        ran = ray18("gate", "approvals", *place, "--as-of", AS_OF, folder=program.root)
        assert ran.status == 3
        assert f"{rejection}: blocker: this record was taken away after it was merged" in ran.out

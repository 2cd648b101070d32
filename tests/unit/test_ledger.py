"""The branch replayed: rules in force, the entry rule, what is in force, merges in the wrong direction."""

from conftest import AS_OF, SETTINGS, Program, people_yaml, public_line, signer_of
from test_approvals import PLAN, approve_all, planned

from ray18.commands.place import open_judge
from ray18.ledger import read_ledger


def ledger(program: Program):  # type: ignore[no-untyped-def]
    """The ledger of main."""
    found = read_ledger(program.repository, program.git("rev-parse", "main"), None)
    assert found is not None
    return found


def agree(program: Program) -> None:
    """Both roles that may change rules approve the rules as they stand in the work tree."""
    program.approve("rules", "olga", "operations-director")
    program.approve("rules", "sven", "security-lead")


def approved(program: Program) -> Program:
    approve_all(planned(program))
    program.commit("approvals")
    return program


def test_a_role_given_without_agreement_never_comes_into_force(program: Program) -> None:
    program.write("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [sven, dev]"))
    program.commit("give dev a role, straight onto main")
    found = ledger(program)
    assert found.rules.people.holders("security-lead") == ("sven",)
    assert found.unaccepted == (
        "people.yaml: dev gets the role security-lead (needs operations-director and security-lead)",
    )
    planned(program)
    assert open_judge(program.repository, as_of=AS_OF).approvals.anomalies


def test_a_role_given_with_agreement_comes_into_force(program: Program) -> None:
    program.write("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [sven, dev]"))
    agree(program)
    program.commit("give dev a role")
    found = ledger(program)
    assert found.rules.people.holders("security-lead") == ("sven", "dev")
    assert found.unaccepted == ()


def test_agreement_may_follow(program: Program) -> None:
    program.write("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [sven, dev]"))
    program.commit("give dev a role")
    agree(program)
    program.commit("agreed")
    assert ledger(program).rules.people.holders("security-lead") == ("sven", "dev")


def test_a_key_is_a_voice_and_needs_agreement(program: Program) -> None:
    newcomer = f"  - id: nina\n    name: Nina\n    keys:\n      - key: {public_line('nina')}\n"
    program.write("people.yaml", people_yaml(newcomer))
    program.commit("a new key")
    assert ledger(program).unaccepted[0].startswith("people.yaml: nina gets a key")


def test_what_lets_nothing_more_pass_needs_nobody(program: Program) -> None:
    program.write("people.yaml", people_yaml("  - id: nina\n    name: Nina\n"))
    program.write("ray18.yaml", SETTINGS + "thresholds: {baseline_max_age_days: 90}\n")
    program.commit("stricter")
    assert ledger(program).rules.settings.thresholds.baseline_max_age_days == 90


def test_nobody_can_be_locked_out_even_by_agreement(program: Program) -> None:
    program.write("people.yaml", people_yaml().replace("  support-lead: [sam]\n", "  support-lead: []\n"))
    agree(program)
    program.commit("nobody is support lead")
    assert ledger(program).unaccepted == ("support-lead could not be filled: nobody holds it",)


def test_settings_loosened_in_the_change_itself_are_named(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    approved(program)
    program.git("switch", "-q", "-c", "loose")
    program.write("ray18.yaml", SETTINGS + "approvals: {distinct_people: false}\n")
    program.commit("loosen")
    ran = ray18("gate", "approvals", "--as-of", AS_OF, folder=program.root)
    assert "approvals.distinct_people changes from true to false" in ran.out
    assert "[rule-change-is-agreed]" in ran.out


def test_an_approval_stays_good_when_its_person_loses_the_role_after_the_merge(program: Program) -> None:
    approved(program)
    moved = people_yaml().replace("security-lead: [sven]", "security-lead: [dev]")
    program.write("people.yaml", moved)
    agree(program)
    program.commit("sven leaves")
    assert program.seats()["security-lead"] == "approved"
    program.write("ray18.yaml", SETTINGS + "approvals: {on_role_loss: reapprove}\n")
    program.commit("stricter")
    assert "holds the role security-lead no more" in program.why("security-lead")


def test_an_approver_who_lost_the_role_before_the_merge_does_not_count(program: Program) -> None:
    """The leaver's branch is old and its dates may be older still; the step that merged it decides."""
    planned(program)
    program.git("switch", "-q", "-c", "old")
    program.approve("plan", "sven", "security-lead")
    program.commit("sven approves")
    program.git("switch", "-q", "main")
    program.write("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [dev]"))
    agree(program)
    program.commit("sven leaves")
    program.git("merge", "-q", "--no-ff", "-m", "merge", "old")
    assert "sven did not hold the role security-lead when it entered" in program.why("security-lead")


def test_a_retired_key_keeps_what_it_signed_before_and_nothing_later(program: Program) -> None:
    approved(program)
    line = f"      - key: {public_line('sven')}\n"
    program.write(
        "people.yaml",
        people_yaml().replace(
            line, f"{line}        revoked: {{reason: retired}}\n      - key: {public_line('sven2')}\n"
        ),
    )
    agree(program)
    program.commit("a new key for sven")
    assert program.seats()["security-lead"] == "approved"
    program.write("plan.yaml", PLAN.replace("Keep it running", "Keep it walking"))
    program.commit("another plan")
    program.approve("plan", "sven", "security-lead")
    assert "belongs to sven, and is revoked" in program.why("security-lead")


def test_a_compromised_key_loses_what_it_signed_since_then(program: Program) -> None:
    planned(program)
    program.approve("plan", "sven", "security-lead")
    before = program.commit("sven approves")
    line = f"      - key: {public_line('sven')}\n"
    mark = "        revoked: {reason: compromised, since: %s}\n"
    program.git("switch", "-q", "-c", "stolen")
    program.write(
        "people.yaml", people_yaml().replace(line, line + mark % before + f"      - key: {public_line('s2')}\n")
    )
    agree(program)
    program.commit("stolen since then")
    program.git("switch", "-q", "main")
    program.git("merge", "-q", "--no-ff", "-m", "merge", "stolen")
    assert "is compromised" in program.why("security-lead")


def test_rolling_back_to_what_was_approved_before_needs_new_approvals(program: Program) -> None:
    approved(program)
    program.write("plan.yaml", PLAN.replace("Keep it running", "Keep it walking"))
    approve_all(program)
    program.commit("plan two, approved")
    assert set(program.seats().values()) == {"approved"}
    program.write("plan.yaml", PLAN)
    program.commit("back to plan one")
    assert set(program.seats().values()) == {"missing"}
    assert "was decided when nothing was in force before" in program.why("security-lead")


def test_repairing_a_drift_that_nobody_approved_costs_nothing(program: Program) -> None:
    approved(program)
    program.write("plan.yaml", PLAN.replace("Keep it running", "Keep it walking"))
    program.commit("drift")
    assert set(program.seats().values()) == {"missing"}
    program.write("plan.yaml", PLAN)
    program.commit("repaired")
    assert set(program.seats().values()) == {"approved"}


def test_whoever_worked_on_the_change_cannot_approve_it(program: Program) -> None:
    people = people_yaml().replace("name: Sven\n", "name: Sven\n    email: sven@example.org\n")
    program.restart("people.yaml", people)
    program.write("plan.yaml", PLAN)
    program.git("add", "-A")
    program.git("commit", "-q", "-m", "plan", "--author", "Somebody <Sven@Example.org>")
    program.approve("plan", "sven", "security-lead")
    assert "sven worked on this change (is named in commit" in program.why("security-lead")


def test_a_co_author_cannot_approve(program: Program) -> None:
    program.restart("people.yaml", people_yaml().replace("name: Sven\n", "name: Sven\n    email: sven@example.org\n"))
    program.write("plan.yaml", PLAN)
    program.commit("plan\n\nco-authored-by: S <sven@example.org>")
    program.approve("plan", "sven", "security-lead")
    assert "worked on this change" in program.why("security-lead")
    program.write("ray18.yaml", SETTINGS + "approvals: {authors_may_approve: true}\n")
    agree(program)
    program.commit("authors may approve")
    assert program.seats()["security-lead"] == "approved"


def test_a_squash_keeps_the_approvals(program: Program) -> None:
    program.git("switch", "-q", "-c", "topic")
    approved(program)
    program.git("switch", "-q", "main")
    program.git("merge", "-q", "--squash", "topic")
    program.commit("squashed")
    assert set(program.seats(rev="main").values()) == {"approved"}


def test_a_merge_in_the_wrong_direction_is_named(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """The topic merges main with `ours` and main is fast-forwarded: the old tip is an ancestor, its plan is gone."""
    approved(program)
    program.git("branch", "topic")
    program.write("plan.yaml", PLAN.replace("Keep it running", "Keep it walking"))
    approve_all(program)
    program.commit("plan two, approved")
    program.git("switch", "-q", "topic")
    program.write("note.txt", "x")
    program.commit("something else")
    program.git("merge", "-q", "-s", "ours", "-m", "merge main", "main")
    program.git("switch", "-q", "main")
    program.git("merge", "-q", "--ff-only", "topic")
    ran = ray18("gate", "approvals", "--as-of", AS_OF, folder=program.root)
    assert ran.status == 3
    assert "was taken away after it was merged" in ran.out
    found = [event.message for event in ledger(program).events if event.weight == "error"]
    assert any("leaves out a record that its other parent" in message for message in found)


def test_a_merge_that_keeps_the_records_and_drops_the_plan_is_named(program: Program) -> None:
    approved(program)
    program.git("branch", "topic")
    program.write("plan.yaml", PLAN.replace("Keep it running", "Keep it walking"))
    approve_all(program)
    program.commit("plan two, approved")
    program.git("switch", "-q", "topic")
    program.write("note.txt", "x")
    program.commit("something else")
    program.git("merge", "-q", "-s", "ours", "--no-commit", "main")
    program.git("checkout", "-q", "main", "--", "approvals")
    program.git("commit", "-q", "-m", "merge main")
    program.git("switch", "-q", "main")
    program.git("merge", "-q", "--ff-only", "topic")
    assert any(
        "a merge in the wrong direction?" in told
        for told in open_judge(program.repository, as_of=AS_OF).approvals.anomalies
    )


def test_a_side_branch_supplies_no_rules(program: Program) -> None:
    """Its commits are in history, but its people file never was in force."""
    program.git("switch", "-q", "-c", "side")
    program.write("people.yaml", people_yaml().replace(public_line("sven"), public_line("mallory")))
    evil = program.commit("own keys")
    program.write("people.yaml", people_yaml())
    program.commit("never mind")
    program.git("switch", "-q", "main")
    program.git("merge", "-q", "--no-ff", "-m", "harmless in sum", "side")
    program.git("switch", "-q", "-c", "attack", evil)
    planned(program).approve("plan", "sven", "security-lead", signer="mallory")
    assert "belongs to nobody here" in program.why("security-lead")


def test_a_record_that_enters_without_its_signature_enters_again_with_it(program: Program) -> None:
    planned(program)
    path = program.approve("plan", "sven", "security-lead")
    signature = (program.root / f"{path}.sig").read_bytes()
    (program.root / f"{path}.sig").unlink()
    program.commit("only the record")
    assert "not signed" in program.why("security-lead")
    program.write(f"{path}.sig", signature)
    assert program.seats()["security-lead"] == "approved"
    program.commit("and its signature")
    assert program.seats()["security-lead"] == "approved"


def test_a_replay_that_goes_on_finds_what_a_whole_one_finds(program: Program, monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("ray18.ledger.reading.WORTH_KEEPING", 1)
    given = people_yaml().replace("security-lead: [sven]", "security-lead: [sven, dev]")
    agreed = people_yaml().replace("product-owner: [pia]", "product-owner: [pia, dev]")
    for content, people in ((PLAN, people_yaml()), (PLAN.replace("running", "walking"), given), (PLAN, agreed)):
        program.write("plan.yaml", content)
        program.write("people.yaml", people)
        if people == agreed:
            agree(program)
        program.commit("plan")
        approve_all(program)
        tip = program.commit("approved")
        kept = read_ledger(program.repository, tip, None, signers=True, cached=True)
        again = read_ledger(program.repository, tip, None, signers=True, cached=True)
        whole = read_ledger(program.repository, tip, None, signers=True)
        for one in (kept, again):
            assert one is not None and whole is not None
            assert (one.ruleset, one.unaccepted) == (whole.ruleset, whole.unaccepted)
            assert (one.in_force, one.events, one.rows, one.standings, one.kept, one.commits) == (
                whole.in_force, whole.events, whole.rows, whole.standings, whole.kept, whole.commits,
            )  # fmt: skip


def test_steps_before_the_end_of_what_is_kept_are_found_as_a_whole_replay_finds_them(
    program: Program, monkeypatch, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("ray18.ledger.reading.WORTH_KEEPING", 1)
    tips = [program.commit("start")]
    for number in range(4):
        program.write("plan.yaml", PLAN.replace("running", f"running {number}"))
        tips.append(program.commit("plan"))
        approve_all(program)
        tips.append(program.commit("approved"))
    read_ledger(program.repository, tips[-1], None, cached=True)
    for tip in (*tips, *tips[::-3], *tips):
        one = read_ledger(program.repository, tip, None, cached=True)
        whole = read_ledger(program.repository, tip, None)
        assert one is not None and whole is not None
        assert (one.tip, one.in_force, one.events, one.rows, one.standings, one.kept, one.commits) == (
            tip, whole.in_force, whole.events, whole.rows, whole.standings, whole.kept, whole.commits,
        )  # fmt: skip


def test_a_history_that_was_written_anew_is_replayed_anew(program: Program, monkeypatch, tmp_path, ray18) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("ray18.ledger.reading.WORTH_KEEPING", 1)
    program.write("plan.yaml", PLAN)
    program.commit("plan")
    assert ray18("gate", "--all", folder=program.root).status in (1, 3)
    program.git("commit", "-q", "--amend", "-m", "another plan")
    program.git("reflog", "expire", "--expire=now", "--all")
    program.git("gc", "-q", "--prune=now")
    before = ray18("gate", "--all", "--no-cache", "--format", "json", folder=program.root)
    assert ray18("gate", "--all", "--format", "json", folder=program.root).out == before.out


def test_a_cache_that_came_from_elsewhere_is_not_believed(program: Program, monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    import pickle

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    monkeypatch.setattr("ray18.ledger.reading.WORTH_KEEPING", 1)
    tip = program.commit("more")
    read_ledger(program.repository, tip, None, cached=True)
    files = tuple((program.root / ".git/ray18").iterdir())
    assert len(files) == 2

    class Trap:
        def __reduce__(self):  # type: ignore[no-untyped-def]
            return (open, (str(tmp_path / "ran"), "w"))

    for kept in files:
        kept.write_bytes(kept.read_bytes()[:32] + pickle.dumps(Trap()))
    assert read_ledger(program.repository, tip, None, cached=True) is not None
    assert not (tmp_path / "ran").exists()


def test_signatures_of_commits_are_names_only_by_the_people_file(program: Program) -> None:
    from datetime import UTC, datetime

    from ray18.audit import audit
    from ray18.commits import Author, commit_files

    author = Author("The Boss", "boss@example.org", datetime(2026, 5, 1, tzinfo=UTC))
    for name in ("dev", "mallory"):
        commit_files(program.repository, "main", {f"{name}.txt": b"x"}, author, "x", signer_of(name))
    found = read_ledger(program.repository, program.git("rev-parse", "main"), None, signers=True)
    assert found is not None
    signers = [step.signer for step in audit(found, AS_OF).steps]
    assert signers[:2] == ["unsigned", "dev"]
    assert signers[2].startswith("unknown key SHA256:")


def test_whoever_can_push_cannot_choose_where_trust_begins(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """One commit gives a stranger the role and makes it enough; the next pins the anchor to it."""
    approved(program)
    stranger = f"  - id: mallory\n    name: Mallory\n    keys:\n      - key: {public_line('mallory')}\n"
    program.write(
        "people.yaml", people_yaml(stranger).replace("security-lead: [sven]", "security-lead: [sven, mallory]")
    )
    program.write("ray18.yaml", SETTINGS + "amendments: {roles: [security-lead]}\n")
    evil = program.commit("own rules")
    program.write("ray18.yaml", SETTINGS + f"amendments: {{roles: [security-lead]}}\nanchor: {evil}\n")
    program.commit("own anchor")
    assert "mallory" not in open_judge(program.repository, as_of=AS_OF).program.rules.people.holders("security-lead")
    assert ray18("audit", "--as-of", AS_OF, folder=program.root).status == 1
    assert "not in force" in ray18("gate", "approvals", "--as-of", AS_OF, folder=program.root).out


def test_another_address_does_not_lift_the_ban_on_ones_own_work(program: Program) -> None:
    people = people_yaml().replace("name: Sven\n", "name: Sven\n    email: sven@example.org\n")
    program.restart("people.yaml", people)
    program.write("plan.yaml", PLAN)
    program.git("add", "-A")
    program.git("commit", "-q", "-m", "plan", "--author", "S <sven@example.org>")
    program.write("people.yaml", people.replace("sven@", "s.new@"))
    program.commit("a new address")
    program.approve("plan", "sven", "security-lead")
    assert "sven worked on this change" in program.why("security-lead")


def test_the_change_that_brings_the_agreement_passes(program: Program) -> None:
    program.write("people.yaml", people_yaml().replace("security-lead: [sven]", "security-lead: [sven, dev]"))
    program.commit("give dev a role")
    assert open_judge(program.repository, as_of=AS_OF).approvals.anomalies
    agree(program)
    assert open_judge(program.repository, as_of=AS_OF).approvals.anomalies == ()


def test_a_section_that_did_not_change_keeps_its_approvals_also_once_the_plan_was_in_force(program: Program) -> None:
    program.restart("ray18.yaml", SETTINGS + "roles: {security-lead: {title: Security Lead, sections: [services]}}\n")
    approved(program)
    program.write("plan.yaml", PLAN.replace("Keep it running", "Keep it walking"))
    program.commit("another plan")
    assert program.seats()["security-lead"] == "approved"
    assert program.seats()["product-owner"] == "missing"

"""Attacks with records: copied, edited, deleted, replayed, stale, or written so that readers disagree."""

import os

from ray18.attacks.case import COMMITTED, WORK_TREE, Asked, Line, attack
from ray18.attacks.stage import Stage, begin

_ELSEWHERE = "99999999-2222-4333-8444-555555555555"
_AWAY = "was taken away after it was merged"
_CHANGED = "was changed after it was merged"


@attack("records", "D02", "approvals:other program", cause="it was made for another program", on="open")
def copied_from_another_program(stage: Stage) -> Asked:
    """The lead's genuine approval of the same plan in another program."""
    stage.approve("sven", program=_ELSEWHERE)
    stage.commit("Approve", "ben")
    return Asked()


@attack("records", "D02", cause="does not fit the signed content", on="open")
def copied_and_relabelled(stage: Stage) -> Asked:
    """The same, with the id of this program written over the other."""
    record = stage.record("sven", program=_ELSEWHERE)
    path = stage.put(record)
    stage.replace(path, _ELSEWHERE, stage.docket().rules.settings.program.id)
    stage.commit("Approve", "ben")
    return Asked()


@attack("records", "D02", "approvals:other ref", cause="was in force before", on="approved")
def copied_from_another_branch(stage: Stage) -> Asked:
    """Approvals given on another branch, where another plan had been in force before."""
    start = stage.head()
    stage.replace("plan.yaml", "revision: 1", "revision: 2")
    stage.commit("Revise", "ben")
    stage.everybody_approves()
    stage.replace("plan.yaml", "revision: 2", "revision: 3")
    stage.commit("Revise again", "ben")
    stage.everybody_approves()
    stage.git("branch", "release")
    stage.git("reset", "-q", "--hard", start)
    stage.git("checkout", "-q", "release", "--", "plan.yaml")
    third = stage.git("log", "-4", "--format=", "--name-only", "release").split()
    stage.git("checkout", "-q", "release", "--", *third)
    stage.commit("Bring the release over", "ben")
    return Asked()


@attack("records", "approvals:other subject", cause="is not where it belongs", on="open")
def copied_from_another_subject(stage: Stage) -> Asked:
    """The lead's approval of the remediation, moved to where approvals of the plan lie."""
    record = stage.record("sven", "remediation")
    stage.put(record, path="approvals/plan/000000000000/security-lead--sven--1.yaml")
    stage.commit("Approve", "ben")
    return Asked()


@attack("records", "approvals:other subject", cause="does not fit the signed content", on="open")
def relabelled_subject(stage: Stage) -> Asked:
    """The same, with subject, digest and sections of the plan written into it."""
    other = stage.record("sven", "remediation")
    path = stage.put(stage.record("sven"), signer=None)
    stage.sign(path, other, "sven", "ray18-approval-v1")
    stage.commit("Approve", "ben")
    return Asked()


@attack("records", "D02", "approvals:other digest", cause="its sections do not make its digest", on="open")
def digest_of_another_state(stage: Stage) -> Asked:
    """Sections of the plan as it is, under the digest of another."""
    stage.approve("sven", digest="ray18-c14n-v1:sha256:" + "0123456789abcdef" * 4)
    stage.commit("Approve", "sven")
    return Asked()


@attack("records", "approvals:other digest", cause="it does not cover", on="open")
def approval_of_one_section(stage: Stage) -> Asked:
    """An approval that covers the catalog only."""
    from ray18.subjects import digest

    part = {"services": stage.docket().sections["plan"]["services"]}
    stage.approve("sven", sections=part, digest=digest("plan", part))
    stage.commit("Approve", "sven")
    return Asked()


@attack("records", "D01", "D02", "E12", cause="stale: it approved", on="approved")
def one_value_changed(stage: Stage) -> Asked:
    """One value of the approved plan is changed afterwards."""
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 61")
    stage.commit("A detail", "ben")
    return Asked()


@attack("records", "D01", "E12", cause="stale: it approved", on="approved")
def one_value_changed_without_a_commit(stage: Stage) -> Asked:
    """One value of the approved plan is changed in the work tree only."""
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 61")
    return Asked((WORK_TREE,))


@attack("records", "D02", "approvals:other revision", cause="stale: it approved", on="approved")
def old_revision(stage: Stage) -> Asked:
    """Approvals of revision 1 under revision 2."""
    stage.replace("plan.yaml", "revision: 1", "revision: 2")
    stage.commit("Revise", "ben")
    return Asked()


@attack("records", "approvals:stale input", cause="services changed", on="approved")
def stale_input(stage: Stage) -> Asked:
    """The catalog, on which the plan rests, is changed after the approvals."""
    stage.replace("services.yaml", "tier: 1", "tier: 2")
    stage.commit("Lower the tier", "ben")
    return Asked()


@attack("records", "approvals:A-B-A", "approvals:rollback", cause="was in force before", on="approved")
def replay_of_an_old_approval(stage: Stage) -> Asked:
    """Plan A was approved, then plan B; A is brought back, whose approvals still lie there."""
    old = stage.read("plan.yaml")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 30")
    stage.commit("A better promise", "ben")
    stage.everybody_approves()
    stage.write("plan.yaml", old)
    stage.commit("Back", "ben")
    return Asked()


@attack("records", "approvals:A-B-A", "approvals:rollback", cause="was in force before", on="approved")
def replay_in_a_proposal(stage: Stage) -> Asked:
    """The same on a branch that is not merged yet."""
    old = stage.read("plan.yaml")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 30")
    stage.commit("A better promise", "ben")
    stage.everybody_approves()
    stage.branch("proposal")
    stage.write("plan.yaml", old)
    stage.commit("Back", "ben")
    return Asked()


@attack("records", "approvals:edited record", cause=_CHANGED, git="G ben@ferry.example")
def edited_rejection(stage: Stage) -> Asked:
    """The merged rejection is edited into an approval."""
    stage.replace(stage.found("sven"), "decision: rejected", "decision: approved")
    return Asked(at_stake=stage.commit("Correct a mistake", "ben"))


@attack("records", "approvals:edited record", cause="does not fit the signed content", on="open")
def edited_before_it_was_merged(stage: Stage) -> Asked:
    """A signed rejection is edited into an approval before it is merged."""
    path = stage.put(stage.record("sven", decision="rejected"))
    stage.replace(path, "decision: rejected", "decision: approved")
    stage.commit("Approve", "ben")
    return Asked()


@attack("records", "approvals:edited record", cause="does not fit the signed content", on="open")
def conditions_cut_out(stage: Stage) -> Asked:
    """A signed approval with a condition, without the condition."""
    from ray18.attacks.decisions import condition

    path = stage.put(stage.record("sven", decision="approved-with-conditions", conditions=[condition()]))
    head, _, rest = stage.read(path).partition("conditions:")
    stage.write(path, (head + rest[rest.index("decided_on") :]).replace("approved-with-conditions", "approved"))
    stage.commit("Approve", "ben")
    return Asked()


@attack("records", "approvals:deleted record", cause=_AWAY)
def deleted_rejection(stage: Stage) -> Asked:
    """The merged rejection is deleted."""
    path = stage.found("sven")
    stage.remove(path)
    stage.remove(f"{path}.sig")
    stage.approve("sven", signer=None)
    stage.commit("Tidy up", "ben")
    return Asked()


@attack("records", "approvals:deleted record", cause=_AWAY)
def reverted_rejection(stage: Stage) -> Asked:
    """The commit that brought the rejection is reverted."""
    stage.git("revert", "--no-edit", "HEAD")
    return Asked()


@attack("records", "approvals:moved record", cause=_AWAY)
def moved_rejection(stage: Stage) -> Asked:
    """The merged rejection is moved to a folder that is not read."""
    path = stage.found("sven")
    stage.git("mv", path, "old.yaml")
    stage.git("mv", f"{path}.sig", "old.yaml.sig")
    stage.commit("Archive", "ben")
    return Asked()


@attack("records", "approvals:moved record", cause=_AWAY)
def rejection_as_readme(stage: Stage) -> Asked:
    """The merged rejection is renamed to README.md, which nobody reads as a record."""
    path = stage.found("sven")
    stage.git("mv", path, f"{os.path.dirname(path)}/README.md")  # noqa: PTH120 (a path in Git)
    stage.commit("Explain", "ben")
    return Asked()


@attack("records", "approvals:record in another's name")
def forged_abstention(stage: Stage) -> Asked:
    """An unsigned abstention in the lead's name, so that the rejection should not be the last word."""
    stage.put(stage.record("sven", decision="abstained", sequence=2), signer=None)
    stage.commit("Abstain", "ben")
    return Asked()


@attack("records", "D18")
def approved_and_rejected_at_once(stage: Stage) -> Asked:
    """A genuine approval and a genuine rejection arrive in one step; the rejection is the later one."""
    fresh = begin(stage.root.with_name("fresh"))
    fresh.everybody_approves("sven")
    fresh.approve("sven")
    fresh.put(fresh.record("sven", decision="rejected", sequence=2))
    fresh.commit("Both", "sven")
    return Asked(folder=fresh.root)


@attack("records", "D18", cause="sven decided: rejected")
def old_approval_brought_late(stage: Stage) -> Asked:
    """A genuine approval from before the rejection, on a branch that is merged after it."""
    fresh = begin(stage.root.with_name("fresh"))
    fresh.everybody_approves("sven")
    fresh.branch("slow")
    fresh.approve("sven")
    fresh.commit("Approve", "sven")
    fresh.switch("main")
    fresh.put(fresh.record("sven", decision="rejected", sequence=2))
    fresh.commit("Reject", "sven")
    fresh.land("slow", "ben")
    return Asked(folder=fresh.root)


@attack("records", "A04", "approvals:duplicate YAML keys", cause="decision", on="open")
def duplicate_keys(stage: Stage) -> Asked:
    """A record that decides twice: some readers take the first word, some the last."""
    path = stage.put(stage.record("sven", decision="rejected"))
    stage.write(path, stage.read(path) + "decision: approved\n")
    stage.commit("Decide", "ben")
    return Asked()


@attack("records", "A04", "approvals:duplicate YAML keys", cause="revision", on="approved")
def duplicate_keys_in_the_plan(stage: Stage) -> Asked:
    """A plan that says one thing twice, differently."""
    stage.write("plan.yaml", stage.read("plan.yaml") + "revision: 2\n")
    stage.commit("Revise", "ben")
    return Asked()


def _word(stage: Stage, word: str) -> Asked:
    path = stage.put(stage.record("sven"))
    stage.replace(path, "decision: approved", f"decision: {word}")
    stage.commit("Decide", "ben")
    return Asked()


@attack("records", "D17", "A07", cause="decision", on="open")
def status_in_capitals(stage: Stage) -> Asked:
    """The decision APPROVED."""
    return _word(stage, "APPROVED")


@attack("records", "D17", cause="decision", on="open")
def status_with_a_blank(stage: Stage) -> Asked:
    """The decision " approved"."""
    return _word(stage, '" approved"')


@attack("records", "D17", cause="security-lead--sven--1.yaml", on="open")
def status_with_a_hard_blank(stage: Stage) -> Asked:
    """The decision "approved" with a blank that does not break behind it."""
    return _word(stage, "approved\u00a0")


@attack("records", "D17", cause="security-lead--sven--1.yaml", on="open")
def status_in_full_width(stage: Stage) -> Asked:
    """The decision in full-width letters."""
    return _word(stage, "\uff41\uff50\uff50\uff52\uff4f\uff56\uff45\uff44")


@attack("records", "D17", cause="decision", on="open")
def status_with_an_aside(stage: Stage) -> Asked:
    """The decision "approved (with conditions)"."""
    return _word(stage, "approved (with conditions)")


@attack("records", "A07", cause="decision", on="open")
def status_yes(stage: Stage) -> Asked:
    """The decision yes."""
    return _word(stage, "yes")


@attack("records", "A14", cause="security-lead--sven--1.yaml", on="open")
def status_by_merge_key(stage: Stage) -> Asked:
    """The decision comes from a merge key."""
    path = stage.put(stage.record("sven", decision="rejected"))
    stage.write(path, stage.read(path).replace("decision: rejected", "<<: {decision: approved}"))
    stage.commit("Decide", "ben")
    return Asked()


@attack("records", "C21", cause="decision", git="G ben@ferry.example")
def union_merge(stage: Stage) -> Asked:
    """With `merge=union`, approval and rejection are merged into one file."""
    path = stage.found("sven")
    stage.write(".git/info/attributes", "*.yaml merge=union\n*.sig merge=union\n")
    stage.branch("nicer", "HEAD~1")
    stage.put(stage.record("sven"))
    stage.commit("Approve", "ben")
    stage.switch("main")
    stage.git("merge", "-q", "--no-commit", "nicer")
    if stage.read(path).count("decision:") != 2:
        raise AssertionError("git merged it in another way")
    return Asked(at_stake=stage.commit("Merge both", "ben", parents=(stage.head(), stage.head("nicer"))))


def _in_place(stage: Stage, path: str, what: str) -> Asked:
    stage.remove(path)
    full = stage.root / path
    lines: tuple[Line, ...] = (WORK_TREE, COMMITTED)
    if what == "link":
        (stage.root / "elsewhere.yaml").write_text("title: x\n", encoding="utf-8")
        full.symlink_to("/".join([".."] * path.count("/")) + "/elsewhere.yaml" if "/" in path else "elsewhere.yaml")
        stage.commit("Link", "ben")
    elif what == "fifo":
        os.mkfifo(full)
        lines = (WORK_TREE,)
    elif what == "folder":
        stage.write(f"{path}/plan.yaml", "title: x\n")
        stage.commit("Folder", "ben")
    else:
        stage.git("update-index", "--add", "--cacheinfo", f"160000,{stage.head()},{path}")
        stage.git("commit", "-q", "-m", "Submodule")
        lines = (COMMITTED,)
    return Asked(lines)


@attack("records", "E05", "approvals:symlink", cause="plan.yaml is a symbolic link", on="approved")
def plan_is_a_link(stage: Stage) -> Asked:
    """The plan is a symbolic link."""
    return _in_place(stage, "plan.yaml", "link")


@attack("records", "E05", "approvals:submodule", cause="plan.yaml is a submodule", on="approved")
def plan_is_a_submodule(stage: Stage) -> Asked:
    """The plan is a submodule."""
    return _in_place(stage, "plan.yaml", "submodule")


@attack("records", "E05", cause="plan.yaml is not a regular file", on="approved")
def plan_is_a_pipe(stage: Stage) -> Asked:
    """The plan is a pipe that nobody ever writes to."""
    return _in_place(stage, "plan.yaml", "fifo")


@attack("records", "E05", cause="plan.yaml is a folder", on="approved")
def plan_is_a_folder(stage: Stage) -> Asked:
    """The plan is a folder."""
    return _in_place(stage, "plan.yaml", "folder")


@attack("records", "E05", "approvals:symlink", cause="is a symbolic link")
def rejection_is_a_link(stage: Stage) -> Asked:
    """A symbolic link in place of the rejection."""
    return _in_place(stage, stage.found("sven"), "link")


@attack("records", "E05", "approvals:submodule", cause="is a submodule")
def rejection_is_a_submodule(stage: Stage) -> Asked:
    """A submodule in place of the rejection."""
    return _in_place(stage, stage.found("sven"), "submodule")


@attack("records", "E09", "approvals:case-colliding", cause="differs from", on="approved")
def case_twin(stage: Stage) -> Asked:
    """A second plan whose name differs only in case."""
    stage.write("approvals/plan/Twin.yaml", "x: y\n")
    stage.write("approvals/plan/twin.yaml", "x: y\n")
    stage.commit("Twin", "ben")
    return Asked()


@attack("records", "E09", "approvals:homoglyph paths", cause="is not where it belongs", on="open")
def homoglyph_path(stage: Stage) -> Asked:
    """A genuine record under a path with one Cyrillic letter."""
    path = stage.approve("sven").replace("plan/", "pl\u0430n/")
    stage.put(stage.record("sven"), path=path)
    stage.remove(path.replace("pl\u0430n/", "plan/"))
    stage.remove(f"{path.replace('pl' + chr(0x430) + 'n/', 'plan/')}.sig")
    stage.commit("Approve", "ben")
    return Asked()


@attack("records", "D14", cause="backlog", on="approved")
def empty_backlog(stage: Stage) -> Asked:
    """Every item of the backlog is deleted after the approvals."""
    stage.git("rm", "-q", "-r", "backlog")
    stage.commit("Nothing left to do", "ben")
    return Asked()


@attack("records", "D14", cause="plan", on="approved")
def missing_plan(stage: Stage) -> Asked:
    """The approved plan is deleted."""
    stage.git("rm", "-q", "plan.yaml")
    stage.commit("No plan", "ben")
    return Asked()


@attack("records", "D14", "approvals:unreadable record", cause="security-lead--sven--2.yaml")
def unreadable_record_over_a_rejection(stage: Stage) -> Asked:
    """A newer record in the lead's name that is no YAML."""
    stage.write(stage.found("sven").replace("--1.yaml", "--2.yaml"), "{{{\n")
    stage.commit("Noise", "ben")
    return Asked()


def _priorities(stage: Stage) -> None:
    stage.approve("pia", "priorities")
    stage.commit("Approve the priorities", "pia")


_PREREQUISITES = (("gate", "prerequisites"), ("gate", "prerequisites", "--rev", "HEAD"))


@attack("records", "D15", cause="(backlog changed)", on="approved")
def serious_item_lowered(stage: Stage) -> Asked:
    """A serious item is rated Low after its priority was approved."""
    _priorities(stage)
    stage.replace("backlog/MB-1.yaml", "severity: High", "severity: Low")
    stage.commit("Rate again", "ben")
    return Asked(_PREREQUISITES)


@attack("records", "D15", cause="(backlog changed)", on="approved")
def serious_item_deleted(stage: Stage) -> Asked:
    """A serious item is deleted after its priority was approved."""
    _priorities(stage)
    stage.git("rm", "-q", "backlog/MB-1.yaml")
    stage.commit("Done, surely", "ben")
    return Asked(_PREREQUISITES)


@attack("records", "E08", "approvals:paths", cause="security-lead--sven--1.yaml", on="open")
def path_in_a_name(stage: Stage) -> Asked:
    """A record whose role is a path that leads out of the repository."""
    path = stage.approve("sven")
    stage.replace(path, "role: security-lead", "role: ../../../security-lead")
    stage.commit("Approve", "ben")
    return Asked()

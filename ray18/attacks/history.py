"""Attacks with history: merges in the wrong direction, merges that edit or leave out, rewritten and cut branches, refs."""

import shutil

from ray18.attacks.case import COMMITTED, WORK_TREE, Asked, attack
from ray18.attacks.documents import PLAN
from ray18.attacks.stage import Stage, people

_AWAY = "was taken away after it was merged"
_NO_REVISION = "is not a plain revision"


def _new_plan(stage: Stage) -> None:
    """A second plan, approved by everybody."""
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 30")
    stage.commit("A better promise", "ben")
    stage.everybody_approves()


@attack("history", "approvals:foxtrot", cause=_AWAY, git="G ben@ferry.example")
def foxtrot_merge(stage: Stage) -> Asked:
    """A branch from before the rejection merges main with `-s ours`, and main is fast-forwarded to it."""
    stage.branch("topic", "HEAD~1")
    stage.write("notes.txt", "x\n")
    stage.commit("Work", "ben")
    return Asked(at_stake=_wrong_way(stage))


def _wrong_way(stage: Stage) -> str:
    oid = stage.commit("Merge main", "ben", parents=(stage.head("topic"), stage.head("main")))
    stage.git("branch", "-f", "main", oid)
    stage.switch("main")
    return oid


@attack("history", "approvals:foxtrot", cause=_AWAY, on="approved")
def foxtrot_merge_back_to_the_old_plan(stage: Stage) -> Asked:
    """The same with two approved plans: the older one is in place again, with its approvals."""
    stage.git("branch", "topic")
    _new_plan(stage)
    stage.switch("topic")
    stage.write("notes.txt", "x\n")
    stage.commit("Work", "ben")
    _wrong_way(stage)
    return Asked((WORK_TREE,))


@attack("history", "approvals:foxtrot", cause="the merge undoes plan", on="approved")
def foxtrot_merge_that_keeps_the_records(stage: Stage) -> Asked:
    """The same, where the records of the newer plan are kept and only the plan is the old one."""
    stage.git("branch", "topic")
    _new_plan(stage)
    stage.switch("topic")
    stage.write("notes.txt", "x\n")
    stage.commit("Work", "ben")
    stage.git("checkout", "-q", "main", "--", "approvals")
    _wrong_way(stage)
    return Asked((WORK_TREE,))


@attack("history", "approvals:ours-merge", cause=_AWAY, on="approved")
def ours_merge(stage: Stage) -> Asked:
    """A branch with the lead's withdrawal is merged with `-s ours`, so that it counts as merged and is not there."""
    stage.branch("topic")
    stage.put(stage.record("sven", decision="withdrawn", sequence=2))
    stage.commit("Withdraw", "sven")
    stage.switch("main")
    stage.git("merge", "-q", "-s", "ours", "--no-ff", "--no-edit", "topic")
    return Asked((WORK_TREE,))


@attack("history", "C20", "approvals:evil merge", cause="was changed after it was merged", git="G ben@ferry.example")
def evil_merge_of_the_rejection(stage: Stage) -> Asked:
    """A merge that itself turns the rejection into an approval; neither of its parents has that."""
    return Asked(at_stake=_evil_merge(stage, stage.found("sven"), "decision: rejected", "decision: approved"))


@attack("history", "C20", "approvals:evil merge", cause="stale: it approved", on="approved", git="G ben@ferry.example")
def evil_merge_of_the_plan(stage: Stage) -> Asked:
    """A merge that itself changes the approved plan."""
    return Asked(at_stake=_evil_merge(stage, "plan.yaml", "target_minutes: 60", "target_minutes: 600"))


@attack(
    "history", "C20", "approvals:evil merge", "approvals:self-approval", cause="sven worked on this change", on="open"
)
def evil_merge_by_an_approver(stage: Stage) -> Asked:
    """The lead makes the merge that changes the plan, and approves the outcome."""
    oid = _evil_merge(stage, "plan.yaml", "target_minutes: 60", "target_minutes: 600", "sven")
    stage.everybody_approves()
    return Asked((WORK_TREE, COMMITTED, ("gate", "approvals", "--rev", "main~1"), ("gate", "approvals", "--rev", oid)))


def _evil_merge(stage: Stage, path: str, old: str, new: str, who: str = "ben") -> str:
    stage.branch("topic")
    stage.write("notes.txt", "x\n")
    stage.commit("Work", "ana")
    stage.switch("main")
    stage.write("more.txt", "x\n")
    stage.commit("Other work", "ana")
    stage.git("merge", "-q", "--no-commit", "topic")
    stage.replace(path, old, new)
    return stage.commit("Merge topic", who, parents=(stage.head("main"), stage.head("topic")))


@attack("history", "C23", "approvals:orphan merge", cause="was changed after it was merged")
def orphan_merge(stage: Stage) -> Asked:
    """A history without a common beginning is merged with `--allow-unrelated-histories -X theirs`."""
    path = stage.found("sven")
    stage.git("switch", "-q", "--orphan", "other")
    stage.git("checkout", "-q", "main", "--", ".")
    stage.replace(path, "decision: rejected", "decision: approved")
    stage.commit("Another beginning", "ben")
    stage.switch("main")
    stage.git("merge", "-q", "--no-edit", "--allow-unrelated-histories", "-X", "theirs", "other")
    return Asked()


@attack("history", "C23", "approvals:orphan branch", cause="shares nothing with main")
def orphan_proposal(stage: Stage) -> Asked:
    """A branch without a common beginning, with people of its own and everything approved."""
    stage.git("switch", "-q", "--orphan", "other")
    stage.git("checkout", "-q", "main", "--", ".")
    path = stage.found("sven")
    stage.git("rm", "-q", "-f", path, f"{path}.sig")
    stage.write("people.yaml", people(keys={"sven": ("mallory",)}))
    stage.approve("sven", signer="mallory")
    stage.commit("Another beginning", "ben")
    return Asked()


def _withdrawn_then_dropped(stage: Stage) -> None:
    """The lead withdraws; origin/main has that; the local main is rewritten without it."""
    stage.put(stage.record("sven", decision="withdrawn", sequence=2))
    stage.commit("Withdraw", "sven")
    stage.git("update-ref", "refs/remotes/origin/main", "HEAD")
    stage.git("reset", "-q", "--hard", "HEAD~1")
    stage.write("notes.txt", "x\n")
    stage.commit("Other work", "ben")


@attack("history", "C24", "approvals:force-push", cause=_AWAY, on="approved")
def force_push_judged_against_the_last_seen_tip(stage: Stage) -> Asked:
    """main is rewritten without the lead's withdrawal; CI names the last tip it saw as base."""
    _withdrawn_then_dropped(stage)
    return Asked(tuple((*line, "--base", "origin/main") for line in (WORK_TREE, COMMITTED)))


@attack("history", "C24", "approvals:force-push", cause="origin/main", on="approved")
def force_push_of_the_protected_branch(stage: Stage) -> Asked:
    """The same without a base named: main, as checked out, is no descendant of the origin/main that was fetched."""
    _withdrawn_then_dropped(stage)
    return Asked()


@attack("history", "C24", "approvals:force-push", cause="the anchor", on="open")
def force_push_before_the_anchor(stage: Stage) -> Asked:
    """The settings pin an anchor with the lead's rejection; main is rewritten without it, and keeps the settings."""
    stage.put(stage.record("sven", decision="rejected"))
    anchor = stage.commit("Reject", "sven")
    stage.git("reset", "-q", "--hard", "HEAD~4")
    stage.replace("ray18.yaml", "version: 1\n", f"version: 1\nanchor: {anchor}\n")
    stage.agree_on_rules()
    stage.commit("Pin an anchor", "ana")
    stage.everybody_approves()
    return Asked((WORK_TREE,))


@attack("history", "approvals:side-branch base", cause="belongs to nobody here", on="open")
def side_branch_commit_as_base(stage: Stage) -> Asked:
    """A proposal starts from a merged commit in the middle of a branch, where the people file was another."""
    stage.branch("topic")
    stage.write("people.yaml", people(keys={"sven": ("sven", "mallory")}))
    weak = stage.commit("Add a key", "ben")
    stage.write("people.yaml", people())
    stage.commit("Take it back", "ben")
    stage.land("topic")
    stage.branch("proposal", weak)
    stage.approve("sven", signer="mallory")
    stage.commit("Approve", "sven", signer="mallory")
    return Asked()


@attack("history", "C25", "approvals:octopus", cause=_AWAY)
def octopus_that_leaves_out(stage: Stage) -> Asked:
    """An octopus merge of three branches, one of them main, whose first parent is older than the rejection."""
    tip = stage.head()
    stage.branch("one", "HEAD~1")
    stage.write("one.txt", "x\n")
    stage.commit("One", "ben")
    stage.branch("two", "main~1")
    stage.write("two.txt", "x\n")
    stage.commit("Two", "ben")
    stage.commit("Merge all", "ben", parents=(stage.head("one"), stage.head("two"), tip))
    stage.git("branch", "-f", "main", "HEAD")
    stage.switch("main")
    return Asked()


@attack("history", "approvals:octopus", cause="stale: it approved", on="approved")
def octopus_that_edits(stage: Stage) -> Asked:
    """An octopus merge with a plan that none of its parents has."""
    for name in ("one", "two"):
        stage.branch(name, "main")
        stage.write(f"{name}.txt", "x\n")
        stage.commit(name, "ben")
    stage.switch("main")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    stage.commit("Merge both", "ben", parents=(stage.head("main"), stage.head("one"), stage.head("two")))
    return Asked()


@attack("history", "approvals:squash that edits", cause="stale: it approved", on="approved")
def squash_that_edits(stage: Stage) -> Asked:
    """An approved branch is squashed, and one value changed on the way."""
    stage.branch("topic")
    _new_plan(stage)
    stage.switch("main")
    stage.git("merge", "-q", "--squash", "topic")
    stage.replace("plan.yaml", "target_minutes: 30", "target_minutes: 300")
    stage.commit("A better promise (#7)", "ben")
    return Asked()


@attack("history", "approvals:undone commit", cause="sven worked on this change", on="open")
def hidden_work_on_a_side_branch(stage: Stage) -> Asked:
    """The lead's change and its revert lie on a branch whose merge shows neither; the lead then approves."""
    stage.branch("topic")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    stage.commit("Try", "sven")
    stage.write("plan.yaml", PLAN.replace("revision: 1", "revision: 2"))
    stage.commit("Revise", "ben")
    stage.land("topic")
    stage.everybody_approves()
    return Asked()


@attack("history", "C17", "approvals:shallow", cause="history is shallow")
def shallow_clone(stage: Stage) -> Asked:
    """A clone of depth 1, in which the rejection's history is not there."""
    stage.git("clone", "-q", "--depth", "1", f"file://{stage.root}", "../shallow")
    return Asked(folder=stage.root.with_name("shallow"))


@attack("history", "C17", "approvals:shallow", cause="history is shallow", on="approved")
def shallow_clone_of_an_approved_program(stage: Stage) -> Asked:
    """What cannot be known is no pass: the same where everything is approved."""
    stage.git("clone", "-q", "--depth", "1", f"file://{stage.root}", "../shallow")
    return Asked(folder=stage.root.with_name("shallow"))


@attack("history", "C18", cause="missing", on="approved")
def partial_clone(stage: Stage) -> Asked:
    """A clone without blobs, whose origin is gone."""
    stage.git("config", "uploadpack.allowFilter", "true")
    stage.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{stage.root}", "../partial")
    shutil.rmtree(stage.root)
    return Asked((COMMITTED,), folder=stage.root.with_name("partial"))


@attack("history", "C26", "approvals:tag named main", git="G")
def tag_named_main(stage: Stage) -> Asked:
    """A tag `main` beside the branch, on a commit with other people and an approval."""
    evil = _evil_commit(stage)
    stage.git("tag", "main", evil)
    return Asked((WORK_TREE, ("gate", "approvals", "--rev", "main")), at_stake="refs/heads/main")


@attack("history", "C26", "approvals:branch named like main")
def branches_named_like_main(stage: Stage) -> Asked:
    """Branches `refs/heads/main`, `HEAD`, `origin/main` and `heads/main` on such a commit."""
    evil = _evil_commit(stage)
    for name in ("refs/heads/main", "HEAD", "origin/main", "heads/main"):
        stage.try_git("update-ref", f"refs/heads/{name}", evil)
    return Asked((WORK_TREE, COMMITTED, ("gate", "approvals", "--rev", "main")))


def _evil_commit(stage: Stage) -> str:
    """A commit without the rejection, with people of its own, where everything is approved."""
    stage.branch("evil", "HEAD~1")
    stage.write("people.yaml", people(keys={"sven": ("mallory",)}))
    stage.approve("sven", signer="mallory")
    oid = stage.commit("Approve", "sven", signer="mallory")
    stage.switch("main")
    stage.git("branch", "-D", "-q", "evil")
    return oid


@attack("history", "C26", "approvals:refs tricks", cause="belongs to nobody here")
def evil_commit_judged_by_id(stage: Stage) -> Asked:
    """Such a commit is judged by its id, without any branch."""
    return Asked((("gate", "approvals", "--rev", _evil_commit(stage)),))


@attack("history", "C27", "approvals:refs tricks", cause=_NO_REVISION, on="approved")
def revisions_that_search(stage: Stage) -> Asked:
    """Revisions that search messages, read reflogs, exclude, or name files."""
    tricks = (":/Start", "@{-1}", "HEAD^{/Approve}", "^main", "HEAD:plan.yaml", "main@{1}", "main..main", "")
    return Asked(tuple(("gate", "approvals", f"--rev={trick}") for trick in tricks), folder=stage.root)


@attack("history", "C27", "approvals:refs tricks", cause=_NO_REVISION, on="approved")
def bases_that_search(stage: Stage) -> Asked:
    """The same as base."""
    tricks = (":/Start", "@{-1}", "--all", "main@{1}")
    return Asked(tuple(("gate", "approvals", f"--base={trick}") for trick in tricks), folder=stage.root)


@attack("history", "C26", "approvals:base chosen by the proposal", cause="belongs to nobody here", on="open")
def proposal_moves_origins_head(stage: Stage) -> Asked:
    """A proposal pushes branches called master, trunk and origin, hoping to be taken for the default one."""
    stage.branch("proposal")
    stage.write("people.yaml", people(keys={"sven": ("sven", "mallory")}))
    stage.commit("Add a key", "ben")
    stage.approve("sven", signer="mallory")
    stage.commit("Approve", "sven", signer="mallory")
    for name in ("master", "trunk", "default", "origin"):
        stage.git("update-ref", f"refs/remotes/origin/{name}", "HEAD")
        stage.git("branch", "-f", name, "HEAD")
    return Asked()


@attack("history", "C30", "approvals:back-dated", cause="stale: it approved", on="approved")
def change_dated_before_the_approvals(stage: Stage) -> Asked:
    """The plan is changed in a commit dated before the approvals."""
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    stage.commit("A detail", "ben", date="946684800 +0000")
    return Asked()


@attack("history", "C22", cause="stands twice", on="approved")
def clean_merge_with_the_same_key_twice(stage: Stage) -> Asked:
    """Two branches add one key at both ends of the plan; git merges them without a conflict."""
    stage.branch("topic")
    stage.write("plan.yaml", "status: Approved\n" + stage.read("plan.yaml"))
    stage.commit("First", "ben")
    stage.switch("main")
    stage.write("plan.yaml", stage.read("plan.yaml") + "status: Rejected\n")
    stage.commit("Last", "ana")
    stage.git("merge", "-q", "--no-edit", "topic")
    return Asked()

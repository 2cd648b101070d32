"""Disturbances that change nothing about what was approved, and so must cost nothing."""

import shutil
from datetime import date

from ray18.approvals import DELEGATION
from ray18.attacks.case import COMMITTED, STAGED, WORK_TREE, Asked, harmless
from ray18.attacks.documents import ITEM, PLAN
from ray18.attacks.stage import LEADS, Stage, begin, people, public_line
from ray18.documents.delegation import Delegation
from ray18.documents.document import made

_ALL = (WORK_TREE, STAGED, COMMITTED)


@harmless("F1")
def nothing_at_all(stage: Stage) -> Asked:
    """Nothing happens."""
    return Asked(_ALL, folder=stage.root)


@harmless("approvals:reformatting")
def comments(stage: Stage) -> Asked:
    """Comments and blank lines come and go."""
    lines = stage.read("plan.yaml").splitlines()
    stage.write(
        "plan.yaml", "# Agreed\n\n" + "\n".join(f"{line} # yes" if line.endswith("1") else line for line in lines)
    )
    stage.commit("Comment", "ben")
    return Asked()


@harmless("approvals:reformatting")
def order_of_keys(stage: Stage) -> Asked:
    """The plan's sections stand in another order."""
    head, _, kpis = stage.read("plan.yaml").partition("kpis:")
    stage.write("plan.yaml", f"kpis:{kpis}{head}")
    stage.commit("Sort", "ben")
    return Asked()


@harmless("approvals:reformatting")
def quotes_and_flow_style(stage: Stage) -> Asked:
    """Values are quoted, maps written in another style."""
    stage.replace("plan.yaml", "title: Booking maintenance 2026", 'title: "Booking maintenance 2026"')
    stage.replace(
        "plan.yaml", "period: {start: 2026-01-01, end: 2026-12-31}", "period:\n  end: 2026-12-31\n  start: 2026-01-01"
    )
    stage.commit("Reformat", "ben")
    return Asked()


@harmless("approvals:defaults")
def default_written_down(stage: Stage) -> Asked:
    """A value that holds by default is written down."""
    stage.replace("services.yaml", "    tier: 1\n", "    tier: 1\n    lifecycle: production\n")
    stage.commit("Say it", "ben")
    return Asked()


@harmless("A16", "approvals:line ends")
def windows_checkout(stage: Stage) -> Asked:
    """Every file of the work tree has CRLF line ends, as core.autocrlf makes them."""
    for path in stage.git("ls-files", "*.yaml", "*.sig").splitlines():
        stage.write(path, (stage.root / path).read_bytes().replace(b"\n", b"\r\n"))
    return Asked((WORK_TREE,))


@harmless("A16")
def byte_order_mark(stage: Stage) -> Asked:
    """An editor put a byte order mark before the plan."""
    stage.write("plan.yaml", b"\xef\xbb\xbf" + stage.read("plan.yaml").encode())
    stage.commit("Save", "ben")
    return Asked()


def _approved_branch(stage: Stage) -> None:
    """A branch with a new plan that everybody approved."""
    stage.branch("topic")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 30")
    stage.commit("A better promise", "ben")
    stage.everybody_approves()


@harmless("approvals:squash", git="G")
def squash_merge(stage: Stage) -> Asked:
    """An approved branch is squashed; all signatures of its commits are gone."""
    _approved_branch(stage)
    stage.switch("main")
    stage.git("merge", "-q", "--squash", "topic")
    return Asked(at_stake=stage.commit("A better promise (#7)", "ana"))


@harmless("approvals:rebase", git="N")
def rebased_branch(stage: Stage) -> Asked:
    """An approved branch is rebased by a forge, without signatures, onto a main that moved."""
    _approved_branch(stage)
    _move_main(stage)
    stage.git("rebase", "-q", "main", "topic")
    stage.switch("main")
    stage.git("merge", "-q", "--ff-only", "topic")
    return Asked(at_stake="HEAD")


def _move_main(stage: Stage) -> None:
    stage.switch("main")
    stage.write("notes.txt", "x\n")
    stage.commit("Unrelated", "ana")


@harmless("approvals:merge commit")
def merge_of_an_approved_branch(stage: Stage) -> Asked:
    """An approved branch is merged with a merge commit."""
    _approved_branch(stage)
    stage.land("topic")
    return Asked()


@harmless("approvals:fast-forward")
def fast_forward(stage: Stage) -> Asked:
    """main is fast-forwarded to an approved branch."""
    _approved_branch(stage)
    stage.switch("main")
    stage.git("merge", "-q", "--ff-only", "topic")
    return Asked()


@harmless("approvals:proposal")
def approved_branch_before_the_merge(stage: Stage) -> Asked:
    """An approved branch is judged before it is merged."""
    _approved_branch(stage)
    return Asked()


@harmless("approvals:update merge")
def update_merge(stage: Stage) -> Asked:
    """An approved branch takes over what is new on main."""
    _approved_branch(stage)
    _move_main(stage)
    stage.switch("topic")
    stage.git("merge", "-q", "--no-edit", "main")
    return Asked()


@harmless("approvals:unrelated merge")
def unrelated_merge(stage: Stage) -> Asked:
    """A branch that touches nothing governed is merged."""
    stage.branch("docs")
    stage.write("docs/guide.md", "x\n")
    stage.commit("Guide", "ben")
    stage.land("docs")
    return Asked()


@harmless("C25")
def octopus_of_thirty(stage: Stage) -> Asked:
    """Thirty unrelated branches are merged at once."""
    start = stage.head()
    tree = stage.head("HEAD^{tree}")
    tips = [stage.store(stage.commit_text(tree, [start], f"Topic {n}", "ben")) for n in range(30)]
    stage.commit("Merge all", "ana", parents=(start, *tips))
    return Asked()


@harmless("approvals:revert")
def revert_of_something_else(stage: Stage) -> Asked:
    """An unrelated commit is reverted."""
    stage.write("notes.txt", "x\n")
    stage.commit("Unrelated", "ben")
    stage.git("revert", "--no-edit", "HEAD")
    return Asked()


@harmless("approvals:new item")
def new_item(stage: Stage) -> Asked:
    """The backlog grows by an item; the plan is not made of it."""
    stage.write("backlog/MB-3.yaml", ITEM.replace("MB-1", "MB-3"))
    stage.commit("New item", "ben")
    return Asked()


@harmless("approvals:drift and back")
def drift_on_a_branch_and_back(stage: Stage) -> Asked:
    """The plan is changed without approval on a branch, brought back, and the branch is merged."""
    stage.branch("topic")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    stage.commit("Try", "ben")
    stage.write("plan.yaml", PLAN)
    stage.commit("Back", "ben")
    stage.land("topic")
    return Asked()


@harmless("approvals:drift and back")
def drift_on_main_and_back(stage: Stage) -> Asked:
    """The plan is changed without approval on main, and reverted to what is in force."""
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    stage.commit("Try", "ben")
    stage.git("revert", "--no-edit", "HEAD")
    return Asked()


@harmless("C07")
def mailmap_comes_in(stage: Stage) -> Asked:
    """A .mailmap comes in."""
    stage.write(".mailmap", "Sven <sven@ferry.example> <ben@ferry.example>\n")
    stage.commit("Mailmap", "ben")
    return Asked()


@harmless("approvals:notes")
def notes_are_written(stage: Stage) -> Asked:
    """Somebody writes git notes."""
    stage.git("notes", "add", "-m", "Rejected-by: everybody", "HEAD")
    return Asked()


@harmless("C26")
def tags(stage: Stage) -> Asked:
    """Many tags, one of them named like the branch."""
    for name in ("v1", "main", "HEAD", "approved", "v1.0-rc/1"):
        stage.git("tag", name, "HEAD~1")
    return Asked((*_ALL, ("gate", "approvals", "--rev", "main")))


@harmless("C26")
def odd_branches(stage: Stage) -> Asked:
    """Branches with odd names, and one that is forty hexadecimal digits."""
    for name in ("ünïcode", "a/b/c", "x.y", "--", "0123456789abcdef0123456789abcdef01234567", "HEAD", "-x"):
        stage.try_git("update-ref", f"refs/heads/{name}", "HEAD~2")
    return Asked(_ALL)


@harmless("approvals:replace")
def replace_ref_on_a_stranger(stage: Stage) -> Asked:
    """A replace ref concerns a commit that is not part of the history."""
    other = stage.store(stage.commit_text(stage.head("HEAD^{tree}"), [], "Elsewhere", "ben"))
    stage.git("replace", other, "HEAD")
    return Asked()


@harmless("approvals:storage")
def repacked(stage: Stage) -> Asked:
    """Everything is packed, nothing lies loose."""
    stage.git("gc", "-q", "--prune=now", "--aggressive")
    return Asked(_ALL)


@harmless("approvals:storage")
def packed_refs(stage: Stage) -> Asked:
    """The refs are packed."""
    stage.git("pack-refs", "--all", "--prune")
    return Asked(_ALL)


@harmless("approvals:storage")
def commit_graph(stage: Stage) -> Asked:
    """A commit graph and a multi-pack index are there."""
    stage.git("repack", "-q", "-d")
    stage.git("commit-graph", "write", "--reachable", "--changed-paths")
    stage.git("multi-pack-index", "write")
    return Asked()


def _cloned(stage: Stage, *options: str, name: str = "clone") -> Asked:
    stage.git("clone", "-q", *options, str(stage.root), f"../{name}")
    return Asked(folder=stage.root.with_name(name))


@harmless("approvals:clone")
def ordinary_clone(stage: Stage) -> Asked:
    """An ordinary clone."""
    return _cloned(stage)


@harmless("approvals:clone")
def clone_without_local_branch(stage: Stage) -> Asked:
    """A clone in which the branch main exists only as origin/main, as CI checks out."""
    asked = _cloned(stage)
    clone = Stage(stage.root.with_name("clone"))
    clone.git("switch", "-q", "--detach", "origin/main")
    clone.git("branch", "-q", "-D", "main")
    return asked


@harmless("approvals:alternates")
def shared_clone(stage: Stage) -> Asked:
    """A clone that borrows its objects (`--shared`)."""
    return _cloned(stage, "--shared")


@harmless("C28")
def bare_clone(stage: Stage) -> Asked:
    """A bare clone."""
    return _cloned(stage, "--bare", name="bare.git")


@harmless("C28")
def mirror(stage: Stage) -> Asked:
    """A mirror, with everything under refs/."""
    stage.git("notes", "add", "-m", "x", "HEAD")
    return _cloned(stage, "--mirror", name="mirror.git")


@harmless("C28", "E04")
def linked_worktree(stage: Stage) -> Asked:
    """A second work tree of the repository."""
    stage.git("worktree", "add", "-q", "-b", "second", "../second")
    return Asked(_ALL, folder=stage.root.with_name("second"))


@harmless("C28")
def detached_head(stage: Stage) -> Asked:
    """HEAD is detached."""
    stage.git("switch", "-q", "--detach", "HEAD")
    return Asked(_ALL)


@harmless("E04")
def asked_from_a_subfolder(stage: Stage) -> Asked:
    """The question is asked in a subfolder."""
    return Asked(_ALL, folder=stage.root / "backlog")


@harmless("C28")
def another_hash(stage: Stage) -> Asked:
    """A repository of the SHA-256 format."""
    fresh = begin(stage.root.with_name("fresh"), object_format="sha256")
    fresh.everybody_approves()
    return Asked(_ALL, folder=fresh.root)


@harmless("approvals:renamed remote")
def renamed_remote(stage: Stage) -> Asked:
    """The remote of a clone is not called origin."""
    return _cloned(stage, "--origin", "upstream")


@harmless("H07")
def time_zones_and_locales(stage: Stage) -> Asked:
    """Another time zone and another locale."""
    return Asked(
        folder=stage.root, environment={"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.ISO-8859-1"}
    )


@harmless("F07")
def git_variables_of_a_hook(stage: Stage) -> Asked:
    """GIT_DIR and GIT_PREFIX are set, as in a hook."""
    return Asked(environment={"GIT_DIR": str(stage.root / ".git"), "GIT_PREFIX": "", "GIT_EDITOR": ":"})


@harmless("C30")
def commit_from_the_future(stage: Stage) -> Asked:
    """An unrelated commit is dated 2099."""
    stage.write("notes.txt", "x\n")
    stage.commit("Unrelated", "ben", date="4070908800 +0000")
    return Asked()


@harmless("C12", "C13")
def odd_commit_beside(stage: Stage) -> Asked:
    """An unrelated commit has a header that nobody knows and a name in Latin-1."""
    tree = stage.head("HEAD^{tree}")
    who = b"J\xf6rg <j@x> 1777896000 +0000"
    content = f"tree {tree}\nparent {stage.head()}\n".encode()
    content += b"author " + who + b"\ncommitter " + who + b"\nencoding ISO-8859-1\nx-odd yes\n\nHello\n"
    stage.git("update-ref", "HEAD", stage.store(content))
    return Asked()


@harmless("approvals:people")
def person_without_keys(stage: Stage) -> Asked:
    """Somebody without role or key joins."""
    stage.write("people.yaml", people(more="  - {id: noor, name: Noor}"))
    stage.commit("Welcome Noor", "ben")
    return Asked()


@harmless("approvals:stricter rules")
def stricter_thresholds(stage: Stage) -> Asked:
    """Thresholds become stricter."""
    stage.replace("ray18.yaml", "version: 1\n", "version: 1\nthresholds: {waiver_max_renewals: 1}\n")
    stage.commit("Be strict", "ben")
    return Asked()


@harmless("approvals:agreed rules")
def rules_loosened_with_agreement(stage: Stage) -> Asked:
    """The rules are loosened, and those whom they name agreed."""
    stage.replace("ray18.yaml", "version: 1\n", "version: 1\nthresholds: {waiver_max_renewals: 9}\n")
    stage.agree_on_rules()
    stage.commit("Be mild", "ana")
    return Asked()


@harmless("approvals:retired key")
def key_retired_after_the_merge(stage: Stage) -> Asked:
    """The lead's key is retired after the approval was merged; a new one is in place."""
    told = people(keys={"sven": ("sven", "sven-new")}, revoked={"sven": "{reason: retired}"})
    stage.write("people.yaml", told)
    stage.agree_on_rules()
    stage.commit("Sven has a new key", "ana")
    return Asked()


@harmless("approvals:compromised later")
def key_stolen_after_the_merge(stage: Stage) -> Asked:
    """The lead's key is not to be trusted from a later commit on; the approval came before."""
    stage.write("notes.txt", "x\n")
    since = stage.commit("Unrelated", "ben")
    told = people(keys={"sven": ("sven", "sven-new")}, revoked={"sven": f"{{reason: compromised, since: {since}}}"})
    stage.write("people.yaml", people(keys={"sven": ("sven", "sven-new")}))
    stage.agree_on_rules()
    stage.commit("A second key", "ana")
    stage.write("people.yaml", told)
    stage.commit("The first was stolen", "ana")
    return Asked()


@harmless("D06")
def lead_who_left_after_the_merge(stage: Stage) -> Asked:
    """The lead gives the role up after the approval was merged, and the program keeps such approvals."""
    stage.write("people.yaml", people(roles={"security-lead": ["ben"]}))
    stage.agree_on_rules()
    stage.commit("Ben follows Sven", "ana")
    return Asked()


@harmless("approvals:delegation")
def delegation_on_record(stage: Stage) -> Asked:
    """A delegation is on record, and nobody uses it."""
    _lend(stage)
    stage.commit("Lend the role", "sven")
    return Asked()


@harmless("approvals:delegation")
def approval_by_a_delegate(stage: Stage) -> Asked:
    """A stand-in approves a new plan within the delegation."""
    _lend(stage)
    stage.commit("Lend the role", "sven")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 30")
    stage.commit("A better promise", "ana")
    stage.everybody_approves("sven")
    stage.approve("ben", role=LEADS["sven"], on_behalf_of="sven", delegation="DG-1")
    stage.commit("Approve for Sven", "ben")
    return Asked()


def _lend(stage: Stage) -> None:
    lent = {"id": "DG-1", "program": "11111111-2222-4333-8444-555555555555", "delegator": "sven", "delegate": "ben"}
    more = {"role": LEADS["sven"], "subjects": ["plan"], "begins": date(2026, 5, 1), "ends": date(2026, 6, 30)}
    stage.add("delegations/DG-1.yaml", made(Delegation, lent | more), "sven", DELEGATION)


@harmless("approvals:revised decision")
def rejection_replaced_by_approval(stage: Stage) -> Asked:
    """The lead rejected first, and approves after talking."""
    stage.put(stage.record("sven", decision="rejected", sequence=2))
    stage.commit("Reject", "sven")
    stage.approve("sven", sequence=3)
    stage.commit("Approve", "sven")
    return Asked()


@harmless("approvals:forged rejection")
def rejection_by_a_stranger(stage: Stage) -> Asked:
    """Somebody without any role merges a rejection in the lead's name, signed with another key."""
    stage.put(stage.record("sven", decision="rejected", sequence=2), "mallory")
    stage.commit("Reject", "ben")
    return Asked((WORK_TREE,))


@harmless("approvals:second plan")
def second_plan_approved(stage: Stage) -> Asked:
    """A second plan is drawn up and approved by everybody."""
    stage.replace("plan.yaml", "revision: 1", "revision: 2")
    stage.commit("Revise", "ben")
    stage.everybody_approves()
    return Asked()


@harmless("approvals:dropped branch")
def dropped_branch(stage: Stage) -> Asked:
    """A branch that rejects something else is deleted without being merged."""
    stage.branch("topic")
    stage.replace("plan.yaml", "revision: 1", "revision: 2")
    stage.put(stage.record("sven", decision="rejected"))
    stage.commit("Reject", "sven")
    stage.switch("main")
    stage.git("branch", "-q", "-D", "topic")
    return Asked()


@harmless("approvals:modes")
def executable_files(stage: Stage) -> Asked:
    """The plan and a record are executable."""
    for path in ("plan.yaml", stage.found("sven")):
        (stage.root / path).chmod(0o755)
    stage.commit("Modes", "ben")
    return Asked()


@harmless("approvals:submodule")
def submodule_elsewhere(stage: Stage) -> Asked:
    """A submodule in a place that is not governed."""
    stage.git("update-index", "--add", "--cacheinfo", f"160000,{stage.head()},vendor/lib")
    stage.git("commit", "-q", "-m", "Submodule")
    return Asked(_ALL)


@harmless("approvals:symlink")
def link_elsewhere(stage: Stage) -> Asked:
    """A symbolic link in a place that is not governed."""
    (stage.root / "latest").symlink_to("plan.yaml")
    stage.commit("Link", "ben")
    return Asked(_ALL)


@harmless("E10")
def odd_file_names(stage: Stage) -> Asked:
    """Files elsewhere with line breaks, quotes and leading hyphens in their names."""
    for name in ("a\nb", 'say "hi"', "-rf", ":(top)x", "tab\tx", "plan.yaml.orig", "ünïcode.txt"):
        stage.write(f"odd/{name}", "x\n")
    stage.commit("Odd names", "ben")
    return Asked(_ALL)


@harmless("E11")
def git_attributes(stage: Stage) -> Asked:
    """A .gitattributes with export-ignore, line ends and -diff for the governed files."""
    stage.write(".gitattributes", "*.yaml text eol=lf -diff export-ignore\n*.sig -text\n")
    stage.commit("Attributes", "ben")
    return Asked()


@harmless("approvals:clutter")
def readme_among_the_records(stage: Stage) -> Asked:
    """A README.md among the approvals."""
    stage.write("approvals/README.md", "Only added to, never changed.\n")
    stage.commit("Explain", "ben")
    return Asked()


@harmless("approvals:side effects")
def hooks_and_config_of_the_user(stage: Stage) -> Asked:
    """The user's own hooks, aliases and signing configuration."""
    stage.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n").chmod(0o755)
    for name, value in (
        ("commit.gpgsign", "true"),
        ("alias.st", "status"),
        ("core.pager", "less"),
        ("gpg.format", "ssh"),
    ):
        stage.git("config", name, value)
    return Asked(_ALL)


@harmless("approvals:moved key line")
def comment_on_a_key(stage: Stage) -> Asked:
    """A key's entry gets a comment."""
    line = f"      - key: {public_line('sven')}\n"
    stage.replace("people.yaml", line, f"{line}        comment: the token\n")
    stage.commit("Name the key", "ben")
    return Asked()


@harmless("approvals:title")
def title_of_the_program(stage: Stage) -> Asked:
    """The program gets another title."""
    stage.replace("ray18.yaml", "title: Ferry booking", "title: Ferry booking and freight")
    stage.commit("Rename", "ben")
    return Asked()


@harmless("approvals:anchor")
def anchor_from_the_beginning(stage: Stage) -> Asked:
    """An anchor on the first commit is added with everybody's agreement."""
    first = stage.git("rev-list", "--max-parents=0", "HEAD")
    stage.replace("ray18.yaml", "version: 1\n", f"version: 1\nanchor: {first}\n")
    stage.agree_on_rules()
    stage.commit("Pin the beginning", "ana")
    return Asked((WORK_TREE,))


@harmless("approvals:program moved in")
def program_in_an_older_repository(stage: Stage) -> Asked:
    """The program begins in a repository that had a history before it."""
    root = stage.root.with_name("fresh")
    other = Stage(root.with_name("older"))
    other.root.mkdir()
    other.git("init", "-q", "-b", "main")
    other.write("src/app.py", "print()\n")
    other.commit("The product itself", "ben")
    shutil.copytree(begin(root).root, other.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
    other.commit("Start the program here", "ana")
    other.everybody_approves()
    return Asked(_ALL, folder=other.root)

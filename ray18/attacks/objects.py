"""Attacks on objects: replaced, grafted, swapped, missing, malformed, and text that no signature covers."""

import shutil
import zlib
from pathlib import Path

from ray18.attacks.case import COMMITTED, EVERYTHING, WORK_TREE, Asked, attack
from ray18.attacks.stage import REJECTION, Stage, signed_commit

_FORGED = "does not hold what its id says"


def _approving(stage: Stage) -> str:
    """A commit like HEAD with an approval in place of the rejection, signed by Mallory's key or anybody's."""
    path = stage.found("sven")
    stage.branch("evil", "HEAD~1")
    record = stage.record("sven")
    stage.put(record, path=path)
    oid = stage.commit("Decide about the plan as security-lead", "sven")
    stage.switch("main")
    stage.git("branch", "-q", "-D", "evil")
    return oid


@attack("objects", "C01", "approvals:replace", cause="refs/replace", git="G sven@ferry.example")
def replaced_commit(stage: Stage) -> Asked:
    """`git replace` shows a signed approval in place of the commit that rejects."""
    stage.git("replace", "HEAD", _approving(stage))
    return Asked((*_BOTH, ("gate", "approvals", "--rev", "main"), EVERYTHING), at_stake="HEAD")


@attack("objects", "C01", "approvals:replace", cause="refs/replace", git="G sven@ferry.example")
def replaced_blob(stage: Stage) -> Asked:
    """`git replace` shows the approval in place of the rejection's file."""
    path = stage.found("sven")
    stage.git("replace", f"HEAD:{path}", f"{_approving(stage)}:{path}")
    stage.git("checkout", "-q", "HEAD", "--", ".")
    return Asked((COMMITTED, (*EVERYTHING, "--rev", "HEAD")), at_stake="HEAD")


@attack("objects", "approvals:graft", cause="info/grafts", git="G sven@ferry.example")
def grafted_history(stage: Stage) -> Asked:
    """A graft says that the newest commit has no parents."""
    stage.write(".git/info/grafts", f"{stage.head()}\n")
    return Asked((*_BOTH, EVERYTHING), at_stake="HEAD")


def _loose(stage: Stage, oid: str) -> Path:
    """The file of a loose object."""
    return stage.root / ".git" / "objects" / oid[:2] / oid[2:]


def _swapped(stage: Stage, oid: str, content: bytes, kind: str) -> None:
    full = _loose(stage, oid)
    full.chmod(0o644)
    full.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content))


@attack("objects", "C16", "approvals:swapped object", cause=_FORGED)
def swapped_record(stage: Stage) -> Asked:
    """The object of the rejection is overwritten with an approval's bytes."""
    path = stage.found("sven")
    oid = stage.head(f"HEAD:{path}")
    _swapped(stage, oid, stage.read(path).replace("rejected", "approved").encode(), "blob")
    return Asked()


@attack("objects", "C16", "approvals:swapped object", cause=_FORGED)
def swapped_commit(stage: Stage) -> Asked:
    """The object of the rejecting commit is overwritten with another commit's bytes."""
    other = stage.try_git("cat-file", "commit", _approving(stage)).stdout
    _swapped(stage, stage.head(), other, "commit")
    return Asked()


@attack("objects", "C16", "approvals:swapped object", cause="not a tree object", on="approved")
def swapped_tree(stage: Stage) -> Asked:
    """The tree of the newest commit is overwritten with that of another."""
    tree = stage.head("HEAD^{tree}")
    other = stage.try_git("cat-file", "tree", stage.head("HEAD~3^{tree}")).stdout
    stage.git("clean", "-fdxq")
    _swapped(stage, tree, other, "tree")
    return Asked((COMMITTED,))


@attack("objects", "C16", "approvals:alternates", cause=_FORGED)
def forged_alternate(stage: Stage) -> Asked:
    """The rejection's object is gone, and an alternate object store has another under its id."""
    path = stage.found("sven")
    oid = stage.head(f"HEAD:{path}")
    other = stage.root.parent / "store"
    forged = stage.read(path).replace("rejected", "approved").encode()
    (other / oid[:2]).mkdir(parents=True)
    (other / oid[:2] / oid[2:]).write_bytes(zlib.compress(f"blob {len(forged)}\0".encode() + forged))
    _loose(stage, oid).unlink()
    stage.write(".git/objects/info/alternates", f"{other}\n")
    return Asked()


@attack("objects", "C16", cause="is missing")
def missing_record(stage: Stage) -> Asked:
    """The object of the rejection is gone."""
    _loose(stage, stage.head(f"HEAD:{stage.found('sven')}")).unlink()
    return Asked()


@attack("objects", "C16", cause="unable to read tree", on="approved")
def missing_tree(stage: Stage) -> Asked:
    """The tree of approvals is gone."""
    _loose(stage, stage.head("HEAD:approvals")).unlink()
    return Asked()


@attack("objects", "C16", cause="Failed to traverse parents", on="approved")
def missing_parent(stage: Stage) -> Asked:
    """A commit in the middle of the history is gone."""
    _loose(stage, stage.head("HEAD~2")).unlink()
    return Asked()


@attack("objects", "C16", cause="is missing or unreadable", on="approved")
def truncated_record(stage: Stage) -> Asked:
    """The object of an approval is cut off."""
    full = _loose(stage, stage.head(f"HEAD:{stage.found('sven')}"))
    full.chmod(0o644)
    full.write_bytes(full.read_bytes()[:20])
    return Asked()


def _forged_commit(stage: Stage, header: bytes) -> str:
    """HEAD with a header more, which git's signature does not cover."""
    content = stage.try_git("cat-file", "commit", "HEAD").stdout
    head, _, rest = content.partition(b"\n\n")
    oid = stage.store(head + b"\n" + header + b"\n\n" + rest)
    stage.git("update-ref", "HEAD", oid)
    return oid


@attack("objects", "approvals:malleable", cause=REJECTION, git="G sven@ferry.example")
def header_that_no_signature_covers(stage: Stage) -> Asked:
    """`gpgsigApproved-by: sven` in the lead's signed commit: git calls its signature good."""
    return Asked(at_stake=_forged_commit(stage, b"gpgsigApproved-by: Sven <sven@ferry.example>"))


@attack("objects", "approvals:malleable", cause=REJECTION, git="G sven@ferry.example")
def signature_for_the_other_hash(stage: Stage) -> Asked:
    """Junk under `gpgsig-sha256` in the lead's signed commit."""
    return Asked(at_stake=_forged_commit(stage, b"gpgsig-sha256 approved"))


@attack("objects", "approvals:malleable", cause=REJECTION, git="G sven@ferry.example")
def two_signatures_in_a_commit(stage: Stage) -> Asked:
    """A second gpgsig header, with a stranger's signature, behind the lead's."""
    other = signed_commit(b"tree x\n\nx", "mallory").split(b"gpgsig ", 1)[1].split(b"\n\n")[0]
    return Asked(at_stake=_forged_commit(stage, b"gpgsig " + other))


@attack("objects", "approvals:malleable", cause=REJECTION, git="G sven@ferry.example")
def junk_behind_a_commits_signature(stage: Stage) -> Asked:
    """Text within the gpgsig header, behind the end of the signature."""
    content = stage.try_git("cat-file", "commit", "HEAD").stdout
    end = b" -----END SSH SIGNATURE-----"
    oid = stage.store(content.replace(end, end + b"\n Approved-by: Sven", 1))
    stage.git("update-ref", "HEAD", oid)
    return Asked(at_stake=oid)


@attack(
    "objects", "approvals:malleable", "approvals:self-approval", cause="sven worked on this change", on="open", git="G"
)
def own_work_behind_a_malleable_header(stage: Stage) -> Asked:
    """The lead signed the plan's commit; a junk header makes it another commit that seems unsigned."""
    stage.replace("plan.yaml", "Bookings work", "All bookings work")
    stage.commit("Sharpen the objective", "ben", signer="sven")
    oid = _forged_commit(stage, b"gpgsigx y")
    stage.everybody_approves()
    return Asked(at_stake=oid)


@attack("objects", "C13", cause="cannot be read", on="approved")
def commit_without_an_author(stage: Stage) -> Asked:
    """A commit that names nobody as author."""
    tree = stage.head("HEAD^{tree}")
    text = f"tree {tree}\nparent {stage.head()}\ncommitter X <x@x> 1 +0000\n\nx\n"
    stage.git("update-ref", "HEAD", stage.store(text.encode()))
    return Asked((WORK_TREE,))


@attack("objects", "C12", "C13", cause=REJECTION)
def commit_with_odd_headers(stage: Stage) -> Asked:
    """An encoding that nobody has, a date that never was, brackets in addresses."""
    tree = stage.head("HEAD^{tree}")
    people = b"author A <x> <y> 99999999999999999999 +9999\ncommitter B <b@b> -1 +0000\nencoding UTF-7\n"
    content = f"tree {tree}\nparent {stage.head()}\n".encode() + people + b"\n+AGEAcABwAHIAbwB2AGUAZA-\n"
    stage.git("update-ref", "HEAD", stage.store(content))
    return Asked((WORK_TREE,))


def _tree(stage: Stage, *entries: tuple[str, str, str]) -> str:
    """HEAD's tree with raw entries (mode, name, id) behind it."""
    raw = stage.try_git("cat-file", "tree", "HEAD^{tree}").stdout
    raw += b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(oid) for mode, name, oid in entries)
    return stage.store(raw, "tree")


def _on_tree(stage: Stage, tree: str) -> Asked:
    content = stage.commit_text(tree, [stage.head()], "Odd tree", "ben")
    stage.git("update-ref", "HEAD", stage.store(content))
    return Asked((COMMITTED,))


@attack("objects", "C15", "approvals:case-colliding", cause="plan.yaml", on="approved")
def two_plans_in_one_tree(stage: Stage) -> Asked:
    """A tree with two entries `plan.yaml`: the approved one, and another."""
    other = stage.store(stage.read("plan.yaml").replace("minutes: 60", "minutes: 600").encode(), "blob")
    return _on_tree(stage, _tree(stage, ("100644", "plan.yaml", other)))


@attack("objects", "C15", "E09", cause="differs from", on="approved")
def case_twin_of_the_approvals(stage: Stage) -> Asked:
    """A tree with a second record whose name differs only in case."""
    path = stage.found("sven")
    twin = path.replace("security-lead--sven", "Security-Lead--Sven")
    oid = stage.store(stage.read(path).encode(), "blob")
    stage.git("update-index", "--add", "--cacheinfo", f"100644,{oid},{twin}")
    stage.git("commit", "-q", "-m", "Twin")
    return Asked((COMMITTED,))


@attack("objects", "approvals:graft", "approvals:shallow", cause="history is shallow", on="approved")
def planted_shallow_file(stage: Stage) -> Asked:
    """A `.git/shallow` that cuts the history off behind the newest commit."""
    stage.write(".git/shallow", f"{stage.head()}\n")
    return Asked()


@attack("objects", "C16", cause="is missing or unreadable", on="approved")
def empty_object_store(stage: Stage) -> Asked:
    """Every object is gone."""
    shutil.rmtree(stage.root / ".git" / "objects")
    (stage.root / ".git" / "objects").mkdir()
    return Asked()


_BOTH = (WORK_TREE, COMMITTED)

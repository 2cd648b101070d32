"""A commit is read as its bytes tell it, and nothing that Git overlooks is overlooked."""

import subprocess
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ray18 import sshsig
from ray18.commit_object import Commit, Identity, MalformedCommit, parse

KEY = Ed25519PrivateKey.from_private_bytes(b"c" * 32)
TREE, ONE, TWO = "a" * 40, "b" * 40, "c" * 40
ANA = "Ana <ana@example.org> 1700000000 +0100"
BEN = "Ben <ben@example.org> 1700000100 -0330"
HEAD = (f"tree {TREE}", f"parent {ONE}", f"author {ANA}", f"committer {BEN}")


def written(*headers: str, message: str = "Plan the year\n\nWhy.\n") -> bytes:
    return "\n".join((*headers, "", message)).encode()


def signature_of(*headers: str, message: str = "Plan the year\n\nWhy.\n") -> str:
    """The header that Git adds to sign these headers and this message."""
    armored = sshsig.sign(KEY, written(*headers, message=message), "git").decode()
    return "gpgsig " + armored.rstrip("\n").replace("\n", "\n ")


SIGNATURE = signature_of(*HEAD)
SIGNED = written(*HEAD, SIGNATURE)


def changed(old: str, new: str) -> Commit:
    """The signed commit with one text replaced."""
    assert old.encode() in SIGNED
    return parse("x", SIGNED.replace(old.encode(), new.encode(), 1))


def test_an_ordinary_commit_is_read_whole() -> None:
    message = "Plan the year\n\nBody.\n\nCo-authored-by: Cem <cem@example.org>\n"
    assert parse("x", written(*HEAD, message=message)) == Commit(
        oid="x",
        tree=TREE,
        parents=(ONE,),
        author=Identity("Ana", "ana@example.org", 1700000000),
        committer=Identity("Ben", "ben@example.org", 1700000100),
        co_authors=(Identity("Cem", "cem@example.org", None),),
        subject="Plan the year",
        signature=None,
        payload=written(*HEAD, message=message),
        claimed=(),
        oddities=(),
    )


def test_a_signed_commit_gives_its_signature_and_what_was_signed() -> None:
    commit = parse("x", SIGNED)
    assert commit.oddities == ()
    assert commit.payload == written(*HEAD)
    assert commit.signature is not None
    assert sshsig.verify(commit.signature, commit.payload, "git") == sshsig.public_blob(KEY)


def test_merges_name_all_their_parents_and_tags_they_merged() -> None:
    tag = "mergetag object " + "d" * 40 + "\n type commit\n tag v1\n tagger T <t@x> 1 +0000\n \n One"
    commit = parse("x", written(HEAD[0], HEAD[1], f"parent {TWO}", *HEAD[2:], tag, tag))
    assert (commit.parents, commit.oddities) == ((ONE, TWO), ())


def test_the_signature_header_depends_on_the_kind_of_repository() -> None:
    head = (f"tree {TREE}{'a' * 24}", *HEAD[2:])
    ours = written(*head, signature_of(*head).replace("gpgsig", "gpgsig-sha256", 1))
    assert parse("x", ours, "sha256").signature is not None
    assert parse("x", ours, "sha256").oddities == ()
    theirs = parse("x", written(*head, signature_of(*head)), "sha256")
    assert theirs.signature is None
    assert theirs.oddities == ("its header 'gpgsig' is covered by no signature, so it counts as unsigned",)


GITHUB = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n wsFcBAAB\n =abcd\n -----END PGP SIGNATURE-----\n "


def test_signatures_as_github_writes_them_are_nothing_odd() -> None:
    commit = parse("x", written(*HEAD, GITHUB))
    assert commit.oddities == ()
    assert commit.signature is not None


UNSIGNED = "so it counts as unsigned"


@pytest.mark.parametrize(
    ("old", "new", "oddity"),
    [
        (SIGNATURE, f"{SIGNATURE}\n{SIGNATURE}", "it has more than one signature"),
        (
            SIGNATURE,
            f"{SIGNATURE}\ngpgsigApproved-by: ceo@example.org",
            "its header 'gpgsigApproved-by:' is covered by no",
        ),
        (SIGNATURE, f"gpgsig-sha256 junk\n{SIGNATURE}", "its header 'gpgsig-sha256' is covered by no"),
        (SIGNATURE, f"gpgsig\n{SIGNATURE}", "its header 'gpgsig' is covered by no"),
        (SIGNATURE, SIGNATURE + "\n junk", "its signature has text around the armored block"),
        (SIGNATURE, SIGNATURE + "\n ", "its signature has text around the armored block"),
        (SIGNATURE, SIGNATURE + " ", "its signature has text around the armored block"),
        (SIGNATURE, SIGNATURE + "\r", "its signature has text around the armored block"),
        ("gpgsig -----", "gpgsig  -----", "its signature has text around the armored block"),
        ("gpgsig -----", "gpgsig junk\n -----", "its signature has text around the armored block"),
        ("\n U1NIU0lH", "\n Approved-by: ceo\n U1NIU0lH", "its signature holds text that is not part of it"),
        ("\n U1NIU0lH", "\n \n U1NIU0lH", "its signature holds text that is not part of it"),
        ("\n U1NIU0lH", "\n  U1NIU0lH", "its signature holds text that is not part of it"),
        ("\n U1NIU0lH", "\n U1N\n IU0lH", "its signature is broken into lines of different lengths"),
        (SIGNATURE, SIGNATURE + "\n " + SIGNATURE[7:], "its signature is not exactly one armored block"),
        (SIGNATURE, SIGNATURE + "\n " + GITHUB[7:], "its signature mixes kinds of signatures"),
        ("END SSH", "END PGP", "its signature mixes kinds of signatures"),
        ("SSH SIGNATURE-----\n U", "SSH THING-----\n U", "its signature mixes kinds of signatures"),
        (f"committer {BEN}\n{SIGNATURE}", f"{SIGNATURE}\ncommitter {BEN}", "its signature is not its last header"),
        (
            SIGNATURE,
            GITHUB.replace("\n \n", "\n Comment: ceo agrees\n \n", 1),
            "its signature holds text that is not part",
        ),
        (SIGNATURE, "gpgsig junk", "its signature is not exactly one armored block"),
        (SIGNATURE, "gpgsig -----BEGIN OLD-----\n x\n -----END OLD-----", "its signature is of the unknown kind 'OLD'"),
    ],
)
def test_a_commit_that_anyone_could_have_changed_counts_as_unsigned(old: str, new: str, oddity: str) -> None:
    commit = changed(old, new)
    assert commit.signature is None
    assert any(found.startswith(oddity) and found.endswith(UNSIGNED) for found in commit.oddities), commit.oddities


@pytest.mark.parametrize(
    ("old", "new", "oddity"),
    [
        (f"committer {BEN}", f"committer {BEN}\nreviewed-by ceo", "it has an unknown header 'reviewed-by'"),
        (f"committer {BEN}", f"committer {BEN}\nHG:extra x", "it has an unknown header 'HG:extra'"),
        (f"author {ANA}", f"author {ANA}\nauthor {BEN}", "it has more than one header author"),
        (f"committer {BEN}", f"committer {BEN}\ncommitter {ANA}", "it has more than one header committer"),
        (
            f"committer {BEN}",
            f"committer {BEN}\nencoding latin1\nencoding utf-8",
            "it has more than one header encoding",
        ),
        (
            f"committer {BEN}",
            f"committer {BEN}\nencoding UTF-7",
            "it is written in the encoding 'UTF-7', which is not read here",
        ),
        (f"author {ANA}", f"author {ANA}\nparent {TWO}", "its header parent is out of order"),
        (f"author {ANA}\ncommitter {BEN}", f"committer {BEN}\nauthor {ANA}", "its header author is out of order"),
        ("Why.", "Why\0.", "it holds NUL bytes"),
        ("1700000000", "-5", "its author date is absurd"),
        ("1700000000", "9" * 13, "its author date is absurd"),
        ("1700000000", "9" * 5000, "its author date is absurd"),
        ("1700000000", "today", "its author date cannot be read"),
        (" 1700000000 +0100", "", "its author date cannot be read"),
        ("1700000000", "01700000000", "its author date is written with superfluous zeros"),
        ("+0100", "+1500", "its author time zone does not exist"),
        ("-0330", "-0160", "its committer time zone does not exist"),
        ("-0330", "UTC", "its committer date cannot be read"),
        ("<ana@", "<<ana@", "its author has angle brackets inside the e-mail address"),
        ("Ana <", "Ana> <", "its author has angle brackets inside the e-mail address"),
        ("Ana <", "Ana<", "its author has no blank before the e-mail address"),
        ("Ana", "Ana\n Approved-by: ceo", "its header author goes on over several lines"),
        (f"parent {ONE}", f"parent {ONE.upper()}", "its parent is written in capital letters"),
    ],
)
def test_what_git_would_not_write_is_named(old: str, new: str, oddity: str) -> None:
    assert oddity in changed(old, new).oddities


def test_a_parent_that_git_does_not_follow_is_not_followed() -> None:
    commit = parse("x", written(HEAD[0], HEAD[2], HEAD[1], HEAD[3]))
    assert commit.parents == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        written(*HEAD[1:]),
        written(HEAD[1], HEAD[0], *HEAD[2:]),
        written(*HEAD[:2], HEAD[3]),
        written(*HEAD[:3]),
        written(f"tree {'a' * 64}", *HEAD[1:]),
        written(HEAD[0], "parent main", *HEAD[2:]),
        written(*HEAD[:2], "author nobody", HEAD[3]),
    ],
)
def test_what_cannot_be_told_is_said(content: bytes) -> None:
    with pytest.raises(MalformedCommit):
        parse("x", content)


@pytest.mark.parametrize(
    "line",
    [
        "Co-authored-by: Cem <cem@x>",
        "CO-AUTHORED-BY:Cem <cem@x>",
        "  > co-authored-by : Cem <cem@x>",
        "* Co Authored By: Cem <cem@x>",
    ],
)
def test_co_authors_are_found_wherever_they_stand(line: str) -> None:
    for message in (line, f"A\r{line}\rB", f"A\n\n{line}\n\nmore text\n", f"A\n\n    quoted\n{line}"):
        assert parse("x", written(*HEAD, message=message)).co_authors == (Identity("Cem", "cem@x", None),)
    assert parse("x", written(*HEAD, message="Co-authored-by: Cem\n")).co_authors == (Identity("Cem", "", None),)


def test_texts_are_read_in_the_encoding_that_the_commit_names() -> None:
    content = written(*HEAD, "encoding ISO-8859-1", message="Plän\n").replace(b"\xc3\xa4", b"\xe4")
    assert (parse("x", content).subject, parse("x", content).oddities) == ("Plän", ())
    assert parse("x", written(*HEAD).replace(b"Plan", b"Pl\xe4n")).subject == "Pl\ufffdn the year"


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    for whole in (content, HEAD[0].encode() + b"\n" + content, SIGNED + content):
        try:
            parse("x", whole)
        except MalformedCommit as problem:
            assert str(problem)


@given(st.integers(0, len(SIGNED)), st.integers(0, 20), st.binary(max_size=60))
def test_no_change_keeps_a_signature_that_still_holds(place: int, removed: int, added: bytes) -> None:
    """Two commits with different ids never share a signature over the same payload."""
    content = SIGNED[:place] + added + SIGNED[place + removed :]
    try:
        commit = parse("x", content)
    except MalformedCommit:
        return
    if content == SIGNED or commit.signature is None:
        return
    with pytest.raises(sshsig.SignatureProblem):
        sshsig.verify(commit.signature, commit.payload, "git")


def test_ten_thousand_commits_take_a_blink() -> None:
    started = time.process_time()
    for _ in range(10_000):
        parse("x", SIGNED)
    assert time.process_time() - started < 1, "0.2 s on an idle machine of 2026"


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_commits_as_git_makes_them_are_nothing_odd(object_format: str, tmp_path: Path) -> None:
    def git(*arguments: str) -> bytes:
        done = subprocess.run(["git", *arguments], cwd=tmp_path, env=environment, capture_output=True, check=True)
        return done.stdout

    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    git("init", "-q", "-b", "main", f"--object-format={object_format}")
    git("config", "user.name", "Ana Ä")
    git("config", "user.email", "ana@example.org")
    git("commit", "-q", "--allow-empty", "-m", "One")
    git("checkout", "-q", "-b", "side")
    git("commit", "-q", "--allow-empty", "-m", "Side")
    git("tag", "-a", "v1", "-m", "A tag")
    git("checkout", "-q", "main")
    git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-m", "Two")
    git("merge", "-q", "--no-ff", "-m", "Merge", "v1")
    for oid in git("rev-list", "HEAD").decode().split():
        commit = parse(oid, git("cat-file", "commit", oid), object_format)
        assert (commit.oddities, commit.signature) == ((), None)
        shown = git("show", "-s", "--encoding=UTF-8", "--format=%T|%P|%an|%ae|%at|%cn|%ce|%ct|%s", oid).decode().strip()
        ours = (
            commit.tree,
            " ".join(commit.parents),
            *_shown(commit.author),
            *_shown(commit.committer),
            commit.subject,
        )
        assert "|".join(ours) == shown


def _shown(identity: Identity) -> tuple[str, str, str]:
    return identity.name, identity.email, str(identity.when)

"""One door for every kind of signature: it names the key, whatever the key is made of. Git itself agrees."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ray18 import sshsig
from ray18.commit_object import parse
from ray18.signatures import SignatureProblem, fingerprint_of, verify
from ray18.signing import in_process, open_gpg

KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
LINE = KEY.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
SPACE = "ray18-approval-v1"
needs_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="GnuPG is not installed")
needs_openssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH is not installed")


@pytest.fixture(scope="module")
def gpg_home() -> Iterator[Path]:
    # GnuPG's agent listens on a socket, whose path has to be short.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o700)
        plain = ["gpg", "--homedir", folder, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        subprocess.run(
            [*plain, "--quick-gen-key", "ana@example.org", "ed25519", "sign"], capture_output=True, check=True
        )
        yield Path(folder)
        subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], capture_output=True, check=False)


def exported(home: Path) -> str:
    command = ["gpg", "--homedir", str(home), "--armor", "--export", "ana@example.org"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def test_an_ssh_signature_names_its_key() -> None:
    signer = in_process(KEY)
    fingerprint = verify(signer.sign(b"x", SPACE), b"x", SPACE)
    assert fingerprint == signer.fingerprint == fingerprint_of("ssh", LINE)
    assert fingerprint.startswith("SHA256:")
    for message, space in ((b"y", SPACE), (b"x", "git"), (b"x", "")):
        with pytest.raises(SignatureProblem):
            verify(signer.sign(b"x", SPACE), message, space)


@needs_gpg
def test_an_openpgp_signature_names_its_key(gpg_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNUPGHOME", str(gpg_home))
    signer, certificate = open_gpg("ana@example.org"), exported(gpg_home)
    armored = signer.sign(b"x", SPACE)
    assert verify(armored, b"x", SPACE, {signer.fingerprint: certificate}) == signer.fingerprint
    assert fingerprint_of("openpgp", certificate) == signer.fingerprint
    for message, space, known in (
        (b"y", SPACE, {signer.fingerprint: certificate}),
        (b"x", "git", {signer.fingerprint: certificate}),
        (b"x", "", {signer.fingerprint: certificate}),
        (b"x", SPACE, {}),
    ):
        with pytest.raises(SignatureProblem):
            verify(armored, message, space, known)


@pytest.mark.parametrize(
    "armored",
    [
        b"",
        b"junk",
        b"-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----\n",
        b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
        b"-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n",
    ],
)
def test_everything_else_is_a_problem(armored: bytes) -> None:
    with pytest.raises(SignatureProblem):
        verify(armored, b"x", SPACE, {})


@pytest.mark.parametrize(
    ("key_type", "text"), [("ssh", "junk"), ("openpgp", "junk"), ("openpgp", LINE), ("x509", LINE)]
)
def test_what_is_no_key_has_no_fingerprint(key_type: str, text: str) -> None:
    with pytest.raises(SignatureProblem):
        fingerprint_of(key_type, text)


def test_a_thousand_signatures_take_a_blink() -> None:
    keys = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in range(5)]
    signed = [(sshsig.sign(keys[number % 5], b"%d" % number, "git"), b"%d" % number) for number in range(1000)]
    started = time.process_time()
    for armored, message in signed:
        verify(armored, message, "git")
    assert time.process_time() - started < 1, "0.15 s on an idle machine of 2026"


class Place:
    """A Git repository whose owner signs commits."""

    def __init__(self, root: Path, **more: str) -> None:
        self.root = root
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C",
            **more,
        }
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ana")
        self.git("config", "user.email", "ana@example.org")

    def git(self, *arguments: str, content: bytes = b"") -> str:
        done = self.try_git(*arguments, content=content)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    def try_git(self, *arguments: str, content: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=self.root, env=self.environment, input=content, capture_output=True, check=False
        )

    def raw(self, oid: str) -> bytes:
        return self.try_git("cat-file", "commit", oid).stdout

    def add(self, content: bytes) -> str:
        """The id of a commit with exactly these bytes."""
        return self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", content=content)

    def git_verifies(self, oid: str) -> bool:
        return self.try_git("verify-commit", oid).returncode == 0


def with_signature(content: bytes, armored: bytes) -> bytes:
    head, _, message = content.partition(b"\n\n")
    return head + b"\ngpgsig " + armored.rstrip(b"\n").replace(b"\n", b"\n ") + b"\n\n" + message


def we_verify(content: bytes, certificates: dict[str, str]) -> str | None:
    commit = parse("x", content)
    if commit.signature is None:
        return None
    try:
        return verify(commit.signature, commit.payload, "git", certificates)
    except SignatureProblem:
        return None


@pytest.fixture
def ssh_place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    private = tmp_path / "key"
    private.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    private.chmod(0o600)
    (tmp_path / "allowed").write_text(f"ana@example.org {LINE}\n")
    place.git("config", "gpg.format", "ssh")
    place.git("config", "user.signingKey", str(private))
    place.git("config", "gpg.ssh.allowedSignersFile", str(tmp_path / "allowed"))
    return place


@pytest.fixture
def gpg_place(tmp_path: Path, gpg_home: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("GNUPGHOME", str(gpg_home))
    place = Place(tmp_path, GNUPGHOME=str(gpg_home))
    place.git("config", "user.signingKey", "ana@example.org")
    return place


@needs_openssh
def test_git_and_we_agree_on_commits_signed_with_ssh(ssh_place: Place) -> None:
    ssh_place.git("commit", "-q", "--allow-empty", "-m", "Unsigned")
    ssh_place.git("commit", "-q", "--allow-empty", "-S", "-m", "Signed")
    signed, unsigned = ssh_place.raw("HEAD"), ssh_place.raw("HEAD^")
    ours = ssh_place.add(with_signature(unsigned, in_process(KEY).sign(unsigned, "git")))
    for oid in ("HEAD", ours):
        assert ssh_place.git_verifies(oid)
        assert we_verify(ssh_place.raw(oid), {}) == fingerprint_of("ssh", LINE)
        assert parse("x", ssh_place.raw(oid)).oddities == ()
    record = with_signature(unsigned, in_process(KEY).sign(unsigned, SPACE))
    for content in (unsigned, signed.replace(b"Signed", b"Forged"), record):
        assert not ssh_place.git_verifies(ssh_place.add(content))
        assert we_verify(content, {}) is None


@needs_openssh
def test_we_see_what_git_overlooks(ssh_place: Place) -> None:
    """Git takes these for good: other commits, with other ids, that the signer never saw."""
    ssh_place.git("commit", "-q", "--allow-empty", "-S", "-m", "Signed")
    signed = ssh_place.raw("HEAD")
    end = b" -----END SSH SIGNATURE-----\n"
    for changed in (
        signed.replace(end, end + b"gpgsigApproved-by: ceo@example.org\n"),
        signed.replace(end, end + b"gpgsig-sha256 junk\n"),
        signed.replace(end, end + b" Approved-by: ceo@example.org\n"),
    ):
        oid = ssh_place.add(changed)
        assert ssh_place.git_verifies(oid)
        assert we_verify(changed, {}) is None
        assert any(text.endswith("so it counts as unsigned") for text in parse(oid, changed).oddities)


@needs_gpg
def test_git_and_we_agree_on_commits_signed_with_gnupg(gpg_place: Place, gpg_home: Path) -> None:
    certificate = exported(gpg_home)
    known = {fingerprint_of("openpgp", certificate): certificate}
    gpg_place.git("commit", "-q", "--allow-empty", "-m", "Unsigned")
    gpg_place.git("commit", "-q", "--allow-empty", "-S", "-m", "Signed")
    signed, unsigned = gpg_place.raw("HEAD"), gpg_place.raw("HEAD^")
    signer = open_gpg("ana@example.org")
    ours = gpg_place.add(with_signature(unsigned, signer.sign(unsigned, "git")))
    for oid in ("HEAD", ours):
        assert gpg_place.git_verifies(oid)
        assert we_verify(gpg_place.raw(oid), known) == signer.fingerprint
        assert parse("x", gpg_place.raw(oid)).oddities == ()
    record = with_signature(unsigned, signer.sign(unsigned, SPACE))
    for content in (unsigned, signed.replace(b"Signed", b"Forged"), record):
        assert not gpg_place.git_verifies(gpg_place.add(content))
        assert we_verify(content, known) is None
    assert we_verify(signed, {}) is None

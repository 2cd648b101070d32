"""OpenPGP signatures: what GnuPG makes holds before us, for ever, and nothing else does."""

import base64
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray18 import openpgp
from ray18.errors import UsageError
from ray18.openpgp import OpenPGPProblem, framed, verify
from ray18.signing import Signer, open_gpg

pytestmark = pytest.mark.skipif(shutil.which("gpg") is None, reason="GnuPG is not installed")
MESSAGE = b"a record"
SPACE = "ray18-approval-v1"
SIGNED = framed(MESSAGE, SPACE)
KINDS = {"main": "ed25519", "rsa": "rsa2048", "p256": "nistp256", "p384": "nistp384", "p521": "nistp521"}


class Ring:
    """A GnuPG home with keys made in 2020."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: str, at: str = "20200101T000000", content: bytes = b"") -> bytes:
        plain = [
            "gpg",
            "--homedir",
            str(self.home),
            "--batch",
            "--quiet",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
        ]
        command = [*plain, "--faked-system-time", f"{at}!", *arguments]
        return subprocess.run(command, input=content, capture_output=True, check=True).stdout

    def key(self, name: str, kind: str = "ed25519", *, expires: str = "never", usage: str = "sign") -> None:
        self("--quick-gen-key", name, kind, usage, expires)

    def fingerprints(self, name: str) -> list[str]:
        listed = self("--with-colons", "--list-keys", f"={name}").decode()
        return [line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr")]

    def certificate(self, name: str) -> str:
        return self("--armor", "--export", f"={name}").decode()

    def sign(self, name: str, *options: str, at: str = "20210101T000000", content: bytes = SIGNED) -> bytes:
        return self(
            "--armor",
            "--local-user",
            name if name.endswith("!") else f"={name}",
            *options,
            "--detach-sign",
            at=at,
            content=content,
        )


@pytest.fixture(scope="module")
def ring() -> Iterator[Ring]:
    # GnuPG's agent listens on a socket, whose path has to be short.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        made = Ring(Path(folder))
        made.home.chmod(0o700)
        for name, kind in KINDS.items():
            made.key(name, kind)
        yield made
        subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], capture_output=True, check=False)


@pytest.mark.parametrize("name", KINDS)
def test_what_gnupg_signs_we_verify(name: str, ring: Ring) -> None:
    certificate = ring.certificate(name)
    (fingerprint,) = ring.fingerprints(name)
    assert openpgp.fingerprint(certificate) == fingerprint
    assert verify(ring.sign(name), SIGNED, [ring.certificate("main"), certificate]) == fingerprint
    for digest in ("SHA512",) if name in ("p384", "p521") else ("SHA256", "SHA384", "SHA512"):
        assert verify(ring.sign(name, "--digest-algo", digest), SIGNED, [certificate]) == fingerprint
    with pytest.raises(OpenPGPProblem, match="does not fit"):
        verify(ring.sign(name), SIGNED + b".", [certificate])


def test_only_the_certificates_given_are_believed(ring: Ring) -> None:
    for certificates in ([], [ring.certificate("rsa")], ["junk"]):
        with pytest.raises(OpenPGPProblem, match="not a signing key of a certificate that counts"):
            verify(ring.sign("main"), SIGNED, certificates)


def test_a_certificate_that_cannot_be_used_spoils_no_other(ring: Ring) -> None:
    assert verify(ring.sign("main"), SIGNED, ["junk", ring.certificate("main")]) == ring.fingerprints("main")[0]


def test_a_signature_for_one_purpose_is_none_for_another(ring: Ring) -> None:
    for other in (framed(MESSAGE, "ray18-approval-v2"), framed(MESSAGE, "git"), MESSAGE):
        with pytest.raises(OpenPGPProblem):
            verify(ring.sign("main"), other, [ring.certificate("main")])
    assert framed(b"x", "git") == b"x"
    assert framed(b"x", "n") == b"ray18 n\0x"
    for name in ("", "a\0b"):
        with pytest.raises(OpenPGPProblem, match="namespace"):
            framed(b"x", name)


def test_dates_decide_nothing(ring: Ring) -> None:
    """Neither when it was signed, nor when the key or the signature expires, nor what day it is today."""
    ring.key("brief", expires="1y")
    for at, options in (
        ("20200601T000000", ()),
        ("20210101T000000", ("--default-sig-expire", "1d")),
        ("20370101T000000", ()),
    ):
        name = "brief" if at.startswith("2020") else "main"
        assert verify(ring.sign(name, *options, at=at), SIGNED, [ring.certificate(name)]) == ring.fingerprints(name)[0]


def test_a_revoked_certificate_does_not_count(ring: Ring) -> None:
    ring.key("lost")
    (fingerprint,) = ring.fingerprints("lost")
    signature, before = ring.sign("lost"), ring.certificate("lost")
    assert verify(signature, SIGNED, [before]) == fingerprint
    revocation = (ring.home / f"openpgp-revocs.d/{fingerprint}.rev").read_text().replace(":-----", "-----")
    ring("--import", content=revocation.encode())
    with pytest.raises(OpenPGPProblem, match="revoked"):
        openpgp.fingerprint(ring.certificate("lost"))
    with pytest.raises(OpenPGPProblem, match="not a signing key"):
        verify(signature, SIGNED, [ring.certificate("lost")])


def test_a_signing_subkey_speaks_for_its_primary(ring: Ring) -> None:
    ring.key("owner", usage="cert")
    (primary,) = ring.fingerprints("owner")
    ring("--quick-add-key", primary, "ed25519", "sign", "never")
    _, subkey = ring.fingerprints("owner")
    signature = ring.sign(f"{subkey}!")
    assert verify(signature, SIGNED, [ring.certificate("owner")]) == primary
    _revoke_first_subkey(ring, primary)
    with pytest.raises(OpenPGPProblem, match="not a signing key"):
        verify(signature, SIGNED, [ring.certificate("owner")])


def _revoke_first_subkey(ring: Ring, primary: str) -> None:
    answers = b"key 1\nrevkey\ny\n0\n\ny\nsave\n"
    ring("--command-fd", "0", "--no-tty", "--edit-key", primary, content=answers)


def packets_of(armored: str) -> list[bytes]:
    """The packets of a key, whole, found through the module's own reader of bodies."""
    data = openpgp._unarmored(armored.encode(), "PUBLIC KEY BLOCK", with_headers=True)
    found = []
    for _, body in openpgp._packets(data):
        end = data.index(body) + len(body)
        found.append(data[:end])
        data = data[end:]
    return found


def key_block(*packets: bytes) -> str:
    text = base64.b64encode(b"".join(packets)).decode()
    return f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{text}\n-----END PGP PUBLIC KEY BLOCK-----\n"


def test_a_subkey_counts_only_when_both_keys_vouch_for_it(ring: Ring) -> None:
    """Nobody can take another person's subkey, or a subkey made for encryption, and let it sign as their own."""
    for name, usage in (("victim", "sign"), ("thief", "sign"), ("reader", "auth")):
        ring.key(name, usage="cert")
        ring("--quick-add-key", ring.fingerprints(name)[0], "ed25519", usage, "never")
    victim, thief = (packets_of(ring.certificate(name)) for name in ("victim", "thief"))
    signature = ring.sign(f"{ring.fingerprints('victim')[1]}!")
    assert verify(signature, SIGNED, [key_block(*victim)]) == ring.fingerprints("victim")[0]
    for stolen in (key_block(*thief[:3], *victim[3:]), key_block(*thief[:4], victim[4]), key_block(*victim[:4])):
        with pytest.raises(OpenPGPProblem, match="not a signing key"):
            verify(signature, SIGNED, [stolen])
    certificate = openpgp._certificate(ring.certificate("reader"))
    assert [key.fingerprint for key in certificate.signing] == ring.fingerprints("reader")[:1]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--digest-algo", "SHA1"), "hash other than"),
        (("--digest-algo", "SHA224"), "hash other than"),
        (("--textmode",), "over a document as it is"),
        (("--comment", "the director agrees"), "text that nobody signed"),
        (("--emit-version",), "text that nobody signed"),
        (("--sig-notation", "!mark@example.org=x"), "demands something"),
    ],
)
def test_weak_and_decorated_signatures_do_not_count(options: tuple[str, ...], why: str, ring: Ring) -> None:
    with pytest.raises(OpenPGPProblem, match=why):
        verify(ring.sign("rsa", *options), SIGNED, [ring.certificate("rsa")])


def test_notations_that_were_signed_do_no_harm(ring: Ring) -> None:
    signature = ring.sign("main", "--sig-notation", "mark@example.org=x")
    assert verify(signature, SIGNED, [ring.certificate("main")]) == ring.fingerprints("main")[0]


def signature_bytes(armored: bytes) -> bytes:
    return openpgp._unarmored(armored, "SIGNATURE", with_headers=False)


def signature_block(data: bytes) -> bytes:
    return b"-----BEGIN PGP SIGNATURE-----\n\n" + base64.b64encode(data) + b"\n-----END PGP SIGNATURE-----\n"


def test_nothing_can_be_slipped_into_a_signature(ring: Ring) -> None:
    """The part of a signature that is not signed may only name the key."""
    data = signature_bytes(ring.sign("main"))
    assert data[0] == 0x88, "one byte of length"
    body = data[2:]
    hashed_end = 6 + int.from_bytes(body[4:6])
    unsigned_size = int.from_bytes(body[hashed_end : hashed_end + 2])
    note = b"\x0a\x14approved!"
    slipped = (
        body[:hashed_end]
        + (unsigned_size + len(note)).to_bytes(2)
        + body[hashed_end + 2 : hashed_end + 2 + unsigned_size]
        + note
        + body[hashed_end + 2 + unsigned_size :]
    )
    with pytest.raises(OpenPGPProblem, match="nobody signed"):
        verify(signature_block(bytes((0x88, len(slipped))) + slipped), SIGNED, [ring.certificate("main")])
    with pytest.raises(OpenPGPProblem, match="exactly one signature"):
        verify(signature_block(data + data), SIGNED, [ring.certificate("main")])


@pytest.mark.parametrize("name", ["main", "rsa", "p256"])
def test_no_changed_byte_survives(name: str, ring: Ring) -> None:
    certificate, data = ring.certificate(name), signature_bytes(ring.sign(name))
    assert verify(signature_block(data), SIGNED, [certificate])
    for place in range(len(data)):
        forged = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(OpenPGPProblem):
            verify(signature_block(forged), SIGNED, [certificate])


@pytest.mark.parametrize("name", ["main", "rsa"])
def test_no_changed_byte_of_the_armor_survives(name: str, ring: Ring) -> None:
    certificate, armored = ring.certificate(name), ring.sign(name)
    for place in range(len(armored) - 1):
        forged = armored[:place] + bytes([armored[place] ^ 1]) + armored[place + 1 :]
        with pytest.raises(OpenPGPProblem):
            verify(forged, SIGNED, [certificate])


def test_a_private_key_is_refused_by_name(ring: Ring) -> None:
    secret = ring("--armor", "--export-secret-keys", "=main").decode()
    with pytest.raises(OpenPGPProblem, match="is not exactly one block"):
        openpgp.fingerprint(secret)
    with pytest.raises(OpenPGPProblem, match="private key"):
        openpgp.fingerprint(re.sub("PRIVATE", "PUBLIC", secret))


def test_two_keys_are_not_one(ring: Ring) -> None:
    both = ring("--armor", "--export", "=main", "=rsa").decode()
    with pytest.raises(OpenPGPProblem, match="exactly one OpenPGP public key"):
        openpgp.fingerprint(both)


@pytest.mark.parametrize("kind", ["dsa2048", "rsa1024"])
def test_weak_keys_do_not_count(kind: str, ring: Ring) -> None:
    ring.key(kind, kind)
    with pytest.raises(OpenPGPProblem, match="of a kind that does not count"):
        openpgp.fingerprint(ring.certificate(kind))


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for version in (b"", b"\x04", b"\x88\x20\x04\x00", b"\x98\x30\x04"):
        with pytest.raises(OpenPGPProblem):
            verify(signature_block(version + data), SIGNED, [key_block(version + data)])
        with pytest.raises(OpenPGPProblem):
            openpgp.fingerprint(key_block(version + data))


def test_the_answer_does_not_depend_on_a_library_s_day(ring: Ring) -> None:
    """A library for OpenPGP agrees where dates play no role, and refuses what is dated ahead of today's clock."""
    pysequoia = pytest.importorskip("pysequoia")

    def theirs(name: str, armored: bytes) -> str | None:
        certificate = pysequoia.Cert.from_bytes(ring.certificate(name).encode())
        signature = pysequoia.Sig.from_bytes(armored)
        try:
            done = pysequoia.verify(bytes=SIGNED, store=lambda _: [certificate], signature=signature)
        except Exception:
            return None
        return str(done.valid_sigs[0].certificate).upper()

    for name in KINDS:
        assert theirs(name, ring.sign(name)) == verify(ring.sign(name), SIGNED, [ring.certificate(name)])
    ahead = ring.sign("main", at="20990101T000000")
    assert theirs("main", ahead) is None
    assert verify(ahead, SIGNED, [ring.certificate("main")]) == ring.fingerprints("main")[0]


@pytest.fixture
def own(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> Signer:
    monkeypatch.setenv("GNUPGHOME", str(ring.home))
    return open_gpg(ring.fingerprints("main")[0])


def test_a_person_signs_with_their_own_gnupg(own: Signer, ring: Ring) -> None:
    assert (own.public_key, own.fingerprint) == (b"", ring.fingerprints("main")[0])
    assert verify(own.sign(MESSAGE, SPACE), SIGNED, [ring.certificate("main")]) == own.fingerprint
    assert verify(own.sign(MESSAGE, "git"), MESSAGE, [ring.certificate("main")]) == own.fingerprint


def test_a_person_s_decorations_are_left_out(own: Signer, ring: Ring) -> None:
    settings = ring.home / "gpg.conf"
    settings.write_text("comment me\nemit-version\ntextmode\ndigest-algo SHA1\narmor\n")
    try:
        assert verify(own.sign(MESSAGE, SPACE), SIGNED, [ring.certificate("main")]) == own.fingerprint
    finally:
        settings.unlink()


@pytest.mark.parametrize("named", ["", "--version", "nobody@example.org", "dsa2048"])
def test_a_key_that_cannot_sign_is_said_before_anything_is_signed(named: str, own: Signer, ring: Ring) -> None:
    if named == "dsa2048" and not ring("--list-keys", "--with-colons").count(b"dsa2048"):
        ring.key("dsa2048", "dsa2048")
    with pytest.raises(UsageError):
        open_gpg(named)

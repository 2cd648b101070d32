"""SSH signatures: ours hold before OpenSSH, OpenSSH's hold before us, and nothing forged holds."""

import base64
import contextlib
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import key_file, public_line, signer_of
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from ray18 import sshsig
from ray18.errors import UsageError
from ray18.signing import open_key

MESSAGE = b"a record"
SPACE = "ray18-approval-v1"
KEYS = {
    "ed25519": lambda: Ed25519PrivateKey.from_private_bytes(b"k" * 32),
    "rsa": lambda: rsa.generate_private_key(65537, 3072),
    "ecdsa-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ecdsa-521": lambda: ec.generate_private_key(ec.SECP521R1()),
}
needs_openssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH is not installed")


@pytest.mark.parametrize("name", KEYS)
def test_what_we_sign_we_verify(name: str) -> None:
    key = KEYS[name]()
    armored = sshsig.sign(key, MESSAGE, SPACE)
    assert sshsig.verify(armored, MESSAGE, SPACE) == sshsig.public_blob(key)
    with pytest.raises(sshsig.SignatureProblem, match="does not fit"):
        sshsig.verify(armored, MESSAGE + b".", SPACE)
    with pytest.raises(sshsig.SignatureProblem, match="was made for"):
        sshsig.verify(armored, MESSAGE, "git")


@needs_openssh
@pytest.mark.parametrize("name", KEYS)
def test_openssh_agrees_both_ways(name: str, tmp_path: Path) -> None:
    key = KEYS[name]()
    private, message = tmp_path / "key", tmp_path / "message"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    private.chmod(0o600)
    message.write_bytes(MESSAGE)
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    (tmp_path / "allowed").write_text(f"me {line}\n")

    (tmp_path / "ours.sig").write_bytes(sshsig.sign(key, MESSAGE, SPACE))
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "me", "-n", SPACE, "-s", "ours.sig"]
    assert subprocess.run(command, cwd=tmp_path, input=MESSAGE, capture_output=True, check=False).returncode == 0

    command = ["ssh-keygen", "-Y", "sign", "-f", "key", "-n", SPACE, "message"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    theirs = (tmp_path / "message.sig").read_bytes()
    assert sshsig.verify(theirs, MESSAGE, SPACE) == sshsig.key_of(line)


@needs_openssh
def test_fingerprints_are_those_of_openssh(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(public_line("sven") + "\n")
    listed = subprocess.run(["ssh-keygen", "-lf", "key.pub"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert sshsig.fingerprint(signer_of("sven").public_key) in listed.stdout


@given(st.data())
def test_no_changed_byte_survives(data: st.DataObject) -> None:
    """Any single changed byte of the signature blob is refused: there is exactly one signature for a message and key."""
    armored = sshsig.sign(KEYS["ed25519"](), MESSAGE, SPACE)
    blob = bytearray(base64.b64decode("".join(armored.decode().split("\n")[1:-2])))
    index = data.draw(st.integers(0, len(blob) - 1))
    blob[index] ^= data.draw(st.integers(1, 255))
    text = base64.b64encode(bytes(blob)).decode()
    forged = f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n".encode()
    key = sshsig.public_blob(KEYS["ed25519"]())
    with contextlib.suppress(sshsig.SignatureProblem):
        assert sshsig.verify(forged, MESSAGE, SPACE) != key


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + b"junk\n",
        lambda text: text + text,
        lambda text: b"junk\n" + text,
        lambda text: text.replace(b"SSH SIGNATURE", b"PGP SIGNATURE"),
        lambda text: b"",
        lambda text: b"\xff" + text,
    ],
)
def test_only_exactly_one_signature_is_one(change) -> None:  # type: ignore[no-untyped-def]
    armored = sshsig.sign(KEYS["ed25519"](), MESSAGE, SPACE)
    with pytest.raises(sshsig.SignatureProblem):
        sshsig.verify(change(armored), MESSAGE, SPACE)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(blob: bytes) -> None:
    text = base64.b64encode(b"SSHSIG\x00\x00\x00\x01" + blob).decode()
    with pytest.raises(sshsig.SignatureProblem):
        sshsig.verify(f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n".encode(), MESSAGE, SPACE)


@pytest.mark.parametrize(
    "line", ["", "ssh-ed25519", "ssh-ed25519 !!!", "ssh-rsa AAAA", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"]
)
def test_lines_that_hold_no_key_are_refused(line: str) -> None:
    with pytest.raises(sshsig.SignatureProblem):
        sshsig.key_of(line)


def test_a_short_rsa_key_does_not_count() -> None:
    armored = sshsig.sign(rsa.generate_private_key(65537, 1024), MESSAGE, SPACE)
    with pytest.raises(sshsig.SignatureProblem, match=r"2048|cannot be used"):
        sshsig.verify(armored, MESSAGE, SPACE)


def test_a_key_file_signs_with_and_without_passphrase(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

    plain = open_key(key_file(tmp_path, "sven"), lambda: pytest.fail("asked for a passphrase"))
    assert plain.public_key == signer_of("sven").public_key
    locked = tmp_path / "locked"
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    locked.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(b"secret")))
    assert open_key(locked, lambda: "secret").public_key == sshsig.public_blob(key)
    with pytest.raises(UsageError):
        open_key(locked, lambda: "wrong")
    with pytest.raises(UsageError):
        open_key(tmp_path / "nothing", lambda: "")

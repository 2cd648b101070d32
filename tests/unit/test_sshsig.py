"""SSH signatures: ours hold before OpenSSH, OpenSSH's hold before us, and nothing forged holds."""

import base64
import contextlib
import hashlib
import random
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import key_file, public_line, signer_of
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
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
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa-3072": lambda: rsa.generate_private_key(65537, 3072),
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


def put(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def number(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1)


def armored_from(blob: bytes) -> bytes:
    text = base64.b64encode(blob).decode()
    lines = "\n".join(text[start : start + 70] for start in range(0, len(text), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n".encode()


def built(public: bytes, inner: bytes, namespace: bytes = SPACE.encode(), reserved: bytes = b"") -> bytes:
    """An armored signature with these parts, whether they make sense or not."""
    return armored_from(b"SSHSIG" + struct.pack(">I", 1) + put(public, namespace, reserved, b"sha512", inner))


def to_sign(namespace: bytes = SPACE.encode()) -> bytes:
    return b"SSHSIG" + put(namespace, b"", b"sha512", hashlib.sha512(MESSAGE).digest())


def openssh_accepts(
    folder: Path, public: bytes, armored: bytes, message: bytes = MESSAGE, namespace: str = SPACE
) -> bool:
    kind = public[4 : 4 + int.from_bytes(public[:4])].decode()
    (folder / "allowed").write_text(f"me {kind} {base64.b64encode(public).decode()}\n")
    (folder / "sig").write_bytes(armored)
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "me", "-n", namespace, "-s", "sig"]
    return subprocess.run(command, cwd=folder, input=message, capture_output=True, check=False).returncode == 0


def we_accept(armored: bytes, message: bytes = MESSAGE, namespace: str = SPACE) -> bool:
    try:
        sshsig.verify(armored, message, namespace)
    except sshsig.SignatureProblem:
        return False
    return True


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


class Token:
    """A security key made of software: what it signs is put together by hand from PROTOCOL.u2f."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.private: Any = KEYS["ed25519"]() if kind == "ed25519" else KEYS["ecdsa-256"]()
        public = self.private.public_key()
        if kind == "ed25519":
            self.name = b"sk-ssh-ed25519@openssh.com"
            self.public = put(self.name, public.public_bytes(Encoding.Raw, PublicFormat.Raw), b"ssh:")
        else:
            self.name = b"sk-ecdsa-sha2-nistp256@openssh.com"
            point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            self.public = put(self.name, b"nistp256", point, b"ssh:")

    def inner(self, flags: int = 1) -> bytes:
        end = bytes([flags]) + struct.pack(">I", 7)
        data = hashlib.sha256(b"ssh:").digest() + end + hashlib.sha256(to_sign()).digest()
        if self.kind == "ed25519":
            return put(self.name, self.private.sign(data)) + end
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return put(self.name, put(number(r), number(s))) + end


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_a_touched_security_key_counts(kind: str, tmp_path: Path) -> None:
    token = Token(kind)
    armored = built(token.public, token.inner())
    assert sshsig.verify(armored, MESSAGE, SPACE) == token.public
    assert sshsig.key_of(f"{token.name.decode()} {base64.b64encode(token.public).decode()} me") == token.public
    with pytest.raises(sshsig.SignatureProblem, match="does not fit"):
        sshsig.verify(armored, MESSAGE + b".", SPACE)
    if shutil.which("ssh-keygen"):
        assert openssh_accepts(tmp_path, token.public, armored)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_a_security_key_that_nobody_touched_does_not_count(kind: str) -> None:
    token = Token(kind)
    with pytest.raises(sshsig.SignatureProblem, match="nobody touched"):
        sshsig.verify(built(token.public, token.inner(flags=4)), MESSAGE, SPACE)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_a_security_key_is_bound_to_flags_counter_and_application(kind: str) -> None:
    token = Token(kind)
    inner = token.inner()
    for forged in (inner[:-1] + b"\x08", inner[:-5] + b"\x05" + inner[-4:], inner + b"\0", inner[:-1]):
        assert not we_accept(built(token.public, forged))
    assert not we_accept(built(token.public.replace(b"ssh:", b"ssh;"), inner))
    assert not we_accept(built(token.public + b"\0", inner))


def ed25519_parts() -> tuple[bytes, bytes]:
    key = KEYS["ed25519"]()
    return sshsig.public_blob(key), key.sign(to_sign())


def test_bytes_that_nothing_accounts_for_are_refused() -> None:
    public, value = ed25519_parts()
    inner = put(b"ssh-ed25519", value)
    assert we_accept(built(public, inner))
    for forged in (
        built(public + b"\0", inner),
        built(public, inner + b"\0"),
        built(public, put(b"ssh-ed25519", value + b"\0")),
        built(public, inner, reserved=b"x"),
        armored_from(base64.b64decode(b"".join(built(public, inner).split(b"\n")[1:-2])) + b"\0"),
    ):
        assert not we_accept(forged)
    with pytest.raises(sshsig.SignatureProblem, match="accounts for"):
        sshsig.key_of("ssh-ed25519 " + base64.b64encode(public + b"\0").decode())


def test_no_namespace_is_no_namespace() -> None:
    key = KEYS["ed25519"]()
    armored = built(sshsig.public_blob(key), put(b"ssh-ed25519", key.sign(to_sign(b""))), namespace=b"")
    assert not we_accept(armored, namespace="")
    assert not we_accept(armored)
    with pytest.raises(UsageError):
        sshsig.sign(key, MESSAGE, "")


def test_rsa_with_sha1_does_not_count() -> None:
    from cryptography.hazmat.primitives.asymmetric import padding

    key = KEYS["rsa-2048"]()
    value = key.sign(to_sign(), padding.PKCS1v15(), hashes.SHA1())
    with pytest.raises(sshsig.SignatureProblem, match="does not fit the key"):
        sshsig.verify(built(sshsig.public_blob(key), put(b"ssh-rsa", value)), MESSAGE, SPACE)


def test_numbers_have_one_spelling() -> None:
    key = KEYS["ecdsa-256"]()
    name = b"ecdsa-sha2-nistp256"
    r, s = decode_dss_signature(key.sign(to_sign(), ec.ECDSA(hashes.SHA256())))
    public = sshsig.public_blob(key)
    assert we_accept(built(public, put(name, put(number(r), number(s)))))
    for forged in (
        put(b"\0" + number(r), number(s)),
        put(number(r), b"\0\0" + number(s)),
        put(number(r), number(s)) + b"\0",
    ):
        assert not we_accept(built(public, put(name, forged)))
    assert not we_accept(built(public, put(name, put(b"\xff" + number(r), number(s)))))
    assert not we_accept(built(public, put(name, put(b"", b""))))


@pytest.mark.parametrize(
    ("exponent", "prefix"), [(b"\0\x01\0\x01", b"\0"), (b"\x01\0\x01", b"\0\0"), (b"\x01\0\x01", b"")]
)
def test_a_key_has_one_spelling(exponent: bytes, prefix: bytes) -> None:
    """Two spellings of one key would have two fingerprints, and so be two keys to whoever counts them."""
    numbers = KEYS["rsa-2048"]().public_key().public_numbers()
    blob = put(b"ssh-rsa", exponent, prefix + numbers.n.to_bytes(256))
    with pytest.raises(sshsig.SignatureProblem):
        sshsig.key_of("ssh-rsa " + base64.b64encode(blob).decode())


def test_base64_has_one_spelling() -> None:
    line = public_line("sven")
    token = Token("ed25519")
    text = base64.b64encode(token.public).decode()
    assert text.endswith("=")
    sshsig.key_of(f"{token.name.decode()} {text}")
    for spoiled in (
        text.rstrip("=")[:-1] + chr(ord(text.rstrip("=")[-1]) + 1) + "=" * text.count("="),
        text.rstrip("="),
    ):
        with pytest.raises(sshsig.SignatureProblem, match="base64"):
            sshsig.key_of(f"{token.name.decode()} {spoiled}")
    with pytest.raises(sshsig.SignatureProblem):
        sshsig.key_of(line[:-4] + "-_" + line[-2:])


def test_certificates_and_other_kinds_of_keys_do_not_count() -> None:
    public, value = ed25519_parts()
    for name in (
        b"ssh-ed25519-cert-v01@openssh.com",
        b"ssh-dss",
        b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
        b"\xff",
    ):
        blob = put(name) + public[15:]
        with pytest.raises(sshsig.SignatureProblem, match="do not count"):
            sshsig.verify(built(blob, put(name, value)), MESSAGE, SPACE)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\n" + text,
        lambda text: text + b"\n",
        lambda text: text.replace(b"\nU", b"\n\nU"),
        lambda text: text.replace(b"\nU", b"\n U"),
        lambda text: text.replace(b"\nU", b"\nComment: x\nU"),
        lambda text: text.replace(b"-----\nU", b"----- \nU"),
        lambda text: text[:-1] + b"\r",
    ],
)
def test_armor_has_nothing_around_or_between(change) -> None:  # type: ignore[no-untyped-def]
    armored = sshsig.sign(KEYS["ed25519"](), MESSAGE, SPACE)
    assert change(armored) != armored
    assert not we_accept(change(armored))


def test_lines_of_any_length_are_read() -> None:
    lines = sshsig.sign(KEYS["ed25519"](), MESSAGE, SPACE).split(b"\n")
    assert we_accept(b"\n".join([lines[0], b"".join(lines[1:-2]), *lines[-2:]]))


def blob_in(armored: bytes) -> bytes:
    """What a lenient reader makes of an armored signature."""
    body = armored.split(b"-----END SSH SIGNATURE-----")[0].split(b"-----BEGIN SSH SIGNATURE-----")[-1]
    return base64.b64decode(body + b"==")


@needs_openssh
@pytest.mark.parametrize("name", ["ed25519", "ecdsa-256", "rsa-2048"])
def test_any_changed_byte_is_refused_by_us_and_by_openssh(name: str, tmp_path: Path) -> None:
    """OpenSSH forgives what stands behind the signature and bits of base64 that mean nothing; we do not even that."""
    chosen = random.Random(name)
    key = KEYS[name]()
    public, armored = sshsig.public_blob(key), sshsig.sign(key, MESSAGE, SPACE)
    assert openssh_accepts(tmp_path, public, armored)
    for _ in range(40):
        place, byte = chosen.randrange(len(armored)), chosen.randrange(256)
        forged = armored[:place] + bytes([byte]) + armored[place + 1 :]
        if forged == armored:
            continue
        assert not we_accept(forged), (place, byte)
        if openssh_accepts(tmp_path, public, forged):
            assert blob_in(forged) == blob_in(armored)
    for place in range(len(MESSAGE)):
        other = MESSAGE[:place] + bytes([MESSAGE[place] ^ 1]) + MESSAGE[place + 1 :]
        assert not we_accept(armored, other)
        assert not openssh_accepts(tmp_path, public, armored, other)
    for space in ("ray18-approval-v2", "say18-approval-v1", "git"):
        assert not we_accept(armored, namespace=space)
        assert not openssh_accepts(tmp_path, public, armored, namespace=space)


@given(st.data())
def test_no_changed_byte_of_the_armor_is_accepted(data: st.DataObject) -> None:
    armored = sshsig.sign(KEYS["ed25519"](), MESSAGE, SPACE)
    place = data.draw(st.integers(0, len(armored) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != armored[place]))
    assert not we_accept(armored[:place] + bytes([byte]) + armored[place + 1 :])


def test_a_signer_knows_its_fingerprint() -> None:
    signer = signer_of("sven")
    assert signer.fingerprint == sshsig.fingerprint(signer.public_key)
